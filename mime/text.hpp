#pragma once

#include <string>
#include <string_view>

// Small helpers for mail text: ASCII case and folds.
namespace tlsrpt::mime {

inline constexpr std::string_view kWhiteSpace = " \t\r\n";

[[nodiscard]] char to_lower(char c) noexcept;  // ASCII alone, whatever the locale
[[nodiscard]] bool iequals(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] bool istarts_with(std::string_view text, std::string_view start) noexcept;

// A field's value without its folds (RFC 5322 §2.2.3), each with its white space one space; trimmed.
[[nodiscard]] std::string unfold(std::string_view raw);

}  // namespace tlsrpt::mime
