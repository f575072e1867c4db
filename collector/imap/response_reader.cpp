#include "collector/imap/response_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "collector/imap/ascii.hpp"

namespace tlsrpt::imap {

namespace {

constexpr std::string_view kCrlf = "\r\n";
constexpr std::size_t kLargeBuffer = 1u << 20;

// RFC 9051 §7: status responses, tagged or not, and continuation requests end in text for people, where "{5}" is
// nothing but text.
bool ends_in_free_text(std::string_view text) noexcept {
  if (text.starts_with('+')) return true;
  if (!text.starts_with("* ")) return true;  // tagged
  return parse_status(text.substr(2)).has_value();
}

// Does a quoted string stand open at the end of `line`?
bool ends_in_quoted(std::string_view line) noexcept {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      quoted = !quoted;
    } else if (quoted && line[i] == '\\') {
      ++i;
    }
  }
  return quoted;
}

// The digits of "…{123}" or "…{123+}"; none where `line` ends otherwise.
std::optional<std::string_view> literal_header(std::string_view line) noexcept {
  if (!line.ends_with('}')) return std::nullopt;
  line.remove_suffix(1);
  // RFC 7888 gives "{n+}" to clients only, but it says the same.
  if (line.ends_with('+')) line.remove_suffix(1);
  std::size_t begin = line.size();
  while (begin > 0 && is_digit(line[begin - 1])) --begin;
  if (begin == 0 || begin == line.size() || line[begin - 1] != '{') return std::nullopt;
  return line.substr(begin);
}

}  // namespace

bool ResponseReader::read(std::string_view& input) {
  if (complete_) start();
  while (!input.empty()) {
    if (literal_left_ > 0) {
      take_literal(input);
    } else if (take_line(input) && !ends_in_literal_header()) {
      response_.text.resize(response_.text.size() - kCrlf.size());
      complete_ = true;
      return true;
    }
  }
  return false;
}

void ResponseReader::start() {
  if (response_.text.capacity() > kLargeBuffer) response_.text = {};
  response_.text.clear();
  response_.literals.clear();
  complete_ = false;
  line_start_ = 0;
  kept_ = 0;
}

// True when the line's end was taken.
bool ResponseReader::take_line(std::string_view& input) {
  const std::size_t newline = input.find('\n');
  const std::size_t length = newline == std::string_view::npos ? input.size() : newline + 1;
  if (length > limits_.line - response_.text.size()) throw SyntaxError("a line is too long");
  response_.text.append(input.substr(0, length));
  input.remove_prefix(length);
  if (newline == std::string_view::npos) return false;
  if (!std::string_view(response_.text).substr(line_start_).ends_with(kCrlf)) {
    throw SyntaxError("a line ends in LF without CR");
  }
  return true;
}

bool ResponseReader::ends_in_literal_header() {
  if (response_.literals.empty() && ends_in_free_text(response_.text)) return false;
  std::string_view line = std::string_view(response_.text).substr(line_start_);
  line.remove_suffix(kCrlf.size());
  const auto digits = literal_header(line);
  if (!digits) return false;
  if (ends_in_quoted(line)) throw SyntaxError("a quoted string runs over the end of a line");

  std::uint64_t size = 0;
  if (std::from_chars(digits->data(), digits->data() + digits->size(), size).ec != std::errc{}) {
    throw SyntaxError("a literal's size is beyond 64 bits");
  }
  open_literal(size);
  return true;
}

void ResponseReader::open_literal(std::uint64_t size) {
  if (response_.literals.size() == limits_.literals) throw SyntaxError("a response has too many literals");
  // A response has one literal that matters; small ones may stand before it.
  const bool fits = size <= limits_.literal && kept_ <= limits_.line;
  response_.literals.push_back({.size = size, .skipped = !fits, .bytes = {}});
  if (fits) {
    response_.literals.back().bytes.reserve(size);
    kept_ += size;
  }
  literal_left_ = size;
  line_start_ = response_.text.size();
}

void ResponseReader::take_literal(std::string_view& input) {
  const std::size_t length = std::min<std::uint64_t>(literal_left_, input.size());
  Literal& literal = response_.literals.back();
  if (!literal.skipped) literal.bytes.append(input.substr(0, length));
  input.remove_prefix(length);
  literal_left_ -= length;
}

}  // namespace tlsrpt::imap
