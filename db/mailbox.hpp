#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/connection.hpp"

// The `mailbox` rows: identity, watermark, lock, and how polling went.
namespace tlsrpt::db {

using MailboxKey = std::int64_t;

struct MailboxIdentity {
  std::string name;  // unique; what the configuration calls it
  std::string server;
  std::string username;
  std::string folder;
  std::vector<std::string> domains;
};

struct MailboxState {
  MailboxKey key = 0;
  std::optional<std::uint64_t> uid_validity;
  std::uint64_t last_uid = 0;
  std::optional<std::uint64_t> backfill_uid;  // progress of an unfinished backfill
  std::string backfill_filter;                // its --since/--before, "" without
  int unfinished_runs = 0;                    // runs begun at this watermark and not ended
};

// The row of this name and place, made or brought up to date. Where the name stood for another server, username or
// folder, that row is retired (it keeps its messages under another name, with nothing left to do for `after:`), and the
// new one starts at UID 1, or where it was when it last had that name. Throws kOvertaken where another process gives
// the name to another place just then.
MailboxState enter_mailbox(const Connection& connection, const MailboxIdentity& identity);

// The same without writing anything; none before the first run there, or without a schema (for --dry-run).
[[nodiscard]] std::optional<MailboxState> peek_mailbox(const Connection& connection, const MailboxIdentity& identity);

// Another UIDVALIDITY: the watermarks are 0 from now on, and what `after:` had to do under others is settled.
void reset_watermark(const Connection& connection, MailboxKey key, std::uint64_t uid_validity);

// Where a backfill begins or goes on; and its end, which forgets backfill_uid.
void begin_backfill(const Connection& connection, MailboxKey key, std::uint64_t from_uid, const std::string& filter);
void end_backfill(const Connection& connection, MailboxKey key);

// Raises the watermark to `to` where it is still `from`, with no rows (UIDs that hold nothing). Throws kOvertaken.
void skip_to(const Connection& connection, MailboxKey key, std::uint64_t uid_validity, std::uint64_t from,
             std::uint64_t to);

// A run that is about to read messages; undone by the first batch that lands and by its own note_poll.
void note_run_begun(const Connection& connection, MailboxKey key);

struct PollRun {
  std::string command;  // "collect", "backfill", "run" or "import"
  std::int64_t fetched = 0;
  std::int64_t stored = 0, updated = 0, duplicate = 0, ignored = 0, quarantined = 0, partial = 0;  // messages
  std::optional<std::string> error;
  bool began_reading = false;   // note_run_begun() was called
  bool read_elsewhere = false;  // how polling went is for whoever reads the mailbox to say: only the run is noted
};

// last_polled_at, last_success_at or last_error; a `poll_run` row only where something was fetched or failed.
// started_at by the database's clock.
void note_poll(const Connection& connection, std::optional<MailboxKey> key, const PollRun& run,
               std::chrono::milliseconds elapsed);

// The per-mailbox advisory lock, held by the connection. Waits up to `patience`; false: somebody else has it.
[[nodiscard]] bool lock_mailbox(const Connection& connection, MailboxKey key, std::chrono::milliseconds patience);
void unlock_mailbox(const Connection& connection, MailboxKey key);

// What `after:` still has to do under this UIDVALIDITY, ascending; and done.
[[nodiscard]] std::vector<std::uint64_t> pending_after(const Connection& connection, MailboxKey key,
                                                       std::uint64_t uid_validity);
void mark_after_done(const Connection& connection, MailboxKey key, std::uint64_t uid_validity,
                     const std::vector<std::uint64_t>& uids);

}  // namespace tlsrpt::db
