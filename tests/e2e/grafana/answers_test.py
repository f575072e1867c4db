"""examples/grafana: what the panels say of the known month (tests/harness/known_month.py) is true."""

import datetime
import inspect
import json

from tests.harness import collector, grafana
from tests.harness.known_month import GOOGLE, MICROSOFT, detail, mail, sts

from .case import NULL, GrafanaTest


def day(number):
    """A day of January 2026 as the time of a series."""
    return str(int(datetime.datetime(2026, 1, number, tzinfo=datetime.timezone.utc).timestamp()))


class Answers(GrafanaTest):

    def test_every_panel_is_asked(self):
        source = inspect.getsource(type(self))
        self.assertEqual([], [str(query) for dashboard in grafana.load() for query in grafana.queries(dashboard)
                              if f'"{query.of.get("title") or query.of["name"]}"' not in source])

    # Overview.

    def test_sessions_are_counted_once_whatever_they_are_listed_under(self):
        self.assertEqual({"Sessions": "28756"}, self.row("Overview", "Sessions"))
        self.assertEqual({"Sessions": "1200"}, self.row("Overview", "Sessions", domain=["dane.example"]))
        self.assertEqual({"Sessions": "1410"}, self.row("Overview", "Sessions", organization=["Microsoft Corporation"]))
        self.assertEqual({"Failed": "354"}, self.row("Overview", "Failed sessions"))
        self.assertAlmostEqual(354 / 28756, float(self.row("Overview", "Failure rate")["Failure rate"]), 12)
        self.assertAlmostEqual(4 / 200, float(self.row("Overview", "Failure rate", domain=["lonely.example"],
                                                       organization=["Comcast"])["Failure rate"]), 12)

    def test_a_rate_is_that_of_the_day_and_none_without_sessions(self):
        rates = self.columns("Overview", "Failure rate per day", "time", "Failure rate", domain=["edge.example"])
        self.assertEqual([(day(1), 0.009), (day(2), 0.01), (day(3), 0.05), (day(4), 0.051), (day(5), None), (day(6), 0)],
                         [(time, None if rate == NULL else float(rate)) for time, rate in rates])

    def test_a_domains_rate_is_that_of_its_day(self):
        rates = self.columns("Overview", "Failure rate by domain", "time", "metric", "value", domain=["expired.example"])
        self.assertEqual({"expired.example"}, {metric for _, metric, _ in rates})
        rates = {time: float(rate) for time, _, rate in rates}
        self.assertEqual(31, len(rates))
        for number, rate in ((9, 0), (10, 55 / 220), (11, 55 / 220), (12, 50 / 220), (13, 0)):
            self.assertAlmostEqual(rate, rates[day(number)], 12)

    def test_sessions_per_day_are_failed_and_succeeded(self):
        days = self.columns("Overview", "Sessions per day", "time", "Succeeded", "Failed", domain=["expired.example"])
        self.assertEqual(31, len(days))
        self.assertEqual([(day(9), "220", "0"), (day(10), "165", "55"), (day(11), "165", "55"), (day(12), "170", "50"),
                          (day(13), "220", "0")], days[8:13])

    def test_open_incidents_are_those_that_are_not_known_to_be_gone(self):
        self.assertEqual({"Critical": "2", "Warning": "0", "Minor": "0"}, self.row("Overview", "Open incidents by severity"))
        self.assertEqual(
            [("critical", "again.example", "certificate-host-mismatch", "mx1.again.example", "2026-01-31 00:00:00+00"),
             ("critical", "lonely.example", "starttls-not-supported", "mx1.lonely.example", "2026-01-20 00:00:00+00")],
            self.columns("Overview", "Open incidents", "Severity", "Domain", "Result type", "MX", "Since"))
        self.assertEqual([], self.rows("Overview", "Open incidents", organization=["Mail.ru"]))

    def test_domains_come_with_the_worst_first(self):
        domains = self.columns("Overview", "Domains", "Domain", "Sessions", "Failed", "Reporters", "Last day")
        self.assertEqual(13, len(domains))
        self.assertEqual([("edge.example", "4003", "120", "1", "2026-01-06"), ("expired.example", "6820", "160", "2",
                                                                               "2026-01-31")], domains[:2])
        self.assertIn(("clean.example", "3410", "0", "2", "2026-01-31"), domains)

    def test_what_would_not_be_known_is_counted(self):
        self.assertEqual({"Silent": "5"}, self.row("Overview", "Silent reporters"))
        self.assertEqual({"Silent": "0"}, self.row("Overview", "Silent reporters", domain=["clean.example", "dane.example"]))
        self.assertEqual({"Domains": "2"}, self.row("Overview", "Domains without reports"))
        self.assertEqual({"Mailboxes": "1"}, self.row("Overview", "Mailboxes not read"))

    def test_who_never_had_a_rhythm_or_fell_silent_long_ago_is_not_missed(self):
        once = mail(MICROSOFT, "once.example", 10, 1)
        long_ago = [mail(GOOGLE, "long.example", day, 1) for day in range(-60, -50)]
        lately = [mail(GOOGLE, "lately.example", day, 1) for day in range(1, 11)]
        database = self.reported(once, *long_ago, *lately)
        self.grant_reader(database)
        self.assertEqual([{"Silent": "1"}], self.rows("Overview", "Silent reporters", database))
        before = "2026-01-08T00:00:00Z"
        self.assertEqual([{"Silent": "0"}], self.rows("Overview", "Silent reporters", database, before))
        self.assertEqual([{"Silent": "1", "Reporting": "0"}],
                         self.rows("Reporters and policies", "Silent reporters", database))

    def test_policy_changes_are_annotated(self):
        changes = self.columns("Overview", "Policy changes", "time", "text", domain=["policy.example", "dane.example"])
        self.assertEqual(
            [("2026-01-03 00:00:00+00",
              "policy.example: another sts policy (testing → enforce), as seen by Google Inc."),
             ("2026-01-17 00:00:00+00", "dane.example: another tlsa policy, as seen by Microsoft Corporation")], changes)

    # Failures.

    def test_an_incident_says_since_when_until_when_why_and_what_to_do(self):
        incident = self.row("Failures", "Incidents", domain=["expired.example"])
        expected = {"State": "resolved", "Severity": "critical", "Result type": "certificate-expired",
                    "MX": "mx2.expired.example", "First seen": "2026-01-10 00:00:00+00",
                    "Last seen": "2026-01-12 23:59:59+00", "Resolved": "2026-01-14 23:59:59+00", "Days": "3",
                    "Seen by": "Google Inc., Mail.ru", "Reported failures": "160"}
        self.assertEqual(expected, {name: incident[name] for name in expected})
        self.assertIn("expired", incident["Cause"])
        self.assertIn("mx2.expired.example", incident["Remedy"])

    def test_open_incidents_come_first_and_a_recurrence_is_another_one(self):
        states = [state for [state] in self.columns("Failures", "Incidents", "State")]
        self.assertEqual(["open"] * 2 + ["resolved"] * 9, states)
        self.assertEqual(["2026-01-20 00:00:00+00", "2026-01-05 00:00:00+00"],
                         [row["First seen"] for row in self.rows("Failures", "Incidents", domain=["again.example"])
                          if row["Result type"] == "starttls-not-supported"])

    def test_incidents_are_chosen_by_mx_even_where_none_is_named(self):
        self.assertEqual([("bare.example", "unspecified")],
                         self.columns("Failures", "Incidents", "Domain", "Result type", mx=["(none named)"]))
        self.assertEqual([("policy.example", "sts-policy-fetch-error")],
                         self.columns("Failures", "Incidents", "Domain", "Result type", mx=["mta-sts.policy.example"]))

    def test_a_timeline_runs_from_first_to_last_seen_and_an_open_incident_until_now(self):
        self.assertEqual([("2026-01-10 00:00:00+00", "3"), ("2026-01-12 23:59:59+00", NULL)],
                         self.columns("Failures", "Incident timeline", "time", "value", domain=["expired.example"]))
        self.assertEqual([("2026-01-20 00:00:00+00", "3"), ("2026-02-01 12:00:00+00", NULL)],
                         self.columns("Failures", "Incident timeline", "time", "value", domain=["lonely.example"]))

    def test_failed_sessions_are_counted_once_and_whatever_the_mx(self):
        failed = self.columns("Failures", "Failed sessions per day", "time", "value", domain=["expired.example"],
                              mx=["mx1.expired.example"])
        self.assertEqual([(day(10), "55"), (day(11), "55"), (day(12), "50")], failed)

    def test_details_are_counted_in_reports(self):
        self.assertEqual(
            [("starttls-not-supported", "8"), ("certificate-expired", "5"), ("certificate-not-trusted", "4"),
             ("validation-failure", "2"), ("certificate-host-mismatch", "1"), ("sts-policy-fetch-error", "1")],
            self.columns("Failures", "Reports by result type", "Result type", "Reports"))
        self.assertEqual([("Google Inc.", "3"), ("Mail.ru", "2")],
                         self.columns("Failures", "Reports by organization", "Organization", "Reports",
                                      mx=["mx2.expired.example"]))
        self.assertEqual([], self.rows("Failures", "Reports by MX", policy_type=["tlsa"]))
        [(mx, reports), *_] = self.columns("Failures", "Reports by MX", "MX", "Reports")
        self.assertEqual(("mx1.again.example", "6"), (mx, reports))
        self.assertEqual([(day(10), "2"), (day(11), "2"), (day(12), "1")],
                         self.columns("Failures", "Reports with a failure, per day", "time", "value",
                                      domain=["expired.example"]))

    def test_a_report_with_several_details_of_a_failure_counts_once(self):
        details = [detail("certificate-expired", count, "mx1.a.example") for count in (1, 2)]
        database = self.reported(mail(GOOGLE, "a.example", 10, 10, failures=details))
        self.grant_reader(database)
        for panel, column in (("Reports with a failure, per day", "value"), ("Reports by result type", "Reports"),
                              ("Reports by MX", "Reports"), ("Reports by organization", "Reports"),
                              ("What fails where, why, and what to do", "Reports")):
            with self.subTest(panel):
                self.assertEqual(["1"], [row[column] for row in self.rows("Failures", panel, database)])

    def test_what_fails_comes_with_what_to_do(self):
        row = self.row("Failures", "What fails where, why, and what to do", domain=["policy.example"])
        self.assertEqual(("sts", "mta-sts.policy.example", "1", "2026-01-14"),
                         (row["Policy type"], row["MX"], row["Reports"], row["First day"]))
        self.assertIn("https://mta-sts.policy.example/", row["Remedy"])
        self.assertEqual([("2026-01-11", "5", "192.0.2.25"), ("2026-01-10", "5", "192.0.2.25")],
                         self.columns("Failures", "Failure details", "Day", "Failed sessions", "MX address",
                                      organization=["Mail.ru"], mx=["mx2.expired.example"], policy_type=["sts"]))

    # Reporters and policies.

    def test_silence_is_told_from_a_rhythm(self):
        self.assertEqual({"Silent": "5", "Reporting": "13"}, self.row("Reporters and policies", "Silent reporters"))
        columns = ("Organization", "Silent", "Usual gap", "Days of 30", "Late reports")
        self.assertEqual([("Microsoft Corporation", "f", "259200.000000", "10", "0")],
                         self.columns("Reporters and policies", "Reporters", *columns, domain=["dane.example"]))
        self.assertEqual([("Comcast", "t", "86400.000000", "19", "0"), ("Google Inc.", "f", "86400.000000", "30", "0")],
                         self.columns("Reporters and policies", "Reporters", *columns, domain=["silent.example"]))

    def test_reports_are_counted_per_day_and_reporter(self):
        for panel in ("Reports per day", "Who reported when"):
            self.assertEqual([(day(number), "Microsoft Corporation", "1") for number in range(2, 30, 3)],
                             self.columns("Reporters and policies", panel, "time", "metric", "value",
                                          domain=["dane.example"]))

    def test_a_policy_in_testing_comes_with_a_verdict(self):
        verdicts = dict(self.columns("Reporters and policies", "Ready to enforce?", "Domain", "Verdict"))
        self.assertEqual({"testing.example", "wavering.example", "policy.example"}, set(verdicts))
        self.assertEqual("ready to enforce", verdicts["testing.example"])

    def test_policies_are_told_by_who_saw_them_when(self):
        columns = ("Organization", "Mode", "Current", "First seen", "Replaced", "max_age")
        self.assertEqual(
            [("Google Inc.", "enforce", "t", "2026-01-03 00:00:00+00", NULL, "604800"),
             ("Mail.ru", "testing", "t", "2026-01-01 00:00:00+00", NULL, "604800"),
             ("Google Inc.", "testing", "f", "2026-01-01 00:00:00+00", "2026-01-03 00:00:00+00", "604800")],
            self.columns("Reporters and policies", "Policies over time", *columns, domain=["policy.example"]))
        modes = self.columns("Reporters and policies", "MTA-STS mode as seen", "time", "value", domain=["flip.example"])
        self.assertEqual(["2", NULL, "1", NULL, "2", NULL], [value for _, value in modes])
        self.assertEqual(["2026-01-10 00:00:00+00", "2026-01-12 23:59:59+00"], [time for time, _ in modes[2:4]])

    def test_a_mode_is_seen_until_the_next_replaces_it_even_if_both_are_seen_that_day(self):
        def seen(number, *modes):
            return mail(GOOGLE, "a.example", number, 1, mode=modes[0], also=[sts("a.example", mode) for mode in modes[1:]])

        database = self.reported(seen(5, "testing"), seen(6, "testing", "enforce"), seen(7, "enforce"))
        self.grant_reader(database)
        self.assertEqual([("2026-01-05 00:00:00+00", "1"), ("2026-01-06 00:00:00+00", "2"), ("2026-01-07 23:59:59+00", NULL)],
                         [(row["time"], row["value"])
                          for row in self.rows("Reporters and policies", "MTA-STS mode as seen", database)])

    def test_a_policy_without_a_mode_is_not_shown_as_one(self):
        odd = {"policy-type": "sts", "policy-domain": "a.example", "policy-string": ["version: STSv1", "mx: mx1.a.example"]}
        database = self.reported(mail(GOOGLE, "a.example", 5, 1, policy=odd))
        self.grant_reader(database)
        self.assertEqual([NULL, NULL], [row["value"] for row in
                                        self.rows("Reporters and policies", "MTA-STS mode as seen", database)])

    def test_only_reporters_that_disagree_are_shown(self):
        self.assertEqual(
            [("policy.example", "Google Inc.", "enforce 604800 mx1.policy.example mx2.policy.example"),
             ("policy.example", "Mail.ru", "testing 604800 mx1.policy.example mx2.policy.example")],
            sorted(self.columns("Reporters and policies", "Reporters that see different policies", "Domain", "Seen by",
                                "Policy")))

    def test_deviations_are_told_by_kind(self):
        deviations = self.columns("Reporters and policies", "Deviations from RFC 8460", "Organization", "Domain", "Times")
        self.assertEqual([("mail.postfix.example", "bare.example", "3")] * 2, deviations)

    # Ingest health.

    def test_a_mailbox_that_is_not_read_is_seen(self):
        self.assertEqual({"Late": "1", "Mailboxes": "2"}, self.row("Ingest health", "Mailboxes not read"))
        self.assertEqual(18 * 3600, float(self.row("Ingest health", "Longest wait")["Lag"]))
        self.assertEqual(300, float(self.row("Ingest health", "Longest wait", mailbox=["work"])["Lag"]))
        self.assertEqual([("stuck", "t", "login refused"), ("work", "f", NULL)],
                         self.columns("Ingest health", "Mailboxes", "Mailbox", "Late", "Last error"))

    def test_a_mailbox_that_was_never_read_has_no_wait(self):
        database = self.postgres.create_database()
        self.grant_reader(database)
        self.postgres.query("insert into tlsrpt.mailbox (name, server, username, folder) "
                            "values ('new', 'imaps://imap.example.net', 'u', 'INBOX')", database)
        self.assertEqual([{"Lag": NULL}], self.rows("Ingest health", "Longest wait", database))
        self.assertEqual([{"Late": "1", "Mailboxes": "1"}], self.rows("Ingest health", "Mailboxes not read", database))

    def test_configured_domains_without_reports_are_named(self):
        self.assertEqual([("missing.example", "work", NULL), ("late.example", "work", "2026-01-09 23:59:59+00")],
                         self.columns("Ingest health", "Domains without reports", "Domain", "Mailbox", "Last report"))
        self.assertEqual([], self.rows("Ingest health", "Domains without reports", mailbox=["stuck"]))

    def test_a_report_that_arrived_after_weeks_is_late(self):
        self.assertEqual([("Microsoft Corporation", "late.example", "1")],
                         self.columns("Ingest health", "Late reports", "Organization", "Domain", "Late reports"))

    def test_reports_are_counted_once_per_day(self):
        days = dict(self.columns("Ingest health", "Reports per day", "time", "Reports"))
        self.assertEqual(("15", "12"), (days[day(1)], days[day(31)]))

    def test_messages_and_quarantine_are_told_by_what_became_of_them(self):
        self.assertEqual({("stored", "0"), ("quarantined", "0")},
                         set(self.columns("Ingest health", "What became of the messages", "Outcome", "Messages"))
                         & {("stored", "0"), ("quarantined", "0")})
        database = self.postgres.create_database()
        config = collector.write_config(self.directory / "config.yaml", {"database": database, "mailboxes": []})
        broken = self.directory / "broken.json"
        broken.write_text(json.dumps({"organization-name": "x"}))
        self.assertEqual(65, collector.run("-c", config, "import", broken).code)
        self.grant_reader(database)
        [entry] = self.rows("Ingest health", "Quarantine by reason", database)
        self.assertEqual(("(imported)", "1"), (entry["Mailbox"], entry["Entries"]))
        self.assertEqual([{"Entries": "0"}], self.rows("Ingest health", "In quarantine", database))
        self.postgres.query("""insert into tlsrpt.mailbox (name, server, username, folder)
                               values ('work', 'imaps://imap.example.net', 'u', 'INBOX');
                               update tlsrpt.message set mailbox_key = (select id from tlsrpt.mailbox), uid_validity = 1,
                                 uid = 1""", database)
        self.assertEqual([{"Entries": "1"}], self.rows("Ingest health", "In quarantine", database))

    # Variables.

    def test_a_domain_narrows_organizations_and_hosts(self):
        def offered(name, **chosen):
            return [value for row in self.rows("Failures", name, **chosen) for value in row.values()]

        self.assertEqual(["Comcast", "Google Inc.", "Mail.ru", "Microsoft Corporation", "mail.postfix.example"],
                         sorted(offered("organization")))
        self.assertEqual(["Comcast", "Google Inc."], sorted(offered("organization", domain=["silent.example"])))
        self.assertEqual(["mx2.expired.example"], offered("mx", domain=["expired.example"]))
        self.assertEqual(13, len(offered("domain")))
        self.assertEqual(["stuck", "work"], sorted(row["mailbox"] for row in self.rows("Ingest health", "mailbox")))

    def test_all_chooses_names_that_are_not_offered_too(self):
        for dashboard in grafana.load():
            for variable in grafana.variables(dashboard).values():
                self.assertEqual(("null", True, True), (variable["allValue"], variable["includeAll"], variable["multi"]))
