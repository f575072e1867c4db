#pragma once

// What summarize.cpp asks the views.
namespace tlsrpt::db::summary_query {

// tlsrpt.now as it is set, and whether reports can be of that moment; the second fails where it is none at all.
inline constexpr const char* kNow = "select coalesce(current_setting('tlsrpt.now', true), '')";
inline constexpr const char* kIsNowInRange = "select clock() between '0001-01-02Z' and '9999-12-30Z'";

// Days go in and out as their number since the epoch, moments as seconds.

// $1 and $2: the first and the last day, or null; $3: how many days before today the period begins. One that begins
// after today is of one day.
inline constexpr const char* kPeriod = R"(
  select coalesce($1::int, today - $3::int) as first, coalesce($2::int, greatest(today, $1::int)) as last,
         extract(epoch from clock())::bigint as now
  from (select utc_day(clock()) - date 'epoch' as today) t)";

// In the following: $1 and $2 the first and the last day, $3 the domain or null.

inline constexpr const char* kDaily = R"(
  select day - date 'epoch' as day, recipient_domain, organization_name, reports, sessions, failures
  from v_daily
  where day between date 'epoch' + $1::int and date 'epoch' + $2::int
    and ($3::text is null or is_at_or_below(recipient_domain, $3))
  order by day, recipient_domain, organization_name)";

// An incident belongs to the period while it lasts, and so does its end.
inline constexpr const char* kIncidents = R"(
  select recipient_domain, result_type, receiving_mx_hostname, extract(epoch from first_seen)::bigint as first_seen,
         extract(epoch from last_seen)::bigint as last_seen, last_day - date 'epoch' as last_day, days, sessions,
         organizations, reports, failure_rate, severity, state, extract(epoch from resolved_at)::bigint as resolved_at,
         category, cause, remedy, reference
  from v_incident
  where utc_day(first_seen) <= date 'epoch' + $2::int
    and utc_day(coalesce(resolved_at, greatest(clock(), last_seen))) >= date 'epoch' + $1::int
    and ($3::text is null or is_at_or_below(recipient_domain, $3))
  order by state, array_position(array['critical', 'warning', 'ok'], severity), sessions desc, recipient_domain,
           result_type, receiving_mx_hostname, first_seen)";

// Failures that a report counts for a domain without any detail are of type `unspecified`.
inline constexpr const char* kFailures = R"(
  with failing as (
    select day, recipient_domain, organization_name, result_type, host, failed_session_count, failure_reason_code
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
            filter (where failure_reason_code is not null))[1:$4] as reason_codes,
         count(distinct failure_reason_code) > $4 as more_reason_codes
  from failing
  group by recipient_domain, result_type, host
  order by failed_sessions desc, recipient_domain, result_type, host)";

inline constexpr const char* kReporters = R"(
  select organization_name, recipient_domain, extract(epoch from first_seen)::bigint as first_seen,
         extract(epoch from last_seen)::bigint as last_seen, last_day - date 'epoch' as last_day, days_reported,
         (extract(epoch from usual_gap) / 86400)::bigint as usual_gap_days,
         extract(epoch from expected_by)::bigint as expected_by, silent, late_deliveries,
         array(select key from jsonb_each_text(conformance) order by key) as codes,
         array(select value from jsonb_each_text(conformance) order by key) as times
  from v_reporter
  where utc_day(first_seen) <= date 'epoch' + $2::int and last_day >= date 'epoch' + $1::int - 90
    and ($3::text is null or is_at_or_below(recipient_domain, $3))
  order by recipient_domain, organization_name)";

inline constexpr const char* kPolicies = R"(
  select recipient_domain, policy_type, policy_domain, mode, mx, max_age, tlsa,
         organization_name, extract(epoch from first_seen)::bigint as first_seen,
         extract(epoch from last_seen)::bigint as last_seen, last_day - date 'epoch' as last_day,
         extract(epoch from replaced_at)::bigint as replaced_at
  from v_policy
  where utc_day(first_seen) <= date 'epoch' + $2::int and last_day >= date 'epoch' + $1::int
    and ($3::text is null or is_at_or_below(recipient_domain, $3))
  order by recipient_domain, policy_type, policy_domain, organization_name, first_seen)";

// $1: the domain or null.
inline constexpr const char* kReadiness = R"(
  select recipient_domain, extract(epoch from testing_since)::bigint as testing_since,
         extract(epoch from last_failure)::bigint as last_failure, days_clean, reporters, sessions, verdict
  from v_enforce
  where $1::text is null or is_at_or_below(recipient_domain, $1)
  order by recipient_domain)";

inline constexpr const char* kMailboxes = R"(
  select mailbox, extract(epoch from last_polled_at)::bigint as last_polled_at,
         extract(epoch from last_success_at)::bigint as last_success_at, late, last_error, messages, quarantine
  from v_ingest
  where retired_at is null
  order by mailbox)";

// $1: the domain or null.
inline constexpr const char* kUncovered = R"(
  select mailbox, domain, extract(epoch from last_report)::bigint as last_report
  from v_coverage
  where $1::text is null or is_at_or_below(domain, $1)
  order by domain, mailbox)";

inline constexpr const char* kQuarantine = R"(
  select reason, as_count(sum(entries)) as entries from v_quarantine group by reason order by reason)";

}  // namespace tlsrpt::db::summary_query
