#pragma once

#include <span>
#include <vector>

#include "collector/imap/client.hpp"
#include "collector/imap/session.hpp"

namespace tlsrpt::imap {

[[nodiscard]] SearchResult search_range(Client& client, const SearchRange& range);

// Those of `uids` (ascending) that exist; all where the server does not say.
[[nodiscard]] std::vector<Uid> search_existing(Client& client, std::span<const Uid> uids);

// Those of them that are not flagged `\Deleted`.
[[nodiscard]] std::vector<Uid> search_undeleted(Client& client, std::span<const Uid> uids);

}  // namespace tlsrpt::imap
