#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fetched.hpp"
#include "scripted_server.hpp"

// What the tests of Session::fetch() share.
namespace tlsrpt::imap::test {

inline bool asks_bodies(const Command& command) {
  return command.name == "UID FETCH" && command.arguments.find("BODY") != std::string::npos;
}

inline bool asks_sizes(const Command& command) {
  return command.name == "UID FETCH" && command.arguments.find("SIZE") != std::string::npos;
}

inline std::string set_of(const Command& command) {
  return command.arguments.substr(0, command.arguments.find(' '));
}

// The usual answer without the lines that hold `part`.
inline Answer without(Answer answer, const std::string& part) {
  for (std::size_t at = answer.bytes.find(part); at != std::string::npos; at = answer.bytes.find(part)) {
    const std::size_t start = answer.bytes.rfind("* ", at);
    answer.bytes.erase(start, answer.bytes.find(")\r\n", at) + 3 - start);
  }
  return answer;
}

inline void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

// Has `server` fetched whole, and compares every byte.
inline void check_all(ScriptedServer& server, const Session::FetchOptions& options = {}) {
  server.start();
  Session session(server.account());
  (void)session.examine("INBOX");
  const std::vector<Uid> uids = session.search({}).uids;
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
inline std::vector<FetchedMessage> fetched(ScriptedServer& server, Uid last,
                                           const Session::FetchOptions& options = {}) {
  server.start();
  Session session(server.account());
  (void)session.examine("INBOX");
  return fetch_all(session, uids_to(last), options);
}

}  // namespace tlsrpt::imap::test
