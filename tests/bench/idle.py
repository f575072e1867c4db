"""What a poll costs that finds nothing new, against curl doing the same login and EXAMINE with the same ca_file."""

import collections

from ..harness import collector
from . import table
from .measure import median, must
from .measure import run as run_command
from .setting import PASSWORD, run_collector

_MESSAGES = 1000
_RUNS_A_ROUND = 10


def run(setting):
    """idle: a poll when nothing is new, against curl"""
    user = setting.mailbox(_MESSAGES)
    urls = {"collect": setting.database(),
            "collect, with a password for PostgreSQL": setting.postgres.create_database()}
    for url in urls.values():
        run_collector(setting.config([user], url), "backfill")
    runs = collections.defaultdict(list)
    rounds = setting.rounds * _RUNS_A_ROUND
    for _ in range(rounds):
        runs["curl: login, EXAMINE"].append(_login_by_curl(setting, user))
        for name, url in urls.items():
            runs[name].append(run_collector(setting.config([user], url), "collect"))
        runs["the program's start alone"].append(must(run_command([collector.program(), "--version"])))
    wal = _wal(setting, user, urls["collect"])
    [curl, *_] = runs.values()
    table.show(f"A poll with nothing new; medians of {rounds}, in turn; the poll's WAL: {wal:,} bytes",
               ("", "time", "÷ curl", "CPU", "beyond curl"), [_row(name, done, curl) for name, done in runs.items()])


def _wal(setting, user, url):
    before = setting.postgres.value("select pg_current_wal_lsn()", url)
    run_collector(setting.config([user], url), "collect")
    return int(setting.postgres.value(f"select pg_current_wal_lsn() - '{before}'", url))


def _row(name, runs, curl):
    return (name, table.milliseconds(median(run.wall for run in runs)),
            table.ratio(median(run.wall / base.wall for run, base in zip(runs, curl))),
            table.milliseconds(median(run.cpu for run in runs)),
            table.milliseconds(median(run.cpu - base.cpu for run, base in zip(runs, curl))))


def _login_by_curl(setting, user):
    return must(run_command(["curl", "-sS", "--cacert", setting.dovecot.ca_file, "-u", f"{user}:{PASSWORD}",
                             "-X", "EXAMINE INBOX", f"imaps://localhost:{setting.dovecot.imaps_port}/"]))
