"""examples/grafana: every query of every dashboard, asked as Grafana asks it, by the role that may only read."""

import csv
import io
import itertools
import json
import os
import pathlib
import re
import tempfile
import unittest

from tests.harness import collector, grafana, postgres, process

READER = "grafana"
NOW = "2026-01-29T06:00:00Z"
RANGE = ("2026-01-20T00:00:00Z", NOW)
NUMBERS = {"bigint", "integer", "numeric", "double precision"}
TIMES = {"timestamp with time zone", "date"}
NULL, COLUMNS_END, ROWS_END = "(null)", "---- end of columns", "---- end of rows"
# A quotation mark, SQL, one of Grafana's macros, markup, what psql and Grafana take for variables.
HOSTILE = ["O'Reilly \"; drop schema tlsrpt cascade; --", "$__timeFrom()$__bad(x)", "<img src=x onerror=alert(1)>",
           "\\' or true or '${domain}' $domain :domain"]


QUERIES = [query for dashboard in grafana.load() for query in grafana.queries(dashboard)]


def report(organization, domain, day, policies):
    """A report on one day of January 2026; policies: (type, strings, successes, failures, details)."""
    return {"organization-name": organization, "contact-info": "tls@sender.example",
            "report-id": f"{organization} {domain} {day}",
            "date-range": {"start-datetime": f"2026-01-{day:02}T00:00:00Z", "end-datetime": f"2026-01-{day:02}T23:59:59Z"},
            "policies": [
                {"policy": {"policy-type": kind, "policy-string": strings, "policy-domain": domain},
                 "summary": {"total-successful-session-count": successes, "total-failure-session-count": failures},
                 "failure-details": details} for kind, strings, successes, failures, details in policies]}


def policy(mode):
    return ["version: STSv1", f"mode: {mode}", "mx: mx1.example.com", "mx: mx2.example.com", "max_age: 604800"]


def expired(count, mx="mx2.example.com"):
    return {"result-type": "certificate-expired", "receiving-mx-hostname": mx, "receiving-ip": "192.0.2.2",
            "sending-mta-ip": "198.51.100.1", "failed-session-count": count}


def week():
    """Google, 21st to 28th: 100 sessions a day; 10 of them fail on the 24th and 25th, each told twice (certificate and
    name). The policy enforces from the 26th on. Microsoft, once: 40 sessions, under sts and again under tlsa."""
    for day in range(21, 29):
        failures = [expired(10), {**expired(10), "result-type": "certificate-host-mismatch"}] if day in (24, 25) else []
        mode = "testing" if day < 26 else "enforce"
        yield report("Google Inc.", "example.com", day,
                     [("sts", policy(mode), 90 if failures else 100, 10 if failures else 0, failures)])
    yield report("Microsoft Corporation", "example.com", 28, [("sts", policy("testing"), 40, 0, []),
                                                              ("tlsa", ["3 1 1 " + "ab" * 32], 40, 0, [])])


class Grafana(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.postgres = cls.enterClassContext(postgres.temporary_postgres())
        cls.postgres.query(f"CREATE ROLE {READER} LOGIN PASSWORD '{cls.postgres.password}'",
                           cls.postgres.url(role="postgres"))
        cls.database = cls.filled([*week(), report("Comcast", "example.net", 22, [("sts", policy("none"), 5, 0, [])])])

    @classmethod
    def filled(cls, reports):
        """A database with those reports and one mailbox, made readable by the command; the reader's URL of it."""
        url = cls.postgres.create_database()
        with tempfile.TemporaryDirectory(prefix="tlsrpt-grafana-") as directory:
            directory = pathlib.Path(directory)
            config = collector.write_config(directory / "config.yaml", {"database": url, "mailboxes": [
                {"name": "inbox", "server": "imaps://imap.example.com", "username": "u", "password": "p"}]})
            for number, content in enumerate(reports):
                (directory / f"{number}.json").write_text(json.dumps(content))
            paths = sorted(map(str, directory.glob("*.json")))
            commands = [["migrate", "--grant-reader", READER], *([["import", *paths]] if paths else [])]
            for command in commands:
                result = collector.run("-c", str(config), *command)
                assert result.code == 0, result.err
        cls.postgres.query("INSERT INTO tlsrpt.mailbox (name, server, username, folder, domains, last_polled_at, "
                           "last_success_at) VALUES ('inbox', 'imaps://imap.example.com', 'u', 'INBOX', "
                           f"'{{example.com,example.org}}', '{NOW}', '{NOW}')", url)
        return cls.postgres.url(url.rsplit("/", 1)[1], role=READER)

    def answers(self, asked, database=None):
        """Of each (query, chosen): columns, as name → type, and rows as dictionaries."""
        script = []
        for query, chosen in asked:
            sql = grafana.expand(query, *RANGE, chosen)
            script.append(f"\\warn asking {query}\n{sql}\n\\gdesc\n\\echo {COLUMNS_END}\n{sql};\n\\echo {ROWS_END}\n")
        out = process.run_tool(
            [postgres.find_program("psql"), "-Xq", "--csv", "-v", "ON_ERROR_STOP=1", "-P", f"null={NULL}", "-d",
             database or self.database, "-f", "-"], text_input="".join(script),
            env={**os.environ, "PGOPTIONS": f"-c tlsrpt.now={NOW}"})
        for answer in out.split(ROWS_END + "\n")[:-1]:
            columns, rows = answer.split(COLUMNS_END + "\n")
            types = {name: kind for name, kind in itertools.islice(csv.reader(io.StringIO(columns)), 1, None)}
            yield types, list(csv.DictReader(io.StringIO(rows)))

    def answer(self, query, chosen=None, database=None):
        [answer] = self.answers([(query, chosen)], database)
        return answer

    def rows(self, dashboard, panel, **chosen):
        return self.answer(grafana.find(dashboard, panel), chosen)[1]

    def row(self, dashboard, panel, **chosen):
        [row] = self.rows(dashboard, panel, **chosen)
        return row

    # What each type of panel needs.

    def assert_serves(self, query, types, rows):
        kinds = set(types.values())
        if query.format == "time_series":
            self.assertIn(types["time"], NUMBERS | TIMES)
            values = {name: kind for name, kind in types.items() if name not in ("time", "metric")}
            self.assertTrue(values and set(values.values()) <= NUMBERS, types)
            self.assertEqual("text", types.get("metric", "text"))
            times = [row["time"] for row in rows]
            self.assertEqual(sorted(times), times)  # Grafana refuses a long series that is not in order
            keys = [(row["time"], row.get("metric")) for row in rows]
            self.assertEqual(len(set(keys)), len(keys))
        elif query.kind == "stat":
            self.assertEqual(1, len(rows))
            self.assertLessEqual(kinds, NUMBERS)
        elif query.kind == "bargauge":
            self.assertEqual("text", list(types.values())[0])
            self.assertLessEqual(set(list(types.values())[1:]), NUMBERS)
        elif query.kind == "table":
            self.assertLessEqual(kinds, NUMBERS | TIMES | {"text", "boolean"})  # no interval, array or JSON
        elif query.kind == "annotation":
            self.assertEqual({"time": "timestamp with time zone", "text": "text", "tags": "text"}, types)
        else:
            self.assertEqual("variable", query.kind)
            self.assertEqual(["text"], list(types.values()))

    def test_every_query_is_answered_with_the_columns_that_its_panel_needs(self):
        choices = [{}, {"domain": ["example.com"], "organization": ["Google Inc."], "policy_type": ["sts"],
                        "mx": ["mx2.example.com"], "mailbox": ["inbox"]},
                   {"domain": ["example.com", "example.net"], "organization": ["Google Inc.", "(unnamed)"],
                    "policy_type": ["sts", "tlsa"], "mx": ["mx2.example.com", "(none named)"], "mailbox": ["inbox", "x"]}]
        asked = list(itertools.product(QUERIES, choices))
        for (query, chosen), answer in zip(asked, self.answers(asked), strict=True):
            with self.subTest(query=str(query), chosen=chosen):
                self.assert_serves(query, *answer)

    def test_every_query_is_answered_before_the_first_report(self):
        asked = [(query, None) for query in QUERIES]
        for query, answer in zip(QUERIES, self.answers(asked, self.filled([])), strict=True):
            with self.subTest(query=str(query)):
                self.assert_serves(query, *answer)

    def test_overrides_and_links_name_columns_that_the_query_has(self):
        panels = [query for query in QUERIES if query.kind not in ("annotation", "variable")]
        for query, (types, _) in zip(panels, self.answers((query, None) for query in panels), strict=True):
            for override in query.of["fieldConfig"]["overrides"]:
                self.assertIn(override["matcher"]["options"], types)
            for column in re.findall(r"__data\.fields\.(\w+)", json.dumps(query.of)):
                self.assertEqual("text", types[column])

    def test_names_from_strangers_do_no_harm(self):
        reports = [report(name, "example.com", 21 + number, [("sts", policy("testing"), 1, 1, [{**expired(1, name)}])])
                   for number, name in enumerate(HOSTILE)]
        reports += [report(HOSTILE[2], "example.com", 27, [("sts", policy("enforce"), 1, 0, [])]),
                    *(report("Google Inc.", name, 24, [("sts", policy("enforce"), 1, 1, [expired(1)])]) for name in HOSTILE)]
        database = self.filled(reports)
        answers = dict(zip(map(str, QUERIES), self.answers(((query, None) for query in QUERIES), database), strict=True))
        for query in QUERIES:
            self.assert_serves(query, *answers[str(query)])
        # A name in which Grafana would expand a macro cannot be chosen.
        harmless = [name for name in HOSTILE if "$" not in name]
        offered = {query.of["name"]: [next(iter(row.values())) for row in answers[str(query)][1]]
                   for query in QUERIES if query.kind == "variable"}
        self.assertEqual({*harmless, "Google Inc."}, set(offered["organization"]))
        self.assertEqual({*map(str.lower, harmless), "example.com"}, set(offered["domain"]))
        chosen = {**offered, "domain": offered["domain"][::-1]}
        for query, answer in zip(QUERIES, self.answers(((query, chosen) for query in QUERIES), database), strict=True):
            self.assert_serves(query, *answer)
        [sessions] = self.answer(grafana.find("Overview", "Sessions"), {"organization": HOSTILE[:1]}, database)[1]
        self.assertEqual("2", sessions["Sessions"])
        [change] = self.answer(grafana.find("Overview", "Policy changes"), None, database)[1]
        self.assertEqual("example.com: another sts policy (testing → enforce), as seen by "
                         "&lt;img src=x onerror=alert(1)&gt;", change["text"])

    # What the panels say of the week.

    def test_sessions_are_counted_once_whatever_they_are_listed_under(self):
        self.assertEqual("845", self.row("Overview", "Sessions")["Sessions"])
        self.assertEqual("40", self.row("Overview", "Sessions", organization=["Microsoft Corporation"])["Sessions"])
        self.assertEqual("20", self.row("Overview", "Failed sessions")["Failed"])
        self.assertEqual(20 / 845, float(self.row("Overview", "Failure rate")["Failure rate"]))
        self.assertEqual(20 / 840, float(self.row("Overview", "Failure rate", domain=["example.com"])["Failure rate"]))
        self.assertEqual("20", str(sum(int(row["value"]) for row in self.rows("Failures", "Failed sessions per day"))))

    def test_days_are_the_reports_days(self):
        rates = {row["time"]: row["Failure rate"] for row in self.rows("Overview", "Failure rate per day")}
        self.assertEqual(8, len(rates))
        self.assertEqual([0.1, 0.1], [float(rate) for rate in rates.values() if float(rate)])
        self.assertEqual("1769212800", next(time for time, rate in rates.items() if float(rate)))  # 2026-01-24

    def test_failures_are_counted_in_reports_not_in_sessions(self):
        self.assertEqual([("certificate-expired", "2"), ("certificate-host-mismatch", "2")],
                         [tuple(row.values()) for row in self.rows("Failures", "Reports by result type")])
        self.assertEqual([("mx2.example.com", "2")], [tuple(row.values()) for row in self.rows("Failures", "Reports by MX")])
        self.assertEqual([], self.rows("Failures", "Reports by MX", policy_type=["tlsa"]))
        self.assertEqual([], self.rows("Failures", "Reports by MX", mx=["mx1.example.com"]))

    def test_an_incident_comes_with_cause_and_remedy_and_says_that_it_is_gone(self):
        expired_, _ = sorted(self.rows("Failures", "Incidents"), key=lambda row: row["Result type"])
        self.assertEqual(("resolved", "critical", "example.com", "certificate-expired", "mx2.example.com", "2", "20"),
                         tuple(expired_[name] for name in ("State", "Severity", "Domain", "Result type", "MX", "Days",
                                                           "Reported failures")))
        self.assertEqual("2026-01-24 00:00:00+00", expired_["First seen"])
        self.assertIn("mx2.example.com", expired_["Remedy"])
        self.assertEqual({"Critical": "0", "Warning": "0", "Minor": "0"}, self.row("Overview", "Open incidents by severity"))
        self.assertEqual([], self.rows("Overview", "Open incidents"))

    def test_policies_changed_and_seen_differently(self):
        [change] = self.rows("Reporters and policies", "Policy changes")
        self.assertEqual({"time": "2026-01-26 00:00:00+00", "tags": "sts", "text":
                          "example.com: another sts policy (testing → enforce), as seen by Google Inc."}, change)
        seen = {row["Seen by"]: row["Policy"] for row in
                self.rows("Reporters and policies", "Reporters that see different policies")}
        self.assertEqual({"Google Inc.", "Microsoft Corporation"}, set(seen))

    def test_configured_domains_without_reports_are_counted_and_named(self):
        self.assertEqual("1", self.row("Overview", "Domains without reports")["Domains"])
        self.assertEqual("example.org", self.row("Ingest health", "Domains without reports")["Domain"])
        self.assertEqual({"Late": "0", "Mailboxes": "1"}, self.row("Ingest health", "Mailboxes not read"))


if __name__ == "__main__":
    unittest.main()
