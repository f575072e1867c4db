"""What dashboards of 90 days wait for, over the reports of three years and more (million.sql)."""

import json
import pathlib
import re
import statistics
import subprocess

from ..harness import grafana, process
from ..harness.postgres import find_program
from . import table
from .setting import run_collector

_NOW = "2026-02-01T12:00:00Z"
_BEGIN = "2025-11-03T12:00:00Z"
_DOMAIN = "d17.example"
_ORGANIZATION = "Google Inc."
_SINCE = "tlsrpt.clock() - interval '90 days'"
_DAYS = "day >= tlsrpt.utc_day(tlsrpt.clock()) - 90"

# View → what is asked of it. The last 90 days of all domains, or all there is where a view has no time.
_VIEWS = {
    "v_sessions": f"""select recipient_domain, sum(sessions), sum(failures) from tlsrpt.v_sessions
        where start_datetime >= {_SINCE} group by 1 order by 3 desc""",
    "v_daily": f"select day, sum(sessions), sum(failures) from tlsrpt.v_daily where {_DAYS} group by 1 order by 1",
    "v_daily: severity": f"select severity, count(*) from tlsrpt.v_daily where {_DAYS} group by 1",
    "v_daily: one domain": f"""select day, organization_name, failure_rate from tlsrpt.v_daily
        where {_DAYS} and recipient_domain = '{_DOMAIN}' order by 1, 2""",
    "v_failure": f"""select day, result_type, host, sum(failed_session_count) from tlsrpt.v_failure
        where start_datetime >= {_SINCE} group by 1, 2, 3 order by 1""",
    "v_incident": f"select * from tlsrpt.v_incident where last_seen >= {_SINCE} order by last_seen desc",
    "v_incident: open": "select * from tlsrpt.v_incident where state = 'open' order by severity, sessions desc",
    "v_incident: one domain": f"""select * from tlsrpt.v_incident
        where last_seen >= {_SINCE} and recipient_domain = '{_DOMAIN}' order by last_seen desc""",
    "v_reporter": "select * from tlsrpt.v_reporter order by silent desc, last_seen",
    "v_policy": f"select * from tlsrpt.v_policy where last_seen >= {_SINCE} order by first_seen desc",
    "v_ingest": "select * from tlsrpt.v_ingest",
    "v_quarantine": "select * from tlsrpt.v_quarantine",
    "v_coverage": "select * from tlsrpt.v_coverage",
    "v_enforce": "select * from tlsrpt.v_enforce",
}


def run(setting):
    """views: dashboards of 90 days over --reports reports, panel by panel; --plans keeps what EXPLAIN says"""
    url = _filled_database(setting)
    size = setting.postgres.value("select pg_size_pretty(pg_database_size(current_database()))", url)
    for title, queries in (("Views", _VIEWS), ("Grafana, all domains", _panels({})),
                           ("Grafana, one domain and organization",
                            _panels({"domain": [_DOMAIN], "organization": [_ORGANIZATION]}))):
        rows = [(name, *_row(setting, url, f"{title} {name}", query)) for name, query in queries.items()]
        table.show(f"{title}: 90 days of {setting.reports:,} reports ({size}); medians of {setting.rounds}",
                   ("asked", "time", "CPU", "pages"),
                   [(name, table.milliseconds(wall), table.milliseconds(cpu), f"{pages:,}")
                    for name, wall, cpu, pages in sorted(rows, key=lambda row: row[2], reverse=True)])


def _filled_database(setting):
    url = setting.postgres.create_database()
    run_collector(setting.config([], url), "migrate")
    process.run_tool([find_program("psql"), "-XqAt", "-d", url, "-v", f"reports={setting.reports}", "-v", f"now={_NOW}",
                      "-f", pathlib.Path(__file__).with_name("million.sql")])
    # Only a superuser may vacuum all tables, and be told what a statement cost.
    as_superuser = url.replace(f"//{setting.postgres.role}:", "//postgres:")
    setting.postgres.query("vacuum analyze", as_superuser)
    return as_superuser


def _panels(chosen):
    """Dashboard and panel → SQL; `chosen` as of grafana.expand(), where the dashboard has the variable."""
    return {str(query).removeprefix("TLS reports: "): grafana.expand(query, _BEGIN, _NOW, chosen)
            for dashboard in grafana.load() for query in grafana.queries(dashboard)}


def _row(setting, url, name, query):
    """Time and CPU time of the answers, once the first has warmed up, and the pages of 8 KiB that one looks at: where the
    machine has other things to do, only the last two mean something."""
    said = _psql(url, "set log_statement_stats = on;\nset client_min_messages = log;\n" + f"{query};\n" * (setting.rounds + 1))
    usage = [[float(seconds) for seconds in found]
             for found in re.findall(r"^!\t([\d.]+) s user, ([\d.]+) s system, ([\d.]+) s elapsed$", said.stderr, re.MULTILINE)]
    [explained] = json.loads(_psql(url, f"explain (analyze, buffers, format json) {query};").stdout)
    pages = explained["Plan"]["Shared Hit Blocks"] + explained["Plan"]["Shared Read Blocks"]
    if setting.plans:
        setting.plans.mkdir(parents=True, exist_ok=True)
        plan = _psql(url, f"explain (analyze, buffers) {query};").stdout
        (setting.plans / (re.sub(r"\W+", "_", name) + ".txt")).write_text(f"{query}\n\n{plan}")
    measured = usage[-setting.rounds:]
    return (statistics.median(elapsed for _, _, elapsed in measured),
            statistics.median(user + system for user, system, _ in measured), pages)


def _psql(url, script):
    return subprocess.run([find_program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url], check=True, text=True,
                          input=f"set tlsrpt.now = '{_NOW}';\n{script}", capture_output=True)
