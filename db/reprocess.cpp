#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "db/batch.hpp"
#include "db/message_rows.hpp"
#include "db/quarantine.hpp"
#include "db/quarantine_rows.hpp"
#include "db/refused.hpp"
#include "db/text.hpp"
#include "db/transaction.hpp"

namespace tlsrpt::db {
namespace {

// What a mail says of itself may be known only now: a message over the limit is not downloaded.
constexpr const char* kUpdateMessage =
    "UPDATE message SET rfc822_message_id = coalesce($2, rfc822_message_id), from_domain = coalesce($3, from_domain),"
    " subject = coalesce($4, subject), authentic = $5, kind = $6, outcome = $7,"
    // Under another UIDVALIDITY, or in a retired mailbox, there is nothing to be done any more.
    " after_done_at = CASE WHEN $8 AND EXISTS (SELECT FROM mailbox b WHERE b.id = mailbox_key"
    " AND b.uid_validity = message.uid_validity AND b.retired_at IS NULL)"
    " THEN NULL ELSE coalesce(after_done_at, now()) END "
    "WHERE id = $1";

// How often the message was tried before, and whether its bytes were kept; its entries are gone then.
struct Before {
  std::int64_t attempts = 0;
  bool had_raw = false;
  std::vector<QuarantineId> ids;
};

Before remove_entries(pqxx::transaction_base& transaction, std::int64_t message_key) {
  Before before;
  for (const auto& row : transaction.exec_params(
           "DELETE FROM quarantine WHERE message_key = $1 RETURNING id, attachment, attempts, raw IS NOT NULL",
           message_key)) {
    before.ids.push_back({row[0].as<std::int64_t>(), row[1].as<std::string>()});
    before.attempts = std::max(before.attempts, row[2].as<std::int64_t>());
    before.had_raw = before.had_raw || row[3].as<bool>();
  }
  std::ranges::sort(before.ids, {}, &QuarantineId::id);
  return before;
}

std::vector<UpsertResult> upsert(pqxx::transaction_base& transaction, std::int64_t message_key,
                                 const RenderedMessage& message) {
  std::vector<IncomingReport> incoming;
  for (const RenderedReport& report : message.reports) incoming.push_back({message_key, &message.message, &report});
  std::vector<UpsertResult> results = upsert_reports(transaction, incoming);
  take_own_as_stored(results);
  return results;
}

// What was taken before is not taken back where the configuration wants less by now.
bool has_reports(pqxx::transaction_base& transaction, std::int64_t message_key) {
  return !transaction.exec_params("SELECT FROM report WHERE message_key = $1 LIMIT 1", message_key).empty();
}

std::optional<Outcome> rewrite(pqxx::transaction_base& transaction, std::int64_t message_key,
                               const RenderedMessage& rendered, const BatchOptions& options) {
  if (transaction.exec_params("SELECT FROM message WHERE id = $1 FOR UPDATE", message_key).empty()) return std::nullopt;
  Before before = remove_entries(transaction, message_key);
  const std::vector<UpsertResult> results = upsert(transaction, message_key, rendered);
  const std::vector<NewQuarantine> entries = quarantine_of(rendered, results);
  Outcome outcome = outcome_of(results, !entries.empty());
  if (outcome == Outcome::kQuarantined && has_reports(transaction, message_key)) outcome = Outcome::kPartial;
  const NewMessage& message = rendered.message;
  transaction.exec_params(kUpdateMessage, message_key, storable_optional(message.rfc822_message_id),
                          storable_optional(message.from_domain), storable_optional(message.subject),
                          std::string{to_string(message.authentic)}, std::string{to_string(message.kind)},
                          std::string{to_string(outcome)}, options.after_pending && was_taken(outcome));
  if (!entries.empty()) {
    // Bytes that were kept are kept on, whatever the limit is now.
    const QuarantineRows rows{message_key, entries, message.raw, before.attempts + 1, std::move(before.ids)};
    copy_quarantine(transaction, {&rows, 1},
                    before.had_raw ? std::numeric_limits<std::uint64_t>::max() : options.quarantine_bytes);
  }
  return outcome;
}

}  // namespace

std::optional<Outcome> rewrite_message(const Connection& connection, std::int64_t message_key, NewMessage message,
                                       const BatchOptions& options) {
  prepare_upsert(connection);
  if (message.raw.empty()) {
    if (auto before = load_quarantined(connection, message_key)) message.raw = std::move(before->raw).value_or("");
  }
  RenderedMessage rendered = Renderer{}.render(std::move(message));
  const auto write = [&] {
    return in_transaction(
        connection, [&](pqxx::work& transaction) { return rewrite(transaction, message_key, rendered, options); });
  };
  try {
    return write();
  } catch (const RefusedData&) {
    rendered = without_refused(std::move(rendered), [&](const RenderedMessage& part) {
      try_out(connection, [&](pqxx::work& transaction) { rewrite(transaction, message_key, part, options); });
    });
    return write();
  }
}

}  // namespace tlsrpt::db
