#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "scripted_server.hpp"

// What the tests of changes in a folder share.
namespace tlsrpt::imap::test {

inline std::vector<Uid> uids_in(ScriptedServer& server, const std::string& folder) {
  std::vector<Uid> uids;
  for (const StoredMessage& message : server.folders[folder]) uids.push_back(message.uid);
  return uids;
}

// No command that deletes what others have flagged, whatever else was done.
inline void check_harmless(const ScriptedServer& server) {
  for (const auto* command : {"EXPUNGE", "CLOSE", "STORE", "DELETE"}) CHECK(server.commands(command).empty());
}

}  // namespace tlsrpt::imap::test
