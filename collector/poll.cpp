#include "collector/poll.hpp"

#include "collector/counts.hpp"
#include "collector/log.hpp"

namespace tlsrpt::collector {

void poll(const Config& config, const MailboxConfig& mailbox, const PassRequest& request) {
  const auto counts = read_mailbox(config, mailbox, request);
  if (counts.fetched == 0) {
    log::info("mailbox {}: {}", mailbox.name,
              request.stop.stop_requested() ? "stopped before anything was stored" : "nothing new");
    return;
  }
  log::info("mailbox {}: {}", mailbox.name, describe(counts));
  if (counts.quarantined + counts.partial > 0) {
    log::warning("mailbox {}: some mail could not be taken whole; `tlsrpt-collector quarantine list` says what and why",
                 mailbox.name);
  }
}

}  // namespace tlsrpt::collector
