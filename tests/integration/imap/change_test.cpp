#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "changing.hpp"
#include "failure.hpp"
#include "fetched.hpp"

using namespace tlsrpt;
using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;
using Kind = Error::Kind;

TEST_CASE("Messages are flagged as seen, a hundred at a time") {
  ScriptedServer server;
  server.fill(150);
  server.start();
  Session session(server.account());
  (void)session.select("INBOX");
  session.flag_seen(uids_to(120));
  CHECK(server.commands("UID STORE") ==
        std::vector<std::string>{"UID STORE 1:100 +FLAGS.SILENT (\\Seen)", "UID STORE 101:120 +FLAGS.SILENT (\\Seen)"});
  CHECK(server.folders["INBOX"][119].flags == std::set<std::string>{"\\Seen"});
  CHECK(server.folders["INBOX"][120].flags.empty());
}

TEST_CASE("imap-15, imap-16: messages are removed, and only they: neither EXPUNGE nor CLOSE is sent") {
  ScriptedServer server;
  server.fill(5);
  server.folders["INBOX"][4].flags = {"\\Deleted"};  // somebody else's
  server.start();
  Session session(server.account());
  (void)session.select("INBOX");
  CHECK(session.remove(std::vector<Uid>{1, 3}));
  CHECK(uids_in(server, "INBOX") == std::vector<Uid>{2, 4, 5});
  CHECK(server.commands("UID EXPUNGE") == std::vector<std::string>{"UID EXPUNGE 1,3"});
  check_harmless(server);
}

TEST_CASE("imap-15: without UIDPLUS messages stay, flagged") {
  ScriptedServer server;
  server.capabilities = "IMAP4rev1";
  server.fill(3);
  server.start();
  Session session(server.account());
  (void)session.select("INBOX");
  CHECK_FALSE(session.remove(std::vector<Uid>{2}));
  CHECK(server.folders["INBOX"].size() == 3);
  CHECK(server.folders["INBOX"][1].flags == std::set<std::string>{"\\Deleted"});
  CHECK(server.commands("UID EXPUNGE").empty());
  check_harmless(server);
}

TEST_CASE("A STORE that is refused because some messages are gone is done for the others") {
  ScriptedServer server;
  for (const Uid uid : {1u, 3u}) server.add(uid, "x");
  server.script = [](const Command& command) -> std::optional<Answer> {
    const bool names_gone =
        command.name == "UID STORE" && set_contains(command.arguments.substr(0, command.arguments.find(' ')), 2);
    return names_gone ? std::optional(tagged("NO some of the messages no longer exist")) : std::nullopt;
  };
  server.start();
  Session session(server.account());
  (void)session.select("INBOX");
  session.flag_seen(uids_to(3));
  CHECK(server.folders["INBOX"][1].flags == std::set<std::string>{"\\Seen"});
  session.flag_seen(std::vector<Uid>{2});  // all are gone: nothing to do
}

TEST_CASE("A STORE that is refused otherwise is an error") {
  for (const auto& [answer, kind] : {std::pair{"NO read-only", Kind::kUnreachable}, {"BAD what", Kind::kProtocol}}) {
    ScriptedServer server;
    server.fill(2);
    server.script = [answer = std::string(answer)](const Command& command) {
      return command.name == "UID STORE" ? std::optional(tagged(answer)) : std::nullopt;
    };
    server.start();
    Session session(server.account());
    (void)session.select("INBOX");
    CHECK(failure_of([&] { session.flag_seen(uids_to(2)); }).kind == kind);
  }
}
