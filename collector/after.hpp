#pragma once

#include <cstdint>

#include "collector/config.hpp"
#include "collector/imap/session.hpp"
#include "db/mailbox.hpp"

namespace tlsrpt::collector {

// Does what `after:` asks to every message whose action is pending under this UIDVALIDITY, in groups, each marked done
// when the server has confirmed it. The folder must be selected for writing. A run that is killed between an action and
// its mark repeats the action on UIDs that are gone by then, or flagged `\Deleted`, which changes nothing. (On a server
// without MOVE, a kill in the instant between COPY and the flag has one group copied again.)
void finish_after(imap::Session& session, const db::Connection& database, const MailboxConfig& mailbox,
                  db::MailboxKey key, std::uint64_t uid_validity);

}  // namespace tlsrpt::collector
