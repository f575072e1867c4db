#include "collector/file_summary.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "collector/print/policy_values.hpp"
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
constexpr std::size_t kMostPolicies = 10'000;

// The last second of the period, so that its date is the period's own (json-2); the views' last_moment().
db::Time last_moment(const ReadReport& read) {
  const auto end = read.parsed.report.end_datetime;
  return end == floor<days>(end) ? end - seconds{1} : end;
}

// As the views' severity() has it with the thresholds that the table `setting` begins with.
std::optional<std::string> severity(std::int64_t failures, std::int64_t sessions) {
  constexpr double kWarning = 0.01;
  constexpr double kCritical = 0.05;
  if (sessions == 0) return std::nullopt;
  const auto rate = static_cast<double>(failures) / static_cast<double>(sessions);
  return rate < kWarning ? "ok" : rate <= kCritical ? "warning" : "critical";
}

// No host name is longer, and nobody reads more.
constexpr std::size_t kMostBytes = 512;
constexpr std::size_t kMostHosts = 100;

std::string cut(std::string_view text) {
  return std::string(text.substr(0, kMostBytes));
}

template <typename Text>
std::vector<std::string> sorted(const std::vector<Text>& texts) {
  std::vector<std::string> some;
  for (const auto& text : texts) {
    if (some.size() < kMostHosts) some.push_back(cut(text));
  }
  std::ranges::sort(some);
  return some;
}

std::vector<std::string> first_of(const std::set<std::string>& texts, std::size_t most) {
  std::vector<std::string> values;
  for (const auto& text : texts) {
    if (values.size() < most) values.push_back(text);
  }
  return values;
}

std::optional<std::int64_t> max_age_of(const parser::Policy& policy) {
  const auto values = policy_values(policy, "max_age");
  if (values.empty()) return std::nullopt;
  const auto text = values.front();
  std::int64_t age = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), age);
  if (error != std::errc{} || end != text.data() + text.size() || age < 0) return std::nullopt;
  return age;
}

std::optional<std::string> mode_of(const parser::Policy& policy) {
  const auto values = policy_values(policy, "mode");
  return values.empty() ? std::nullopt : std::optional(cut(values.front()));
}

std::vector<std::string> mx_of(const parser::Policy& policy) {
  const auto values = policy_values(policy, "mx");
  return values.empty() ? sorted(policy.mx_host) : sorted(values);
}

std::string organization(const ReadReport& read) {
  return cut(read.parsed.report.organization_name.value_or(""));
}

auto series(const db::PolicySeen& policy) {
  return std::tie(policy.recipient_domain, policy.policy_type, policy.policy_domain, policy.organization_name);
}

bool say_the_same(const db::PolicySeen& a, const db::PolicySeen& b) {
  return std::tie(a.mode, a.mx, a.max_age, a.tlsa) == std::tie(b.mode, b.mx, b.max_age, b.tlsa);
}

}  // namespace

void FileSummary::add_report(const std::string& source, const ReadReport& read) {
  const auto& report = read.parsed.report;
  const bool is_new = contents_.insert(read.parsed.content).second;
  inputs_.push_back(
      {source, is_new ? "report" : "the same report again",
       fmt::format("{}, {}, {}", reporter_name(organization(read)), report.report_id.value_or("without report-id"),
                   dates(date(report.start_datetime), date(last_moment(read))))});
  if (!is_new) return;
  days_.insert(day_of(read));
  add_sessions(read);
  add_failures(read);
  add_policies(read);
}

void FileSummary::add_rejected(const std::string& source, const parser::Rejection& rejection) {
  inputs_.push_back({source, fmt::format("rejected: {}", to_string(rejection.reason)), rejection.detail});
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
    const FailureKey key{total.recipient_domain, cut(total.result_type), cut(total.host)};
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
  const auto found = failures_.find({domain, cut(detail.result_type), cut(parser::failing_host(detail, domain))});
  if (found == failures_.end() || !detail.failure_reason_code) return;
  auto& codes = found->second.reason_codes;
  codes.insert(cut(*detail.failure_reason_code));
  if (codes.size() > db::kMostReasonCodes) codes.erase(std::prev(codes.end()));
}

void FileSummary::add_policies(const ReadReport& read) {
  for (const auto& policy : read.parsed.report.policies) {
    const bool is_sts = policy.policy_type == "sts";
    const std::string domain(parser::recipient_domain(policy, read.report_domain));
    if ((!is_sts && policy.policy_type != "tlsa") || policy.policy_string.empty() || domain.empty()) continue;
    if (policies_.size() == kMostPolicies) return;
    policies_.push_back({.recipient_domain = domain,
                         .policy_type = *policy.policy_type,
                         .policy_domain = cut(policy.policy_domain.value_or("")),
                         .mode = is_sts ? mode_of(policy) : std::nullopt,
                         .mx = is_sts ? mx_of(policy) : sorted(policy.mx_host),
                         .max_age = is_sts ? max_age_of(policy) : std::nullopt,
                         .tlsa = is_sts ? std::vector<std::string>{} : sorted(policy.policy_string),
                         .organization_name = organization(read),
                         .first_seen = read.parsed.report.start_datetime,
                         .last_seen = last_moment(read)});
  }
}

db::Summary FileSummary::summary(db::Time now) const {
  db::Summary summary{.made_at = now,
                      .from = days_.empty() ? floor<days>(now) : *days_.begin(),
                      .to = days_.empty() ? floor<days>(now) : *days_.rbegin(),
                      .incidents = incidents(),
                      .failures = failures(),
                      .reporters = reporters(),
                      .policies = policies(),
                      .inputs = inputs_};
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
                     .reason_codes = first_of(failure.reason_codes, db::kMostReasonCodes)});
  }
  std::ranges::stable_sort(kinds, std::ranges::greater{}, &db::FailureKind::failed_sessions);
  return kinds;
}

std::vector<db::Reporter> FileSummary::reporters() const {
  std::vector<db::Reporter> reporters;
  for (const auto& [key, reporter] : reporters_) {
    reporters.push_back({.organization_name = key.second,
                         .recipient_domain = key.first,
                         .first_seen = reporter.first_seen,
                         .last_seen = reporter.last_seen,
                         .days_reported = static_cast<std::int64_t>(reporter.days.size()),
                         .conformance = {reporter.conformance.begin(), reporter.conformance.end()}});
  }
  return reporters;
}

// Each reporter's sightings in time: what says the same as the one before is no change.
std::vector<db::PolicySeen> FileSummary::policies() const {
  auto sightings = policies_;
  std::ranges::stable_sort(sightings, {}, [](const db::PolicySeen& policy) {
    return std::tuple_cat(series(policy), std::tie(policy.first_seen));
  });
  std::vector<db::PolicySeen> changes;
  for (const auto& seen : sightings) {
    const bool continues = !changes.empty() && series(changes.back()) == series(seen);
    if (continues && say_the_same(changes.back(), seen)) {
      changes.back().last_seen = std::max(changes.back().last_seen, seen.last_seen);
      continue;
    }
    if (continues) changes.back().replaced_at = seen.first_seen;
    changes.push_back(seen);
  }
  return changes;
}

}  // namespace tlsrpt::collector
