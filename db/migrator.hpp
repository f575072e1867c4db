#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "db/connection.hpp"

// Brings schema `tlsrpt` up to date: forward only, under an advisory lock, each migration in its own transaction.
namespace tlsrpt::db {

struct MigrationStatus {
  int version = 0;
  std::string name;
  std::optional<std::string> applied_at;  // none: pending
  bool checksum_matches = true;
};

// All that the program knows, ascending, and what the database has beyond. An empty database has all pending. Throws
// kMisconfigured where the role may not use the schema.
[[nodiscard]] std::vector<MigrationStatus> migration_status(const Connection& connection);

// Of another process that is just migrating.
struct MigrationWait {
  std::function<void()> begins = nullptr;       // called before
  std::chrono::milliseconds patience{600'000};  // how long
};

// Applies what is pending and fills `result_type` then; returns the names applied. Throws kNewer, kMisconfigured where
// an applied migration's checksum differs, and kUnavailable where patience is at its end.
std::vector<std::string> migrate(const Connection& connection, const MigrationWait& wait = {});

// Brings `result_type`, the copy of parser/'s table, up to date. Writes nothing where nothing changed.
void refresh_result_types(const Connection& connection);

// Throws kSchemaMissing, kNewer: for commands that may not migrate.
void require_current_schema(const Connection& connection);

// Read-only rights on schema `tlsrpt`, present and future tables, for a role that exists.
void grant_reader(const Connection& connection, const std::string& role);

}  // namespace tlsrpt::db
