#include <algorithm>
#include <string>

#include "tests/integration/db/support.hpp"

namespace tlsrpt::db::test {
namespace {

NewMessage passed(NewMessage message) {
  message.authentic = Authentic::kPass;
  return message;
}

// What must not depend on how a report came to be there, surrogate keys and clocks aside.
Rows all_of_report(Database& database) {
  Rows rows = database.rows(
      "SELECT start_datetime, identity, content_digest, organization_name, report_id, report_domain, end_datetime,"
      " contact_info, submitter_domain, filename, r.authentic, source, r.received_at, raw FROM report r"
      " JOIN message m ON m.id = message_key ORDER BY report_id");
  for (const char* children :
       {"SELECT p.ordinal, policy_type, policy_domain, policy_string, result_type, additional_information FROM policy p"
        " LEFT JOIN failure_detail f ON policy_key = p.id ORDER BY p.ordinal, f.ordinal",
        "SELECT recipient_domain, start_datetime, sessions, failures FROM session_total ORDER BY recipient_domain",
        "SELECT code, json_pointer, detail FROM deviation ORDER BY code, json_pointer"}) {
    const Rows more = database.rows(children);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace

TEST_CASE("a report that comes again is a duplicate, and its row stays as it is") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(5, {report("r1")})});
  const Rows before = database.rows("SELECT * FROM report");
  NewMessage earlier = mail(6, {report("r1")});
  earlier.received_at = at(1);
  CHECK(database.write(box, {earlier}).outcomes == Outcomes{Outcome::kDuplicate});
  CHECK(database.rows("SELECT * FROM report") == before);
  CHECK(database.value("SELECT count(*) FROM policy") == "1");
}

TEST_CASE("another content that is greater replaces the report and everything that hangs on it") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(1, {report("r1"), report("bystander")})});
  const std::string id = database.value("SELECT id FROM report WHERE report_id = 'r1'");
  NewReport corrected = report("r1", "second");
  corrected.parsed.report.policies.push_back(corrected.parsed.report.policies[0]);
  corrected.session_totals = {{"example.com", 20, 2}, {"example.net", 5, 0}};
  corrected.failure_totals[0].host = "mx2.example.com";
  corrected.parsed.deviations.clear();
  CHECK(database.write(box, {mail(2, {corrected})}).outcomes == Outcomes{Outcome::kUpdated});

  CHECK(database.rows("SELECT r.id, uid, r.received_at, raw, updated_at IS NOT NULL FROM report r"
                      " JOIN message m ON m.id = message_key WHERE report_id = 'r1'") ==
        Rows{id + "|2|2024-02-22 00:00:02+00|\\x1f8b7365636f6e64|t"});
  const std::string of_it = " WHERE report_key = " + id;
  CHECK(
      database.rows("SELECT p.ordinal, additional_information FROM policy p JOIN failure_detail ON policy_key = p.id" +
                    of_it + " ORDER BY 1") == Rows{"1|second", "2|second"});
  CHECK(database.rows("SELECT recipient_domain, sessions FROM session_total" + of_it + " ORDER BY 1") ==
        Rows{"example.com|20", "example.net|5"});
  CHECK(database.rows("SELECT host FROM failure_total" + of_it) == Rows{"mx2.example.com"});
  CHECK(database.value("SELECT count(*) FROM deviation" + of_it) == "0");
  CHECK(database.value("SELECT count(*) FROM failure_detail") == "3");
  CHECK(database.value("SELECT updated_at IS NULL FROM report WHERE report_id = 'bystander'") == "t");
}

TEST_CASE("another content that is less is a duplicate") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(2, {report("r1", "second")})});
  NewMessage earlier = mail(3, {report("r1")});
  earlier.received_at = at(1);
  CHECK(database.write(box, {earlier}).outcomes == Outcomes{Outcome::kDuplicate});
  CHECK(database.value("SELECT additional_information FROM failure_detail") == "second");
}

TEST_CASE("another content from someone who may not replace is quarantined with what stands") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(1, {report("r1"), report("r2")})});
  const Rows before = database.rows("SELECT * FROM report ORDER BY id");
  const std::string id = database.value("SELECT id FROM report WHERE report_id = 'r1'");
  NewMessage forged = mail_from("evil.example", 2, {report("r1", "forged"), report("r2")});
  forged.reports[0].attachment = "2#1";
  forged.raw = "raw";
  CHECK(database.write(box, {forged}).outcomes == Outcomes{Outcome::kPartial});
  CHECK(database.write(box, {mail_from("evil.example", 3, {report("r1", "forged")})}).outcomes ==
        Outcomes{Outcome::kQuarantined});

  CHECK(database.rows("SELECT * FROM report ORDER BY id") == before);
  CHECK(database.rows("SELECT uid, attachment, reason, detail, raw FROM quarantine q"
                      " JOIN message m ON m.id = message_key ORDER BY uid") ==
        Rows{"2|2#1|conflict|report " + id +
                 " stands, of unknown authenticity, from sender.example, received 2024-02-22T00:00:01Z|\\x726177",
             "3|2|conflict|report " + id +
                 " stands, of unknown authenticity, from sender.example, received 2024-02-22T00:00:01Z|-"});
}

TEST_CASE("pass where none stood raises `authentic`, and then only pass replaces") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(1, {report("r1")})});
  CHECK(database.write(box, {passed(mail_from("other.example", 2, {report("r1")}))}).outcomes ==
        Outcomes{Outcome::kDuplicate});
  CHECK(database.value("SELECT authentic FROM report") == "pass");
  CHECK(database.write(box, {mail(3, {report("r1", "second")})}).outcomes == Outcomes{Outcome::kQuarantined});
  CHECK(database.write(box, {passed(mail(4, {report("r1", "third")}))}).outcomes == Outcomes{Outcome::kUpdated});
  CHECK(database.value("SELECT additional_information FROM failure_detail") == "third");
}

TEST_CASE("repeats within a batch end as they would one after the other") {
  const auto batch = [] {
    return std::vector<NewMessage>{
        mail(1, {report("r1"), report("r1")}),
        mail_from("evil.example", 2, {report("r1", "forged")}),
        mail(3, {report("r1", "second"), report("r2")}),
        mail(4, {report("r1")}),
        mail_from("evil.example", 5, {report("r1", "second")}),
    };
  };
  const Outcomes expected{Outcome::kStored, Outcome::kQuarantined, Outcome::kStored, Outcome::kUpdated,
                          Outcome::kQuarantined};
  Outcomes together;
  Rows at_once;
  {
    Database database;
    together = database.write(database.mailbox(), batch()).outcomes;
    at_once = all_of_report(database);
  }
  Outcomes singly;
  Database database;
  const auto box = database.mailbox();
  for (NewMessage& message : batch()) singly.push_back(database.write(box, {std::move(message)}).outcomes.front());
  CHECK(singly == expected);
  CHECK(together == expected);
  CHECK(all_of_report(database) == at_once);
}

TEST_CASE("repeats within a batch meet what was stored before") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(1, {report("r1")})});
  // Alone, the first of these two would stand and the second be refused.
  const BatchResult result = database.write(box, {mail_from("evil.example", 2, {report("r1", "forged")}),
                                                  mail(3, {report("r1", "second")}), mail(4, {report("new")})});
  CHECK(result.outcomes == Outcomes{Outcome::kQuarantined, Outcome::kUpdated, Outcome::kStored});
  CHECK(database.value("SELECT additional_information FROM report r JOIN policy p ON report_key = r.id"
                       " JOIN failure_detail ON policy_key = p.id WHERE report_id = 'r1'") == "second");
  CHECK(database.value("SELECT count(*) FROM policy") == "2");
}

TEST_CASE("a report that only looks like another is another") {
  Database database;
  NewReport next_day = report("r1");
  next_day.parsed.report.start_datetime = at(86'400);
  next_day.parsed.report.end_datetime = at(2 * 86'400);
  CHECK(database.write(database.mailbox(), {mail(1, {report("r1"), next_day})}).outcomes == Outcomes{Outcome::kStored});
  CHECK(database.value("SELECT count(*) FROM report") == "2");
}

TEST_CASE("the same report by mail, as .eml and as loose .json gives the same row in every order") {
  // The mail's headers fill what the loose file cannot know.
  NewReport by_mail = report("r1");
  by_mail.parsed.deviations.push_back({parser::DeviationCode::kFilledPolicyDomain, "/policies/0", "example.com"});
  NewReport loose = report("r1");
  loose.parsed.report.policies[0].policy_domain.reset();
  loose.report_domain.reset();
  loose.session_totals.clear();
  loose.filename = "saved.json";
  loose.submitter_domain.reset();

  std::vector<int> order{0, 1, 2};
  Rows expected;
  do {
    Database database;
    const auto box = database.mailbox();
    Outcomes outcomes;
    for (const int way : order) {
      if (way == 0) {
        outcomes.push_back(database.write(box, {mail(9, {by_mail})}).outcomes.front());
        continue;
      }
      NewMessage file = way == 1 ? mail(8, {by_mail}) : loose_file("saved.json", {loose});
      file.uid.reset();
      file.sha256 = digest(way == 1 ? "saved.eml" : "saved.json");
      outcomes.push_back(database.import({file}).outcomes.front());
    }
    CHECK(outcomes == Outcomes{Outcome::kStored, Outcome::kDuplicate, Outcome::kDuplicate});
    CHECK(database.value("SELECT count(*) FROM report") == "1");
    if (expected.empty()) expected = all_of_report(database);
    CHECK(all_of_report(database) == expected);
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(expected.front().find("UID=9") != std::string::npos);
}

TEST_CASE("two contents from one sender end in the same row in either order, in one batch or two") {
  Rows expected;
  for (const bool reversed : {false, true}) {
    for (const bool together : {false, true}) {
      Database database;
      const auto box = database.mailbox();
      NewMessage early = mail(1, {report("r1")});
      NewMessage late = mail(2, {report("r1", "second")});
      if (reversed) {
        std::swap(early.uid, late.uid);
        std::swap(early, late);
      }
      if (together) {
        database.write(box, {early, late});
      } else {
        database.write(box, {early});
        database.write(box, {late});
      }
      Rows rows = all_of_report(database);
      if (expected.empty()) expected = rows;
      CHECK(rows == expected);
    }
  }
}

}  // namespace tlsrpt::db::test
