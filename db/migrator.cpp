#include "db/migrator.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "db/advisory_lock.hpp"
#include "db/embedded_migrations.hpp"
#include "db/privileges.hpp"
#include "db/text.hpp"
#include "db/transaction.hpp"
#include "parser/result_type.hpp"

namespace tlsrpt::db {
namespace {

struct Applied {
  std::string name;
  std::string checksum;
  std::string at;
};

std::map<int, Applied> applied_migrations(pqxx::transaction_base& transaction) {
  std::map<int, Applied> applied;
  const pqxx::result rows = transaction.exec(
      "SELECT version, name, checksum, to_char(applied_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM schema_migration");
  for (const auto& row : rows) {
    applied[row[0].as<int>()] = {row[1].as<std::string>(), row[2].as<std::string>(), row[3].as<std::string>()};
  }
  return applied;
}

// Throws what keeps this program from this database.
void check(const std::vector<MigrationStatus>& statuses, const std::string& where) {
  const std::size_t known = embedded_migrations().size();
  if (statuses.size() > known) {
    throw Error{Error::Kind::kNewer,
                fmt::format("database {} is newer than this program: it has migration {} ({}), and this program knows "
                            "{}; install the version that made it, or a later one",
                            where, statuses.back().version, statuses.back().name, known)};
  }
  for (const MigrationStatus& status : statuses) {
    if (status.checksum_matches) continue;
    throw Error{Error::Kind::kMisconfigured,
                fmt::format("database {}: migration {} of this program is not the one that was applied under this "
                            "number: another program made this schema",
                            where, status.name)};
  }
}

bool is_pending(const MigrationStatus& status) {
  return !status.applied_at;
}

bool any_pending(const std::vector<MigrationStatus>& statuses) {
  return std::any_of(statuses.begin(), statuses.end(), is_pending);
}

// However long the migrations of another process take, within reason.
class MigrationLock {
 public:
  MigrationLock(const Connection& connection, const MigrationWait& wait) : connection_(connection) {
    if (take_lock(connection, kMigrationLock, std::chrono::milliseconds{0})) return;
    if (wait.begins) wait.begins();
    if (take_lock(connection, kMigrationLock, wait.patience)) return;
    throw Error{
        Error::Kind::kUnavailable,
        fmt::format("database {}: another process has been bringing the schema up to date for more than {} s; "
                    "try again later",
                    connection.where(), std::chrono::duration_cast<std::chrono::seconds>(wait.patience).count())};
  }
  ~MigrationLock() {
    try {
      release_lock(connection_, kMigrationLock);
    } catch (const Error&) {
      // The connection is lost, and with it the lock.
    }
  }
  MigrationLock(const MigrationLock&) = delete;
  MigrationLock& operator=(const MigrationLock&) = delete;

 private:
  const Connection& connection_;
};

void apply(const Connection& connection, const EmbeddedMigration& migration) {
  in_transaction(connection, [&](pqxx::work& transaction) {
    transaction.exec("SET LOCAL statement_timeout = '1h'");
    // Asked first: CREATE SCHEMA IF NOT EXISTS wants a right that the owner of a ready-made schema may lack.
    if (transaction.exec1("SELECT to_regnamespace('tlsrpt') IS NULL")[0].as<bool>()) {
      transaction.exec("CREATE SCHEMA tlsrpt");
    }
    transaction.exec(std::string{migration.sql});
    transaction.exec_params("INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)",
                            migration.version, std::string{migration.name}, std::string{migration.checksum});
  });
}

std::vector<std::string> apply_pending(const Connection& connection, const MigrationWait& wait) {
  const MigrationLock lock{connection, wait};
  const std::vector<MigrationStatus> statuses = migration_status(connection);
  check(statuses, connection.where());
  std::vector<std::string> names;
  for (const EmbeddedMigration& migration : embedded_migrations()) {
    if (!is_pending(statuses[static_cast<std::size_t>(migration.version - 1)])) continue;
    apply(connection, migration);
    names.emplace_back(migration.name);
  }
  return names;
}

}  // namespace

std::vector<MigrationStatus> migration_status(const Connection& connection) {
  std::map<int, Applied> applied;
  try {
    applied = in_statement(connection, [](auto& transaction) { return applied_migrations(transaction); });
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::kSchemaMissing) throw;
    require_visible_schema(connection);
  }
  std::vector<MigrationStatus> statuses;
  for (const EmbeddedMigration& migration : embedded_migrations()) {
    MigrationStatus status{migration.version, std::string{migration.name}, std::nullopt, true};
    if (const auto found = applied.find(migration.version); found != applied.end()) {
      status.applied_at = found->second.at;
      status.checksum_matches = found->second.checksum == migration.checksum;
      applied.erase(found);
    }
    statuses.push_back(std::move(status));
  }
  for (const auto& [version, beyond] : applied) statuses.push_back({version, beyond.name, beyond.at, true});
  return statuses;
}

std::vector<std::string> migrate(const Connection& connection, const MigrationWait& wait) {
  const std::vector<MigrationStatus> statuses = migration_status(connection);
  check(statuses, connection.where());
  if (!any_pending(statuses)) return {};
  std::vector<std::string> names = apply_pending(connection, wait);
  refresh_result_types(connection);
  return names;
}

void refresh_result_types(const Connection& connection) {
  std::vector<std::string> columns[5];
  for (const parser::ResultType& type : parser::result_types()) {
    columns[0].emplace_back(type.code);
    columns[1].emplace_back(type.category);
    columns[2].emplace_back(type.cause);
    columns[3].emplace_back(type.remedy);
    columns[4].emplace_back(type.reference);
  }
  in_statement(connection, [&](auto& transaction) {
    transaction.exec_params(
        "WITH known AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])"
        " AS k (code, category, cause, remedy, reference)), "
        "gone AS (DELETE FROM result_type WHERE code NOT IN (SELECT code FROM known)) "
        "INSERT INTO result_type AS r SELECT * FROM known ORDER BY code ON CONFLICT (code) DO UPDATE "
        "SET category = excluded.category, cause = excluded.cause, remedy = excluded.remedy,"
        " reference = excluded.reference "
        "WHERE (r.category, r.cause, r.remedy, r.reference)"
        " IS DISTINCT FROM (excluded.category, excluded.cause, excluded.remedy, excluded.reference)",
        array_text(columns[0]), array_text(columns[1]), array_text(columns[2]), array_text(columns[3]),
        array_text(columns[4]));
  });
}

void require_current_schema(const Connection& connection) {
  const std::vector<MigrationStatus> statuses = migration_status(connection);
  check(statuses, connection.where());
  const auto pending = std::find_if(statuses.begin(), statuses.end(), is_pending);
  if (pending == statuses.end()) return;
  throw Error{Error::Kind::kSchemaMissing,
              fmt::format("database {}: migration {} is pending; run `tlsrpt-collector migrate`", connection.where(),
                          pending->name)};
}

void grant_reader(const Connection& connection, const std::string& role) {
  in_transaction(connection, [&](pqxx::work& transaction) {
    const std::string known = storable_text(role);
    if (transaction.exec_params("SELECT FROM pg_roles WHERE rolname = $1", known).empty()) {
      throw Error{Error::Kind::kMisconfigured,
                  fmt::format("database {}: role \"{}\" does not exist", connection.where(), known)};
    }
    const std::string name = transaction.quote_name(known);
    transaction.exec("GRANT USAGE ON SCHEMA tlsrpt TO " + name);
    transaction.exec("GRANT SELECT ON ALL TABLES IN SCHEMA tlsrpt TO " + name);
    // Quarantined mail may be anybody's: all but its bytes.
    transaction.exec("REVOKE SELECT ON tlsrpt.quarantine FROM " + name);
    transaction.exec(
        "GRANT SELECT (id, message_key, attachment, reason, detail, attempts, last_attempt_at) ON tlsrpt.quarantine "
        "TO " +
        name);
    transaction.exec("ALTER DEFAULT PRIVILEGES IN SCHEMA tlsrpt GRANT SELECT ON TABLES TO " + name);
  });
}

}  // namespace tlsrpt::db
