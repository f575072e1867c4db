"""`after:`: what happens to mail once its reports are stored, and what must never happen to other mail."""

import queue
import signal

from tests.harness import sample
from tests.harness.imap_script import CLOSE, ScriptedImap

from .case import PASSWORD, EndToEndTest


class After(EndToEndTest):

    def fill(self):
        """Some reports, one of them twice, one broken, and other mail; how many of them `after:` may touch."""
        mails, manifest = sample.inbox(days=1)
        self.deliver(mails)
        return manifest.counts["stored"] + manifest.counts["duplicate"], manifest

    def test_seen_flags_what_was_taken_and_nothing_else(self):
        taken, manifest = self.fill()
        self.collect(self.configure(self.mailbox(after="seen")))
        flags = self.maildir.flags()
        self.assertEqual(taken, flags.count("S"))
        self.assertEqual(manifest.counts["messages"], len(flags))

    def test_delete_removes_what_was_taken_and_nothing_else(self):
        taken, manifest = self.fill()
        self.collect(self.configure(self.mailbox(after="delete")))
        self.assertEqual(manifest.counts["messages"] - taken, len(self.maildir.messages()))
        self.assert_holds(manifest)

    def test_move_makes_the_folder_and_moves_what_was_taken_and_nothing_else(self):
        taken, manifest = self.fill()
        self.collect(self.configure(self.mailbox(after={"move": "Archive.TLS-RPT"})))
        self.assertEqual(taken, len(self.maildir.messages("Archive.TLS-RPT")))
        self.assertEqual(manifest.counts["messages"] - taken, len(self.maildir.messages()))
        self.assert_holds(manifest)

    def test_moved_mail_is_what_it_was(self):
        mail = sample.report_mail()
        self.maildir.deliver(mail, when=1_769_000_000)
        self.collect(self.configure(self.mailbox(after={"move": "Done"})))
        [moved] = self.maildir.messages("Done")
        self.assertEqual(mail, moved.read_bytes())
        self.assertEqual(1_769_000_000, int(moved.stat().st_mtime))

    def test_quarantined_foreign_and_oversized_mail_stays(self):
        self.maildir.deliver(sample.report_mail(0))
        self.maildir.deliver(sample.report_mail(1) + b"x" * 30_000)
        before = self.maildir.snapshot()
        self.collect(self.configure(self.mailbox(after="delete", domains=["elsewhere.example"]),
                                    limits={"message": "20KiB"}))
        self.assertEqual(["foreign-domain", "too-large"], self.reasons())
        after = self.maildir.snapshot()
        self.assertEqual(sorted(before.values()), sorted(after.values()))

    def test_mail_deleted_by_somebody_else_is_not_expunged(self):
        self.maildir.deliver(sample.report_mail(0))
        self.maildir.deliver(b"Subject: not for us\r\n\r\nbut marked\r\n", flags="T")
        self.collect(self.configure(self.mailbox(after="delete")))
        self.assertEqual(["T"], self.maildir.flags())

    def test_a_second_pass_has_nothing_left_to_do(self):
        self.fill()
        config = self.configure(self.mailbox(after="seen"))
        self.collect(config)
        before, mail = self.dump(), self.maildir.snapshot()
        self.collect(config)
        after = self.dump()
        self.assertEqual({"mailbox"}, {table for table in before if before[table] != after[table]})
        self.assertEqual(mail, self.maildir.snapshot())

    # On servers that can do less.

    def collect_scripted(self, after, hook=None, capabilities="IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS MOVE", folders=()):
        with ScriptedImap([sample.report_mail(n) for n in range(3)], hook=hook, password=PASSWORD,
                          capabilities=capabilities) as server:
            server.folders |= set(folders)
            result = self.collect(self.configure(self.plain(server.port, after=after)))
        self.assertEqual({"stored": 3}, self.outcomes())
        self.assertNotIn("EXPUNGE", server.names())
        self.assertNotIn("CLOSE", server.names())
        return server, result

    def test_without_move_mail_is_copied_and_expunged_by_uid(self):
        server, _ = self.collect_scripted({"move": "Archive"}, capabilities="IMAP4rev1 AUTH=PLAIN UIDPLUS",
                                          folders=["Archive"])
        self.assertEqual(3, len(server.moved))
        self.assertEqual([], server.messages)
        self.assertNotIn("UID MOVE", server.names())

    def test_without_uidplus_mail_stays_flagged_deleted_and_that_is_said(self):
        server, result = self.collect_scripted("delete", capabilities="IMAP4rev1 AUTH=PLAIN")
        self.assertEqual([{"\\Deleted"}] * 3, [message.flags for message in server.messages])
        self.assertNotIn("UID EXPUNGE", server.names())
        self.assertRegex(result.err, r"(?m)^\S+ warning .*UIDPLUS")

    def test_a_move_by_copy_that_a_kill_interrupts_copies_nothing_a_second_time(self):
        """Killed when the old messages are flagged and not yet expunged."""
        self.runs_tell_all = False
        victims = queue.Queue()

        def kill_the_first(server, command):
            if command.name != "UID EXPUNGE" or server.names().count("UID EXPUNGE") > 1:
                return None
            victims.get().signal(signal.SIGKILL)
            return CLOSE

        with ScriptedImap([sample.report_mail(n) for n in range(3)], hook=kill_the_first, password=PASSWORD,
                          capabilities="IMAP4rev1 AUTH=PLAIN UIDPLUS") as server:
            server.folders.add("Archive")
            config = self.configure(self.plain(server.port, after={"move": "Archive"}))
            victim = self.start("-c", str(config), "collect")
            victims.put(victim)
            self.assertEqual(-9, victim.wait().code)
            self.collect(config)
        self.assertEqual([1, 2, 3], [message.uid for message in server.moved])
        self.assertEqual([], server.messages)

    def test_a_missing_folder_is_made_where_the_server_asks_for_it(self):
        server, _ = self.collect_scripted({"move": "Archive"})
        self.assertIn("Archive", server.folders)
        self.assertEqual(3, len(server.moved))

    def test_a_move_that_is_refused_though_announced_becomes_a_copy(self):
        def refuse(_, command):
            return f"{command.tag} BAD Command Error. 12\r\n".encode() if command.name == "UID MOVE" else None

        server, _ = self.collect_scripted({"move": "Archive"}, hook=refuse, folders=["Archive"])
        self.assertEqual(3, len(server.moved))
        self.assertEqual([], server.messages)

    def test_a_move_that_fails_after_it_worked_copies_nothing(self):
        def lie(server, command):
            if command.name != "UID MOVE":
                return None
            server.usual(command)
            return f"{command.tag} NO something went wrong\r\n".encode()

        server, _ = self.collect_scripted({"move": "Archive"}, hook=lie, folders=["Archive"])
        self.assertEqual(3, len(server.moved))
        self.assertEqual([], server.messages)

    def test_keep_sends_no_command_that_could_change_anything(self):
        server, _ = self.collect_scripted("keep")
        self.assertEqual(set(), {"SELECT", "UID STORE", "UID COPY", "UID MOVE", "UID EXPUNGE"} & set(server.names()))
        bodies = [c.arguments for c in server.commands if c.bodies]
        self.assertTrue(all("BODY.PEEK[]" in arguments for arguments in bodies), bodies)
