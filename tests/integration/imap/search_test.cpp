#include "collector/imap/search.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "collector/imap/folder.hpp"
#include "failure.hpp"
#include "fetched.hpp"
#include "scripted_server.hpp"

using namespace tlsrpt;
using namespace tlsrpt::imap;
using namespace tlsrpt::imap::test;
using Kind = Error::Kind;
using Uids = std::vector<Uid>;

namespace {

void answer_search(ScriptedServer& server, const std::string& bytes) {
  server.script = [=](const Command& command) {
    return command.name == "UID SEARCH" ? std::optional(Answer{.bytes = bytes}) : std::nullopt;
  };
  server.start();
}

Uids found(const std::string& bytes, const SearchRange& range = {}) {
  ScriptedServer server;
  answer_search(server, bytes);
  return Session(server.account()).search(range).uids;
}

Failure search_failure(const std::string& bytes) {
  return failure_of([&] { (void)found(bytes); });
}

}  // namespace

TEST_CASE("What is found is ascending, and each UID once") {
  CHECK(found("* SEARCH 5 3 9 3\r\n* 7 EXISTS\r\n* SEARCH 1 5 \r\n{tag} OK\r\n") == Uids{1, 3, 5, 9});
  CHECK(found("* SEARCH\r\n{tag} OK\r\n").empty());
  CHECK(found("{tag} OK\r\n").empty());
  CHECK(found("* SEARCH 4294967296 9223372036854775807\r\n{tag} OK\r\n") == Uids{4294967296u, 9223372036854775807u});
  CHECK(found("* search 1 2 (MODSEQ 917162500)\r\n{tag} OK\r\n") == Uids{1, 2});
}

TEST_CASE("IMAP4rev2 says in a set what it finds") {
  CHECK(found("* ESEARCH (TAG \"A5\") UID ALL 7,1:3\r\n{tag} OK\r\n") == Uids{1, 2, 3, 7});
  CHECK(found("* ESEARCH (TAG \"A5\") UID COUNT 2 ALL 5:4 MODSEQ 9\r\n{tag} OK\r\n") == Uids{4, 5});
  CHECK(found("* ESEARCH UID ALL 9\r\n{tag} OK\r\n") == Uids{9});
  CHECK(found("* ESEARCH (TAG \"A5\") UID\r\n{tag} OK\r\n").empty());
  CHECK(search_failure("* ESEARCH UID ALL 1:9223372036854775807\r\n{tag} OK\r\n").says("too many messages"));
  CHECK(search_failure("* ESEARCH UID ALL 1:*\r\n{tag} OK\r\n").kind == Kind::kProtocol);
}

TEST_CASE("Nothing is no answer where the last message would be found") {
  for (const auto& [bytes, answered] :
       {std::pair{"* SEARCH 41\r\n{tag} OK\r\n", true},
        std::pair{"* ESEARCH (TAG \"A5\") UID ALL 41\r\n{tag} OK\r\n", true},
        std::pair{"* SEARCH\r\n{tag} OK\r\n", false}, std::pair{"* ESEARCH (TAG \"A5\") UID\r\n{tag} OK\r\n", false},
        std::pair{"{tag} OK\r\n", false}}) {
    ScriptedServer server;
    answer_search(server, bytes);
    CHECK(Session(server.account()).search({.after = 41}).answered == answered);
  }
}

TEST_CASE("imap-19: the last message that n:* always finds is left out where it is not new") {
  CHECK(found("* SEARCH 41\r\n{tag} OK\r\n", {.after = 41}).empty());
  CHECK(found("* SEARCH 41 42 43\r\n{tag} OK\r\n", {.after = 41}) == Uids{42, 43});
}

TEST_CASE("imap-22, imap-23: a search asks for UIDs and days alone, and for no more than it needs") {
  ScriptedServer server;
  server.fill(9);
  server.start();
  Session session(server.account());
  (void)session.examine("INBOX");
  CHECK(session.search({}).uids == uids_to(9));
  CHECK(session.search({.after = 7}).uids == Uids{8, 9});
  (void)session.search({.after = 7, .since = "1-Feb-2026", .before = "3-Feb-2026"});
  (void)session.search({.before = "3-Feb-2026"});
  CHECK(server.commands("UID SEARCH") ==
        std::vector<std::string>{"UID SEARCH ALL", "UID SEARCH UID 8:*",
                                 "UID SEARCH UID 8:* SINCE 1-Feb-2026 BEFORE 3-Feb-2026",
                                 "UID SEARCH ALL BEFORE 3-Feb-2026"});
}

TEST_CASE("Two hundred thousand UIDs come in one line") {
  std::string bytes = "* SEARCH";
  for (Uid uid = 1; uid <= 200'000; ++uid) bytes += " " + std::to_string(uid);
  CHECK(found(bytes + "\r\n{tag} OK\r\n") == uids_to(200'000));
}

TEST_CASE("imap-21: UIDs beyond what the database holds, and what is no number, break the protocol") {
  CHECK(search_failure("* SEARCH 5 9223372036854775808\r\n{tag} OK\r\n").says("a UID is beyond 63 bits"));
  CHECK(search_failure("* SEARCH 9223372036854775808\r\n{tag} OK\r\n").kind == Kind::kProtocol);
  CHECK(search_failure("* SEARCH 18446744073709551616\r\n{tag} OK\r\n").kind == Kind::kProtocol);
  CHECK(search_failure("* SEARCH -1\r\n{tag} OK\r\n").kind == Kind::kProtocol);
  CHECK(search_failure("* SEARCH 1,2\r\n{tag} OK\r\n").kind == Kind::kProtocol);
}

TEST_CASE("A search that is refused has the server's words") {
  const Failure failure = search_failure("{tag} NO Server error\r\n");
  CHECK(failure.kind == Kind::kUnreachable);
  CHECK(failure.says("UID SEARCH ALL: server answers \"NO Server error\""));
  CHECK(search_failure("{tag} BAD what\r\n").kind == Kind::kProtocol);
}

TEST_CASE("Of many UIDs those are told that still exist, and a hundred are asked at a time") {
  ScriptedServer server;
  for (Uid uid = 2; uid <= 300; uid += 2) server.add(uid, "x");
  server.start();
  Client client(server.account());
  (void)open_folder(client, "SELECT", "INBOX");
  const Uids left = search_existing(client, uids_to(250));
  CHECK(left.size() == 125);
  CHECK(left.front() == 2);
  CHECK(left.back() == 250);
  CHECK(server.commands("UID SEARCH") ==
        std::vector<std::string>{"UID SEARCH UID 1:100", "UID SEARCH UID 101:200", "UID SEARCH UID 201:250"});
}
