#include "collector/escape.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "collector/utf8.hpp"

namespace tlsrpt::collector {

namespace {

struct Range {
  char32_t first, last;
};

// Characters that move the cursor, end a line, reorder what stands beside them, or cannot be seen.
constexpr std::array kUnprintable = {
    Range{0x00, 0x1F},     Range{0x7F, 0x9F},     Range{0xAD, 0xAD},       Range{0x61C, 0x61C},
    Range{0x180E, 0x180E}, Range{0x200B, 0x200F}, Range{0x2028, 0x202E},   Range{0x2060, 0x206F},
    Range{0xFEFF, 0xFEFF}, Range{0xFFF9, 0xFFFB}, Range{0xE0000, 0xE007F},
};

bool is_unprintable(char32_t code_point) noexcept {
  return std::ranges::any_of(kUnprintable,
                             [=](Range range) { return code_point >= range.first && code_point <= range.last; });
}

void append_byte(std::string& out, char byte) {
  fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(byte));
}

// Takes the first character, or the first byte where that is none, off `text` and appends it to `out`.
void append_next(std::string& out, std::string_view& text) {
  const auto character = first_utf8_character(text);
  const std::size_t length = character ? character->length : 1;
  if (!character || (length == 1 && is_unprintable(character->code_point))) {
    append_byte(out, text.front());
  } else if (is_unprintable(character->code_point)) {
    fmt::format_to(std::back_inserter(out), "\\u{{{:04x}}}", static_cast<std::uint32_t>(character->code_point));
  } else {
    out.append(text.substr(0, length));
  }
  text.remove_prefix(length);
}

// What Excel, LibreOffice or Google Sheets take for the beginning of a formula; the last four are full-width forms.
bool looks_like_formula(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 8> kBeginnings = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return std::ranges::any_of(kBeginnings, [=](std::string_view beginning) { return text.starts_with(beginning); });
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
  constexpr std::string_view kEllipsis = "…";
  std::string out;
  std::size_t fits = 0;  // how much of `out` leaves room for the ellipsis
  while (!text.empty()) {
    append_next(out, text);
    if (out.size() > most) {
      out.resize(fits);
      out += kEllipsis;
      return out;
    }
    if (out.size() + kEllipsis.size() <= most) fits = out.size();
  }
  return out;
}

std::string csv_field(std::string_view text) {
  std::string field = printable(text, std::string::npos);
  if (looks_like_formula(field)) field.insert(field.begin(), '\'');
  if (field.find_first_of(",;\"") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

}  // namespace tlsrpt::collector
