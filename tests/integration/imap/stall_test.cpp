#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "collector/imap/client.hpp"
#include "failure.hpp"
#include "fetched.hpp"
#include "scripted_server.hpp"

using namespace tlsrpt;
using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;
using Kind = Error::Kind;

namespace {

Account impatient(const ScriptedServer& server) {
  Account account = server.account();
  account.command_timeout = std::chrono::milliseconds{1500};  // login and EXAMINE must keep to it on a busy machine
  return account;
}

// What happens where bodies are answered so.
Failure body_failure(const Answer& answer, bool patient = false) {
  ScriptedServer server;
  server.fill(5);
  server.script = [=](const Command& command) {
    return command.arguments.find("BODY") != std::string::npos ? std::optional(answer) : std::nullopt;
  };
  server.start();
  Session session(patient ? server.account() : impatient(server));
  (void)session.examine("INBOX");
  Failure failure = failure_of([&] { (void)fetch_all(session, uids_to(5)); });
  session.logout();  // ends at once: nobody is there to talk to
  return failure;
}

}  // namespace

TEST_CASE("imap-28: a server that falls silent is given up, with what was waited for") {
  const Failure failure = body_failure({.bytes = "", .then = Answer::Then::kStall});
  CHECK(failure.kind == Kind::kUnreachable);
  CHECK(failure.says("server sent nothing for 1500 ms while UID FETCH 1:5 (UID BODY.PEEK[])"));
}

TEST_CASE("A server that falls silent in the middle of a literal is given up") {
  const Failure failure =
      body_failure({.bytes = "* 1 FETCH (UID 1 BODY[] {2000}\r\nabc", .then = Answer::Then::kStall});
  CHECK(failure.kind == Kind::kUnreachable);
  CHECK(failure.says("server sent only 35 bytes for 1500 ms"));
}

TEST_CASE("A server that falls silent on EXAMINE or SEARCH is given up") {
  ScriptedServer server;
  server.script = [](const Command& command) -> std::optional<Answer> {
    if (command.name == "UID SEARCH") return Answer{.bytes = "* SEARCH 1 2", .then = Answer::Then::kStall};
    return std::nullopt;
  };
  server.start();
  Session session(impatient(server));
  (void)session.examine("INBOX");
  const Failure failure = failure_of([&] { (void)session.search({}); });
  CHECK(failure.kind == Kind::kUnreachable);
  CHECK(failure.says("while UID SEARCH ALL"));
}

TEST_CASE("A server that says a little now and then is given up, too, whatever it says") {
  for (const std::string bytes :
       {"* OK patience\r\n", "* 1 FETCH (UID 1 BODY[] {2000}\r\n", "* 1 FETCH (UID 1 FLAGS ())\r\n"}) {
    const Failure failure = body_failure({.bytes = bytes, .then = Answer::Then::kDrip});
    CHECK(failure.kind == Kind::kUnreachable);
    CHECK(failure.says("server sent only "));
    CHECK(failure.says("while UID FETCH 1:5 (UID BODY.PEEK[])"));
  }
}

TEST_CASE("A server that closes, or says BYE, in the middle is unreachable") {
  const Failure closed =
      body_failure({.bytes = "* 1 FETCH (UID 1 BODY[] {2000}\r\nabc", .then = Answer::Then::kClose}, true);
  CHECK(closed.kind == Kind::kUnreachable);
  const Failure farewell = body_failure({.bytes = "* BYE going down\x07\r\n", .then = Answer::Then::kClose}, true);
  CHECK(farewell.kind == Kind::kUnreachable);
  CHECK(farewell.says("\"BYE going down\\x07\""));
}

TEST_CASE("Commands and answers that fill every buffer in both directions do not block each other") {
  // The server reads a command only after its answer to the last was taken.
  constexpr int kCommands = 4000;
  ScriptedServer server;
  const std::string padding(8000, 'x');
  server.script = [&](const Command& command) -> std::optional<Answer> {
    if (command.name == "NOOP") return Answer{.bytes = "* OK " + padding + "\r\n{tag} OK\r\n"};
    return std::nullopt;
  };
  server.start();
  Client client(server.account());
  for (int i = 0; i < kCommands; ++i) client.send("NOOP " + padding);
  int done = 0;
  int heard = 0;
  while (done < kCommands) {
    if (client.next([&](Untagged& untagged) { heard += untagged.data.rest() == padding ? 1 : 0; })) ++done;
  }
  CHECK(heard == kCommands);
}
