#include "collector/print/html/summary.hpp"

#include <fmt/format.h>

#include "collector/print/html/page.hpp"
#include "collector/print/html/sections.hpp"
#include "collector/print/wording.hpp"
#include "parser/json.hpp"

namespace tlsrpt::collector {
namespace {

std::string title_of(const db::Summary& summary) {
  const auto days = dates(date(summary.from), date(summary.to));
  return summary.domain ? fmt::format("TLS reports on {}, {}", *summary.domain, days)
                        : fmt::format("TLS reports, {}", days);
}

void write_header(HtmlWriter& html, const db::Summary& summary) {
  html.open("header", {{"class", "page"}}).element("h1", title_of(summary));
  html.element("p",
               "Other mail servers tell, once a day, how their TLS connections to the mail servers (MX) of a domain "
               "went: SMTP TLS reports, RFC 8460.");
  html.close();
}

void write_footer(HtmlWriter& html, const db::Summary& summary) {
  html.open("footer").element(
      "p",
      fmt::format("Made at {} by tlsrpt-collector {}. Days are days in UTC. Sessions are counted once; where kinds "
                  "of failures are counted, one session may count in several.",
                  parser::format_time(summary.made_at), TLSRPT_VERSION));
  html.close();
}

}  // namespace

std::string summary_html(const db::Summary& summary) {
  return html_page(title_of(summary), [&](HtmlWriter& html) {
    write_header(html, summary);
    html.open("main");
    write_verdict(html, summary);
    write_open_incidents(html, summary);
    write_resolved_incidents(html, summary);
    write_charts(html, summary);
    write_domains(html, summary);
    write_silent(html, summary);
    write_reporters(html, summary);
    write_calendar(html, summary);
    write_policies(html, summary);
    write_readiness(html, summary);
    write_ingest(html, summary);
    html.close();
    write_footer(html, summary);
  });
}

}  // namespace tlsrpt::collector
