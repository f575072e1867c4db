#pragma once

#include <string>

#include "db/summary.hpp"

namespace tlsrpt::collector {

// The answer as a page to mail or to serve: the verdict, each open incident with what to type, charts, and the tables
// behind them.
[[nodiscard]] std::string summary_html(const db::Summary& summary);

}  // namespace tlsrpt::collector
