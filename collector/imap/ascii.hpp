#pragma once

#include <algorithm>
#include <string>
#include <string_view>

// IMAP's keywords are ASCII and case-insensitive (RFC 9051 §9, note 1).
namespace tlsrpt::imap {

[[nodiscard]] constexpr char to_upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto are_same = [](char x, char y) { return to_upper(x) == to_upper(y); };
  // Most servers write keywords as the standard does.
  return a.size() == b.size() && (a == b || std::equal(a.begin(), a.end(), b.begin(), are_same));
}

[[nodiscard]] constexpr bool starts_ignoring_case(std::string_view text, std::string_view beginning) noexcept {
  return equals_ignoring_case(text.substr(0, beginning.size()), beginning);
}

}  // namespace tlsrpt::imap
