"""Whatever goes wrong between us and the servers ends in one clear line, the right exit code, and in time."""

import contextlib
import os
import socket
import ssl
import threading

from tests.harness import certs, sample
from tests.harness.imap_script import CLOSE, STALL, Message, ScriptedImap
from tests.harness.process import silent_port

from .case import MAILBOX, PASSWORD
from .scripted_case import DEADLINE, SHORT, ScriptedTest


class Faults(ScriptedTest):

    def refused(self, code, *words, **mailbox):
        """A collect with that entry ends with that code, and one line that has the words."""
        result = self.collect(self.configure(self.mailbox(timeout=SHORT, **mailbox)), code=code, deadline=DEADLINE)
        self.assert_one_error(result, *words)
        return result

    # Before the mailbox is open.

    def test_a_wrong_password_is_77(self):
        self.refused(77, "localhost", password_file=None, password="wrong")

    def test_an_untrusted_certificate_is_69(self):
        other = certs.Authority(self.directory / "other", "somebody else")
        self.refused(69, "localhost", "certificate", ca_file=str(other.ca_file))

    def test_a_ca_file_that_holds_no_certificates_is_78_and_says_why(self):
        pipe, text = self.directory / "pipe", self.directory / "text"
        os.mkfifo(pipe)
        text.write_text("none\n")
        for path, why in ((pipe, "expected a regular file"), (text, "expected certificates (PEM)"),
                          (self.directory, "expected a regular file"),
                          (self.directory / "missing", "cannot be read: No such file or directory")):
            with self.subTest(why=why):
                self.refused(78, f"ca_file: {path}: {why}", ca_file=str(path))
                lines = self.collect(self.configure(self.mailbox(ca_file=str(path))), command="check", code=78).out
                self.assertIn(f"[fail] mailbox {MAILBOX} login: ca_file: {path}: {why}\n", lines)

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
        port = self.enterContext(silent_port())
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
        farewells = [b"* BYE Disconnected for inactivity\r\n"]

        def hang_up_once(_, command):
            return farewells.pop() if command.bodies == "701:800" and farewells else None

        server = self.scripted(*(mail.content for mail in mails), hook=hang_up_once)
        self.assert_one_error(self.collect_from(server, 75), "localhost", "Disconnected for inactivity")
        self.assertEqual(700, self.count("message"))
        server.commands.clear()
        self.collect_from(server)
        # A set: what the first run had asked for may reach the server as late as this.
        self.assertEqual({"701:800", "801:900", "901:1000"}, set(server.bodies_asked()))
        self.assert_holds(manifest)

    def test_what_was_read_before_is_not_read_again(self):
        bodies = [sample.report_mail(number) for number in range(5)]
        server = self.scripted(*bodies[:4])
        self.collect_from(server)
        server.messages.append(Message(5, bodies[4]))
        server.commands.clear()
        self.collect_from(server)
        self.assertEqual(["5"], server.bodies_asked())
        self.assertEqual({"stored": 5}, self.outcomes())

    # The database.

    def test_a_database_that_is_down_is_75(self):
        port = self.enterContext(silent_port())
        self.database = f"postgresql://tlsrpt:secret@127.0.0.1:{port}/tlsrpt"
        self.assert_one_error(self.collect(self.configure(), code=75), str(port))

    def test_a_database_that_does_not_exist_is_78(self):
        self.database = self.postgres.url("no_such_database")
        self.assert_one_error(self.collect(self.configure(), code=78), "no_such_database")

    def test_a_database_password_that_is_wrong_is_78(self):
        self.database = self.database.replace(self.postgres.password, "wrong")
        self.collect(self.configure(), code=78)

    def test_a_database_whose_certificate_is_not_trusted_is_69(self):
        ours, theirs = (certs.Authority(self.directory / name) for name in ("ours", "theirs"))
        port = self.enterContext(TlsDatabase(theirs.issue())).port
        self.database = f"postgresql://tlsrpt@localhost:{port}/tlsrpt?sslmode=verify-full&sslrootcert={ours.ca_file}"
        self.assert_one_error(self.collect(self.configure(), code=69), "certificate verify failed")
        self.database = self.database.replace("ours/ca.pem", "theirs/ca.key")
        self.assert_one_error(self.collect(self.configure(), code=78), "root certificate file")

    def test_a_schema_that_the_role_may_not_use_is_78(self):
        self.collect(self.configure())
        as_owner = self.database.replace("//tlsrpt:", "//postgres:")
        self.postgres.query("REVOKE ALL ON SCHEMA tlsrpt FROM tlsrpt; ALTER SCHEMA tlsrpt OWNER TO postgres", as_owner)
        self.addCleanup(self.postgres.query, "GRANT USAGE ON SCHEMA tlsrpt TO tlsrpt", as_owner)
        for arguments in (("collect",), ("collect", "--dry-run"), ("run",), ("migrate",), ("migrate", "--status"),
                          ("check",), ("report",), ("prune",), ("import", "/dev/null")):
            with self.subTest(arguments=arguments):
                result = self.collect(self.configure(), *arguments[1:], command=arguments[0], code=78)
                self.assertRegex(result.out + result.err, "role tlsrpt lacks the privilege USAGE on schema tlsrpt")

    def test_a_schema_of_a_later_program_is_78(self):
        self.collect(self.configure())
        self.query("INSERT INTO tlsrpt.schema_migration (version, name, checksum) VALUES (9999, 'later', 'x')")
        self.assert_one_error(self.collect(self.configure(), code=78), "later")

    def test_without_a_schema_and_without_leave_to_make_one_it_is_78(self):
        config = self.configure(database={"url": self.database, "migrate": False})
        self.assert_one_error(self.collect(config, code=78), "migrate")


class TlsDatabase:
    """A server that speaks no more of PostgreSQL than what begins TLS, again and again."""

    def __init__(self, pair):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*pair)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                self._begin_tls(self._socket.accept()[0])

    def _begin_tls(self, connection):
        with connection, contextlib.suppress(OSError):
            connection.recv(8)  # SSLRequest
            connection.sendall(b"S")
            self._context.wrap_socket(connection, server_side=True).recv(1)
