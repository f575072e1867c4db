"""The quarantine: looking at what could not be taken, and trying it again."""

import datetime

from tests.harness import sample
from tests.harness.imap_script import ScriptedImap

from .case import PASSWORD, EndToEndTest


class Quarantine(EndToEndTest):

    def fill(self):
        mails, _ = sample.inbox(days=1)
        self.deliver(mails)
        self.collect(self.configure())

    def run_command(self, *arguments, code=0):
        return self.collect(self.configure(), *arguments[1:], command=arguments[0], code=code)

    def test_quarantine_lists_shows_and_drops(self):
        self.fill()
        identifier = self.value("SELECT id FROM tlsrpt.quarantine")
        listed = self.run_command("quarantine", "list").out
        for word in (identifier, "bad-gzip", "corp.mail.ru"):
            self.assertIn(word, listed)
        self.assertIn("bad-gzip", self.run_command("quarantine", "show", identifier).out)
        self.run_command("quarantine", "drop", identifier)
        self.assertEqual(0, self.count("quarantine"))

    def test_quarantine_lists_a_file_of_ones_own_by_its_path(self):
        path = self.directory / ("a long way " * 9).strip() / "a report that is none.json"
        path.parent.mkdir()
        path.write_text('{"organization-name": 1')
        self.collect(self.configure(), str(path), command="import", code=65)
        self.assertRegex(self.run_command("quarantine", "list").out, r"subject or source\n.* bad-json .*that is none\.json\n")

    def test_quarantine_shows_the_message_as_it_came(self):
        self.fill()
        identifier = self.value("SELECT id FROM tlsrpt.quarantine")
        broken = next(mail for mail in sample.inbox(1)[0] if mail.kind == "broken")
        shown = self.run_command("quarantine", "show", identifier, "--raw")
        self.assertEqual(broken.content.decode().replace("\r\n", "\n"), shown.out.replace("\r\n", "\n"))

    def test_reprocess_takes_what_a_changed_configuration_accepts_and_is_idempotent(self):
        self.maildir.deliver(sample.report_mail(0))
        self.collect(self.configure(self.mailbox(domains=["elsewhere.example"])))
        self.assertEqual(["foreign-domain"], self.reasons())
        self.run_command("reprocess", "--reason", "bad-json")
        self.assertEqual(["foreign-domain"], self.reasons())
        self.run_command("reprocess")
        self.assertEqual(({"stored": 1}, []), (self.outcomes(), self.reasons()))
        content = self.content()
        self.run_command("reprocess")
        self.assertEqual(content, self.content())

    def test_reprocess_of_an_id_that_is_not_there_is_66_and_the_rest_is_tried(self):
        self.maildir.deliver(sample.report_mail(0))
        self.collect(self.configure(self.mailbox(domains=["elsewhere.example"])))
        result = self.run_command("reprocess", "123456", self.value("SELECT id FROM tlsrpt.quarantine"), code=66)
        self.assertIn("no quarantine entry has the id 123456", result.err)
        self.assertEqual(({"stored": 1}, []), (self.outcomes(), self.reasons()))

    def test_what_a_backfill_puts_into_quarantine_outlives_prune_and_once_dropped_is_read_anew(self):
        long_ago = datetime.datetime(2023, 1, 10, 12, tzinfo=datetime.timezone.utc)
        self.maildir.deliver(sample.report_mail(0), when=long_ago.timestamp())
        wrong = self.configure(self.mailbox(domains=["exmaple.com"]))
        self.collect(wrong, command="backfill")
        self.assertTrue(self.value("SELECT received_at FROM tlsrpt.message").startswith("2023-01-10"))
        self.collect(wrong, command="prune")
        self.assertEqual(["foreign-domain"], self.reasons())
        self.collect(wrong, "drop", self.value("SELECT id FROM tlsrpt.quarantine"), command="quarantine")
        self.collect(wrong, command="backfill")
        self.assertEqual(({"quarantined": 1}, ["foreign-domain"]), (self.outcomes(), self.reasons()))
        self.collect(wrong, "drop", self.value("SELECT id FROM tlsrpt.quarantine"), command="quarantine")
        self.run_command("backfill")
        self.assertEqual(({"stored": 1}, []), (self.outcomes(), self.reasons()))

    def test_reprocess_downloads_what_was_too_large_before(self):
        self.maildir.deliver(sample.report_mail(0) + b"x" * 30_000)
        self.collect(self.configure(limits={"message": "20KiB"}))
        self.assertEqual(["too-large"], self.reasons())
        self.run_command("reprocess")
        self.assertEqual(({"stored": 1}, []), (self.outcomes(), self.reasons()))

    def test_show_explains_the_reason_and_says_what_to_do(self):
        self.maildir.deliver(sample.report_mail(0))
        self.collect(self.configure(self.mailbox(domains=["elsewhere.example"])))
        shown = self.run_command("quarantine", "show", self.value("SELECT id FROM tlsrpt.quarantine")).out
        for word in ("foreign-domain", "`domains`", "tlsrpt-collector reprocess", "what to do"):
            self.assertIn(word, shown)

    def test_only_a_broken_tls_report_is_warned_about(self):
        for kind in ("dmarc", "bounce", "other", "broken"):
            with self.subTest(kind=kind):
                self.maildir.deliver(next(mail for mail in sample.inbox(1)[0] if mail.kind == kind).content)
                warned = " warning " in self.collect(self.configure()).err
                self.assertEqual(kind == "broken", warned)
        self.assertEqual([["bounce"], ["dmarc"], ["other"], ["tls"]],
                         self.query("SELECT kind FROM tlsrpt.message ORDER BY kind"))

    def test_report_counts_what_is_in_quarantine(self):
        self.fill()
        self.assertRegex(self.run_command("report").out, r"bad-gzip\s+1\b")

    # Trying again.

    def test_reprocess_writes_no_poll_run_and_counts_its_tries(self):
        self.fill()
        runs = self.count("poll_run")
        for attempts in ("1", "2"):
            self.run_command("reprocess")
            self.assertEqual(attempts, self.value("SELECT attempts FROM tlsrpt.quarantine"))
        self.assertEqual(runs, self.count("poll_run"))

    def test_what_was_never_downloaded_is_fetched_once_the_server_hands_it_out(self):
        withheld = {2}

        def withhold(server, command):
            if command.bodies:
                lines = b"".join(server.fetch_line(m, command.arguments) for m in server.chosen(
                    command.arguments.split()[0]) if m.uid not in withheld)
                return lines + f"{command.tag} OK done\r\n".encode()
            return None

        with ScriptedImap([sample.report_mail(0), sample.report_mail(1)], hook=withhold, password=PASSWORD) as server:
            config = self.configure(self.plain(server.port))
            self.collect(config)
            self.assertEqual({"stored": 1, "quarantined": 1}, self.outcomes())
            self.collect(config, command="reprocess")
            self.assertEqual(["fetch-failed"], self.reasons())
            withheld.clear()
            self.collect(config, command="reprocess")
        self.assertEqual(({"stored": 2}, []), (self.outcomes(), self.reasons()))

    def test_a_message_that_crashed_and_was_not_kept_is_fetched_again(self):
        self.maildir.deliver(sample.report_mail(0))
        self.collect(self.configure(self.mailbox(domains=["elsewhere.example"]), limits={"quarantine": 0}))
        self.query("UPDATE tlsrpt.quarantine SET reason = 'crashed'")
        self.run_command("reprocess", "--reason", "crashed")
        self.assertEqual(({"stored": 1}, []), (self.outcomes(), self.reasons()))

    def test_a_login_that_is_refused_is_tried_once_for_all_messages_of_the_mailbox(self):
        large = [sample.report_mail(number) + b"x" * 30_000 for number in range(3)]
        with ScriptedImap(large, password=PASSWORD) as server:
            self.collect(self.configure(self.plain(server.port), limits={"message": "20KiB"}))
            server.commands.clear()
            server.password = "changed"
            result = self.collect(self.configure(self.plain(server.port)), command="reprocess", code=77)
            logins = [name for name in server.names() if name in ("LOGIN", "AUTHENTICATE")]
        self.assertEqual(1, len(logins))
        self.assert_one_error(result, "localhost", "login refused")
        self.assertRegex(result.out, r"3 not tried")
        self.assertEqual(["too-large"] * 3, self.reasons())

    def test_mail_of_a_mailbox_that_is_not_configured_any_more_is_tried_from_what_was_kept(self):
        self.maildir.deliver(sample.report_mail(0))
        self.maildir.deliver(sample.report_mail(1))
        self.collect(self.configure(self.mailbox(domains=["elsewhere.example"])))
        other = self.mailbox(name="other", folder="Other", domains=["still-elsewhere.example"])
        self.collect(self.configure(other), command="reprocess")
        self.assertEqual(["foreign-domain"] * 2, self.reasons())
        self.collect(self.configure({**other, "domains": []}), command="reprocess")
        self.assertEqual(({"stored": 2}, []), (self.outcomes(), self.reasons()))

    def test_mail_is_not_looked_for_in_another_place_behind_the_same_name(self):
        large = sample.report_mail(0) + b"x" * 30_000
        with ScriptedImap([large], password=PASSWORD) as before:
            self.collect(self.configure(self.plain(before.port), limits={"message": "20KiB"}))
        with ScriptedImap([sample.report_mail(1)], password=PASSWORD) as after:
            result = self.collect(self.configure(self.plain(after.port)), command="reprocess")
            self.assertEqual([], after.commands)
        self.assertIn("1 not to be had any more", result.out)
        self.assertEqual((["too-large"], 0), (self.reasons(), self.count("report")))

    def test_an_imported_file_that_was_too_large_is_read_again_from_disk(self):
        paths = []
        for number in range(2):
            paths.append(self.directory / f"{number}.eml")
            paths[-1].write_bytes(sample.report_mail(0) + b"x" * 30_000 + b"%d" % number)
        self.collect(self.configure(limits={"message": "20KiB"}), *map(str, paths), command="import", code=65)
        self.assertEqual({"quarantined": 2}, self.outcomes())
        paths[1].write_bytes(b"Subject: another file by now\r\n\r\n")
        result = self.run_command("reprocess")
        self.assertIn("1 not to be had any more", result.out)
        self.assertEqual(({"stored": 1, "quarantined": 1}, ["too-large"]), (self.outcomes(), self.reasons()))
