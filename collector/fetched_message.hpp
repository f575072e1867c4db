#pragma once

#include <cstddef>
#include <string>

#include "collector/config.hpp"
#include "collector/imap/session.hpp"
#include "collector/ingest.hpp"
#include "db/store.hpp"

namespace tlsrpt::collector {

// The configuration's word on whose reports a mailbox takes.
[[nodiscard]] Acceptance acceptance_of(const Config& config, const MailboxConfig& mailbox);

// A message that was tried in a process of its own, and ended that.
[[nodiscard]] db::NewMessage crashed_message();

// A message as the server handed it out → what is stored of it. One per thread.
class MessageReader {
 public:
  MessageReader(const Config& config, const MailboxConfig& mailbox);

  // `in_a_process_of_its_own`: the message is first read in a child; if that ends it, the message is quarantined
  // (`crashed`) and not read here.
  [[nodiscard]] db::NewMessage read(imap::FetchedMessage fetched, bool in_a_process_of_its_own);

 private:
  Ingester ingester_;
  Acceptance acceptance_;
  std::size_t max_message_;
  std::string source_;  // up to the UID
};

}  // namespace tlsrpt::collector
