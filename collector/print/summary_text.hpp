#pragma once

#include <string>

#include "collector/print/terminal.hpp"
#include "db/summary.hpp"

namespace tlsrpt::collector {

// The answer for a person: the verdict first, then incidents with cause and remedy, then domains, reporters, what is
// silent, policies, mailboxes and what is in quarantine. Text from strangers is escaped.
[[nodiscard]] std::string summary_text(const db::Summary& summary, const Terminal& terminal);

}  // namespace tlsrpt::collector
