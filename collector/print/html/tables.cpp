#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "collector/print/html/sections.hpp"
#include "collector/print/html/table.hpp"
#include "collector/print/totals.hpp"
#include "collector/print/wording.hpp"
#include "parser/json.hpp"

namespace tlsrpt::collector {
namespace {

Cell date_or(const std::optional<db::Time>& time, std::string_view otherwise) {
  return time ? moment(*time) : words(std::string(otherwise));
}

}  // namespace

void write_domains(HtmlWriter& html, const db::Summary& summary) {
  std::vector<Row> rows;
  for (const auto& [domain, totals] : totals_by(summary.daily, &db::DailySessions::recipient_domain)) {
    const auto open = std::ranges::count_if(summary.incidents, [&domain = domain](const auto& incident) {
      return is_open(incident) && incident.recipient_domain == domain;
    });
    rows.push_back({words(domain), count(totals.reports), count(totals.sessions), count(totals.failures),
                    share(totals.failures, totals.sessions), count(open)});
  }
  const auto* const incidents =
      summary.inputs.empty() ? "open incidents" : "problems";  // files do not say what is open
  write_panel(html, "Domains", {"domain", "reports", "sessions", "failed", "share", incidents}, rows);
}

void write_reporters(HtmlWriter& html, const db::Summary& summary) {
  const auto totals =
      totals_by(summary.daily, [](const auto& row) { return std::pair(row.organization_name, row.recipient_domain); });
  std::vector<Row> rows;
  for (const auto& reporter : summary.reporters) {
    const auto found = totals.find({reporter.organization_name, reporter.recipient_domain});
    if (found == totals.end()) continue;
    rows.push_back({words(reporter_name(reporter.organization_name)), words(reporter.recipient_domain),
                    count(found->second.reports), count(found->second.sessions), count(found->second.failures),
                    moment(reporter.last_seen, reporter.last_day), words(remarks(reporter))});
  }
  write_panel(html, "Reporters", {"reporter", "domain", "reports", "sessions", "failed", "last day", "remarks"}, rows);
}

void write_silent(HtmlWriter& html, const db::Summary& summary) {
  std::vector<Row> reporters;
  for (const auto* reporter : silent_reporters(summary)) {
    reporters.push_back({words(reporter_name(reporter->organization_name)), words(reporter->recipient_domain),
                         moment(reporter->last_seen, reporter->last_day),
                         words(counted(reporter->usual_gap_days.value_or(0), "day")),
                         date_or(reporter->expected_by, "-")});
  }
  write_panel(html, "Silent: reporters that used to report",
              {"reporter", "domain", "last day", "usually every", "expected by"}, reporters);
  std::vector<Row> domains;
  for (const auto& row : summary.uncovered) {
    domains.push_back({words(row.domain), words(row.mailbox), date_or(row.last_report, "never")});
  }
  write_panel(html, "Silent: domains without any report in the last 7 days", {"domain", "mailbox", "last day"},
              domains);
}

void write_ingest(HtmlWriter& html, const db::Summary& summary) {
  std::vector<Row> mailboxes;
  for (const auto& row : summary.mailboxes) {
    mailboxes.push_back(
        {words(row.mailbox), words(row.last_success_at ? parser::format_time(*row.last_success_at) : "never"),
         count(row.messages), count(row.quarantine), words(row.last_error.value_or(row.late ? "late" : ""))});
  }
  write_panel(html, "Mailboxes", {"mailbox", "last read", "messages", "in quarantine", "trouble"}, mailboxes);
  std::vector<Row> quarantine;
  for (const auto& row : summary.quarantine) quarantine.push_back({words(row.reason), count(row.entries)});
  write_panel(html, "In quarantine", {"reason", "entries"}, quarantine,
              "What could not be taken; tlsrpt-collector quarantine list says more.");
  std::vector<Row> inputs;
  for (const auto& input : summary.inputs) {
    inputs.push_back({words(input.source), words(input.outcome), words(input.detail)});
  }
  write_panel(html, "What was read", {"source", "outcome", "detail"}, inputs);
}

}  // namespace tlsrpt::collector
