#pragma once

#include <iterator>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "collector/imap/session.hpp"

namespace tlsrpt::imap::test {

using What = FetchedMessage::What;

// UIDs from 1 to `last`.
inline std::vector<Uid> uids_to(Uid last) {
  std::vector<Uid> uids(last);
  std::iota(uids.begin(), uids.end(), Uid{1});
  return uids;
}

inline std::vector<FetchedMessage> fetch_all(Session& session, std::span<const Uid> uids,
                                             const Session::FetchOptions& options = {}) {
  std::vector<FetchedMessage> all;
  session.fetch(uids, options, [&](std::vector<FetchedMessage> group) {
    std::move(group.begin(), group.end(), std::back_inserter(all));
    return true;
  });
  return all;
}

inline std::vector<Uid> uids_of(const std::vector<FetchedMessage>& messages) {
  std::vector<Uid> uids;
  uids.reserve(messages.size());
  for (const FetchedMessage& message : messages) uids.push_back(message.uid);
  return uids;
}

}  // namespace tlsrpt::imap::test
