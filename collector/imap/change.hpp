#pragma once

#include <span>
#include <string_view>

#include "collector/imap/client.hpp"
#include "collector/imap/session.hpp"

// What changes the selected folder, by UID commands alone: EXPUNGE and CLOSE would delete what others have flagged.
namespace tlsrpt::imap {

void flag_seen(Client& client, std::span<const Uid> uids);

// False where the server has no UIDPLUS: the messages stay, flagged `\Deleted`.
[[nodiscard]] bool remove(Client& client, std::span<const Uid> uids);

[[nodiscard]] bool move(Client& client, std::span<const Uid> uids, std::string_view folder);

}  // namespace tlsrpt::imap
