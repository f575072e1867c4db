#pragma once

#include <string_view>

#include "collector/print/html/writer.hpp"
#include "db/summary.hpp"

namespace tlsrpt::collector {

// Where page.js draws that chart, from the table of the <figure> around it.
void write_canvas(HtmlWriter& html, const db::Summary& summary, std::string_view chart, std::string_view caption);

}  // namespace tlsrpt::collector
