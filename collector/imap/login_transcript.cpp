#include "collector/imap/login_transcript.hpp"

#include <algorithm>
#include <utility>

#include "collector/imap/ascii.hpp"

namespace tlsrpt::imap {

bool LoginTranscript::add(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  const bool first = greeting_.empty();
  if (first) greeting_ = line;
  if (line.starts_with("* ")) {
    add_untagged(line.substr(2));
  } else if (!line.starts_with('+')) {
    add_tagged(line);
  }
  return !first || line.starts_with("* ");
}

void LoginTranscript::add_untagged(std::string_view line) {
  constexpr std::string_view kCapability = "CAPABILITY ";
  if (starts_ignoring_case(line, kCapability))
    untagged_capabilities_ = capability_names(line.substr(kCapability.size()));
  const auto status = parse_status(line);
  if (status && status->condition == Status::Condition::kBye) bye_ = line;
}

void LoginTranscript::add_tagged(std::string_view line) {
  const std::size_t tag_end = std::min(line.find(' '), line.size());
  last_answer_ = line.substr(std::min(tag_end + 1, line.size()));
  capabilities_ = std::exchange(untagged_capabilities_, std::nullopt);
  const auto status = parse_status(last_answer_);
  if (status && status->has_code("CAPABILITY")) capabilities_ = capability_names(status->arguments);
  if (capabilities_) offered_ = *capabilities_;
}

std::vector<std::string> capability_names(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (end > 0) names.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

}  // namespace tlsrpt::imap
