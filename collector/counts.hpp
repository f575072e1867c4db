#pragma once

#include <string>

#include "db/mailbox.hpp"

namespace tlsrpt::collector {

// Adds fetched and the outcome counters.
void add(db::PollRun& sum, const db::PollRun& more) noexcept;

// "120 messages: 110 stored, 6 ignored, 4 quarantined"; outcomes that did not occur are left out.
[[nodiscard]] std::string describe(const db::PollRun& counts);

}  // namespace tlsrpt::collector
