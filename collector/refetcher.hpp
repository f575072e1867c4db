#pragma once

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>

#include "collector/config.hpp"
#include "collector/imap/session.hpp"

namespace tlsrpt::collector {

// Fetches single messages once more, without changing anything: one session a mailbox, opened when first asked for.
class Refetcher {
 public:
  explicit Refetcher(const Config& config) : config_(config) {}

  // None where the mailbox's UIDs are others by now, or the message is gone. What keeps a mailbox from being read is
  // thrown for each of its messages, without trying again; outermost stands the mailbox's name.
  [[nodiscard]] std::optional<imap::FetchedMessage> fetch(const MailboxConfig& mailbox, std::uint64_t uid_validity,
                                                          imap::Uid uid);

 private:
  struct Place {
    std::unique_ptr<imap::Session> session;
    std::uint64_t uid_validity = 0;
    std::exception_ptr failure;
  };
  std::optional<imap::FetchedMessage> fetch(Place& place, const MailboxConfig& mailbox, std::uint64_t uid_validity,
                                            imap::Uid uid);

  const Config& config_;
  std::map<const MailboxConfig*, Place> places_;
};

}  // namespace tlsrpt::collector
