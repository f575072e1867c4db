#include "mime/lexer.hpp"

#include <algorithm>
#include <cstddef>

#include "mime/text.hpp"
#include "parser/eight_bytes.hpp"

namespace tlsrpt::mime {

namespace {

// Nothing in it is escaped or folded.
bool is_plain(std::string_view quoted) noexcept {
  return parser::is_all_plain(
      quoted, [](parser::EightBytes bytes) { return !bytes.have('\\') && !bytes.have_below(' '); },
      [](char c) { return c != '\\' && static_cast<unsigned char>(c) >= ' '; });
}

void append_unquoted(std::string& text, std::string_view quoted) {
  if (is_plain(quoted)) {
    text.append(quoted);
    return;
  }
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] == '\\' && i + 1 < quoted.size()) {
      text += quoted[++i];
    } else if (quoted[i] == '\r' || quoted[i] == '\n') {
      i = std::min(quoted.find_first_not_of(kWhiteSpace, i), quoted.size()) - 1;
      text += ' ';
    } else {
      text += quoted[i];
    }
  }
}

}  // namespace

void Lexer::skip_comment() noexcept {
  std::size_t depth = 0;
  std::size_t i = 0;
  for (; i < rest_.size(); ++i) {
    if (rest_[i] == '\\') {
      ++i;
    } else if (rest_[i] == '(') {
      ++depth;
    } else if (rest_[i] == ')' && --depth == 0) {
      break;
    }
  }
  rest_.remove_prefix(std::min(i + 1, rest_.size()));
}

void Lexer::skip_space_and_comments() noexcept {
  rest_ = trim_start(rest_);
  while (rest_.starts_with('(')) {
    skip_comment();
    rest_ = trim_start(rest_);
  }
}

bool Lexer::at_end() noexcept {
  skip_space_and_comments();
  return rest_.empty();
}

char Lexer::peek() noexcept {
  return at_end() ? '\0' : rest_.front();
}

bool Lexer::take(char c) noexcept {
  if (at_end() || rest_.front() != c) return false;
  rest_.remove_prefix(1);
  return true;
}

std::string_view Lexer::run(const Stops& stops) noexcept {
  std::size_t length = 0;
  while (length < rest_.size() && !stops.has(rest_[length])) ++length;
  const std::string_view text = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return text;
}

std::string_view Lexer::word(const Stops& stops) noexcept {
  skip_space_and_comments();
  return run(stops);
}

std::string_view Lexer::quoted() noexcept {
  rest_.remove_prefix(1);
  // Few hold an escape: two searches of the library are done before a look at each character.
  std::size_t length = std::min(rest_.find('"'), rest_.size());
  length = std::min(rest_.substr(0, length).find('\\'), length);
  while (length < rest_.size() && rest_[length] != '"') length += rest_[length] == '\\' ? 2U : 1U;
  const std::string_view text = rest_.substr(0, length);
  rest_.remove_prefix(std::min(length + 1, rest_.size()));
  return text;
}

std::string Lexer::value(const Stops& stops) {
  skip_space_and_comments();
  std::string text;
  while (!rest_.empty()) {
    if (rest_.front() == '"') {
      append_unquoted(text, quoted());
      continue;
    }
    const std::string_view part = run(stops);
    if (part.empty()) break;
    text.append(part);
  }
  return text;
}

bool Lexer::skip_past(const Stops& stops) noexcept {
  while (!at_end()) {
    if (rest_.front() == '"') {
      static_cast<void>(quoted());
    } else if (run(stops).empty()) {
      rest_.remove_prefix(1);
      return true;
    }
  }
  return false;
}

}  // namespace tlsrpt::mime
