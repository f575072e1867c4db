#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text from strangers → valid UTF-8 without NUL.
namespace tlsrpt::parser {

struct TextFaults {
  bool invalid_utf8 = false;
  bool nul = false;
  bool lone_surrogate = false;
};

[[nodiscard]] bool is_ascii(std::string_view text) noexcept;

// Valid UTF-8 (RFC 3629) without NUL.
[[nodiscard]] bool is_sound(std::string_view text) noexcept;

// Every NUL, every encoded surrogate and every byte that is no part of a character becomes U+FFFD.
[[nodiscard]] std::string mend(std::string_view text, TextFaults& faults);

// The beginning of a text, mended and cut between characters: for details that quote a sender.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t most = 256);
[[nodiscard]] std::string shorten(std::string text, std::size_t most);  // the same of a text that nobody else needs

// A loop: for sets of a few characters a call of memchr(3), as the library's searches make for each, costs more.
[[nodiscard]] constexpr bool is_one_of(char c, std::string_view set) noexcept {
  for (const char other : set) {
    if (c == other) return true;
  }
  return false;
}

// Without ASCII white space at both ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  constexpr auto is_white_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_white_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white_space(text.back())) text.remove_suffix(1);
  return text;
}

[[nodiscard]] std::string ascii_lower(std::string_view text);

}  // namespace tlsrpt::parser
