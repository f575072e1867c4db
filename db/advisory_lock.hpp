#pragma once

namespace tlsrpt::db {

// First key of every advisory lock of this program ("tlsr"), the second being the mailbox's key, or 0 for migrations.
inline constexpr int kAdvisoryLocks = 0x746c7372;

}  // namespace tlsrpt::db
