#include "db/prune.hpp"

#include "tests/integration/db/support.hpp"

namespace tlsrpt::db::test {
namespace {

using std::chrono::days;

// Reports that ended, and messages received, so many days ago.
NewReport aged(const std::string& name, int age) {
  NewReport result = report(name);
  result.parsed.report.end_datetime =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - days{age};
  result.parsed.report.start_datetime = result.parsed.report.end_datetime - days{1};
  return result;
}

NewMessage aged(NewMessage message, int age) {
  message.received_at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - days{age};
  return message;
}

NewMessage bad(std::uint64_t uid, int age) {
  NewMessage message = aged(mail(uid), age);
  message.quarantine = {rejected(parser::Reason::kBadJson)};
  return message;
}

const Retention kThirtyDays{.reports = days{30}, .quarantine = std::nullopt};

}  // namespace

TEST_CASE("reports go by their end, with all that hangs on them, and messages that nothing needs") {
  Database database;
  NewMessage half = aged(mail(4, {aged("old3", 40)}), 40);
  half.quarantine = {rejected(parser::Reason::kBadJson)};
  database.write(database.mailbox(),
                 {aged(mail(1, {aged("old", 31)}), 31), aged(mail(2, {aged("new", 29)}), 29),
                  aged(mail(3, {aged("old2", 31), aged("new2", 29)}), 31), half, aged(mail(5, {aged("late", 31)}), 1)});
  const Pruned pruned = prune(database.connection, kThirtyDays, false);
  CHECK(pruned.reports == 4);
  CHECK(pruned.quarantine == 0);
  CHECK(database.rows("SELECT report_id FROM report ORDER BY 1") == Rows{"new", "new2"});
  CHECK(database.value("SELECT count(*) FROM policy") == "2");
  CHECK(database.value("SELECT count(*) FROM failure_detail") == "2");
  CHECK(database.value("SELECT count(*) FROM session_total") == "2");
  CHECK(database.value("SELECT count(*) FROM deviation") == "2");
  CHECK(database.rows("SELECT uid FROM message ORDER BY uid") == Rows{"2", "3", "4", "5"});
  CHECK(prune(database.connection, kThirtyDays, false).reports == 0);
}

TEST_CASE("a message that `after:` is not done with stays") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {aged(mail(1, {aged("old", 31)}), 31)}, {.after_pending = true});
  CHECK(prune(database.connection, kThirtyDays, false).reports == 1);
  CHECK(pending_after(database.connection, box, 7) == std::vector<std::uint64_t>{1});
}

TEST_CASE("quarantine goes by when the message was received, else by when it was seen") {
  Database database;
  database.write(database.mailbox(), {bad(1, 91), bad(2, 89)});
  NewMessage file = loose_file("a.json", {});
  file.quarantine = {rejected(parser::Reason::kBadJson)};
  database.import({file});
  const Retention ninety{.reports = std::nullopt, .quarantine = days{90}};
  CHECK(prune(database.connection, ninety, true).quarantine == 1);
  CHECK(prune(database.connection, ninety, false).quarantine == 1);
  CHECK(database.rows("SELECT uid FROM quarantine q JOIN message m ON m.id = message_key ORDER BY uid") ==
        Rows{"2", "-"});
  database.execute("UPDATE message SET seen_at = now() - interval '91 days'");
  CHECK(prune(database.connection, ninety, false).quarantine == 1);
  CHECK(database.value("SELECT count(*) FROM message") == "3");
}

TEST_CASE("a dry run counts and deletes nothing") {
  Database database;
  database.write(database.mailbox(), {aged(mail(1, {aged("old", 31)}), 31), bad(2, 91)});
  const Pruned pruned = prune(database.connection, {.reports = days{30}, .quarantine = days{90}}, true);
  CHECK(pruned.reports == 1);
  CHECK(pruned.quarantine == 1);
  CHECK(database.value("SELECT count(*) FROM report") == "1");
  CHECK(database.value("SELECT count(*) FROM quarantine") == "1");
}

TEST_CASE("without retention nothing is deleted") {
  Database database;
  database.write(database.mailbox(), {aged(mail(1, {aged("old", 4000)}), 4000), bad(2, 4000)});
  const Pruned pruned = prune(database.connection, {}, false);
  CHECK(pruned.reports == 0);
  CHECK(pruned.quarantine == 0);
  CHECK(database.value("SELECT count(*) FROM report") == "1");
}

}  // namespace tlsrpt::db::test
