"""`run`, and many mailboxes at once."""

import queue
import signal
import socket
import threading

from tests.harness import process, sample
from tests.harness.imap_script import ScriptedImap

from .case import PASSWORD, EndToEndTest

_RARELY = {"every": "1h", "jitter": "0s"}


class Run(EndToEndTest):

    def run_until(self, config, condition, what):
        """`run` until the condition holds of what it logged; then it is told to stop. Its log."""
        log = self.directory / "log"
        with open(log, "wb") as stderr:
            running = self.start("-c", str(config), "run", stderr=stderr)
        process.wait_until(lambda: condition(log.read_text()), what, 120)
        running.signal(signal.SIGTERM)
        self.assertEqual(0, running.wait().code, log.read_text())
        self.assert_keeps_secrets(log.read_text())
        return log.read_text()

    def test_a_misconfigured_mailbox_is_told_and_left_for_later_and_the_others_are_read(self):
        self.maildir.deliver(sample.report_mail())
        refused = self.mailbox(name="refused", username="nobody@example.com")
        nowhere = self.mailbox(name="nowhere", folder="Nowhere")
        config = self.configure(refused, nowhere, self.mailbox(), poll={**_RARELY, "parallel": 1})
        log = self.run_until(config, lambda log: "1 stored" in log, "the sound mailbox to be read")
        self.assertRegex(log, r"error mailbox refused: localhost.*login refused")
        self.assertRegex(log, r"error mailbox nowhere: localhost.*Nowhere")
        self.assertIn("mailbox refused: next try in 3600 s", log)
        self.assertEqual({"stored": 1}, self.outcomes())

    def test_a_database_that_is_not_ours_to_use_is_78_at_once(self):
        self.collect(self.configure())
        self.query("INSERT INTO tlsrpt.schema_migration (version, name, checksum) VALUES (9999, 'later', 'x')")
        self.assertIn("newer than this program", self.collect(self.configure(), command="run", code=78).err)

    def test_a_database_that_is_down_is_waited_for(self):
        port = self.enterContext(process.silent_port())
        self.database = f"postgresql://tlsrpt:secret@127.0.0.1:{port}/tlsrpt"
        log = self.run_until(self.configure(poll=_RARELY), lambda log: "next try" in log, "a failed pass")
        self.assertRegex(log, "warning database: .*refused")
        self.assertRegex(log, "next try in 60 s")

    def test_a_stop_before_the_database_has_answered_is_no_failure(self):
        silent = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        self.database = f"postgresql://tlsrpt@127.0.0.1:{silent.getsockname()[1]}/tlsrpt?connect_timeout=2"
        running = self.start("-c", str(self.configure(poll=_RARELY)), "run")
        with silent.accept()[0]:
            running.signal(signal.SIGTERM)
            result = running.wait()
        self.assertEqual(0, result.code, result.err)

    def test_a_pass_that_is_stopped_does_not_say_that_there_was_nothing_new(self):
        log, told = self.directory / "log", queue.Queue()

        def stop(_, command):
            if command.bodies:
                told.get().signal(signal.SIGTERM)
                process.wait_until(lambda: "stopping" in log.read_text(), "the signal to arrive", 120)

        with ScriptedImap([sample.report_mail()], hook=stop, password=PASSWORD) as server:
            config = self.configure(self.plain(server.port, timeout={"command": "300s"}), poll=_RARELY)
            with open(log, "wb") as stderr:
                running = self.start("-c", str(config), "run", stderr=stderr)
            told.put(running)
            self.assertEqual(0, running.wait().code)
        self.assertIn("stopped before anything was stored", log.read_text())
        self.assertNotIn("nothing new", log.read_text())
        self.collect(self.configure())


class ManyMailboxes(EndToEndTest):

    _MAILBOXES = 50
    _PARALLEL = 4

    def configure_many(self, server, **poll):
        return self.configure(*(self.plain(server.port, name=f"box{number}", username=f"user{number}")
                                for number in range(self._MAILBOXES)), poll={"parallel": self._PARALLEL, **poll})

    def assert_all_were_read(self, server):
        self.assertEqual(self._PARALLEL, server.most)
        self.assertEqual([[str(self._MAILBOXES), str(self._MAILBOXES)]], self.query(
            "SELECT count(*), count(DISTINCT mailbox_key) FROM tlsrpt.message WHERE outcome IN ('stored', 'duplicate')"))

    def test_collect_reads_all_with_as_many_sessions_at_once_as_parallel_says_and_never_more(self):
        with Crowd(self._PARALLEL) as server:
            self.collect(self.configure_many(server))
        self.assert_all_were_read(server)

    def test_run_reads_all_with_as_many_sessions_at_once_as_parallel_says_and_never_more(self):
        with Crowd(self._PARALLEL) as server:
            running = self.start("-c", str(self.configure_many(server, **_RARELY)), "run")
            self.wait_for_rows("message", self._MAILBOXES)
            running.signal()
            self.assertEqual(0, running.wait().code)
        self.assert_all_were_read(server)


class Crowd(ScriptedImap):
    """Counts the sessions at once, and lets the first so many go on only together."""

    def __init__(self, together):
        super().__init__([sample.report_mail()], hook=Crowd._count, password=PASSWORD)
        self.most = 0
        self._inside = 0
        self._together = together
        self._changed = threading.Condition()

    def _count(self, command):
        with self._changed:
            if command.name == "EXAMINE":
                self._inside += 1
                self.most = max(self.most, self._inside)
                self._changed.notify_all()
                self._changed.wait_for(lambda: self.most >= self._together, 60)
            elif command.name == "LOGOUT":
                self._inside -= 1
