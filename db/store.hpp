#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/connection.hpp"
#include "db/mailbox.hpp"
#include "mime/authentication.hpp"
#include "parser/deviation.hpp"
#include "parser/failure_total.hpp"
#include "parser/reader.hpp"
#include "parser/reason.hpp"
#include "parser/report.hpp"
#include "parser/session_total.hpp"

// Messages and their reports → rows: one transaction a batch, COPY throughout, the watermark with the rows.
namespace tlsrpt::db {

using mime::Authentic;

enum class MessageKind { kTls, kDmarc, kBounce, kOther };

enum class Outcome { kStored, kUpdated, kDuplicate, kIgnored, kQuarantined, kPartial };

[[nodiscard]] std::string_view to_string(MessageKind kind) noexcept;
[[nodiscard]] std::string_view to_string(Outcome outcome) noexcept;

// A report ready to be stored: gaps filled, accepted by configuration.
struct NewReport {
  parser::ParsedReport parsed;
  std::optional<std::string> report_domain;
  std::vector<parser::SessionTotal> session_totals;
  std::vector<parser::FailureTotal> failure_totals;
  std::optional<std::string> submitter_domain;  // TLS-Report-Submitter, else the file name's
  std::optional<std::string> filename;
  std::string attachment;  // MIME part and suffix, "2#1"; "" for a bare file
};

struct NewQuarantine {
  std::string attachment;  // MIME part and suffix; "" for the whole message
  parser::Rejection rejection;
};

// A message seen, or a file imported.
struct NewMessage {
  std::optional<std::uint64_t> uid;      // of the batch's mailbox; none for imports
  std::optional<parser::Digest> sha256;  // of the input, for imports
  std::string source;                    // "imaps://host/INBOX;UID=7", or the input's path
  std::optional<std::string> rfc822_message_id;
  std::optional<std::string> from_domain;
  std::optional<std::string> subject;
  std::optional<parser::Time> received_at;  // INTERNALDATE; for imported mail its topmost Received, else Date
  Authentic authentic = Authentic::kUnknown;
  MessageKind kind = MessageKind::kOther;
  bool operators_own = false;  // imported: may replace (see replacement.hpp)
  std::vector<NewReport> reports;
  std::vector<NewQuarantine> quarantine;
  std::string raw;  // the whole message; stored only if something is quarantined
};

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
  PollRun counts;                 // fetched and outcome counters only
};

// Writes the batch. `watermark` none: an import. Throws kOvertaken when the watermark is not `from` any more (nothing
// is written then). Rows that PostgreSQL refuses, or that outlast statement_timeout, are found by halving the batch and
// quarantined alone (database-refused). A message already there keeps its row and outcome; if it was taken then, its
// reports are upserted again; if it was quarantined and its entries are gone, it is as new. `messages` is consumed.
BatchResult write_batch(const Connection& connection, const std::optional<Watermark>& watermark,
                        std::vector<NewMessage> messages, const BatchOptions& options);

}  // namespace tlsrpt::db
