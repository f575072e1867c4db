#include "collector/imap/search.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "collector/imap/ascii.hpp"
#include "collector/imap/batches.hpp"
#include "collector/imap/uid_set.hpp"

namespace tlsrpt::imap {

namespace {

constexpr std::size_t kMostFound = 20'000'000;  // what a server may make us hold

// RFC 9051 §9, mailbox-data: "* SEARCH 2 3 6". What follows the numbers, as "(MODSEQ 5)", is left.
void take_numbers(Untagged& untagged, std::vector<Uid>& found) {
  if (!equals_ignoring_case(untagged.name, "SEARCH")) return;
  TokenCursor& data = untagged.data;
  while (!data.at_end() && !data.at('(')) {
    if (found.size() == kMostFound) throw SyntaxError("SEARCH finds too many messages");
    found.push_back(data.uid());
    while (data.take(' ')) {
    }
  }
}

std::vector<Uid> search(Client& client, const std::string& criteria) {
  std::vector<Uid> found;
  client.require_ok(client.run("UID SEARCH " + criteria, [&](Untagged& untagged) { take_numbers(untagged, found); }));
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

// Those of `uids` (ascending) that meet `condition`, too.
std::vector<Uid> search_among(Client& client, std::span<const Uid> uids, std::string_view condition) {
  std::vector<Uid> among;
  for (const auto batch : batches(uids)) {
    for (const Uid uid : search(client, fmt::format("UID {}{}", uid_set(batch), condition))) {
      if (std::ranges::binary_search(batch, uid)) among.push_back(uid);
    }
  }
  return among;
}

}  // namespace

std::vector<Uid> search_range(Client& client, const SearchRange& range) {
  std::string criteria = range.after == 0 ? "ALL" : fmt::format("UID {}:*", range.after + 1);
  if (range.since) criteria += " SINCE " + *range.since;
  if (range.before) criteria += " BEFORE " + *range.before;
  std::vector<Uid> found = search(client, criteria);
  // RFC 9051 §9, seq-range: "n:*" holds the last message, whatever n is (imap-19).
  found.erase(found.begin(), std::ranges::upper_bound(found, range.after));
  return found;
}

std::vector<Uid> search_existing(Client& client, std::span<const Uid> uids) {
  (void)client.run("NOOP");  // a server need not tell before what is gone (Courier)
  return search_among(client, uids, "");
}

std::vector<Uid> search_undeleted(Client& client, std::span<const Uid> uids) {
  return search_among(client, uids, " UNDELETED");
}

}  // namespace tlsrpt::imap
