"""A backfill over TLS against the floor: what the servers need for the same mail and the same rows."""

import collections

from . import floor, table
from .measure import median
from .setting import run_collector

_HEADER = ("backfill", "floor", "of it fetch", "ours", "ours ÷ floor", "messages/s", "reports/s", "peak memory",
           "CPU: collector", "Dovecot", "PostgreSQL", "WAL a report")


def run(setting):
    """backfill: against the floor, with memory, CPU and WAL"""
    rows = [_compare(setting, count) for count in (setting.count, setting.large) if count]
    table.show(f"Backfill over TLS; medians of {setting.rounds}, floor and ours in turn", _HEADER, rows)


def _compare(setting, count):
    user = setting.mailbox(count)
    url = setting.database()
    config = setting.config([user], url)
    run_collector(config, "backfill")
    reports = setting.count_of("report", url)
    rows = setting.directory / f"rows-{count}"
    rows.mkdir()
    floor.dump(url, rows)
    rounds = collections.defaultdict(list)
    for _ in range(setting.rounds):
        for name, value in _measure_round(setting, user, url, config, rows).items():
            rounds[name].append(value)
    middle = {name: median(values) for name, values in rounds.items()}
    return (f"{count:,} messages, {reports:,} reports", table.seconds(middle["floor"]), table.seconds(middle["fetch"]),
            table.seconds(middle["ours"]), table.ratio(middle["ratio"]), f"{count / middle['ours']:,.0f}",
            f"{reports / middle['ours']:,.0f}", table.mebibytes(max(rounds["memory"])), table.seconds(middle["cpu"]),
            table.seconds(middle["dovecot"]), table.seconds(middle["postgres"]), f"{middle['wal'] / reports:,.0f} B")


def _measure_round(setting, user, url, config, rows):
    fetch = setting.raw_fetch(user)
    floor.empty(url)
    least = fetch + floor.copy_seconds(url, rows)
    floor.empty(url)
    dovecot, postgres = setting.server_cpu()
    before = setting.postgres.value("select pg_current_wal_lsn()", url)
    ours = run_collector(config, "backfill")
    dovecot_after, postgres_after = setting.server_cpu()
    return {"fetch": fetch, "floor": least, "ours": ours.wall, "ratio": ours.wall / least, "cpu": ours.cpu,
            "memory": ours.peak_memory, "dovecot": dovecot_after - dovecot, "postgres": postgres_after - postgres,
            "wal": int(setting.postgres.value(f"select pg_current_wal_lsn() - '{before}'", url))}
