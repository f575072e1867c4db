#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "collector/print/html/figure.hpp"
#include "collector/print/html/sections.hpp"
#include "collector/print/html/table.hpp"
#include "collector/print/totals.hpp"
#include "collector/print/wording.hpp"

namespace tlsrpt::collector {
namespace {

using std::chrono::days;

constexpr std::size_t kMostBars = 20;

struct Figure {
  std::string_view caption;
  std::vector<std::string_view> charts;  // what page.js knows them by
  std::vector<std::string_view> columns;
  std::vector<Row> rows;
};

void write_figure(HtmlWriter& html, const db::Summary& summary, const Figure& figure) {
  html.open("figure", {{"class", "panel"}}).element("figcaption", figure.caption);
  for (const auto chart : figure.charts) write_canvas(html, summary, chart, figure.caption);
  html.open("details", {{"open", ""}}).element("summary", "The numbers");
  write_table(html, figure.columns, figure.rows, figure.rows.size());
  html.close().close();
}

// Every day of the period, those without reports too; but of more than two years, only those with.
std::vector<Row> rows_by_day(const db::Summary& summary) {
  const auto totals = totals_by(summary.daily, &db::DailySessions::day);
  std::vector<Row> rows;
  const bool too_long = summary.to - summary.from > days{2 * 366};
  auto next = summary.from;
  const auto add_days_without = [&](db::Day until) {
    for (; !too_long && next < until; next += days{1}) {
      rows.push_back({words(date(next)), nothing(), nothing(), nothing()});
    }
  };
  for (const auto& [day, total] : totals) {
    add_days_without(day);
    rows.push_back({words(date(day)), count(total.sessions - total.failures), count(total.failures),
                    share(total.failures, total.sessions)});
    next = day + days{1};
  }
  add_days_without(summary.to + days{1});
  return rows;
}

std::vector<Row> rows_by_kind(const db::Summary& summary) {
  std::vector<Row> rows;
  for (const auto& kind : summary.failures) {
    if (rows.size() == kMostBars) break;
    rows.push_back({words(kind.result_type), words(kind.host.value_or(kind.recipient_domain)),
                    count(kind.failed_sessions), moment(kind.first_day), moment(kind.last_day),
                    words(reporter_names(kind.organizations))});
  }
  return rows;
}

std::string state_of(const db::Incident& incident) {
  switch (incident.state) {
    case db::Incident::State::kResolved:
      return "resolved";
    case db::Incident::State::kReported:
      return "reported";
    case db::Incident::State::kOpen:
      break;
  }
  return "open";
}

std::vector<Row> rows_by_incident(const db::Summary& summary) {
  std::vector<Row> rows;
  for (const auto& incident : summary.incidents) {
    if (rows.size() == kMostBars) break;
    rows.push_back({words(incident.result_type),
                    words(incident.receiving_mx_hostname.value_or(incident.recipient_domain)),
                    words(state_of(incident)), moment(incident.first_seen),
                    moment(incident.last_seen, incident.last_day), count(incident.sessions)});
  }
  return rows;
}

}  // namespace

void write_charts(HtmlWriter& html, const db::Summary& summary) {
  if (summary.daily.empty() && summary.incidents.empty()) return;
  html.open("section").element("h2", "In numbers").open("div", {{"class", "charts"}});
  write_figure(html, summary,
               {"Sessions per day, and the share that failed",
                {"sessions", "rate"},
                {"day", "succeeded", "failed", "share"},
                rows_by_day(summary)});
  if (!summary.failures.empty()) {
    write_figure(html, summary,
                 {"Failures by kind and mail server",
                  {"failures"},
                  {"what", "where", "failed sessions", "first day", "last day", "reported by"},
                  rows_by_kind(summary)});
  }
  if (!summary.incidents.empty()) {
    write_figure(html, summary,
                 {"Incidents in time",
                  {"incidents"},
                  {"what", "where", "state", "first seen", "last seen", "failed sessions"},
                  rows_by_incident(summary)});
  }
  html.close().close();
}

}  // namespace tlsrpt::collector
