#include "mime/payload.hpp"

#include <algorithm>
#include <cstddef>

#include "mime/text.hpp"
#include "parser/text.hpp"

namespace tlsrpt::mime {

namespace {

constexpr std::size_t kLookedAt = 1024;

// RFC 1950 §2.2: deflate with the usual window at any of its four levels (mail-5).
bool is_zlib(std::string_view bytes) noexcept {
  return bytes.size() > 1 && bytes[0] == 'x' && std::string_view("\x01\x5E\x9C\xDA").find(bytes[1]) < 4;
}

bool is_archive(std::string_view bytes) noexcept {
  return bytes.starts_with("\x1F\x8B") || bytes.starts_with("PK\x03\x04") || is_zlib(bytes);  // RFC 1952 §2.3.1; zip
}

// From the first character that is no byte order mark and no space; UTF-16 is told by its NULs alone.
std::string_view skip_space(std::string_view bytes) noexcept {
  constexpr std::string_view skipped(" \t\r\n\0", 5);
  while (!bytes.empty() && parser::is_one_of(bytes.front(), skipped)) bytes.remove_prefix(1);
  return bytes;
}

std::string_view skip_byte_order_mark(std::string_view bytes) noexcept {
  for (const std::string_view mark : {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"}) {
    if (bytes.starts_with(mark)) return bytes.substr(mark.size());
  }
  return bytes;
}

bool begins_like_json(std::string_view bytes) noexcept {
  const std::string_view text = skip_space(skip_byte_order_mark(bytes));
  return text.starts_with('{') || text.starts_with('[');
}

// An object with a member, or an array of objects: what no text for people begins with.
bool begins_surely_like_json(std::string_view bytes) noexcept {
  const std::string_view text = skip_space(skip_byte_order_mark(bytes));
  if (text.empty()) return false;
  const std::string_view next = skip_space(text.substr(1));
  return (text.front() == '{' && next.starts_with('"')) || (text.front() == '[' && next.starts_with('{'));
}

std::string decode_start(std::string_view start, TransferEncoding encoding) {
  return decode(start, encoding).bytes;
}

// Base64 that nobody declared: a line of nothing else, and what it holds is beyond doubt.
bool is_undeclared_base64(std::string_view start) {
  constexpr std::size_t enough = 16;
  const std::string_view text = parser::trim(start).substr(0, enough);
  const auto is_digit = [](char c) { return is_alphanumeric(c) || c == '+' || c == '/'; };
  if (text.size() < enough || !std::all_of(text.begin(), text.end(), is_digit)) return false;
  const std::string bytes = decode_start(start, TransferEncoding::kBase64);
  return is_archive(bytes) || begins_surely_like_json(bytes);
}

TransferEncoding true_encoding(std::string_view start, TransferEncoding declared) {
  // None of these can begin a base64 text; but JSON in quoted-printable looks like JSON.
  if (is_archive(start)) return TransferEncoding::kIdentity;
  if (declared == TransferEncoding::kBase64) return begins_like_json(start) ? TransferEncoding::kIdentity : declared;
  return is_undeclared_base64(start) ? TransferEncoding::kBase64 : declared;
}

bool begins_like_report(std::string_view bytes, Demand demand) {
  return is_archive(bytes) || (demand == Demand::kText ? begins_surely_like_json(bytes) : begins_like_json(bytes));
}

}  // namespace

Payload inspect(std::string_view body, TransferEncoding declared, Demand demand) {
  const std::string_view start = body.substr(0, kLookedAt);
  Payload payload{.is_report = demand == Demand::kLabelled, .encoding = true_encoding(start, declared)};
  if (payload.is_report) return payload;
  payload.is_report = payload.encoding == TransferEncoding::kIdentity
                          ? begins_like_report(start, demand)
                          : begins_like_report(decode_start(start, payload.encoding), demand);
  return payload;
}

}  // namespace tlsrpt::mime
