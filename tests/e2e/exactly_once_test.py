"""Whatever ends a run, and whoever else runs: each report is there once, and none is missing."""

import os
import random
import signal
import threading

from tests.harness import sample
from tests.harness.imap_script import CLOSE, Message, ScriptedImap
from tests.harness.proxy import Proxy

from .case import EndToEndTest, let_advisory_locks_lock_nothing

_MESSAGES = 5000
_DISTURBANCES = int(os.environ.get("TLSRPT_TEST_DISTURBANCES", "50"))


class ExactlyOnce(EndToEndTest):

    def fill(self, number=_MESSAGES):
        mails, manifest = sample.bulk(number)
        self.deliver(mails)
        return manifest

    def undisturbed_seconds(self):
        """How long a backfill takes, into a database of its own; it leaves Dovecot's indexes made."""
        database, self.database = self.database, self.new_database()
        seconds = self.collect(self.configure(), command="backfill").seconds
        self.database = database
        return seconds

    def test_killed_at_random_instants_a_backfill_ends_in_exactly_the_expected_rows(self):
        manifest = self.fill()
        duration = self.undisturbed_seconds()
        instants = random.Random(50)
        killed = 0
        while killed < _DISTURBANCES:
            result = self.start("-c", str(self.configure()), "backfill").kill_after(instants.uniform(0, duration))
            self.assertIn(result.code, (0, -signal.SIGKILL), result.err)
            killed += result.code != 0
            if result.code == 0:  # it came to its end: what it left is judged, and the next begins anew
                self.assert_holds(manifest)
                self.database = self.new_database()
        self.collect(self.configure(), command="backfill")
        self.assert_holds(manifest)

    def test_with_postgresql_restarted_meanwhile_a_backfill_ends_in_exactly_the_expected_rows(self):
        manifest = self.fill()
        duration = self.undisturbed_seconds()
        config, instants = self.configure(), random.Random(51)
        for number in range(_DISTURBANCES):
            running = self.start("-c", str(config), "backfill")
            threading.Event().wait(instants.uniform(0, duration))
            self.postgres.restart(signal.SIGQUIT if number % 2 else signal.SIGINT)
            result = running.wait()
            self.assertIn(result.code, (0, 75), result.err)
        self.collect(config, command="backfill")
        self.assert_holds(manifest)

    def test_with_the_connection_cut_at_random_bytes_a_backfill_ends_in_exactly_the_expected_rows(self):
        manifest = self.fill()
        offsets = random.Random(52)
        size = sum(path.stat().st_size for path in self.maildir.messages())
        with Proxy(self.imap.imaps_port) as proxy:
            config = self.configure(self.mailbox(server=f"imaps://localhost:{proxy.port}"))
            for _ in range(_DISTURBANCES):
                proxy.cut_server_after = int(size ** offsets.random())  # as many cuts early, in the login, as late
                result = self.run_program("-c", str(config), "backfill")
                self.assertIn(result.code, (0, 75), f"{proxy.cut_server_after}: {result.err}")
            proxy.cut_server_after = None
            self.collect(config, command="backfill")
        self.assert_holds(manifest)

    def test_a_collect_killed_again_and_again_does_not_convict_a_sound_message(self):
        bodies = [sample.report_mail(number) for number in range(20)]
        with ScriptedImap(bodies, password="again") as server:
            config = self.configure(self.plain(server.port, password_file=None, password="again"))
            for _ in range(5):
                running = []
                server.hook = lambda _, command, r=running: r.pop().signal(signal.SIGKILL) if (
                    r and command.name == "UID FETCH" and "[]" in command.arguments) else None
                running.append(self.start("-c", str(config), "collect"))
                self.assertEqual(-signal.SIGKILL, running[0].wait().code)
            server.hook = None
            self.collect(config)
        self.assertEqual({"stored": 20}, self.outcomes())

    def test_of_two_collects_at_once_one_reads_and_the_other_says_why_not(self):
        with Meeting(sample.report_mail()) as meeting:
            config = self.configure(self.plain(meeting.port, password_file=None, password=meeting.password))
            first = self.start("-c", str(config), "collect")
            meeting.first_is_reading.wait(60)
            before = self.query("SELECT * FROM tlsrpt.mailbox")
            second = self.collect(config, code=75)
            self.assert_one_error(second, "elsewhere")
            self.assertEqual(before, self.query("SELECT * FROM tlsrpt.mailbox"))
            meeting.go_on.set()
            self.assertEqual(0, first.wait().code)
        self.assertEqual({"stored": 1}, self.outcomes())

    def test_without_the_lock_two_collects_at_once_still_end_in_the_right_rows(self):
        let_advisory_locks_lock_nothing(self.postgres, self.database)
        with Meeting(*(sample.report_mail(number) for number in range(20))) as meeting:
            config = self.configure(self.plain(meeting.port, password_file=None, password=meeting.password))
            first = self.start("-c", str(config), "collect")
            meeting.first_is_reading.wait(60)
            self.collect(config)
            meeting.go_on.set()
            result = first.wait()
        self.assertEqual(75, result.code, result.err)
        self.assertEqual({"stored": 20}, self.outcomes())
        self.assertEqual(20, self.count("report"))
        self.assertEqual("20", self.value("SELECT last_uid FROM tlsrpt.mailbox"))

    def test_a_lock_whose_owner_was_killed_stands_in_nobodys_way(self):
        with Meeting(sample.report_mail()) as meeting:
            config = self.configure(self.plain(meeting.port, password_file=None, password=meeting.password))
            first = self.start("-c", str(config), "collect")
            meeting.first_is_reading.wait(60)
            first.signal(signal.SIGKILL)
            first.wait()
            meeting.go_on.set()
            self.collect(config)
        self.assertEqual({"stored": 1}, self.outcomes())

    def test_killed_between_commit_and_after_the_next_pass_does_it_once(self):
        for action, command in (("seen", "UID STORE"), ("delete", "UID EXPUNGE"), ({"move": "Archive"}, "UID MOVE")):
            for done_before_the_kill in (False, True):
                with self.subTest(after=action, done=done_before_the_kill):
                    self.killed_in_after(action, command, done_before_the_kill)

    def killed_in_after(self, action, command, done_before_the_kill):
        self.database = self.new_database()
        running = []

        def kill(server, received):
            if received.name != command or not running:
                return None
            if done_before_the_kill:
                server.usual(received)
            running.pop().signal(signal.SIGKILL)
            return CLOSE

        with ScriptedImap([sample.report_mail(0), sample.report_mail(1)], hook=kill, password="after") as server:
            server.folders.add("Archive")
            config = self.configure(self.plain(server.port, after=action, password_file=None, password="after"))
            running.append(self.start("-c", str(config), "collect"))
            self.assertEqual(-signal.SIGKILL, running[0].wait().code)
            self.assertEqual("2", self.value("SELECT count(*) FROM tlsrpt.message WHERE after_done_at IS NULL"))
            self.collect(config)
            self.collect(config)
        self.assertEqual("0", self.value("SELECT count(*) FROM tlsrpt.message WHERE after_done_at IS NULL"))
        self.assertEqual({"stored": 2}, self.outcomes())
        if action == "seen":
            self.assertEqual([{"\\Seen"}] * 2, [message.flags for message in server.messages])
        else:
            self.assertEqual([], server.messages)
        self.assertEqual(2 if isinstance(action, dict) else 0, len(server.moved))


class Meeting(ScriptedImap):
    """Holds the first one that asks for bodies until `go_on`; whoever comes later is served at once."""

    def __init__(self, *bodies):
        super().__init__([Message(uid, body) for uid, body in enumerate(bodies, 1)], hook=Meeting._hold,
                         password="two at once")
        self.first_is_reading = threading.Event()
        self.go_on = threading.Event()

    def _hold(self, command):
        if command.name == "UID FETCH" and "[]" in command.arguments and not self.first_is_reading.is_set():
            self.first_is_reading.set()
            self.go_on.wait(60)
