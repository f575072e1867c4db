"""What fails, on which MX, for whom, since when, and what do we do?"""

from . import sql
from .dashboard import (DOMAIN, FAILURES, MX, ORGANIZATION, POLICY_TYPE, REPORTERS, dashboard, policy_changes)
from .panels import (CAUSE_COLUMN, DAY, REMEDY_COLUMN, SEVERITY_COLUMN, SEVERITY_NUMBER, STATE_COLUMN, bars, column,
                     link, series, state_timeline, table)

_SESSIONS_IN_TIME = f"$__timeFilter(day) and {sql.BOTH_CHOSEN}"
_IN_TIME = (f"$__timeFilter(day) and {sql.BOTH_CHOSEN}\n  and {sql.POLICY_TYPE_CHOSEN} "
            f"and {sql.chosen(sql.FAILURE_MX, 'mx')}")
_INCIDENT = (f"{sql.INCIDENT_IN_TIME}\n  and {sql.INCIDENT_CHOSEN}\n  and {sql.chosen(sql.INCIDENT_MX, 'mx')}")
_KEPT = ("organization", "policy_type")
_DOMAIN_LINK = column("Domain", links=[link("Only this domain", FAILURES, *_KEPT, domain="Domain"),
                                       link("Its policies", REPORTERS, *_KEPT, domain="Domain")])
_MX_LINK = column("MX", links=[link("Only this MX", FAILURES, *_KEPT, domain="Domain", mx="MX")])

incidents = table(
    "Incidents", "Episodes that touch the time range, open ones always; whatever the policy type. Severity is that of "
    "all sessions in the reports that show the failure. \"Reported failures\" may count a session more than once.", f"""\
select state as "State", severity as "Severity", recipient_domain as "Domain", result_type as "Result type",
       {sql.INCIDENT_MX} as "MX", first_seen as "First seen", cause as "Cause", remedy as "Remedy",
       last_seen as "Last seen", resolved_at as "Resolved", days as "Days",
       array_to_string(organizations, ', ') as "Seen by", sessions as "Reported failures", reference as "Reference"
from tlsrpt.v_incident
where {_INCIDENT}
order by state, {sql.SEVERITY_RANK} desc, last_seen desc, 3, 4, 5""",
    STATE_COLUMN, SEVERITY_COLUMN, _DOMAIN_LINK, _MX_LINK, CAUSE_COLUMN, REMEDY_COLUMN)

incident_timeline = state_timeline(
    "Incident timeline", "The same episodes, from first to last seen (an open one until now), by severity.", f"""\
with incident as (
  select concat_ws(' · ', recipient_domain, result_type, receiving_mx_hostname) as metric,
         greatest(first_seen, $__timeFrom()::timestamptz) as begun,
         case state when 'open' then $__timeTo()::timestamptz else last_seen end as ended,
         {sql.SEVERITY_RANK} as value
  from tlsrpt.v_incident
  where {_INCIDENT})
select begun as "time", metric, value from incident where ended > begun
union all
select ended, metric, null from incident where ended > begun
order by 1""", mappings=SEVERITY_NUMBER)

failed_per_day = series(
    "Failed sessions per day", "Sessions that failed, counted once, by domain; whatever the policy type and MX.",
    sql.per_day("metric, value", f"""\
select day, recipient_domain as metric, sum(failures) as value
from tlsrpt.v_daily
where {_SESSIONS_IN_TIME}
group by 1, 2
having sum(failures) > 0"""), bars=True, stacked=True)

types_per_day = series(
    "Reports with a failure, per day", "Reports that show a failure of that type. Bars are not stacked: a report may show "
    "several types.", sql.per_day("metric, value", f"""\
select day, result_type as metric, count(distinct report_key) as value
from tlsrpt.v_failure
where {_IN_TIME}
group by 1, 2"""), bars=True)


def _reports_by(title, description, expression, name):
    return bars(title, description, f"""\
select {expression} as "{name}", count(distinct report_key) as "Reports"
from tlsrpt.v_failure
where {_IN_TIME}
group by 1
order by 2 desc, 1
limit 20""")


by_type = _reports_by("Reports by result type", "In how many reports each type of failure stands; one may have several.",
                      "result_type", "Result type")
by_mx = _reports_by("Reports by MX", "In how many reports each MX fails; one report may name several.",
                    sql.FAILURE_MX, "MX")
by_organization = _reports_by("Reports by organization", "How many of each organization's reports show a failure.",
                              sql.ORGANIZATION, "Organization")

what_to_do = table(
    "What fails where, why, and what to do", "Failures by domain, policy type, result type and MX, with their cause and "
    "the commands to diagnose it.", f"""\
select recipient_domain as "Domain", policy_type as "Policy type", result_type as "Result type",
       {sql.FAILURE_MX} as "MX", min(cause) as "Cause", min(remedy) as "Remedy",
       count(distinct report_key) as "Reports", count(distinct organization_name) as "Reporters",
       min(day) as "First day", max(day) as "Last day", min(reference) as "Reference"
from tlsrpt.v_failure
where {_IN_TIME}
group by 1, 2, 3, 4
order by "Reports" desc, 1, 2, 3, 4
limit 200""", column("First day", unit=DAY), column("Last day", unit=DAY), _DOMAIN_LINK, _MX_LINK,
    CAUSE_COLUMN, REMEDY_COLUMN)

details = table(
    "Failure details", "The newest 500 details as senders gave them. One session may stand in several: their counts are "
    "not to be added up.", f"""\
select day as "Day", {sql.ORGANIZATION} as "Organization", recipient_domain as "Domain", policy_type as "Policy type",
       result_type as "Result type", {sql.FAILURE_MX} as "MX", failed_session_count as "Failed sessions",
       host(receiving_ip) as "MX address", receiving_mx_helo as "MX says", host(sending_mta_ip) as "Sender's address",
       failure_reason_code as "Reason", additional_information as "Further information"
from tlsrpt.v_failure
where {_IN_TIME}
order by start_datetime desc, failure_key desc
limit 500""", column("Day", unit=DAY), _DOMAIN_LINK, _MX_LINK)

DASHBOARD = dashboard(
    FAILURES, "What fails, on which MX, for whom, since when, why, and what to do about it.",
    [DOMAIN, ORGANIZATION, POLICY_TYPE, MX],
    [(11, (24, incidents)),
     (8, (24, incident_timeline)),
     (8, (12, failed_per_day), (12, types_per_day)),
     (8, (8, by_type), (8, by_mx), (8, by_organization)),
     (11, (24, what_to_do)),
     (11, (24, details))],
    [policy_changes(f"{sql.DOMAIN_CHOSEN} and {sql.POLICY_TYPE_CHOSEN}")])
