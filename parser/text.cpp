#include "parser/text.hpp"

#include <algorithm>
#include <cstdint>

#include <unistr.h>

#include "parser/eight_bytes.hpp"

namespace tlsrpt::parser {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

const std::uint8_t* units(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

// ASCII without NUL, as nearly every text is.
bool is_plain(std::string_view text) {
  return is_all_plain(
      text, [](EightBytes bytes) { return bytes.are_ascii() && !bytes.have('\0'); },
      [](char c) { return static_cast<signed char>(c) > 0; });
}

// U+D800 to U+DFFF, encoded as if they were characters.
bool begins_with_surrogate(std::string_view text) {
  return text.size() >= 3 && text[0] == '\xED' && (static_cast<unsigned char>(text[1]) & 0xE0) == 0xA0 &&
         (static_cast<unsigned char>(text[2]) & 0xC0) == 0x80;
}

}  // namespace

bool is_ascii(std::string_view text) noexcept {
  return is_all_plain(
      text, [](EightBytes bytes) { return bytes.are_ascii(); },
      [](char c) { return static_cast<signed char>(c) >= 0; });
}

bool is_sound(std::string_view text) noexcept {
  if (is_plain(text)) return true;
  return text.find('\0') == std::string_view::npos && u8_check(units(text), text.size()) == nullptr;
}

std::string mend(std::string_view text, TextFaults& faults) {
  std::string mended;
  mended.reserve(text.size() + 16);
  while (!text.empty()) {
    ucs4_t character = 0;
    auto length = static_cast<std::size_t>(u8_mbtouc(&character, units(text), text.size()));
    const bool nul = text[0] == '\0';
    const bool surrogate = begins_with_surrogate(text);
    const bool invalid = !surrogate && u8_check(units(text), length) != nullptr;
    if (surrogate) length = 3;
    faults.nul |= nul;
    faults.lone_surrogate |= surrogate;
    faults.invalid_utf8 |= invalid;
    mended += nul || surrogate || invalid ? kReplacement : text.substr(0, length);
    text.remove_prefix(length);
  }
  return mended;
}

std::string excerpt(std::string_view text, std::size_t most) {
  constexpr std::size_t kLongestCharacter = 4;
  return shorten(std::string(text.substr(0, most + kLongestCharacter)), most);
}

std::string shorten(std::string text, std::size_t most) {
  TextFaults ignored;
  if (!is_sound(text)) text = mend(text, ignored);
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower;
}

}  // namespace tlsrpt::parser
