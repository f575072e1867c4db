"""Would we know if reports stopped coming? And what policies do those who send them see?"""

from . import sql
from .dashboard import DOMAIN, FAILURES, ORGANIZATION, POLICY_TYPE, REPORTERS, dashboard, policy_changes
from .panels import (ANY_IS_DOUBTFUL, COLORED, GREEN, GREY, ORANGE, RED, WRAPPED, column, link, series, stat,
                     state_timeline, table, words)

_POLICY = f"{sql.BOTH_CHOSEN} and {sql.POLICY_TYPE_CHOSEN}"
_KEPT = ("organization", "policy_type")
_DOMAIN_LINK = column("Domain", links=[link("Only this domain", REPORTERS, *_KEPT, domain="Domain"),
                                       link("Its failures", FAILURES, *_KEPT, domain="Domain")])
_ORGANIZATION_LINK = column("Organization", links=[link("Failures that it reports", FAILURES, "domain",
                                                        organization="Organization")])
_SILENT = column("Silent", mappings=words(true=("silent", RED), false=("no", GREEN)), custom_cellOptions=COLORED)
_MODE = column("Mode", mappings=words(enforce=("enforce", GREEN), testing=("testing", ORANGE), none=("none", RED)),
               custom_cellOptions=COLORED)

silent = stat(
    "Silent reporters", "Pairs of organization and domain whose next report, by their own rhythm, was due in the time range "
    "and is not here.", f"""\
select count(*) filter (where {sql.FELL_SILENT}) as "Silent", count(*) filter (where not silent) as "Reporting"
from tlsrpt.v_reporter
where {sql.BOTH_CHOSEN}""", overrides=[column("Silent", thresholds=ANY_IS_DOUBTFUL)])

enforce = table(
    "Ready to enforce?", "Domains whose MTA-STS policy some reporter still sees in mode testing; whatever organization "
    "is chosen.", f"""\
select recipient_domain as "Domain", verdict as "Verdict", testing_since as "Testing since", days_clean as "Days clean",
       reporters as "Reporters", sessions as "Sessions", last_failure as "Last failure"
from tlsrpt.v_enforce
where {sql.DOMAIN_CHOSEN}
order by days_clean desc, 1""",
    _DOMAIN_LINK, column("Verdict", mappings=words(**{"ready to enforce": ("ready to enforce", GREEN)}),
                         custom_cellOptions={**COLORED, "wrapText": True}, custom_minWidth=260))

_REPORTS = f"""\
select day, {sql.ORGANIZATION} as metric, count(distinct report_key) as value
from tlsrpt.v_sessions
where $__timeFilter(day) and {sql.BOTH_CHOSEN}
group by 1, 2"""

reports_per_day = series(
    "Reports per day", "Reports by the UTC day on which their period starts, by organization.",
    sql.per_day("metric, value", _REPORTS), bars=True, stacked=True)

calendar = state_timeline(
    "Who reported when", "Each organization's days: coloured where a period of its reports starts, else empty.",
    sql.per_day("metric, value", _REPORTS, fill=", NULL"))

reporters = table(
    "Reporters", "Who reports on which domain, how regularly, and how well. Days are of the last 30, deviations of the "
    "last 90 days; late means received more than 3 days after the period.", f"""\
select {sql.ORGANIZATION} as "Organization", recipient_domain as "Domain", silent as "Silent", last_seen as "Last seen",
       expected_by as "Next due by", {sql.days('usual_gap')} as "Usual gap", days_reported as "Days of 30",
       late_deliveries as "Late reports", deviations as "Deviations", first_seen as "First seen"
from tlsrpt.v_reporter
where {sql.BOTH_CHOSEN}
order by silent desc, last_seen desc, 1, 2""",
    _ORGANIZATION_LINK, _DOMAIN_LINK, _SILENT, column("Usual gap", unit="dtdurations"),
    column("Days of 30", min=0, max=30, custom_cellOptions={"type": "gauge", "mode": "basic"}))

conformance = table(
    "Deviations from RFC 8460", "Liberties taken with each organization's reports in the last 90 days, by kind. A report "
    "on several domains has its deviations at each of them.", f"""\
select {sql.ORGANIZATION} as "Organization", recipient_domain as "Domain", code as "Deviation", times::bigint as "Times"
from tlsrpt.v_reporter cross join lateral jsonb_each_text(conformance) kind (code, times)
where {sql.BOTH_CHOSEN}
order by 4 desc, 1, 2, 3
limit 200""", _ORGANIZATION_LINK, _DOMAIN_LINK)

# The same policy may be spelt in many ways: lines and records in any order, in upper or lower case.
_CONTENT = """case policy_type
           when 'sts' then concat_ws(' ', mode, max_age,
                                     (select string_agg(lower(m), ' ' order by lower(m)) from unnest(mx) m))
           else (select string_agg(lower(t), ' ' order by lower(t)) from unnest(tlsa) t) end"""

disagreement = table(
    "Reporters that see different policies", "Policies of one domain that are current at one reporter and not at "
    "another, seen in the time range: a change under way, an old copy in a cache, servers that answer differently.", f"""\
select recipient_domain as "Domain", policy_type as "Policy type", policy_domain as "Policy domain",
       content as "Policy", string_agg(distinct {sql.ORGANIZATION}, ', ') as "Seen by", max(last_seen) as "Last seen"
from (select *, min(content) over one is distinct from max(content) over one as differs
      from (select *, {_CONTENT} as content
            from tlsrpt.v_policy
            where current and first_seen <= $__timeTo()::timestamptz and last_seen >= $__timeFrom()::timestamptz) spelt
      window one as (partition by recipient_domain, policy_type, policy_domain)) compared
where differs and {_POLICY}
group by 1, 2, 3, 4
order by 1, 2, 3, 6 desc""",
    _DOMAIN_LINK, column("Policy", custom_cellOptions=WRAPPED, custom_minWidth=260, custom_inspect=True))

mode_timeline = state_timeline(
    "MTA-STS mode as seen", "Each domain's mode by reporter, from the first to the last report that shows it.", f"""\
with seen as (
  select concat_ws(' · ', recipient_domain, {sql.ORGANIZATION}) as metric,
         greatest(first_seen, $__timeFrom()::timestamptz) as begun,
         least(last_seen, replaced_at, $__timeTo()::timestamptz) as ended, coalesce(replaced_at > last_seen, true) as pauses,
         case mode when 'enforce' then 2 when 'testing' then 1 when 'none' then 0 end as value
  from tlsrpt.v_policy
  where first_seen <= $__timeTo()::timestamptz and last_seen >= $__timeFrom()::timestamptz
    and policy_type = 'sts' and {_POLICY})
select begun as "time", metric, value from seen where ended > begun
union all
select ended, metric, null from seen where ended > begun and pauses
order by 1""", mappings=words(_0=("none", RED), _1=("testing", ORANGE), _2=("enforce", GREEN)))

policies = table(
    "Policies over time", "Each policy seen in the time range, as each reporter saw it, a row for each change.", f"""\
select recipient_domain as "Domain", policy_type as "Policy type", {sql.ORGANIZATION} as "Organization",
       current as "Current", first_seen as "First seen", last_seen as "Last seen", replaced_at as "Replaced",
       mode as "Mode", array_to_string(mx, ', ') as "MX", max_age as "max_age",
       array_to_string(tlsa, ', ') as "TLSA records", policy_domain as "Policy domain"
from tlsrpt.v_policy
where first_seen <= $__timeTo()::timestamptz and last_seen >= $__timeFrom()::timestamptz
  and {_POLICY}
order by current desc, 1, 2, last_seen desc, 3
limit 500""",
    _DOMAIN_LINK, _ORGANIZATION_LINK, _MODE, column("max_age", unit="dtdurations"),
    column("Current", mappings=words(true=("current", GREEN), false=("replaced", GREY)), custom_cellOptions=COLORED),
    column("TLSA records", custom_inspect=True))

DASHBOARD = dashboard(
    REPORTERS, "Who still reports, how regularly and how well, and what policies they see.",
    [DOMAIN, ORGANIZATION, POLICY_TYPE],
    [(8, (5, silent), (19, enforce)),
     (9, (12, reports_per_day), (12, calendar)),
     (10, (24, reporters)),
     (9, (12, mode_timeline), (12, disagreement)),
     (10, (24, policies)),
     (8, (24, conformance))],
    [policy_changes(_POLICY)], begin="now-90d")
