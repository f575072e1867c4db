#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "failure.hpp"
#include "fetching.hpp"

using namespace tlsrpt;
using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;
using Kind = Error::Kind;

TEST_CASE("A message that is announced as too large is never asked for; one at the limit is") {
  ScriptedServer server;
  server.add(1, std::string(1000, 'a'));
  server.add(2, std::string(1001, 'b'));
  server.add(3, "small");
  const auto messages = fetched(server, 3, {.max_message = 1000});
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].what == What::kBody);
  CHECK(messages[0].body.size() == 1000);
  CHECK(messages[1].what == What::kTooLarge);
  CHECK(messages[1].size == 1001);
  CHECK(messages[1].body.empty());
  CHECK(messages[2].body == "small");
  for (const std::string& command : server.commands("UID FETCH")) {
    CHECK((command.find("BODY") == std::string::npos || !set_contains(command.substr(10, command.find(" (") - 10), 2)));
  }
}

TEST_CASE("A folder of nothing but messages that are too large is gone through to its end") {
  ScriptedServer server;
  for (Uid uid = 1; uid <= 3000; ++uid) server.add(uid, "xx");
  const auto messages = fetched(server, 3000, {.max_message = 1});
  REQUIRE(uids_of(messages) == uids_to(3000));
  CHECK(std::ranges::all_of(messages, [](const FetchedMessage& message) { return message.what == What::kTooLarge; }));
}

TEST_CASE("imap-24: sizes that lie, in either direction, decide nothing that the bytes do not") {
  ScriptedServer server;
  server.add(1, std::string(2000, 'a'));
  server.add(2, std::string(10, 'b'));
  server.add(3, std::string(1000, 'c'));
  server.add(4, std::string(1001, 'd'));
  server.script = [](const Command& command) -> std::optional<Answer> {
    if (!asks_sizes(command)) return std::nullopt;
    return Answer{.bytes =
                      "* 1 FETCH (UID 1 RFC822.SIZE 1)\r\n* 2 FETCH (UID 2 RFC822.SIZE 900)\r\n"
                      "* 3 FETCH (UID 3 RFC822.SIZE 5)\r\n* 4 FETCH (UID 4 RFC822.SIZE 5)\r\n{tag} OK\r\n"};
  };
  const auto messages = fetched(server, 4, {.max_message = 1000});
  REQUIRE(messages.size() == 4);
  CHECK(messages[0].what == What::kTooLarge);
  CHECK(messages[0].size == 2000);
  CHECK(messages[0].body.empty());
  CHECK(messages[1].body == std::string(10, 'b'));
  CHECK(messages[1].size == 10);
  CHECK(messages[2].body == std::string(1000, 'c'));
  CHECK(messages[3].what == What::kTooLarge);
  CHECK(messages[3].size == 1001);
}

TEST_CASE("imap-24: messages whose size is not told are fetched, and the limit holds all the same") {
  ScriptedServer server;
  server.fill(30);
  server.add(31, std::string(1001, 'x'));
  server.script = [&server](const Command& command) -> std::optional<Answer> {
    if (!asks_sizes(command)) return std::nullopt;
    std::string bytes;
    for (const StoredMessage* message : server.messages_in(set_of(command))) {
      bytes += "* 1 FETCH (UID " + std::to_string(message->uid) + " INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")\r\n";
    }
    return Answer{.bytes = bytes + "{tag} OK\r\n"};
  };
  const auto messages = fetched(server, 31, {.max_message = 1000});
  REQUIRE(uids_of(messages) == uids_to(31));
  CHECK(messages[29].body == server.folders["INBOX"][29].body);
  CHECK(messages[30].what == What::kTooLarge);
  CHECK(messages[30].size == 1001);
}

TEST_CASE("A server that sends hundreds of megabytes for bytes that it announced, out of order, is stopped") {
  ScriptedServer server;
  for (Uid uid = 1; uid <= 100; ++uid) server.add(uid, "x");
  server.script = [](const Command& command) -> std::optional<Answer> {
    if (!asks_bodies(command)) return std::nullopt;
    std::string bytes;
    for (Uid uid = 2; uid <= 100; ++uid) bytes += fetch_line({.uid = uid, .body = std::string(1 << 20, 'x')});
    return Answer{.bytes = bytes + "{tag} OK\r\n"};
  };
  const Failure failure = failure_of([&] { (void)fetched(server, 100, {.max_message = 1 << 20}); });
  CHECK(failure.kind == Kind::kProtocol);
  CHECK(failure.says("far more than it announces"));
}
