"""The quickstart's servers: started, started again, interrupted, pointed at one's own mailbox, and stopped."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import unittest

from tests.harness import collector, process
from tests.harness.postgres import find_program

_ROOT = pathlib.Path(__file__).resolve().parents[2]
_DEADLINE = 300


class Quickstart(unittest.TestCase):

    def setUp(self):
        self.directory = self.enterContext(process.temporary_directory("tlsrpt-qs-"))
        self.state = self.directory / "build" / "quickstart"
        self.addCleanup(self.servers, "stop")

    def spawn(self, *arguments):
        return subprocess.Popen(["/usr/bin/python3", _ROOT / "examples" / "quickstart_servers.py", *arguments],
                                cwd=self.directory, env={**os.environ, "PYTHONPATH": str(_ROOT)}, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def servers(self, *arguments, code=0):
        """Runs the script; what it printed."""
        with self.spawn(*arguments) as running:
            said, _ = running.communicate(timeout=_DEADLINE)
        self.assertEqual(code, running.returncode, said)
        return said

    def interrupted_start(self, sign):
        """Killed as soon as `sign` is there."""
        with self.spawn("start") as running:
            process.wait_until(sign.exists, f"{sign} to be made", 60)
            running.send_signal(signal.SIGKILL)
        self.assertEqual(-signal.SIGKILL, running.returncode)

    def collect(self, config="config.yaml"):
        """Reads what is new; the counts of each run until now, and of the reports."""
        result = collector.run("-c", str(self.state / config), "collect")
        self.assertEqual(0, result.code, result.err)
        runs = self.query("SELECT fetched, stored, duplicate, quarantined, ignored FROM tlsrpt.poll_run ORDER BY id")
        return runs, self.query("SELECT count(*) FROM tlsrpt.report")

    def open_incidents(self):
        result = collector.run("-c", str(self.state / "config.yaml"), "report", "--format", "json")
        self.assertEqual(0, result.code, result.err)
        return [(incident["result_type"], incident["receiving_mx_hostname"]) for incident in json.loads(result.out)["incidents"]
                if incident["state"] == "open" and incident["commands"]]

    def query(self, sql):
        database = (self.state / "database").read_text().strip()
        return process.run_tool([find_program("psql"), "-XAtq", "-d", database, "-c", sql]).split()

    def own_config(self):
        """As a user would write it; its mailbox is the sample inbox, and the password's file is named relative to it."""
        [sample] = json.loads((self.state / "config.yaml").read_text())["mailboxes"]
        own = self.directory / "own"
        own.mkdir()
        shutil.copy(sample["password_file"], own / "password")
        (own / "config.yaml").write_text(
            "# mine\ndatabase: { url: postgresql:///elsewhere }\nmailboxes:\n- name: \"1\"\n"
            f"  server: {sample['server']}\n  username: {sample['username']}\n"
            f"  password_file: password\n  ca_file: {sample['ca_file']}\n  after: keep\n")
        return own / "config.yaml"

    def ports(self):
        return [int(port) for port in (self.state / "services" / "ports").read_text().split()]

    def test_started_after_interruptions_started_again_and_stopped_it_keeps_what_it_holds(self):
        self.assertIn("Nothing was running", self.servers("stop"))
        data = self.state / "services" / "postgres" / "data"
        self.interrupted_start(data / "base")            # initdb is at work
        self.interrupted_start(data / "postmaster.pid")  # PostgreSQL runs, or nearly
        self.assertIn("511 messages: 506 reports, 1 delivered twice, 1 broken, 3 other mails", self.servers("start"))
        collected = self.collect()
        self.assertEqual((["511|506|1|1|3"], ["506"]), collected)
        self.assertEqual([("certificate-expired", "mx2.example.com")], self.open_incidents())
        ports = self.ports()

        self.assertNotIn("messages", self.servers("start"))  # the inbox is there already
        self.assertEqual(ports, self.ports())
        self.assertEqual(collected, self.collect())

        self.servers("start", "--config", str(self.own_config()))
        self.assertEqual(0o600, (self.state / "own-config.yaml").stat().st_mode & 0o777)
        self.assertEqual(collected, self.collect("own-config.yaml"))

        self.servers("stop")
        self.assertEqual([False] * 3, [process.accepts_connections(port) for port in ports])
        self.servers("stop")

    def test_a_configuration_that_would_change_a_mailbox_is_refused_before_anything_is_started(self):
        mailbox = "server: imaps://imap.example.com, username: u, password_env: P"
        for after in ("after: seen", "after: delete", "'after' : delete", "after: { move: Archive }", "after: keep # }\n"
                      ", 'after': delete", '"\\x61fter": delete'):
            with self.subTest(after):
                own = self.directory / "own.yaml"
                own.write_text(f"mailboxes:\n- {{ name: first, {mailbox} }}\n- {{ name: second, {mailbox}, {after} }}\n")
                self.assertIn("`after:`", self.servers("start", "--config", str(own), code=1))
        self.assertFalse((self.state / "services").exists())

    def test_a_configuration_that_is_none_is_refused_before_anything_is_started(self):
        for text, word in (("mailboxes: [", "cannot be read"), ("- a\n", "`mailboxes:`"), ("mailboxes: a\n", "`mailboxes:`"),
                           ("", "`mailboxes:`")):
            with self.subTest(text):
                own = self.directory / "own.yaml"
                own.write_text(text)
                self.assertIn(word, self.servers("start", "--config", str(own), code=1))
        self.assertFalse((self.state / "services").exists())
