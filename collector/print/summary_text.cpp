#include "collector/print/summary_text.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "collector/escape.hpp"
#include "collector/print/policy_history.hpp"
#include "collector/print/remedy.hpp"
#include "collector/print/table.hpp"
#include "collector/print/totals.hpp"
#include "collector/print/verdict.hpp"
#include "collector/print/wording.hpp"
#include "collector/print/wrap.hpp"
#include "parser/json.hpp"

namespace tlsrpt::collector {
namespace {

using Kind = TextTable::Column::Kind;

// Gathers the text.
class Sheet {
 public:
  explicit Sheet(const Terminal& terminal) : terminal_(terminal) {}

  void headline(Paint paint, std::string_view text) { out_ += painted(terminal_, paint, printable(text)) + '\n'; }
  void heading(std::string_view text) { out_ += '\n' + painted(terminal_, Paint::kHeading, text) + '\n'; }
  void line(std::string_view text) { out_ += wrap("", printable(text), terminal_.width); }
  void empty_line() { out_ += '\n'; }
  void title(Paint paint, std::string_view label, std::string_view text) {
    out_ += fmt::format("\n  {} {}\n", painted(terminal_, paint, fmt::format("[{}]", label)), printable(text));
  }
  void entry(std::string_view text, std::string_view more) {
    out_ += wrap("  ", printable(text), terminal_.width) + wrap("    ", printable(more), terminal_.width);
  }
  void labelled(std::string_view label, std::string_view text) {
    out_ += wrap(fmt::format("    {:<13}", fmt::format("{}:", label)), printable(text), terminal_.width);
  }
  // Never broken, so that it can be pasted.
  void command(std::string_view text) { out_ += fmt::format("      {}\n", printable(text)); }
  void table(const TextTable& table) { out_ += table.lines(terminal_.width); }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  Terminal terminal_;
  std::string out_;
};

Paint paint_of(Verdict::Status status) noexcept {
  switch (status) {
    case Verdict::Status::kIncidents:
      return Paint::kBad;
    case Verdict::Status::kOk:
      return Paint::kGood;
    case Verdict::Status::kAttention:
    case Verdict::Status::kNoReports:
      break;
  }
  return Paint::kWarning;
}

Paint paint_of(const db::Incident& incident) noexcept {
  if (!is_open(incident)) return Paint::kGood;
  return incident.severity == "critical" ? Paint::kBad : Paint::kWarning;
}

void add_verdict(Sheet& sheet, const db::Summary& summary) {
  const auto verdict = verdict_of(summary);
  sheet.headline(paint_of(verdict.status), verdict.headline + '.');
  for (const auto& detail : verdict.details) sheet.line(detail);
}

void add_incident(Sheet& sheet, const db::Summary& summary, const db::Incident& incident) {
  sheet.title(paint_of(incident), label(incident), title(incident));
  sheet.labelled("Mail for", incident.recipient_domain);
  sheet.labelled(is_open(incident) ? "Since" : "When", when(incident, summary.made_at));
  if (incident.resolved_at) sheet.labelled("Resolved", date(*incident.resolved_at));
  sheet.labelled("Failed", how_many(incident));
  sheet.labelled("Reported by", reporter_names(incident.organizations));
  for (const auto& code : what_they_say(summary, incident)) sheet.labelled("They say", code);
  sheet.labelled("Why", incident.cause);
  const auto steps = steps_of(incident.remedy);
  sheet.labelled("What to do", steps.advice);
  for (const auto& command : steps.commands) sheet.command(command);
}

void add_incidents(Sheet& sheet, const db::Summary& summary) {
  constexpr std::size_t kMost = 50;
  const auto shown = std::min(kMost, summary.incidents.size());
  bool resolved = false;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& incident = summary.incidents[i];
    if (i == 0 && is_open(incident)) {
      sheet.heading("What fails, and what to do");
      sheet.line(kHowItEnds);
    }
    if (!is_open(incident) && !resolved) sheet.heading("What failed, and is resolved");
    resolved = !is_open(incident);
    add_incident(sheet, summary, incident);
  }
  if (shown < summary.incidents.size()) {
    sheet.empty_line();
    sheet.line(fmt::format("… and {} more: --format json has all.", summary.incidents.size() - shown));
  }
}

void add_domains(Sheet& sheet, const db::Summary& summary) {
  if (summary.daily.empty()) return;
  TextTable table({{"domain"},
                   {"reports", Kind::kNumber},
                   {"sessions", Kind::kNumber},
                   {"failed", Kind::kNumber},
                   {"share", Kind::kNumber},
                   {"open incidents", Kind::kNumber}});
  for (const auto& [domain, totals] : totals_by(summary.daily, &db::DailySessions::recipient_domain)) {
    const auto open = std::ranges::count_if(summary.incidents, [&domain = domain](const auto& incident) {
      return is_open(incident) && incident.recipient_domain == domain;
    });
    table.add({domain, fmt::to_string(totals.reports), fmt::to_string(totals.sessions), fmt::to_string(totals.failures),
               percent(totals.failures, totals.sessions), fmt::to_string(open)});
  }
  sheet.heading("Domains");
  sheet.table(table);
}

void add_reporters(Sheet& sheet, const db::Summary& summary) {
  const auto totals =
      totals_by(summary.daily, [](const auto& row) { return std::pair(row.organization_name, row.recipient_domain); });
  TextTable table({{"reporter"},
                   {"domain"},
                   {"reports", Kind::kNumber},
                   {"sessions", Kind::kNumber},
                   {"failed", Kind::kNumber},
                   {"last day", Kind::kWhole},
                   {"remarks"}});
  bool any = false;
  for (const auto& reporter : summary.reporters) {
    const auto found = totals.find({reporter.organization_name, reporter.recipient_domain});
    if (found == totals.end()) continue;
    any = true;
    table.add({reporter_name(reporter.organization_name), reporter.recipient_domain,
               fmt::to_string(found->second.reports), fmt::to_string(found->second.sessions),
               fmt::to_string(found->second.failures), date(reporter.last_day), remarks(reporter)});
  }
  if (!any) return;
  sheet.heading("Reporters");
  sheet.table(table);
}

void add_silent(Sheet& sheet, const db::Summary& summary) {
  const auto silent = silent_reporters(summary);
  if (silent.empty()) return;
  TextTable table(
      {{"reporter"}, {"domain"}, {"last day", Kind::kWhole}, {"usually every"}, {"expected by", Kind::kWhole}});
  for (const auto* reporter : silent) {
    table.add({reporter_name(reporter->organization_name), reporter->recipient_domain, date(reporter->last_day),
               counted(reporter->usual_gap_days.value_or(0), "day"),
               reporter->expected_by ? date(*reporter->expected_by) : "-"});
  }
  sheet.heading("Silent: reporters that used to report");
  sheet.table(table);
}

void add_uncovered(Sheet& sheet, const db::Summary& summary) {
  if (summary.uncovered.empty()) return;
  TextTable table({{"domain"}, {"mailbox"}, {"last day", Kind::kWhole}});
  for (const auto& row : summary.uncovered) {
    table.add({row.domain, row.mailbox, row.last_report ? date(*row.last_report) : "never"});
  }
  sheet.heading("Silent: domains without any report in the last 7 days");
  sheet.table(table);
}

void add_policies(Sheet& sheet, const db::Summary& summary) {
  if (summary.policies.empty()) return;
  sheet.heading("Policies, as reporters saw them");
  for (const auto& policy : policy_history(summary)) {
    sheet.entry(fmt::format("{} {}: {}", policy.recipient_domain, policy.kind, policy.policy),
                fmt::format("{}, seen by {}{}{}", dates(date(policy.first_seen), date(policy.last_day)), policy.seen_by,
                            policy.remarks.empty() ? "" : ": ", policy.remarks));
  }
}

void add_readiness(Sheet& sheet, const db::Summary& summary) {
  if (summary.readiness.empty()) return;
  sheet.heading("MTA-STS policies in mode testing: may they enforce?");
  for (const auto& row : summary.readiness) {
    sheet.entry(fmt::format("{}: {}", row.recipient_domain, row.verdict),
                fmt::format("testing since {}; clean for {} of reports, {}", date(row.testing_since),
                            counted(row.days_clean, "day"), counted(row.sessions, "session")));
  }
}

void add_mailboxes(Sheet& sheet, const db::Summary& summary) {
  if (summary.mailboxes.empty()) return;
  TextTable table({{"mailbox"},
                   {"last read", Kind::kWhole},
                   {"messages", Kind::kNumber},
                   {"in quarantine", Kind::kNumber},
                   {"trouble"}});
  for (const auto& row : summary.mailboxes) {
    table.add({row.mailbox, row.last_success_at ? parser::format_time(*row.last_success_at) : "never",
               fmt::to_string(row.messages), fmt::to_string(row.quarantine),
               row.last_error.value_or(row.late ? "late" : "")});
  }
  sheet.heading("Mailboxes");
  sheet.table(table);
}

void add_quarantine(Sheet& sheet, const db::Summary& summary) {
  if (summary.quarantine.empty()) return;
  TextTable table({{"reason"}, {"entries", Kind::kNumber}});
  for (const auto& row : summary.quarantine) table.add({row.reason, fmt::to_string(row.entries)});
  sheet.heading("In quarantine: tlsrpt-collector quarantine list");
  sheet.table(table);
}

}  // namespace

std::string summary_text(const db::Summary& summary, const Terminal& terminal) {
  Sheet sheet(terminal);
  add_verdict(sheet, summary);
  add_incidents(sheet, summary);
  add_domains(sheet, summary);
  add_reporters(sheet, summary);
  add_silent(sheet, summary);
  add_uncovered(sheet, summary);
  add_policies(sheet, summary);
  add_readiness(sheet, summary);
  add_mailboxes(sheet, summary);
  add_quarantine(sheet, summary);
  return sheet.take();
}

}  // namespace tlsrpt::collector
