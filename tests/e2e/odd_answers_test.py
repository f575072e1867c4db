"""What IMAP servers answer oddly, and no harm comes of it."""

import re

from tests.harness import sample
from tests.harness.imap_script import Message
from tests.harness.proxy import Proxy

from .scripted_case import SHORT, ScriptedTest


class OddAnswers(ScriptedTest):

    def test_answers_split_byte_by_byte_over_tls_read_the_same(self):
        pair = self.imap.authority.issue("scripted")
        server = self.scripted(*(sample.report_mail(n) for n in range(3)), tls=pair, byte_by_byte=True)
        self.collect(self.configure(self.mailbox(server=f"imaps://localhost:{server.port}")))
        self.assertEqual({"stored": 3}, self.outcomes())

    def test_bytes_that_tls_has_buffered_are_not_waited_for(self):
        """The answer comes in records of 16 KiB, and after its last one the socket stays silent."""
        pair = self.imap.authority.issue("scripted")
        server = self.scripted(*(sample.report_mail(n) for n in range(150)), tls=pair)
        self.collect(self.configure(self.mailbox(server=f"imaps://localhost:{server.port}", timeout=SHORT)))
        self.assertEqual({"stored": 150}, self.outcomes())

    def test_a_size_fetch_that_comes_back_short_is_asked_again(self):
        def at_most_two(server, command):
            if command.name != "UID FETCH" or "RFC822.SIZE" not in command.arguments:
                return None
            *untagged, tagged, _ = server.usual(command).split(b"\r\n")
            return b"\r\n".join([*untagged[:2], tagged, b""])

        server = self.scripted(*(sample.report_mail(n) for n in range(7)), hook=at_most_two)
        self.collect_from(server)
        self.assertEqual({"stored": 7}, self.outcomes())

    def test_a_search_that_is_answered_with_nothing_is_no_proof_that_nothing_is_there(self):
        asked = []

        def nothing_at_first(_, command):
            if command.name == "UID SEARCH" and not asked:
                asked.append(command)
                return f"{command.tag} OK done\r\n".encode()
            return None

        server = self.scripted(*(sample.report_mail(n) for n in range(3)), hook=nothing_at_first)
        self.collect_from(server)
        self.assertEqual({}, self.outcomes())
        self.collect_from(server)
        self.assertEqual({"stored": 3}, self.outcomes())

    def test_a_search_that_finds_nothing_where_something_is_does_not_hide_it(self):
        server = self.scripted(*(sample.report_mail(n) for n in range(7)))
        server.hook = lambda _, command: (f"* SEARCH\r\n{command.tag} OK done\r\n".encode()
                                          if command.name == "UID SEARCH" else None)
        self.assertIn("counts 7 messages and finds 0", self.collect_from(server).err)
        self.assertEqual({}, self.outcomes())
        server.hook = None
        self.collect_from(server)
        self.assertEqual({"stored": 7}, self.outcomes())

    def test_nor_does_it_later(self):
        server = self.scripted(*(sample.report_mail(n) for n in range(3)))
        self.collect_from(server)
        server.messages += [Message(uid, sample.report_mail(uid)) for uid in (4, 5)]
        server.hook = lambda _, command: (f"* SEARCH\r\n{command.tag} OK done\r\n".encode()
                                          if command.name == "UID SEARCH" else None)
        self.collect_from(server)
        self.assertEqual("3", self.value("SELECT last_uid FROM tlsrpt.mailbox"))
        server.hook = None
        self.collect_from(server)
        self.assertEqual({"stored": 5}, self.outcomes())

    def test_a_search_that_finds_three_at_most_finds_all_in_time(self):
        def at_most_three(server, command):
            if command.name != "UID SEARCH":
                return None
            first, _, rest = server.usual(command).partition(b"\r\n")
            return b" ".join(first.split(b" ")[:5]) + b"\r\n" + rest

        server = self.scripted(*(sample.report_mail(n) for n in range(8)), hook=at_most_three)
        self.assertIn("counts 8 messages and finds 3", self.collect_from(server).err)
        for stored in (6, 8, 8):
            self.collect_from(server)
            self.assertEqual({"stored": stored}, self.outcomes())

    def test_a_body_fetch_of_many_that_is_answered_with_nothing_is_asked_again_in_halves(self):
        def nothing_for_many(_, command):
            if command.bodies and re.search(r"[,:]", command.bodies):
                return f"{command.tag} OK done\r\n".encode()
            return None

        server = self.scripted(*(sample.report_mail(n) for n in range(7)), hook=nothing_for_many)
        self.collect_from(server)
        self.assertEqual({"stored": 7}, self.outcomes())

    def test_a_message_that_is_listed_and_never_handed_out_is_quarantined(self):
        def never_the_second(server, command):
            if command.bodies:
                lines = b"".join(server.fetch_line(m, command.arguments) for m in server.chosen(
                    command.bodies) if m.uid != 2)
                return lines + f"{command.tag} OK done\r\n".encode()
            return None

        server = self.scripted(*(sample.report_mail(n) for n in range(3)), hook=never_the_second)
        self.collect_from(server)
        self.assertEqual({"stored": 2, "quarantined": 1}, self.outcomes())
        self.assertEqual(["fetch-failed"], self.reasons())

    def test_a_message_that_the_server_fails_on_is_quarantined_and_the_others_are_read(self):
        """As Dovecot answers where one message's file is broken."""
        def fail_on_the_second(server, command):
            if command.bodies:
                if any(message.uid == 2 for message in server.chosen(command.bodies)):
                    return f"{command.tag} NO [SERVERBUG] Internal error occurred\r\n".encode()
            return None

        server = self.scripted(*(sample.report_mail(n) for n in range(3)), hook=fail_on_the_second)
        self.collect_from(server)
        self.assertEqual({"stored": 2, "quarantined": 1}, self.outcomes())
        self.assertEqual(["fetch-failed"], self.reasons())

    def test_a_message_expunged_while_reading_is_no_message_seen(self):
        self.absent_uids = 1

        def expunge_the_second(server, command):
            if command.bodies and len(server.messages) == 3:
                del server.messages[1]
                return b"* 2 EXPUNGE\r\n" + server.usual(command)
            return None

        server = self.scripted(*(sample.report_mail(n) for n in range(3)), hook=expunge_the_second)
        self.collect_from(server)
        self.assertEqual({"stored": 2}, self.outcomes())
        self.assertEqual("3", self.value("SELECT last_uid FROM tlsrpt.mailbox"))

    def test_a_message_over_the_limit_is_quarantined_and_never_downloaded(self):
        report = sample.report_mail()
        server = self.scripted(report, report + b"x" * 20_000)
        self.collect_from(server, limits={"message": "20KiB"})
        self.assertEqual({"stored": 1, "quarantined": 1}, self.outcomes())
        self.assertEqual(["too-large"], self.reasons())
        self.assertEqual(["1"], server.bodies_asked())

    def test_a_message_that_is_larger_than_announced_is_quarantined(self):
        server = self.scripted(Message(1, sample.report_mail() + b"x" * 50_000, announced_size=100),
                               Message(2, sample.report_mail(1)))
        self.collect_from(server, limits={"message": "20KiB"})
        self.assertEqual({"stored": 1, "quarantined": 1}, self.outcomes())
        [[reason, detail]] = self.query("SELECT reason, detail FROM tlsrpt.quarantine")
        self.assertEqual("too-large", reason)
        self.assertIn(f" {len(server.messages[0].body)} bytes", detail)

    def test_imap_20_another_uidvalidity_reads_everything_again_and_stores_nothing_twice(self):
        mails, manifest = sample.inbox(days=2)
        self.deliver(mails)
        self.collect(self.configure())
        self.maildir.change_uid_validity()
        self.maildir.deliver(sample.report_mail(30))
        result = self.collect(self.configure())
        self.assertRegex(result.err, r"(?m)^\S+ warning .*UIDVALIDITY")
        self.assertEqual(manifest.counts["stored"] + 1, self.count("report"))
        self.assertEqual(len(mails) * 2 + 1, self.count("message"))

    def test_imap_21_uids_beyond_32_bits_are_taken(self):
        self.absent_uids = 2**32 + 6
        server = self.scripted(Message(2**32 + 7, sample.report_mail()), uid_validity=2**40)
        self.collect_from(server)
        self.assertEqual([[str(2**32 + 7), str(2**40)]], self.query("SELECT uid, uid_validity FROM tlsrpt.message"))

    def test_imap_21_uids_beyond_63_bits_are_69(self):
        server = self.scripted(Message(2**63, sample.report_mail()))
        self.assert_one_error(self.collect_from(server, 69), "localhost", "63 bits")

    def test_a_message_may_contain_what_looks_like_the_protocol(self):
        trap = b"Subject: trap\r\n\r\nx)\r\nA00001 OK done\r\n* BYE\r\n* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n"
        server = self.scripted(trap, sample.report_mail())
        self.collect_from(server)
        self.assertEqual({"ignored": 1, "stored": 1}, self.outcomes())

    def test_over_a_long_way_many_commands_are_in_flight_at_once(self):
        """The server answers for bodies only when twenty times a hundred have been asked for."""
        waiting = []

        def hold_back(server, command):
            if not command.bodies:
                return None
            waiting.append(command)
            if len(waiting) < 20:
                return b""
            return b"".join(map(server.usual, [waiting.pop(0) for _ in list(waiting)]))

        server = self.scripted(*[b"Subject: x\r\n\r\n"] * 2000, hook=hold_back)
        with Proxy(server.port, delay=0.1) as proxy:
            self.collect(self.configure(self.plain(proxy.port)))
        self.assertEqual({"ignored": 2000}, self.outcomes())
        self.assertEqual([f"{first}:{first + 99}" for first in range(1, 2000, 100)], server.bodies_asked())
