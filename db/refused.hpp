#pragma once

#include <functional>
#include <vector>

#include "db/connection.hpp"
#include "db/store.hpp"

namespace tlsrpt::db {

// Writes a message in a transaction that is rolled back; throws what writing it throws.
using Trial = std::function<void(const RenderedMessage&)>;

// A message that PostgreSQL refuses, as it will take it: the reports that it refuses are quarantined instead
// (database-refused), and if it refuses what the message's header says, that is left out and all of it quarantined.
[[nodiscard]] RenderedMessage without_refused(RenderedMessage message, const Trial& trial);

}  // namespace tlsrpt::db
