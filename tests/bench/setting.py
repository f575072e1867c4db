"""The servers that every section measures against, with their default durability, and mailboxes of seeded mail."""

import contextlib
import pathlib
import sys

from ..harness import collector, process
from ..harness.dovecot import temporary_dovecot
from ..harness.postgres import temporary_postgres
from . import floor, measure

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "examples"))
import sample_inbox  # noqa: E402  pylint: disable=wrong-import-position

PASSWORD = "correct-horse"


class Setting:
    """Mailboxes are made once and shared by the sections: nobody writes to them.

    count, large  messages of the usual and of the large mailbox; no section uses the large one where that is 0
    rounds        how often each figure is measured; what is printed are medians
    reports       how many the views look at
    plans         where to keep their query plans; None: nowhere
    """

    def __init__(self, directory, postgres, dovecot, options):
        self.directory, self.postgres, self.dovecot = directory, postgres, dovecot
        self.count, self.large, self.rounds = options.count, options.large, options.rounds
        self.reports, self.plans = options.reports, options.plans
        self._maildirs = {}

    def mailbox(self, count, number=1):
        """A user with `count` realistic messages; those of another number are others."""
        return self.deliver(f"bulk-{count}-{number}@example.com", sample_inbox.bulk(count, number))

    def deliver(self, user, mails):
        """A user with these messages, the folder's index and cache made; its name."""
        if user not in self._maildirs:
            self._maildirs[user] = self.dovecot.add_user(user, PASSWORD)
            self._maildirs[user].deliver_all(((mail.when, mail.content) for mail in mails), flags="")
            self.raw_fetch(user)
        return user

    def remove(self, user):
        """Its messages, to save the disk."""
        self._maildirs.pop(user).clear()

    def raw_fetch(self, user):
        """Seconds that reading the whole mailbox to nowhere takes."""
        return floor.fetch_seconds(self.dovecot.imaps_port, self.dovecot.ca_file, user, PASSWORD)

    def config(self, users, url, *, port=None, **more):
        """A configuration file for these mailboxes, read into the database at `url`."""
        return collector.write_config(self.directory / "config.yaml", {**more, "database": url, "mailboxes": [{
            "name": user, "server": f"imaps://localhost:{port or self.dovecot.imaps_port}",
            "ca_file": str(self.dovecot.ca_file), "username": user, "password": PASSWORD} for user in users]})

    def database(self):
        """The URL of an empty one, reached as the README sets it up: over the Unix socket, without a password."""
        return self.postgres.over_socket(self.postgres.create_database())

    def server_cpu(self):
        """(Dovecot's, PostgreSQL's) CPU seconds so far."""
        return measure.server_cpu(self.dovecot.process_id), measure.server_cpu(self.postgres.process_id)

    def count_of(self, table, url):
        return int(self.postgres.value(f"select count(*) from tlsrpt.{table}", url))


def run_collector(config, *arguments):
    return measure.must(measure.run([collector.program(), "-c", config, "--log-level", "error", *arguments]))


@contextlib.contextmanager
def servers(options):
    with process.temporary_directory("tlsrpt-bench-") as directory, \
            temporary_postgres(fsync=True, has_socket=True) as postgres, temporary_dovecot() as dovecot:
        yield Setting(directory, postgres, dovecot, options)
