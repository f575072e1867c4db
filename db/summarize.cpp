#include "db/summarize.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include <fmt/format.h>
#include <pqxx/array>
#include <pqxx/except>
#include <pqxx/result>
#include <pqxx/transaction>

#include "db/connection_state.hpp"
#include "db/failure.hpp"
#include "db/summary_queries.hpp"

namespace tlsrpt::db {
namespace {

using namespace summary_query;

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
      .last_day = day(row, "last_day"),
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
          .reason_codes = texts(row, "reason_codes"),
          .more_reason_codes = row["more_reason_codes"].as<bool>()};
}

Reporter read_reporter(const pqxx::row& row) {
  Reporter reporter{.organization_name = text(row, "organization_name"),
                    .recipient_domain = text(row, "recipient_domain"),
                    .first_seen = moment(row, "first_seen"),
                    .last_seen = moment(row, "last_seen"),
                    .last_day = day(row, "last_day"),
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
          .last_day = day(row, "last_day"),
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

void check_now(pqxx::transaction_base& transaction, const std::string& where) {
  const auto now = transaction.exec1(kNow)[0].as<std::string>();
  try {
    if (transaction.exec1(kIsNowInRange)[0].as<bool>()) return;
  } catch (const pqxx::data_exception&) {
    // Told below.
  }
  throw Error{
      Error::Kind::kMisconfigured,
      fmt::format("database {}: the setting tlsrpt.now is no moment that reports can be of: \"{}\"", where, now)};
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
    check_now(transaction, connection.where());
    return read_summary(transaction, period, domain);
  } catch (...) {
    rethrow(connection);
  }
}

}  // namespace tlsrpt::db
