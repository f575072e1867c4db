#include "db/connection.hpp"

#include <fmt/format.h>
#include <pqxx/result>

#include "db/connection_state.hpp"
#include "tests/integration/db/support.hpp"
#include "tests/unit/collector/environment.hpp"

namespace tlsrpt::db::test {
namespace {

std::string text_of_failure(const std::string& url, Error::Kind kind) {
  try {
    const Connection connection{url};
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(error.kind() == kind);
    CHECK(std::string{error.what()}.find('\n') == std::string::npos);
    return error.what();
  }
  FAIL("no failure");
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The test database's server, but another database, role or password.
std::string keywords(pqxx::connection& known, const std::string& database, const std::string& user) {
  return fmt::format("host={} port={} dbname={} user={} password=s3cret-word", known.hostname(), known.port(), database,
                     user);
}

}  // namespace

TEST_CASE("a connection says where it is, without a secret") {
  Database database;
  CHECK(database.connection.where() ==
        fmt::format("{} at {}:{}", database.other.dbname(), database.other.hostname(), database.other.port()));
}

TEST_CASE("a session is the same whatever the database has set") {
  Database database;
  const std::string alter = fmt::format("ALTER DATABASE {} ", database.other.quote_name(database.other.dbname()));
  database.execute(alter + "SET timezone = 'Asia/Tokyo'");
  database.execute(alter + "SET bytea_output = 'escape'");
  database.execute(alter + "SET search_path = public");
  const Connection connection{database_url()};
  database.execute(alter + "RESET ALL");
  const auto setting = [&](const std::string& name) {
    pqxx::nontransaction transaction{connection.state().link};
    return transaction.exec1("SELECT current_setting('" + name + "')")[0].as<std::string>();
  };
  CHECK(setting("application_name") == "tlsrpt-collector");
  CHECK(setting("timezone") == "UTC");
  CHECK(setting("bytea_output") == "hex");
  CHECK(setting("search_path") == "tlsrpt,pg_temp");
  CHECK(setting("client_encoding") == "UTF8");
  CHECK(setting("statement_timeout") == "1min");
  CHECK(setting("lock_timeout") == "30s");
  CHECK(setting("idle_in_transaction_session_timeout") == "1min");
}

TEST_CASE("nobody listening is unavailable, and names the place") {
  // A port of ours that nobody listens at: a socket directory that is empty.
  const std::string text =
      text_of_failure("host=/nonexistent port=5432 dbname=x password=s3cret-word", Error::Kind::kUnavailable);
  CHECK(contains(text, "/nonexistent"));
  CHECK_FALSE(contains(text, "s3cret"));
}

TEST_CASE("a database or role that does not exist is a matter of configuration") {
  Database database;
  const std::string no_database = text_of_failure(
      keywords(database.other, "no_such_database", database.other.username()), Error::Kind::kMisconfigured);
  CHECK_FALSE(contains(no_database, "s3cret"));
  const std::string no_role =
      text_of_failure(keywords(database.other, database.other.dbname(), "no_such_role"), Error::Kind::kMisconfigured);
  CHECK(contains(no_role, "no_such_role"));
  CHECK_FALSE(contains(no_role, "s3cret"));
}

TEST_CASE("what is wrong with the connection string or the variables is a matter of configuration") {
  Database database;
  const auto right = keywords(database.other, database.other.dbname(), database.other.username()) + " ";
  for (const std::string wrong :
       {"port=99999", "port=99999x", "sslmode=foo", "connect_timeout=abc", "service=nope", "options='-c foo_bar=on'",
        "options='-c work_mem=much'", "target_session_attrs=any-other"}) {
    CAPTURE(wrong);
    CHECK_FALSE(contains(text_of_failure(right + wrong, Error::Kind::kMisconfigured), "s3cret"));
  }
  const EnvironmentVariable zone("PGTZ", "Nowhere/Else");
  CHECK(contains(text_of_failure(database_url(), Error::Kind::kMisconfigured), "TimeZone"));
}

TEST_CASE("a server without the TLS that is required is told from one that is down") {
  Database database;
  CHECK(contains(text_of_failure(database_url() + "?sslmode=require", Error::Kind::kTls), "does not support SSL"));
}

TEST_CASE("a table that is missing means that the schema is") {
  Database database;
  database.execute("DROP TABLE quarantine CASCADE");
  BatchOptions options;
  NewMessage bad = mail(1);
  bad.quarantine = {rejected(parser::Reason::kBadJson)};
  const auto box = database.mailbox();
  CHECK(failure([&] { database.write(box, {bad}, options); }) == Error::Kind::kSchemaMissing);
}

TEST_CASE("a session that is ended in the middle is unavailable, and stays so") {
  Database database;
  const auto box = database.mailbox();
  database.execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE application_name = 'tlsrpt-collector' AND datname = current_database()");
  CHECK(failure([&] { database.write(box, {mail(1, {report("r1")})}); }) == Error::Kind::kUnavailable);
  CHECK(failure([&] { database.write(box, {mail(1, {report("r1")})}); }) == Error::Kind::kUnavailable);
  CHECK(database.value("SELECT count(*) FROM message") == "0");
  CHECK(database.value("SELECT last_uid FROM mailbox") == "0");
}

TEST_CASE("a session that ends in the middle of a COPY is unavailable, and nothing of the batch is there") {
  Database database;
  const auto box = database.mailbox();
  database.execute(
      "CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS"
      " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN new; END'");
  for (const char* table : {"report", "policy", "message"}) {
    INFO(std::string{table});
    database.execute(
        fmt::format("CREATE TRIGGER ending BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION end_session()", table));
    database.connection = Connection{database_url()};
    CHECK(failure([&] { database.write(box, {mail(1, {report("r1")})}); }) == Error::Kind::kUnavailable);
    database.execute(fmt::format("DROP TRIGGER ending ON {}", table));
    CHECK(database.value("SELECT count(*) FROM message") == "0");
    CHECK(database.value("SELECT count(*) FROM report") == "0");
  }
  database.connection = Connection{database_url()};
  CHECK(database.write(box, {mail(1, {report("r1")})}).outcomes == Outcomes{Outcome::kStored});
}

TEST_CASE("statements of every failing kind are told apart") {
  Database database;
  const auto box = database.mailbox();
  const auto raising = [&](const std::string& sqlstate) {
    database.execute(
        fmt::format("CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
                    " $$BEGIN RAISE EXCEPTION 'words\nmore' USING ERRCODE = '{}'; END$$",
                    sqlstate));
    return failure([&] { note_poll(database.connection, box, {.command = "collect"}, {}); });
  };
  database.execute("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'");
  database.execute("CREATE TRIGGER failing BEFORE UPDATE ON mailbox FOR EACH ROW EXECUTE FUNCTION fail()");
  for (const char* sqlstate : {"40001", "40P01", "53100", "53300", "55P03", "57014", "57P01", "57P03", "08006"}) {
    INFO(std::string{sqlstate});
    CHECK(raising(sqlstate) == Error::Kind::kUnavailable);
  }
  for (const char* sqlstate : {"42501", "28000", "3D000", "3F000", "25006"}) {
    INFO(std::string{sqlstate});
    CHECK(raising(sqlstate) == Error::Kind::kMisconfigured);
  }
  for (const char* sqlstate : {"22021", "22003", "23505", "23514"}) {
    INFO(std::string{sqlstate});
    CHECK(raising(sqlstate) == Error::Kind::kRefusedData);
  }
  CHECK(raising("42P01") == Error::Kind::kSchemaMissing);
  for (const char* sqlstate : {"42601", "42703", "XX000"}) {
    INFO(std::string{sqlstate});
    CHECK(raising(sqlstate) == Error::Kind::kBug);
  }
}

}  // namespace tlsrpt::db::test
