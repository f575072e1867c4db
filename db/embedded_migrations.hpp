#pragma once

#include <span>
#include <string_view>

namespace tlsrpt::db {

// A file of migrations/, embedded when the program is built.
struct EmbeddedMigration {
  int version;
  std::string_view name;      // "0001_messages.sql"
  std::string_view checksum;  // SHA-256 of the file, in hexadecimal
  std::string_view sql;
};

// Versions 1, 2, 3, …, without a gap.
[[nodiscard]] std::span<const EmbeddedMigration> embedded_migrations() noexcept;

}  // namespace tlsrpt::db
