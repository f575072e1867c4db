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

// Characters beyond ASCII that move the cursor, end a line, reorder what stands beside them, or cannot be seen.
constexpr std::array kUnprintable = {
    Range{0x80, 0x9F},     Range{0xAD, 0xAD},     Range{0x61C, 0x61C},   Range{0x180E, 0x180E}, Range{0x200B, 0x200F},
    Range{0x2028, 0x202E}, Range{0x2060, 0x206F}, Range{0xFEFF, 0xFEFF}, Range{0xFFF9, 0xFFFB}, Range{0xE0000, 0xE007F},
};

bool is_unprintable(char32_t code_point) noexcept {
  return std::ranges::any_of(kUnprintable,
                             [=](Range range) { return code_point >= range.first && code_point <= range.last; });
}

void append_byte(std::string& out, char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  const std::array<char, 4> escape = {'\\', 'x', kDigits[value >> 4], kDigits[value & 0xF]};
  out.append(escape.data(), escape.size());
}

// ASCII that is shown as it is.
bool is_plain(char c) noexcept {
  return c >= ' ' && c <= '~';
}

// The plain characters that `text` begins with.
std::string_view leading_plain(std::string_view text) noexcept {
  const auto end = std::ranges::find_if_not(text, is_plain);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// Takes the first character, or the first byte where that is none, off `text` and appends it to `out`. It is no plain
// one.
void append_next(std::string& out, std::string_view& text) {
  const bool is_control = static_cast<unsigned char>(text.front()) < 0x80;
  const auto character = is_control ? std::nullopt : first_utf8_character(text);
  const std::size_t length = character ? character->length : 1;
  if (!character) {
    append_byte(out, text.front());
  } else if (is_unprintable(character->code_point)) {
    out += fmt::format("\\u{{{:04x}}}", static_cast<std::uint32_t>(character->code_point));
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
  const std::size_t before_ellipsis = most - std::min(most, kEllipsis.size());
  std::string out;
  std::size_t fits = 0;  // how much of `out` leaves room for the ellipsis
  while (!text.empty()) {
    const std::size_t shown = out.size();
    if (const auto plain = leading_plain(text); !plain.empty()) {
      out += plain.substr(0, most - shown);
      if (shown <= before_ellipsis) fits = std::min(out.size(), before_ellipsis);
      if (plain.size() > most - shown) return out.replace(fits, std::string::npos, kEllipsis);
      text.remove_prefix(plain.size());
    }
    while (!text.empty() && !is_plain(text.front())) {
      append_next(out, text);
      if (out.size() > most) return out.replace(fits, std::string::npos, kEllipsis);
      if (out.size() <= before_ellipsis) fits = out.size();
    }
  }
  return out;
}

std::string csv_field(std::string_view text) {
  std::string field = printable(text, std::string::npos);
  if (looks_like_formula(field)) field.insert(field.begin(), '\'');
  const auto needs_quotes = [](char c) { return c == ',' || c == ';' || c == '"'; };
  if (std::ranges::none_of(text, needs_quotes)) return field;  // no escape has any of these
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

}  // namespace tlsrpt::collector
