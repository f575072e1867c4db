#include "collector/utf8.hpp"

namespace tlsrpt::collector {

namespace {

// The length that the first byte announces; 0 where it cannot be a first byte.
std::size_t announced_length(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

}  // namespace

std::optional<Utf8Character> first_utf8_character(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = announced_length(lead);
  if (length == 0 || length > text.size()) return std::nullopt;
  if (length == 1) return Utf8Character{lead, 1};

  char32_t code_point = lead & (0x7Fu >> length);
  for (const char c : text.substr(1, length - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0u) != 0x80u) return std::nullopt;
    code_point = (code_point << 6) | (byte & 0x3Fu);
  }
  const bool overlong = (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (overlong || surrogate || code_point > 0x10FFFF) return std::nullopt;
  return Utf8Character{code_point, length};
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto character = first_utf8_character(text);
    if (!character) return false;
    text.remove_prefix(character->length);
  }
  return true;
}

}  // namespace tlsrpt::collector
