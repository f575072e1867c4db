#include "db/summary.hpp"

#include <pqxx/array>
#include <pqxx/result>
#include <pqxx/transaction>

#include "db/connection_state.hpp"
#include "db/failure.hpp"

namespace tlsrpt::db {
namespace {

// $1 and $2: the period in seconds since the epoch, or null; $3: its days. Gives one row: from, until.
constexpr const char* kPeriod = R"(
  with clock as (select coalesce(nullif(current_setting('tlsrpt.now', true), '')::timestamptz, now()) as now),
       bounds as (select coalesce(to_timestamp($2::bigint), now) as until, now from clock)
  select to_char(coalesce(to_timestamp($1::bigint), now - make_interval(days => $3::int)), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
         to_char(until, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  from bounds)";

// In each of these: $1 and $2 the period, $3 the domain or null. A hostile report's counts may sum up beyond 64 bits.
constexpr const char* kDomains = R"(
  select recipient_domain, count(*), least(sum(sessions), 9223372036854775807)::bigint,
         least(sum(failures), 9223372036854775807)::bigint
  from session_total
  where start_datetime >= $1::timestamptz and start_datetime < $2::timestamptz
    and ($3::text is null or recipient_domain = $3 or right(recipient_domain, length($3) + 1) = '.' || $3)
  group by recipient_domain
  order by 4 desc, 1)";

// A failure without details is of type `unspecified`.
constexpr const char* kFailures = R"(
  with failing as (
    select p.id, p.recipient_domain, r.start_datetime,
           coalesce(r.organization_name, '') as organization_name, p.total_failure_session_count
    from report r join policy p on p.report_key = r.id
    where r.start_datetime >= $1::timestamptz and r.start_datetime < $2::timestamptz
      and ($3::text is null or p.recipient_domain = $3 or right(p.recipient_domain, length($3) + 1) = '.' || $3)),
  detail as (
    select failing.recipient_domain, failing.start_datetime, organization_name, f.result_type, f.failed_session_count,
           f.failure_reason_code,
           case when f.receiving_mx_hostname is null and f.result_type like 'sts-%'
                then 'mta-sts.' || recipient_domain else f.receiving_mx_hostname end as mx
    from failing join failure_detail f on f.policy_key = failing.id
    union all
    select recipient_domain, start_datetime, organization_name, 'unspecified', total_failure_session_count, null, null
    from failing
    where total_failure_session_count > 0
      and not exists (select from failure_detail f where f.policy_key = failing.id))
  select recipient_domain, result_type, mx, least(sum(failed_session_count), 9223372036854775807)::bigint,
         to_char(min(start_datetime), 'YYYY-MM-DD'), to_char(max(start_datetime), 'YYYY-MM-DD'),
         array_agg(distinct organization_name order by organization_name),
         (array_agg(distinct failure_reason_code order by failure_reason_code)
            filter (where failure_reason_code is not null))[1:5]
  from detail
  group by recipient_domain, result_type, mx
  order by sum(failed_session_count) desc, 1, 2, 3)";

constexpr const char* kReporters = R"(
  select coalesce(organization_name, ''), count(*), to_char(max(start_datetime), 'YYYY-MM-DD')
  from report
  where start_datetime >= $1::timestamptz and start_datetime < $2::timestamptz
    and ($3::text is null or exists (
      select from session_total t
      where t.report_key = report.id
        and (t.recipient_domain = $3 or right(t.recipient_domain, length($3) + 1) = '.' || $3)))
  group by 1
  order by 1)";

constexpr const char* kQuarantine = "select reason, count(*) from quarantine group by reason order by reason";

std::optional<std::int64_t> seconds(const std::optional<std::chrono::sys_seconds>& time) {
  return time ? std::optional<std::int64_t>(time->time_since_epoch().count()) : std::nullopt;
}

std::vector<std::string> strings(const pqxx::field& field) {
  std::vector<std::string> found;
  if (field.is_null()) return found;
  auto parser = field.as_array();
  for (auto [juncture, text] = parser.get_next(); juncture != pqxx::array_parser::juncture::done;
       std::tie(juncture, text) = parser.get_next()) {
    if (juncture == pqxx::array_parser::juncture::string_value) found.push_back(text);
  }
  return found;
}

}  // namespace

Summary summarize(const Connection& connection, const Period& period, const std::optional<std::string>& domain) {
  try {
    pqxx::read_transaction transaction(connection.state().link);
    transaction.exec0("set transaction isolation level repeatable read");
    const auto bounds = transaction.exec_params1(kPeriod, seconds(period.from), seconds(period.until), period.days);
    const auto from = bounds[0].as<std::string>();
    const auto until = bounds[1].as<std::string>();
    Summary summary{.from = from, .until = until};
    for (const auto& row : transaction.exec_params(kDomains, from, until, domain)) {
      summary.domains.push_back({.recipient_domain = row[0].as<std::string>(),
                                 .reports = row[1].as<std::int64_t>(),
                                 .sessions = row[2].as<std::int64_t>(),
                                 .failures = row[3].as<std::int64_t>()});
    }
    for (const auto& row : transaction.exec_params(kFailures, from, until, domain)) {
      summary.failures.push_back({.recipient_domain = row[0].as<std::string>(),
                                  .result_type = row[1].as<std::string>(),
                                  .mx = row[2].is_null() ? std::nullopt : std::optional(row[2].as<std::string>()),
                                  .sessions = row[3].as<std::int64_t>(),
                                  .first_day = row[4].as<std::string>(),
                                  .last_day = row[5].as<std::string>(),
                                  .reporters = strings(row[6]),
                                  .reason_codes = strings(row[7])});
    }
    for (const auto& row : transaction.exec_params(kReporters, from, until, domain)) {
      summary.reporters.push_back({.organization_name = row[0].as<std::string>(),
                                   .reports = row[1].as<std::int64_t>(),
                                   .last_day = row[2].as<std::string>()});
    }
    for (const auto& row : transaction.exec(kQuarantine)) {
      summary.quarantine.push_back({.reason = row[0].as<std::string>(), .entries = row[1].as<std::int64_t>()});
    }
    return summary;
  } catch (...) {
    rethrow(connection);
  }
}

}  // namespace tlsrpt::db
