"""What the tests of the whole program share: private servers, a mailbox, a database and a configuration per test."""

import pathlib
import re
import tempfile
import unittest

from tests.harness import collector, process
from tests.harness.debs import Unavailable
from tests.harness.dovecot import temporary_dovecot
from tests.harness.postgres import temporary_postgres

PASSWORD = 'pa ss%w0rd:"\\ü'
MAILBOX = "inbox-under-test"

_OUTCOMES = ("stored", "updated", "duplicate", "ignored", "quarantined", "partial")
_WHAT_DOES_NOT_ADD_UP = f"""
SELECT 'fetched by a run', id::text FROM tlsrpt.poll_run WHERE fetched <> {" + ".join(_OUTCOMES)}
UNION ALL
SELECT 'report of a message that was not taken', r.id::text FROM tlsrpt.report r
JOIN tlsrpt.message m ON m.id = message_key WHERE outcome NOT IN ('stored', 'updated', 'duplicate', 'partial')
UNION ALL
SELECT 'quarantine entry of a message that was taken', q.id::text FROM tlsrpt.quarantine q
JOIN tlsrpt.message m ON m.id = message_key WHERE outcome NOT IN ('quarantined', 'partial')"""

# The servers of the tests give out UIDs from 1 without a gap.
_UIDS_WITHOUT_A_MESSAGE = """
SELECT coalesce(sum(last_uid - (SELECT count(*) FROM tlsrpt.message m WHERE mailbox_key = b.id
                                AND m.uid_validity = b.uid_validity AND uid <= last_uid)), 0) FROM tlsrpt.mailbox b"""

# Mailboxes whose runs counted something else than what came of the messages. A backfill may have read again.
_COUNTED_OTHERWISE = f"""
SELECT name FROM tlsrpt.mailbox b JOIN tlsrpt.poll_run r ON mailbox_key = b.id JOIN tlsrpt.v_ingest v ON mailbox = name
GROUP BY name, {", ".join(f"v.{outcome}" for outcome in _OUTCOMES)}
HAVING (count(*) = 1 OR every(command <> 'backfill'))
  AND ({", ".join(f"sum(r.{outcome})" for outcome in _OUTCOMES)}) <> ({", ".join(f"v.{outcome}" for outcome in _OUTCOMES)})"""

# What a report is, without where it came from and when.
_CONTENT = {
    "report": """SELECT start_datetime, end_datetime, encode(identity, 'hex'), encode(content_digest, 'hex'),
                 organization_name, report_id, report_domain, contact_info FROM tlsrpt.report""",
    "policy": """SELECT encode(r.identity, 'hex'), p.ordinal, policy_type, policy_domain, policy_string, mx_host,
                 total_successful_session_count, total_failure_session_count
                 FROM tlsrpt.policy p JOIN tlsrpt.report r ON r.id = report_key""",
    "failure_detail": """SELECT encode(r.identity, 'hex'), p.ordinal, d.ordinal, result_type, sending_mta_ip,
                 receiving_mx_hostname, receiving_mx_helo, receiving_ip, failed_session_count, additional_information,
                 failure_reason_code FROM tlsrpt.failure_detail d JOIN tlsrpt.policy p ON p.id = policy_key
                 JOIN tlsrpt.report r ON r.id = report_key""",
    "session_total": """SELECT encode(r.identity, 'hex'), recipient_domain, t.start_datetime, sessions, failures
                 FROM tlsrpt.session_total t JOIN tlsrpt.report r ON r.id = report_key""",
    "failure_total": """SELECT encode(r.identity, 'hex'), recipient_domain, t.organization_name, t.start_datetime,
                 t.end_datetime, result_type, host, failed_sessions, sessions, failures
                 FROM tlsrpt.failure_total t JOIN tlsrpt.report r ON r.id = report_key""",
    "deviation": """SELECT encode(r.identity, 'hex'), code, json_pointer, detail
                 FROM tlsrpt.deviation d JOIN tlsrpt.report r ON r.id = report_key""",
}


class EndToEndTest(unittest.TestCase):
    """Servers are started once per class; every test has its own mail account (`maildir`) and `database`."""

    imap_server = staticmethod(temporary_dovecot)
    # For a test to say where it is not so:
    absent_uids = 0  # how many UIDs up to the last one read the server does not hold, or were pruned
    runs_tell_all = True  # each run lived to note what it did, and nothing has changed that since

    @classmethod
    def setUpClass(cls):
        cls.postgres = cls.enterClassContext(temporary_postgres())
        try:
            cls.imap = cls.enterClassContext(cls.imap_server())
        except Unavailable as reason:
            raise unittest.SkipTest(str(reason)) from reason
        cls._accounts = 0

    def setUp(self):
        type(self)._accounts += 1
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tlsrpt-e2e-")))
        self.user = f"user{self._accounts}{self.imap.user_domain}"
        self.maildir = self.imap.add_user(self.user, PASSWORD)
        self.database = self.new_database()
        self.password_file = self.directory / "password"
        self.password_file.write_text(PASSWORD + "\n")
        self.password_file.chmod(0o600)

    def new_database(self):
        """An empty one. Whatever the test does to it, at its end it must add up."""
        database = self.postgres.create_database()
        self.addCleanup(self.assert_adds_up, database)
        return database

    # Configuration.

    def mailbox(self, **overrides):
        """One entry of `mailboxes`: Dovecot over TLS, unless `overrides` say otherwise; None removes a key."""
        entry = {"name": MAILBOX, "server": f"imaps://localhost:{self.imap.imaps_port}",
                 "ca_file": str(self.imap.ca_file), "username": self.user,
                 "password_file": str(self.password_file), "timeout": {"connect": "20s", "command": "20s"}}
        return {key: value for key, value in {**entry, **overrides}.items() if value is not None}

    def plain(self, port, **overrides):
        """An entry for a server that speaks without TLS on that port."""
        return self.mailbox(server=f"imap://localhost:{port}", tls="none", ca_file=None, **overrides)

    def configure(self, *mailboxes, name="config.yaml", **settings):
        """Writes a configuration; its path."""
        config = {"database": self.database, "mailboxes": list(mailboxes) or [self.mailbox()],
                  "authentication": {"authserv_id": "mx.example.com"}, **settings}
        return collector.write_config(self.directory / name, config)

    # Running the program.

    def run_program(self, *arguments, **options):
        return collector.run(*arguments, check=self.assert_keeps_secrets, **options)

    def collect(self, config, *arguments, command="collect", code=0, **options):
        """Runs a command with a configuration; it must end with that exit code."""
        self.runs_tell_all &= command not in ("reprocess", "prune") and "drop" not in arguments
        result = self.run_program("-c", str(config), command, *arguments, **options)
        self.assertEqual(code, result.code, result.out + result.err)
        return result

    def start(self, *arguments, **options):
        """The program, running; it is ended with the test at the latest."""
        running = collector.Running(arguments, check=self.assert_keeps_secrets, **options)
        self.addCleanup(process.end, running.process)
        return running

    def wait_for_rows(self, table, number):
        process.wait_until(lambda: self.value(f"SELECT to_regclass('tlsrpt.{table}')") and self.count(table) >= number,
                           f"{number} rows in {table}", 120)

    def deliver(self, mails):
        self.maildir.deliver_all((mail.when, mail.content) for mail in mails)

    # Looking at the database.

    def query(self, sql):
        return self.postgres.query(sql, self.database)

    def value(self, sql):
        return self.postgres.value(sql, self.database)

    def count(self, table):
        return int(self.value(f"SELECT count(*) FROM tlsrpt.{table}"))

    def outcomes(self):
        """Messages by outcome, those without any left out."""
        return {outcome: int(number) for outcome, number in
                self.query("SELECT outcome, count(*) FROM tlsrpt.message GROUP BY outcome")}

    def reasons(self):
        return [reason for [reason] in self.query("SELECT reason FROM tlsrpt.quarantine ORDER BY reason")]

    def dump(self):
        """All rows of all tables."""
        tables = self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'tlsrpt'")
        return {table: sorted(self.query(f"SELECT * FROM tlsrpt.{table}")) for [table] in tables}

    def content(self):
        """What the reports say, for comparing databases that were filled in different ways."""
        return {table: sorted(self.query(sql)) for table, sql in _CONTENT.items()}

    # Assertions.

    def assert_holds(self, manifest):
        """The database holds what the sample's manifest says, and every message is accounted for."""
        expected = manifest.counts
        outcomes = {name: expected[name] for name in ("stored", "duplicate", "quarantined", "ignored") if expected[name]}
        self.assertEqual(outcomes, self.outcomes())
        self.assertEqual(expected["messages"], self.count("message"))
        self.assertEqual(expected["stored"], self.count("report"))
        self.assertEqual(expected["policies"], self.count("policy"))
        self.assertEqual(expected["failure_details"], self.count("failure_detail"))
        self.assertEqual(expected["quarantined"], self.count("quarantine"))
        self.assertEqual(
            sorted((code, str(number)) for code, number in manifest.failed_sessions.items()),
            sorted(map(tuple, self.query("SELECT result_type, sum(failed_session_count) FROM tlsrpt.failure_detail "
                                         "GROUP BY result_type"))))

    def assert_adds_up(self, database):
        """Every message that the server holds up to the last UID read has a row, the runs counted what came of each,
        and reports and quarantine entries stand by messages that say so."""
        if not self.postgres.value("SELECT to_regclass('tlsrpt.v_ingest')", database):
            return
        self.assertEqual([], self.postgres.query(_WHAT_DOES_NOT_ADD_UP, database))
        self.assertEqual(str(self.absent_uids), self.postgres.value(_UIDS_WITHOUT_A_MESSAGE, database))
        if self.runs_tell_all:
            self.assertEqual([], self.postgres.query(_COUNTED_OTHERWISE, database))

    def assert_content(self, expected):
        """The reports are those that content() gave. (Thousands of rows are more than assertEqual can compare.)"""
        for table, rows in self.content().items():
            self.assertEqual(len(expected[table]), len(rows), table)
            self.assertEqual([], [pair for pair in zip(expected[table], rows) if pair[0] != pair[1]][:3], table)

    def assert_one_error(self, result, *words):
        """One line says what is wrong, and names the mailbox and each of `words`."""
        errors = [line for line in result.err.splitlines() if re.match(r"\S+ error ", line)]
        self.assertEqual(1, len(errors), result.err)
        for word in (MAILBOX, *words):
            self.assertIn(word, errors[0])

    def assert_keeps_secrets(self, *texts):
        for secret in (PASSWORD, self.postgres.password):
            for text in texts:
                self.assertNotIn(secret, text)


def let_advisory_locks_lock_nothing(postgres, database):
    """From now on PostgreSQL grants every advisory lock of that database to everybody."""
    superuser = re.sub(r"//[^@]*@", f"//postgres:{postgres.password}@", database)
    statements = ["SET allow_system_table_mods = on"]
    for arguments in ("bigint", "integer, integer"):
        for name, result, body in (("pg_try_advisory_lock", "boolean", "true"), ("pg_advisory_lock", "void", "NULL")):
            statements.append(f"CREATE OR REPLACE FUNCTION pg_catalog.{name}({arguments}) RETURNS {result} VOLATILE "
                              f"LANGUAGE sql AS 'SELECT {body}::{result}'")
    postgres.query("; ".join(statements), superuser)
