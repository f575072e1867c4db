#include "db/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "db/error.hpp"
#include "parser/text.hpp"

namespace tlsrpt::db {
namespace {

// What stands between an element's double quotes.
void append_quoted(std::string& to, std::string_view element) {
  const std::size_t begin = to.size();
  append_storable(to, element);
  const auto is_special = [](char c) { return c == '"' || c == '\\'; };
  if (std::none_of(to.begin() + static_cast<std::ptrdiff_t>(begin), to.end(), is_special)) return;
  const std::string text = to.substr(begin);
  to.resize(begin);
  for (const char c : text) {
    if (is_special(c)) to += '\\';
    to += c;
  }
}

char hex_digit(int nibble) noexcept {
  return static_cast<char>(nibble + (nibble < 10 ? '0' : 'a' - 10));
}

unsigned char hex_value(char c) noexcept {
  return static_cast<unsigned char>(c <= '9' ? c - '0' : c - 'a' + 10);  // PostgreSQL writes lower case
}

}  // namespace

void append_storable(std::string& to, std::string_view text) {
  if (parser::is_sound(text)) {
    to += text;
    return;
  }
  parser::TextFaults faults;
  to += parser::mend(text, faults);
}

std::string storable_text(std::string_view text) {
  std::string storable;
  append_storable(storable, text);
  return storable;
}

std::optional<std::string> storable_optional(const std::optional<std::string>& text) {
  return text ? std::optional{storable_text(*text)} : std::nullopt;
}

void append_element(std::string& to, std::string_view element) {
  to += '"';
  append_quoted(to, element);
  to += '"';
}

void append_array(std::string& to, std::span<const std::string> elements) {
  std::string_view before = "{";
  for (const std::string& element : elements) {
    to += before;
    append_element(to, element);
    before = ",";
  }
  to += elements.empty() ? "{}" : "}";
}

std::string array_text(std::span<const std::string> elements) {
  std::string text;
  append_array(text, elements);
  return text;
}

std::string array_text(std::span<const std::int64_t> elements) {
  return fmt::format("{{{}}}", fmt::join(elements.begin(), elements.end(), ","));
}

std::vector<std::int64_t> integers_from_array(std::string_view text) {
  std::vector<std::int64_t> integers;
  while (text.size() > 1) {  // a bracket or a comma, and a number behind it
    std::int64_t& integer = integers.emplace_back();
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + 1, end, integer);
    if (error != std::errc{}) throw Error{Error::Kind::kBug, fmt::format("no array of integers: {}", text)};
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  }
  return integers;
}

void append_bytea(std::string& to, std::string_view bytes) {
  to += "\\x";
  append_hex(to, bytes);
}

// Arithmetic, and no table: so a release build does many bytes at once.
void append_hex(std::string& to, std::string_view bytes) {
  const std::size_t begin = to.size();
  to.resize(begin + 2 * bytes.size());
  char* const digits = to.data() + begin;
  const char* const data = bytes.data();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(data[i]);
    digits[2 * i] = hex_digit(byte >> 4);
    digits[2 * i + 1] = hex_digit(byte & 0x0F);
  }
}

std::string bytea_text(const parser::Digest& digest) {
  std::string text;
  append_bytea(text, bytes_of(digest));
  return text;
}

std::string bytes_from_bytea(std::string_view text) {
  text.remove_prefix(2);  // "\x": bytea_output is hex
  std::string bytes(text.size() / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
  }
  return bytes;
}

parser::Digest digest_from_bytea(std::string_view text) {
  parser::Digest digest{};
  const std::string bytes = bytes_from_bytea(text);
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

std::int64_t uid_to_sql(std::uint64_t uid) {
  if (uid > static_cast<std::uint64_t>(INT64_MAX)) {
    throw Error{Error::Kind::kBug, fmt::format("UID {} is beyond 63 bits", uid)};
  }
  return static_cast<std::int64_t>(uid);
}

}  // namespace tlsrpt::db
