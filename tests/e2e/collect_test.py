"""`collect`: from a real mailbox into a real database."""

import re

from tests.harness import sample
from tests.harness.imap_script import ScriptedImap
from tests.harness.proxy import Proxy

from .case import MAILBOX, PASSWORD, EndToEndTest


class Collect(EndToEndTest):

    def test_a_sample_inbox_arrives_as_its_manifest_says(self):
        mails, manifest = sample.inbox(days=28)
        self.deliver(mails)
        result = self.collect(self.configure())
        self.assert_holds(manifest)
        self.assertEqual("", result.out)
        self.assertEqual(["bad-gzip"], self.reasons())
        self.assertEqual([["bounce"], ["dmarc"], ["other"]],
                         self.query("SELECT kind FROM tlsrpt.message WHERE outcome = 'ignored' ORDER BY kind"))

    def test_messages_keep_where_and_when_they_came_from(self):
        self.maildir.deliver(sample.report_mail(), when=1_769_000_000)
        self.collect(self.configure())
        [[uid, source, received, authentic, sender]] = self.query(
            "SELECT uid, source, extract(epoch FROM received_at)::bigint, authentic, from_domain FROM tlsrpt.message")
        self.assertEqual(("1", "1769000000", "pass"), (uid, received, authentic))
        self.assertIn("localhost", source)
        self.assertIn(";UID=1", source)
        self.assertIn(".", sender)

    def test_a_second_collect_changes_nothing_but_when_the_mailbox_was_polled(self):
        mails, _ = sample.inbox()
        self.deliver(mails)
        config = self.configure()
        self.collect(config)
        before = self.dump()
        self.collect(config)
        after = self.dump()
        self.assertEqual({"mailbox"}, {table for table in before if before[table] != after[table]})
        columns = [name for [name] in self.query(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'tlsrpt' AND table_name = 'mailbox' "
            "ORDER BY ordinal_position")]
        changed = {column for column, old, new in zip(columns, before["mailbox"][0], after["mailbox"][0]) if old != new}
        self.assertEqual({"last_polled_at", "last_success_at"}, changed)

    def test_an_idle_collect_logs_in_sends_one_command_and_logs_out(self):
        self.maildir.deliver(sample.report_mail())
        with Proxy(self.imap.imap_port, record=True) as proxy:
            config = self.configure(self.plain(proxy.port))
            self.collect(config)
            self.collect(config)
        sent = bytes(proxy.from_client[-1]).decode().split("\r\n")
        commands = [match[1] for line in sent if (match := re.match(r"\S+ (\w+)", line))]
        login = next(place for place, name in enumerate(commands) if name in ("AUTHENTICATE", "LOGIN"))
        self.assertEqual(["EXAMINE", "LOGOUT"], commands[login + 1:])
        self.assertEqual(2, proxy.connections)

    def test_after_keep_the_mailbox_is_byte_for_byte_and_flag_for_flag_what_it_was(self):
        for number, flags in enumerate((None, "", "S", "FS", "T", None)):
            self.maildir.deliver(sample.report_mail(number), when=1_769_000_000 + number, flags=flags)
        before = self.maildir.snapshot()
        self.collect(self.configure())
        self.assertEqual({"stored": 6}, self.outcomes())
        self.assertEqual(before, self.maildir.snapshot())
        self.collect(self.configure(), command="backfill")
        self.assertEqual(before, self.maildir.snapshot())

    def test_new_mail_alone_is_fetched_next_time(self):
        config = self.configure()
        self.maildir.deliver(sample.report_mail(0))
        self.collect(config)
        self.maildir.deliver(sample.report_mail(1))
        self.collect(config)
        self.assertEqual([["collect", "1", "1"]] * 2,
                         self.query("SELECT command, fetched, stored FROM tlsrpt.poll_run ORDER BY id"))
        self.assertEqual("2", self.value("SELECT last_uid FROM tlsrpt.mailbox"))

    def test_starttls_reads_the_same_as_implicit_tls(self):
        self.maildir.deliver(sample.report_mail())
        self.collect(self.configure(self.mailbox(server=f"imap://localhost:{self.imap.imap_port}")))
        self.assertEqual({"stored": 1}, self.outcomes())

    def test_tls_none_is_warned_about(self):
        result = self.collect(self.configure(self.plain(self.imap.imap_port)))
        self.assertRegex(result.err, r"(?m)^\S+ warning .*tls.*none")

    def test_a_folder_is_named_as_the_server_names_it_in_utf8(self):
        self.maildir.create("Archive.Berichte für alle & Übrige")
        self.maildir.deliver(sample.report_mail(), folder="Archive.Berichte für alle & Übrige")
        self.collect(self.configure(self.mailbox(folder="Archive.Berichte für alle & Übrige")))
        self.assertEqual({"stored": 1}, self.outcomes())

    def test_reports_about_foreign_domains_are_quarantined(self):
        mails, _ = sample.inbox(days=1)
        self.deliver(mails)
        self.collect(self.configure(self.mailbox(domains=["example.net"])))
        self.assertEqual({"example.net"}, {name for [name] in self.query("SELECT report_domain FROM tlsrpt.report")})
        self.assertIn("foreign-domain", self.reasons())

    def test_a_mailbox_that_fails_does_not_keep_the_others_from_being_read(self):
        self.maildir.deliver(sample.report_mail())
        other = self.mailbox(name="refused", username="nobody@example.com")
        result = self.collect(self.configure(other, self.mailbox()), code=77)
        self.assertEqual({"stored": 1}, self.outcomes())
        self.assertRegex(result.err, r"(?m)^\S+ error .*refused")

    def test_mailbox_selects_one_of_several(self):
        self.maildir.deliver(sample.report_mail())
        other = self.mailbox(name="refused", username="nobody@example.com")
        self.collect(self.configure(other, self.mailbox()), "--mailbox", MAILBOX)
        self.assertEqual({"stored": 1}, self.outcomes())

    def test_a_changed_folder_behind_the_same_name_is_read_from_the_start(self):
        self.maildir.deliver(sample.report_mail(0))
        self.collect(self.configure())
        self.maildir.create("Other")
        self.maildir.deliver(sample.report_mail(1), folder="Other")
        self.collect(self.configure(self.mailbox(folder="Other")))
        self.assertEqual(2, self.count("report"))

    def test_another_server_behind_the_same_name_is_read_whole_though_uidvalidity_and_uids_are_the_same(self):
        other_mail = b"Subject: lunch\r\n\r\nToday at noon.\r\n"
        for bodies in ((other_mail, sample.report_mail(0)), (sample.report_mail(1), sample.report_mail(2))):
            with ScriptedImap(bodies, password=PASSWORD) as server:
                self.collect(self.configure(self.plain(server.port)))
        self.assertEqual({"stored": 3, "ignored": 1}, self.outcomes())
        self.assertEqual([["2"]], self.query(f"SELECT last_uid FROM tlsrpt.mailbox WHERE name = '{MAILBOX}'"))

    def test_a_dry_run_leaves_no_schema_behind_and_touches_no_mail(self):
        mails, _ = sample.inbox(days=1)
        self.deliver(mails)
        before = self.maildir.snapshot()
        self.collect(self.configure(self.mailbox(after="delete")), "--dry-run")
        self.assertEqual("", self.value("SELECT to_regnamespace('tlsrpt')"))
        self.assertEqual(before, self.maildir.snapshot())

    def test_a_dry_run_changes_no_row(self):
        self.maildir.deliver(sample.report_mail(0))
        config = self.configure()
        self.collect(config)
        self.maildir.deliver(sample.report_mail(1))
        before = self.dump()
        self.collect(config, "--dry-run")
        self.assertEqual(before, self.dump())

    def test_passwords_come_from_a_variable_a_command_or_the_file_itself(self):
        for source in ({"password_env": "INBOX_PASSWORD"}, {"password_command": f"cat {self.password_file}"},
                       {"password": PASSWORD}):
            with self.subTest(source=next(iter(source))):
                config = self.configure(self.mailbox(password_file=None, **source))
                self.collect(config, environment={"INBOX_PASSWORD": PASSWORD})

    def test_run_reads_and_ends_with_0_when_told_to_stop(self):
        self.maildir.deliver(sample.report_mail())
        running = self.start("-c", str(self.configure(poll={"every": "1h", "jitter": "0s"})), "run")
        self.wait_for_rows("report", 1)
        running.signal()
        result = running.wait()
        self.assertEqual(0, result.code, result.err)
        self.assertEqual({"stored": 1}, self.outcomes())
