#include "collector/imap/response.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "collector/imap/ascii.hpp"

namespace tlsrpt::imap {

namespace {

constexpr std::array<std::pair<std::string_view, Status::Condition>, 5> kConditions = {{
    {"OK", Status::Condition::kOk},
    {"NO", Status::Condition::kNo},
    {"BAD", Status::Condition::kBad},
    {"BYE", Status::Condition::kBye},
    {"PREAUTH", Status::Condition::kPreauth},
}};

// The first word of `text`, taken off it with the space that follows.
std::string_view take_word(std::string_view& text) noexcept {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

}  // namespace

bool Status::has_code(std::string_view name) const noexcept {
  return equals_ignoring_case(code, name);
}

bool Status::is_temporary() const noexcept {
  // OVERQUOTA is how Gmail says that the day's bandwidth is used up.
  constexpr std::array<std::string_view, 5> kTemporary = {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "OVERQUOTA"};
  // Exchange says it without a code (imap-5).
  return std::ranges::any_of(kTemporary, [this](std::string_view name) { return has_code(name); }) ||
         (code.empty() && starts_ignoring_case(text, "Server Unavailable"));
}

std::optional<Status> parse_status(std::string_view line) noexcept {
  if (!line.empty() && is_digit(line.front())) return std::nullopt;  // "12 FETCH ...", as nearly all are
  const std::string_view word = take_word(line);
  const auto* const found =
      std::ranges::find_if(kConditions, [=](const auto& entry) { return equals_ignoring_case(entry.first, word); });
  if (found == kConditions.end()) return std::nullopt;

  Status status{.condition = found->second, .code = {}, .arguments = {}, .text = line};
  const std::size_t end = line.starts_with('[') ? line.find(']') : std::string_view::npos;
  if (end != std::string_view::npos) {
    std::string_view inside = line.substr(1, end - 1);
    status.code = take_word(inside);
    status.arguments = inside;
    status.text.remove_prefix(std::min(line.find_first_not_of(' ', end + 1), line.size()));
  }
  return status;
}

}  // namespace tlsrpt::imap
