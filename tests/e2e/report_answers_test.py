"""`report` of the known month (tests/harness/known_month.py): text, JSON and the page say exactly what is true."""

import html
import json
import re

from tests.harness import collector, known_month

from .html.case import tables
from .views.case import ViewTest


class Answers(ViewTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        config = collector.write_config(cls.directory / "config.yaml", {"database": cls.database, "mailboxes": []})
        environment = {"PGOPTIONS": f"-c tlsrpt.now={known_month.NOW}", "COLUMNS": "160"}

        def report(format):
            result = collector.run("-c", config, "report", "--days", "31", "--format", format, environment=environment)
            if result.code != 0:
                raise AssertionError(f"report --format {format} ended with {result.code}: {result.err}")
            return result.out

        cls.text, cls.json, cls.page = report("text"), json.loads(report("json")), report("html")
        cls.tables = tables(cls.page)

    # Ways to look.

    def lines(self, heading):
        """The lines of a section of the text, each with its columns, without the heads of the columns."""
        section = next(each for each in self.text.split("\n\n") if each.startswith(heading))
        return [tuple(re.split(r" {2,}", line.strip())) for line in section.splitlines()[1:]]

    def incident_in_text(self, title):
        """What an incident's lines say, by their names."""
        [paragraph] = [each for each in self.text.split("\n\n") if title in each and each.startswith("  [")]
        return dict(re.findall(r"^    (\w[\w ]*): +(.*)$", paragraph, re.MULTILINE))

    def incident_on_page(self, title):
        """The same of its card."""
        [card] = [each for each in re.findall(r"<(?:article|details) class=\"card.*?</(?:article|details)>", self.page, re.S)
                  if title in each]
        return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", card))

    def of_json(self, key, *names, **chosen):
        """The values of these names in the rows of a list in which the others are as chosen."""
        return [tuple(row[name] for name in names) for row in self.json[key]
                if all(row[name] == value for name, value in chosen.items())]

    def assert_row(self, section, *cells):
        """A table of text and page has that row."""
        with self.subTest("text"):
            self.assertIn(tuple(re.sub(r"(?<=\d),(?=\d)", "", cell) for cell in cells), self.lines(section))
        with self.subTest("html"):
            self.assertIn(cells, [row[:len(cells)] for row in self.tables[section]])

    def assert_incident(self, title, **facts):
        facts = {name.replace("_", " "): value for name, value in facts.items()}
        for format, told in (("text", self.incident_in_text(title)), ("html", self.incident_on_page(title))):
            with self.subTest(format):
                self.assertEqual(facts, {name: told.get(name) for name in facts})

    # What is true.

    def test_the_whole_month(self):
        self.assertTrue(self.text.startswith("2 open incidents, 2 critical.\n354 of 28756 sessions failed (1.23 %), "
                                             "2026-01-01 to 2026-02-01 (UTC).\n9 incidents resolved.\n"), self.text)
        self.assertEqual("2 open incidents, 2 critical", self.json["verdict"]["headline"])
        self.assertEqual({"sessions": 28756, "successes": 28402, "failures": 354, "failure_rate": 354 / 28756},
                         self.json["totals"])
        self.assertIn("<h2>2 open incidents, 2 critical</h2><ul><li>354 of 28756 sessions failed (1.23 %), 2026-01-01 to "
                      "2026-02-01 (UTC).</li><li>9 incidents resolved.</li>", self.page)

    def test_a_clean_month(self):
        self.assert_row("Domains", "clean.example", "62", "3,410", "0", "0.00 %", "0")
        self.assertEqual([(62, 3410, 3410, 0, 0)],
                         self.of_json("domains", "reports", "sessions", "successes", "failures", "failure_rate",
                                      recipient_domain="clean.example"))
        self.assertEqual([], self.of_json("incidents", "result_type", recipient_domain="clean.example"))
        for told in (self.text, self.page):
            self.assertIsNone(re.search(r"at (mx\d|mta-sts)\.clean\.example", told))

    def test_an_expired_certificate_on_the_second_mx_for_three_days_then_renewed(self):
        self.assert_incident("certificate-expired at mx2.expired.example", Mail_for="expired.example",
                             When="2026-01-10 to 2026-01-12, on 3 days", Resolved="2026-01-14",
                             Failed="160 sessions in 5 reports, where 25.00 % of all failed",
                             Reported_by="Google Inc., Mail.ru")
        self.assertEqual([("certificate-expired", "mx2.expired.example", "resolved", "critical", "2026-01-10T00:00:00Z",
                           "2026-01-12T23:59:59Z", "2026-01-14T23:59:59Z", 3, 160, 5, 0.25, ["Google Inc.", "Mail.ru"])],
                         self.of_json("incidents", "result_type", "receiving_mx_hostname", "state", "severity",
                                      "first_seen", "last_seen", "resolved_at", "days", "sessions", "reports",
                                      "failure_rate", "organizations", recipient_domain="expired.example"))
        self.assertIn(("certificate-expired", "mx2.expired.example", "resolved", "2026-01-10", "2026-01-12", "160"),
                      self.tables["Incidents in time"])
        self.assertEqual(("certificate-expired", "mx2.expired.example", "160", "2026-01-10", "2026-01-12",
                          "Google Inc., Mail.ru"), self.tables["Failures by kind and mail server"][0])
        self.assertEqual([("2026-01-10", 150, 50), ("2026-01-11", 150, 50), ("2026-01-12", 150, 50)],
                         [day for day in self.of_json("daily", "day", "successes", "failures",
                                                      recipient_domain="expired.example", organization_name="Google Inc.")
                          if day[2]])
        self.assert_row("Domains", "expired.example", "62", "6,820", "160", "2.35 %", "0")

    def test_what_is_open_comes_with_what_to_type(self):
        self.assert_incident("certificate-host-mismatch at mx1.again.example", Since="2026-01-31 (1 day ago)",
                             Failed="20 sessions in 1 report, where 20.00 % of all failed", They_say="MX_HOSTS_MISMATCH")
        self.assert_incident("starttls-not-supported at mx1.lonely.example", Since="2026-01-20 (12 days ago)",
                             Failed="4 sessions in 1 report, where 40.00 % of all failed", Reported_by="Comcast")
        [(commands,)] = self.of_json("incidents", "commands", state="open", recipient_domain="lonely.example")
        self.assertEqual(["openssl s_client -starttls smtp -connect mx1.lonely.example:25 -servername mx1.lonely.example "
                          "</dev/null"],
                         commands)
        self.assertIn(f"\n      {commands[0]}\n", self.text)
        self.assertIn(f"<code>{html.escape(commands[0])}</code>", self.page)

    def test_a_policy_stuck_in_testing(self):
        self.assertIn("\n  testing.example: ready to enforce\n    testing since 2026-01-01; clean for 31 days of "
                      "reports, 1240 sessions\n", self.text)
        self.assertEqual([("2026-01-01T00:00:00Z", None, 31, 1, 1240, "ready to enforce")],
                         self.of_json("readiness", "testing_since", "last_failure", "days_clean", "reporters", "sessions",
                                      "verdict", recipient_domain="testing.example"))
        readiness = self.tables["MTA-STS policies in mode testing: may they enforce?"]
        self.assertIn(("testing.example", "ready to enforce", "2026-01-01", "31", "1,240"), readiness)
        self.assertIn(("wavering.example", "starttls-not-supported at mx1.wavering.example failed on 2026-01-25: clean for "
                       "6 of 14 days", "2026-01-01", "6", "240"), readiness)

    def test_sessions_that_microsoft_lists_twice_count_once(self):
        self.assert_row("Domains", "dane.example", "10", "1,200", "0", "0.00 %", "0")
        self.assert_row("Reporters", "Microsoft Corporation", "dane.example", "10", "1,200", "0", "2026-01-29")
        self.assertEqual([(10, 1200, 3, False)], self.of_json("reporters", "reports", "sessions", "usual_gap_days", "silent",
                                                              recipient_domain="dane.example"))

    def test_a_reporter_that_fell_silent(self):
        self.assert_row("Silent: reporters that used to report", "Comcast", "silent.example", "2026-01-20", "1 day",
                        "2026-01-22")
        self.assertEqual([(True, "2026-01-20T23:59:59Z", "2026-01-22T23:59:59Z")],
                         self.of_json("reporters", "silent", "last_seen", "expected_by", organization_name="Comcast",
                                      recipient_domain="silent.example"))
        self.assertEqual(5, len(self.of_json("reporters", "silent", silent=True)))
        for told in (self.text, self.page, self.json["verdict"]["details"]):
            self.assertIn("5 reporters have fallen silent.", told)

    def test_a_report_that_came_24_days_late(self):
        self.assert_row("Reporters", "Microsoft Corporation", "late.example", "3", "210", "0", "2026-01-09",
                        "silent, 1 late")
        self.assertEqual([("2026-01-07", 70), ("2026-01-08", 70), ("2026-01-09", 70)],
                         self.of_json("daily", "day", "sessions", recipient_domain="late.example"))
        self.assertEqual([("Microsoft Corporation", "late.example", 1)],
                         [row for row in self.of_json("reporters", "organization_name", "recipient_domain",
                                                      "late_deliveries") if row[2]])

    def test_policies_and_their_changes(self):
        self.assertIn("\n  flip.example sts: mode testing; MX mx1.flip.example, mx2.flip.example; max_age 604800\n"
                      "    2026-01-10 to 2026-01-12, seen by Google Inc. until 2026-01-12: changed\n", self.text)
        self.assertEqual([("enforce", "2026-01-10T00:00:00Z"), ("testing", "2026-01-13T00:00:00Z"), ("enforce", None)],
                         self.of_json("policies", "mode", "replaced_at", recipient_domain="flip.example"))
        policies = self.tables["Policies that changed, or that reporters see differently"]
        self.assertIn(("dane.example", "tlsa", "TLSA 3 1 1 BBBBBBBBBBB…, 3 1 1 CCCCCCCCCCC…", "current", "2026-01-17",
                       "2026-01-29", "Microsoft Corporation", "changed"), policies)
        self.assertIn(("policy.example", "sts", "mode enforce; MX mx1.policy.example, mx2.policy.example; max_age 604800",
                       "current", "2026-01-03", "2026-01-31", "Google Inc.", "changed, reporters differ"), policies)

    def test_domains_and_mailboxes_from_which_nothing_comes(self):
        section = "Silent: domains without any report in the last 7 days"
        self.assert_row(section, "late.example", "work", "2026-01-09")
        self.assert_row(section, "missing.example", "work", "never")
        self.assertEqual([("late.example", "2026-01-09T23:59:59Z"), ("missing.example", None)],
                         self.of_json("uncovered", "domain", "last_report"))
        self.assert_row("Mailboxes", "stuck", "2026-01-31T18:00:00Z", "0", "0", "login refused")
        self.assertEqual([("stuck", True), ("work", False)], self.of_json("mailboxes", "mailbox", "late"))

    def test_the_page_has_every_day_and_who_reported_then(self):
        days = self.tables["Sessions per day, and the share that failed"]
        self.assertEqual(32, len(days))
        self.assertIn(("2026-01-10", "702", "58", "7.63 %"), days)
        self.assertEqual(("2026-02-01", "", "", ""), days[-1])
        calendar = {row[0]: "".join(cell or "." for cell in row[1:]) for row in self.tables["Who reported on which day"]}
        self.assertEqual("✗" * 6 + "✓" * 3 + "✗" * 3 + "✓" + "✗" * 2 + "✓" * 4 + "✗" + "✓" * 4 + "✗" + "✓" * 5 + "✗.",
                         calendar["Google Inc."])
        self.assertEqual({"Comcast": "✓" * 18 + "✗✗" + "." * 12, "Mail.ru": "✓" * 9 + "✗✗" + "✓" * 20 + "."},
                         {name: calendar[name] for name in ("Comcast", "Mail.ru")})
