"""The same backfill over a longer way: a proxy that delays every byte and leaves the bandwidth as it is.

What others are compared with passes through the same threads: on few cores these take time themselves, which is shown, too.
"""

import contextlib

from ..harness.proxy import Proxy
from . import table
from .measure import median
from .setting import run_collector

_NO_PROXY, _NO_DELAY = None, 0


def run(setting):
    """latency: a backfill with a longer round trip"""
    rows = _measure(setting, setting.count, (_NO_PROXY, _NO_DELAY, 10, 50, 200))
    if setting.large:
        rows += _measure(setting, setting.large, (_NO_PROXY, _NO_DELAY, 50))
    table.show(f"A longer way; medians of {setting.rounds}, in turn",
               ("backfill", "round trip", "ours", "÷ without", "peak memory"), rows)


def _measure(setting, count, delays):
    user = setting.mailbox(count)
    runs = {delay: [] for delay in delays}
    for _ in range(setting.rounds):
        for delay in delays:
            with _way(setting, delay) as port:
                url = setting.database()
                runs[delay].append(run_collector(setting.config([user], url, port=port), "backfill"))
                setting.postgres.drop_database(url)  # or autovacuum would look at it during the next runs
    return [(f"{count:,} messages", "no proxy" if delay is _NO_PROXY else f"{delay} ms",
             table.seconds(median(run.wall for run in runs[delay])),
             table.ratio(median(run.wall / base.wall for run, base in zip(runs[delay], runs[_NO_DELAY]))),
             table.mebibytes(max(run.peak_memory for run in runs[delay]))) for delay in delays]


@contextlib.contextmanager
def _way(setting, delay):
    """The port to the server with a round trip of `delay` milliseconds."""
    if delay is _NO_PROXY:
        yield setting.dovecot.imaps_port
    else:
        with Proxy(setting.dovecot.imaps_port, delay=max(delay / 2000, 1e-6)) as proxy:
            yield proxy.port
