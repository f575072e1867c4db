#include <chrono>
#include <future>
#include <thread>

#include <fmt/format.h>
#include <pqxx/transaction>

#include "tests/integration/db/support.hpp"

namespace tlsrpt::db::test {
namespace {

// Waits until a session of the program's waits for another one.
void wait_for_a_waiter(Database& database) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (!somebody_waits(database)) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

}  // namespace

TEST_CASE("two that read the same mailbox at once: one lands, the other is overtaken") {
  Database database;
  const auto box = database.mailbox();
  const Watermark watermark{.mailbox = box, .uid_validity = 7, .from = 0, .to = 100};
  const auto write = [&] {
    const Connection connection{database_url()};
    std::vector<NewMessage> batch;
    for (std::uint64_t uid = 1; uid <= 100; ++uid) batch.push_back(mail(uid, {report(fmt::format("r{}", uid))}));
    return failure([&] { write_batch(connection, watermark, rendered(std::move(batch)), {}); });
  };
  auto first = std::async(std::launch::async, write);
  auto second = std::async(std::launch::async, write);
  const auto a = first.get();
  const auto b = second.get();
  CHECK((a == std::nullopt) != (b == std::nullopt));
  CHECK((a ? a : b) == Error::Kind::kOvertaken);
  CHECK(database.value("SELECT count(*) FROM message") == "100");
  CHECK(database.value("SELECT count(*) FROM report") == "100");
}

TEST_CASE("two mailboxes with the same reports in opposite order do not lock each other out") {
  Database database;
  const auto write = [&](const std::string& name, bool reversed) {
    const MailboxKey box = database.mailbox(name);
    return [box, reversed] {
      const Connection connection{database_url()};
      Outcomes outcomes;
      for (std::uint64_t round = 0; round < 10; ++round) {
        std::vector<NewMessage> batch;
        for (std::uint64_t i = 0; i < 100; ++i) {
          const std::uint64_t number = reversed ? 99 - i : i;
          NewReport each = report(fmt::format("r{}", number), fmt::format("c{}", round));
          each.session_totals[0].recipient_domain = fmt::format("{}.example.com", number % 10);
          each.failure_totals[0].recipient_domain = each.session_totals[0].recipient_domain;
          batch.push_back(mail(round * 100 + i + 1, {each}));
        }
        const Watermark watermark{.mailbox = box, .uid_validity = 7, .from = round * 100, .to = round * 100 + 100};
        const BatchResult result = write_batch(connection, watermark, rendered(std::move(batch)), {});
        outcomes.insert(outcomes.end(), result.outcomes.begin(), result.outcomes.end());
      }
      return outcomes;
    };
  };
  auto first = std::async(std::launch::async, write("one", false));
  auto second = std::async(std::launch::async, write("two", true));
  CHECK(first.get().size() == 1'000);
  CHECK(second.get().size() == 1'000);
  CHECK(database.value("SELECT count(*) FROM message") == "2000");
  CHECK(database.value("SELECT count(*) FROM report") == "100");
  CHECK(database.value("SELECT count(*) FROM policy") == "100");
  CHECK(database.value("SELECT count(*) FROM message WHERE outcome = 'stored'") == "100");
}

TEST_CASE("who waits for another writer's failures to be settled has stored all but the totals") {
  Database database;
  const auto box = database.mailbox();
  pqxx::connection other{database_url()};
  std::future<BatchResult> result;
  {
    pqxx::work holder{other};
    holder.exec("SELECT pg_advisory_xact_lock(x'746c7373'::integer, bucket) FROM generate_series(0, 255) bucket");
    result = std::async(std::launch::async, [box] {
      const Connection connection{database_url()};
      return write_batch(connection, Watermark{.mailbox = box, .uid_validity = 7, .from = 0, .to = 1},
                         rendered({mail(1, {report("r")})}), {});
    });
    wait_for_a_waiter(database);
    const auto written = holder.exec(
        "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_locks JOIN pg_class c ON c.oid = relation"
        " WHERE mode = 'RowExclusiveLock' AND relkind = 'r' AND relnamespace = 'tlsrpt'::regnamespace");
    CHECK(written[0][0].as<std::string>() == "deviation failure_detail mailbox policy report");
  }
  CHECK(result.get().outcomes == Outcomes{Outcome::kStored});
  CHECK(database.value("SELECT count(*) FROM session_total") == "1");
}

TEST_CASE("a report that another writer is just storing is waited for and then met") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(1, {report("other")})});
  pqxx::connection writer{database_url()};
  std::future<BatchResult> result;
  {
    pqxx::nontransaction statement{writer};
    statement.exec("SET search_path = tlsrpt; BEGIN");
    statement.exec(
        "INSERT INTO report (start_datetime, identity, content_digest, end_datetime, authentic, message_key,"
        " raw, organization_name) SELECT start_datetime, '\\x01', content_digest, end_datetime, authentic,"
        " message_key, raw, 'of the other writer' FROM report");
    NewReport same = report("other");
    same.parsed.identity = {};
    const std::string identity =
        "UPDATE report SET identity = '\\x" + std::string(64, '0') + "' WHERE identity = '\\x01'";
    statement.exec(identity);
    result = std::async(std::launch::async, [&database, box, same] {
      const Connection connection{database_url()};
      return write_batch(connection, Watermark{.mailbox = box, .uid_validity = 7, .from = 1, .to = 2},
                         rendered({mail(2, {same})}), {});
    });
    wait_for_a_waiter(database);
    statement.exec("COMMIT");
  }
  CHECK(result.get().outcomes == Outcomes{Outcome::kDuplicate});
  CHECK(database.value("SELECT count(*) FROM report") == "2");
}

}  // namespace tlsrpt::db::test
