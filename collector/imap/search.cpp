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

void add(Uid uid, std::vector<Uid>& found) {
  if (found.size() == kMostFound) throw SyntaxError("SEARCH finds too many messages");
  found.push_back(uid);
}

void skip_spaces(TokenCursor& data) {
  while (data.take(' ')) {
  }
}

// RFC 3501 §7.2.5: "* SEARCH 2 3 6". What follows the numbers, as "(MODSEQ 5)", is left.
void take_numbers(TokenCursor& data, std::vector<Uid>& found) {
  while (!data.at_end() && !data.at('(')) {
    add(data.uid(), found);
    skip_spaces(data);
  }
}

// RFC 9051 §9, sequence-set: "1:3,7".
void take_set(TokenCursor& data, std::vector<Uid>& found) {
  do {
    const Uid one = data.uid();
    const Uid other = data.take(':') ? data.uid() : one;
    for (Uid uid = std::min(one, other); uid <= std::max(one, other); ++uid) add(uid, found);
  } while (data.take(','));
}

// RFC 9051 §7.3.4, IMAP4rev2: `* ESEARCH (TAG "A5") UID ALL 1:3,7`, without ALL where nothing is found.
void take_extended(TokenCursor& data, std::vector<Uid>& found) {
  for (skip_spaces(data); !data.at_end(); skip_spaces(data)) {
    if (data.at('(')) {
      data.skip_value();
      continue;
    }
    const std::string_view item = data.atom();
    if (equals_ignoring_case(item, "UID")) continue;
    data.expect(' ');
    if (equals_ignoring_case(item, "ALL")) {
      take_set(data, found);
    } else {
      data.skip_value();
    }
  }
}

SearchResult search(Client& client, const std::string& criteria) {
  SearchResult result;
  client.require_ok(client.run("UID SEARCH " + criteria, [&](Untagged& untagged) {
    const bool is_extended = equals_ignoring_case(untagged.name, "ESEARCH");
    if (!is_extended && !equals_ignoring_case(untagged.name, "SEARCH")) return;
    result.answered = true;
    (is_extended ? take_extended : take_numbers)(untagged.data, result.uids);
  }));
  auto& found = result.uids;
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return result;
}

// Those of `uids` (ascending) that meet `condition`, too; all of them where the server does not say.
std::vector<Uid> search_among(Client& client, std::span<const Uid> uids, std::string_view condition) {
  std::vector<Uid> among;
  for (const auto batch : batches(uids)) {
    const auto result = search(client, fmt::format("UID {}{}", uid_set(batch), condition));
    for (const Uid uid : batch) {
      if (!result.answered || std::ranges::binary_search(result.uids, uid)) among.push_back(uid);
    }
  }
  return among;
}

}  // namespace

SearchResult search_range(Client& client, const SearchRange& range) {
  std::string criteria = range.after == 0 ? "ALL" : fmt::format("UID {}:*", range.after + 1);
  if (range.since) criteria += " SINCE " + *range.since;
  if (range.before) criteria += " BEFORE " + *range.before;
  SearchResult result = search(client, criteria);
  // RFC 9051 §9, seq-range: "n:*" holds the last message, whatever n is (imap-19). Who finds nothing at all denies it.
  result.answered = !result.uids.empty();
  result.uids.erase(result.uids.begin(), std::ranges::upper_bound(result.uids, range.after));
  return result;
}

std::vector<Uid> search_existing(Client& client, std::span<const Uid> uids) {
  (void)client.run("NOOP");  // a server need not tell before what is gone (Courier)
  return search_among(client, uids, "");
}

std::vector<Uid> search_undeleted(Client& client, std::span<const Uid> uids) {
  return search_among(client, uids, " UNDELETED");
}

}  // namespace tlsrpt::imap
