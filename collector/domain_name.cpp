#include "collector/domain_name.hpp"

#include <algorithm>

#include "parser/domain.hpp"

namespace tlsrpt::collector {

namespace {

bool is_label_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_label(std::string_view label) noexcept {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, is_label_character);
}

bool is_host_name(std::string_view name) noexcept {
  if (name.size() > 253) return false;
  while (true) {
    const auto dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

}  // namespace

std::optional<std::string> parse_host_name(std::string_view text) {
  std::string name = parser::normalize_domain(text);
  if (!is_host_name(name)) return std::nullopt;
  return name;
}

std::optional<std::string> parse_domain_name(std::string_view text) {
  auto name = parse_host_name(text);
  if (!name) return std::nullopt;
  const auto last_label = std::string_view{*name}.substr(name->rfind('.') + 1);
  const bool is_address = last_label.find_first_not_of("0123456789") == std::string_view::npos;
  return is_address ? std::nullopt : std::move(name);
}

}  // namespace tlsrpt::collector
