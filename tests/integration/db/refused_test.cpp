#include <string>

#include <fmt/format.h>

#include "parser/domain.hpp"
#include "parser/limits.hpp"
#include "tests/integration/db/support.hpp"

namespace tlsrpt::db::test {
namespace {

constexpr const char* kRefuseBadContact = "ALTER TABLE report ADD CONSTRAINT no_bad CHECK (contact_info <> 'bad')";

NewReport bad_report(const std::string& name) {
  NewReport result = report(name);
  result.parsed.report.contact_info = "bad";
  result.attachment = "3";
  return result;
}

constexpr const char* kDetail = "new row for relation \"report\" violates check constraint \"no_bad\" (SQLSTATE 23514)";

}  // namespace

TEST_CASE("one report that PostgreSQL refuses is quarantined, and the 499 around it are stored") {
  Database database;
  database.execute(kRefuseBadContact);
  const auto box = database.mailbox();
  std::vector<NewMessage> batch;
  for (std::uint64_t uid = 1; uid <= 500; ++uid) {
    batch.push_back(mail(uid, {uid == 250 ? bad_report("bad") : report(fmt::format("r{}", uid))}));
  }
  batch[249].raw = "the mail";
  const BatchResult result = database.write(box, batch, {.after_pending = true});

  CHECK(result.outcomes.size() == 500);
  CHECK(result.outcomes[249] == Outcome::kQuarantined);
  CHECK(result.counts.stored == 499);
  check_every_message_is_counted(database, result.counts);
  CHECK(database.value("SELECT count(*) FROM report") == "499");
  CHECK(database.value("SELECT count(*) FROM policy") == "499");
  CHECK(database.value("SELECT last_uid FROM mailbox") == "500");
  CHECK(database.rows("SELECT uid, attachment, reason, detail, raw FROM quarantine q"
                      " JOIN message m ON m.id = message_key") ==
        Rows{fmt::format("250|3|database-refused|{}|\\x746865206d61696c", kDetail)});
  CHECK(pending_after(database.connection, box, 7).size() == 499);
}

TEST_CASE("whatever PostgreSQL has against a report, it alone is quarantined") {
  struct Row {
    const char* sqlstate;
    void (*spoil)(NewReport&);
  };
  const std::vector<Row> rows{
      {"22P02", [](NewReport& r) { r.parsed.report.policies[0].failure_details[0].receiving_ip = "no address"; }},
      {"22008",
       [](NewReport& r) { r.parsed.report.end_datetime = std::chrono::sys_days{std::chrono::year{0} / 1 / 1}; }},
      {"23514", [](NewReport& r) { r.parsed.report.contact_info = "bad"; }},
      {"23505", [](NewReport& r) { r.session_totals.push_back(r.session_totals[0]); }},
      {"54000", [](NewReport& r) { r.session_totals[0].recipient_domain = incompressible(9000); }},
  };
  Database database;
  database.execute(kRefuseBadContact);
  std::vector<NewMessage> batch;
  for (std::uint64_t uid = 1; uid <= 100; ++uid) batch.push_back(mail(uid, {report(fmt::format("r{}", uid))}));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].spoil(batch[20 * i].reports[0]);
  const BatchResult result = database.write(database.mailbox(), batch);

  CHECK(result.counts.stored == 95);
  check_every_message_is_counted(database, result.counts);
  Rows expected;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    expected.push_back(fmt::format("{}|database-refused|{}", 20 * i + 1, rows[i].sqlstate));
  }
  CHECK(database.rows("SELECT uid, reason, substring(detail FROM 'SQLSTATE (.*)\\)$') FROM quarantine q"
                      " JOIN message m ON m.id = message_key ORDER BY uid") == expected);
  CHECK(database.value("SELECT last_uid FROM mailbox") == "100");
}

TEST_CASE("of a message's reports only the refused are quarantined") {
  Database database;
  database.execute(kRefuseBadContact);
  const auto box = database.mailbox();
  const BatchResult result = database.write(
      box, {mail(1, {report("r1"), bad_report("b1"), report("r2"), report("r3"), bad_report("b2")}), mail(2)});
  CHECK(result.outcomes == Outcomes{Outcome::kPartial, Outcome::kIgnored});
  CHECK(database.rows("SELECT report_id FROM report ORDER BY 1") == Rows{"r1", "r2", "r3"});
  CHECK(database.rows("SELECT attachment, reason, detail FROM quarantine") ==
        Rows{fmt::format("3|database-refused|{}", kDetail), fmt::format("3|database-refused|{}", kDetail)});
}

TEST_CASE("names of the greatest length that the parser lets through are stored, and found by the views") {
  Database database;
  NewReport longest = report("r1");
  const std::string name = incompressible(parser::kLongestName);
  const std::string long_text = incompressible(parser::Limits{}.string);
  parser::Report& body = longest.parsed.report;
  body.organization_name = incompressible(parser::kLongestOrganizationName);
  body.report_id = body.contact_info = long_text;
  body.policies[0].policy_type = body.policies[0].policy_domain = name;
  body.policies[0].mx_host = {name};
  body.policies[0].policy_string = {long_text};
  parser::FailureDetail& detail = body.policies[0].failure_details[0];
  detail.result_type = name;
  detail.receiving_mx_hostname = name;
  detail.receiving_mx_helo = detail.additional_information = detail.failure_reason_code = long_text;
  longest.report_domain = longest.submitter_domain = longest.session_totals[0].recipient_domain = name;
  longest.failure_totals[0] = {.recipient_domain = name, .result_type = name, .host = "mta-sts." + name};
  CHECK(database.write(database.mailbox(), {mail(1, {longest})}).outcomes == Outcomes{Outcome::kStored});
  CHECK(database.value("SELECT length(organization_name) FROM v_reporter") == "1024");
  CHECK(database.value("SELECT length(receiving_mx_hostname) FROM v_incident") == "263");
}

TEST_CASE("an address that is none is refused alone") {
  Database database;
  NewReport odd = report("odd");
  odd.parsed.report.policies[0].failure_details[0].receiving_ip = "not an address";
  CHECK(database.write(database.mailbox(), {mail(1, {odd, report("r1")})}).outcomes == Outcomes{Outcome::kPartial});
  CHECK(database.rows("SELECT reason, detail FROM quarantine") ==
        Rows{"database-refused|invalid input syntax for type inet: \"not an address\" (SQLSTATE 22P02)"});
}

TEST_CASE("a message whose rows take PostgreSQL too long is quarantined, and does not keep its mailbox where it is") {
  Database database;
  database.execute(
      "CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " RAISE 'canceling statement due to statement timeout' USING ERRCODE = '57014'; END $$;"
      " CREATE TRIGGER slow BEFORE INSERT ON failure_total FOR EACH ROW WHEN (NEW.result_type = 'slow')"
      " EXECUTE FUNCTION take_long()");
  NewReport slow = report("slow");
  slow.failure_totals[0].result_type = "slow";
  const BatchResult result = database.write(
      database.mailbox(), {mail(1, {report("r1")}), mail(2, {slow}), mail(3, {report("r3")}), mail(4, {report("r4")})});
  CHECK(result.outcomes == Outcomes{Outcome::kStored, Outcome::kQuarantined, Outcome::kStored, Outcome::kStored});
  CHECK(database.rows("SELECT reason, detail FROM quarantine") ==
        Rows{"database-refused|canceling statement due to statement timeout (SQLSTATE 57014)"});
  CHECK(database.value("SELECT last_uid FROM mailbox") == "4");
}

TEST_CASE("a refused import is quarantined alone, without a watermark") {
  Database database;
  database.execute(kRefuseBadContact);
  const BatchResult result = database.import(
      {loose_file("a", {report("r1")}), loose_file("b", {bad_report("bad")}), loose_file("c", {report("r3")})});
  CHECK(result.outcomes == Outcomes{Outcome::kStored, Outcome::kQuarantined, Outcome::kStored});
  check_every_message_is_counted(database, result.counts);
}

TEST_CASE("a message whose header is refused is quarantined without it") {
  Database database;
  database.execute("ALTER TABLE message ADD CONSTRAINT no_bad CHECK (subject <> 'bad')");
  NewMessage message = mail(2, {report("r2")});
  message.subject = "bad";
  message.raw = "raw";
  const BatchResult result =
      database.write(database.mailbox(), {mail(1, {report("r1")}), message, mail(3, {report("r3")})});
  CHECK(result.outcomes == Outcomes{Outcome::kStored, Outcome::kQuarantined, Outcome::kStored});
  CHECK(database.rows("SELECT uid, subject, from_domain, outcome, attachment, reason, raw FROM quarantine q"
                      " JOIN message m ON m.id = message_key") ==
        Rows{"2|-|-|quarantined||database-refused|\\x726177"});
}

TEST_CASE("a refused repeat does not take the reports before it along") {
  Database database;
  database.execute(kRefuseBadContact);
  NewReport replacement = report("r1", "second");
  replacement.parsed.report.contact_info = "bad";
  const BatchResult result = database.write(database.mailbox(), {mail(1, {report("r1")}), mail(2, {replacement})});
  CHECK(result.outcomes == Outcomes{Outcome::kStored, Outcome::kQuarantined});
  CHECK(database.value("SELECT additional_information FROM failure_detail") == "first");
}

}  // namespace tlsrpt::db::test
