#include "collector/file_summary.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "collector/file_text.hpp"
#include "collector/print/remedy.hpp"
#include "collector/print/wording.hpp"
#include "parser/count.hpp"
#include "parser/result_type.hpp"

namespace tlsrpt::collector {
namespace {

using parser::saturating_add;
using std::chrono::days, std::chrono::floor, std::chrono::seconds;

db::Day day_of(const ReadReport& read) {
  return floor<days>(read.parsed.report.start_datetime);
}

// A hostile report may have a hundred thousand.
constexpr std::size_t kMostKinds = 1'000;

// The last second of the period, so that its date is the period's own (json-2); the views' last_moment(). One without
// length is not over before it begins.
db::Time last_moment(const ReadReport& read) {
  const auto& report = read.parsed.report;
  const auto end = report.end_datetime;
  return std::max(end == floor<days>(end) ? end - seconds{1} : end, report.start_datetime);
}

std::string organization(const ReadReport& read) {
  return kept(read.parsed.report.organization_name.value_or(""));
}

// As the views' severity() has it with the thresholds that the table `setting` begins with.
std::optional<std::string> severity(std::int64_t failures, std::int64_t sessions) {
  constexpr double kWarning = 0.01;
  constexpr double kCritical = 0.05;
  if (sessions == 0) return std::nullopt;
  const auto rate = static_cast<double>(failures) / static_cast<double>(sessions);
  return rate < kWarning ? "ok" : rate <= kCritical ? "warning" : "critical";
}

std::vector<std::string> first_of(const std::set<std::string>& texts, std::size_t most) {
  std::vector<std::string> values;
  for (const auto& text : texts) {
    if (values.size() < most) values.push_back(text);
  }
  return values;
}

}  // namespace

void FileSummary::add_report(const std::string& source, const ReadReport& read) {
  const auto& report = read.parsed.report;
  const auto [known, is_new] = contents_.try_emplace(read.parsed.identity, read.parsed.content);
  const bool is_same = known->second == read.parsed.content;
  inputs_.push_back({source,
                     is_new    ? "report"
                     : is_same ? "the same report again"
                               : "another content of a report that was read before: not counted",
                     fmt::format("{}, {}, {}", reporter_name(organization(read)),
                                 kept(report.report_id.value_or("without report-id")),
                                 dates(date(report.start_datetime), date(last_moment(read))))});
  if (!is_new) return;
  days_.insert(day_of(read));
  add_sessions(read);
  add_failures(read);
  policies_.add(read, organization(read), last_moment(read));
}

void FileSummary::add_rejected(const std::string& source, const parser::Rejection& rejection) {
  inputs_.push_back({source, fmt::format("rejected: {}", to_string(rejection.reason)), kept(rejection.detail), true});
}

void FileSummary::add_ignored(const std::string& source, db::MessageKind kind, const std::string& because) {
  inputs_.push_back({source, fmt::format("ignored: {}", to_string(kind)), because});
}

void FileSummary::add_sessions(const ReadReport& read) {
  const auto& report = read.parsed.report;
  for (const auto& total : parser::session_totals(report, read.report_domain)) {
    auto& row = daily_[{day_of(read), total.recipient_domain, organization(read)}];
    row = {.day = day_of(read),
           .recipient_domain = total.recipient_domain,
           .organization_name = organization(read),
           .reports = row.reports + 1,
           .sessions = saturating_add(row.sessions, total.sessions),
           .failures = saturating_add(row.failures, total.failures)};
    auto& reporter = reporters_[{total.recipient_domain, organization(read)}];
    reporter.first_seen = std::min(reporter.first_seen, report.start_datetime);
    reporter.last_seen = std::max(reporter.last_seen, last_moment(read));
    reporter.days.insert(day_of(read));
    for (const auto& deviation : read.parsed.deviations) {
      ++reporter.conformance[std::string(parser::to_string(deviation.code))];
    }
  }
}

void FileSummary::add_failures(const ReadReport& read) {
  const auto& report = read.parsed.report;
  for (const auto& total : parser::failure_totals(report, read.report_domain)) {
    const FailureKey key{total.recipient_domain, kept(total.result_type), kept(total.host)};
    if (failures_.size() >= kMostKinds && !failures_.contains(key)) continue;
    auto& failure = failures_[key];
    failure.first_seen = std::min(failure.first_seen, report.start_datetime);
    failure.last_seen = std::max(failure.last_seen, last_moment(read));
    failure.days.insert(day_of(read));
    failure.organizations.insert(organization(read));
    failure.failed_sessions = saturating_add(failure.failed_sessions, total.failed_sessions);
    failure.sessions = saturating_add(failure.sessions, total.sessions);
    failure.failures = saturating_add(failure.failures, total.failures);
    ++failure.reports;
  }
  for (const auto& policy : report.policies) {
    const std::string domain(parser::recipient_domain(policy, read.report_domain));
    for (const auto& detail : policy.failure_details) add_reason_code(domain, detail);
  }
}

void FileSummary::add_reason_code(const std::string& domain, const parser::FailureDetail& detail) {
  const auto found = failures_.find({domain, kept(detail.result_type), kept(parser::failing_host(detail, domain))});
  if (found == failures_.end() || !detail.failure_reason_code) return;
  auto& codes = found->second.reason_codes;
  codes.insert(kept(*detail.failure_reason_code));
  if (codes.size() > db::kMostReasonCodes + 1) codes.erase(std::prev(codes.end()));
}

db::Summary FileSummary::summary(db::Time now) const {
  db::Summary summary{.made_at = now,
                      .from = days_.empty() ? floor<days>(now) : *days_.begin(),
                      .to = days_.empty() ? floor<days>(now) : *days_.rbegin(),
                      .incidents = incidents(),
                      .failures = failures(),
                      .reporters = reporters(),
                      .policies = policies_.changes(),
                      .inputs = inputs()};
  for (const auto& [key, row] : daily_) summary.daily.push_back(row);
  return summary;
}

std::vector<db::Incident> FileSummary::incidents() const {
  std::vector<db::Incident> incidents;
  for (const auto& [key, failure] : failures_) {
    const auto& [domain, result_type, host] = key;
    const auto& type = parser::explain(result_type);
    const auto mx = host.empty() ? std::nullopt : std::optional(host);
    incidents.push_back({.recipient_domain = domain,
                         .result_type = result_type,
                         .receiving_mx_hostname = mx,
                         .first_seen = failure.first_seen,
                         .last_seen = failure.last_seen,
                         .last_day = *failure.days.rbegin(),
                         .days = static_cast<std::int64_t>(failure.days.size()),
                         .sessions = failure.failed_sessions,
                         .organizations = first_of(failure.organizations, kMostKinds),
                         .reports = failure.reports,
                         .failure_rate = failure.sessions == 0 ? std::nullopt
                                                               : std::optional(static_cast<double>(failure.failures) /
                                                                               static_cast<double>(failure.sessions)),
                         .severity = severity(failure.failures, failure.sessions),
                         .category = std::string(type.category),
                         .cause = std::string(type.cause),
                         .remedy = remedy_for(type, mx, domain),
                         .reference = std::string(type.reference)});
  }
  std::ranges::stable_sort(incidents, std::ranges::greater{}, [](const db::Incident& incident) {
    return std::pair(incident.failure_rate.value_or(0), incident.sessions);
  });
  return incidents;
}

std::vector<db::FailureKind> FileSummary::failures() const {
  std::vector<db::FailureKind> kinds;
  for (const auto& [key, failure] : failures_) {
    const auto& [domain, result_type, host] = key;
    kinds.push_back({.recipient_domain = domain,
                     .result_type = result_type,
                     .host = host.empty() ? std::nullopt : std::optional(host),
                     .failed_sessions = failure.failed_sessions,
                     .first_day = *failure.days.begin(),
                     .last_day = *failure.days.rbegin(),
                     .organizations = first_of(failure.organizations, kMostKinds),
                     .reason_codes = first_of(failure.reason_codes, db::kMostReasonCodes),
                     .more_reason_codes = failure.reason_codes.size() > db::kMostReasonCodes});
  }
  std::ranges::stable_sort(kinds, std::ranges::greater{}, &db::FailureKind::failed_sessions);
  return kinds;
}

// What was not taken is what matters, and the table has an end.
std::vector<db::ParsedInput> FileSummary::inputs() const {
  auto inputs = inputs_;
  std::stable_partition(inputs.begin(), inputs.end(), [](const db::ParsedInput& input) { return input.rejected; });
  return inputs;
}

std::vector<db::Reporter> FileSummary::reporters() const {
  std::vector<db::Reporter> reporters;
  for (const auto& [key, reporter] : reporters_) {
    reporters.push_back({.organization_name = key.second,
                         .recipient_domain = key.first,
                         .first_seen = reporter.first_seen,
                         .last_seen = reporter.last_seen,
                         .last_day = *reporter.days.rbegin(),
                         .days_reported = static_cast<std::int64_t>(reporter.days.size()),
                         .conformance = {reporter.conformance.begin(), reporter.conformance.end()}});
  }
  return reporters;
}

}  // namespace tlsrpt::collector
