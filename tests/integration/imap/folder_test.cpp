#include <string>

#include <doctest/doctest.h>

#include "failure.hpp"
#include "scripted_server.hpp"

using namespace tlsrpt;
using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;
using Kind = Error::Kind;

namespace {

// A server that answers EXAMINE with `bytes`.
void answer_examine(ScriptedServer& server, const std::string& bytes) {
  server.script = [=](const Command& command) {
    return command.name == "EXAMINE" ? std::optional(Answer{.bytes = bytes}) : std::nullopt;
  };
  server.start();
}

Failure examine_failure(const std::string& bytes) {
  ScriptedServer server;
  answer_examine(server, bytes);
  Session session(server.account());
  return failure_of([&] { (void)session.examine("INBOX"); });
}

Folder examined(const std::string& bytes) {
  ScriptedServer server;
  answer_examine(server, bytes);
  return Session(server.account()).examine("INBOX");
}

}  // namespace

TEST_CASE("imap-21: UIDVALIDITY and UIDNEXT have 64 bits") {
  const Folder folder = examined(
      "* 4294967297 EXISTS\r\n* OK [UIDVALIDITY 18446744073709551615] x\r\n* OK [UIDNEXT 9223372036854775808] x\r\n"
      "{tag} OK\r\n");
  CHECK(folder.uid_validity == 18446744073709551615u);
  CHECK(folder.uid_next == 9223372036854775808u);
  CHECK(folder.exists == 4294967297u);
}

TEST_CASE("imap-21: a UIDNEXT beyond every UID that the database holds breaks the protocol; 0 tells nothing") {
  CHECK(examine_failure("* OK [UIDVALIDITY 9] x\r\n* OK [UIDNEXT 9223372036854775809] x\r\n{tag} OK\r\n").kind ==
        Kind::kProtocol);
  CHECK_FALSE(examined("* OK [UIDVALIDITY 9] x\r\n* OK [UIDNEXT 0] x\r\n{tag} OK\r\n").uid_next);
}

TEST_CASE("A server need not tell UIDNEXT") {
  ScriptedServer server;
  server.tells_uid_next = false;
  server.fill(2);
  server.start();
  Session session(server.account());
  const Folder folder = session.examine("INBOX");
  CHECK_FALSE(folder.uid_next);
  CHECK(folder.exists == 2);
}

TEST_CASE("imap-8, imap-10, imap-25: odd lines among the answers do no harm, nor is RECENT missed") {
  const Folder folder = examined(
      "* FLAGS (\\Answered \"unbalanced\r\n* \r\n* 5\r\n* ) (\r\n*  x\r\n* 18446744073709551615 WHAT\r\n* XLIST "
      "{abc}\r\n"
      "* OK [PERMANENTFLAGS (\\*)] x\r\n* OK [UIDNEXT soon] x\r\n* OK [UIDVALIDITY 9] {5}\r\n* 2 EXISTS\r\n+ idling\r\n"
      "* 3 exists\r\n* 1 FETCH (FLAGS (\\Seen))\r\n{tag} OK [READ-ONLY] done\r\n");
  CHECK(folder.uid_validity == 9);
  CHECK(folder.exists == 3);
  CHECK_FALSE(folder.uid_next);
}

TEST_CASE("A folder without UIDVALIDITY is of no use") {
  CHECK(examine_failure("* 2 EXISTS\r\n{tag} OK\r\n").kind == Kind::kProtocol);
  CHECK(examine_failure("* OK [UIDVALIDITY 0] x\r\n{tag} OK\r\n").kind == Kind::kProtocol);
  CHECK(examine_failure("* OK [UIDVALIDITY 18446744073709551616] x\r\n{tag} OK\r\n").kind == Kind::kProtocol);
}

TEST_CASE("A folder that is missing is told with those that are like it") {
  ScriptedServer server;
  for (const auto* name : {"Archive", "Archive/TLS-RPT", "Sent", "Trash"}) server.folders[name];
  server.start();
  Session session(server.account());
  const Failure failure = failure_of([&] { (void)session.examine("TLS-RPT"); });
  CHECK(failure.kind == Kind::kFolderMissing);
  CHECK(failure.says("folder \"TLS-RPT\" cannot be opened: server answers \"NO [NONEXISTENT] no such folder\""));
  CHECK(failure.says("; the most similar there: \"Archive/TLS-RPT\", "));
  // The session is as good as before.
  CHECK(session.examine("INBOX").uid_validity == 7);
}

TEST_CASE("Names are suggested in UTF-8, whatever form LIST gives them") {
  ScriptedServer server;
  server.script = [](const Command& command) -> std::optional<Answer> {
    if (command.name != "LIST") return std::nullopt;
    return Answer{.bytes =
                      "* LIST (\\HasNoChildren) NIL Entw&APw-rfe\r\n* LIST () \"/\" {14}\r\nEntw&APw-rfe/2\r\n"
                      "* LIST () \"/\" \"broken &\"\r\n* LIST odd\r\n* 1 EXISTS\r\n{tag} OK\r\n"};
  };
  server.start();
  Session session(server.account());
  const Failure failure = failure_of([&] { (void)session.examine("Entwurfe"); });
  CHECK(failure.kind == Kind::kFolderMissing);
  CHECK(failure.says("\"Entwürfe\", \"Entwürfe/2\", \"broken &\""));
}

TEST_CASE("A folder is missing even if LIST fails") {
  for (const Answer& answer : {tagged("NO no list"), tagged("BAD no list"), Answer{.bytes = "* BYE\r\n"}}) {
    ScriptedServer server;
    server.script = [=](const Command& command) {
      return command.name == "LIST" ? std::optional(answer) : std::nullopt;
    };
    server.start();
    Session session(server.account());
    CHECK(failure_of([&] { (void)session.examine("TLS-RPT"); }).kind == Kind::kFolderMissing);
  }
}

TEST_CASE("A folder's name goes out as modified UTF-7, quoted") {
  ScriptedServer server;
  server.script = [](const Command& command) {
    return command.name == "SELECT" ? std::optional(Answer{.bytes = "* OK [UIDVALIDITY 3]\r\n{tag} OK\r\n"})
                                    : std::nullopt;
  };
  server.start();
  Session session(server.account());
  CHECK(session.select("Entwürfe/a \"b\" \\ & c\r\nA9 LOGOUT").uid_validity == 3);
  CHECK(server.commands("SELECT") ==
        std::vector<std::string>{"SELECT \"Entw&APw-rfe/a \\\"b\\\" \\\\ &- c&AA0ACg-A9 LOGOUT\""});
}

TEST_CASE("EXAMINE refused for now is no missing folder, and BAD is the protocol's breach") {
  CHECK(examine_failure("{tag} NO [UNAVAILABLE] later\r\n").kind == Kind::kUnreachable);
  CHECK(examine_failure("{tag} NO [INUSE] locked\r\n").kind == Kind::kUnreachable);
  CHECK(examine_failure("{tag} BAD what\r\n").kind == Kind::kProtocol);
  const Failure farewell = examine_failure("* BYE shutting down\r\n");
  CHECK(farewell.kind == Kind::kUnreachable);
  CHECK(farewell.says("shutting down"));
}

TEST_CASE("What is no IMAP is told with the line") {
  for (const std::string bytes : {"hello\r\n", "A99 OK done\r\n", "{tag} PERHAPS\r\n", "B1 OK\r\n", "\r\n", "* OK\n"}) {
    CAPTURE(bytes);
    CHECK(examine_failure(bytes).kind == Kind::kProtocol);
  }
  CHECK(examine_failure("hello\x1b\r\n").says("\"hello\\x1b\""));
}
