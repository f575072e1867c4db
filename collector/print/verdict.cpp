#include "collector/print/verdict.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "collector/print/totals.hpp"
#include "collector/print/wording.hpp"
#include "parser/json.hpp"

namespace tlsrpt::collector {
namespace {

using State = db::Incident::State;

std::int64_t count(const db::Summary& summary, State state) {
  return std::ranges::count(summary.incidents, state, &db::Incident::state);
}

bool is_of_files(const db::Summary& summary) {
  return !summary.inputs.empty();
}

std::int64_t rejected(const db::Summary& summary) {
  return std::ranges::count(summary.inputs, true, &db::ParsedInput::rejected);
}

// Whether reports come is a question of today.
bool reaches_today(const db::Summary& summary) {
  return summary.to >= std::chrono::floor<std::chrono::days>(summary.made_at);
}

// Domains of whose reporters all have fallen silent. Who reported on one day only had no habit.
std::vector<std::string> forsaken(const db::Summary& summary) {
  std::set<std::string> silent;
  for (const auto* reporter : silent_reporters(summary)) silent.insert(reporter->recipient_domain);
  for (const auto& reporter : summary.reporters) {
    if (!reporter.silent) silent.erase(reporter.recipient_domain);
  }
  return {silent.begin(), silent.end()};
}

bool was_never_read(const db::MailboxHealth& mailbox) {
  return !mailbox.last_success_at;
}

bool may_miss_reports(const db::Summary& summary) {
  if (is_of_files(summary)) return rejected(summary) > 0;
  // Of no period are reports known.
  if (std::ranges::any_of(summary.mailboxes, was_never_read)) return true;
  return reaches_today(summary) && (!summary.uncovered.empty() || !forsaken(summary).empty() ||
                                    std::ranges::any_of(summary.mailboxes, is_in_trouble));
}

std::string incidents_headline(const db::Summary& summary) {
  const auto open = count(summary, State::kOpen);
  const auto text =
      open > 0 ? counted(open, "open incident") : counted(count(summary, State::kReported), "problem") + " reported";
  const auto critical = std::ranges::count_if(
      summary.incidents, [](const auto& incident) { return is_open(incident) && incident.severity == "critical"; });
  return critical > 0 ? fmt::format("{}, {} critical", text, critical) : text;
}

std::string sessions_sentence(const db::Summary& summary) {
  const auto all = total(summary.daily);
  const auto days = dates(date(summary.from), date(summary.to));
  if (all.failures == 0) return fmt::format("None of {} failed, {} (UTC).", counted(all.sessions, "session"), days);
  return fmt::format("{} of {} failed ({}), {} (UTC).", all.failures, counted(all.sessions, "session"),
                     percent(all.failures, all.sessions), days);
}

std::string mailbox_sentence(const db::MailboxHealth& mailbox) {
  const auto when = mailbox.last_success_at ? "was last read at " + parser::format_time(*mailbox.last_success_at)
                                            : std::string("was never read");
  return mailbox.last_error ? fmt::format("Mailbox {} {}: {}", mailbox.mailbox, when, *mailbox.last_error)
                            : fmt::format("Mailbox {} {}.", mailbox.mailbox, when);
}

std::string uncovered_sentence(const db::Uncovered& uncovered) {
  const auto last = uncovered.last_report ? "the period of the last one ends on " + date(*uncovered.last_report)
                                          : "there never was one";
  return fmt::format("No report on {} in the last 7 days; {}.", uncovered.domain, last);
}

std::string silent_sentence(const db::Reporter& reporter) {
  return fmt::format("{} has fallen silent on {}: its last report covers {}.",
                     reporter_name(reporter.organization_name), reporter.recipient_domain, date(reporter.last_day));
}

std::string no_reports_headline(const db::Summary& summary) {
  if (is_of_files(summary)) return "No report on a domain in what was read";
  const auto days = dates(date(summary.from), date(summary.to));
  return summary.domain ? fmt::format("No report on {} covers {}", *summary.domain, days)
                        : fmt::format("No report covers {}", days);
}

std::vector<std::string> details_of(const db::Summary& summary) {
  constexpr std::size_t kMostSilent = 3;
  std::vector<std::string> details;
  if (!summary.daily.empty()) {
    details.push_back(sessions_sentence(summary));
  } else if (std::ranges::any_of(summary.incidents, is_open)) {  // the headline counts those
    details.push_back(no_reports_headline(summary) + '.');
  }
  if (const auto resolved = count(summary, State::kResolved); resolved > 0) {
    details.push_back(fmt::format("{} resolved.", counted(resolved, "incident")));
  }
  for (const auto& mailbox : summary.mailboxes) {
    if (is_in_trouble(mailbox)) details.push_back(mailbox_sentence(mailbox));
  }
  for (const auto& uncovered : summary.uncovered) details.push_back(uncovered_sentence(uncovered));
  const auto silent = silent_reporters(summary);
  if (silent.size() > kMostSilent) {
    details.push_back(fmt::format("{} reporters have fallen silent.", silent.size()));
  } else {
    for (const auto* reporter : silent) details.push_back(silent_sentence(*reporter));
  }
  if (const auto domains = forsaken(summary); !domains.empty()) {
    details.push_back(fmt::format("Nobody is left who reports on {}.", listed(domains)));
  }
  if (const auto inputs = rejected(summary); inputs > 0) {
    details.push_back(fmt::format("{} could not be read.", counted(inputs, "input")));
  }
  std::int64_t entries = 0;
  for (const auto& row : summary.quarantine) entries += row.entries;
  if (entries > 0) details.push_back(fmt::format("In quarantine: {}; see tlsrpt-collector quarantine list.", entries));
  return details;
}

}  // namespace

Verdict verdict_of(const db::Summary& summary) {
  Verdict verdict{.details = details_of(summary)};
  if (std::ranges::any_of(summary.incidents, is_open)) {
    verdict.status = Verdict::Status::kIncidents;
    verdict.headline = incidents_headline(summary);
  } else if (summary.daily.empty()) {
    verdict.status = Verdict::Status::kNoReports;
    verdict.headline = no_reports_headline(summary);
  } else if (may_miss_reports(summary)) {
    verdict.status = Verdict::Status::kAttention;
    verdict.headline = is_of_files(summary) ? "No problem reported, but not all could be read"
                                            : "No open incident, but reports may be missing";
  } else {
    verdict.headline = "All right";
  }
  return verdict;
}

std::string_view to_string(Verdict::Status status) noexcept {
  switch (status) {
    case Verdict::Status::kIncidents:
      return "incidents";
    case Verdict::Status::kAttention:
      return "attention";
    case Verdict::Status::kNoReports:
      return "no-reports";
    case Verdict::Status::kOk:
      break;
  }
  return "ok";
}

}  // namespace tlsrpt::collector
