"""Whether a database that holds a million reports takes the next ones as fast as an empty one."""

import datetime

from . import table
from .measure import median
from .setting import run_collector, sample_inbox

_FILLS = 5              # large mailboxes read beforehand
_BRANDS = 48            # as many domains as it takes for a million reports of a few years;
_MESSAGES_A_DAY = 800   # sample_inbox.bulk() has more for so many


def run(setting):
    """growth: from none to a million stored reports (five times --large), and the rate of the next"""
    ends = _ends([setting.large] * _FILLS + [setting.count] * setting.rounds)
    growing = _database(setting)
    for end in ends[:_FILLS]:
        _rates(setting, setting.large, end, [growing])
    stored = setting.count_of("report", growing)
    size = setting.postgres.value("select pg_size_pretty(pg_database_size(current_database()))", growing)
    pairs = [_rates(setting, setting.count, end, [_database(setting), growing]) for end in ends[_FILLS:]]
    table.show(f"Growth: a backfill of {setting.count:,} messages; medians of {setting.rounds}, in turn",
               ("stored before", "reports/s", "÷ the first"),
               [("none", f"{median(first for first, _ in pairs):,.0f}", table.ratio(1)),
                (f"{stored:,} ({size})", f"{median(later for _, later in pairs):,.0f}",
                 table.ratio(median(later / first for first, later in pairs)))])


def _ends(counts):
    """The day after the last that each of these mailboxes reports on: none share a day, and the last ends yesterday."""
    ends, end = [], datetime.date.today()
    for count in reversed(counts):
        ends.append(end)
        end -= datetime.timedelta(days=count // _MESSAGES_A_DAY + 1)
    return ends[::-1]


def _database(setting):
    url = setting.database()
    run_collector(setting.config([], url), "migrate")
    return url


def _rates(setting, count, end, urls):
    """Reports a second of a new mailbox's backfill into each of these databases."""
    user = setting.deliver(f"growth-{end}@example.com", sample_inbox.bulk(count, 1, end, _BRANDS))
    rates = []
    for url in urls:
        before = setting.count_of("report", url)
        wall = run_collector(setting.config([user], url), "backfill").wall
        rates.append((setting.count_of("report", url) - before) / wall)
    setting.remove(user)
    return rates
