#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "collector/config.hpp"
#include "collector/exit_code.hpp"

namespace tlsrpt::collector {

// The mailbox of that name, or all. Throws ConfigError where there is none.
[[nodiscard]] std::vector<const MailboxConfig*> selected_mailboxes(const Config& config,
                                                                   const std::optional<std::string>& name);

// For a progress bar: the mailbox's name, or how many there are.
[[nodiscard]] std::string label_of(const std::vector<const MailboxConfig*>& mailboxes);

// Calls `visit` for each mailbox, up to poll.parallel at once, in order. An exception concerns its mailbox alone: it is
// logged, and the worst exit code is returned.
[[nodiscard]] ExitCode for_each_mailbox(const Config& config, const std::vector<const MailboxConfig*>& mailboxes,
                                        const std::function<void(const MailboxConfig&)>& visit);

}  // namespace tlsrpt::collector
