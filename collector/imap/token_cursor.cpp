#include "collector/imap/token_cursor.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "collector/imap/ascii.hpp"

namespace tlsrpt::imap {

namespace {

// RFC 9051 §9: what ends an atom. Brackets, '%', '*' and '\' are let through: flags and sections hold them.
bool is_atom_character(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7F && c != '(' && c != ')' && c != '{' && c != '"';
}

// RFC 9051 §9, section: header names stand in a list, and may be quoted.
bool is_section_character(char c) noexcept {
  return c == ' ' || c == '(' || c == ')' || c == '"';
}

}  // namespace

void TokenCursor::expect(char c) {
  if (!take(c)) throw SyntaxError(std::string("'") + c + "' is missing");
}

std::uint64_t TokenCursor::number() {
  const std::string_view text = rest();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) throw SyntaxError("a number is beyond 64 bits");
  if (error != std::errc{}) throw SyntaxError("a number is missing");
  position_ += static_cast<std::size_t>(end - text.data());
  return value;
}

Uid TokenCursor::uid() {
  const Uid uid = number();
  if (uid > kGreatestUid) throw SyntaxError("a UID is beyond 63 bits");
  return uid;
}

std::string_view TokenCursor::atom() {
  const std::string_view text = rest();
  std::size_t length = 0;
  while (length < text.size() && is_atom_character(text[length])) ++length;
  if (length == 0) throw SyntaxError("an atom is missing");
  position_ += length;
  return text.substr(0, length);
}

std::string_view TokenCursor::item_name() {
  const std::string_view text = rest();
  bool in_section = false;
  std::size_t length = 0;
  for (;
       length < text.size() && (is_atom_character(text[length]) || (in_section && is_section_character(text[length])));
       ++length) {
    if (text[length] == '[') in_section = true;
    if (text[length] == ']') in_section = false;
  }
  if (length == 0 || in_section) throw SyntaxError("an item's name is missing");
  position_ += length;
  return text.substr(0, length);
}

bool TokenCursor::at_literal() const noexcept {
  return at('{') || rest().starts_with("~{");
}

std::optional<Literal> TokenCursor::nstring() {
  if (at('"')) return quoted();
  if (at_literal()) return literal();
  const std::string_view word = atom();
  if (equals_ignoring_case(word, "NIL")) return std::nullopt;
  return Literal{.size = word.size(), .skipped = false, .bytes = std::string(word)};
}

Literal TokenCursor::quoted() {
  expect('"');
  Literal string;
  const std::string_view text = rest();
  const auto plain = std::find_if(text.begin(), text.end(), [](char c) { return c == '"' || c == '\\'; });
  string.bytes.assign(text.begin(), plain);  // all of it, nearly always
  position_ += string.bytes.size();
  while (!take('"')) {
    take('\\');
    if (at_end()) throw SyntaxError("a quoted string does not end");
    string.bytes += response_->text[position_++];
  }
  string.size = string.bytes.size();
  return string;
}

// The response reader has framed it: a line goes on after CRLF only where a literal's header ended it.
Literal TokenCursor::literal() {
  take('~');
  expect('{');
  (void)number();
  take('+');
  for (const char c : {'}', '\r', '\n'}) expect(c);
  return std::move(response_->literals[next_literal_++]);
}

void TokenCursor::skip_value() {
  int depth = 0;
  do {
    if (take('(')) {
      if (++depth > kMostDepth) throw SyntaxError("lists are nested too deep");
    } else if (depth > 0 && take(')')) {
      --depth;
    } else if (at('"')) {
      (void)quoted();
    } else if (at_literal()) {
      (void)literal();
    } else {
      (void)atom();
    }
    while (depth > 0 && take(' ')) {
    }
  } while (depth > 0);
}

}  // namespace tlsrpt::imap
