#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "db/connection.hpp"

namespace tlsrpt::db {

struct Retention {
  std::optional<std::chrono::days> reports;     // none: for ever; by end_datetime
  std::optional<std::chrono::days> quarantine;  // by QuarantineEntry::age
};

struct Pruned {
  std::int64_t reports = 0;
  std::int64_t quarantine = 0;
};

// Deletes (or, dry, counts) what is older than `retention` by the database's clock.
Pruned prune(const Connection& connection, const Retention& retention, bool dry_run);

}  // namespace tlsrpt::db
