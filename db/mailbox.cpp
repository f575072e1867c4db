#include "db/mailbox.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "db/advisory_lock.hpp"
#include "db/privileges.hpp"
#include "db/text.hpp"
#include "db/transaction.hpp"
#include "db/watermark.hpp"

namespace tlsrpt::db {
namespace {

constexpr const char* kFind =
    "SELECT id, uid_validity, last_uid, backfill_uid, backfill_filter, unfinished_runs, domains = $5::text[] "
    "FROM mailbox WHERE name = $1 AND (server, username, folder) = ($2, $3, $4)";

// UIDs, and all that is known by them, are of one place: another one behind the same name gets a row of its own.
constexpr const char* kRetire =
    "UPDATE mailbox SET name = format('%s (retired %s)', name, id), retired_at = now() "
    "WHERE name = $1 AND (server, username, folder) <> ($2, $3, $4) RETURNING id";

// Back to a place that had this name, as after a mistake in the configuration.
constexpr const char* kRevive =
    "UPDATE mailbox SET name = $1, retired_at = NULL WHERE id = (SELECT max(id) FROM mailbox "
    "WHERE name = format('%s (retired %s)', $1::text, id) AND (server, username, folder) = ($2, $3, $4)) "
    "AND NOT EXISTS (SELECT FROM mailbox WHERE name = $1)";

constexpr const char* kEnter =
    "INSERT INTO mailbox AS m (name, server, username, folder, domains) VALUES ($1, $2, $3, $4, $5::text[]) "
    "ON CONFLICT (name) DO UPDATE SET domains = excluded.domains "
    "WHERE (m.server, m.username, m.folder) = (excluded.server, excluded.username, excluded.folder)";

// What `after:` had still to do there can never be done.
constexpr const char* kSettleAll =
    "UPDATE message SET after_done_at = now() WHERE mailbox_key = $1 AND after_done_at IS NULL";
constexpr const char* kSettleOthers =
    "UPDATE message SET after_done_at = now() "
    "WHERE mailbox_key = $1 AND uid_validity <> $2 AND after_done_at IS NULL";

constexpr const char* kEndRun =
    "UPDATE mailbox SET unfinished_runs = unfinished_runs - 1 WHERE id = $1 AND unfinished_runs > 0";

constexpr const char* kNotePoll =
    "UPDATE mailbox SET last_polled_at = now(), last_error = $2,"
    " last_success_at = CASE WHEN $2::text IS NULL THEN now() ELSE last_success_at END WHERE id = $1";

struct Found {
  MailboxState state;
  bool has_same_domains = true;
};

std::optional<std::uint64_t> optional_uid(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return static_cast<std::uint64_t>(field.as<std::int64_t>());
}

std::optional<Found> find(pqxx::transaction_base& transaction, const MailboxIdentity& identity) {
  const pqxx::result rows = transaction.exec_params(kFind, identity.name, identity.server, identity.username,
                                                    identity.folder, array_text(identity.domains));
  if (rows.empty()) return std::nullopt;
  const auto& row = rows[0];
  return Found{.state = {.key = row[0].as<MailboxKey>(),
                         .uid_validity = optional_uid(row[1]),
                         .last_uid = row[2].as<std::uint64_t>(),
                         .backfill_uid = optional_uid(row[3]),
                         .backfill_filter = row[4].as<std::string>(),
                         .unfinished_runs = row[5].as<int>()},
               .has_same_domains = row[6].as<bool>()};
}

MailboxIdentity storable(const MailboxIdentity& identity) {
  return {storable_text(identity.name), storable_text(identity.server), storable_text(identity.username),
          storable_text(identity.folder), identity.domains};
}

bool landed(const PollRun& run) {
  return run.fetched > 0 || run.error;
}

}  // namespace

MailboxState enter_mailbox(const Connection& connection, const MailboxIdentity& given) {
  const MailboxIdentity identity = storable(given);
  const auto known = in_statement(connection, [&](auto& transaction) { return find(transaction, identity); });
  if (known && known->has_same_domains) return known->state;
  return in_transaction(connection, [&](pqxx::work& transaction) {
    for (const auto& row :
         transaction.exec_params(kRetire, identity.name, identity.server, identity.username, identity.folder)) {
      transaction.exec_params(kSettleAll, row[0].as<MailboxKey>());
    }
    transaction.exec_params(kRevive, identity.name, identity.server, identity.username, identity.folder);
    transaction.exec_params(kEnter, identity.name, identity.server, identity.username, identity.folder,
                            array_text(identity.domains));
    const auto entered = find(transaction, identity);
    if (!entered) {
      throw Error{Error::Kind::kOvertaken,
                  fmt::format("another process has just given the name {} to another mailbox", identity.name)};
    }
    return entered->state;
  });
}

std::optional<MailboxState> peek_mailbox(const Connection& connection, const MailboxIdentity& given) {
  const MailboxIdentity identity = storable(given);
  try {
    const auto known = in_statement(connection, [&](auto& transaction) { return find(transaction, identity); });
    return known ? std::optional{known->state} : std::nullopt;
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::kSchemaMissing) throw;
    require_visible_schema(connection);
    return std::nullopt;
  }
}

void reset_watermark(const Connection& connection, MailboxKey key, std::uint64_t uid_validity) {
  in_transaction(connection, [&](pqxx::work& transaction) {
    transaction.exec_params(
        "UPDATE mailbox SET uid_validity = $2, last_uid = 0, backfill_uid = NULL, backfill_filter = '', "
        "unfinished_runs = 0 WHERE id = $1",
        key, uid_validity_to_sql(uid_validity));
    transaction.exec_params(kSettleOthers, key, uid_validity_to_sql(uid_validity));
  });
}

void begin_backfill(const Connection& connection, MailboxKey key, std::uint64_t from_uid, const std::string& filter) {
  in_statement(connection, [&](auto& transaction) {
    transaction.exec_params("UPDATE mailbox SET backfill_uid = $2, backfill_filter = $3 WHERE id = $1", key,
                            uid_to_sql(from_uid), storable_text(filter));
  });
}

void end_backfill(const Connection& connection, MailboxKey key) {
  in_statement(connection, [&](auto& transaction) {
    transaction.exec_params("UPDATE mailbox SET backfill_uid = NULL, backfill_filter = '' WHERE id = $1", key);
  });
}

void move_watermark(pqxx::transaction_base& transaction, const Watermark& watermark) {
  const std::int64_t uid_validity = uid_validity_to_sql(watermark.uid_validity);
  const std::int64_t from = uid_to_sql(watermark.from);
  const std::int64_t to = uid_to_sql(watermark.to);
  const pqxx::result moved =
      watermark.backfill
          ? transaction.exec_params(
                "UPDATE mailbox SET backfill_uid = $4, last_uid = greatest(last_uid, CASE WHEN $5 THEN $4::bigint "
                "END), "
                "unfinished_runs = 0 WHERE id = $1 AND uid_validity = $2 AND coalesce(backfill_uid, 0) = $3",
                watermark.mailbox, uid_validity, from, to, watermark.raise_last_uid)
          : transaction.exec_params(
                "UPDATE mailbox SET last_uid = $4, unfinished_runs = 0 "
                "WHERE id = $1 AND uid_validity = $2 AND last_uid = $3",
                watermark.mailbox, uid_validity, from, to);
  if (moved.affected_rows() == 0) {
    throw Error{Error::Kind::kOvertaken,
                fmt::format("the {} watermark is not {} any more: somebody else is reading this mailbox",
                            watermark.backfill ? "backfill's" : "mailbox's", watermark.from)};
  }
}

void skip_to(const Connection& connection, MailboxKey key, std::uint64_t uid_validity, std::uint64_t from,
             std::uint64_t to) {
  in_transaction(connection, [&](pqxx::work& transaction) {
    move_watermark(transaction, {.mailbox = key, .uid_validity = uid_validity, .from = from, .to = to});
  });
}

void note_run_begun(const Connection& connection, MailboxKey key) {
  in_statement(connection, [&](auto& transaction) {
    transaction.exec_params("UPDATE mailbox SET unfinished_runs = unfinished_runs + 1 WHERE id = $1", key);
  });
}

void note_poll(const Connection& connection, std::optional<MailboxKey> key, const PollRun& run,
               std::chrono::milliseconds elapsed) {
  const std::optional<std::string> error = storable_optional(run.error);
  const auto note_mailbox = [&](auto& transaction) {
    if (key && run.began_reading) transaction.exec_params(kEndRun, *key);
    if (key && !run.read_elsewhere) transaction.exec_params(kNotePoll, *key, error);
  };
  if (!landed(run)) return in_statement(connection, note_mailbox);
  in_transaction(connection, [&](pqxx::work& transaction) {
    note_mailbox(transaction);
    transaction.exec_params(
        "INSERT INTO poll_run (mailbox_key, command, started_at, finished_at, fetched, stored, updated, duplicate, "
        "ignored, quarantined, partial, error) "
        "VALUES ($1, $2, now() - $3 * interval '1 millisecond', now(), $4, $5, $6, $7, $8, $9, $10, $11)",
        key, run.command, static_cast<std::int64_t>(elapsed.count()), run.fetched, run.stored, run.updated,
        run.duplicate, run.ignored, run.quarantined, run.partial, error);
  });
}

bool lock_mailbox(const Connection& connection, MailboxKey key, std::chrono::milliseconds patience) {
  return take_lock(connection, static_cast<int>(key), patience);
}

void unlock_mailbox(const Connection& connection, MailboxKey key) {
  release_lock(connection, static_cast<int>(key));
}

std::vector<std::uint64_t> pending_after(const Connection& connection, MailboxKey key, std::uint64_t uid_validity) {
  return in_statement(connection, [&](auto& transaction) {
    std::vector<std::uint64_t> uids;
    const pqxx::result rows = transaction.exec_params(
        "SELECT uid FROM message WHERE mailbox_key = $1 AND uid_validity = $2 AND after_done_at IS NULL ORDER BY uid",
        key, uid_validity_to_sql(uid_validity));
    for (const auto& row : rows) uids.push_back(row[0].template as<std::uint64_t>());
    return uids;
  });
}

void mark_after_done(const Connection& connection, MailboxKey key, std::uint64_t uid_validity,
                     const std::vector<std::uint64_t>& uids) {
  std::vector<std::int64_t> list;
  std::transform(uids.begin(), uids.end(), std::back_inserter(list), uid_to_sql);
  in_statement(connection, [&](auto& transaction) {
    transaction.exec_params(
        "UPDATE message SET after_done_at = now() "
        "WHERE mailbox_key = $1 AND uid_validity = $2 AND uid = ANY ($3::bigint[])",
        key, uid_validity_to_sql(uid_validity), array_text(list));
  });
}

}  // namespace tlsrpt::db
