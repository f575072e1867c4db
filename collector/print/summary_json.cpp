#include "collector/print/summary_json.hpp"

#include <optional>
#include <string_view>
#include <vector>

#include "collector/print/remedy.hpp"
#include "collector/print/totals.hpp"
#include "collector/print/verdict.hpp"
#include "collector/print/wording.hpp"
#include "parser/json.hpp"

namespace tlsrpt::collector {
namespace {

using parser::JsonWriter;

// A writer of members, each by its key.
class Members {
 public:
  explicit Members(JsonWriter& json) : json_(json) { json_.begin_object(); }
  ~Members() { json_.end_object(); }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  Members& add(std::string_view key, const std::string& text) { return put(key, std::string_view(text)); }
  Members& add(std::string_view key, std::int64_t number) { return put(key, number); }
  Members& add(std::string_view key, double number) { return put(key, number); }
  Members& add(std::string_view key, bool truth) { return put(key, truth); }
  Members& add(std::string_view key, db::Time time) { return add(key, parser::format_time(time)); }
  Members& add(std::string_view key, db::Day day) { return add(key, date(day)); }
  Members& add(std::string_view key, const std::vector<std::string>& texts) {
    json_.key(key).begin_array();
    for (const auto& text : texts) json_.value(std::string_view(text));
    json_.end_array();
    return *this;
  }
  template <typename Value>
  Members& add(std::string_view key, const std::optional<Value>& value) {
    if (value) return add(key, *value);
    json_.key(key).null();
    return *this;
  }
  // sessions, successes, failures, failure_rate
  Members& add(const Totals& totals) {
    add("sessions", totals.sessions);
    add("successes", totals.sessions - totals.failures);
    add("failures", totals.failures);
    return add("failure_rate", totals.sessions == 0 ? std::nullopt
                                                    : std::optional(static_cast<double>(totals.failures) /
                                                                    static_cast<double>(totals.sessions)));
  }

 private:
  template <typename Value>
  Members& put(std::string_view key, Value value) {
    json_.key(key).value(value);
    return *this;
  }

  JsonWriter& json_;
};

void write(JsonWriter& json, const Verdict& verdict) {
  Members(json)
      .add("status", std::string(to_string(verdict.status)))
      .add("headline", verdict.headline)
      .add("details", verdict.details);
}

std::string to_string(db::Incident::State state) {
  return state == db::Incident::State::kResolved ? "resolved" : "open";
}

void write(JsonWriter& json, const db::Summary& summary, const db::Incident& incident) {
  const auto steps = steps_of(incident.remedy);
  const auto* failures = failures_of(summary, incident);
  Members(json)
      .add("recipient_domain", incident.recipient_domain)
      .add("result_type", incident.result_type)
      .add("receiving_mx_hostname", incident.receiving_mx_hostname)
      .add("category", incident.category)
      .add("state", to_string(incident.state))
      .add("severity", incident.severity)
      .add("first_seen", incident.first_seen)
      .add("last_seen", incident.last_seen)
      .add("last_day", incident.last_day)
      .add("resolved_at", incident.resolved_at)
      .add("days", incident.days)
      .add("sessions", incident.sessions)
      .add("reports", incident.reports)
      .add("failure_rate", incident.failure_rate)
      .add("reporters", static_cast<std::int64_t>(incident.organizations.size()))
      .add("organizations", incident.organizations)
      .add("reason_codes", failures != nullptr ? failures->reason_codes : std::vector<std::string>{})
      .add("more_reason_codes", failures != nullptr && failures->more_reason_codes)
      .add("cause", incident.cause)
      .add("remedy", incident.remedy)
      .add("advice", steps.advice)
      .add("commands", steps.commands)
      .add("reference", incident.reference);
}

void write(JsonWriter& json, const db::FailureKind& failure) {
  Members(json)
      .add("recipient_domain", failure.recipient_domain)
      .add("result_type", failure.result_type)
      .add("receiving_mx_hostname", failure.host)
      .add("failed_sessions", failure.failed_sessions)
      .add("first_day", failure.first_day)
      .add("last_day", failure.last_day)
      .add("organizations", failure.organizations)
      .add("reason_codes", failure.reason_codes)
      .add("more_reason_codes", failure.more_reason_codes);
}

void write(JsonWriter& json, const db::Reporter& reporter, const Totals& totals) {
  Members members(json);
  members.add("organization_name", reporter.organization_name)
      .add("recipient_domain", reporter.recipient_domain)
      .add("reports", totals.reports)
      .add(totals)
      .add("first_seen", reporter.first_seen)
      .add("last_seen", reporter.last_seen)
      .add("last_day", reporter.last_day)
      .add("days_reported", reporter.days_reported)
      .add("usual_gap_days", reporter.usual_gap_days)
      .add("expected_by", reporter.expected_by)
      .add("silent", reporter.silent)
      .add("late_deliveries", reporter.late_deliveries);
  json.key("conformance").begin_object();
  for (const auto& [code, times] : reporter.conformance) json.key(code).value(times);
  json.end_object();
}

void write(JsonWriter& json, const db::PolicySeen& policy) {
  Members(json)
      .add("recipient_domain", policy.recipient_domain)
      .add("policy_type", policy.policy_type)
      .add("policy_domain", policy.policy_domain)
      .add("mode", policy.mode)
      .add("mx", policy.mx)
      .add("max_age", policy.max_age)
      .add("tlsa", policy.tlsa)
      .add("organization_name", policy.organization_name)
      .add("first_seen", policy.first_seen)
      .add("last_seen", policy.last_seen)
      .add("last_day", policy.last_day)
      .add("replaced_at", policy.replaced_at);
}

void write(JsonWriter& json, const db::Readiness& readiness) {
  Members(json)
      .add("recipient_domain", readiness.recipient_domain)
      .add("testing_since", readiness.testing_since)
      .add("last_failure", readiness.last_failure)
      .add("days_clean", readiness.days_clean)
      .add("reporters", readiness.reporters)
      .add("sessions", readiness.sessions)
      .add("verdict", readiness.verdict);
}

void write(JsonWriter& json, const db::MailboxHealth& mailbox) {
  Members(json)
      .add("mailbox", mailbox.mailbox)
      .add("last_polled_at", mailbox.last_polled_at)
      .add("last_success_at", mailbox.last_success_at)
      .add("late", mailbox.late)
      .add("last_error", mailbox.last_error)
      .add("messages", mailbox.messages)
      .add("quarantine", mailbox.quarantine);
}

void write(JsonWriter& json, const db::Uncovered& uncovered) {
  Members(json)
      .add("domain", uncovered.domain)
      .add("mailbox", uncovered.mailbox)
      .add("last_report", uncovered.last_report);
}

void write(JsonWriter& json, const db::QuarantineReason& row) {
  Members(json).add("reason", row.reason).add("entries", row.entries);
}

template <typename Rows, typename Write>
void write_array(JsonWriter& json, std::string_view key, const Rows& rows, Write write_row) {
  json.key(key).begin_array();
  for (const auto& row : rows) write_row(row);
  json.end_array();
}

template <typename Row>
void write_array(JsonWriter& json, std::string_view key, const std::vector<Row>& rows) {
  write_array(json, key, rows, [&](const Row& row) { write(json, row); });
}

void write_sessions(JsonWriter& json, const db::Summary& summary) {
  json.key("totals");
  Members(json).add(total(summary.daily));
  write_array(json, "domains", totals_by(summary.daily, &db::DailySessions::recipient_domain), [&](const auto& row) {
    Members(json).add("recipient_domain", row.first).add("reports", row.second.reports).add(row.second);
  });
  write_array(json, "daily", summary.daily, [&](const db::DailySessions& row) {
    Totals totals;
    totals.add(row);
    Members(json)
        .add("day", row.day)
        .add("recipient_domain", row.recipient_domain)
        .add("organization_name", row.organization_name)
        .add("reports", row.reports)
        .add(totals);
  });
}

void write_reporters(JsonWriter& json, const db::Summary& summary) {
  auto totals =
      totals_by(summary.daily, [](const auto& row) { return std::pair(row.organization_name, row.recipient_domain); });
  write_array(json, "reporters", summary.reporters, [&](const db::Reporter& reporter) {
    write(json, reporter, totals[{reporter.organization_name, reporter.recipient_domain}]);
  });
}

}  // namespace

std::string summary_json(const db::Summary& summary) {
  JsonWriter json;
  {
    Members members(json);
    members.add("made_at", summary.made_at)
        .add("from", summary.from)
        .add("to", summary.to)
        .add("domain", summary.domain);
    json.key("verdict");
    write(json, verdict_of(summary));
    write_array(json, "incidents", summary.incidents,
                [&](const db::Incident& incident) { write(json, summary, incident); });
    write_sessions(json, summary);
    write_array(json, "failures", summary.failures);
    write_reporters(json, summary);
    write_array(json, "policies", summary.policies);
    write_array(json, "readiness", summary.readiness);
    write_array(json, "mailboxes", summary.mailboxes);
    write_array(json, "uncovered", summary.uncovered);
    write_array(json, "quarantine", summary.quarantine);
  }
  return json.take() + "\n";
}

}  // namespace tlsrpt::collector
