#include "collector/print/html/figure.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "parser/json.hpp"

namespace tlsrpt::collector {

void write_canvas(HtmlWriter& html, const db::Summary& summary, std::string_view chart, std::string_view caption) {
  const db::Time end = summary.to + std::chrono::days{1};
  html.open("div", {{"class", "canvas"}});
  html.open("canvas", {{"data-chart", chart},
                       {"data-from", parser::format_time(summary.from)},
                       {"data-to", parser::format_time(end)},
                       {"data-now", parser::format_time(std::min(end, summary.made_at))},
                       {"role", "img"},
                       {"aria-label", fmt::format("{}: the numbers are in the table below", caption)}});
  html.close().close();
}

}  // namespace tlsrpt::collector
