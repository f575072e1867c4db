"""The whole program against real IMAP servers: the same tests for each. docs/imap-servers.md names their versions."""

import re

from tests.e2e.case import PASSWORD, EndToEndTest
from tests.harness import sample
from tests.harness.courier import temporary_courier
from tests.harness.cyrus import temporary_cyrus
from tests.harness.dovecot import temporary_dovecot
from tests.harness.imap_mailbox import ImapMailbox
from tests.harness.proxy import Proxy


class Battery:

    idle_commands = ["EXAMINE", "LOGOUT"]

    def setUp(self):
        super().setUp()
        self.mail = ImapMailbox(self.imap, self.user, PASSWORD)

    def deliver_one_of_each(self):
        """Reports that are taken (flagged by their owner or not), a repeat, a broken one and other mail; how many of
        them `after:` may touch."""
        self.mail.deliver(sample.report_mail(0), sample.report_mail(1), sample.report_mail(1))
        self.mail.deliver(sample.report_mail(2), flags="\\Seen \\Flagged", when=1_760_000_000)
        self.mail.deliver(sample.broken_mail())
        self.mail.deliver(b"From: a@example.com\r\nSubject: not for us\r\n\r\nbut marked by its owner\r\n", flags="\\Deleted")
        return 4

    def assert_collected(self):
        self.assertEqual({"stored": 3, "duplicate": 1, "quarantined": 1, "ignored": 1}, self.outcomes())

    def commands_sent(self, proxy):
        """What the program sent on its last connection after login."""
        lines = bytes(proxy.from_client[-1]).decode().split("\r\n")
        commands = [match[1] for line in lines if (match := re.match(r"A\S* ((?:UID )?\w+)", line))]
        login = max(place for place, name in enumerate(commands) if name in ("AUTHENTICATE", "LOGIN"))
        return commands[login + 1:]

    # Reading.

    def test_reports_are_read_over_tls_and_by_starttls(self):
        self.mail.deliver(sample.report_mail(0))
        self.collect(self.configure())
        self.assertEqual({"stored": 1}, self.outcomes())
        self.collect(self.configure(self.mailbox(server=f"imap://localhost:{self.imap.imap_port}")))
        self.assertEqual({"stored": 1, "duplicate": 1}, self.outcomes())

    def test_imap_18_keep_leaves_the_mailbox_byte_for_byte_and_flag_for_flag_what_it_was(self):
        self.deliver_one_of_each()
        before = self.mail.messages()
        self.collect(self.configure())
        self.assert_collected()
        self.assertEqual(before, self.mail.messages())
        self.collect(self.configure(), command="backfill")
        self.assertEqual(before, self.mail.messages())

    def test_a_second_collect_is_one_command_and_fetches_nothing(self):
        self.mail.deliver(sample.report_mail(0), sample.report_mail(1))
        with Proxy(self.imap.imap_port, record=True) as proxy:
            config = self.configure(self.plain(proxy.port))
            self.collect(config)
            before = self.dump()
            self.collect(config)
            self.assertEqual(self.idle_commands, self.commands_sent(proxy))
        after = self.dump()
        self.assertEqual({"mailbox"}, {table for table in before if before[table] != after[table]})

    def test_new_mail_alone_is_fetched_next_time(self):
        config = self.configure()
        self.mail.deliver(sample.report_mail(0))
        self.collect(config)
        self.mail.deliver(sample.report_mail(1))
        self.collect(config)
        self.assertEqual([["1", "1"]] * 2, self.query("SELECT fetched, stored FROM tlsrpt.poll_run ORDER BY id"))

    def test_an_empty_mailbox_is_nothing_special(self):
        self.collect(self.configure())
        self.assertEqual(0, self.count("message"))

    def test_three_hundred_messages_arrive_and_are_moved(self):
        reports = [sample.report_mail(number) for number in range(300)]
        self.mail.deliver(*reports)
        before = self.mail.bodies()
        target = self.imap.folder("Done")
        self.collect(self.configure(self.mailbox(after={"move": target})))
        self.assertEqual({"stored": 300}, self.outcomes())
        self.assertEqual(before, self.mail.bodies(target))
        self.assertEqual({}, self.mail.messages())

    def test_what_is_expunged_meanwhile_is_no_message_seen(self):
        """A server may hand out what is expunged as long as it has not told us; what it does not is no failure."""
        for number, moment in enumerate((b"RFC822.SIZE", b"BODY.PEEK")):
            with self.subTest(before=moment):
                self.mail.expunge(self.mail.messages() or [1])
                self.mail.deliver(*(sample.report_mail(number * 10 + n) for n in range(5)))
                stored = self.count("report") if number else 0
                first, *_, last = uids = sorted(self.mail.messages())
                moments = []

                def expunge_once(sent):
                    if moment in sent and not moments:
                        moments.append(moment)
                        self.mail.expunge([first, uids[2], last])

                with Proxy(self.imap.imap_port, before_client=expunge_once) as proxy:
                    self.collect(self.configure(self.plain(proxy.port)))
                self.assertEqual([moment], moments)
                self.assertIn(self.count("report") - stored, (2, 5))
                self.assertEqual(self.count("report"), self.count("message"))
        self.absent_uids = int(self.value("SELECT sum(last_uid) FROM tlsrpt.mailbox")) - self.count("message")

    # Folders.

    def test_imap_13_a_folder_is_named_as_the_server_names_it_in_utf8(self):
        folder = self.imap.folder("Archiv", "Berichte für alle & Übrige")
        self.mail.create(self.imap.folder("Archiv"))
        self.mail.create(folder)
        self.mail.deliver(sample.report_mail(), folder=folder)
        self.collect(self.configure(self.mailbox(folder=folder)))
        self.assertEqual({"stored": 1}, self.outcomes())

    def test_a_folder_that_is_missing_is_78_and_similar_names_are_told(self):
        there = self.imap.folder("TLS-Reports")
        self.mail.create(there)
        result = self.collect(self.configure(self.mailbox(folder=self.imap.folder("TLS-Report"))), code=78)
        self.assert_one_error(result, "localhost", f'"{there}"')

    def test_a_wrong_password_is_77(self):
        result = self.collect(self.configure(self.mailbox(password_file=None, password="wrong")), code=77)
        self.assert_one_error(result, "localhost")

    # `after:`.

    def test_seen_flags_what_was_taken_and_nothing_else(self):
        taken = self.deliver_one_of_each()
        before = self.mail.messages()
        config = self.configure(self.mailbox(after="seen"))
        self.collect(config)
        self.assert_collected()
        after = self.mail.messages()
        for place, uid in enumerate(sorted(before)):
            flags, *rest = before[uid]
            self.assertEqual((flags | {"\\Seen"} if place < taken else flags, *rest), after[uid])
        self.collect(config)
        self.assertEqual(after, self.mail.messages())

    def test_delete_removes_what_was_taken_and_nothing_else(self):
        taken = self.deliver_one_of_each()
        before = self.mail.messages()
        config = self.configure(self.mailbox(after="delete"))
        self.collect(config)
        self.assert_collected()
        self.assertEqual({uid: before[uid] for uid in sorted(before)[taken:]}, self.mail.messages())
        self.collect(config)
        self.assert_collected()

    def test_move_makes_the_folder_and_moves_what_was_taken_and_nothing_else(self):
        taken = self.deliver_one_of_each()
        before = self.mail.messages()
        target = self.imap.folder("Erledigt & geprüft")
        config = self.configure(self.mailbox(after={"move": target}))
        self.collect(config)
        self.assert_collected()
        self.assertEqual({uid: before[uid] for uid in sorted(before)[taken:]}, self.mail.messages())
        moved = sorted((when, digest) for _, when, digest in self.mail.messages(target).values())
        self.assertEqual(sorted(before[uid][1:] for uid in sorted(before)[:taken]), moved)
        self.collect(config)
        self.assertEqual(taken, len(self.mail.messages(target)))


class OnDovecot(Battery, EndToEndTest):
    pass


class OnDovecotWithANamespace(Battery, EndToEndTest):
    """Folders are `INBOX/A/B`."""

    @staticmethod
    def imap_server():
        return temporary_dovecot(separator="/", prefix="INBOX/")


class OnCyrus(Battery, EndToEndTest):
    imap_server = staticmethod(temporary_cyrus)


class OnCyrusWithAltnamespace(Battery, EndToEndTest):
    """imap-14: folders are `A/B`."""

    @staticmethod
    def imap_server():
        return temporary_cyrus(altnamespace=True)


class OnCourier(Battery, EndToEndTest):
    """No MOVE, and no UIDNEXT from EXAMINE."""

    imap_server = staticmethod(temporary_courier)
    idle_commands = ["EXAMINE", "UID SEARCH", "LOGOUT"]
