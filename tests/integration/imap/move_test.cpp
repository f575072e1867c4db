#include <set>
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

namespace {

// The bodies in a folder, so that each message is told from the others wherever it went.
std::multiset<std::string> bodies_in(ScriptedServer& server, const std::string& folder) {
  std::multiset<std::string> bodies;
  for (const StoredMessage& message : server.folders[folder]) bodies.insert(message.body);
  return bodies;
}

// 250 messages of which the first 230 are moved to Archive, which is there; all of them, once.
void check_moves(ScriptedServer& server, bool is_removed = true) {
  server.fill(250);
  server.folders["Archive"];
  auto expected = bodies_in(server, "INBOX");
  for (Uid uid = 231; uid <= 250; ++uid) expected.erase(server.folders["INBOX"][uid - 1].body);
  server.start();
  Session session(server.account());
  (void)session.select("INBOX");
  CHECK(session.move(uids_to(230), "Archive") == is_removed);
  CHECK(bodies_in(server, "Archive") == expected);
  CHECK(uids_in(server, "INBOX").size() == (is_removed ? 20 : 250));
  check_harmless(server);
}

}  // namespace

TEST_CASE("IMAP4rev2 has MOVE and UID EXPUNGE without saying so") {
  ScriptedServer server;
  server.capabilities = "IMAP4rev2";
  check_moves(server);
  CHECK(server.commands("UID COPY").empty());
}

TEST_CASE("Messages are moved by MOVE where it is announced") {
  ScriptedServer server;
  check_moves(server);
  CHECK(server.commands("UID MOVE") == std::vector<std::string>{"UID MOVE 1:100 \"Archive\"",
                                                                "UID MOVE 101:200 \"Archive\"",
                                                                "UID MOVE 201:230 \"Archive\""});
  CHECK(server.commands("UID COPY").empty());
  CHECK(server.commands("UID STORE").empty());
}

TEST_CASE("imap-7: without MOVE messages are copied, then removed") {
  ScriptedServer server;
  server.capabilities = "IMAP4rev1 UIDPLUS";
  check_moves(server);
  CHECK(server.commands("UID MOVE").empty());
}

TEST_CASE("imap-31: each message is copied once, however many batches there are") {
  ScriptedServer server;
  server.capabilities = "IMAP4rev1 UIDPLUS";
  check_moves(server);
  CHECK(server.commands("UID COPY") == std::vector<std::string>{"UID COPY 1:100 \"Archive\"",
                                                                "UID COPY 101:200 \"Archive\"",
                                                                "UID COPY 201:230 \"Archive\""});
}

TEST_CASE("A move by COPY that a kill has interrupted copies nothing a second time") {
  for (const std::string capabilities : {"IMAP4rev1 UIDPLUS", "IMAP4rev1"}) {
    ScriptedServer server;
    server.capabilities = capabilities;
    server.fill(150);
    server.folders["Archive"];
    const auto expected = bodies_in(server, "INBOX");
    // The first hundred are in Archive already, the old ones flagged.
    for (Uid uid = 1; uid <= 100; ++uid) {
      StoredMessage& message = server.folders["INBOX"][uid - 1];
      server.add(uid, message.body, "Archive");
      message.flags.insert("\\Deleted");
    }
    server.start();
    Session session(server.account());
    (void)session.select("INBOX");
    (void)session.move(uids_to(150), "Archive");
    CHECK(bodies_in(server, "Archive") == expected);
    CHECK(server.commands("UID COPY") == std::vector<std::string>{"UID COPY 101:150 \"Archive\""});
    CHECK(server.folders["INBOX"].empty() == (capabilities == "IMAP4rev1 UIDPLUS"));
  }
}

TEST_CASE("Without MOVE and UIDPLUS messages are copied, and the old ones stay, flagged") {
  ScriptedServer server;
  server.capabilities = "IMAP4rev1";
  check_moves(server, false);
  CHECK(server.folders["INBOX"][229].flags == std::set<std::string>{"\\Deleted"});
  CHECK(server.folders["INBOX"][230].flags.empty());
}

TEST_CASE("imap-3: a MOVE that is announced and fails is not tried again") {
  for (const std::string answer : {"BAD Command Error. 12", "NO not here"}) {
    ScriptedServer server;
    server.script = [answer](const Command& command) {
      return command.name == "UID MOVE" ? std::optional(tagged(answer)) : std::nullopt;
    };
    check_moves(server);
    CHECK(server.commands("UID MOVE").size() == 1);
    CHECK(server.commands("UID COPY").size() == 3);
  }
}

TEST_CASE("imap-4: a MOVE that fails after it worked copies nothing a second time") {
  for (const std::string answer : {"NO could not move", "BAD unexpected"}) {
    ScriptedServer server;
    server.script = [&server, answer](const Command& command) -> std::optional<Answer> {
      if (command.name != "UID MOVE") return std::nullopt;
      (void)server.usual(command);
      return Answer{.bytes = "* OK [COPYUID 38505 304,319 3956,3957] moved\r\n* 1 EXPUNGE\r\n{tag} " + answer + "\r\n"};
    };
    check_moves(server);
    CHECK(server.commands("UID COPY").empty());
  }
}

TEST_CASE("imap-4: COPYUID may stand anywhere, and in any form") {
  for (const std::string line : {"[COPYUID 52 86 1146]", "* [COPYUID 52 86 1146]", "* OK [COPYUID 14  ]",
                                 "* COPYUID 52 86 1146", "* 5 COPYUID", "* OK [COPYUID 0 1:100 {5}"}) {
    CAPTURE(line);
    ScriptedServer server;
    server.script = [&server, line](const Command& command) -> std::optional<Answer> {
      if (command.name != "UID MOVE") return std::nullopt;
      Answer answer{.bytes = line};
      answer.bytes.append("\r\n* 1 EXPUNGE\r\n").append(server.usual(command).bytes).append(line).append("\r\n");
      return answer;
    };
    check_moves(server);
    CHECK(server.commands("UID COPY").empty());
  }
}

TEST_CASE("imap-4: what a failed MOVE has moved is not copied though the server lists it until NOOP") {
  ScriptedServer server;
  bool told = true;
  server.script = [&server, &told](const Command& command) -> std::optional<Answer> {
    if (command.name == "UID MOVE") {
      (void)server.usual(command);
      told = false;
      return tagged("NO could not move");
    }
    if (command.name == "NOOP") told = true;
    if (command.name == "UID SEARCH" && !told) return Answer{.bytes = "* SEARCH 1 2 3\r\n{tag} OK\r\n"};
    return std::nullopt;
  };
  check_moves(server);
  CHECK(server.commands("UID COPY").empty());
}

TEST_CASE("A MOVE that fails half-way is completed by copies of what is left") {
  ScriptedServer server;
  server.script = [&server](const Command& command) -> std::optional<Answer> {
    if (command.name != "UID MOVE" || !command.arguments.starts_with("1:100")) return std::nullopt;
    (void)server.usual({.tag = "", .name = "UID MOVE", .arguments = "1:60 \"Archive\""});
    return tagged("NO half-way");
  };
  check_moves(server);
  CHECK(server.commands("UID COPY") == std::vector<std::string>{"UID COPY 61:100 \"Archive\""});
  CHECK(server.commands("UID MOVE").size() == 3);
}

TEST_CASE("The folder is created where it is missing, whether the server says TRYCREATE or not") {
  for (const std::string capabilities : {"IMAP4rev1 UIDPLUS MOVE", "IMAP4rev1 UIDPLUS"}) {
    for (const std::string answer : {"NO [TRYCREATE] no such folder", "NO no such folder", "NO [NONEXISTENT] none"}) {
      CAPTURE(answer);
      ScriptedServer server;
      server.capabilities = capabilities;
      server.fill(150);
      const std::string folder = "Archive/TLS";
      server.script = [&server, answer, folder](const Command& command) -> std::optional<Answer> {
        const bool transfers = command.name == "UID MOVE" || command.name == "UID COPY";
        return transfers && !server.folders.contains(folder) ? std::optional(tagged(answer)) : std::nullopt;
      };
      server.start();
      Session session(server.account());
      (void)session.select("INBOX");
      CHECK(session.move(uids_to(150), folder));
      CHECK(server.folders[folder].size() == 150);
      CHECK(server.folders["INBOX"].empty());
      CHECK(server.commands("CREATE") == std::vector<std::string>{"CREATE \"Archive/TLS\""});
    }
  }
}

TEST_CASE("A folder that is created by somebody else meanwhile is as good") {
  ScriptedServer server;
  server.fill(1);
  server.script = [&server](const Command& command) -> std::optional<Answer> {
    if (command.name != "CREATE") return std::nullopt;
    server.folders["Archive"];
    return tagged("NO [ALREADYEXISTS] it is there");
  };
  server.start();
  Session session(server.account());
  (void)session.select("INBOX");
  CHECK(session.move(uids_to(1), "Archive"));
  CHECK(server.folders["Archive"].size() == 1);
}

TEST_CASE("A folder that cannot be created, and a copy that is refused, are errors; nothing is lost") {
  ScriptedServer server;
  server.fill(1);
  server.script = [](const Command& command) {
    return command.name == "CREATE" ? std::optional(tagged("NO [NOPERM] not allowed")) : std::nullopt;
  };
  server.start();
  Session session(server.account());
  (void)session.select("INBOX");
  const Failure failure = failure_of([&] { (void)session.move(uids_to(1), "Archive"); });
  CHECK(failure.kind == Kind::kFolderMissing);
  CHECK(failure.says("CREATE \"Archive\": server answers \"NO [NOPERM] not allowed\""));
  CHECK(server.folders["INBOX"].size() == 1);

  ScriptedServer full;
  full.capabilities = "IMAP4rev1 UIDPLUS";
  full.fill(1);
  full.folders["Archive"];
  full.script = [](const Command& command) {
    return command.name == "UID COPY" ? std::optional(tagged("NO [OVERQUOTA] full")) : std::nullopt;
  };
  full.start();
  Session copying(full.account());
  (void)copying.select("INBOX");
  CHECK(failure_of([&] { (void)copying.move(uids_to(1), "Archive"); }).kind == Kind::kUnreachable);
  CHECK(full.folders["INBOX"][0].flags.empty());
}

TEST_CASE("Where MOVE is refused and the server does not say what is left, nothing counts as moved") {
  ScriptedServer server;
  server.fill(3);
  server.folders["Archive"];
  server.script = [](const Command& command) -> std::optional<Answer> {
    if (command.name == "UID MOVE") return tagged("NO cannot");
    if (command.name == "UID SEARCH") return tagged("OK done");
    return std::nullopt;
  };
  server.start();
  Session session(server.account());
  (void)session.select("INBOX");
  CHECK(session.move(uids_to(3), "Archive"));
  CHECK(server.folders["Archive"].size() == 3);
  CHECK(server.folders["INBOX"].empty());
}
