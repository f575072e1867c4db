#include "db/prune.hpp"

#include <string>
#include <vector>

#include "db/text.hpp"
#include "db/transaction.hpp"

namespace tlsrpt::db {
namespace {

constexpr std::int64_t kReportsAtOnce = 5000;  // a transaction's worth

// A report ends after it starts: the unique index finds the old ones by their start.
constexpr const char* kCountReports =
    "SELECT count(*) FROM report "
    "WHERE start_datetime < now() - make_interval(days => $1) AND end_datetime < now() - make_interval(days => $1)";

constexpr const char* kDeleteReports =
    "DELETE FROM report WHERE id IN (SELECT id FROM report "
    "WHERE start_datetime < now() - make_interval(days => $1) AND end_datetime < now() - make_interval(days => $1) "
    "LIMIT $2) RETURNING message_key";

// Those of the reports just deleted that nothing needs any more, be it only to finish `after:`.
constexpr const char* kDeleteMessages =
    "DELETE FROM message m WHERE id = ANY ($2::bigint[]) AND after_done_at IS NOT NULL "
    "AND coalesce(received_at, seen_at) < now() - make_interval(days => $1) "
    "AND NOT EXISTS (SELECT FROM report WHERE message_key = m.id) "
    "AND NOT EXISTS (SELECT FROM quarantine WHERE message_key = m.id)";

// Not by the mail's own date: what a backfill of an old inbox puts there today is nobody's to lose tomorrow.
constexpr const char* kCountQuarantine =
    "SELECT count(*) FROM quarantine q JOIN message m ON m.id = q.message_key "
    "WHERE greatest(m.seen_at, q.last_attempt_at) < now() - make_interval(days => $1)";

constexpr const char* kDeleteQuarantine =
    "DELETE FROM quarantine q USING message m WHERE m.id = q.message_key "
    "AND greatest(m.seen_at, q.last_attempt_at) < now() - make_interval(days => $1)";

std::int64_t count(const Connection& connection, const char* query, std::int64_t days) {
  return in_statement(connection, [&](auto& transaction) {
    return transaction.exec_params1(query, days)[0].template as<std::int64_t>();
  });
}

std::int64_t delete_some_reports(const Connection& connection, std::int64_t days) {
  return in_transaction(connection, [&](pqxx::work& transaction) {
    std::vector<std::int64_t> messages;
    for (const auto& row : transaction.exec_params(kDeleteReports, days, kReportsAtOnce)) {
      messages.push_back(row[0].as<std::int64_t>());
    }
    if (!messages.empty()) transaction.exec_params(kDeleteMessages, days, array_text(messages));
    return static_cast<std::int64_t>(messages.size());
  });
}

std::int64_t delete_reports(const Connection& connection, std::int64_t days) {
  std::int64_t total = 0;
  std::int64_t some = 0;
  do {
    some = delete_some_reports(connection, days);
    total += some;
  } while (some == kReportsAtOnce);
  return total;
}

std::int64_t delete_quarantine(const Connection& connection, std::int64_t days) {
  return in_statement(connection, [&](auto& transaction) {
    return static_cast<std::int64_t>(transaction.exec_params(kDeleteQuarantine, days).affected_rows());
  });
}

}  // namespace

Pruned prune(const Connection& connection, const Retention& retention, bool dry_run) {
  Pruned pruned;
  if (retention.reports) {
    const std::int64_t days = retention.reports->count();
    pruned.reports = dry_run ? count(connection, kCountReports, days) : delete_reports(connection, days);
  }
  if (retention.quarantine) {
    const std::int64_t days = retention.quarantine->count();
    pruned.quarantine = dry_run ? count(connection, kCountQuarantine, days) : delete_quarantine(connection, days);
  }
  return pruned;
}

}  // namespace tlsrpt::db
