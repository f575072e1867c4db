#include "collector/mailbox_lock.hpp"

#include <chrono>

#include <fmt/format.h>

namespace tlsrpt::collector {

namespace {

constexpr std::chrono::seconds kPatience{5};

}  // namespace

db::Error being_read_elsewhere(const MailboxConfig& mailbox) {
  return {db::Error::Kind::kOvertaken,
          fmt::format("{}: {} is being read elsewhere, by another process with this database; try again later",
                      mailbox.account.server, mailbox.folder)};
}

MailboxLock::MailboxLock(const db::Connection& database, db::MailboxKey key, const MailboxConfig& mailbox)
    : database_(database), key_(key) {
  if (!db::lock_mailbox(database_, key_, kPatience)) throw being_read_elsewhere(mailbox);
}

MailboxLock::~MailboxLock() {
  try {
    db::unlock_mailbox(database_, key_);
  } catch (const db::Error&) {
    // The connection is gone, and the lock with it.
    return;
  }
}

}  // namespace tlsrpt::collector
