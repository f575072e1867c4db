#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tlsrpt::collector {

struct Utf8Character {
  char32_t code_point = 0;
  std::size_t length = 0;  // bytes
};

// The character that `text` begins with (RFC 3629: no overlong forms, no surrogates); none where that is no UTF-8.
[[nodiscard]] std::optional<Utf8Character> first_utf8_character(std::string_view text) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace tlsrpt::collector
