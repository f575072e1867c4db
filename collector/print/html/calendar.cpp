#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "collector/print/html/sections.hpp"
#include "collector/print/totals.hpp"
#include "collector/print/wording.hpp"

namespace tlsrpt::collector {
namespace {

using std::chrono::days;

constexpr days kMostDays{92};
constexpr std::size_t kMostReporters = 40;

using Days = std::map<db::Day, Totals>;

using std::chrono::year_month;
using std::chrono::year_month_day;

year_month month_of(db::Day day) {
  const year_month_day date(day);
  return date.year() / date.month();
}

void write_months(HtmlWriter& html, db::Day first, db::Day last) {
  html.open("tr").element("th", "", {{"scope", "col"}});
  for (auto day = first; day <= last;) {
    const db::Day end = std::min(db::Day{(month_of(day) + std::chrono::months{1}) / 1}, last + days{1});
    html.element("th", date(day).substr(0, (end - day).count() < 3 ? 0 : 7),
                 {{"scope", "colgroup"}, {"colspan", fmt::to_string((end - day).count())}});
    day = end;
  }
  html.close();
}

void write_head(HtmlWriter& html, db::Day first, db::Day last) {
  html.open("thead");
  write_months(html, first, last);
  html.open("tr").element("th", "", {{"scope", "col"}});
  for (auto day = first; day <= last; day += days{1}) {
    html.element("th", fmt::to_string(static_cast<unsigned>(year_month_day(day).day())),
                 {{"scope", "col"}, {"title", date(day)}});
  }
  html.close().close();
}

void write_day(HtmlWriter& html, db::Day day, const Days& reported) {
  const auto found = reported.find(day);
  if (found == reported.end()) {
    html.element("td", "", {{"title", fmt::format("{}: no report", date(day))}});
    return;
  }
  const auto& totals = found->second;
  const bool failing = totals.failures > 0;
  html.element(
      "td", failing ? "✗" : "✓",
      {{"class", failing ? "failing" : "clean"},
       {"title", fmt::format("{}: {} of {} failed", date(day), totals.failures, counted(totals.sessions, "session"))}});
}

}  // namespace

void write_calendar(HtmlWriter& html, const db::Summary& summary) {
  if (summary.daily.empty()) return;
  const auto first = std::max(summary.from, summary.to - kMostDays + days{1});
  std::map<std::string, Days> reporters;
  for (const auto& row : summary.daily) reporters[row.organization_name][row.day].add(row);
  html.open("section").element("h2", "Who reported on which day");
  html.open("div", {{"class", "panel calendar"}}).open("div", {{"class", "scroll"}}).open("table");
  write_head(html, first, summary.to);
  html.open("tbody");
  std::size_t shown = 0;
  for (const auto& [name, reported] : reporters) {
    if (shown++ == kMostReporters) break;
    html.open("tr").element("th", reporter_name(name), {{"scope", "row"}});
    for (auto day = first; day <= summary.to; day += days{1}) write_day(html, day, reported);
    html.close();
  }
  html.close().close().close();
  html.element("p", "✓ all sessions succeeded; ✗ some failed; empty: no report.", {{"class", "note"}});
  if (first > summary.from) html.element("p", "The last 92 days of the period.", {{"class", "note"}});
  if (reporters.size() > kMostReporters) {
    html.element("p", fmt::format("… and {} more reporters.", reporters.size() - kMostReporters), {{"class", "note"}});
  }
  html.close().close();
}

}  // namespace tlsrpt::collector
