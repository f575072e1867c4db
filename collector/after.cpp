#include "collector/after.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "collector/log.hpp"

namespace tlsrpt::collector {

namespace {

constexpr std::size_t kGroup = 100;  // a command's worth: no more than that is repeated after a kill

// False where the server cannot expunge single messages: they stay behind, flagged \Deleted.
bool act(imap::Session& session, const MailboxConfig& mailbox, std::span<const imap::Uid> uids) {
  switch (mailbox.after) {
    case After::kKeep:
      return true;
    case After::kSeen:
      session.flag_seen(uids);
      return true;
    case After::kDelete:
      return session.remove(uids);
    case After::kMove:
      return session.move(uids, mailbox.move_to);
  }
  return true;
}

}  // namespace

void finish_after(imap::Session& session, const db::Connection& database, const MailboxConfig& mailbox,
                  db::MailboxKey key, std::uint64_t uid_validity) {
  const auto pending = db::pending_after(database, key, uid_validity);
  bool expunged = true;
  for (std::size_t at = 0; at < pending.size(); at += kGroup) {
    const std::vector<std::uint64_t> group(
        pending.begin() + static_cast<std::ptrdiff_t>(at),
        pending.begin() + static_cast<std::ptrdiff_t>(std::min(at + kGroup, pending.size())));
    expunged = act(session, mailbox, group) && expunged;
    db::mark_after_done(database, key, uid_validity, group);
  }
  if (!expunged) {
    log::warning(
        "mailbox {}: the server has no UIDPLUS, so the messages read stay in {}, flagged \\Deleted; expunge them with "
        "a mail client",
        mailbox.name, mailbox.folder);
  }
}

}  // namespace tlsrpt::collector
