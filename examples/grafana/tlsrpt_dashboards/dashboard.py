"""A dashboard around its panels: place, variables, links to the others, annotations."""

from . import sql
from .panels import DATASOURCE, ORANGE

OVERVIEW, FAILURES, REPORTERS, INGEST = "tlsrpt-overview", "tlsrpt-failures", "tlsrpt-reporters", "tlsrpt-ingest"
TITLES = {OVERVIEW: "TLS reports: Overview", FAILURES: "TLS reports: Failures",
          REPORTERS: "TLS reports: Reporters and policies", INGEST: "TLS reports: Ingest health"}

_ALL = {"selected": True, "text": ["All"], "value": ["$__all"]}
_ON_LOAD, _ON_TIME_RANGE = 1, 2


def _names(name, label, description, query, refresh=_ON_LOAD):
    """A variable with the names that a query finds. Names with a $ are left out: Grafana expands macros in them."""
    return {"type": "query", "name": name, "label": label, "description": description, "datasource": DATASOURCE,
            "query": query, "refresh": refresh, "regex": "", "sort": 5, "hide": 0, "skipUrlSync": False,
            "multi": True, "includeAll": True, "allValue": sql.ALL, "current": _ALL, "options": []}


DATASOURCE_VARIABLE = {
    "type": "datasource", "name": "datasource", "label": "Database", "description": "The collector's PostgreSQL",
    "query": DATASOURCE["type"], "refresh": _ON_LOAD, "regex": "", "hide": 0, "skipUrlSync": False, "multi": False,
    "includeAll": False, "current": {"selected": True, "text": "TLS reports", "value": "tlsrpt"}, "options": []}

DOMAIN = _names("domain", "Domain", "Whose mail the sessions carried", """\
select distinct recipient_domain
from tlsrpt.v_reporter
where position('$' in recipient_domain) = 0
order by 1""")

ORGANIZATION = _names("organization", "Organization", "Who reports", f"""\
select distinct {sql.ORGANIZATION}
from tlsrpt.v_reporter
where {sql.DOMAIN_CHOSEN} and position('$' in organization_name) = 0
order by 1""")

MX = _names("mx", "MX", "What is at fault: an MX host, or mta-sts.DOMAIN for a policy that could not be had", f"""\
select distinct {sql.FAILURE_MX}
from tlsrpt.v_failure
where $__timeFilter(day) and {sql.DOMAIN_CHOSEN} and position('$' in {sql.FAILURE_MX}) = 0
order by 1""", _ON_TIME_RANGE)

MAILBOX = _names("mailbox", "Mailbox", "Where reports are read from, as the configuration calls it", """\
select mailbox
from tlsrpt.v_ingest
where position('$' in mailbox) = 0
order by 1""")

# RFC 8460 §4.4 knows three; what else a sender writes is among All.
_POLICY_TYPES = ("sts", "tlsa", "no-policy-found")
POLICY_TYPE = {
    "type": "custom", "name": "policy_type", "label": "Policy type", "description": "RFC 8460 §4.4 policy-type",
    "query": ",".join(_POLICY_TYPES), "hide": 0, "skipUrlSync": False, "multi": True, "includeAll": True,
    "allValue": sql.ALL, "current": _ALL,
    "options": [{"selected": True, "text": "All", "value": "$__all"},
                *({"selected": False, "text": name, "value": name} for name in _POLICY_TYPES)]}


def policy_changes(condition):
    """Annotations: a reporter saw another policy than before. One for all that saw the same on the same day. What is
    before a change of the time range was replaced in it."""
    modes = "case when mode <> mode_before then format(' (%s → %s)', mode_before, mode) else '' end"
    seen_by = f"string_agg(distinct {sql.ORGANIZATION}, ', ')"
    text = sql.html("format('%s: another %s policy%s, as seen by %s', "
                    f"recipient_domain, policy_type, {modes}, {seen_by})")
    return {"name": "Policy changes", "enable": True, "hide": False, "iconColor": ORANGE, "datasource": DATASOURCE,
            "target": {"refId": "Anno", "datasource": DATASOURCE, "editorMode": "code", "rawQuery": True,
                       "format": "table", "rawSql": f"""\
select first_seen as "time", {text} as text, policy_type as tags
from (select *, lag(first_seen) over version as seen_before, lag(mode) over version as mode_before
      from tlsrpt.v_policy
      where first_seen <= $__timeTo()::timestamptz
        and coalesce(replaced_at, 'infinity') >= $__timeFrom()::timestamptz
      window version as (partition by recipient_domain, policy_type, policy_domain, organization_name
                         order by first_seen)) v
where seen_before is not null and $__timeFilter(first_seen) and {condition}
group by first_seen, recipient_domain, policy_type, mode_before, mode
order by 1"""}}


_BUILT_IN = {"builtIn": 1, "name": "Annotations & Alerts", "type": "dashboard", "enable": True, "hide": True,
             "iconColor": "rgba(0, 211, 255, 1)", "datasource": {"type": "grafana", "uid": "-- Grafana --"}}


def _placed(rows):
    """Panels with their numbers and places; a row is (height, (width, panel), …) on a grid of 24."""
    placed, top = [], 0
    for height, *panels in rows:
        left = 0
        for width, panel in panels:
            placed.append({"id": len(placed) + 1, **panel, "gridPos": {"x": left, "y": top, "w": width, "h": height}})
            left += width
        top += height
    return placed


def _links(uid):
    """To the other dashboards, with the variables and the time range."""
    return [{"type": "link", "title": title.removeprefix("TLS reports: "), "url": f"/d/{other}", "icon": "dashboard",
             "tooltip": title, "tags": [], "asDropdown": False, "targetBlank": False, "includeVars": True,
             "keepTime": True} for other, title in TITLES.items() if other != uid]


def dashboard(uid, description, variables, rows, annotations=(), begin="now-30d"):
    return {"uid": uid, "title": TITLES[uid], "description": description, "tags": ["tlsrpt"], "schemaVersion": 39,
            "version": 1, "editable": True, "graphTooltip": 1, "timezone": "utc", "weekStart": "", "refresh": "15m",
            "time": {"from": begin, "to": "now"}, "timepicker": {}, "links": _links(uid),
            "templating": {"list": [DATASOURCE_VARIABLE, *variables]},
            "annotations": {"list": [_BUILT_IN, *annotations]}, "panels": _placed(rows)}
