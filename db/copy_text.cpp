#include "db/copy_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "db/text.hpp"
#include "parser/eight_bytes.hpp"
#include "parser/json.hpp"

namespace tlsrpt::db {
namespace {

// The letter that stands for a character after a backslash; 0 for all that need none.
constexpr std::array<char, 256> escapes() {
  std::array<char, 256> letters{};
  letters['\\'] = '\\';
  letters['\t'] = 't';
  letters['\n'] = 'n';
  letters['\r'] = 'r';
  return letters;
}

constexpr std::array<char, 256> kEscapes = escapes();

constexpr char escape_of(char c) noexcept {
  return kEscapes[static_cast<unsigned char>(c)];
}

// Text that is stored, and copied, as it is: as nearly all is.
bool is_plain(std::string_view text) noexcept {
  return parser::is_all_plain(
      text, [](parser::EightBytes bytes) { return bytes.are_ascii() && !bytes.have_below(' ') && !bytes.have('\\'); },
      [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
}

void append_escaped(std::string& to, std::string_view text) {
  for (const char c : text) {
    if (const char letter = escape_of(c); letter != '\0') {
      to += {'\\', letter};
    } else {
      to += c;
    }
  }
}

}  // namespace

std::string& CopyText::begin_field() {
  if (!std::exchange(at_row_begin_, false)) lines_ += '\t';
  return lines_;
}

CopyText& CopyText::null() {
  begin_field() += "\\N";
  return *this;
}

CopyText& CopyText::integer(std::int64_t value) {
  const fmt::format_int digits{value};
  begin_field().append(digits.data(), digits.size());
  return *this;
}

CopyText& CopyText::integer(std::optional<std::int64_t> value) {
  return value ? integer(*value) : null();
}

CopyText& CopyText::text(std::string_view value) {
  std::string& to = begin_field();
  if (is_plain(value)) {
    to += value;
  } else {
    append_escaped(to, storable_text(value));
  }
  return *this;
}

CopyText& CopyText::text(const std::optional<std::string>& value) {
  return value ? text(std::string_view{*value}) : null();
}

CopyText& CopyText::time(parser::Time value) {
  parser::append_time(begin_field(), value);
  return *this;
}

CopyText& CopyText::time(std::optional<parser::Time> value) {
  return value ? time(*value) : null();
}

CopyText& CopyText::bytes(std::string_view value) {
  begin_field() += '\\';  // before the backslash that they begin with
  append_bytea(lines_, value);
  return *this;
}

CopyText& CopyText::array(std::span<const std::string> value) {
  std::string& to = begin_field();
  to += '{';
  for (const std::string& element : value) {
    if (&element != &value.front()) to += ',';
    if (is_plain(element) && element.find('"') == std::string::npos) {
      to.append(1, '"').append(element).append(1, '"');
    } else {
      std::string quoted;
      append_element(quoted, element);
      append_escaped(to, quoted);
    }
  }
  to += '}';
  return *this;
}

CopyText& CopyText::now() {
  begin_field() += "now";
  return *this;
}

CopyText& CopyText::fields(std::string_view rendered) {
  begin_field() += rendered;
  return *this;
}

void CopyText::end_row() {
  lines_ += '\n';
  at_row_begin_ = true;
}

}  // namespace tlsrpt::db
