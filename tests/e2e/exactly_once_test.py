"""Whatever ends a run, and whoever else runs: each report is there once, and none is missing."""

import itertools
import os
import queue
import random
import signal
import threading

from tests.harness import sample
from tests.harness.imap_script import CLOSE, Message, ScriptedImap
from tests.harness.proxy import Proxy

from .case import PASSWORD, EndToEndTest, let_advisory_locks_lock_nothing

_MESSAGES = 5000
_DISTURBANCES = int(os.environ.get("TLSRPT_TEST_DISTURBANCES", "50"))


class Disturbed(EndToEndTest):
    """A backfill that is disturbed again and again."""

    runs_tell_all = False

    def setUp(self):
        """An undisturbed one, into a database of its own, says what must come of it and how long it takes."""
        super().setUp()
        mails, self.manifest = sample.bulk(_MESSAGES)
        self.deliver(mails)
        self.seconds = self.collect(self.configure(), command="backfill").seconds
        self.assert_holds(self.manifest)
        self.expected = self.content()
        self.database = self.new_database()

    def assert_is_as_undisturbed(self):
        self.assert_holds(self.manifest)
        self.assert_content(self.expected)

    def disturb(self, disturbed_run, code, **mailbox):
        """Until so many runs were really disturbed, and ended with `code`. What one that came to its end left is judged,
        and the next begins anew."""
        def config():
            return str(self.configure(self.mailbox(**mailbox)))

        disturbances, anew = 0, True
        while disturbances < _DISTURBANCES:
            result = disturbed_run(config())
            self.assertIn(result.code, (0, code), result.err)
            if result.code == code:
                disturbances, anew = disturbances + 1, False
                continue
            if anew:  # whole before it was disturbed: this machine is faster than it was
                self.seconds = min(self.seconds, result.seconds)
            self.assert_is_as_undisturbed()
            self.database, anew = self.new_database(), True
        self.collect(config(), command="backfill")
        self.assert_is_as_undisturbed()

    def test_killed_at_random_instants_a_backfill_ends_in_exactly_the_expected_rows(self):
        instants = random.Random(50)
        self.disturb(lambda config: self.start("-c", config, "backfill").kill_after(instants.uniform(0, self.seconds)),
                     -signal.SIGKILL)

    def test_with_postgresql_restarted_meanwhile_a_backfill_ends_in_exactly_the_expected_rows(self):
        instants, ways = random.Random(51), itertools.cycle((signal.SIGINT, signal.SIGQUIT))

        def run(config):
            running = self.start("-c", config, "backfill")
            threading.Event().wait(instants.uniform(0, self.seconds))
            self.postgres.restart(next(ways))
            return running.wait()

        self.disturb(run, 75)

    def test_with_the_connection_cut_at_random_bytes_a_backfill_ends_in_exactly_the_expected_rows(self):
        offsets = random.Random(52)
        size = sum(path.stat().st_size for path in self.maildir.messages())
        proxy = self.enterContext(Proxy(self.imap.imaps_port))

        def run(config):
            proxy.cut_server_after = int(size ** offsets.random())  # as many cuts early, in the login, as late
            result = self.run_program("-c", config, "backfill")
            proxy.cut_server_after = None
            return result

        self.disturb(run, 75, server=f"imaps://localhost:{proxy.port}")


class ExactlyOnce(EndToEndTest):

    def test_a_collect_killed_again_and_again_does_not_convict_a_sound_message(self):
        self.runs_tell_all = False
        bodies = [sample.report_mail(number) for number in range(20)]
        victims = queue.Queue()

        def kill(_, command):
            if command.bodies:
                victims.get().signal(signal.SIGKILL)
                return CLOSE
            return None

        with ScriptedImap(bodies, password=PASSWORD, hook=kill) as server:
            config = self.configure(self.plain(server.port))
            for _ in range(5):
                victim = self.start("-c", str(config), "collect")
                victims.put(victim)
                self.assertEqual(-signal.SIGKILL, victim.wait().code)
            server.hook = None
            self.collect(config)
        self.assertEqual({"stored": 20}, self.outcomes())

    def test_of_two_collects_at_once_one_reads_and_the_other_says_why_not(self):
        with Meeting(sample.report_mail()) as meeting:
            config = self.configure(self.plain(meeting.port, timeout={"command": "300s"}))
            first = self.start("-c", str(config), "collect")
            self.assertTrue(meeting.first_is_reading.wait(120))
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
            config = self.configure(self.plain(meeting.port, timeout={"command": "300s"}))
            first = self.start("-c", str(config), "collect")
            self.assertTrue(meeting.first_is_reading.wait(120))
            self.collect(config)
            meeting.go_on.set()
            result = first.wait()
        self.assertEqual(75, result.code, result.err)
        self.assertEqual({"stored": 20}, self.outcomes())
        self.assertEqual(20, self.count("report"))
        self.assertEqual("20", self.value("SELECT last_uid FROM tlsrpt.mailbox"))

    def test_a_lock_whose_owner_hangs_is_respected_until_the_owner_is_gone(self):
        self.runs_tell_all = False
        with Meeting(sample.report_mail()) as meeting:
            config = self.configure(self.plain(meeting.port, timeout={"command": "300s"}))
            owner = self.start("-c", str(config), "collect")
            self.assertTrue(meeting.first_is_reading.wait(120))
            owner.signal(signal.SIGSTOP)
            meeting.go_on.set()
            self.assert_one_error(self.collect(config, code=75), "localhost", "read elsewhere")
            self.assertEqual({}, self.outcomes())
            owner.signal(signal.SIGKILL)
            self.assertEqual(-signal.SIGKILL, owner.wait().code)
            self.collect(config)
        self.assertEqual({"stored": 1}, self.outcomes())

    def test_killed_between_commit_and_after_the_next_pass_does_it_once(self):
        for action, command in (("seen", "UID STORE"), ("delete", "UID EXPUNGE"), ({"move": "Archive"}, "UID MOVE")):
            for done_before_the_kill in (False, True):
                with self.subTest(after=action, done=done_before_the_kill):
                    self.killed_in_after(action, command, done_before_the_kill)

    def killed_in_after(self, action, command, done_before_the_kill):
        self.database, self.runs_tell_all = self.new_database(), False
        victims = queue.Queue()

        def kill_the_first(server, received):
            if received.name != command or server.names().count(command) > 1:
                return None
            if done_before_the_kill:
                server.usual(received)
            victims.get().signal(signal.SIGKILL)
            return CLOSE

        with ScriptedImap([sample.report_mail(0), sample.report_mail(1)], hook=kill_the_first,
                          password=PASSWORD) as server:
            server.folders.add("Archive")
            config = self.configure(self.plain(server.port, after=action))
            victim = self.start("-c", str(config), "collect")
            victims.put(victim)
            self.assertEqual(-signal.SIGKILL, victim.wait().code)
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
                         password=PASSWORD)
        self.first_is_reading = threading.Event()
        self.go_on = threading.Event()

    def _hold(self, command):
        if command.bodies and not self.first_is_reading.is_set():
            self.first_is_reading.set()
            self.go_on.wait(120)
