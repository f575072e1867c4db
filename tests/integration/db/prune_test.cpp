#include "db/prune.hpp"

#include <fmt/format.h>

#include "db/quarantine.hpp"
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

NewMessage bad(std::uint64_t uid) {
  NewMessage message = mail(uid);
  message.quarantine = {rejected(parser::Reason::kBadJson)};
  message.raw = "the mail";
  return message;
}

// As if the messages had been read so many days earlier.
void age_messages(Database& database, int by) {
  database.execute(fmt::format("UPDATE message SET seen_at = seen_at - interval '{} days'", by));
}

const Retention kThirtyDays{.reports = days{30}, .quarantine = std::nullopt};
const Retention kNinetyDays{.reports = std::nullopt, .quarantine = days{90}};

constexpr const char* kQuarantined = "SELECT uid FROM quarantine q JOIN message m ON m.id = message_key ORDER BY uid";

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

TEST_CASE("quarantine goes by when it was put there, however old the mail is") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {aged(bad(1), 1000)});
  age_messages(database, 2);
  database.write(box, {aged(bad(2), 1000)});
  CHECK(prune(database.connection, kNinetyDays, false).quarantine == 0);
  age_messages(database, 89);
  CHECK(prune(database.connection, kNinetyDays, true).quarantine == 1);
  CHECK(prune(database.connection, kNinetyDays, false).quarantine == 1);
  CHECK(database.rows(kQuarantined) == Rows{"2"});
  CHECK(database.value("SELECT count(*) FROM message") == "2");
}

TEST_CASE("what was tried again lately stays in quarantine") {
  Database database;
  database.write(database.mailbox(), {bad(1), bad(2)});
  age_messages(database, 91);
  note_attempt(database.connection, quarantined_messages(database.connection, std::nullopt, {}).front());
  CHECK(prune(database.connection, kNinetyDays, false).quarantine == 1);
  CHECK(database.rows(kQuarantined) == Rows{"1"});
}

TEST_CASE("a quarantined message whose entries were pruned is new when it is read again") {
  Database database;
  const auto box = database.mailbox();
  NewMessage foreign = bad(2);
  foreign.kind = MessageKind::kTls;
  database.write(box, {mail(1, {report("r1")}), foreign, bad(3), bad(4)});
  age_messages(database, 91);
  note_attempt(database.connection, quarantined_messages(database.connection, std::nullopt, {}).back());
  CHECK(prune(database.connection, kNinetyDays, false).quarantine == 2);
  database.rewind(box);

  const BatchResult again =
      database.write(box, {mail(1, {report("r1")}), mail(2, {report("r2")}), bad(3), mail(4, {report("r4")})});
  CHECK(again.outcomes ==
        Outcomes{Outcome::kDuplicate, Outcome::kStored, Outcome::kQuarantined, Outcome::kQuarantined});
  CHECK(database.rows("SELECT uid, outcome FROM message ORDER BY uid") ==
        Rows{"1|stored", "2|stored", "3|quarantined", "4|quarantined"});
  CHECK(database.rows("SELECT report_id FROM report ORDER BY 1") == Rows{"r1", "r2"});
  CHECK(database.rows("SELECT uid, encode(raw, 'escape') FROM quarantine q JOIN message m ON m.id = message_key"
                      " ORDER BY uid") == Rows{"3|the mail", "4|the mail"});
  CHECK(prune(database.connection, kNinetyDays, false).quarantine == 0);
}

TEST_CASE("the reports that stand by a message keep to it when what was pruned of it is read again") {
  Database database;
  const auto box = database.mailbox();
  NewMessage half = mail(1, {report("r1")});
  half.quarantine = {rejected(parser::Reason::kForeignDomain)};
  database.write(box, {half});
  age_messages(database, 91);
  CHECK(prune(database.connection, kNinetyDays, false).quarantine == 1);
  database.rewind(box);
  CHECK(database.write(box, {mail(1, {report("r1"), report("r2")})}).outcomes == Outcomes{Outcome::kStored});
  CHECK(database.rows("SELECT report_id, uid FROM report JOIN message m ON m.id = message_key ORDER BY 1") ==
        Rows{"r1|1", "r2|1"});
}

TEST_CASE("an imported file whose entries were dropped is new when it is imported again") {
  Database database;
  NewMessage file = loose_file("a.json", {});
  file.quarantine = {rejected(parser::Reason::kForeignDomain)};
  database.import({file});
  drop_quarantine(database.connection, {list_quarantine(database.connection).front().id});
  CHECK(database.import({loose_file("a.json", {report("r1")})}).outcomes == Outcomes{Outcome::kStored});
  CHECK(database.rows("SELECT outcome FROM message") == Rows{"stored"});
}

TEST_CASE("a dry run counts and deletes nothing") {
  Database database;
  database.write(database.mailbox(), {aged(mail(1, {aged("old", 31)}), 31), bad(2)});
  age_messages(database, 91);
  const Pruned pruned = prune(database.connection, {.reports = days{30}, .quarantine = days{90}}, true);
  CHECK(pruned.reports == 1);
  CHECK(pruned.quarantine == 1);
  CHECK(database.value("SELECT count(*) FROM report") == "1");
  CHECK(database.value("SELECT count(*) FROM quarantine") == "1");
}

TEST_CASE("without retention nothing is deleted") {
  Database database;
  database.write(database.mailbox(), {aged(mail(1, {aged("old", 4000)}), 4000), bad(2)});
  age_messages(database, 4000);
  const Pruned pruned = prune(database.connection, {}, false);
  CHECK(pruned.reports == 0);
  CHECK(pruned.quarantine == 0);
  CHECK(database.value("SELECT count(*) FROM report") == "1");
}

}  // namespace tlsrpt::db::test
