#pragma once

#include "collector/config.hpp"
#include "db/mailbox.hpp"

namespace tlsrpt::collector {

// Which mailbox a database row belongs to.
[[nodiscard]] db::MailboxIdentity identity_of(const MailboxConfig& mailbox);

// The account with its password resolved. Throws ConfigError, also where its ca_file is of no use.
[[nodiscard]] imap::Account login_account(const MailboxConfig& mailbox);

}  // namespace tlsrpt::collector
