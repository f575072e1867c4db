#include "collector/print/wording.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "parser/count.hpp"
#include "parser/json.hpp"

namespace tlsrpt::collector {

std::string counted(std::int64_t number, std::string_view singular) {
  return fmt::format("{} {}{}", number, singular, number == 1 ? "" : "s");
}

std::string percent(const std::optional<double>& rate) {
  if (!rate) return "-";
  if (*rate > 0 && *rate < 0.0001) return "under 0.01 %";
  if (*rate < 1 && *rate > 0.9999) return "over 99.99 %";
  return fmt::format("{:.2f} %", 100 * *rate);
}

std::string percent(std::int64_t part, std::int64_t whole) {
  return percent(whole == 0 ? std::nullopt : std::optional(static_cast<double>(part) / static_cast<double>(whole)));
}

std::string date(db::Day day) {
  return date(db::Time{day});
}

std::string date(db::Time time) {
  return parser::format_time(time).substr(0, 10);
}

std::string dates(const std::string& first, const std::string& last) {
  return first == last ? first : fmt::format("{} to {}", first, last);
}

std::string listed(const std::vector<std::string>& names, std::size_t most) {
  if (names.size() <= most) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{} and {} more",
                     fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(most), ", "),
                     names.size() - most);
}

std::string reporter_name(const std::string& organization_name) {
  return organization_name.empty() ? "an unnamed reporter" : organization_name;
}

std::string reporter_names(const std::vector<std::string>& organization_names) {
  std::vector<std::string> names;
  names.reserve(organization_names.size());
  for (const auto& name : organization_names) names.push_back(reporter_name(name));
  return listed(names);
}

bool is_open(const db::Incident& incident) noexcept {
  return incident.state != db::Incident::State::kResolved;
}

std::string title(const db::Incident& incident) {
  return incident.receiving_mx_hostname ? fmt::format("{} at {}", incident.result_type, *incident.receiving_mx_hostname)
                                        : fmt::format("{} for {}", incident.result_type, incident.recipient_domain);
}

std::string label(const db::Incident& incident) {
  if (!is_open(incident)) return "resolved";
  auto severity = incident.severity.value_or("");
  if (severity == "critical" || severity == "warning") return severity;
  return "minor";
}

std::string when(const db::Incident& incident, db::Time now) {
  const auto first = date(incident.first_seen);
  const auto last = date(incident.last_day);
  if (incident.state != db::Incident::State::kOpen) {
    return first == last ? first : fmt::format("{} to {}, on {}", first, last, counted(incident.days, "day"));
  }
  using std::chrono::days;
  const auto ago = std::chrono::floor<days>(now) - std::chrono::floor<days>(incident.first_seen);
  // Reports may cover tomorrow.
  const auto since = ago.count() < 0 ? first : fmt::format("{} ({} ago)", first, counted(ago.count(), "day"));
  return first == last ? since : fmt::format("{}, on {}, last on {}", since, counted(incident.days, "day"), last);
}

std::string how_many(const db::Incident& incident) {
  auto text = fmt::format("{} in {}", counted(incident.sessions, "session"), counted(incident.reports, "report"));
  if (incident.failure_rate) text += fmt::format(", where {} of all failed", percent(incident.failure_rate));
  return text;
}

const db::FailureKind* failures_of(const db::Summary& summary, const db::Incident& incident) {
  const auto kind = std::ranges::find_if(summary.failures, [&](const db::FailureKind& failure) {
    return failure.recipient_domain == incident.recipient_domain && failure.result_type == incident.result_type &&
           failure.host == incident.receiving_mx_hostname;
  });
  return kind == summary.failures.end() ? nullptr : &*kind;
}

std::vector<std::string> what_they_say(const db::Summary& summary, const db::Incident& incident) {
  const auto* failures = failures_of(summary, incident);
  if (failures == nullptr) return {};
  auto codes = failures->reason_codes;
  if (failures->more_reason_codes) codes.emplace_back("(and more)");
  return codes;
}

bool has_fallen_silent(const db::Reporter& reporter) noexcept {
  return reporter.silent && reporter.usual_gap_days;
}

std::vector<const db::Reporter*> silent_reporters(const db::Summary& summary) {
  std::vector<const db::Reporter*> silent;
  for (const auto& reporter : summary.reporters) {
    if (has_fallen_silent(reporter)) silent.push_back(&reporter);
  }
  return silent;
}

std::string remarks(const db::Reporter& reporter) {
  std::vector<std::string> remarks;
  if (has_fallen_silent(reporter)) remarks.emplace_back("silent");
  if (reporter.late_deliveries > 0) remarks.push_back(fmt::format("{} late", reporter.late_deliveries));
  std::int64_t deviations = 0;
  for (const auto& [code, times] : reporter.conformance) deviations = parser::saturating_add(deviations, times);
  if (deviations > 0) remarks.push_back(counted(deviations, "deviation"));
  return fmt::format("{}", fmt::join(remarks, ", "));
}

bool is_in_trouble(const db::MailboxHealth& mailbox) noexcept {
  return mailbox.late || mailbox.last_error;
}

}  // namespace tlsrpt::collector
