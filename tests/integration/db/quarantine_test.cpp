#include "db/quarantine.hpp"

#include <fmt/format.h>

#include "tests/integration/db/support.hpp"

using namespace std::string_literals;

namespace tlsrpt::db::test {
namespace {

// Message 1 with two entries and raw bytes, message 2 with one entry and none, and an import.
struct Quarantined : Database {
  Quarantined() {
    NewMessage first = mail(1);
    first.quarantine = {rejected(parser::Reason::kBadGzip, "cut short", "2"),
                        rejected(parser::Reason::kForeignDomain, "example.org", "3")};
    first.raw = "raw \0\xFF\\bytes"s;
    NewMessage second = mail(2);
    second.quarantine = {rejected(parser::Reason::kTooLarge, "limits.message")};
    write(mailbox(), {first, second});
    NewMessage file = loose_file("a.json", {});
    file.quarantine = {rejected(parser::Reason::kBadJson, "line 1")};
    file.raw = R"({"policies": )";
    import({file});
    for (const QuarantineEntry& entry : list_quarantine(connection)) ids.push_back(entry.id);
    REQUIRE(ids.size() == 4);
  }
  std::vector<std::int64_t> ids;
};

}  // namespace

TEST_CASE("entries are listed with everything that helps to understand them") {
  Quarantined database;
  const std::vector<QuarantineEntry> entries = list_quarantine(database.connection);
  const QuarantineEntry& first = entries[0];
  CHECK(first.attachment == "2");
  CHECK(first.reason == "bad-gzip");
  CHECK(first.detail == "cut short");
  CHECK(first.mailbox == "box");
  CHECK(first.source == "imaps://user@host/INBOX;UID=1");
  CHECK(first.from_domain == "sender.example");
  CHECK(first.subject == "Report Domain: example.com");
  CHECK(first.rfc822_message_id == "1@sender.example");
  CHECK(first.received_at == "2024-02-22T00:00:01Z");
  CHECK(first.attempts == 0);
  CHECK(first.last_attempt_at == std::nullopt);
  CHECK(first.has_raw);
  CHECK(entries[1].has_raw);
  CHECK_FALSE(entries[2].has_raw);
  CHECK(entries[3].mailbox == std::nullopt);
  CHECK(entries[3].from_domain == std::nullopt);
  CHECK(entries[3].received_at == std::nullopt);

  CHECK(find_quarantine(database.connection, database.ids[2])->reason == "too-large");
  CHECK(find_quarantine(database.connection, database.ids[3] + 1) == std::nullopt);
}

TEST_CASE("an entry's age is that of its being there, in minutes, hours or days") {
  Quarantined database;
  const auto age = [&](const std::string& ago) {
    database.execute(fmt::format("UPDATE message SET seen_at = now() - interval '{}'", ago));
    return list_quarantine(database.connection).front().age;
  };
  CHECK(age("30 seconds") == "0 min");
  CHECK(age("3599 seconds") == "59 min");
  CHECK(age("3600 seconds") == "1 h");
  CHECK(age("86399 seconds") == "23 h");
  CHECK(age("3 days 5 hours") == "3 d");
  CHECK(age("-2 days") == "0 min");
  database.execute("UPDATE quarantine SET last_attempt_at = now() - interval '2 hours'");
  CHECK(age("3 days") == "2 h");
}

TEST_CASE("raw bytes are found by any entry of their message") {
  Quarantined database;
  CHECK(quarantined_raw(database.connection, database.ids[0]) == "raw \0\xFF\\bytes"s);
  CHECK(quarantined_raw(database.connection, database.ids[1]) == "raw \0\xFF\\bytes"s);
  CHECK(quarantined_raw(database.connection, database.ids[2]) == std::nullopt);
  CHECK(quarantined_raw(database.connection, 0) == std::nullopt);
}

TEST_CASE("dropping an entry hands its raw bytes on, and leaves the message's row") {
  Quarantined database;
  CHECK(drop_quarantine(database.connection, {database.ids[0], 0}) == 1);
  CHECK(quarantined_raw(database.connection, database.ids[1]) == "raw \0\xFF\\bytes"s);
  CHECK(drop_quarantine(database.connection, {database.ids[1], database.ids[2]}) == 2);
  CHECK(drop_quarantine(database.connection, {database.ids[1]}) == 0);
  CHECK(drop_quarantine(database.connection, {}) == 0);
  CHECK(database.rows("SELECT uid, outcome FROM message WHERE uid IS NOT NULL ORDER BY uid") ==
        Rows{"1|quarantined", "2|quarantined"});
  CHECK(database.value("SELECT count(*) FROM quarantine") == "1");
}

TEST_CASE("messages to try again are chosen by reason and entry") {
  Quarantined database;
  const auto entries = list_quarantine(database.connection);
  const std::int64_t first = entries[0].message_key;
  const std::int64_t second = entries[2].message_key;
  const std::int64_t file = entries[3].message_key;
  using Keys = std::vector<std::int64_t>;
  CHECK(quarantined_messages(database.connection, std::nullopt, {}) == Keys{first, second, file});
  CHECK(quarantined_messages(database.connection, "foreign-domain", {}) == Keys{first});
  CHECK(quarantined_messages(database.connection, std::nullopt, {database.ids[1], database.ids[3]}) ==
        Keys{first, file});
  CHECK(quarantined_messages(database.connection, "bad-json", {database.ids[1]}).empty());
  CHECK(quarantined_messages(database.connection, "' OR true --", {}).empty());
}

TEST_CASE("a quarantined message is loaded with all that trying again needs") {
  Quarantined database;
  const auto entries = list_quarantine(database.connection);
  const QuarantinedMessage first = load_quarantined(database.connection, entries[0].message_key).value();
  REQUIRE(first.mailbox.has_value());
  CHECK(first.mailbox->name == "box");
  CHECK(first.mailbox->server == "imaps://host");
  CHECK(first.mailbox->username == "box");
  CHECK(first.mailbox->folder == "INBOX");
  CHECK(first.sha256 == std::nullopt);
  CHECK(first.uid_validity == 7);
  CHECK(first.uid == 1);
  CHECK(first.received_at == at(1));
  CHECK(first.raw == "raw \0\xFF\\bytes"s);
  CHECK(load_quarantined(database.connection, entries[2].message_key)->raw == std::nullopt);
  const QuarantinedMessage file = load_quarantined(database.connection, entries[3].message_key).value();
  CHECK_FALSE(file.mailbox.has_value());
  CHECK(file.sha256 == digest("a.json"));
  CHECK(file.uid == std::nullopt);
  CHECK(file.source == "a.json");
  CHECK(file.received_at == std::nullopt);
}

TEST_CASE("a message without an entry, or without its row, is in quarantine no more") {
  Quarantined database;
  const std::int64_t key = list_quarantine(database.connection)[2].message_key;
  drop_quarantine(database.connection, {database.ids[2]});
  CHECK_FALSE(load_quarantined(database.connection, key).has_value());
  CHECK_FALSE(load_quarantined(database.connection, 0).has_value());
}

TEST_CASE("a try that could not be made is counted on every entry of the message") {
  Quarantined database;
  note_attempt(database.connection, list_quarantine(database.connection)[0].message_key);
  CHECK(database.rows("SELECT attempts, last_attempt_at IS NOT NULL FROM quarantine ORDER BY id") ==
        Rows{"1|t", "1|t", "0|f", "0|f"});
}

}  // namespace tlsrpt::db::test
