#include <array>
#include <charconv>
#include <chrono>

#include "parser/domain.hpp"
#include "parser/hints.hpp"
#include "parser/text.hpp"
#include "parser/time.hpp"

namespace tlsrpt::parser {
namespace {

std::string_view without_directories(std::string_view path) {
  std::size_t begin = path.size();
  while (begin > 0 && !is_one_of(path[begin - 1], "/\\")) --begin;
  return path.substr(begin);
}

bool remove_suffix(std::string& name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return false;
  name.resize(name.size() - suffix.size());
  return true;
}

std::optional<Time> unix_time(std::string_view digits) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (error != std::errc() || end != digits.data() + digits.size() || seconds < 0) return std::nullopt;
  if (seconds > kLastTime.time_since_epoch().count()) return std::nullopt;
  return Time{std::chrono::seconds{seconds}};
}

}  // namespace

std::optional<ReportFilename> parse_report_filename(std::string_view filename) {
  std::string name = ascii_lower(trim(without_directories(filename)));
  const bool compressed = remove_suffix(name, ".gz") || remove_suffix(name, ".zip");
  const bool json = remove_suffix(name, ".json");
  if (!json && !compressed) return std::nullopt;

  std::array<std::string_view, 5> parts;  // submitter, policy domain, begin, end, unique
  std::size_t count = 0;
  std::string_view rest = name;
  for (bool more = true; more; ++count) {
    if (count == parts.size()) return std::nullopt;
    const std::size_t mark = rest.find('!');
    more = mark != std::string_view::npos;
    parts[count] = rest.substr(0, mark);
    if (more) rest.remove_prefix(mark + 1);
  }
  if (count < 4) return std::nullopt;
  const std::optional<Time> begin = unix_time(parts[2]);
  const std::optional<Time> end = unix_time(parts[3]);
  ReportFilename read{normalize_domain(parts[0]), normalize_domain(parts[1]), begin.value_or(Time{}),
                      end.value_or(Time{})};
  if (!begin || !end || read.submitter.empty() || read.policy_domain.empty()) return std::nullopt;
  return read;
}

}  // namespace tlsrpt::parser
