#include "collector/print/remedy.hpp"

#include <algorithm>
#include <string_view>

namespace tlsrpt::collector {
namespace {

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_host_name(std::string_view name) noexcept {
  return !name.empty() && name.front() != '-' && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
  });
}

// `text` with every whole word `placeholder` replaced.
std::string replaced(std::string_view text, std::string_view placeholder, const std::optional<std::string>& name) {
  if (!name || !is_host_name(*name)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const auto length =
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_letter_or_digit) - text.begin());
    const auto word = text.substr(0, std::max<std::size_t>(length, 1));
    out += word == placeholder ? *name : word;
    text.remove_prefix(word.size());
  }
  return out;
}

}  // namespace

Remedy remedy_for(const parser::ResultType& type, const std::optional<std::string>& mx,
                  const std::optional<std::string>& domain) {
  // In the advice "MX" is a word, not a name.
  const auto colon = type.remedy.find(": ");
  if (colon == std::string_view::npos) return {.advice = replaced(type.remedy, "DOMAIN", domain), .command = {}};
  return {.advice = replaced(type.remedy.substr(0, colon), "DOMAIN", domain),
          .command = replaced(replaced(type.remedy.substr(colon + 2), "MX", mx), "DOMAIN", domain)};
}

}  // namespace tlsrpt::collector
