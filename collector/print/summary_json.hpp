#pragma once

#include <string>

#include "db/summary.hpp"

namespace tlsrpt::collector {

// One JSON object in a line; its keys are a contract: docs/report.md.
[[nodiscard]] std::string summary_json(const db::Summary& summary);

}  // namespace tlsrpt::collector
