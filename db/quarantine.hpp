#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/connection.hpp"
#include "db/store.hpp"

// Messages that could not be taken, to look at, drop, or try again.
namespace tlsrpt::db {

struct QuarantineEntry {
  std::int64_t id = 0;
  std::int64_t message_key = 0;
  std::string attachment;
  std::string reason;
  std::string detail;
  std::optional<std::string> mailbox;  // its name; none for imports
  std::string source;
  std::optional<std::string> from_domain;
  std::optional<std::string> subject;
  std::optional<std::string> rfc822_message_id;
  std::optional<std::string> received_at;  // ISO 8601, UTC
  std::string age;                         // "3 d": since it was put there or last tried again, by the database's clock
  std::int64_t attempts = 0;
  std::optional<std::string> last_attempt_at;
  bool has_raw = false;
};

[[nodiscard]] std::vector<QuarantineEntry> list_quarantine(const Connection& connection);
[[nodiscard]] std::optional<QuarantineEntry> find_quarantine(const Connection& connection, std::int64_t id);
[[nodiscard]] std::optional<std::string> quarantined_raw(const Connection& connection, std::int64_t id);

// Deletes entries; returns how many there were. The message's row and outcome stay.
std::int64_t drop_quarantine(const Connection& connection, const std::vector<std::int64_t>& ids);

// A quarantined message with everything needed to try it again.
struct QuarantinedMessage {
  std::int64_t message_key = 0;
  std::optional<MailboxIdentity> mailbox;  // without its domains; none for imports
  std::optional<std::uint64_t> uid_validity;
  std::optional<std::uint64_t> uid;
  std::optional<parser::Digest> sha256;  // of imports
  std::string source;
  std::optional<parser::Time> received_at;
  std::optional<std::string> raw;  // none: must be fetched again
};

// Message keys that have an entry, filtered; ascending.
[[nodiscard]] std::vector<std::int64_t> quarantined_messages(const Connection& connection,
                                                             const std::optional<std::string>& reason,
                                                             const std::vector<std::int64_t>& entry_ids);
// None: it is not in quarantine any more.
[[nodiscard]] std::optional<QuarantinedMessage> load_quarantined(const Connection& connection,
                                                                 std::int64_t message_key);

// Stores what a new try gave, in one transaction: the message's quarantine entries are replaced by `message.quarantine`
// (attempts counted on), its reports upserted, its outcome and kind set anew. Idempotent. None: the message was deleted
// meanwhile, and nothing is stored.
std::optional<Outcome> rewrite_message(const Connection& connection, std::int64_t message_key, NewMessage message,
                                       const BatchOptions& options);
// The try could not be made (no raw bytes, and the server has none): attempts + 1.
void note_attempt(const Connection& connection, std::int64_t message_key);

}  // namespace tlsrpt::db
