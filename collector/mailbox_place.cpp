#include "collector/mailbox_place.hpp"

#include "collector/ca_file.hpp"

namespace tlsrpt::collector {

db::MailboxIdentity identity_of(const MailboxConfig& mailbox) {
  return {.name = mailbox.name,
          .server = mailbox.account.server,
          .username = mailbox.account.username,
          .folder = mailbox.folder,
          .domains = mailbox.domains};
}

imap::Account login_account(const MailboxConfig& mailbox) {
  auto account = mailbox.account;
  require_ca_file(account.ca_file);
  account.password = resolve_password(mailbox);
  return account;
}

}  // namespace tlsrpt::collector
