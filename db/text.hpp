#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parser/reader.hpp"

// Values as the text that PostgreSQL reads and writes.
namespace tlsrpt::db {

// Text that any `text` column takes: NUL and bytes that are not UTF-8 become U+FFFD. Reports come clean from the
// parser; a source, a subject or a file name may not.
[[nodiscard]] std::string storable_text(std::string_view text);
[[nodiscard]] std::optional<std::string> storable_optional(const std::optional<std::string>& text);

// Appends `text`, made storable.
void append_storable(std::string& to, std::string_view text);

// '{"a","b"}' and '{1,2}'.
void append_element(std::string& to, std::string_view element);  // of the first
void append_array(std::string& to, std::span<const std::string> elements);
[[nodiscard]] std::string array_text(std::span<const std::string> elements);
[[nodiscard]] std::string array_text(std::span<const std::int64_t> elements);
[[nodiscard]] std::vector<std::int64_t> integers_from_array(std::string_view text);  // '{1,2}': not empty, no null

// '\x0aff': bytea, out and in.
void append_bytea(std::string& to, std::string_view bytes);
void append_hex(std::string& to, std::string_view bytes);  // the digits alone
[[nodiscard]] std::string bytea_text(const parser::Digest& digest);
[[nodiscard]] std::string bytes_from_bytea(std::string_view text);
[[nodiscard]] parser::Digest digest_from_bytea(std::string_view text);

[[nodiscard]] inline std::string_view bytes_of(const parser::Digest& digest) noexcept {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// UIDs are ordered, so they must be of 63 bits at most (RFC 9051 knows 32). Throws Error, kBug.
[[nodiscard]] std::int64_t uid_to_sql(std::uint64_t uid);

// UIDVALIDITY is only compared for equality: its 64 bits are kept, whatever their sign is in SQL.
[[nodiscard]] constexpr std::int64_t uid_validity_to_sql(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value);
}

}  // namespace tlsrpt::db
