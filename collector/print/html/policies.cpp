#include <algorithm>
#include <string_view>
#include <vector>

#include "collector/print/html/figure.hpp"
#include "collector/print/html/sections.hpp"
#include "collector/print/html/table.hpp"
#include "collector/print/policy_history.hpp"

namespace tlsrpt::collector {
namespace {

// Of a domain's policy of one kind there is more than one line.
bool has_changes(const std::vector<PolicyPeriod>& history) {
  const auto same = [](const PolicyPeriod& a, const PolicyPeriod& b) {
    return a.recipient_domain == b.recipient_domain && a.kind == b.kind;
  };
  return std::ranges::adjacent_find(history, same) != history.end();
}

std::vector<Row> rows_of(const std::vector<PolicyPeriod>& history) {
  std::vector<Row> rows;
  rows.reserve(history.size());
  for (const auto& policy : history) {
    rows.push_back({words(policy.recipient_domain), words(policy.kind), words(policy.policy),
                    words(policy.current ? "current" : "replaced"), moment(policy.first_seen),
                    moment(policy.last_seen, policy.last_day), words(policy.seen_by), words(policy.remarks)});
  }
  return rows;
}

}  // namespace

void write_policies(HtmlWriter& html, const db::Summary& summary) {
  constexpr std::string_view kCaption = "Policies that changed, or that reporters see differently";
  const auto history = policy_history(summary);
  if (history.empty()) return;
  html.open("section").element("h2", "Policies, as reporters saw them").open("figure", {{"class", "panel"}});
  if (has_changes(history)) {
    html.element("figcaption", kCaption);
    write_canvas(html, summary, "policies", kCaption);
  } else {
    html.element("p", "None changed.");
  }
  write_table(html, {"domain", "type", "policy", "state", "first day", "last day", "seen by", "remarks"},
              rows_of(history));
  html.close().close();
}

void write_readiness(HtmlWriter& html, const db::Summary& summary) {
  std::vector<Row> rows;
  for (const auto& row : summary.readiness) {
    rows.push_back({words(row.recipient_domain), words(row.verdict), moment(row.testing_since), count(row.days_clean),
                    count(row.sessions)});
  }
  write_panel(html, "MTA-STS policies in mode testing: may they enforce?",
              {"domain", "verdict", "testing since", "days clean", "sessions"}, rows);
}

}  // namespace tlsrpt::collector
