#include <algorithm>
#include <future>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "db/batch.hpp"
#include "db/transaction.hpp"
#include "tests/integration/db/support.hpp"

// When failures are over: failure_total.clean_at and silent_at.
namespace tlsrpt::db::test {
namespace {

constexpr std::chrono::days kDay{1};
constexpr std::chrono::seconds kUntilDaysEnd{86'399};

// A report of this day after at(0), or of this time.
NewReport on(parser::Time start) {
  NewReport result = report(fmt::format("{}", start.time_since_epoch().count()));
  result.parsed.report.start_datetime = start;
  result.parsed.report.end_datetime = start + kUntilDaysEnd;
  return result;
}
NewReport failing(int day) {
  return on(at(0) + day * kDay);
}
NewReport clean(NewReport report) {
  report.failure_totals.clear();
  return report;
}
NewReport clean(int day) {
  return clean(failing(day));
}

constexpr const char* kSettled = "SELECT start_datetime::date, clean_at FROM failure_total ORDER BY 1";

}  // namespace

TEST_CASE("a failure is settled by 48 clean hours after it, in whatever order and batches they come") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(1, {clean(3)}), mail(2, {failing(1)})});
  CHECK(database.rows(kSettled) == Rows{"2024-02-23|-"});
  database.write(box, {mail(3, {failing(5)})});
  CHECK(database.rows(kSettled) == Rows{"2024-02-23|2024-02-27 23:59:59+00", "2024-02-27|-"});
  database.write(box, {mail(4, {clean(7)}), mail(5, {clean(2)}), mail(6, {clean(6)})});
  CHECK(database.rows(kSettled) == Rows{"2024-02-23|2024-02-25 23:59:59+00", "2024-02-27|2024-02-29 23:59:59+00"});
}

TEST_CASE("what is said of failures does not depend on the order in which reports come") {
  for (const unsigned seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    // More than the 60 that a reporter's rhythm is worked out from; mostly daily, with gaps of up to twelve days.
    std::vector<NewReport> reports;
    // Some come twice a day, some once more for its first half, some from another organization or on another domain.
    for (int day = 0; reports.size() < 250; day += dice() % 10 > 0 ? 1 : 2 + static_cast<int>(dice() % 11)) {
      for (const int begin : {0, 12}) {
        if (begin > 0 && dice() % 4 > 0) continue;
        NewReport each = on(at(0) + day * kDay + std::chrono::hours{begin});
        if (dice() % 3 > 0) each = clean(std::move(each));
        if (dice() % 8 == 0) each.parsed.report.organization_name = "Another Inc.";
        if (dice() % 8 == 0) each.session_totals[0].recipient_domain = "another.example";
        if (!each.failure_totals.empty())
          each.failure_totals[0].recipient_domain = each.session_totals[0].recipient_domain;
        reports.push_back(each);
        if (dice() % 6 > 0) continue;
        each.parsed.report.end_datetime -= std::chrono::hours{12};
        each.parsed.identity = digest(fmt::format("{} once more", reports.size()));
        reports.push_back(clean(each));
      }
    }
    const auto settled = [&](std::size_t batch) {
      Database database;
      const auto box = database.mailbox();
      for (std::size_t i = 0; i < reports.size(); i += batch) {
        std::vector<NewMessage> messages;
        for (std::size_t j = i; j < std::min(i + batch, reports.size()); ++j)
          messages.push_back(mail(j + 1, {reports[j]}));
        database.write(box, std::move(messages));
      }
      CHECK(database.value("SELECT count(*) FROM failure_total f"
                           " CROSS JOIN LATERAL settlement(recipient_domain, organization_name, start_datetime) s"
                           " WHERE (f.clean_at, f.silent_at) IS DISTINCT FROM (s.clean_at, s.silent_at)") == "0");
      return database.rows(
          "SELECT recipient_domain, organization_name, start_datetime, clean_at, silent_at"
          " FROM failure_total ORDER BY 1, 2, 3");
    };
    const Rows in_order = settled(1);
    CHECK(std::ranges::count_if(in_order, [](const std::string& row) { return !row.ends_with("|-"); }) > 0);
    CHECK(settled(reports.size()) == in_order);
    std::ranges::reverse(reports);
    CHECK(settled(1) == in_order);
    CHECK(settled(7) == in_order);
    std::ranges::shuffle(reports, dice);
    CHECK(settled(1) == in_order);
    CHECK(settled(20) == in_order);
  }
}

TEST_CASE("no failure is written again that a later report does not settle") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(1, {failing(1)}), mail(2, {clean(0)})});
  const std::string rows = "SELECT ctid, xmin, * FROM failure_total ORDER BY start_datetime";
  const Rows before = database.rows(rows);
  database.write(box, {mail(3, {clean(2)})});
  CHECK(database.rows(rows) == before);
}

TEST_CASE("failures that lie in the future are not settled") {
  Database database;
  const auto box = database.mailbox();
  const parser::Time next_year =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + 365 * kDay;
  database.write(box, {mail(1, {on(next_year)})});
  database.write(box, {mail(2, {clean(on(next_year + kDay))}), mail(3, {clean(on(next_year + 2 * kDay))})});
  CHECK(database.rows("SELECT clean_at, silent_at FROM failure_total") == Rows{"-|-"});
}

TEST_CASE("a failure that one writer is storing is settled by the reports that another stores at the same time") {
  Database database;
  const auto first = database.mailbox("first");
  const auto second = database.mailbox("second");
  prepare_upsert(database.connection);
  std::future<BatchResult> other;
  in_transaction(database.connection, [&](pqxx::work& transaction) {
    const std::vector<RenderedMessage> failure = rendered({mail(1, {failing(1)})});
    write_rows(transaction, Watermark{.mailbox = first, .uid_validity = 7, .from = 0, .to = 1}, failure, {});
    other = std::async(std::launch::async, [second] {
      const Connection connection{database_url()};
      return write_batch(connection, Watermark{.mailbox = second, .uid_validity = 7, .from = 0, .to = 2},
                         rendered({mail(1, {clean(2)}), mail(2, {clean(3)})}), {});
    });
    // Until the other writer waits for this one; without waiting it would end, and settle nothing.
    while (other.wait_for(std::chrono::seconds{0}) != std::future_status::ready && !somebody_waits(database)) {
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  });
  CHECK(other.get().counts.stored == 2);
  CHECK(database.rows(kSettled) == Rows{"2024-02-23|2024-02-25 23:59:59+00"});
}

TEST_CASE("a report of 10,000 domains takes few locks") {
  Database database;
  NewReport wide = clean(1);
  wide.session_totals.clear();
  for (int i = 0; i < 10'000; ++i) {
    wide.session_totals.push_back({.recipient_domain = fmt::format("{}.example", i), .sessions = 1, .failures = 0});
  }
  const auto box = database.mailbox();
  prepare_upsert(database.connection);
  in_transaction(database.connection, [&](pqxx::work& transaction) {
    const std::vector<RenderedMessage> messages = rendered({mail(1, {wide})});
    write_rows(transaction, Watermark{.mailbox = box, .uid_validity = 7, .from = 0, .to = 1}, messages, {});
    CHECK(database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "256");
  });
}

}  // namespace tlsrpt::db::test
