#pragma once

#include <string>

#include "db/summary.hpp"

namespace tlsrpt::collector {

// One JSON object: {"from", "until", "domains": […], "failures": […], "reporters": […], "quarantine": […]}.
[[nodiscard]] std::string summary_json(const db::Summary& summary);

}  // namespace tlsrpt::collector
