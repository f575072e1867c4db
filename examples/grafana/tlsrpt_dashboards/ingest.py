"""Are the mailboxes read, and what becomes of their messages?"""

from . import sql
from .dashboard import INGEST, MAILBOX, REPORTERS, dashboard
from .panels import (ANY_IS_BAD, ANY_IS_DOUBTFUL, COLORED, GREEN, RED, WRAPPED, bars, column, link, series, stat, table,
                     words)

_CHOSEN = sql.chosen("mailbox", "mailbox")

late = stat("Mailboxes not read", "Mailboxes not polled well for three times the usual pause, and all.", f"""\
select count(*) filter (where late) as "Late", count(*) as "Mailboxes"
from tlsrpt.v_ingest
where {_CHOSEN}""", overrides=[column("Late", thresholds=ANY_IS_BAD)])

lag = stat("Longest wait", "Time since the last good poll of the mailbox that waits longest; empty if one had none.", f"""\
select case when bool_and(last_success_at is not null) then {sql.days('max(lag)')} end as "Lag"
from tlsrpt.v_ingest
where {_CHOSEN}""", unit="dtdurations")

quarantine = stat("In quarantine", "What could not be taken, of the mailboxes' messages.", f"""\
select coalesce(sum(quarantine), 0) as "Entries"
from tlsrpt.v_ingest
where {_CHOSEN}""", thresholds=ANY_IS_DOUBTFUL)

uncovered = table(
    "Domains without reports", "Domains that the configuration lists for a mailbox, with no report in the last 7 days. Is "
    "the `_smtp._tls` record still published, and does mail to its address arrive?", f"""\
select domain as "Domain", mailbox as "Mailbox", last_report as "Last report"
from tlsrpt.v_coverage
where {_CHOSEN}
order by last_report nulls first, 1""",
    column("Domain", links=[link("Its reporters", REPORTERS, domain="Domain")]))

mailboxes = table(
    "Mailboxes", "When and how well each was read, and why the last poll failed if it did. A retired one is not read any "
    "more: another server, username or folder has its name.", f"""\
select mailbox as "Mailbox", late as "Late", last_success_at as "Last good poll", {sql.days('lag')} as "Lag",
       last_polled_at as "Last poll", last_error as "Last error", quarantine as "In quarantine", messages as "Messages",
       server as "Server", folder as "Folder", retired_at as "Retired"
from tlsrpt.v_ingest
where {_CHOSEN}
order by late desc, 1""",
    column("Late", mappings=words(true=("late", RED), false=("no", GREEN)), custom_cellOptions=COLORED),
    column("Lag", unit="dtdurations"),
    column("Last error", custom_cellOptions=WRAPPED, custom_minWidth=260, custom_inspect=True))

_MAILBOX = "coalesce(mailbox, '(imported)')"
reasons = table(
    "Quarantine by reason", "What could not be taken and why, imported files too. `tlsrpt-collector quarantine list` and "
    "`quarantine show ID` say more, and what to do.", f"""\
select reason as "Reason", {_MAILBOX} as "Mailbox", entries as "Entries"
from tlsrpt.v_quarantine
where {sql.chosen(_MAILBOX, 'mailbox')}
order by 3 desc, 1, 2""")

_OUTCOMES = ("stored", "updated", "duplicate", "ignored", "quarantined", "partial")
outcomes = bars(
    "What became of the messages", "Every message seen, once: stored (new reports), updated (took another's place), "
    "duplicate, ignored (no TLS report), quarantined (nothing could be taken), partial (some could).", f"""\
select outcome as "Outcome", sum(number) as "Messages"
from tlsrpt.v_ingest cross join lateral (
  values {', '.join(f"('{name}', {name})" for name in _OUTCOMES)}) counted (outcome, number)
where {_CHOSEN}
group by 1
order by 2 desc, 1""")

reports_per_day = series(
    "Reports per day", "All reports taken, by the UTC day on which their period starts, whatever the mailbox: a hole is a "
    "day that was not reported, or not read.", sql.per_day('reports as "Reports"', """\
select day, count(distinct report_key) as reports
from tlsrpt.v_sessions
where $__timeFilter(day)
group by 1"""), bars=True)

late_reports = table(
    "Late reports", "Reports received more than 3 days after the end of their period, by organization and domain, "
    "whatever the mailbox.", f"""\
select {sql.ORGANIZATION} as "Organization", recipient_domain as "Domain", late_deliveries as "Late reports"
from tlsrpt.v_reporter
where late_deliveries > 0
order by 3 desc, 1, 2
limit 50""", column("Domain", links=[link("Its reporters", REPORTERS, domain="Domain")]))

DASHBOARD = dashboard(
    INGEST, "Are the mailboxes read, what becomes of their messages, and which domains does nobody report on?",
    [MAILBOX],
    [(4, (8, late), (8, lag), (8, quarantine)),
     (8, (24, mailboxes)),
     (8, (8, uncovered), (8, outcomes), (8, reasons)),
     (8, (12, reports_per_day), (12, late_reports))])
