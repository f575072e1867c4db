#include "db/embedded_migrations.hpp"

#include <string>

#include <doctest/doctest.h>
#include <openssl/sha.h>

namespace tlsrpt::db {
namespace {

std::string sha256(std::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 0x0F];
  }
  return hex;
}

}  // namespace

TEST_CASE("migrations are numbered from 1 without a gap, as their files are named") {
  int version = 0;
  for (const EmbeddedMigration& migration : embedded_migrations()) {
    ++version;
    CHECK(migration.version == version);
    CHECK(std::stoi(std::string{migration.name.substr(0, 4)}) == version);
    CHECK(migration.name.ends_with(".sql"));
  }
  CHECK(version >= 3);
}

TEST_CASE("a migration's checksum is that of the text that is applied") {
  for (const EmbeddedMigration& migration : embedded_migrations()) CHECK(migration.checksum == sha256(migration.sql));
}

}  // namespace tlsrpt::db
