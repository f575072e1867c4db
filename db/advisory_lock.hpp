#pragma once

#include <chrono>

#include "db/connection.hpp"

// The advisory locks of this program: held by the session, over several transactions, and gone with it.
namespace tlsrpt::db {

// The second key of a lock: a mailbox's key, or this. The first is the program's own.
inline constexpr int kMigrationLock = 0;

// False: it did not get free within `patience`.
[[nodiscard]] bool take_lock(const Connection& connection, int object, std::chrono::milliseconds patience);
void release_lock(const Connection& connection, int object);

}  // namespace tlsrpt::db
