#include "db/privileges.hpp"

#include <string>

#include <fmt/format.h>

#include "db/transaction.hpp"

namespace tlsrpt::db {
namespace {

constexpr const char* kMayNotUse =
    "SELECT quote_ident(current_user) WHERE NOT has_schema_privilege(to_regnamespace('tlsrpt')::oid, 'usage')";

// A row for each thing that the role lacks, as GRANT names it: what a batch needs, and nothing that only other commands
// do.
constexpr const char* kLacks = R"(
WITH n AS (SELECT to_regnamespace('tlsrpt')::oid AS schema, current_database() AS database),
t AS (SELECT c.* FROM pg_class c, n WHERE relnamespace = schema),
need (name, privileges) AS (VALUES
  ('mailbox', 'select, insert, update'), ('message', 'select, insert, update, delete'), ('report', 'select, insert, update'),
  ('policy', 'select, insert, delete'), ('failure_detail', 'select, insert, delete'),
  ('session_total', 'select, insert, delete'), ('deviation', 'select, insert, delete'),
  ('failure_total', 'select, insert, update, delete'), ('poll_run', 'select, insert'), ('quarantine', 'select, insert'),
  ('setting', 'select, update'),
  ('result_type', CASE WHEN $2 THEN 'select, insert, update, delete' ELSE 'select' END))
SELECT format('CREATE ON DATABASE %I', database) FROM n
WHERE $1 AND schema IS NULL AND NOT has_database_privilege(database, 'create')
UNION ALL SELECT 'CREATE ON SCHEMA tlsrpt' FROM n WHERE $1 AND NOT has_schema_privilege(schema, 'create')
UNION ALL SELECT DISTINCT quote_ident(pg_get_userbyid(relowner)) FROM t
WHERE $1 AND relkind = 'r' AND NOT pg_has_role(relowner, 'usage')
UNION ALL SELECT format('TEMPORARY ON DATABASE %I', database) FROM n WHERE NOT has_database_privilege(database, 'temporary')
UNION ALL SELECT format('%s ON %s', upper(privileges), string_agg('tlsrpt.' || name, ', ' ORDER BY name))
FROM need JOIN t ON relname = name
WHERE EXISTS (SELECT FROM unnest(string_to_array(privileges, ', ')) p WHERE NOT has_table_privilege(oid, p))
GROUP BY privileges
UNION ALL SELECT 'USAGE ON ALL SEQUENCES IN SCHEMA tlsrpt'
WHERE EXISTS (SELECT FROM t WHERE CASE WHEN relkind = 'S' THEN NOT has_sequence_privilege(oid, 'usage') END))";

Error refused(const Connection& connection, const std::string& why) {
  return Error{Error::Kind::kMisconfigured, fmt::format("database {}: {}", connection.where(), why)};
}

}  // namespace

void require_visible_schema(const Connection& connection) {
  const pqxx::result role =
      in_statement(connection, [](auto& transaction) -> pqxx::result { return transaction.exec(kMayNotUse); });
  if (role.empty()) return;
  throw refused(connection, fmt::format("role {0} lacks the privilege USAGE on schema tlsrpt: as its owner, "
                                        "GRANT USAGE ON SCHEMA tlsrpt TO {0}, or, for reading alone, "
                                        "`tlsrpt-collector migrate --grant-reader {0}`",
                                        role[0][0].as<std::string>()));
}

void require_writing(const Connection& connection, Migrating migrating) {
  in_statement(connection, [&](auto& transaction) {
    if (transaction.exec1("SELECT current_setting('transaction_read_only')::boolean")[0].template as<bool>()) {
      throw refused(connection,
                    "it can only be read: use the primary if this is a standby, and else set "
                    "default_transaction_read_only to off");
    }
    const auto role = transaction.exec1("SELECT quote_ident(current_user)")[0].template as<std::string>();
    std::string grants;
    for (const auto& row :
         transaction.exec_params(kLacks, migrating == Migrating::kPending, migrating != Migrating::kNever)) {
      grants += fmt::format("{}GRANT {} TO {}", grants.empty() ? "" : "; ", row[0].template as<std::string>(), role);
    }
    if (!grants.empty()) {
      throw refused(connection, fmt::format("role {} lacks privileges for writing: as their owner, {}", role, grants));
    }
  });
}

}  // namespace tlsrpt::db
