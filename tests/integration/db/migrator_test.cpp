#include "db/migrator.hpp"

#include <future>
#include <set>

#include "db/embedded_migrations.hpp"
#include "parser/result_type.hpp"
#include "tests/integration/db/support.hpp"

namespace tlsrpt::db::test {
namespace {

void drop_schema(Database& database) {
  database.execute("DROP SCHEMA tlsrpt CASCADE");
}

}  // namespace

TEST_CASE("an empty database has all migrations pending, and gets the schema in their order") {
  Database database;
  drop_schema(database);
  for (const MigrationStatus& status : migration_status(database.connection)) {
    CHECK_FALSE(status.applied_at);
    CHECK(status.checksum_matches);
  }
  CHECK(failure([&] { require_current_schema(database.connection); }) == Error::Kind::kSchemaMissing);
  CHECK(peek_mailbox(database.connection, {}) == std::nullopt);

  const std::vector<std::string> names = migrate(database.connection);
  REQUIRE(names.size() == embedded_migrations().size());
  CHECK(names.front() == "0001_messages.sql");
  CHECK(database.value("SELECT count(*) FROM schema_migration") == std::to_string(names.size()));
  CHECK_NOTHROW(require_current_schema(database.connection));
  const std::string applied_at = migration_status(database.connection).front().applied_at.value();
  CHECK(applied_at.size() == std::string{"2024-02-22T00:00:00Z"}.size());
  CHECK(applied_at.back() == 'Z');
}

TEST_CASE("migrating twice applies nothing the second time") {
  Database database;
  CHECK(migrate(database.connection).empty());
}

TEST_CASE("two processes that migrate at once both succeed, and each migration is applied once") {
  Database database;
  drop_schema(database);
  const auto run = [] {
    const Connection connection{database_url()};
    return migrate(connection);
  };
  std::vector<std::future<std::vector<std::string>>> runs;
  runs.reserve(4);
  for (int i = 0; i < 4; ++i) runs.push_back(std::async(std::launch::async, run));
  std::multiset<std::string> applied;
  for (auto& each : runs) {
    for (const std::string& name : each.get()) applied.insert(name);
  }
  CHECK(applied.size() == embedded_migrations().size());
  CHECK(applied.count("0001_messages.sql") == 1);
}

TEST_CASE("who migrates elsewhere is waited for, which is said once, and not for ever") {
  Database database;
  drop_schema(database);
  database.execute("SELECT pg_advisory_lock(x'746c7372'::integer, 0)");
  int waits = 0;
  const MigrationWait wait{.begins = [&waits] { ++waits; }, .patience = std::chrono::milliseconds{20}};
  CHECK(failure([&] { migrate(database.connection, wait); }) == Error::Kind::kUnavailable);
  CHECK(waits == 1);
  database.execute("SELECT pg_advisory_unlock(x'746c7372'::integer, 0)");
  CHECK(migrate(database.connection, wait).size() == embedded_migrations().size());
  CHECK(waits == 1);
}

TEST_CASE("a schema that an administrator made beforehand is used") {
  Database database;
  drop_schema(database);
  database.execute("CREATE SCHEMA tlsrpt");
  CHECK(migrate(database.connection).size() == embedded_migrations().size());
}

TEST_CASE("a database that a later program migrated is refused") {
  Database database;
  database.execute("INSERT INTO schema_migration (version, name, checksum) VALUES (9999, '9999_later.sql', 'x')");
  CHECK(failure([&] { migrate(database.connection); }) == Error::Kind::kNewer);
  CHECK(failure([&] { require_current_schema(database.connection); }) == Error::Kind::kNewer);
  const MigrationStatus last = migration_status(database.connection).back();
  CHECK(last.version == 9999);
  CHECK(last.name == "9999_later.sql");
}

TEST_CASE("a migration that is not the one that was applied is named") {
  Database database;
  database.execute("UPDATE schema_migration SET checksum = 'x' WHERE version = 2");
  CHECK_THROWS_WITH_AS(migrate(database.connection), doctest::Contains("0002_reports.sql"), Error);
  CHECK(failure([&] { migrate(database.connection); }) == Error::Kind::kMisconfigured);
  CHECK_FALSE(migration_status(database.connection)[1].checksum_matches);
}

TEST_CASE("only what is pending is applied, and a migration that fails leaves nothing behind") {
  Database database;
  database.execute("DROP TABLE quarantine CASCADE; DELETE FROM schema_migration WHERE version = 3");
  database.execute("CREATE TABLE quarantine (id bigint)");
  CHECK(failure([&] { migrate(database.connection); }) == Error::Kind::kBug);
  CHECK(database.value("SELECT count(*) FROM schema_migration WHERE version = 3") == "0");
  database.execute("DROP TABLE quarantine");
  CHECK(migrate(database.connection) == std::vector<std::string>{"0003_quarantine.sql"});
}

TEST_CASE("result types are the program's own, brought up to date without touching what is right") {
  Database database;
  CHECK(database.value("SELECT count(*) FROM result_type") == std::to_string(parser::result_types().size()));
  database.execute("UPDATE result_type SET cause = 'old' WHERE code = 'certificate-expired'");
  database.execute("INSERT INTO result_type VALUES ('gone', 'other', 'c', 'r', 's')");
  const std::string untouched = "SELECT xmin FROM result_type WHERE code = 'starttls-not-supported'";
  const std::string before = database.value(untouched);
  refresh_result_types(database.connection);
  CHECK(database.value("SELECT cause FROM result_type WHERE code = 'certificate-expired'") ==
        parser::explain("certificate-expired").cause);
  CHECK(database.value("SELECT count(*) FROM result_type WHERE code = 'gone'") == "0");
  CHECK(database.value(untouched) == before);
}

TEST_CASE("a reader may read every table but the bytes of quarantined mail, also a later one, and write none") {
  Database database;
  grant_reader(database.connection, "pg_monitor");
  grant_reader(database.connection, "pg_monitor");
  const std::string of_tables = " FROM pg_class WHERE relnamespace = 'tlsrpt'::regnamespace AND relkind = 'r'";
  CHECK(database.value("SELECT relname" + of_tables + " AND NOT has_table_privilege('pg_monitor', oid, 'select')") ==
        "quarantine");
  CHECK(
      database.value("SELECT string_agg(attname, ' ') FROM pg_attribute WHERE attrelid = 'tlsrpt.quarantine'::regclass "
                     "AND attnum > 0 AND NOT has_column_privilege('pg_monitor', attrelid, attnum, 'select')") == "raw");
  CHECK(database.value("SELECT bool_or(has_table_privilege('pg_monitor', oid, 'insert, update, delete'))" +
                       of_tables) == "f");
  CHECK(database.value("SELECT has_schema_privilege('pg_monitor', 'tlsrpt', 'usage')") == "t");
  database.execute("CREATE TABLE later (id bigint)");
  CHECK(database.value("SELECT has_table_privilege('pg_monitor', 'tlsrpt.later', 'select')") == "t");
}

TEST_CASE("a reader that does not exist is said by name, be it ever so odd") {
  Database database;
  CHECK_THROWS_WITH_AS(grant_reader(database.connection, "no\"body; DROP SCHEMA tlsrpt"),
                       doctest::Contains("role \"no\"body; DROP SCHEMA tlsrpt\" does not exist"), Error);
  CHECK(failure([&] { grant_reader(database.connection, "nobody here"); }) == Error::Kind::kMisconfigured);
}

TEST_CASE("every table and every column that holds a field of the standard says which") {
  Database database;
  CHECK(database.rows("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                      " WHERE nspname = 'tlsrpt' AND relkind = 'r' AND obj_description(c.oid, 'pg_class') IS NULL") ==
        Rows{});
  CHECK(database.rows("SELECT relname || '.' || attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid"
                      " JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'tlsrpt' AND relkind = 'r'"
                      " AND relname IN ('policy', 'failure_detail') AND attnum > 0 AND attname NOT LIKE '%_key'"
                      " AND attname NOT IN ('id', 'ordinal', 'recipient_domain')"
                      " AND coalesce(col_description(c.oid, attnum), '') NOT LIKE 'RFC 8460 §4.%'") == Rows{});
}

}  // namespace tlsrpt::db::test
