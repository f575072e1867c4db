#include "mime/transfer_encoding.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <mimetic/codec/base64.h>

#include "mime/header.hpp"
#include "mime/lexer.hpp"
#include "mime/text.hpp"

namespace tlsrpt::mime {

namespace {

constexpr Stops kValueEnd(";");

// In place of a digit's value.
constexpr signed char kStray = -1;
constexpr signed char kSpace = -2;
constexpr signed char kPadding = -3;

// What each character is in base64 (RFC 4648 §4): the value of a digit, or why it is none.
constexpr std::array<signed char, 256> base64_values() {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<signed char, 256> values{};
  values.fill(kStray);
  signed char value = 0;
  for (const char digit : digits) values[static_cast<unsigned char>(digit)] = value++;
  for (const char c : kWhiteSpace) values[static_cast<unsigned char>(c)] = kSpace;
  values['='] = kPadding;
  return values;
}

constexpr auto kBase64Values = base64_values();

int base64_value(char c) noexcept {
  return kBase64Values[static_cast<unsigned char>(c)];
}

// A group's four digits where they stand in its three bytes; -1 for what is no digit.
constexpr std::array<std::array<std::int32_t, 256>, 4> base64_places() {
  std::array<std::array<std::int32_t, 256>, 4> places{};
  for (std::size_t place = 0; place < places.size(); ++place) {
    for (std::size_t c = 0; c < kBase64Values.size(); ++c) {
      places[place][c] = kBase64Values[c] < 0 ? -1 : kBase64Values[c] << (18 - 6 * place);
    }
  }
  return places;
}

constexpr auto kBase64Places = base64_places();

// The groups of four digits that `body` begins with → three bytes each; how many characters the groups are. Nearly all
// of a body is such groups, and mimetic's decoder, which takes one digit at a time, needs several times as long for
// them. `out` has room for a byte more.
std::size_t decode_groups(std::string_view body, char* out) noexcept {
  std::size_t length = 0;
  for (; length + 4 <= body.size(); length += 4, out += 3) {
    const auto at = [&](std::size_t place) {
      return kBase64Places[place][static_cast<unsigned char>(body[length + place])];
    };
    const std::int32_t bits = at(0) | at(1) | at(2) | at(3);
    if (bits < 0) break;  // one of them is no digit
    const std::array<char, 4> bytes = {static_cast<char>(bits >> 16), static_cast<char>(bits >> 8),
                                       static_cast<char>(bits), '\0'};
    std::memcpy(out, bytes.data(), bytes.size());  // four at once take one step, three do not
  }
  return length;
}

// What RFC 4648 §4 wants after so many digits, and nothing but white space with it.
bool is_proper_end(std::string_view end, std::size_t digits) {
  if (digits % 4 == 1) return false;
  const auto is_padding = [](char c) { return c == '='; };
  const auto is_expected = [](char c) { return c == '=' || kWhiteSpace.find(c) != std::string_view::npos; };
  return std::all_of(end.begin(), end.end(), is_expected) &&
         static_cast<std::size_t>(std::count_if(end.begin(), end.end(), is_padding)) == (4 - digits % 4) % 4;
}

// mimetic's decoder would read on after the padding, and reads padding in odd places as digits: it is given digits
// alone, of groups that white space or strays divide.
Decoded decode_base64(std::string_view body) {
  Decoded decoded;
  decoded.bytes.resize(body.size() / 4 * 3 + 3);
  mimetic::Base64::Decoder decoder;
  char* out = decoded.bytes.data();
  std::size_t digits = 0;
  std::size_t i = 0;
  while (i < body.size()) {
    const std::size_t grouped = digits % 4 == 0 ? decode_groups(body.substr(i), out) : 0;
    out += grouped / 4 * 3;
    digits += grouped;
    i += grouped;
    if (i == body.size()) break;
    const int value = base64_value(body[i]);
    if (value == kPadding) break;
    if (value >= 0) {
      decoder.process(static_cast<unsigned char>(body[i]), out);
      ++digits;
    }
    decoded.mended = decoded.mended || value == kStray;
    ++i;
  }
  decoder.flush(out);
  decoded.bytes.resize(static_cast<std::size_t>(out - decoded.bytes.data()));
  decoded.mended = decoded.mended || !is_proper_end(body.substr(i), digits);
  return decoded;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void append_unescaped(std::string& bytes, std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const int high = line[i] == '=' && i + 2 < line.size() ? hex_digit(line[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(line[i + 2]);
    if (low < 0) {
      bytes += line[i];
    } else {
      bytes += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
}

// RFC 2045 §6.7.
std::string decode_quoted_printable(std::string_view body) {
  std::string bytes;
  bytes.reserve(body.size());
  while (!body.empty()) {
    const std::string_view line = first_line(body);
    body.remove_prefix(line.size());
    std::size_t text_end = line.size();  // of the line without its line end
    if (text_end > 0 && line[text_end - 1] == '\n') --text_end;
    if (text_end < line.size() && text_end > 0 && line[text_end - 1] == '\r') --text_end;
    std::string_view text = line.substr(0, text_end);
    text = text.substr(0, text.find_last_not_of(" \t") + 1);  // rule 3: white space at the end was added on the way
    const bool soft_break = text.ends_with('=');
    append_unescaped(bytes, soft_break ? text.substr(0, text.size() - 1) : text);
    if (!soft_break) bytes.append(line.substr(text_end));
  }
  return bytes;
}

}  // namespace

TransferEncoding transfer_encoding(std::string_view value) {
  const std::string name = Lexer(value).value(kValueEnd);
  if (iequals(name, "base64")) return TransferEncoding::kBase64;
  if (iequals(name, "quoted-printable")) return TransferEncoding::kQuotedPrintable;
  return TransferEncoding::kIdentity;
}

Decoded decode(std::string_view body, TransferEncoding encoding) {
  switch (encoding) {
    case TransferEncoding::kBase64:
      return decode_base64(body);
    case TransferEncoding::kQuotedPrintable:
      return {decode_quoted_printable(body), false};
    case TransferEncoding::kIdentity:
      break;
  }
  return {std::string(body), false};
}

}  // namespace tlsrpt::mime
