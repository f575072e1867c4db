#include "dovecot.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "collector/imap/client.hpp"
#include "collector/imap/folder.hpp"
#include "failure.hpp"
#include "fetched.hpp"

using namespace tlsrpt;
using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;
using Kind = Error::Kind;

namespace {

Account account_at(const std::string& server) {
  Account account;
  account.server = server;
  account.ca_file = dovecot_value("_CA");
  account.username = dovecot_value("_USER");
  account.password = collector::Secret(dovecot_value("_PASSWORD"));
  return account;
}

Account imaps() {
  return account_at("imaps://localhost:" + dovecot_value("S_PORT"));
}
Account starttls() {
  return account_at("imap://localhost:" + dovecot_value("_PORT"));
}

Failure login_failure(const Account& account) {
  return failure_of([&] { const Session session(account); });
}

// Whole messages, some of them full of what looks like IMAP.
std::string message(std::size_t number) {
  std::string text = fmt::format("Subject: {}\r\n\r\n", number);
  for (std::size_t i = 0; i < number % 50; ++i)
    text += fmt::format(")\r\nA{} OK done\r\n* BYE {{{}}}\r\n\"", i, number);
  return text + "\r\n";
}

// A new folder with `count` messages in it.
void make_folder(const std::string& folder, std::size_t count) {
  Client client(imaps());
  create_folder(client, folder);
  if (count > 0) {
    std::string command = "APPEND " + folder_argument(folder);  // RFC 3502: any number of messages at once
    for (std::size_t i = 1; i <= count; ++i) {
      const std::string body = message(i);
      command += fmt::format(" {{{}+}}\r\n{}", body.size(), body);
    }
    client.require_ok(client.run(command));
  }
  client.logout();
}

// What FETCH tells of flags.
std::vector<std::string> flags_in(const std::string& folder) {
  Client client(imaps());
  (void)open_folder(client, "EXAMINE", folder);
  std::vector<std::string> lines;
  client.require_ok(
      client.run("UID FETCH 1:* (FLAGS)", [&](Untagged& untagged) { lines.emplace_back(untagged.data.rest()); }));
  return lines;
}

}  // namespace

TEST_SUITE_BEGIN("Dovecot");

TEST_CASE("Login works over TLS from the start, and by STARTTLS") {
  for (const Account& account : {imaps(), starttls()}) {
    Session session(account);
    CHECK(session.examine("INBOX").uid_validity > 0);
    CHECK(session.has_capability("UIDPLUS"));
    CHECK(session.has_capability("MOVE"));
    session.logout();
  }
}

TEST_CASE("A wrong password is refused, with Dovecot's words and without the password") {
  for (Account account : {imaps(), starttls()}) {
    account.password = collector::Secret("wrong-password");
    const Failure failure = login_failure(account);
    CHECK(failure.kind == Kind::kLoginRefused);
    CHECK(failure.says("AUTHENTICATIONFAILED"));
    CHECK_FALSE(failure.says("wrong-password"));
  }
}

TEST_CASE("A certificate of an unknown authority is refused, with the remedy") {
  for (Account account : {imaps(), starttls()}) {
    account.ca_file.reset();
    const Failure failure = login_failure(account);
    CHECK(failure.kind == Kind::kTls);
    CHECK(failure.text.starts_with("localhost:"));
    CHECK(failure.says("ca_file"));
  }
}

TEST_CASE("A certificate for another name is refused") {
  Account account = imaps();
  account.server.replace(account.server.find("localhost"), 9, "other.localhost");
  const Failure failure = login_failure(account);
  CHECK(failure.kind == Kind::kTls);
  CHECK(failure.says("other.localhost"));
  CHECK_FALSE(failure.says("ca_file"));
}

TEST_CASE("A ca_file that is missing is told") {
  Account account = imaps();
  account.ca_file = "/nonexistent/ca.pem";
  const Failure failure = login_failure(account);
  CHECK(failure.kind == Kind::kTls);
  CHECK(failure.says("/nonexistent/ca.pem"));
}

TEST_CASE("Five thousand messages come in order and whole, and their flags are what they were") {
  make_folder("Fetch", 5000);
  {
    Session session(imaps());
    (void)session.select("Fetch");
    session.flag_seen(std::vector<Uid>{7, 9});
    session.logout();
  }
  const auto flags_before = flags_in("Fetch");

  Session session(imaps());
  const Folder folder = session.examine("Fetch");
  CHECK(folder.exists == 5000);
  CHECK(folder.uid_next == 5001);
  const auto messages = fetch_all(session, session.search({}).uids);
  REQUIRE(uids_of(messages) == uids_to(5000));
  for (const FetchedMessage& fetched : messages) {
    REQUIRE(fetched.what == What::kBody);
    REQUIRE(fetched.body == message(fetched.uid));
    REQUIRE(fetched.size == fetched.body.size());
    REQUIRE(fetched.internal_date > 1'700'000'000);
  }
  CHECK(session.search({.after = 4998}).uids == std::vector<Uid>{4999, 5000});
  CHECK(session.search({.after = 5000}).uids.empty());
  CHECK(session.search({.before = "1-Feb-2020"}).uids.empty());
  CHECK(session.search({.since = "1-Feb-2020"}).uids.size() == 5000);
  session.logout();
  CHECK(flags_in("Fetch") == flags_before);
}

TEST_CASE("Messages are flagged, removed and moved into a folder that is made for them") {
  make_folder("Entwürfe.Änderung", 250);
  Session session(starttls());
  CHECK(session.select("Entwürfe.Änderung").exists == 250);
  session.flag_seen(uids_to(250));
  CHECK(std::ranges::all_of(flags_in("Entwürfe.Änderung"),
                            [](const std::string& line) { return line.find("\\Seen") != std::string::npos; }));
  CHECK(session.remove(std::vector<Uid>{1, 2, 250}));
  CHECK(session.search({}).uids.size() == 247);
  CHECK(session.move(uids_to(200), "Archiv & Ältere.TLS-RPT"));
  CHECK(session.search({}).uids.size() == 49);
  session.logout();

  Session other(imaps());
  CHECK(other.examine("Archiv & Ältere.TLS-RPT").exists == 198);
  const auto moved = fetch_all(other, other.search({}).uids);
  REQUIRE(moved.size() == 198);
  CHECK(moved.front().body == message(3));
  CHECK(moved.back().body == message(200));
}

TEST_CASE("Messages that are expunged while others are fetched are left out") {
  make_folder("Expunge", 300);
  Session reading(imaps());
  (void)reading.examine("Expunge");
  const std::vector<Uid> uids = reading.search({}).uids;
  {
    Session session(imaps());
    (void)session.select("Expunge");
    CHECK(session.remove(std::vector<Uid>{1, 150, 151, 300}));
    session.logout();
  }
  const auto messages = fetch_all(reading, uids);
  CHECK(messages.size() == 296);
  CHECK(messages.front().uid == 2);
}

TEST_CASE("A folder that is missing is told with those that are like it") {
  make_folder("Archive.TLS-RPT", 0);
  Session session(imaps());
  const Failure failure = failure_of([&] { (void)session.examine("TLS-RPT"); });
  CHECK(failure.kind == Kind::kFolderMissing);
  CHECK(failure.says("\"Archive.TLS-RPT\""));
  CHECK(failure_of([&] { (void)session.select("Entwürfe/Ähnlich"); }).kind == Kind::kFolderMissing);
}

TEST_SUITE_END();
