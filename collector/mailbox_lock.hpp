#pragma once

#include "collector/config.hpp"
#include "db/mailbox.hpp"

namespace tlsrpt::collector {

[[nodiscard]] db::Error being_read_elsewhere(const MailboxConfig& mailbox);

// Holds a mailbox's advisory lock, which only saves double work: the conditional watermark is the guarantee. Waits for
// it up to 5 s, then throws being_read_elsewhere().
class MailboxLock {
 public:
  MailboxLock(const db::Connection& database, db::MailboxKey key, const MailboxConfig& mailbox);
  ~MailboxLock();
  MailboxLock(const MailboxLock&) = delete;
  MailboxLock& operator=(const MailboxLock&) = delete;

 private:
  const db::Connection& database_;
  db::MailboxKey key_;
};

}  // namespace tlsrpt::collector
