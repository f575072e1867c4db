"""Are we all right?"""

from . import sql
from .dashboard import DOMAIN, FAILURES, INGEST, ORGANIZATION, OVERVIEW, REPORTERS, dashboard, policy_changes
from .panels import (ANY_IS_BAD, ANY_IS_DOUBTFUL, CAUSE_COLUMN, DAY, GREEN, RATE_COLUMN, RATE_STEPS, RED, REMEDY_COLUMN,
                     SEVERITY_COLUMN, column, link, series, stat, state_timeline, table)

_IN_TIME = f"$__timeFilter(day) and {sql.BOTH_CHOSEN}"
_TO_FAILURES = link("Failures", FAILURES, "domain", "organization")
_TO_REPORTERS = link("Reporters and policies", REPORTERS, "domain", "organization")
_TO_INGEST = link("Ingest health", INGEST)
_DOMAIN_LINK = column("Domain", links=[link("Its failures", FAILURES, "organization", domain="Domain"),
                                       link("Its reporters and policies", REPORTERS, "organization", domain="Domain")])

failure_rate = stat(
    "Failure rate", "Failed sessions of all sessions, each counted once. Green under 1 %, red from 5 %.", f"""\
select sum(failures) / nullif(sum(sessions), 0) as "Failure rate"
from tlsrpt.v_daily
where {_IN_TIME}""", unit="percentunit", decimals=2, thresholds=RATE_STEPS, links=[_TO_FAILURES])

sessions = stat("Sessions", "TLS sessions reported, each counted once.", f"""\
select coalesce(sum(sessions), 0) as "Sessions"
from tlsrpt.v_daily
where {_IN_TIME}""")

failed = stat("Failed sessions", "Sessions that failed, each counted once, whatever a report lists them under.", f"""\
select coalesce(sum(failures), 0) as "Failed"
from tlsrpt.v_daily
where {_IN_TIME}""", links=[_TO_FAILURES])

open_incidents = stat(
    "Open incidents by severity", "Failures not yet seen gone for 48 hours by their reporters; whatever the time range.",
    f"""\
select count(*) filter (where severity = 'critical') as "Critical",
       count(*) filter (where severity = 'warning') as "Warning",
       count(*) filter (where coalesce(severity, 'ok') = 'ok') as "Minor"
from tlsrpt.v_incident
where state = 'open' and {sql.INCIDENT_CHOSEN}""", thresholds=ANY_IS_DOUBTFUL, links=[_TO_FAILURES],
    overrides=[column("Critical", thresholds=ANY_IS_BAD)])

silent_reporters = stat(
    "Silent reporters", "Reporters whose next report, by their own rhythm, was due in the time range and is not here.", f"""\
select count(*) as "Silent"
from tlsrpt.v_reporter
where {sql.FELL_SILENT} and {sql.BOTH_CHOSEN}""", thresholds=ANY_IS_DOUBTFUL, links=[_TO_REPORTERS])

uncovered = stat(
    "Domains without reports", "Configured domains with no report in the last 7 days, whichever are chosen.", """\
select count(*) as "Domains"
from tlsrpt.v_coverage""", thresholds=ANY_IS_BAD, links=[_TO_INGEST])

late = stat(
    "Mailboxes not read", "Mailboxes not polled well for three times the usual pause: what this page shows is old.", """\
select count(*) as "Mailboxes"
from tlsrpt.v_ingest
where late""", thresholds=ANY_IS_BAD, links=[_TO_INGEST])

sessions_per_day = series(
    "Sessions per day", "Sessions by the UTC day on which their report's period starts, each counted once.",
    sql.per_day('successes as "Succeeded", failures as "Failed"', f"""\
select day, sum(successes) as successes, sum(failures) as failures
from tlsrpt.v_daily
where {_IN_TIME}
group by 1"""), bars=True, stacked=True,
    overrides=[column("Succeeded", color={"mode": "fixed", "fixedColor": GREEN}),
               column("Failed", color={"mode": "fixed", "fixedColor": RED})])

rate_per_day = series(
    "Failure rate per day", "Failed sessions of all sessions of a day. The lines: 1 % (warning) and 5 % (critical).",
    sql.per_day('rate as "Failure rate"', f"""\
select day, sum(failures) / nullif(sum(sessions), 0) as rate
from tlsrpt.v_daily
where {_IN_TIME}
group by 1"""), unit="percentunit", thresholds=RATE_STEPS)

incidents = table(
    "Open incidents", "What fails now, since when, why, and what to do. \"Reported failures\" may count a session more "
    "than once: they are not to be compared with sessions.", f"""\
select severity as "Severity", recipient_domain as "Domain", result_type as "Result type",
       {sql.INCIDENT_MX} as "MX", first_seen as "Since", cause as "Cause", remedy as "Remedy",
       last_seen as "Last seen", array_to_string(organizations, ', ') as "Seen by", sessions as "Reported failures"
from tlsrpt.v_incident
where state = 'open' and {sql.INCIDENT_CHOSEN}
order by {sql.SEVERITY_RANK} desc, last_seen desc, 2, 3, 4""",
    SEVERITY_COLUMN, _DOMAIN_LINK,
    column("MX", links=[link("Its failures", FAILURES, "organization", domain="Domain", mx="MX")]),
    CAUSE_COLUMN, REMEDY_COLUMN)

domains = table(
    "Domains", "Each domain in the time range. A rate without sessions is empty.", f"""\
select recipient_domain as "Domain", sum(sessions) as "Sessions", sum(failures) as "Failed",
       sum(failures) / nullif(sum(sessions), 0) as "Failure rate", count(*) as "Reporters", max(day) as "Last day"
from (select recipient_domain, organization_name, sum(sessions) as sessions, sum(failures) as failures, max(day) as day
      from tlsrpt.v_daily
      where {_IN_TIME}
      group by 1, 2) reporter
group by 1
order by 4 desc nulls last, 2 desc, 1""",
    RATE_COLUMN, _DOMAIN_LINK, column("Last day", unit=DAY))

rate_by_domain = state_timeline(
    "Failure rate by domain", "Each domain's failure rate of each day: green under 1 %, red from 5 %; days without "
    "report are empty.", sql.per_day("metric, value", f"""\
select day, recipient_domain as metric, sum(failures) / nullif(sum(sessions), 0) as value
from tlsrpt.v_daily
where {_IN_TIME}
group by 1, 2""", fill=", NULL"), unit="percentunit", thresholds=RATE_STEPS)

DASHBOARD = dashboard(
    OVERVIEW, "Are we all right? Sessions, failure rate, open incidents, and whether reports still come.",
    [DOMAIN, ORGANIZATION],
    [(4, (4, failure_rate), (3, sessions), (3, failed), (5, open_incidents), (3, silent_reporters), (3, uncovered),
      (3, late)),
     (9, (12, sessions_per_day), (12, rate_per_day)),
     (10, (24, incidents)),
     (10, (12, domains), (12, rate_by_domain))],
    [policy_changes(sql.DOMAIN_CHOSEN)])
