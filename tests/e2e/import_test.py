"""`import`: the same reports from disk give the same rows."""

import gzip
import itertools
import json
import mailbox

from tests.harness import bounded, sample, terminal

from .case import EndToEndTest


def report_of(mail):
    """The report as the sender's own JSON text, without the mail."""
    return json.dumps(mail.report).encode()


class Import(EndToEndTest):

    def import_(self, *paths, code=0, **options):
        return self.collect(self.configure(), *map(str, paths), command="import", code=code, **options)

    def write(self, name, content):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def empty_database(self):
        self.database = self.new_database()

    def test_a_maildir_an_mbox_and_loose_mails_give_the_rows_that_the_mailbox_gave(self):
        mails, manifest = sample.inbox()
        self.deliver(mails)
        self.collect(self.configure())
        expected = self.content()

        box = mailbox.mbox(self.directory / "reports.mbox")
        for mail in mails:
            box.add(mail.content.replace(b"\r\n", b"\n"))
        box.close()
        loose = self.directory / "loose"
        for number, mail in enumerate(mails):
            self.write(f"loose/{number:04}.eml", mail.content)

        for source in (self.maildir.root, self.directory / "reports.mbox", loose):
            with self.subTest(source=source.name):
                self.empty_database()
                self.import_(source, code=65)  # one report of the sample is broken
                self.assertEqual(expected, self.content())
                self.assert_holds(manifest)

    def test_mails_that_each_unpack_to_a_hundred_megabytes_are_not_all_unpacked_at_once(self):
        mails, _ = sample.inbox()
        mail = next(mail for mail in mails if mail.kind == "report")
        detail = {"result-type": "certificate-expired", "failed-session-count": 1, "additional-information": "x" * 65_000}
        for number in range(4):
            policies = [{**mail.report["policies"][0], "failure-details": [detail] * 1_500}]
            text = json.dumps({**mail.report, "report-id": str(number), "policies": policies})
            self.write(f"large/{number}.json.gz", gzip.compress(text.encode(), 1))
        run = bounded.Run(self.directory / "large", "-c", self.configure(), "import", self.directory / "large")
        self.assertEqual(0, run.code, run.errors)
        self.assertEqual({"stored": 4}, self.outcomes())
        if not bounded.sanitized():
            self.assertLessEqual(run.memory, bounded.MOST_MEMORY)

    def test_one_report_gives_the_rows_that_the_mailbox_gave_from_every_kind_of_file_and_from_a_pipe(self):
        mail = next(mail for mail in sample.inbox()[0] if mail.kind == "report" and any(
            policy.get("failure-details") for policy in mail.report["policies"]))
        self.maildir.deliver(mail.content, when=mail.when)
        self.collect(self.configure())
        expected = self.content()
        self.assertEqual(["report", "policy", "failure_detail", "session_total", "failure_total"],
                         [table for table, rows in expected.items() if rows])

        box = mailbox.mbox(self.directory / "report.mbox")
        box.add(mail.content.replace(b"\r\n", b"\n"))
        box.close()
        forms = {"report.mbox": (self.directory / "report.mbox").read_bytes(), "report.eml": mail.content,
                 "report.json": report_of(mail), "report.json.gz": gzip.compress(report_of(mail))}
        ways = [("a Maildir", self.maildir.root, None)]
        for name, content in forms.items():
            ways += [(name, self.write(name, content), None), (f"{name} by a pipe", "-", content)]
        for name, path, piped in ways:
            with self.subTest(name):
                self.empty_database()
                self.import_(path, stdin=piped)
                self.assertEqual({"stored": 1}, self.outcomes())
                self.assertEqual(expected, self.content())

    def test_one_report_stays_one_row_however_it_comes_and_in_every_order(self):
        mail = next(mail for mail in sample.inbox()[0] if mail.kind == "report")
        self.maildir.deliver(mail.content, when=mail.when)
        eml = self.write("report.eml", mail.content)
        bare = self.write("report.json", report_of(mail))
        packed = self.write("packed/report.json.gz", gzip.compress(report_of(mail)))
        ways = {
            "mailbox": lambda: self.collect(self.configure()),
            "eml": lambda: self.import_(eml),
            "json": lambda: self.import_(bare),
            "gzip": lambda: self.import_(packed),
        }
        contents = []
        for order in itertools.permutations(ways):
            with self.subTest(order=order):
                self.empty_database()
                for way in order:
                    ways[way]()
                contents.append(self.content())
                self.assertEqual(1, self.count("report"))
                self.assertEqual(contents[0], contents[-1])
                self.assertEqual("pass", self.value("SELECT authentic FROM tlsrpt.report"))
                self.assertEqual(1, self.outcomes()["stored"])

    def test_progress_is_shown_on_a_terminal(self):
        mail = self.write("report.eml", sample.report_mail())
        shown, result = terminal.run(self.start, "-c", str(self.configure()), "import", str(mail))
        self.assertEqual((0, "1 message: 1 stored\n"), (result.code, result.out))
        self.assertRegex(shown, r"\r\x1b\[Kimport 1  [\d.]+ KiB.*\r\x1b\[K$")

    def test_importing_the_same_file_again_changes_no_report(self):
        mails, _ = sample.inbox(days=1)
        self.deliver(mails)
        self.import_(self.maildir.root, code=65)
        before = self.dump()
        self.import_(self.maildir.root, code=65)
        after = self.dump()
        self.assertEqual(set(), {table for table in before if before[table] != after[table]} - {"poll_run"})

    def test_a_file_that_is_in_quarantine_is_told_when_it_comes_again_and_would_be_good_now(self):
        path = self.write("report.eml", sample.report_mail())
        strict = self.configure(self.mailbox(domains=["elsewhere.example"]))
        known = "report.eml: known, and in quarantine: `tlsrpt-collector reprocess` tries it again"
        for _ in range(2):
            self.assertNotIn(known, self.collect(strict, str(path), command="import", code=65).err)
        self.assertIn(known, self.import_(path, code=65).err)
        self.assertEqual({"quarantined": 1}, self.outcomes())

    def test_bare_json_is_the_operators_own_and_needs_no_signature(self):
        mail = next(mail for mail in sample.inbox()[0] if mail.kind == "report")
        config = self.configure(authentication={"authserv_id": "mx.example.com", "require": "dkim"})
        self.collect(config, str(self.write("report.json", report_of(mail))), command="import")
        self.assertEqual([["stored", "unknown"]], self.query("SELECT outcome, authentic FROM tlsrpt.message"))

    def test_an_imported_mail_needs_a_signature_like_any_other(self):
        forged = sample.report_mail().replace(b"dkim=pass", b"dkim=fail")
        config = self.configure(authentication={"authserv_id": "mx.example.com", "require": "dkim"})
        self.collect(config, str(self.write("forged.eml", forged)), command="import", code=65)
        self.assertEqual(["not-authentic"], self.reasons())
        self.assertEqual(0, self.count("report"))

    def test_bad_input_is_65_and_the_rest_is_taken(self):
        good = self.write("good.eml", sample.report_mail())
        bad = self.write("bad.json", b'{"organization-name": ')
        self.import_(bad, good, code=65)
        self.assertEqual({"stored": 1, "quarantined": 1}, self.outcomes())
        self.assertEqual(["bad-json"], self.reasons())

    def test_other_mail_alone_is_no_failure(self):
        other = self.write("other.eml", b"From: a@example.com\r\nSubject: lunch\r\n\r\nToday at noon.\r\n")
        self.import_(other)
        self.assertEqual({"ignored": 1}, self.outcomes())

    def test_a_missing_input_is_66_and_the_rest_is_taken(self):
        good = self.write("good.eml", sample.report_mail())
        result = self.import_(self.directory / "missing.eml", good, code=66)
        self.assertIn("missing.eml", result.err)
        self.assertEqual({"stored": 1}, self.outcomes())
