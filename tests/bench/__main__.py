"""python3 -m tests.bench [--quick]: see run.sh."""

import argparse
import contextlib
import pathlib
import sys

from ..harness import collector, process
from ..harness.dovecot import temporary_dovecot
from ..harness.postgres import temporary_postgres
from ..harness.proxy import Proxy
from . import floor, measure

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "examples"))
import sample_inbox  # noqa: E402  pylint: disable=wrong-import-position

_PASSWORD = "correct-horse"


class Bench:
    """The servers, with their default durability, and mailboxes of seeded mail."""

    def __init__(self, directory, postgres, dovecot):
        self.directory, self.postgres, self.dovecot = directory, postgres, dovecot

    def mailbox(self, name, count):
        """A user with `count` messages, the folder's index and cache made."""
        user = f"{name}@example.com"
        maildir = self.dovecot.add_user(user, _PASSWORD)
        maildir.deliver_all(((mail.when, mail.content) for mail in sample_inbox.bulk(count)), flags="")
        floor.fetch_seconds(self.dovecot.imaps_port, self.dovecot.ca_file, user, _PASSWORD)
        return user

    def config(self, user, url, port=None):
        path = self.directory / f"{user}.yaml"
        return collector.write_config(path, {"database": url, "mailboxes": [{
            "name": user, "server": f"imaps://localhost:{port or self.dovecot.imaps_port}",
            "ca_file": str(self.dovecot.ca_file), "username": user, "password": _PASSWORD}]})

    def backfill(self, config):
        return measure.must(measure.run([collector.program(), "-c", config, "--log-level", "error", "backfill"]))

    def server_cpu(self):
        return measure.server_cpu(self.dovecot.process_id), measure.server_cpu(self.postgres.process_id)


def against_the_floor(bench, count, rounds):
    user = bench.mailbox("floor", count)
    url = bench.postgres.create_database()
    config = bench.config(user, url)
    bench.backfill(config)
    rows = bench.directory / "rows"
    rows.mkdir()
    floor.dump(url, rows)
    reports = int(bench.postgres.value("select count(*) from tlsrpt.report", url))
    before = bench.postgres.value("select pg_current_wal_lsn()", url)
    fetch, copy, ours, cpu, memory, dovecot_cpu, postgres_cpu = [], [], [], [], [], [], []
    for _ in range(rounds):
        fetch.append(floor.fetch_seconds(bench.dovecot.imaps_port, bench.dovecot.ca_file, user, _PASSWORD))
        floor.empty(url)
        copy.append(floor.copy_seconds(url, rows))
        floor.empty(url)
        dovecot_before, postgres_before = bench.server_cpu()
        before = bench.postgres.value("select pg_current_wal_lsn()", url)
        run = bench.backfill(config)
        dovecot_after, postgres_after = bench.server_cpu()
        ours.append(run.wall)
        cpu.append(run.cpu)
        memory.append(run.peak_memory)
        dovecot_cpu.append(dovecot_after - dovecot_before)
        postgres_cpu.append(postgres_after - postgres_before)
    wal = int(bench.postgres.value(f"select pg_current_wal_lsn() - '{before}'", url))
    floors = [a + b for a, b in zip(fetch, copy)]
    ratio = measure.median(mine / least for mine, least in zip(ours, floors))
    wall = measure.median(ours)
    print(f"backfill of {count} messages, {reports} reports, over TLS; medians of {rounds}, in turn")
    print(f"  floor          {measure.median(floors):8.2f} s   fetch {measure.median(fetch):.2f} s, "
          f"copy {measure.median(copy):.2f} s")
    print(f"  ours           {wall:8.2f} s   {count / wall:.0f} messages/s, {reports / wall:.0f} reports/s")
    print(f"  ours / floor   {ratio:8.2f}     goal: at most 1.5")
    print(f"  CPU            {measure.median(cpu):8.2f} s   Dovecot {measure.median(dovecot_cpu):.2f} s, "
          f"PostgreSQL {measure.median(postgres_cpu):.2f} s")
    print(f"  peak memory    {max(memory) / 2**20:8.1f} MiB")
    print(f"  WAL            {wal / reports:8.0f} bytes a report", flush=True)


def latency(bench, count, delays):
    """The way made longer by a proxy; the same proxy without delay is what the others are compared with."""
    user = bench.mailbox(f"latency-{count}", count)
    print(f"backfill of {count} messages through a proxy that adds a round trip of")
    base = None
    for delay in delays:
        with Proxy(bench.dovecot.imaps_port, delay=max(delay / 2000, 1e-6)) as proxy:
            url = bench.postgres.create_database()
            config = bench.config(user, url, proxy.port)
            run = bench.backfill(config)
        base = base or run.wall
        print(f"  {delay:3} ms         {run.wall:8.2f} s   ratio {run.wall / base:.2f}, peak memory "
              f"{run.peak_memory / 2**20:.1f} MiB", flush=True)


def idle_poll(bench, rounds):
    """`collect` when nothing is new, against curl doing login and EXAMINE."""
    user = bench.mailbox("idle", 1000)
    config = bench.config(user, bench.postgres.create_database())
    bench.backfill(config)
    ours, curl = [], []
    for _ in range(rounds):
        ours.append(measure.must(measure.run([collector.program(), "-c", config, "--log-level", "error", "collect"])))
        curl.append(measure.must(measure.run(
            ["curl", "-sS", "--cacert", bench.dovecot.ca_file, "-u", f"{user}:{_PASSWORD}",
             "-X", "EXAMINE INBOX", f"imaps://localhost:{bench.dovecot.imaps_port}/"])))
    ratio = measure.median(a.wall / b.wall for a, b in zip(ours, curl))
    print(f"idle poll; medians of {rounds}, in turn")
    print(f"  curl           {measure.median(run.wall for run in curl) * 1000:8.1f} ms  "
          f"CPU {measure.median(run.cpu for run in curl) * 1000:.1f} ms")
    print(f"  ours           {measure.median(run.wall for run in ours) * 1000:8.1f} ms  "
          f"CPU {measure.median(run.cpu for run in ours) * 1000:.1f} ms")
    print(f"  ours / curl    {ratio:8.2f}     goal: at most 1.5", flush=True)


@contextlib.contextmanager
def machinery():
    with process.temporary_directory("tlsrpt-bench-") as directory, temporary_postgres(fsync=True) as postgres, \
            temporary_dovecot() as dovecot:
        yield Bench(directory, postgres, dovecot)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    process.unwind_on_signals()
    small, large, rounds = (2_000, 5_000, 3) if options.quick else (20_000, 200_000, 5)
    with machinery() as bench:
        against_the_floor(bench, small, rounds)
        idle_poll(bench, 10 * rounds)
        latency(bench, small, (0, 10, 50, 200))
        if not options.quick:
            latency(bench, large, (0, 50))


if __name__ == "__main__":
    main()
