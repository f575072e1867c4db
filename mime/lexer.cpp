#include "mime/lexer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "mime/text.hpp"
#include "parser/text.hpp"

namespace tlsrpt::mime {

namespace {

// What a character does to a word: one look at a table for most of a header's characters.
enum class Effect : unsigned char { kDependsOnStops, kGoesOn, kEnds };

constexpr std::array<Effect, 256> effects() {
  std::array<Effect, 256> effects{};
  for (std::size_t i = 0; i < effects.size(); ++i) {
    const char c = static_cast<char>(i);
    if (is_alphanumeric(c)) effects[i] = Effect::kGoesOn;
    if (is_space(c) || c == '(' || c == '"') effects[i] = Effect::kEnds;
  }
  return effects;
}

constexpr auto kEffects = effects();

void append_unquoted(std::string& text, std::string_view quoted) {
  const auto is_special = [](char c) { return c == '\\' || c == '\r' || c == '\n'; };
  if (std::none_of(quoted.begin(), quoted.end(), is_special)) {
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

std::string_view Lexer::run(std::string_view stops) noexcept {
  std::size_t length = 0;
  const auto is_within = [stops](char c) {
    const Effect effect = kEffects[static_cast<unsigned char>(c)];
    return effect == Effect::kGoesOn || (effect == Effect::kDependsOnStops && !parser::is_one_of(c, stops));
  };
  while (length < rest_.size() && is_within(rest_[length])) ++length;
  const std::string_view text = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return text;
}

std::string_view Lexer::word(std::string_view stops) noexcept {
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

std::string Lexer::value(std::string_view stops) {
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

bool Lexer::skip_past(char c) noexcept {
  while (!at_end()) {
    if (rest_.front() == '"') {
      static_cast<void>(quoted());
    } else if (run({&c, 1}).empty()) {
      rest_.remove_prefix(1);
      return true;
    }
  }
  return false;
}

}  // namespace tlsrpt::mime
