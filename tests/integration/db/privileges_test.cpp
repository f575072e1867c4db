#include "db/privileges.hpp"

#include <fmt/format.h>

#include "db/connection_state.hpp"
#include "tests/integration/db/support.hpp"

namespace tlsrpt::db::test {
namespace {

// The database as another role sees it, which has no privilege yet.
struct Stranger {
  Stranger() {
    forget();
    database.execute("CREATE ROLE stranger ROLE " + database.other.quote_name(database.other.username()));
    pqxx::nontransaction{database.connection.state().link}.exec("SET ROLE stranger");
  }
  ~Stranger() { forget(); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  void forget() {
    if (database.value("SELECT count(*) FROM pg_roles WHERE rolname = 'stranger'") == "0") return;
    database.execute("DROP OWNED BY stranger; DROP ROLE stranger");
  }

  Database database;
  const Connection& connection = database.connection;
};

// As GRANT names them.
void check_lacks(const Connection& connection, Migrating migrating, const std::string& grants) {
  CHECK_THROWS_WITH_AS(require_writing(connection, migrating), doctest::Contains(grants.c_str()), Error);
  CHECK(failure([&] { require_writing(connection, migrating); }) == Error::Kind::kMisconfigured);
}

// The statements that require_writing() names.
std::string grants_named(const Connection& connection, Migrating migrating) {
  try {
    require_writing(connection, migrating);
  } catch (const Error& error) {
    const std::string text = error.what();
    return text.substr(text.find("GRANT "));
  }
  return {};
}

}  // namespace

TEST_CASE("a schema that the role may not use is not one that is missing") {
  Stranger stranger;
  const auto check = [&](const auto& act) {
    CHECK_THROWS_WITH_AS(act(), doctest::Contains("role stranger lacks the privilege USAGE on schema tlsrpt"), Error);
    CHECK(failure(act) == Error::Kind::kMisconfigured);
  };
  const auto check_all = [&] {
    check([&] { (void)migration_status(stranger.connection); });
    check([&] { require_current_schema(stranger.connection); });
    check([&] { migrate(stranger.connection); });
    check([&] { (void)peek_mailbox(stranger.connection, {}); });
  };
  check_all();
  stranger.database.execute("DROP SCHEMA tlsrpt CASCADE; CREATE SCHEMA tlsrpt");
  check_all();
}

TEST_CASE("who lacks a privilege for writing is told which") {
  Stranger stranger;
  CHECK_NOTHROW(require_writing(Database{}.connection, Migrating::kPending));
  stranger.database.execute("GRANT USAGE ON SCHEMA tlsrpt TO stranger");
  check_lacks(stranger.connection, Migrating::kPending, "GRANT CREATE ON SCHEMA tlsrpt TO stranger");
  grant_reader(Connection{database_url()}, "stranger");
  check_lacks(stranger.connection, Migrating::kNever, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA tlsrpt TO stranger");
  check_lacks(stranger.connection, Migrating::kNever,
              "GRANT SELECT, INSERT, UPDATE ON tlsrpt.mailbox, tlsrpt.report TO stranger");
  stranger.database.execute(grants_named(stranger.connection, Migrating::kNever));
  CHECK_NOTHROW(require_writing(stranger.connection, Migrating::kNever));
  check_lacks(stranger.connection, Migrating::kNothing,
              "as their owner, GRANT SELECT, INSERT, UPDATE, DELETE ON tlsrpt.result_type TO stranger");
}

TEST_CASE("what is named as lacking is all that writing needs") {
  Stranger stranger;
  stranger.database.execute("GRANT USAGE ON SCHEMA tlsrpt TO stranger");
  stranger.database.execute(grants_named(stranger.connection, Migrating::kNothing));
  CHECK_NOTHROW(refresh_result_types(stranger.connection));
  Database& database = stranger.database;
  const auto box = database.mailbox();
  note_run_begun(stranger.connection, box);
  CHECK(database.write(box, {mail(1, {report("r1")})}).outcomes == Outcomes{Outcome::kStored});
  CHECK(database.write(box, {mail(2, {report("r1", "second")})}).outcomes == Outcomes{Outcome::kUpdated});
  NewMessage bad = mail(3);
  bad.quarantine = {rejected(parser::Reason::kBadJson, "bad", "2")};
  bad.raw = "the mail";
  CHECK(database.write(box, {bad}).outcomes == Outcomes{Outcome::kQuarantined});
  database.execute("DELETE FROM tlsrpt.quarantine");  // as `quarantine drop` does: the message is taken anew
  database.rewind(box);
  CHECK(database.write(box, {mail(3, {report("r3")})}).outcomes == Outcomes{Outcome::kStored});
}

TEST_CASE("who may not make the schema is told so") {
  Stranger stranger;
  stranger.database.execute("DROP SCHEMA tlsrpt CASCADE");
  check_lacks(stranger.connection, Migrating::kPending,
              fmt::format("as their owner, GRANT CREATE ON DATABASE {} TO stranger", stranger.database.other.dbname()));
}

TEST_CASE("a database that can only be read is told") {
  Database database;
  pqxx::nontransaction{database.connection.state().link}.exec("SET default_transaction_read_only = on");
  check_lacks(database.connection, Migrating::kNever, "it can only be read");
}

}  // namespace tlsrpt::db::test
