"""Whether a database that holds a million reports takes the next ones as fast as an empty one."""

import copy
import datetime

from ..harness.postgres import temporary_postgres
from . import table
from .measure import median
from .setting import run_collector, sample_inbox

_FILLS = 5              # large mailboxes read beforehand
_BRANDS = 48            # as many domains as it takes for a million reports of a few years;
_MESSAGES_A_DAY = 800   # sample_inbox.bulk() has more for so many


def run(setting):
    """growth: from none to a million stored reports (five times --large), and the rate of the next, and of older ones"""
    if not setting.large:
        print("\nGrowth: skipped, as there is no large mailbox to grow by", flush=True)
        return
    ends = _ends([setting.large] * _FILLS + [setting.count] * setting.rounds)
    growing = _database(setting)
    for end in ends[:_FILLS]:
        user = _deliver(setting, setting.large, end)
        _rate(setting, user, growing)
        setting.remove(user)
    stored = setting.count_of("report", growing)
    size = setting.postgres.value("select pg_size_pretty(pg_database_size(current_database()))", growing)
    before, rounds = ends[0] - _days(setting.large), []
    for number, end in enumerate(ends[_FILLS:]):
        next_ones, older = (_deliver(setting, setting.count, day) for day in (end, before - number * _days(setting.count)))
        rounds.append((_rate_of_new_server(setting, next_ones), _rate(setting, next_ones, _database(setting)),
                       _rate(setting, next_ones, growing), _rate(setting, older, growing)))
        setting.remove(next_ones)
        setting.remove(older)
    names = ("none, in a new server", "none, in the same server", f"{stored:,} ({size})", "the same; mail older than all of it")
    table.show(f"Growth: a backfill of {setting.count:,} messages; medians of {setting.rounds}, in turn",
               ("stored before", "reports/s", "÷ the first", "÷ the second"),
               [(name, f"{median(rates[i] for rates in rounds):,.0f}",
                 table.ratio(median(rates[i] / rates[0] for rates in rounds)),
                 table.ratio(median(rates[i] / rates[1] for rates in rounds))) for i, name in enumerate(names)])


def _ends(counts):
    """The day after the last that each of these mailboxes reports on: none share a day, and the last ends yesterday."""
    ends, end = [], datetime.date.today()
    for count in reversed(counts):
        ends.append(end)
        end -= _days(count)
    return ends[::-1]


def _days(count):
    return datetime.timedelta(days=count // _MESSAGES_A_DAY + 1)


def _database(setting):
    url = setting.database()
    run_collector(setting.config([], url), "migrate")
    return url


def _deliver(setting, count, end):
    return setting.deliver(f"growth-{end}@example.com", sample_inbox.bulk(count, 1, end, _BRANDS))


def _rate_of_new_server(setting, user):
    with temporary_postgres(fsync=True, has_socket=True) as postgres:
        alone = copy.copy(setting)
        alone.postgres = postgres
        return _rate(alone, user, _database(alone))


def _rate(setting, user, url):
    """Reports a second of a mailbox's backfill, which has one a message. They are not counted in their table: that would read
    all of it between two measurements."""
    wall = run_collector(setting.config([user], url), "backfill").wall
    return int(setting.postgres.value("select stored from tlsrpt.poll_run order by started_at desc limit 1", url)) / wall
