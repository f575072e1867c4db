#include <string>

#include <fmt/format.h>

#include "tests/integration/db/support.hpp"

using namespace std::string_literals;

namespace tlsrpt::db::test {

TEST_CASE("a report is stored with everything that hangs on it") {
  Database database;
  const auto box = database.mailbox();
  NewMessage message = mail(3, {report("r1")});
  message.authentic = Authentic::kPass;
  const BatchResult result = database.write(box, {std::move(message)});

  CHECK(result.outcomes == Outcomes{Outcome::kStored});
  CHECK(result.counts.fetched == 1);
  CHECK(result.counts.stored == 1);
  CHECK(database.rows("SELECT uid_validity, uid, source, sha256, rfc822_message_id, from_domain, subject, received_at,"
                      " authentic, kind, outcome, after_done_at IS NOT NULL, seen_at IS NOT NULL FROM message") ==
        Rows{"7|3|imaps://user@host/INBOX;UID=3|-|3@sender.example|sender.example|Report Domain: example.com|"
             "2024-02-22 00:00:03+00|pass|tls|stored|t|t"});
  CHECK(database.rows("SELECT start_datetime, end_datetime, organization_name, report_id, report_domain, contact_info,"
                      " submitter_domain, filename, authentic, received_at, raw, updated_at,"
                      " message_key = (SELECT id FROM message), octet_length(identity), octet_length(content_digest)"
                      " FROM report") ==
        Rows{"2024-02-22 00:00:00+00|2024-02-22 23:59:59+00|Sender Inc.|r1|example.com|mailto:tls@sender.example|"
             "sender.example|sender.example!example.com!0!86399.json.gz|pass|2024-02-22 00:00:03+00|"
             "\\x1f8b6669727374|-|t|32|32"});
  CHECK(database.rows("SELECT report_key = (SELECT id FROM report), ordinal, policy_type, policy_domain, policy_string,"
                      " mx_host, total_successful_session_count, total_failure_session_count FROM policy") ==
        Rows{"t|1|sts|example.com|{\"version: STSv1\",\"mode: enforce\"}|{mx.example.com}|10|1"});
  CHECK(database.rows("SELECT start_datetime, end_datetime, series IS NOT NULL, version IS NOT NULL FROM policy") ==
        Rows{"2024-02-22 00:00:00+00|2024-02-22 23:59:59+00|t|t"});
  CHECK(database.rows("SELECT policy_key = (SELECT id FROM policy), ordinal, result_type, sending_mta_ip,"
                      " receiving_mx_hostname, receiving_mx_helo, receiving_ip, failed_session_count,"
                      " additional_information, failure_reason_code, start_datetime FROM failure_detail") ==
        Rows{"t|1|certificate-expired|192.0.2.1|mx.example.com|-|2001:db8::1|1|first|-|2024-02-22 00:00:00+00"});
  CHECK(database.rows("SELECT report_key = (SELECT id FROM report), recipient_domain, organization_name,"
                      " start_datetime, end_datetime, sessions, failures FROM session_total") ==
        Rows{"t|example.com|Sender Inc.|2024-02-22 00:00:00+00|2024-02-22 23:59:59+00|11|1"});
  CHECK(database.rows("SELECT report_key = (SELECT id FROM report), recipient_domain, organization_name,"
                      " start_datetime, end_datetime, result_type, host, failed_sessions, sessions, failures"
                      " FROM failure_total") ==
        Rows{"t|example.com|Sender Inc.|2024-02-22 00:00:00+00|2024-02-22 23:59:59+00|certificate-expired|"
             "mx.example.com|1|11|1"});
  CHECK(database.rows("SELECT report_key = (SELECT id FROM report), code, json_pointer, detail FROM deviation") ==
        Rows{"t|missing-organization-name||first"});
  CHECK(database.value("SELECT last_uid FROM mailbox") == "3");
}

TEST_CASE("a batch whose UIDs do not ascend is a bug, and nothing of it is stored") {
  Database database;
  const auto box = database.mailbox();
  for (const std::uint64_t second : {3U, 2U}) {
    CHECK(failure([&] {
            database.write(box, {mail(3, {report("r1")}), mail(second, {report("r2")})});
          }) == Error::Kind::kBug);
  }
  CHECK(database.value("SELECT count(*) FROM message") == "0");
}

TEST_CASE("policies and details keep their order, and what a sender left out is null") {
  Database database;
  NewReport sparse = report("sparse");
  sparse.parsed.report = {.organization_name = std::nullopt,
                          .start_datetime = at(0),
                          .end_datetime = at(0),
                          .contact_info = std::nullopt,
                          .report_id = std::nullopt,
                          .policies = {}};
  sparse.report_domain.reset();
  sparse.submitter_domain.reset();
  sparse.filename.reset();
  NewReport wide = report("wide");
  wide.parsed.report.policies.push_back({});
  wide.parsed.report.policies.push_back({});
  wide.parsed.report.policies.back().failure_details = {{.result_type = "unknown"}, {.result_type = "tlsa-invalid"}};
  database.write(database.mailbox(), {mail(1, {sparse, wide})});

  CHECK(database.rows("SELECT organization_name, contact_info, report_id, report_domain, submitter_domain, filename"
                      " FROM report WHERE report_id IS NULL") == Rows{"-|-|-|-|-|-"});
  CHECK(
      database.rows("SELECT p.ordinal, policy_type, policy_domain, policy_string, mx_host, f.ordinal, result_type,"
                    " sending_mta_ip FROM policy p LEFT JOIN failure_detail f ON policy_key = p.id"
                    " ORDER BY p.ordinal, f.ordinal") ==
      Rows{"1|sts|example.com|{\"version: STSv1\",\"mode: enforce\"}|{mx.example.com}|1|certificate-expired|192.0.2.1",
           "2|-|-|{}|{}|-|-|-", "3|-|-|{}|{}|1|unknown|-", "3|-|-|{}|{}|2|tlsa-invalid|-"});
}

TEST_CASE("every kind of message has its outcome, and each is counted once") {
  Database database;
  NewMessage broken = mail(3);
  broken.kind = MessageKind::kTls;
  broken.quarantine = {rejected(parser::Reason::kBadGzip)};
  NewMessage half = mail(4, {report("r2")});
  half.quarantine = {rejected(parser::Reason::kBadJson, "cut short", "3")};
  const BatchResult result =
      database.write(database.mailbox(), {mail(1, {report("r1")}), mail(2), broken, half, mail(5, {report("r1")}),
                                          mail(6, {report("r1", "second")}), mail(7, {report("r1"), report("r3")})});

  CHECK(result.outcomes == Outcomes{Outcome::kStored, Outcome::kIgnored, Outcome::kQuarantined, Outcome::kPartial,
                                    Outcome::kDuplicate, Outcome::kUpdated, Outcome::kStored});
  check_every_message_is_counted(database, result.counts);
  CHECK(database.rows("SELECT uid, outcome, kind FROM message ORDER BY uid") ==
        Rows{"1|stored|tls", "2|ignored|other", "3|quarantined|tls", "4|partial|tls", "5|duplicate|tls",
             "6|updated|tls", "7|stored|tls"});
  CHECK(database.rows("SELECT uid, attachment, reason, detail, attempts, last_attempt_at FROM quarantine q"
                      " JOIN message m ON m.id = message_key ORDER BY uid") ==
        Rows{"3||bad-gzip|why|0|-", "4|3|bad-json|cut short|0|-"});
}

TEST_CASE("a batch without messages moves the watermark alone") {
  Database database;
  const auto box = database.mailbox();
  const BatchResult result =
      write_batch(database.connection, Watermark{.mailbox = box, .uid_validity = 7, .from = 0, .to = 40}, {}, {});
  CHECK(result.outcomes.empty());
  CHECK(result.counts.fetched == 0);
  CHECK(database.value("SELECT last_uid FROM mailbox") == "40");
}

TEST_CASE("a watermark that is not where it was means overtaken, and nothing is written") {
  Database database;
  const auto box = database.mailbox();
  const auto write = [&](const Watermark& watermark) {
    return failure([&] { write_batch(database.connection, watermark, rendered({mail(6, {report("r1")})}), {}); });
  };
  const Watermark sound{.mailbox = box, .uid_validity = 7, .from = 0, .to = 6};
  Watermark moved = sound;
  moved.from = 5;
  CHECK(write(moved) == Error::Kind::kOvertaken);
  Watermark other_validity = sound;
  other_validity.uid_validity = 8;
  CHECK(write(other_validity) == Error::Kind::kOvertaken);
  Watermark other_backfill = sound;
  other_backfill.backfill = true;
  other_backfill.from = 1;
  CHECK(write(other_backfill) == Error::Kind::kOvertaken);

  CHECK(database.value("SELECT count(*) FROM message") == "0");
  CHECK(database.value("SELECT count(*) FROM report") == "0");
  CHECK(write(sound) == std::nullopt);
  CHECK(write(sound) == Error::Kind::kOvertaken);
  CHECK(database.value("SELECT count(*) FROM message") == "1");
}

TEST_CASE("a backfill keeps its own progress and never lowers the watermark") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(10, {report("r10")})});
  begin_backfill(database.connection, box, 0, "");
  const auto step = [&](std::uint64_t from, std::uint64_t to, bool raise) {
    write_batch(
        database.connection,
        Watermark{.mailbox = box, .uid_validity = 7, .from = from, .to = to, .backfill = true, .raise_last_uid = raise},
        rendered({mail(to, {report(fmt::format("r{}", to))})}), {});
    return database.value("SELECT backfill_uid, last_uid FROM mailbox");
  };
  CHECK(step(0, 4, true) == "4|10");
  CHECK(step(4, 12, false) == "12|10");
  CHECK(step(12, 13, true) == "13|13");
}

TEST_CASE("the first batch that lands ends the count of unfinished runs") {
  Database database;
  const auto box = database.mailbox();
  note_run_begun(database.connection, box);
  note_run_begun(database.connection, box);
  CHECK(database.value("SELECT unfinished_runs FROM mailbox") == "2");
  database.write(box, {mail(1)});
  CHECK(database.value("SELECT unfinished_runs FROM mailbox") == "0");
}

TEST_CASE("a UIDVALIDITY of 64 bits is kept, and so is a UID of 63") {
  Database database;
  const auto box = database.mailbox();
  reset_watermark(database.connection, box, UINT64_MAX);
  const Watermark watermark{.mailbox = box, .uid_validity = UINT64_MAX, .from = 0, .to = INT64_MAX};
  write_batch(database.connection, watermark, rendered({mail(INT64_MAX)}), {});
  CHECK(database.value("SELECT uid FROM message") == "9223372036854775807");
}

TEST_CASE("a message read again keeps its row and outcome") {
  Database database;
  const auto box = database.mailbox();
  NewMessage bad = mail(3);
  bad.quarantine = {rejected(parser::Reason::kBadJson)};
  const std::vector<NewMessage> batch{mail(1, {report("r1")}), mail(2), bad, mail(4, {report("r1")})};
  database.write(box, batch);
  const auto messages = database.rows("SELECT * FROM message ORDER BY id");
  const auto reports = database.rows("SELECT * FROM report");
  database.rewind(box);

  const BatchResult again = database.write(box, batch);
  CHECK(again.outcomes == Outcomes{Outcome::kDuplicate, Outcome::kIgnored, Outcome::kQuarantined, Outcome::kDuplicate});
  CHECK(again.counts.fetched == 4);
  CHECK(database.rows("SELECT * FROM message ORDER BY id") == messages);
  CHECK(database.rows("SELECT * FROM report") == reports);
  CHECK(database.value("SELECT count(*) FROM quarantine") == "1");
}

TEST_CASE("a message read again restores its reports when they were deleted") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(1, {report("r1")})});
  database.execute("DELETE FROM report");
  database.rewind(box);

  CHECK(database.write(box, {mail(1, {report("r1")})}).outcomes == Outcomes{Outcome::kStored});
  CHECK(database.value("SELECT count(*) FROM report JOIN message ON message.id = message_key") == "1");
  CHECK(database.value("SELECT count(*) FROM policy") == "1");
}

TEST_CASE("a message that was not taken gives nothing when it is read again") {
  Database database;
  const auto box = database.mailbox();
  NewMessage half = mail(1, {report("r1")});
  half.quarantine = {rejected(parser::Reason::kForeignDomain, "why", "3")};
  database.write(box, {half, mail(2)});
  database.execute("DELETE FROM report");
  database.rewind(box);

  CHECK(database.write(box, {mail(1, {report("r1"), report("r2")}), mail(2, {report("r3")})}).outcomes ==
        Outcomes{Outcome::kPartial, Outcome::kIgnored});
  CHECK(database.value("SELECT count(*) FROM report") == "0");
  CHECK(database.value("SELECT count(*) FROM quarantine") == "1");
}

TEST_CASE("a conflict of a message read again is a duplicate, not another quarantine entry") {
  Database database;
  const auto box = database.mailbox();
  database.write(box, {mail(1, {report("r1")})});
  NewMessage authentic = mail(2, {report("r1", "second")});
  authentic.authentic = Authentic::kPass;
  CHECK(database.write(box, {authentic}).outcomes == Outcomes{Outcome::kUpdated});
  database.rewind(box);
  CHECK(database.write(box, {mail(1, {report("r1")})}).outcomes == Outcomes{Outcome::kDuplicate});
  CHECK(database.value("SELECT count(*) FROM quarantine") == "0");
}

TEST_CASE("`after:` is pending for what was taken, and again when it is read again") {
  Database database;
  const auto box = database.mailbox();
  NewMessage half = mail(4, {report("r2")});
  half.quarantine = {rejected(parser::Reason::kBadJson)};
  NewMessage bad = mail(5);
  bad.quarantine = {rejected(parser::Reason::kTooLarge)};
  const std::vector<NewMessage> batch{mail(1, {report("r1")}), mail(2), mail(3, {report("r1")}), half, bad};
  const BatchOptions pending{.after_pending = true};
  database.write(box, batch, pending);
  CHECK(pending_after(database.connection, box, 7) == std::vector<std::uint64_t>{1, 3});
  CHECK(pending_after(database.connection, box, 8).empty());

  mark_after_done(database.connection, box, 7, {1});
  CHECK(pending_after(database.connection, box, 7) == std::vector<std::uint64_t>{3});
  database.rewind(box);
  database.write(box, batch);
  CHECK(pending_after(database.connection, box, 7) == std::vector<std::uint64_t>{3});
  database.rewind(box);
  database.write(box, batch, pending);
  CHECK(pending_after(database.connection, box, 7) == std::vector<std::uint64_t>{1, 3});
}

TEST_CASE("`after:` touches what is read again only if this run too finds all of it stored") {
  Database database;
  const auto box = database.mailbox();
  const BatchOptions pending{.after_pending = true};
  const auto pending_now = [&] { return pending_after(database.connection, box, 7); };
  database.write(box, {mail(1, {report("r1")}), mail(2, {report("r2")}), mail(3, {report("r3")})}, pending);
  mark_after_done(database.connection, box, 7, {1});
  NewMessage authentic = mail(4, {report("r1", "second")});
  authentic.authentic = Authentic::kPass;
  database.write(box, {authentic});
  database.rewind(box);

  NewMessage foreign = mail(2);
  foreign.quarantine = {rejected(parser::Reason::kForeignDomain)};
  const BatchResult again = database.write(box, {mail(1, {report("r1")}), foreign, mail(3, {report("r3")})}, pending);
  CHECK(again.outcomes == Outcomes(3, Outcome::kDuplicate));
  CHECK(pending_now() == std::vector<std::uint64_t>{3});
  database.rewind(box);
  database.write(box, {mail(3)});
  CHECK(pending_now().empty());
}

TEST_CASE("an import is known again by its bytes, within a batch too") {
  Database database;
  NewMessage bad = loose_file("bad.json", {});
  bad.quarantine = {rejected(parser::Reason::kBadJson)};
  const BatchResult first = database.import(
      {loose_file("a.json", {report("r1")}), bad, loose_file("a.json", {report("r1")}), bad, loose_file("b.json", {})});
  CHECK(first.outcomes == Outcomes{Outcome::kStored, Outcome::kQuarantined, Outcome::kDuplicate, Outcome::kQuarantined,
                                   Outcome::kIgnored});
  CHECK(database.rows("SELECT source, mailbox_key, uid, octet_length(sha256), outcome FROM message ORDER BY source") ==
        Rows{"a.json|-|-|32|stored", "b.json|-|-|32|ignored", "bad.json|-|-|32|quarantined"});
  CHECK(database.value("SELECT count(*) FROM quarantine") == "1");

  const BatchResult second = database.import({loose_file("a.json", {report("r1")}), bad});
  CHECK(second.outcomes == Outcomes{Outcome::kDuplicate, Outcome::kQuarantined});
  CHECK(database.value("SELECT count(*) FROM message") == "3");
}

TEST_CASE("text of every kind arrives as it was") {
  Database database;
  const std::string hostile = "it's \"quoted\" \\ \\N \\. a\tb\nc\rd {x,y} ${z} %s \xF0\x9F\x93\xA7 $1 ;--";
  NewReport odd = report("odd");
  odd.parsed.report.organization_name = hostile;
  odd.parsed.report.contact_info = "\\N";
  odd.parsed.report.policies[0].policy_string = {hostile, "", "NULL", "{}", "\\", "\""};
  odd.parsed.report.policies[0].failure_details[0].additional_information = "";
  odd.parsed.raw = "\0\\\n\xFF"s;
  NewMessage message = mail(1, {odd});
  message.subject = hostile;
  message.source = hostile;
  database.write(database.mailbox(), {message});

  CHECK(database.value("SELECT organization_name FROM report") == hostile);
  CHECK(database.value("SELECT contact_info FROM report") == "\\N");
  CHECK(database.value("SELECT additional_information IS NULL FROM failure_detail") == "f");
  CHECK(database.value("SELECT subject FROM message") == hostile);
  CHECK(database.value("SELECT source FROM message") == hostile);
  CHECK(database.value("SELECT raw FROM report") == "\\x005c0aff");
  CHECK(database.rows("SELECT unnest(policy_string) FROM policy") == Rows{hostile, "", "NULL", "{}", "\\", "\""});
}

TEST_CASE("text that no column takes is mended and spoils nothing") {
  Database database;
  NewMessage message = mail(1, {report("r1")});
  message.source = "caf\xE9\0.eml"s;
  message.subject = "\xED\xA0\x80"s;
  message.reports[0].filename = "\xFF"s;
  message.quarantine = {rejected(parser::Reason::kBadJson, "a\0b"s)};
  CHECK(database.write(database.mailbox(), {message}).outcomes == Outcomes{Outcome::kPartial});
  CHECK(database.value("SELECT source FROM message") == "caf\xEF\xBF\xBD\xEF\xBF\xBD.eml");
  CHECK(database.value("SELECT filename FROM report") == "\xEF\xBF\xBD");
  CHECK(database.value("SELECT detail FROM quarantine") ==
        "a\xEF\xBF\xBD"
        "b");
}

TEST_CASE("raw bytes are kept once a message") {
  Database database;
  NewMessage bad = mail(1);
  bad.quarantine = {rejected(parser::Reason::kBadGzip, "x", "2"), rejected(parser::Reason::kBadJson, "y", "3")};
  bad.raw = "From: x\r\n\0\xFF"s;
  NewMessage fine = mail(2, {report("r1")});
  fine.raw = "not kept";
  database.write(database.mailbox(), {bad, fine});
  CHECK(database.rows("SELECT attachment, raw FROM quarantine ORDER BY id") ==
        Rows{"2|\\x46726f6d3a20780d0a00ff", "3|-"});
}

TEST_CASE("raw bytes are kept up to the limit over all, and not one byte beyond") {
  Database database;
  const auto box = database.mailbox();
  const auto bad = [](std::uint64_t uid, std::size_t size) {
    NewMessage message = mail(uid);
    message.quarantine = {rejected(parser::Reason::kBadGzip)};
    message.raw = std::string(size, 'x');
    return message;
  };
  const BatchOptions limit{.quarantine_bytes = 100};
  database.write(box, {bad(1, 60), bad(2, 41), bad(3, 39)}, limit);
  database.write(box, {bad(4, 2), bad(5, 1), bad(6, 1)}, limit);
  CHECK(database.rows("SELECT uid, octet_length(raw) FROM quarantine q JOIN message m ON m.id = message_key"
                      " ORDER BY uid") == Rows{"1|60", "2|-", "3|39", "4|-", "5|1", "6|-"});
}

TEST_CASE("the same UID under another UIDVALIDITY or in another mailbox is another message") {
  Database database;
  const auto box = database.mailbox();
  const auto other = database.mailbox("other");
  database.write(box, {mail(1, {report("r1")})});
  CHECK(database.write(other, {mail(1, {report("r1")})}).outcomes == Outcomes{Outcome::kDuplicate});
  reset_watermark(database.connection, box, 8);
  const Watermark watermark{.mailbox = box, .uid_validity = 8, .from = 0, .to = 1};
  CHECK(write_batch(database.connection, watermark, rendered({mail(1, {report("r1")})}), {}).outcomes ==
        Outcomes{Outcome::kDuplicate});
  CHECK(database.value("SELECT count(*) FROM message") == "3");
}

}  // namespace tlsrpt::db::test
