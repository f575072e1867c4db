"""The same backfill over a longer way: a proxy that delays every byte and leaves the bandwidth as it is."""

from ..harness.proxy import Proxy
from . import table
from .measure import median
from .setting import run_collector

_NO_DELAY = 1e-6  # what others are compared with passes through the same threads


def run(setting):
    """latency: a backfill with a longer round trip"""
    rows = _measure(setting, setting.count, (0, 10, 50, 200))
    if setting.large:
        rows += _measure(setting, setting.large, (0, 50))
    table.show(f"A longer way; medians of {setting.rounds}, in turn",
               ("backfill", "round trip", "ours", "÷ without", "peak memory"), rows)


def _measure(setting, count, delays):
    user = setting.mailbox(count)
    runs = {delay: [] for delay in delays}
    for _ in range(setting.rounds):
        for delay in delays:
            with Proxy(setting.dovecot.imaps_port, delay=delay / 2000 or _NO_DELAY) as proxy:
                config = setting.config([user], setting.database(), port=proxy.port)
                runs[delay].append(run_collector(config, "backfill"))
    return [(f"{count:,} messages", f"{delay} ms", table.seconds(median(run.wall for run in runs[delay])),
             table.ratio(median(run.wall / base.wall for run, base in zip(runs[delay], runs[0]))),
             table.mebibytes(max(run.peak_memory for run in runs[delay]))) for delay in delays]
