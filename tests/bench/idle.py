"""What a poll costs that finds nothing new, against curl doing the same login and EXAMINE with the same ca_file."""

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
    url = setting.postgres.create_database()
    config = setting.config([user], url)
    run_collector(config, "backfill")
    runs = {name: [] for name in ("curl: login, EXAMINE", "collect", "the program's start alone")}
    curl, collect, start = runs.values()
    rounds = setting.rounds * _RUNS_A_ROUND
    for _ in range(rounds):
        curl.append(_login_by_curl(setting, user))
        collect.append(run_collector(config, "collect"))
        start.append(must(run_command([collector.program(), "--version"])))
    before = setting.postgres.value("select pg_current_wal_lsn()", url)
    run_collector(config, "collect")
    wal = int(setting.postgres.value(f"select pg_current_wal_lsn() - '{before}'", url))
    table.show(f"A poll with nothing new; medians of {rounds}, in turn; the poll's WAL: {wal:,} bytes",
               ("", "time", "÷ curl", "CPU"), [_row(name, done, curl) for name, done in runs.items()])


def _row(name, runs, curl):
    return (name, table.milliseconds(median(run.wall for run in runs)),
            table.ratio(median(run.wall / base.wall for run, base in zip(runs, curl))),
            table.milliseconds(median(run.cpu for run in runs)))


def _login_by_curl(setting, user):
    return must(run_command(["curl", "-sS", "--cacert", setting.dovecot.ca_file, "-u", f"{user}:{PASSWORD}",
                             "-X", "EXAMINE INBOX", f"imaps://localhost:{setting.dovecot.imaps_port}/"]))
