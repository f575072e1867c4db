"""`backfill`: a whole inbox, whatever was read of it before."""

import queue
import re
import signal
import threading

from tests.harness import process, sample, terminal
from tests.harness.imap_script import CLOSE, ScriptedImap

from .case import MAILBOX, PASSWORD, EndToEndTest

_DAY = 86_400
_NOON = 1_768_046_400  # 2026-01-10, noon UTC


class Backfill(EndToEndTest):

    def deliver_a_day_apart(self, number):
        for day in range(number):
            self.maildir.deliver(sample.report_mail(day), when=_NOON + day * _DAY)

    def watermarks(self):
        [[last, backfill]] = self.query("SELECT last_uid, backfill_uid FROM tlsrpt.mailbox")
        return last, backfill

    def test_it_reads_everything_and_leaves_nothing_for_collect(self):
        self.deliver_a_day_apart(3)
        config = self.configure()
        self.collect(config, command="backfill")
        self.assertEqual({"stored": 3}, self.outcomes())
        self.assertEqual(("3", ""), self.watermarks())
        self.collect(config)
        self.assertEqual([["backfill", "3"]], self.query("SELECT command, fetched FROM tlsrpt.poll_run"))

    def test_what_was_read_before_is_read_again_and_stays_what_it_was(self):
        self.deliver_a_day_apart(3)
        config = self.configure()
        self.collect(config)
        content, messages = self.content(), self.query("SELECT * FROM tlsrpt.message ORDER BY id")
        self.collect(config, command="backfill")
        self.assertEqual(content, self.content())
        self.assertEqual(messages, self.query("SELECT * FROM tlsrpt.message ORDER BY id"))
        self.assertEqual(("3", ""), self.watermarks())

    def test_imap_23_since_and_before_choose_by_day_of_arrival_and_leave_the_rest_for_collect(self):
        self.deliver_a_day_apart(5)
        config = self.configure()
        self.collect(config, "--since", "2026-01-11", "--before", "2026-01-13", command="backfill")
        self.assertEqual([["2"], ["3"]], self.query("SELECT uid FROM tlsrpt.message ORDER BY uid"))
        self.assertEqual("0", self.watermarks()[0])
        self.collect(config)
        self.assertEqual(5, self.count("report"))
        self.assertEqual("5", self.watermarks()[0])

    def test_a_backfill_that_was_cut_short_goes_on_where_it_was(self):
        bodies = [sample.report_mail(number) for number in range(450)]

        def close_late(server, command):
            return CLOSE if command.bodies and len(server.bodies_asked()) == 4 else None

        with ScriptedImap(bodies, hook=close_late, password=PASSWORD) as server:
            config = self.configure(self.plain(server.port))
            self.collect(config, command="backfill", code=75)
            read = self.count("message")
            self.assertEqual(("0", str(read)) if not read else (str(read), str(read)), self.watermarks())
            server.hook = None
            server.commands.clear()
            self.collect(config, command="backfill")
            asked = server.bodies_asked()
        self.assertEqual(str(read + 1), asked[0].partition(":")[0])
        self.assertEqual({"stored": 450}, self.outcomes())
        self.assertEqual(("450", ""), self.watermarks())

    def test_told_to_stop_it_finishes_its_batch_and_can_go_on(self):
        """It is told when a first batch has been written and the server is about to send more."""
        log, told = self.directory / "log", queue.Queue()

        def stop(_, command):
            if command.bodies == "2101:2200":
                self.wait_for_rows("message", 1)
                told.get().signal(signal.SIGTERM)
                process.wait_until(lambda: "stopping" in log.read_text(), "the signal to arrive", 120)

        with ScriptedImap([b"Subject: x\r\n\r\n"] * 2500, hook=stop, password=PASSWORD) as server:
            config = self.configure(self.plain(server.port, timeout={"command": "300s"}))
            with open(log, "wb") as stderr:
                running = self.start("-c", str(config), "backfill", stderr=stderr)
            told.put(running)
            self.assertEqual(0, running.wait().code, log.read_text())
            stored = self.count("message")
            self.assertIn(stored, range(1, 2101))
            self.assertEqual((str(stored), str(stored)), self.watermarks())
            server.hook = None
            server.commands.clear()
            self.collect(config, command="backfill")
            # The least: what the first run had asked for may reach the server as late as this.
            self.assertEqual(stored + 1, min(int(asked.partition(":")[0]) for asked in server.bodies_asked()))
        self.assertEqual({"ignored": 2500}, self.outcomes())
        self.assertEqual(("2500", ""), self.watermarks())

    def test_progress_is_shown_on_a_terminal_alone(self):
        # No group of messages comes within the tenth of a second for which the bar stays as it is.
        def slowly(_, command):
            if command.bodies:
                threading.Event().wait(0.15)

        bodies = [sample.report_mail(number) for number in range(450)]
        with ScriptedImap(bodies, hook=slowly, password=PASSWORD) as server:
            config = self.configure(self.plain(server.port))
            shown, result = terminal.run(self.start, "-c", str(config), "backfill")
            piped = self.collect(config, command="backfill")
        self.assertEqual((0, ""), (result.code, result.out))
        bars = re.findall(rf"\r\x1b\[K({MAILBOX} [^\r]*)", shown)
        self.assertRegex(bars[0], r"\[> *\]   0%  0/450  0 B$")
        self.assertRegex(bars[1], r"\[=+> *\] +\d+%  \d+/450  [\d.]+ KiB  \d+/s  \d+:\d\d left$")
        self.assertLess(max(map(len, bars)), terminal.COLUMNS)
        self.assertTrue(shown.endswith("\r\x1b[K"), shown)
        for text in (piped.out, piped.err):
            self.assertNotIn("\r", text)
            self.assertNotIn("\x1b", text)
            self.assertNotIn("left", text)

    def test_progress_of_several_mailboxes_is_one_bar(self):
        self.deliver_a_day_apart(3)
        second = self.mailbox(name="second", folder="Second")
        self.maildir.create("Second")
        self.maildir.deliver(sample.report_mail(4), folder="Second")
        shown, result = terminal.run(self.start, "-c", str(self.configure(self.mailbox(), second)), "backfill")
        self.assertEqual(0, result.code, shown)
        self.assertRegex(shown, r"\r\x1b\[K2 mailboxes \[[=> ]+\] +\d+%  \d/[134]  ")
