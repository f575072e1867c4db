#pragma once

#include <cstddef>
#include <string>

#include "db/summary.hpp"

namespace tlsrpt::collector {

// The answer for a person: the verdict first, then what failed with cause and remedy, then domains, reporters and what
// is in quarantine. Text from strangers is escaped.
[[nodiscard]] std::string summary_text(const db::Summary& summary, std::size_t width);

}  // namespace tlsrpt::collector
