#include "db/quarantine.hpp"

#include <fmt/format.h>

#include "db/text.hpp"
#include "db/transaction.hpp"

namespace tlsrpt::db {
namespace {

constexpr std::string_view kEntries = R"(
SELECT q.id, q.message_key, q.attachment, q.reason, q.detail, b.name AS mailbox, m.source, m.from_domain, m.subject,
  m.rfc822_message_id, to_char(m.received_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS received_at,
  CASE WHEN age >= 86400 THEN age / 86400 || ' d' WHEN age >= 3600 THEN age / 3600 || ' h' ELSE age / 60 || ' min' END
    AS age,
  q.attempts, to_char(q.last_attempt_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS last_attempt_at,
  EXISTS (SELECT FROM quarantine r WHERE r.message_key = q.message_key AND r.raw IS NOT NULL) AS has_raw
FROM quarantine q
JOIN message m ON m.id = q.message_key
LEFT JOIN mailbox b ON b.id = m.mailbox_key
CROSS JOIN LATERAL (
  SELECT greatest(extract(epoch FROM now() - greatest(m.seen_at, q.last_attempt_at))::bigint, 0) AS age) a
{}
ORDER BY q.id)";

// Raw bytes stand on one entry of a message: before that one goes, another takes them.
constexpr const char* kHandOnRaw =
    "UPDATE quarantine heir SET raw = dropped.raw FROM quarantine dropped "
    "WHERE dropped.id = ANY ($1::bigint[]) AND dropped.raw IS NOT NULL AND heir.id = "
    "(SELECT min(id) FROM quarantine WHERE message_key = dropped.message_key AND id <> ALL ($1::bigint[]))";

std::optional<std::string> optional_text(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional{field.as<std::string>()};
}

QuarantineEntry read_entry(const pqxx::row& row) {
  return {.id = row["id"].as<std::int64_t>(),
          .message_key = row["message_key"].as<std::int64_t>(),
          .attachment = row["attachment"].as<std::string>(),
          .reason = row["reason"].as<std::string>(),
          .detail = row["detail"].as<std::string>(),
          .mailbox = optional_text(row["mailbox"]),
          .source = row["source"].as<std::string>(),
          .from_domain = optional_text(row["from_domain"]),
          .subject = optional_text(row["subject"]),
          .rfc822_message_id = optional_text(row["rfc822_message_id"]),
          .received_at = optional_text(row["received_at"]),
          .age = row["age"].as<std::string>(),
          .attempts = row["attempts"].as<std::int64_t>(),
          .last_attempt_at = optional_text(row["last_attempt_at"]),
          .has_raw = row["has_raw"].as<bool>()};
}

std::optional<std::string> optional_bytes(const pqxx::result& rows) {
  if (rows.empty() || rows[0][0].is_null()) return std::nullopt;
  return bytes_from_bytea({rows[0][0].c_str(), rows[0][0].size()});
}

std::optional<std::uint64_t> optional_number(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return static_cast<std::uint64_t>(field.as<std::int64_t>());
}

std::optional<MailboxIdentity> optional_mailbox(const pqxx::row& row) {
  if (row["name"].is_null()) return std::nullopt;
  return MailboxIdentity{.name = row["name"].as<std::string>(),
                         .server = row["server"].as<std::string>(),
                         .username = row["username"].as<std::string>(),
                         .folder = row["folder"].as<std::string>(),
                         .domains = {}};
}

}  // namespace

std::vector<QuarantineEntry> list_quarantine(const Connection& connection) {
  return in_statement(connection, [](auto& transaction) {
    std::vector<QuarantineEntry> entries;
    for (const auto& row : transaction.exec(fmt::format(kEntries, ""))) entries.push_back(read_entry(row));
    return entries;
  });
}

std::optional<QuarantineEntry> find_quarantine(const Connection& connection, std::int64_t id) {
  return in_statement(connection, [&](auto& transaction) {
    const pqxx::result rows = transaction.exec_params(fmt::format(kEntries, "WHERE q.id = $1"), id);
    return rows.empty() ? std::nullopt : std::optional{read_entry(rows[0])};
  });
}

std::optional<std::string> quarantined_raw(const Connection& connection, std::int64_t id) {
  return in_statement(connection, [&](auto& transaction) {
    return optional_bytes(
        transaction.exec_params("SELECT raw FROM quarantine WHERE raw IS NOT NULL "
                                "AND message_key = (SELECT message_key FROM quarantine WHERE id = $1)",
                                id));
  });
}

std::int64_t drop_quarantine(const Connection& connection, const std::vector<std::int64_t>& ids) {
  const std::string list = array_text(ids);
  return in_transaction(connection, [&](pqxx::work& transaction) {
    transaction.exec_params(kHandOnRaw, list);
    const pqxx::result dropped = transaction.exec_params("DELETE FROM quarantine WHERE id = ANY ($1::bigint[])", list);
    return static_cast<std::int64_t>(dropped.affected_rows());
  });
}

std::vector<std::int64_t> quarantined_messages(const Connection& connection, const std::optional<std::string>& reason,
                                               const std::vector<std::int64_t>& entry_ids) {
  return in_statement(connection, [&](auto& transaction) {
    std::vector<std::int64_t> keys;
    const pqxx::result rows = transaction.exec_params(
        "SELECT DISTINCT message_key FROM quarantine WHERE ($1::text IS NULL OR reason = $1) "
        "AND (cardinality($2::bigint[]) = 0 OR id = ANY ($2::bigint[])) ORDER BY message_key",
        storable_optional(reason), array_text(entry_ids));
    for (const auto& row : rows) keys.push_back(row[0].template as<std::int64_t>());
    return keys;
  });
}

std::optional<QuarantinedMessage> load_quarantined(const Connection& connection, std::int64_t message_key) {
  return in_transaction(connection, [&](pqxx::work& transaction) -> std::optional<QuarantinedMessage> {
    const pqxx::result rows = transaction.exec_params(
        "SELECT b.name, b.server, b.username, b.folder, m.uid_validity, m.uid, m.sha256, m.source,"
        " extract(epoch FROM m.received_at)::bigint AS received "
        "FROM message m LEFT JOIN mailbox b ON b.id = m.mailbox_key "
        "WHERE m.id = $1 AND EXISTS (SELECT FROM quarantine WHERE message_key = m.id)",
        message_key);
    if (rows.empty()) return std::nullopt;
    const pqxx::row row = rows[0];
    QuarantinedMessage message{.message_key = message_key,
                               .mailbox = optional_mailbox(row),
                               .uid_validity = optional_number(row["uid_validity"]),
                               .uid = optional_number(row["uid"]),
                               .sha256 = std::nullopt,
                               .source = row["source"].as<std::string>(),
                               .received_at = std::nullopt,
                               .raw = std::nullopt};
    if (!row["sha256"].is_null()) message.sha256 = digest_from_bytea(row["sha256"].c_str());
    if (!row["received"].is_null()) {
      message.received_at = parser::Time{std::chrono::seconds{row["received"].as<std::int64_t>()}};
    }
    message.raw = optional_bytes(
        transaction.exec_params("SELECT raw FROM quarantine WHERE message_key = $1 AND raw IS NOT NULL", message_key));
    return message;
  });
}

void note_attempt(const Connection& connection, std::int64_t message_key) {
  in_statement(connection, [&](auto& transaction) {
    transaction.exec_params(
        "UPDATE quarantine SET attempts = attempts + 1, last_attempt_at = now() WHERE message_key = $1", message_key);
  });
}

}  // namespace tlsrpt::db
