"""A database that holds the known month, and questions to its views."""

import pathlib
import tempfile
import unittest

from tests.harness import collector, known_month
from tests.harness.postgres import temporary_postgres


class ViewTest(unittest.TestCase):
    """Every test of a class asks the same database; what it writes, `asking` takes back."""

    @classmethod
    def setUpClass(cls):
        cls.postgres = cls.enterClassContext(temporary_postgres())
        cls.directory = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tlsrpt-views-")))
        cls.mails = cls.directory / "mails"
        cls.mails.mkdir()
        known_month.write(cls.mails)
        cls.database = cls.import_(cls.mails)
        cls.postgres.query(known_month.MAILBOXES, cls.database)

    @classmethod
    def import_(cls, *inputs, into=None):
        """The URL of a database, new unless given, with these inputs imported."""
        database = into or cls.postgres.create_database()
        config = collector.write_config(cls.directory / "config.yaml", {"database": database, "mailboxes": []})
        result = collector.run("-c", config, "import", *inputs)
        if result.code != 0:
            raise AssertionError(f"import ended with {result.code}: {result.err}")
        return database

    def ask(self, query, *, now=known_month.NOW, before="", database=None):
        """The rows of a query as it would be answered at that moment; what `before` changes is taken back."""
        sql = f"begin; set local search_path to tlsrpt; set local tlsrpt.now to '{now}'; {before}; {query}; rollback"
        return self.postgres.query(sql, database or self.database)

    def reported(self, *mails, into=None):
        """The URL of a database that got just these mails, in this order, or these after others."""
        database = into or self.postgres.create_database()
        with tempfile.TemporaryDirectory(dir=self.directory) as directory:
            for number, mail in enumerate(mails):
                path = pathlib.Path(directory) / f"{number:03}.eml"
                path.write_bytes(mail.content)
            self.import_(directory, into=database)
        return database
