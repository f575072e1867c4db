#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "failure.hpp"
#include "fetched.hpp"
#include "scripted_server.hpp"

using namespace tlsrpt;
using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;
using Kind = Error::Kind;
using Uids = std::vector<Uid>;

namespace {

bool asks_bodies(const Command& command) {
  return command.name == "UID FETCH" && command.arguments.find("BODY") != std::string::npos;
}

bool asks_sizes(const Command& command) {
  return command.name == "UID FETCH" && command.arguments.find("SIZE") != std::string::npos;
}

std::string set_of(const Command& command) {
  return command.arguments.substr(0, command.arguments.find(' '));
}

// The usual answer without the lines that hold `part`.
Answer without(Answer answer, const std::string& part) {
  for (std::size_t at = answer.bytes.find(part); at != std::string::npos; at = answer.bytes.find(part)) {
    const std::size_t start = answer.bytes.rfind("* ", at);
    answer.bytes.erase(start, answer.bytes.find(")\r\n", at) + 3 - start);
  }
  return answer;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

// Has `server` fetched whole, and compares every byte.
void check_all(ScriptedServer& server, const Session::FetchOptions& options = {}) {
  server.start();
  Session session(server.account());
  (void)session.examine("INBOX");
  const Uids uids = session.search({});
  const std::vector<FetchedMessage> messages = fetch_all(session, uids, options);
  REQUIRE(uids_of(messages) == uids);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    REQUIRE(messages[i].what == What::kBody);
    REQUIRE(messages[i].body == server.folders["INBOX"][i].body);
  }
  session.logout();
  CHECK(server.commands("LOGOUT").size() == 1);
}

// What comes of fetching UIDs 1 to `last`.
std::vector<FetchedMessage> fetched(ScriptedServer& server, Uid last, const Session::FetchOptions& options = {}) {
  server.start();
  Session session(server.account());
  (void)session.examine("INBOX");
  return fetch_all(session, uids_to(last), options);
}

}  // namespace

TEST_CASE("Messages come with UID, date, size and every byte") {
  ScriptedServer server;
  server.add(4294967296, "one");
  server.add(9223372036854775807u, "\r\n)\r\nA3 OK\r\n* BYE {3}\r\n");
  server.start();
  Session session(server.account());
  (void)session.examine("INBOX");
  const auto messages = fetch_all(session, session.search({}));
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
  session.fetch(uids_to(1000), {.chunk_messages = 30}, [&](std::vector<FetchedMessage> group) {
    largest = std::max(largest, group.size());
    return true;
  });
  CHECK(largest == 30);
}

TEST_CASE("imap-1, imap-2: large sets that are answered with nothing and OK are asked again in halves") {
  for (const std::size_t most : {99u, 12u, 1u}) {
    ScriptedServer server;
    server.fill(500);
    server.script = [&server, most](const Command& command) -> std::optional<Answer> {
      if (command.name != "UID FETCH" || server.messages_in(set_of(command)).size() <= most) return std::nullopt;
      return tagged("OK done");
    };
    check_all(server);
    CHECK(server.commands("UID FETCH").size() <= 4 * 500 + 20);
  }
}

TEST_CASE("Short answers are completed: every third message is missing unless asked for in a small set") {
  ScriptedServer server;
  server.fill(300);
  server.script = [&server](const Command& command) -> std::optional<Answer> {
    if (command.name != "UID FETCH" || server.messages_in(set_of(command)).size() < 5) return std::nullopt;
    Answer answer = server.usual(command);
    for (Uid uid = 3; uid <= 300; uid += 3) answer = without(std::move(answer), "(UID " + std::to_string(uid) + " ");
    return answer;
  };
  check_all(server);
}

TEST_CASE("A NO beside what could be fetched is a short answer") {
  ScriptedServer server;
  server.fill(20);
  server.script = [&server](const Command& command) -> std::optional<Answer> {
    if (!asks_bodies(command) || server.messages_in(set_of(command)).size() == 1) return std::nullopt;
    Answer answer = without(server.usual(command), "(UID 5 ");
    replace(answer.bytes, "{tag} OK", "{tag} NO");
    return answer;
  };
  check_all(server);
}

TEST_CASE("A message that is there but does not come, even alone, has no body") {
  for (const std::string body : {"NIL", "\"\""}) {
    ScriptedServer server;
    server.fill(10);
    server.script = [&server, body](const Command& command) -> std::optional<Answer> {
      if (!asks_bodies(command) || !set_contains(set_of(command), 5)) return std::nullopt;
      Answer answer = without(server.usual(command), "(UID 5 ");
      answer.bytes.insert(0, "* 5 FETCH (UID 5 BODY[] " + body + ")\r\n");
      return answer;
    };
    const auto messages = fetched(server, 10);
    REQUIRE(uids_of(messages) == uids_to(10));
    CHECK(messages[4].what == What::kNoBody);
    CHECK(messages[4].body.empty());
    CHECK(messages[5].what == What::kBody);
    CHECK(server.commands("UID FETCH 5 (UID)").size() == 1);
  }
}

TEST_CASE("A message whose size and body are both refused has no body") {
  ScriptedServer server;
  server.fill(10);
  server.script = [](const Command& command) -> std::optional<Answer> {
    if (!(asks_bodies(command) || asks_sizes(command)) || !set_contains(set_of(command), 5)) return std::nullopt;
    return tagged("NO cannot read message");
  };
  const auto messages = fetched(server, 10);
  REQUIRE(uids_of(messages) == uids_to(10));
  CHECK(messages[4].what == What::kNoBody);
}

TEST_CASE("Messages that were expunged before their size was asked are left out") {
  ScriptedServer server;
  for (const Uid uid : {1u, 2u, 4u, 5u, 9u}) server.add(uid, "x");
  CHECK(uids_of(fetched(server, 10)) == Uids{1, 2, 4, 5, 9});
}

TEST_CASE("Messages that are expunged between size and body are left out") {
  ScriptedServer server;
  server.fill(10);
  server.script = [&server](const Command& command) -> std::optional<Answer> {
    if (asks_bodies(command)) {
      std::erase_if(server.folders["INBOX"], [](const StoredMessage& message) { return message.uid % 4 == 0; });
    }
    return std::nullopt;
  };
  CHECK(uids_of(fetched(server, 10)) == Uids{1, 2, 3, 5, 6, 7, 9, 10});
}

TEST_CASE("A folder that was emptied meanwhile gives nothing") {
  ScriptedServer server;
  CHECK(fetched(server, 300).empty());
}

TEST_CASE("A server that refuses everything for now loses no message") {
  for (const std::string answer : {"NO [UNAVAILABLE] later", "NO [OVERQUOTA] bandwidth", "NO something broke"}) {
    ScriptedServer server;
    server.fill(10);
    server.script = [answer](const Command& command) {
      return command.name == "UID FETCH" ? std::optional(tagged(answer)) : std::nullopt;
    };
    server.start();
    Session session(server.account());
    (void)session.examine("INBOX");
    const Failure failure = failure_of([&] { (void)fetch_all(session, uids_to(10)); });
    CHECK(failure.kind == Kind::kUnreachable);
    CHECK(failure.says(answer));
  }
}

TEST_CASE("BAD to every FETCH breaks the protocol") {
  ScriptedServer server;
  server.fill(3);
  server.script = [](const Command& command) {
    return command.name == "UID FETCH" ? std::optional(tagged("BAD what")) : std::nullopt;
  };
  const Failure failure = failure_of([&] { (void)fetched(server, 3); });
  CHECK(failure.kind == Kind::kProtocol);
  CHECK(failure.says("server answers \"BAD what\""));
}

TEST_CASE("Courier's notice in place of a message is no message") {
  const std::string notice =
      "From: System Administrator <root@localhost>\r\nSubject: message unavailable\r\n\r\n"
      "This message is no longer available on the server.\r\n";
  for (const bool is_gone : {true, false}) {
    ScriptedServer server;
    server.fill(10);
    server.folders["INBOX"][4].body = notice;
    server.script = [&server, is_gone](const Command& command) -> std::optional<Answer> {
      if (command.name == "NOOP" && is_gone) {  // then, and not before, Courier knows
        std::erase_if(server.folders["INBOX"], [](const StoredMessage& message) { return message.uid == 5; });
        return Answer{.bytes = "* 5 EXPUNGE\r\n{tag} OK\r\n"};
      }
      return std::nullopt;
    };
    const auto messages = fetched(server, 10);
    REQUIRE(messages.size() == (is_gone ? 9 : 10));
    CHECK(messages[4].uid == (is_gone ? 6 : 5));
    CHECK(messages[4].what == (is_gone ? What::kBody : What::kNoBody));
  }
}

TEST_CASE("One message that makes FETCH fail, however the server says it, keeps no other from being read") {
  for (const std::string answer : {"NO [SERVERBUG] Internal error occurred", "BAD Command Error. 12",
                                   "NO [EXPUNGEISSUED] Some of the messages no longer exist"}) {
    CAPTURE(answer);
    ScriptedServer server;
    server.fill(150);
    server.script = [answer](const Command& command) {
      return asks_bodies(command) && set_contains(set_of(command), 77) ? std::optional(tagged(answer)) : std::nullopt;
    };
    const auto messages = fetched(server, 150);
    REQUIRE(uids_of(messages) == uids_to(150));
    for (const FetchedMessage& message : messages) {
      CHECK(message.what == (message.uid == 77 ? What::kNoBody : What::kBody));
    }
    CHECK(server.commands("UID FETCH 77 (UID BODY.PEEK[])").size() == 1);
    CHECK(server.commands("UID FETCH 77 (UID)").size() == 1);
  }
}

TEST_CASE("Bodies that are refused for now end the fetch, whatever came before") {
  for (const std::string code : {"UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA"}) {
    ScriptedServer server;
    server.fill(2);
    server.script = [code](const Command& command) {
      return asks_bodies(command) ? std::optional(tagged("NO [" + code + "] later")) : std::nullopt;
    };
    CHECK(failure_of([&] { (void)fetched(server, 2); }).kind == Kind::kUnreachable);
  }
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
