#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "collector/print/html/writer.hpp"

namespace tlsrpt::collector {

// A page that stands alone: style, script and Chart.js are in it, and its Content-Security-Policy allows these, by
// their hashes, and nothing else.
[[nodiscard]] std::string html_page(std::string_view title, const std::function<void(HtmlWriter&)>& write_body);

}  // namespace tlsrpt::collector
