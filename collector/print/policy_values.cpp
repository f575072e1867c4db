#include "collector/print/policy_values.hpp"

#include <algorithm>

namespace tlsrpt::collector {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kWhite = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kWhite), text.size()));
  return text.substr(0, text.find_last_not_of(kWhite) + 1);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::vector<std::string_view> policy_values(const parser::Policy& policy, std::string_view key) {
  std::vector<std::string_view> values;
  for (const std::string_view line : policy.policy_string) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(trimmed(line.substr(0, colon)), key)) continue;
    values.push_back(trimmed(line.substr(colon + 1)));
  }
  return values;
}

}  // namespace tlsrpt::collector
