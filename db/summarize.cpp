#include "db/summarize.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include <pqxx/array>
#include <pqxx/result>
#include <pqxx/transaction>

#include "db/connection_state.hpp"
#include "db/failure.hpp"

namespace tlsrpt::db {
namespace {

// Days go in and out as their number since the epoch, moments as seconds.

// $1 and $2: the first and the last day, or null; $3: how many days before today the period begins. One that begins
// after today is of one day.
constexpr const char* kPeriod = R"(
  select coalesce($1::int, today - $3::int) as first, coalesce($2::int, greatest(today, $1::int)) as last,
         extract(epoch from clock())::bigint as now
  from (select utc_day(clock()) - date 'epoch' as today) t)";

// In the following: $1 and $2 the first and the last day, $3 the domain or null.

constexpr const char* kDaily = R"(
  select day - date 'epoch' as day, recipient_domain, organization_name, reports, sessions, failures
  from v_daily
  where day between date 'epoch' + $1::int and date 'epoch' + $2::int
    and ($3::text is null or is_at_or_below(recipient_domain, $3))
  order by day, recipient_domain, organization_name)";

// An incident belongs to the period while it lasts, and so does its end.
constexpr const char* kIncidents = R"(
  select recipient_domain, result_type, receiving_mx_hostname, extract(epoch from first_seen)::bigint as first_seen,
         extract(epoch from last_seen)::bigint as last_seen, days, sessions, organizations, reports, failure_rate,
         severity, state, extract(epoch from resolved_at)::bigint as resolved_at, category, cause, remedy, reference
  from v_incident
  where utc_day(first_seen) <= date 'epoch' + $2::int
    and utc_day(coalesce(resolved_at, greatest(clock(), last_seen))) >= date 'epoch' + $1::int
    and ($3::text is null or is_at_or_below(recipient_domain, $3))
  order by state, array_position(array['critical', 'warning', 'ok'], severity), sessions desc, recipient_domain,
           result_type, receiving_mx_hostname, first_seen)";

// Failures that a report counts for a domain without any detail are of type `unspecified`.
constexpr const char* kFailures = R"(
  with failing as (
    select day, recipient_domain, coalesce(organization_name, '') as organization_name, result_type, host,
           failed_session_count, failure_reason_code
    from v_failure
    where day between date 'epoch' + $1::int and date 'epoch' + $2::int
      and ($3::text is null or is_at_or_below(recipient_domain, $3))
    union all
    select day, recipient_domain, organization_name, 'unspecified', null, failures, null
    from v_sessions s
    where failures > 0 and day between date 'epoch' + $1::int and date 'epoch' + $2::int
      and ($3::text is null or is_at_or_below(recipient_domain, $3))
      and not exists (select from v_failure f
                      where f.report_key = s.report_key and f.recipient_domain = s.recipient_domain))
  select recipient_domain, result_type, host, as_count(sum(failed_session_count)) as failed_sessions,
         min(day) - date 'epoch' as first_day, max(day) - date 'epoch' as last_day,
         array_agg(distinct organization_name order by organization_name) as organizations,
         (array_agg(distinct failure_reason_code order by failure_reason_code)
            filter (where failure_reason_code is not null))[1:$4] as reason_codes
  from failing
  group by recipient_domain, result_type, host
  order by failed_sessions desc, recipient_domain, result_type, host)";

constexpr const char* kReporters = R"(
  select organization_name, recipient_domain, extract(epoch from first_seen)::bigint as first_seen,
         extract(epoch from last_seen)::bigint as last_seen, days_reported,
         (extract(epoch from usual_gap) / 86400)::bigint as usual_gap_days,
         extract(epoch from expected_by)::bigint as expected_by, silent, late_deliveries,
         array(select key from jsonb_each_text(conformance) order by key) as codes,
         array(select value from jsonb_each_text(conformance) order by key) as times
  from v_reporter
  where utc_day(first_seen) <= date 'epoch' + $2::int and utc_day(last_seen) >= date 'epoch' + $1::int - 90
    and ($3::text is null or is_at_or_below(recipient_domain, $3))
  order by recipient_domain, organization_name)";

constexpr const char* kPolicies = R"(
  select recipient_domain, policy_type, policy_domain, mode, mx, max_age, tlsa,
         organization_name, extract(epoch from first_seen)::bigint as first_seen,
         extract(epoch from last_seen)::bigint as last_seen, extract(epoch from replaced_at)::bigint as replaced_at
  from v_policy
  where utc_day(first_seen) <= date 'epoch' + $2::int and utc_day(last_seen) >= date 'epoch' + $1::int
    and ($3::text is null or is_at_or_below(recipient_domain, $3))
  order by recipient_domain, policy_type, policy_domain, organization_name, first_seen)";

// $1: the domain or null.
constexpr const char* kReadiness = R"(
  select recipient_domain, extract(epoch from testing_since)::bigint as testing_since,
         extract(epoch from last_failure)::bigint as last_failure, days_clean, reporters, sessions, verdict
  from v_enforce
  where $1::text is null or is_at_or_below(recipient_domain, $1)
  order by recipient_domain)";

constexpr const char* kMailboxes = R"(
  select mailbox, extract(epoch from last_polled_at)::bigint as last_polled_at,
         extract(epoch from last_success_at)::bigint as last_success_at, late, last_error, messages, quarantine
  from v_ingest
  where retired_at is null
  order by mailbox)";

// $1: the domain or null.
constexpr const char* kUncovered = R"(
  select mailbox, domain, extract(epoch from last_report)::bigint as last_report
  from v_coverage
  where $1::text is null or is_at_or_below(domain, $1)
  order by domain, mailbox)";

constexpr const char* kQuarantine = R"(
  select reason, as_count(sum(entries)) as entries from v_quarantine group by reason order by reason)";

std::string text(const pqxx::row& row, const char* column) {
  return row[column].as<std::string>();
}
std::int64_t number(const pqxx::row& row, const char* column) {
  return row[column].as<std::int64_t>();
}
Time moment(const pqxx::row& row, const char* column) {
  return Time{std::chrono::seconds{number(row, column)}};
}
Day day(const pqxx::row& row, const char* column) {
  return Day{std::chrono::days{row[column].as<int>()}};
}

// `read` of a column that may be null.
template <typename Read>
auto optional(const pqxx::row& row, const char* column, Read read) {
  return row[column].is_null() ? std::nullopt : std::optional(read(row, column));
}

std::vector<std::string> texts(const pqxx::row& row, const char* column) {
  std::vector<std::string> found;
  if (row[column].is_null()) return found;
  auto parser = row[column].as_array();
  for (auto [juncture, element] = parser.get_next(); juncture != pqxx::array_parser::juncture::done;
       std::tie(juncture, element) = parser.get_next()) {
    if (juncture == pqxx::array_parser::juncture::string_value) found.push_back(element);
  }
  return found;
}

std::vector<std::string> sorted_texts(const pqxx::row& row, const char* column) {
  auto found = texts(row, column);
  std::sort(found.begin(), found.end());
  return found;
}

DailySessions read_daily(const pqxx::row& row) {
  return {.day = day(row, "day"),
          .recipient_domain = text(row, "recipient_domain"),
          .organization_name = text(row, "organization_name"),
          .reports = number(row, "reports"),
          .sessions = number(row, "sessions"),
          .failures = number(row, "failures")};
}

Incident read_incident(const pqxx::row& row) {
  return {
      .recipient_domain = text(row, "recipient_domain"),
      .result_type = text(row, "result_type"),
      .receiving_mx_hostname = optional(row, "receiving_mx_hostname", text),
      .first_seen = moment(row, "first_seen"),
      .last_seen = moment(row, "last_seen"),
      .days = number(row, "days"),
      .sessions = number(row, "sessions"),
      .organizations = texts(row, "organizations"),
      .reports = number(row, "reports"),
      .failure_rate = optional(row, "failure_rate", [](const auto& r, auto c) { return r[c].template as<double>(); }),
      .severity = optional(row, "severity", text),
      .state = text(row, "state") == "open" ? Incident::State::kOpen : Incident::State::kResolved,
      .resolved_at = optional(row, "resolved_at", moment),
      .category = text(row, "category"),
      .cause = text(row, "cause"),
      .remedy = text(row, "remedy"),
      .reference = text(row, "reference")};
}

FailureKind read_failure(const pqxx::row& row) {
  return {.recipient_domain = text(row, "recipient_domain"),
          .result_type = text(row, "result_type"),
          .host = optional(row, "host", text),
          .failed_sessions = number(row, "failed_sessions"),
          .first_day = day(row, "first_day"),
          .last_day = day(row, "last_day"),
          .organizations = texts(row, "organizations"),
          .reason_codes = texts(row, "reason_codes")};
}

Reporter read_reporter(const pqxx::row& row) {
  Reporter reporter{.organization_name = text(row, "organization_name"),
                    .recipient_domain = text(row, "recipient_domain"),
                    .first_seen = moment(row, "first_seen"),
                    .last_seen = moment(row, "last_seen"),
                    .days_reported = number(row, "days_reported"),
                    .usual_gap_days = optional(row, "usual_gap_days", number),
                    .expected_by = optional(row, "expected_by", moment),
                    .silent = row["silent"].as<bool>(),
                    .late_deliveries = number(row, "late_deliveries")};
  const auto codes = texts(row, "codes");
  const auto times = texts(row, "times");
  for (std::size_t i = 0; i < codes.size(); ++i) reporter.conformance.emplace_back(codes[i], std::stoll(times[i]));
  return reporter;
}

PolicySeen read_policy(const pqxx::row& row) {
  return {.recipient_domain = text(row, "recipient_domain"),
          .policy_type = text(row, "policy_type"),
          .policy_domain = optional(row, "policy_domain", text).value_or(""),
          .mode = optional(row, "mode", text),
          .mx = sorted_texts(row, "mx"),
          .max_age = optional(row, "max_age", number),
          .tlsa = sorted_texts(row, "tlsa"),
          .organization_name = text(row, "organization_name"),
          .first_seen = moment(row, "first_seen"),
          .last_seen = moment(row, "last_seen"),
          .replaced_at = optional(row, "replaced_at", moment)};
}

Readiness read_readiness(const pqxx::row& row) {
  return {.recipient_domain = text(row, "recipient_domain"),
          .testing_since = moment(row, "testing_since"),
          .last_failure = optional(row, "last_failure", moment),
          .days_clean = number(row, "days_clean"),
          .reporters = number(row, "reporters"),
          .sessions = number(row, "sessions"),
          .verdict = text(row, "verdict")};
}

MailboxHealth read_mailbox(const pqxx::row& row) {
  return {.mailbox = text(row, "mailbox"),
          .last_polled_at = optional(row, "last_polled_at", moment),
          .last_success_at = optional(row, "last_success_at", moment),
          .late = row["late"].as<bool>(),
          .last_error = optional(row, "last_error", text),
          .messages = number(row, "messages"),
          .quarantine = number(row, "quarantine")};
}

Uncovered read_uncovered(const pqxx::row& row) {
  return {.mailbox = text(row, "mailbox"),
          .domain = text(row, "domain"),
          .last_report = optional(row, "last_report", moment)};
}

QuarantineReason read_quarantine(const pqxx::row& row) {
  return {.reason = text(row, "reason"), .entries = number(row, "entries")};
}

template <typename Row>
std::vector<Row> all(const pqxx::result& rows, Row (*read)(const pqxx::row&)) {
  std::vector<Row> found;
  found.reserve(static_cast<std::size_t>(rows.size()));
  for (const auto& row : rows) found.push_back(read(row));
  return found;
}

std::optional<std::int64_t> number_of(const std::optional<Day>& day) {
  return day ? std::optional<std::int64_t>(day->time_since_epoch().count()) : std::nullopt;
}

Summary read_summary(pqxx::transaction_base& transaction, const Period& period,
                     const std::optional<std::string>& domain) {
  const auto bounds = transaction.exec_params1(kPeriod, number_of(period.from), number_of(period.to), period.days);
  const auto first = number(bounds, "first");
  const auto last = number(bounds, "last");
  const auto in_period = [&](const char* query) { return transaction.exec_params(query, first, last, domain); };
  return {
      .made_at = moment(bounds, "now"),
      .from = day(bounds, "first"),
      .to = day(bounds, "last"),
      .domain = domain,
      .daily = all(in_period(kDaily), read_daily),
      .incidents = all(in_period(kIncidents), read_incident),
      .failures =
          all(transaction.exec_params(kFailures, first, last, domain, std::int64_t{kMostReasonCodes}), read_failure),
      .reporters = all(in_period(kReporters), read_reporter),
      .policies = all(in_period(kPolicies), read_policy),
      .readiness = all(transaction.exec_params(kReadiness, domain), read_readiness),
      .mailboxes = all(transaction.exec(kMailboxes), read_mailbox),
      .uncovered = all(transaction.exec_params(kUncovered, domain), read_uncovered),
      .quarantine = all(transaction.exec(kQuarantine), read_quarantine),
  };
}

}  // namespace

Summary summarize(const Connection& connection, const Period& period, const std::optional<std::string>& domain) {
  try {
    pqxx::read_transaction transaction(connection.state().link);
    transaction.exec0("set transaction isolation level repeatable read");
    return read_summary(transaction, period, domain);
  } catch (...) {
    rethrow(connection);
  }
}

}  // namespace tlsrpt::db
