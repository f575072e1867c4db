#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "db/connection.hpp"
#include "db/mailbox.hpp"
#include "db/new_message.hpp"
#include "db/render.hpp"

// Messages and their reports → rows: one transaction a batch, COPY throughout, the watermark with the rows.
namespace tlsrpt::db {

enum class Outcome { kStored, kUpdated, kDuplicate, kIgnored, kQuarantined, kPartial };

[[nodiscard]] std::string_view to_string(Outcome outcome) noexcept;

// Which watermark a batch moves, and from where: the condition that makes it exactly once.
struct Watermark {
  MailboxKey mailbox = 0;
  std::uint64_t uid_validity = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  bool backfill = false;       // moves backfill_uid
  bool raise_last_uid = true;  // a backfill without --since/--before also raises last_uid, never lowers it
};

struct BatchOptions {
  bool after_pending = false;                 // `after:` has work to do on stored, updated and duplicate messages
  std::uint64_t quarantine_bytes = 1u << 30;  // limits.quarantine: beyond it in all, reasons without raw bytes
};

struct BatchResult {
  std::vector<Outcome> outcomes;  // one a message, in order
  std::vector<bool> known;        // beside them: as MessageResult::is_known
  PollRun counts;                 // fetched and outcome counters only
};

// Writes the batch. `watermark` none: an import. Throws kOvertaken when the watermark is not `from` any more (nothing
// is written then). Rows that PostgreSQL refuses, or that outlast statement_timeout, are found by halving the batch and
// quarantined alone (database-refused). A message already there keeps its row and outcome; if it was taken then, its
// reports are upserted again; if it was quarantined and its entries are gone, it is as new. `messages` is consumed.
BatchResult write_batch(const Connection& connection, const std::optional<Watermark>& watermark,
                        std::vector<RenderedMessage> messages, const BatchOptions& options);

}  // namespace tlsrpt::db
