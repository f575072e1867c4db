#include "collector/print/summary_text.hpp"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "collector/escape.hpp"
#include "collector/print/remedy.hpp"
#include "collector/print/wrap.hpp"
#include "parser/result_type.hpp"

namespace tlsrpt::collector {

namespace {

// A share of sessions in percent, never rounded to nothing.
std::string percent(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "-";
  const auto share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (part > 0 && share < 0.01) return "under 0.01 %";
  return fmt::format("{:.2f} %", share);
}

std::string verdict(const db::Summary& summary) {
  std::int64_t sessions = 0;
  std::int64_t failures = 0;
  for (const auto& domain : summary.domains) {
    sessions += domain.sessions;
    failures += domain.failures;
  }
  if (summary.domains.empty()) return "No report covers this period.";
  if (failures == 0 && summary.failures.empty()) return fmt::format("All well: {} sessions, none failed.", sessions);
  return fmt::format("{} of {} sessions failed ({}).", failures, sessions, percent(failures, sessions));
}

std::string place_of(const db::FailureSummary& failure) {
  return failure.mx ? fmt::format("{} at {}", printable(failure.recipient_domain), printable(*failure.mx))
                    : printable(failure.recipient_domain);
}

std::string days_of(const db::FailureSummary& failure) {
  return failure.first_day == failure.last_day ? fmt::format("on {}", failure.first_day)
                                               : fmt::format("from {} to {}", failure.first_day, failure.last_day);
}

std::vector<std::string> shown(const std::vector<std::string>& texts) {
  std::vector<std::string> safe;
  safe.reserve(texts.size());
  for (const auto& text : texts) safe.push_back(printable(text));
  return safe;
}

std::string failure_text(const db::FailureSummary& failure, std::size_t width) {
  const auto& type = parser::explain(failure.result_type);
  auto text = wrap("  ", fmt::format("{}: {}", place_of(failure), printable(failure.result_type)), width);
  text += wrap("    ",
               fmt::format("{} failed session{} {}, reported by {}", failure.sessions, failure.sessions == 1 ? "" : "s",
                           days_of(failure), fmt::join(shown(failure.reporters), ", ")),
               width);
  for (const auto& code : shown(failure.reason_codes)) text += wrap("    reason: ", code, width);
  text += wrap("    Why: ", type.cause, width);
  const auto remedy = remedy_for(type, failure.mx, failure.recipient_domain);
  text += wrap("    What to do: ", remedy.advice, width);
  if (!remedy.command.empty()) text += fmt::format("      {}\n", remedy.command);
  return text + "\n";
}

std::string domain_table(const std::vector<db::DomainSummary>& domains) {
  auto text = fmt::format("  {:<40} {:>8} {:>12} {:>10} {:>12}\n", "domain", "reports", "sessions", "failed", "share");
  for (const auto& domain : domains) {
    text += fmt::format("  {:<40} {:>8} {:>12} {:>10} {:>12}\n", printable(domain.recipient_domain, 40), domain.reports,
                        domain.sessions, domain.failures, percent(domain.failures, domain.sessions));
  }
  return text + "\n";
}

std::string reporter_table(const std::vector<db::ReporterSummary>& reporters) {
  auto text = fmt::format("  {:<40} {:>8}   {}\n", "reporter", "reports", "last day");
  for (const auto& reporter : reporters) {
    text += fmt::format("  {:<40} {:>8}   {}\n", printable(reporter.organization_name, 40), reporter.reports,
                        reporter.last_day);
  }
  return text + "\n";
}

std::string quarantine_table(const std::vector<db::QuarantineSummary>& quarantine) {
  std::string text = "In quarantine (tlsrpt-collector quarantine list):\n";
  for (const auto& row : quarantine) text += fmt::format("  {:<40} {:>8}\n", row.reason, row.entries);
  return text + "\n";
}

}  // namespace

std::string summary_text(const db::Summary& summary, std::size_t width) {
  auto text = wrap("", fmt::format("{} {} to {} (UTC)", verdict(summary), summary.from, summary.until), width) + "\n";
  if (!summary.failures.empty()) text += "What failed, and what to do:\n\n";
  for (const auto& failure : summary.failures) text += failure_text(failure, width);
  if (!summary.domains.empty()) text += domain_table(summary.domains);
  if (!summary.reporters.empty()) text += reporter_table(summary.reporters);
  if (!summary.quarantine.empty()) text += quarantine_table(summary.quarantine);
  text.pop_back();
  return text;
}

}  // namespace tlsrpt::collector
