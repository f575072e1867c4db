#pragma once

#include "collector/pass.hpp"

namespace tlsrpt::collector {

// read_mailbox(), with what it did logged: counts, and a warning where something went to quarantine. Throws as it does.
void poll(const Config& config, const MailboxConfig& mailbox, const PassRequest& request);

}  // namespace tlsrpt::collector
