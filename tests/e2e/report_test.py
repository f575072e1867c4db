"""`report` in text and JSON: what it says of a month with known answers, and how it is printed."""

import json
import os
import pty
import re

from tests.harness import collector

from .case import MAILBOX, EndToEndTest

NOW = {"PGOPTIONS": "-c tlsrpt.now=2026-01-31T12:00:00Z"}


def report(organization, day, *, domain="example.com", successes=90, failures=(), mode="enforce"):
    """A day's report; `failures`: (result type, MX or None, sessions) each."""
    details = [{"result-type": kind, "failed-session-count": count, **({"receiving-mx-hostname": mx} if mx else {})}
               for kind, mx, count in failures]
    return {
        "organization-name": organization, "contact-info": "tls@example.net",
        "report-id": f"{organization} {domain} {day}",
        "date-range": {"start-datetime": f"{day}T00:00:00Z", "end-datetime": f"{day}T23:59:59Z"},
        "policies": [{
            "policy": {"policy-type": "sts", "policy-domain": domain, "mx-host": [f"mx1.{domain}", f"mx2.{domain}"],
                       "policy-string": ["version: STSv1", f"mode: {mode}", f"mx: *.{domain}", "max_age: 604800"]},
            "summary": {"total-successful-session-count": successes,
                        "total-failure-session-count": sum(count for _, _, count in failures)},
            "failure-details": details,
        }],
    }


def january():
    """Google is clean but for three days on the second MX; Yahoo falls silent on the 20th; one domain is tested."""
    expired = [("certificate-expired", "mx2.example.com", 10)]
    for number in range(1, 31):
        day = f"2026-01-{number:02}"
        yield report("Google Inc.", day, failures=expired if 10 <= number <= 12 else ())
        yield report("Google Inc.", day, domain="example.net", successes=10, mode="testing")
        if number < 20:
            yield report("Yahoo Inc.", day, successes=30)
    yield report("Mail.ru", "2026-01-29", successes=0, domain="example.net", mode="testing",
                 failures=[("sts-policy-fetch-error", None, 5)])


class Report(EndToEndTest):

    def setUp(self):
        super().setUp()
        self.config = self.configure()

    def store(self, reports):
        path = self.directory / "reports.json"
        path.write_text(json.dumps(list(reports)))
        self.collect(self.config, str(path), command="import")

    def report(self, *arguments, code=0, environment=None):
        return self.collect(self.config, *arguments, command="report", code=code,
                            environment={**NOW, **(environment or {})}).out

    def json_of(self, *arguments):
        return json.loads(self.report("--format", "json", *arguments))

    def test_the_month_is_told_with_numbers_causes_and_commands(self):
        self.store(january())
        text = self.report("--days", "30")
        self.assertTrue(text.startswith("1 open incident, 1 critical.\n35 of 3605 sessions failed (0.97 %), 2026-01-01 to "
                                        "2026-01-31 (UTC).\n1 incident resolved.\n"), text)
        broken, over = text.index("What fails, and what to do"), text.index("What failed, and is resolved")
        self.assertRegex(text[broken:over], r"(?s)\[critical\] sts-policy-fetch-error at mta-sts\.example\.net.*"
                                            r"Since: +2026-01-29 \(2 days ago\)\n.*5 sessions in 1 report,.*Mail\.ru.*"
                                            r"curl -v https://mta-sts\.example\.net/")
        self.assertRegex(text[over:], r"(?s)\[resolved\] certificate-expired at mx2\.example\.com.*2026-01-10 to "
                                      r"2026-01-12, on 3 days\n +Resolved: +2026-01-14\n.*30 sessions in 3 reports, where "
                                      r"10\.00 % of all failed.*openssl .*mx2\.example\.com:25")
        self.assertRegex(text, r"\n  example\.com +49 +3300 +30 +0\.91 % +0\n  example\.net +31 +305 +5 +1\.64 % +1\n")
        self.assertRegex(text, r"Silent: reporters that used to report\n.*\n +Yahoo Inc\. +example\.com +2026-01-19 +1 day")
        self.assertRegex(text, r"  example\.net sts: mode testing; MX \*\.example\.net; max_age 604800\n"
                               r" +2026-01-01 to 2026-01-30, seen by Google Inc\., Mail\.ru\n")
        self.assertRegex(text, r"MTA-STS policies in mode testing.*\n  example\.net: sts-policy-fetch-error at mta-sts\."
                               r"example\.net failed on 2026-01-29(?s:.*)\n    testing since 2026-01-01;")

    def test_json_says_the_same(self):
        self.store(january())
        summary = self.json_of("--from", "2026-01-01", "--to", "2026-01-31")
        self.assertEqual(("2026-01-31T12:00:00Z", "2026-01-01", "2026-01-31", None),
                         (summary["made_at"], summary["from"], summary["to"], summary["domain"]))
        self.assertEqual(("incidents", "1 open incident, 1 critical"),
                         (summary["verdict"]["status"], summary["verdict"]["headline"]))
        self.assertEqual({"sessions": 3605, "successes": 3570, "failures": 35, "failure_rate": 35 / 3605}, summary["totals"])
        fetch, expired = summary["incidents"]
        self.assertEqual(("open", "example.net", "sts-policy-fetch-error", "mta-sts.example.net", ["Mail.ru"], None),
                         (fetch["state"], fetch["recipient_domain"], fetch["result_type"],
                          fetch["receiving_mx_hostname"], fetch["organizations"], fetch["resolved_at"]))
        self.assertEqual(("resolved", "2026-01-10T00:00:00Z", "2026-01-12T23:59:59Z", "2026-01-14T23:59:59Z", 3, 30, 3,
                          0.1, "critical"),
                         tuple(expired[key] for key in ("state", "first_seen", "last_seen", "resolved_at", "days",
                                                        "sessions", "reports", "failure_rate", "severity")))
        self.assertEqual(["certificate-expired", "sts-policy-fetch-error"],
                         [failure["result_type"] for failure in summary["failures"]])
        self.assertEqual([("Google Inc.", "example.com", 30, 2730, False), ("Yahoo Inc.", "example.com", 19, 570, True),
                          ("Google Inc.", "example.net", 30, 300, False), ("Mail.ru", "example.net", 1, 5, False)],
                         [(row["organization_name"], row["recipient_domain"], row["reports"], row["sessions"],
                           row["silent"]) for row in summary["reporters"]])
        self.assertEqual(80, len(summary["daily"]))
        self.assertEqual([("example.com", "Google Inc.", "enforce", 604800, "2026-01-30T23:59:59Z", None),
                          ("example.com", "Yahoo Inc.", "enforce", 604800, "2026-01-19T23:59:59Z", None),
                          ("example.net", "Google Inc.", "testing", 604800, "2026-01-30T23:59:59Z", None),
                          ("example.net", "Mail.ru", "testing", 604800, "2026-01-29T23:59:59Z", None)],
                         [tuple(row[key] for key in ("recipient_domain", "organization_name", "mode", "max_age",
                                                     "last_seen", "replaced_at")) for row in summary["policies"]])

    def test_a_period_has_both_its_days_and_days_before_today_are_whole_ones(self):
        self.store(january())
        self.assertEqual(["2026-01-19", "2026-01-20"], sorted({row["day"] for row in self.json_of(
            "--from", "2026-01-19", "--to", "2026-01-20")["daily"]}))
        summary = self.json_of("--days", "2")
        self.assertEqual(("2026-01-29", "2026-01-31", ["2026-01-29", "2026-01-30"]),
                         (summary["from"], summary["to"], sorted({row["day"] for row in summary["daily"]})))
        self.assertEqual("2026-01-24", self.json_of()["from"])

    def test_an_incident_belongs_to_every_period_until_its_resolution(self):
        self.store(january())
        for day, expected in (("09", []), ("10", ["open"]), ("13", ["open"]), ("14", ["open"]), ("15", [])):
            with self.subTest(day=day):
                incidents = self.json_of("--from", f"2026-01-{day}", "--to", f"2026-01-{day}", "--domain",
                                         "example.com")["incidents"]
                self.assertEqual(len(expected), len(incidents))

    def test_an_open_incident_belongs_to_every_period_since_it_began(self):
        self.store(january())
        for day, expected in (("28", []), ("29", ["open"]), ("31", ["open"])):
            with self.subTest(day=day):
                incidents = self.json_of("--from", f"2026-01-{day}", "--to", f"2026-01-{day}", "--domain",
                                         "example.net")["incidents"]
                self.assertEqual(expected, [incident["state"] for incident in incidents])

    def test_a_domain_takes_in_what_is_below_it(self):
        self.store([report("Google Inc.", "2026-01-30", domain=domain) for domain in
                    ("example.com", "sub.example.com", "notexample.com")])
        summary = self.json_of("--domain", "Example.COM.")
        self.assertEqual(("example.com", ["example.com", "sub.example.com"]),
                         (summary["domain"], [row["recipient_domain"] for row in summary["domains"]]))

    def test_without_reports_nothing_is_said_to_be_right(self):
        self.store([report("Google Inc.", "2026-01-30")])
        self.assertEqual("no-reports", self.json_of("--from", "2025-01-01", "--to", "2025-01-31")["verdict"]["status"])
        self.assertTrue(self.report("--from", "2025-01-01", "--to", "2025-01-31").startswith(
            "No report covers 2025-01-01 to 2025-01-31.\n"))

    def test_a_domain_without_a_report_is_named(self):
        self.store([report("Google Inc.", "2026-01-30")])
        self.assertTrue(self.report("--domain", "exmaple.com").startswith(
            "No report on exmaple.com covers 2026-01-24 to 2026-01-31.\n"))

    def test_a_period_that_begins_after_today_does_not_end_before(self):
        self.store([report("Google Inc.", "2026-01-30")])
        self.assertTrue(self.report("--from", "2026-03-05").startswith("No report covers 2026-03-05.\n"))

    def test_missing_reports_are_told_before_all_else_is(self):
        self.config = self.configure(self.mailbox(domains=["example.com", "example.org"]))
        self.collect(self.config)
        self.store([report("Google Inc.", "2026-01-30")])
        summary = self.json_of()
        self.assertEqual("attention", summary["verdict"]["status"])
        self.assertIn("No report on example.org in the last 7 days; there never was one.", summary["verdict"]["details"])
        self.assertEqual(["example.org"], [row["domain"] for row in summary["uncovered"]])

    def test_two_configurations_may_share_a_database(self):
        self.maildir.create("Other")
        other = self.mailbox(name="other", folder="Other")
        for mailboxes in ([], [other], []):
            self.collect(self.configure(*mailboxes))
        self.assertEqual([MAILBOX, "other"], [row["mailbox"] for row in self.json_of()["mailboxes"]])

    def test_a_period_is_of_the_day_on_which_it_starts(self):
        reports = [report("Stalwart", "2026-01-28", failures=[("starttls-not-supported", "mx1.example.com", 5)]),
                   report("Stalwart", "2026-01-29")]
        for each, begin in zip(reports, (28, 29)):  # json-3
            each["date-range"] = {"start-datetime": f"2026-01-{begin}T10:17:03Z", "end-datetime": f"2026-01-{begin + 1}T10:17:03Z"}
        self.store(reports)
        text = self.report()
        self.assertRegex(text, r"\n    Since: +2026-01-28 \(3 days ago\)\n")
        self.assertRegex(text, r"\n  Stalwart +example\.com +2 +185 +5 +2026-01-29  2 deviations\n")
        self.assertIn("\n    2026-01-28 to 2026-01-29, seen by Stalwart\n", text)
        summary = self.json_of()
        self.assertEqual([("2026-01-28", "2026-01-29T10:17:03Z")],
                         [(row["last_day"], row["last_seen"]) for row in summary["incidents"]])
        page = self.report("--format", "html")
        self.assertIn('<data value="2026-01-30T10:17:03Z">2026-01-29</data>', page)

    def test_failures_without_details_are_unspecified(self):
        counted = report("Google Inc.", "2026-01-30")
        counted["policies"][0]["summary"]["total-failure-session-count"] = 7
        self.store([counted])
        summary = self.json_of()
        self.assertEqual([("unspecified", None, 7)],
                         [(row["result_type"], row["receiving_mx_hostname"], row["failed_sessions"])
                          for row in summary["failures"]])
        self.assertEqual(["unspecified"], [row["result_type"] for row in summary["incidents"]])

    def test_that_there_are_more_reason_codes_than_are_told_is_told(self):
        for codes, more in ((5, False), (6, True)):
            with self.subTest(codes=codes):
                failing = report("Google Inc.", f"2026-01-{20 + codes}",
                                 failures=[(f"test-{codes}", "mx1.example.com", 1)] * codes)
                for number, detail in enumerate(failing["policies"][0]["failure-details"], 1):
                    detail["failure-reason-code"] = f"code {number}"
                self.store([failing])
                [told] = [each for each in self.json_of("--days", "30")["incidents"] if each["result_type"] == f"test-{codes}"]
                self.assertEqual(([f"code {number}" for number in range(1, 6)], more),
                                 (told["reason_codes"], told["more_reason_codes"]))

    def test_a_domain_that_nobody_reports_on_any_longer_needs_attention(self):
        self.store([report(organization, f"2026-01-{day:02}")
                    for organization in ("Google Inc.", "Yahoo Inc.") for day in range(1, 11)])
        verdict = self.json_of("--days", "30")["verdict"]
        self.assertEqual("attention", verdict["status"])
        self.assertIn("Nobody is left who reports on example.com.", verdict["details"])
        self.store([report("Google Inc.", "2026-01-30")])
        self.assertEqual("ok", self.json_of("--days", "30")["verdict"]["status"])

    def test_a_setting_of_now_that_is_no_moment_is_a_mistake_in_the_configuration(self):
        self.store([report("Google Inc.", "2026-01-30")])
        for now in ("garbage", "infinity", "-infinity", "99999-01-01", "4000-01-01BC"):
            with self.subTest(now=now):
                told = self.collect(self.config, command="report", code=78,
                                    environment={"PGOPTIONS": f"-c tlsrpt.now={now}"}).err
                self.assertIn(f'the setting tlsrpt.now is no moment that reports can be of: "{now}"', told)

    def test_a_role_without_permission_is_told_how_it_gets_it(self):
        self.store([report("Google Inc.", "2026-01-30")])
        self.postgres.query("create role stranger login password 'secret'")
        self.config = self.configure(database=re.sub(r"//[^@]*@", "//stranger:secret@", self.database))
        for command in ("report", "check"):
            with self.subTest(command=command):
                result = self.collect(self.config, command=command, code=78)
                self.assertIn("role stranger lacks the privilege USAGE on schema tlsrpt", result.out + result.err)
                self.assertIn("`tlsrpt-collector migrate --grant-reader stranger`", result.out + result.err)
        owner = self.configure()
        self.collect(owner, "--grant-reader", "stranger", command="migrate")
        self.config = self.configure(database=re.sub(r"//[^@]*@", "//stranger:secret@", self.database))
        self.assertTrue(self.report().startswith("All right."))

    def test_what_is_in_quarantine_is_told_by_reason(self):
        broken = self.directory / "broken.json"
        broken.write_text('{"organization-name": ')
        self.collect(self.config, str(broken), command="import", code=65)
        self.assertEqual([{"reason": "bad-json", "entries": 1}], self.json_of()["quarantine"])
        self.assertRegex(self.report(), r"In quarantine: tlsrpt-collector quarantine list\n.*\n +bad-json +1\n")

    def test_text_in_a_pipe_is_plain_and_as_wide_as_columns_says(self):
        self.store(january())
        self.assertNotIn("\x1b", self.report())
        sentence = "Yahoo Inc. has fallen silent on example.com: its last report covers 2026-01-19."
        self.assertIn(sentence, self.report("--days", "30", environment={"COLUMNS": "80"}))
        narrow = self.report("--days", "30", environment={"COLUMNS": "60"})
        self.assertNotIn(sentence, narrow)
        self.assertIn(sentence, " ".join(narrow.split()))

    def test_text_on_a_terminal_is_coloured_unless_no_color_is_set(self):
        self.store(january())
        self.assertTrue(self.on_a_terminal({}).startswith("\x1b[1;31m1 open incident, 1 critical.\x1b[0m"))
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            with self.subTest(environment):
                self.assertTrue(self.on_a_terminal(environment).startswith("1 open incident, 1 critical."))

    def on_a_terminal(self, environment):
        """What `report --days 30` prints on a pseudo-terminal."""
        pid, terminal = pty.fork()
        if pid == 0:
            settings = {**os.environ, "TERM": "xterm", "COLUMNS": "100", **NOW, **environment}
            os.execve(collector.program(), ["tlsrpt-collector", "-c", str(self.config), "report", "--days", "30"], settings)
        shown = b""
        try:
            while chunk := os.read(terminal, 65536):
                shown += chunk
        except OSError:  # EIO: the other end is closed
            pass
        os.close(terminal)
        os.waitpid(pid, 0)
        return shown.decode()

    def test_a_file_is_written_whole_or_not_at_all(self):
        self.store(january())
        path = self.directory / "report.json"
        path.write_text("before")
        self.report("--format", "json", "-o", str(path))
        self.assertEqual("2026-01-31", json.loads(path.read_text())["to"])
        self.report("--format", "json", "-o", str(self.directory / "none" / "report.json"), code=74)
        self.report("-o", "/dev/full", code=74)
        self.assertEqual("2026-01-31", json.loads(self.report("--format", "json", "-o", "-"))["to"])
        self.assertFalse(list(self.directory.glob("*.tmp")))

    def test_hostile_names_are_shown_for_what_they_are(self):
        self.store([report("evil\u202e\x1b]0;x\x07", "2026-01-30")])
        text = self.report()
        self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\u202e]", text))
        self.assertIn(r"evil\u{202e}", text)
