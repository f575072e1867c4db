"""Whatever goes wrong between us and the servers ends in one clear line, the right exit code, and in time."""

import re
import socket

from tests.harness import certs, sample
from tests.harness.imap_script import CLOSE, STALL, Message, ScriptedImap
from tests.harness.process import free_port
from tests.harness.proxy import Proxy

from .case import PASSWORD, EndToEndTest

_SHORT = {"connect": "2s", "command": "2s"}
_DEADLINE = 30


class Faults(EndToEndTest):

    def scripted(self, *messages, **options):
        return self.enterContext(ScriptedImap(messages, password=PASSWORD, **options))

    def collect_from(self, server, code=0, mailbox=(), **settings):
        config = self.configure(self.plain(server.port, timeout=_SHORT, **dict(mailbox)), **settings)
        return self.collect(config, code=code, deadline=_DEADLINE)

    def refused(self, code, *words, **mailbox):
        """A collect with that entry ends with that code, and one line that has the words."""
        result = self.collect(self.configure(self.mailbox(timeout=_SHORT, **mailbox)), code=code, deadline=_DEADLINE)
        self.assert_one_error(result, *words)
        return result

    # Before the mailbox is open.

    def test_a_wrong_password_is_77(self):
        self.refused(77, "localhost", password_file=None, password="wrong")

    def test_an_untrusted_certificate_is_69(self):
        other = certs.Authority(self.directory / "other", "somebody else")
        self.refused(69, "localhost", "certificate", ca_file=str(other.ca_file))

    def test_a_certificate_for_another_host_is_69(self):
        pair = self.imap.authority.issue("elsewhere", "DNS:mail.elsewhere.example")
        server = self.scripted(tls=pair)
        self.refused(69, "localhost", "certificate", server=f"imaps://localhost:{server.port}")

    def test_a_server_without_starttls_is_69_and_gets_no_password(self):
        server = self.scripted()
        self.refused(69, "localhost", server=f"imap://localhost:{server.port}")
        self.assertNotIn("LOGIN", server.names())
        self.assertNotIn("AUTHENTICATE", server.names())

    def test_a_closed_port_is_75(self):
        port = free_port()
        self.refused(75, "localhost", str(port), server=f"imaps://localhost:{port}")

    def test_a_host_that_does_not_exist_is_75(self):
        self.refused(75, "no-such-host.invalid", server="imaps://no-such-host.invalid")

    def test_imap_5_a_server_that_is_unavailable_is_75(self):
        def unavailable(_, command):
            if command.name in ("LOGIN", "AUTHENTICATE"):
                return f"{command.tag} NO [UNAVAILABLE] back in a minute\r\n".encode()
            return None

        self.assert_one_error(self.collect_from(self.scripted(hook=unavailable), 75), "localhost", "back in a minute")

    def test_a_farewell_instead_of_a_greeting_is_75(self):
        server = self.scripted(greeting=b"* BYE too many connections\r\n")
        self.assert_one_error(self.collect_from(server, 75), "localhost")

    def test_a_server_that_speaks_another_protocol_is_69(self):
        server = self.scripted(greeting=b"220 mail.example.com ESMTP\r\n")
        self.assert_one_error(self.collect_from(server, 69), "localhost")

    def test_a_folder_that_is_missing_is_78_and_similar_names_are_told(self):
        self.maildir.create("Archive.TLS-Reports")
        self.refused(78, "localhost", "TLS-Reports", folder="TLS-Reports")

    def test_an_empty_mailbox_is_nothing_special(self):
        self.collect(self.configure())
        self.assertEqual(0, self.count("message"))
        self.assertEqual(0, self.count("poll_run"))

    # Silence and hanging up, wherever they come.

    _PLACES = ("CAPABILITY", "AUTHENTICATE", "EXAMINE", "UID SEARCH", "UID FETCH")

    def test_a_server_that_stalls_is_75_within_the_deadline(self):
        for place in self._PLACES:
            with self.subTest(at=place):
                server = self.scripted(sample.report_mail(), hook=lambda _, c, p=place: STALL if c.name == p else None)
                self.assert_one_error(self.collect_from(server, 75), "localhost")

    def test_a_server_that_accepts_and_says_nothing_is_75_within_the_deadline(self):
        silent = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        port = silent.getsockname()[1]
        self.refused(75, "localhost", server=f"imaps://localhost:{port}")
        self.refused(75, "localhost", server=f"imap://localhost:{port}", tls="none", ca_file=None)

    def test_a_server_that_stalls_in_the_middle_of_a_message_is_75_within_the_deadline(self):
        class Half(ScriptedImap):
            def _send(self, connection, answer):
                super()._send(connection, answer[:-500] if b"BODY[]" in answer else answer)

        server = self.enterContext(Half([sample.report_mail()], password=PASSWORD))
        self.assert_one_error(self.collect_from(server, 75), "localhost")
        self.assertEqual(0, self.count("message"))

    def test_a_server_that_closes_is_75(self):
        for place in self._PLACES:
            with self.subTest(at=place):
                server = self.scripted(sample.report_mail(), hook=lambda _, c, p=place: CLOSE if c.name == p else None)
                self.assert_one_error(self.collect_from(server, 75), "localhost")

    def test_a_server_that_says_farewell_while_reading_is_75(self):
        server = self.scripted(sample.report_mail(), hook=lambda _, c: (
            b"* BYE shutting down\r\n" if c.name == "UID FETCH" else None))
        self.assert_one_error(self.collect_from(server, 75), "localhost", "shutting down")

    def test_a_server_that_answers_garbage_is_69(self):
        server = self.scripted(sample.report_mail(), hook=lambda _, c: (
            b"* 1 FETCH (UID (((\r\n" if c.name == "UID FETCH" else None))
        self.assert_one_error(self.collect_from(server, 69), "localhost")

    def test_imap_11_imap_12_what_was_stored_before_the_server_hangs_up_is_not_read_again(self):
        mails, manifest = sample.bulk(1000)
        asked = []
        farewells = [b"* BYE Disconnected for inactivity\r\n"]

        def hang_up_once(_, command):
            if command.name != "UID FETCH" or "[]" not in command.arguments:
                return None
            asked.append(command.arguments.split()[0])
            return farewells.pop() if asked[-1] == "701:800" and farewells else None

        server = self.scripted(*(mail.content for mail in mails), hook=hang_up_once)
        self.assert_one_error(self.collect_from(server, 75), "localhost", "Disconnected for inactivity")
        self.assertEqual(700, self.count("message"))
        asked.clear()
        self.collect_from(server)
        self.assertEqual(["701:800", "801:900", "901:1000"], asked)
        self.assert_holds(manifest)

    def test_what_was_read_before_is_not_read_again(self):
        bodies = [sample.report_mail(number) for number in range(5)]
        server = self.scripted(*bodies[:4])
        self.collect_from(server)
        server.messages.append(Message(5, bodies[4]))
        server.commands.clear()
        self.collect_from(server)
        fetched = [c.arguments for c in server.commands if c.name == "UID FETCH" and "[]" in c.arguments]
        self.assertEqual(["5"], [arguments.split()[0] for arguments in fetched])
        self.assertEqual({"stored": 5}, self.outcomes())

    # A long way.

    def test_over_a_long_way_many_commands_are_in_flight_at_once(self):
        """The server answers for bodies only when twenty times a hundred have been asked for."""
        waiting = []

        def hold_back(server, command):
            if command.name != "UID FETCH" or "[]" not in command.arguments:
                return None
            waiting.append(command)
            if len(waiting) < 20:
                return b""
            return b"".join(map(server.usual, [waiting.pop(0) for _ in list(waiting)]))

        server = self.scripted(*[b"Subject: x\r\n\r\n"] * 2000, hook=hold_back)
        with Proxy(server.port, delay=0.1) as proxy:
            self.collect(self.configure(self.plain(proxy.port)))
        self.assertEqual({"ignored": 2000}, self.outcomes())
        asked = [c.arguments.split()[0] for c in server.commands if c.name == "UID FETCH" and "[]" in c.arguments]
        self.assertEqual([f"{first}:{first + 99}" for first in range(1, 2000, 100)], asked)

    # Odd answers that are no failure.

    def test_answers_split_byte_by_byte_over_tls_read_the_same(self):
        pair = self.imap.authority.issue("scripted")
        server = self.scripted(*(sample.report_mail(n) for n in range(3)), tls=pair, byte_by_byte=True)
        self.collect(self.configure(self.mailbox(server=f"imaps://localhost:{server.port}")))
        self.assertEqual({"stored": 3}, self.outcomes())

    def test_bytes_that_tls_has_buffered_are_not_waited_for(self):
        """The answer comes in records of 16 KiB, and after its last one the socket stays silent."""
        pair = self.imap.authority.issue("scripted")
        server = self.scripted(*(sample.report_mail(n) for n in range(150)), tls=pair)
        self.collect(self.configure(self.mailbox(server=f"imaps://localhost:{server.port}", timeout=_SHORT)))
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

    def test_a_body_fetch_of_many_that_is_answered_with_nothing_is_asked_again_in_halves(self):
        def nothing_for_many(_, command):
            many = re.search(r"[,:]", command.arguments.partition(" ")[0])
            if command.name == "UID FETCH" and "[]" in command.arguments and many:
                return f"{command.tag} OK done\r\n".encode()
            return None

        server = self.scripted(*(sample.report_mail(n) for n in range(7)), hook=nothing_for_many)
        self.collect_from(server)
        self.assertEqual({"stored": 7}, self.outcomes())

    def test_a_message_that_is_listed_and_never_handed_out_is_quarantined(self):
        def never_the_second(server, command):
            if command.name == "UID FETCH" and "[]" in command.arguments:
                lines = b"".join(server.fetch_line(m, command.arguments) for m in server.chosen(
                    command.arguments.split()[0]) if m.uid != 2)
                return lines + f"{command.tag} OK done\r\n".encode()
            return None

        server = self.scripted(*(sample.report_mail(n) for n in range(3)), hook=never_the_second)
        self.collect_from(server)
        self.assertEqual({"stored": 2, "quarantined": 1}, self.outcomes())
        self.assertEqual(["fetch-failed"], self.reasons())

    def test_a_message_that_the_server_fails_on_is_quarantined_and_the_others_are_read(self):
        """As Dovecot answers where one message's file is broken."""
        def fail_on_the_second(server, command):
            if command.name == "UID FETCH" and "[]" in command.arguments:
                if any(message.uid == 2 for message in server.chosen(command.arguments.split()[0])):
                    return f"{command.tag} NO [SERVERBUG] Internal error occurred\r\n".encode()
            return None

        server = self.scripted(*(sample.report_mail(n) for n in range(3)), hook=fail_on_the_second)
        self.collect_from(server)
        self.assertEqual({"stored": 2, "quarantined": 1}, self.outcomes())
        self.assertEqual(["fetch-failed"], self.reasons())

    def test_uids_that_the_database_cannot_hold_are_69(self):
        server = self.scripted(Message(2**63, sample.report_mail()))
        self.assert_one_error(self.collect_from(server, 69), "localhost", "63 bits")

    def test_a_message_expunged_while_reading_is_no_message_seen(self):
        def expunge_the_second(server, command):
            if command.name == "UID FETCH" and "[]" in command.arguments and len(server.messages) == 3:
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
        asked = [c.arguments.split()[0] for c in server.commands if c.name == "UID FETCH" and "[]" in c.arguments]
        self.assertEqual(["1"], asked)

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

    def test_uids_beyond_32_bits_are_taken(self):
        server = self.scripted(Message(2**32 + 7, sample.report_mail()), uid_validity=2**40)
        self.collect_from(server)
        self.assertEqual([[str(2**32 + 7), str(2**40)]], self.query("SELECT uid, uid_validity FROM tlsrpt.message"))

    def test_uids_beyond_63_bits_are_69(self):
        server = self.scripted(Message(2**63, sample.report_mail()))
        self.assert_one_error(self.collect_from(server, 69), "localhost", "63 bits")

    def test_a_message_may_contain_what_looks_like_the_protocol(self):
        trap = b"Subject: trap\r\n\r\nx)\r\nA00001 OK done\r\n* BYE\r\n* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n"
        server = self.scripted(trap, sample.report_mail())
        self.collect_from(server)
        self.assertEqual({"ignored": 1, "stored": 1}, self.outcomes())

    # The database.

    def test_a_database_that_is_down_is_75(self):
        port = free_port()
        self.database = f"postgresql://tlsrpt:secret@127.0.0.1:{port}/tlsrpt"
        self.assert_one_error(self.collect(self.configure(), code=75), str(port))

    def test_a_database_that_does_not_exist_is_78(self):
        self.database = self.postgres.url("no_such_database")
        self.assert_one_error(self.collect(self.configure(), code=78), "no_such_database")

    def test_a_database_password_that_is_wrong_is_78(self):
        self.database = self.database.replace(self.postgres.password, "wrong")
        self.collect(self.configure(), code=78)

    def test_a_schema_of_a_later_program_is_78(self):
        self.collect(self.configure())
        self.query("INSERT INTO tlsrpt.schema_migration (version, name, checksum) VALUES (9999, 'later', 'x')")
        self.assert_one_error(self.collect(self.configure(), code=78), "later")

    def test_without_a_schema_and_without_leave_to_make_one_it_is_78(self):
        config = self.configure(database={"url": self.database, "migrate": False})
        self.assert_one_error(self.collect(config, code=78), "migrate")
