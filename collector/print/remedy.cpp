#include "collector/print/remedy.hpp"

#include <algorithm>

namespace tlsrpt::collector {
namespace {

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_host_name(const std::string& name) noexcept {
  return !name.empty() && name.front() != '-' && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
  });
}

}  // namespace

std::string remedy_for(const parser::ResultType& type, const std::optional<std::string>& mx,
                       const std::optional<std::string>& domain) {
  const auto name_for = [&](std::string_view word) -> std::string_view {
    if (word == "MX" && mx && is_host_name(*mx)) return *mx;
    if (word == "DOMAIN" && domain && is_host_name(*domain)) return *domain;
    return word;
  };
  std::string out;
  std::string_view rest = type.remedy;
  while (!rest.empty()) {
    const auto* const word_end = std::find_if_not(rest.begin(), rest.end(), is_letter_or_digit);
    const auto length = std::max<std::size_t>(static_cast<std::size_t>(word_end - rest.begin()), 1);
    out += name_for(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  return out;
}

}  // namespace tlsrpt::collector
