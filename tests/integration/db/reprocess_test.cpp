#include "db/quarantine.hpp"
#include "tests/integration/db/support.hpp"

namespace tlsrpt::db::test {
namespace {

// One message whose two attachments were of a foreign domain.
struct Foreign : Database {
  Foreign() {
    NewMessage message = mail(1);
    message.kind = MessageKind::kTls;
    message.quarantine = {rejected(parser::Reason::kForeignDomain, "a", "2"),
                          rejected(parser::Reason::kForeignDomain, "b", "3")};
    message.raw = "the mail";
    box = mailbox();
    write(box, {message});
    key = quarantined_messages(connection, std::nullopt, {}).front();
  }
  MailboxKey box = 0;
  std::int64_t key = 0;
};

constexpr const char* kMessage = "SELECT uid, kind, authentic, outcome FROM message";
constexpr const char* kEntries =
    "SELECT attachment, reason, attempts, last_attempt_at IS NOT NULL, encode(raw, 'escape') FROM quarantine ORDER BY "
    "id";

NewMessage tried(std::vector<NewReport> reports) {
  NewMessage message = mail(1, std::move(reports));
  message.raw = "the mail";
  return message;
}

}  // namespace

TEST_CASE("what can be taken now is stored, and its entries are gone") {
  Foreign database;
  NewMessage message = tried({report("r1"), report("r2")});
  message.authentic = Authentic::kPass;
  CHECK(rewrite_message(database.connection, database.key, message, {}) == Outcome::kStored);
  CHECK(database.rows(kMessage) == Rows{"1|tls|pass|stored"});
  CHECK(database.rows(kEntries) == Rows{});
  CHECK(database.value("SELECT count(*) FROM report JOIN message m ON m.id = message_key") == "2");
}

TEST_CASE("what still cannot be taken stays, with its raw bytes and one attempt more") {
  Foreign database;
  NewMessage message = tried({report("r1")});
  message.quarantine = {rejected(parser::Reason::kBadJson, "c", "3")};
  CHECK(rewrite_message(database.connection, database.key, message, {}) == Outcome::kPartial);
  CHECK(database.rows(kMessage) == Rows{"1|tls|unknown|partial"});
  CHECK(database.rows(kEntries) == Rows{"3|bad-json|1|t|the mail"});
  CHECK(rewrite_message(database.connection, database.key, message, {}) == Outcome::kPartial);
  CHECK(database.rows(kEntries) == Rows{"3|bad-json|2|t|the mail"});
  CHECK(database.value("SELECT count(*) FROM report") == "1");
}

TEST_CASE("what was taken before stays, and makes the outcome partial") {
  Foreign database;
  NewMessage message = tried({report("r1")});
  message.quarantine = {rejected(parser::Reason::kForeignDomain, "b", "3")};
  CHECK(rewrite_message(database.connection, database.key, message, {}) == Outcome::kPartial);
  message.reports.clear();
  message.quarantine.insert(message.quarantine.begin(), rejected(parser::Reason::kForeignDomain, "a", "2"));
  CHECK(rewrite_message(database.connection, database.key, message, {}) == Outcome::kPartial);
  CHECK(database.rows(kMessage) == Rows{"1|tls|unknown|partial"});
  CHECK(database.value("SELECT count(*) FROM report") == "1");
}

TEST_CASE("what still cannot be taken keeps the id by which its owner knows it") {
  Foreign database;
  const Rows ids = database.rows("SELECT id || ' ' || attachment FROM quarantine ORDER BY id");
  NewMessage message = tried({});
  message.quarantine = {rejected(parser::Reason::kBadJson, "b", "3"), rejected(parser::Reason::kBadJson, "new", "3#2"),
                        rejected(parser::Reason::kBadJson, "a", "2")};
  rewrite_message(database.connection, database.key, message, {});
  const Rows later = database.rows("SELECT id || ' ' || attachment FROM quarantine ORDER BY id");
  REQUIRE(later.size() == 3);
  CHECK(Rows(later.begin(), later.begin() + 2) == ids);
  CHECK(later[2].ends_with(" 3#2"));
}

TEST_CASE("trying again what was taken already changes nothing") {
  Foreign database;
  CHECK(rewrite_message(database.connection, database.key, tried({report("r1")}), {}) == Outcome::kStored);
  const Rows before = database.rows("SELECT * FROM report");
  CHECK(rewrite_message(database.connection, database.key, tried({report("r1")}), {}) == Outcome::kStored);
  CHECK(database.rows("SELECT * FROM report") == before);
}

TEST_CASE("raw bytes that were kept are kept on, be the limit lower now or the bytes not at hand") {
  Foreign database;
  NewMessage message = tried({});
  message.quarantine = {rejected(parser::Reason::kBadJson, "c", "3")};
  rewrite_message(database.connection, database.key, message, {.quarantine_bytes = 0});
  CHECK(database.rows(kEntries) == Rows{"3|bad-json|1|t|the mail"});
  message.raw.clear();
  rewrite_message(database.connection, database.key, message, {.quarantine_bytes = 0});
  CHECK(database.rows(kEntries) == Rows{"3|bad-json|2|t|the mail"});
}

TEST_CASE("a message that was downloaded only now gets its header, and raw bytes within the limit") {
  Database database;
  NewMessage large = mail(1);
  large.from_domain.reset();
  large.subject.reset();
  large.rfc822_message_id.reset();
  large.quarantine = {rejected(parser::Reason::kTooLarge)};
  database.write(database.mailbox(), {large});
  const std::int64_t key = quarantined_messages(database.connection, std::nullopt, {}).front();
  NewMessage fetched = tried({});
  fetched.quarantine = {rejected(parser::Reason::kBadJson)};
  rewrite_message(database.connection, key, fetched, {.quarantine_bytes = 7});
  CHECK(database.rows(kEntries) == Rows{"|bad-json|1|t|-"});
  rewrite_message(database.connection, key, fetched, {.quarantine_bytes = 8});
  CHECK(database.rows(kEntries) == Rows{"|bad-json|2|t|the mail"});
  CHECK(database.rows("SELECT from_domain, subject, rfc822_message_id FROM message") ==
        Rows{"sender.example|Report Domain: example.com|1@sender.example"});
}

TEST_CASE("a message that was deleted meanwhile is said to be gone, and nothing of it is stored") {
  Foreign database;
  database.execute("DELETE FROM quarantine; DELETE FROM message");
  CHECK(rewrite_message(database.connection, database.key, tried({report("r1")}), {}) == std::nullopt);
  NewMessage without_bytes = tried({report("r1")});
  without_bytes.raw.clear();
  CHECK(rewrite_message(database.connection, database.key, without_bytes, {}) == std::nullopt);
  CHECK(database.value("SELECT count(*) FROM report") == "0");
}

TEST_CASE("`after:` is pending for a message once it is taken") {
  Foreign database;
  NewMessage half = tried({report("r1")});
  half.quarantine = {rejected(parser::Reason::kBadJson)};
  rewrite_message(database.connection, database.key, half, {.after_pending = true});
  CHECK(pending_after(database.connection, database.box, 7).empty());
  rewrite_message(database.connection, database.key, tried({report("r1")}), {.after_pending = true});
  CHECK(pending_after(database.connection, database.box, 7) == std::vector<std::uint64_t>{1});
}

TEST_CASE("`after:` is not pending for a message of an old UIDVALIDITY or of a mailbox that was retired") {
  Foreign database;
  reset_watermark(database.connection, database.box, 8);
  rewrite_message(database.connection, database.key, tried({report("r1")}), {.after_pending = true});
  CHECK(database.value("SELECT after_done_at IS NOT NULL FROM message") == "t");
  reset_watermark(database.connection, database.box, 7);
  enter_mailbox(database.connection,
                {.name = "box", .server = "imaps://other", .username = "box", .folder = "INBOX", .domains = {}});
  rewrite_message(database.connection, database.key, tried({report("r1")}), {.after_pending = true});
  CHECK(database.value("SELECT after_done_at IS NOT NULL FROM message") == "t");
}

TEST_CASE("a conflict on a new try is an entry again") {
  Foreign database;
  database.write(database.box, {mail_from("other.example", 2, {report("r1", "other")})});
  CHECK(rewrite_message(database.connection, database.key, tried({report("r1")}), {}) == Outcome::kQuarantined);
  CHECK(database.rows(kEntries) == Rows{"2|conflict|1|t|the mail"});
}

TEST_CASE("a report that PostgreSQL refuses on a new try is quarantined alone") {
  Foreign database;
  database.execute("ALTER TABLE report ADD CONSTRAINT no_bad CHECK (contact_info <> 'bad')");
  NewReport bad = report("bad");
  bad.parsed.report.contact_info = "bad";
  bad.attachment = "3";
  CHECK(rewrite_message(database.connection, database.key, tried({report("r1"), bad}), {}) == Outcome::kPartial);
  CHECK(database.rows(kEntries) == Rows{"3|database-refused|1|t|the mail"});
  CHECK(database.rows("SELECT report_id FROM report") == Rows{"r1"});
}

}  // namespace tlsrpt::db::test
