#pragma once

#include <cstdint>
#include <stop_token>

#include "collector/config.hpp"

// What `collect --dry-run` says.
namespace tlsrpt::collector {

struct Preview {
  std::int64_t messages = 0;
  std::int64_t reports = 0;
  std::int64_t ignored = 0;
  std::int64_t quarantined = 0;  // messages with at least one rejection
};

// A pass without a trace: EXAMINE whatever `after:` says, no migration, no row. A missing schema counts as empty.
[[nodiscard]] Preview preview_mailbox(const Config& config, const MailboxConfig& mailbox, const std::stop_token& stop);

}  // namespace tlsrpt::collector
