"""Many mailboxes on one worker, one of them far larger than the others, over a longer way."""

from ..harness.proxy import Proxy
from . import table
from .measure import median
from .setting import run_collector

_MAILBOXES = 50
_ROUND_TRIP = 50  # ms


def run(setting):
    """mailboxes: 50 of them, by poll.parallel"""
    others = max(1, setting.count // 100)
    # The large one comes first: what it holds up shows.
    users = [setting.mailbox(setting.count), *(setting.mailbox(others, number) for number in range(1, _MAILBOXES))]
    runs = {parallel: [] for parallel in (1, 4, 16)}
    for _ in range(setting.rounds):
        for parallel, done in runs.items():
            done.append(_measure(setting, users, parallel))
    table.show(f"{_MAILBOXES} mailboxes, {_ROUND_TRIP} ms of round trip; one of {setting.count:,} messages, the others"
               f" of {others}; medians of {setting.rounds}, in turn",
               ("poll.parallel", "all read after", "the small ones after", "peak memory"),
               [(parallel, table.seconds(median(run.wall for run, _ in done)),
                 table.seconds(median(small for _, small in done)),
                 table.mebibytes(max(run.peak_memory for run, _ in done))) for parallel, done in runs.items()])


def _measure(setting, users, parallel):
    """(the run, seconds until all but the first mailbox were read)."""
    url = setting.database()
    with Proxy(setting.dovecot.imaps_port, delay=_ROUND_TRIP / 2000) as proxy:
        config = setting.config(users, url, port=proxy.port, poll={"parallel": parallel})
        ours = run_collector(config, "collect")
    small = setting.postgres.value(
        "select extract(epoch from max(finished_at) filter (where mailbox.name <> 'LARGE') - min(started_at))"
        " from tlsrpt.poll_run join tlsrpt.mailbox on mailbox.id = mailbox_key".replace("LARGE", users[0]), url)
    return ours, float(small)
