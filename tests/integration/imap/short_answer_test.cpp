#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "failure.hpp"
#include "fetching.hpp"

using namespace tlsrpt;
using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;
using Kind = Error::Kind;
using Uids = std::vector<Uid>;

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

TEST_CASE("While messages are asked for again, what comes behind them is bounded") {
  constexpr Uid kLast = 3'000;
  constexpr std::size_t kSize = 40'000;
  ScriptedServer server;
  for (Uid uid = 1; uid <= kLast; ++uid) server.add(uid, std::string(kSize, 'x'));
  server.script = [](const Command& command) -> std::optional<Answer> {
    // Seems far away, so that many commands are kept in flight.
    if (command.name != "UID FETCH" && command.name != "NOOP")
      std::this_thread::sleep_for(std::chrono::milliseconds{30});
    for (Uid uid = 1; asks_bodies(command) && uid <= 100; ++uid) {
      if (set_contains(set_of(command), uid)) return tagged("NO some messages could not be read");
    }
    return std::nullopt;
  };
  const auto messages = fetched(server, kLast, {.max_message = 100'000});
  REQUIRE(uids_of(messages) == uids_to(kLast));
  CHECK(std::ranges::count(messages, What::kNoBody, &FetchedMessage::what) == 100);

  const std::vector<std::string> commands = server.commands("UID FETCH");
  const auto last_probe = std::ranges::find(commands, "UID FETCH 100 (UID)");
  REQUIRE(last_probe != commands.end());
  Uid asked = 100;
  while (asked < kLast && std::any_of(commands.begin(), last_probe, [&](const std::string& command) {
           return command.find("BODY") != std::string::npos && set_contains(command.substr(10), asked + 1);
         })) {
    ++asked;
  }
  CHECK(asked * kSize < 48u << 20);
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
