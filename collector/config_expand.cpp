#include "collector/config_expand.hpp"

#include <algorithm>
#include <cstdlib>

namespace tlsrpt::collector {

namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

}  // namespace

bool is_variable_name(std::string_view name) noexcept {
  return !name.empty() && !is_digit(name.front()) && std::ranges::all_of(name, is_name_character);
}

bool looks_like_variable(std::string_view name) noexcept {
  return is_variable_name(name) && std::ranges::none_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
}

Expansion expand_variables(std::string_view text) {
  constexpr std::string_view kEscaped = "$${";
  constexpr std::string_view kBegin = "${";
  Expansion expansion;
  while (!text.empty()) {
    if (text.starts_with(kEscaped)) {
      expansion.text += kBegin;
      text.remove_prefix(kEscaped.size());
      continue;
    }
    if (!text.starts_with(kBegin)) {
      expansion.text += text.front();
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(kBegin.size());
    const auto end = text.find('}');
    const std::string name{text.substr(0, end)};
    if (end == std::string_view::npos || !is_variable_name(name)) {
      expansion.malformed = true;
      return expansion;
    }
    if (const char* value = std::getenv(name.c_str())) {
      expansion.text += value;
    } else if (!expansion.unset) {
      expansion.unset = name;
    }
    text.remove_prefix(end + 1);
  }
  return expansion;
}

}  // namespace tlsrpt::collector
