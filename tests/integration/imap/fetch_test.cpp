#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "failure.hpp"
#include "fetching.hpp"

using namespace tlsrpt;
using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;
using Kind = Error::Kind;

TEST_CASE("Messages come with UID, date, size and every byte") {
  ScriptedServer server;
  server.add(4294967296, "one");
  server.add(9223372036854775807u, "\r\n)\r\nA3 OK\r\n* BYE {3}\r\n");
  server.start();
  Session session(server.account());
  (void)session.examine("INBOX");
  const auto messages = fetch_all(session, session.search({}).uids);
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].uid == 4294967296);
  CHECK(messages[0].internal_date == 837596665);
  CHECK(messages[0].size == 3);
  CHECK(messages[0].body == "one");
  CHECK(messages[1].uid == 9223372036854775807u);
  CHECK(messages[1].body == "\r\n)\r\nA3 OK\r\n* BYE {3}\r\n");
}

TEST_CASE("Two thousand messages come in order and whole, pieces of one byte or all at once") {
  for (const std::size_t piece : {std::size_t{0}, std::size_t{7}, std::size_t{1}}) {
    ScriptedServer server;
    server.piece = piece;
    server.fill(piece == 1 ? 200 : 2000);
    check_all(server);
  }
}

TEST_CASE("Nothing is fetched for no UIDs") {
  ScriptedServer server;
  CHECK(fetched(server, 0).empty());
  CHECK(server.commands("UID FETCH").empty());
}

TEST_CASE("imap-9, imap-18: bodies are asked by BODY.PEEK[], a hundred at most, and in chunks of bounded size") {
  ScriptedServer server;
  server.fill(250);
  server.add(251, std::string(600, 'x'));
  server.add(252, std::string(600, 'y'));
  check_all(server, {.chunk_bytes = 1000});
  for (const std::string& command : server.commands("UID FETCH")) {
    const bool asks_body = command.find("BODY") != std::string::npos;
    CHECK((!asks_body || command.ends_with("(UID BODY.PEEK[])")));
  }
  CHECK(server.commands("UID FETCH 251 (UID BODY.PEEK[])").size() == 1);
  CHECK(server.commands("UID FETCH 252 (UID BODY.PEEK[])").size() == 1);

  ScriptedServer whole;
  whole.fill(250);
  check_all(whole);
  CHECK(whole.commands("UID FETCH 1:100 (UID BODY.PEEK[])").size() == 1);
  CHECK(whole.commands("UID FETCH 101:200 (UID BODY.PEEK[])").size() == 1);
  CHECK(whole.commands("UID FETCH 201:250 (UID BODY.PEEK[])").size() == 1);
}

TEST_CASE("imap-30: messages are handed out as they come, in groups as large as a chunk at most") {
  ScriptedServer server;
  server.fill(1000);
  server.start();
  Session session(server.account());
  (void)session.examine("INBOX");
  std::size_t largest = 0;
  session.fetch(uids_to(1000), {.chunk_messages = 30}, [&](const std::vector<FetchedMessage>& group) {
    largest = std::max(largest, group.size());
    return true;
  });
  CHECK(largest == 30);
}

TEST_CASE("imap-8: bodies under any name, quoted ones, and unsolicited data in the middle of it all") {
  ScriptedServer server;
  server.fill(6);
  server.script = [&server](const Command& command) -> std::optional<Answer> {
    if (asks_sizes(command)) {
      Answer answer = server.usual(command);
      answer.bytes.insert(
          0, "* 2 FETCH (FLAGS (\\Seen))\r\n* 3 FETCH (UID 3 FLAGS ())\r\n* 8 EXISTS\r\n* OK still here\r\n");
      return answer;
    }
    if (!asks_bodies(command)) return std::nullopt;
    std::string bytes;
    constexpr std::array<std::string_view, 6> kKeys = {"BODY[NULL]", "RFC822", "body[]",
                                                       "BODY[]<0>",  "BODY[]", "BODY[]"};
    for (const StoredMessage* message : server.messages_in(set_of(command))) {
      bytes += "* 7 EXISTS\r\n* 1 FETCH (FLAGS (\\Seen $Junk) MODSEQ (5))\r\n* 99 EXPUNGE\r\n* 1 RECENT\r\n";
      bytes += fetch_line(*message, kKeys.at(message->uid - 1));
      bytes += "* VANISHED 77:88\r\n* NO [ALERT] {5}\r\n* 2 FETCH (UID 900 BODY[] {2}\r\nxx)\r\n";
    }
    return Answer{.bytes = bytes + "{tag} OK\r\n"};
  };
  check_all(server);

  ScriptedServer quoting;
  quoting.add(1, "a \"quoted\" \\ body");
  quoting.script = [](const Command& command) {
    return asks_bodies(command)
               ? std::optional(Answer{.bytes = "* 1 FETCH (BODY[] \"a \\\"quoted\\\" \\\\ body\" UID 1)\r\n"
                                               "{tag} OK\r\n"})
               : std::nullopt;
  };
  check_all(quoting);
}

TEST_CASE("Answers may come in any order of messages, parts and commands") {
  ScriptedServer server;
  server.fill(400);
  // Bodies are held back until the last chunk is asked for; then all come, backwards, before any command is done.
  std::string held;
  std::string done;
  server.script = [&](const Command& command) -> std::optional<Answer> {
    if (asks_sizes(command)) {
      std::string bytes;
      for (const StoredMessage* message : server.messages_in(set_of(command))) {
        bytes.insert(0, "* 1 FETCH (INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" UID " + std::to_string(message->uid) +
                            ")\r\n* 1 FETCH (RFC822.SIZE " + std::to_string(message->body.size()) + " UID " +
                            std::to_string(message->uid) + ")\r\n");
      }
      return Answer{.bytes = bytes + "{tag} OK\r\n"};
    }
    if (!asks_bodies(command)) return std::nullopt;
    for (const StoredMessage* message : server.messages_in(set_of(command))) held.insert(0, fetch_line(*message));
    done.insert(0, command.tag + " OK\r\n");
    if (!set_contains(set_of(command), 300)) return Answer{.bytes = ""};
    return Answer{.bytes = std::exchange(held, "") + std::exchange(done, "")};
  };
  server.start();
  Session session(server.account());
  (void)session.examine("INBOX");
  const auto messages = fetch_all(session, uids_to(300));
  REQUIRE(uids_of(messages) == uids_to(300));
  CHECK(messages[299].body == server.folders["INBOX"][299].body);
  CHECK(messages[0].size == server.folders["INBOX"][0].body.size());
  CHECK(messages[0].internal_date == 837596665);
}

TEST_CASE("A sink that wants no more ends the fetch, and the connection with it") {
  ScriptedServer server;
  server.fill(1000);
  server.start();
  Session session(server.account());
  (void)session.examine("INBOX");
  std::size_t groups = 0;
  session.fetch(uids_to(1000), {}, [&](const std::vector<FetchedMessage>&) { return ++groups < 2; });
  CHECK(groups == 2);
  CHECK(failure_of([&] { (void)session.examine("INBOX"); }).kind == Kind::kUnreachable);
}

TEST_CASE("What a sink throws comes through, and ends the connection") {
  ScriptedServer server;
  server.fill(1000);
  server.start();
  Session session(server.account());
  (void)session.examine("INBOX");
  CHECK_THROWS_AS(session.fetch(uids_to(1000), {}, [](const auto&) -> bool { throw std::out_of_range("full"); }),
                  std::out_of_range);
  CHECK(failure_of([&] { (void)session.examine("INBOX"); }).kind == Kind::kUnreachable);
}

TEST_CASE("A FETCH that breaks the grammar breaks the protocol") {
  for (const std::string line : {"* 1 FETCH (UID 1 BODY[] {3}\r\nabc\r\n", "* 1 FETCH UID 1\r\n",
                                 "* 1 FETCH (UID -1)\r\n", "* 1 FETCH (UID 1 BODY[] (x))\r\n"}) {
    ScriptedServer server;
    server.fill(1);
    server.script = [line](const Command& command) {
      return asks_bodies(command) ? std::optional(Answer{.bytes = line + "{tag} OK\r\n"}) : std::nullopt;
    };
    CHECK(failure_of([&] { (void)fetched(server, 1); }).kind == Kind::kProtocol);
  }
}

TEST_CASE("A message without a date, or with one that cannot be read, has none") {
  for (const std::string date : {"", " INTERNALDATE NIL", " INTERNALDATE \"yesterday\""}) {
    ScriptedServer server;
    server.add(1, "one");
    server.script = [date](const Command& command) -> std::optional<Answer> {
      if (command.arguments.find("RFC822.SIZE") == std::string::npos) return std::nullopt;
      return Answer{.bytes = "* 1 FETCH (UID 1 RFC822.SIZE 3" + date + ")\r\n{tag} OK\r\n"};
    };
    server.start();
    Session session(server.account());
    (void)session.examine("INBOX");
    const auto messages = fetch_all(session, std::vector<Uid>{1});
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].body == "one");
    CHECK_FALSE(messages[0].internal_date);
  }
}
