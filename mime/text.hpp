#pragma once

#include <algorithm>
#include <string>
#include <string_view>

// Small helpers for mail text: ASCII case and folds.
namespace tlsrpt::mime {

inline constexpr std::string_view kWhiteSpace = " \t\r\n";

// ASCII alone, whatever the locale. Inline: every field's name goes through them several times.
[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// One of kWhiteSpace.
[[nodiscard]] constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Without white space at its start, at its end. Loops: the library's searches for sets make a call for each character.
[[nodiscard]] constexpr std::string_view trim_start(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}
[[nodiscard]] constexpr std::string_view trim_end(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

[[nodiscard]] constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
  const auto are_same = [](char x, char y) { return to_lower(x) == to_lower(y); };
  // Most senders write names as the standard does.
  return a.size() == b.size() && (a == b || std::equal(a.begin(), a.end(), b.begin(), are_same));
}

[[nodiscard]] constexpr bool istarts_with(std::string_view text, std::string_view start) noexcept {
  return iequals(text.substr(0, start.size()), start);
}

[[nodiscard]] constexpr bool iends_with(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && iequals(text.substr(text.size() - end.size()), end);
}

// A field's value without its folds (RFC 5322 §2.2.3), each with its white space one space; trimmed.
[[nodiscard]] std::string unfold(std::string_view raw);

}  // namespace tlsrpt::mime
