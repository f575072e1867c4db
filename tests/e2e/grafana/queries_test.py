"""examples/grafana: every query of every dashboard is answered, with what its panel needs."""

import json
import pathlib
import re
import tempfile

from tests.harness import grafana, known_month

from .case import GrafanaTest

QUERIES = [query for dashboard in grafana.load() for query in grafana.queries(dashboard)]
NUMBERS = {"bigint", "integer", "numeric", "double precision"}
TIMES = {"timestamp with time zone", "date"}

# A quotation mark, SQL, one of Grafana's macros, markup, what psql and Grafana take for variables.
HOSTILE = ["O'Reilly \"; drop schema tlsrpt cascade; --", "$__timeFrom()$__bad(x)", "<img src=x onerror=alert(1)>",
           "\\' or true or '${domain}' $domain :domain"]
HARMLESS = [name for name in HOSTILE if "$" not in name]  # Grafana would expand a macro in the others


def report(organization, domain, day, failing_mx=None, mode="testing"):
    """One session, which fails at that MX, or does not."""
    return {"organization-name": organization, "report-id": f"{organization} {domain} {day}", "contact-info": "tls@x.example",
            "date-range": {"start-datetime": f"2026-01-{day:02}T00:00:00Z", "end-datetime": f"2026-01-{day:02}T23:59:59Z"},
            "policies": [{
                "policy": {**known_month.sts("example.com", mode), "policy-domain": domain},
                "summary": {"total-successful-session-count": int(not failing_mx),
                            "total-failure-session-count": int(bool(failing_mx))},
                "failure-details": [known_month.detail("certificate-expired", 1, failing_mx)] if failing_mx else []}]}


class Queries(GrafanaTest):

    def assert_serves(self, query, types, rows):
        """What Grafana needs to draw that type of panel."""
        kinds = list(types.values())
        if query.format == "time_series":
            values = {name: kind for name, kind in types.items() if name not in ("time", "metric")}
            self.assertIn(types["time"], NUMBERS | TIMES)
            self.assertEqual("text", types.get("metric", "text"))
            self.assertTrue(values and NUMBERS.issuperset(values.values()), types)
            keys = [(row["time"], row.get("metric")) for row in rows]
            self.assertEqual(sorted(row["time"] for row in rows), [time for time, _ in keys])  # or Grafana refuses it
            self.assertEqual(len(set(keys)), len(keys))
        elif query.kind == "stat":
            self.assertEqual(1, len(rows))
            self.assertLessEqual(set(kinds), NUMBERS)
        elif query.kind == "bargauge":
            self.assertEqual(("text", True), (kinds[0], NUMBERS.issuperset(kinds[1:])))
        elif query.kind == "table":
            self.assertLessEqual(set(kinds), NUMBERS | TIMES | {"text", "boolean"})  # no interval, array or JSON
        elif query.kind == "annotation":
            self.assertEqual({"time": "timestamp with time zone", "text": "text", "tags": "text"}, types)
        else:
            self.assertEqual(("variable", ["text"]), (query.kind, kinds))

    def assert_all_serve(self, chosen=None, database=None):
        """The answers by query."""
        answers = self.answers(QUERIES, chosen, database)
        for query, (types, rows) in zip(QUERIES, answers):
            with self.subTest(query=str(query), chosen=chosen):
                self.assert_serves(query, types, rows)
        return {str(query): rows for query, (_, rows) in zip(QUERIES, answers)}

    def test_every_query_serves_its_panel_for_all_one_and_several_of_each_variable(self):
        self.assert_all_serve()
        self.assert_all_serve({"domain": ["expired.example"], "organization": ["Google Inc."], "policy_type": ["sts"],
                               "mx": ["mx2.expired.example"], "mailbox": ["work"]})
        self.assert_all_serve({"domain": ["expired.example", "again.example"], "mx": ["mx2.expired.example", "(none named)"],
                               "organization": ["Google Inc.", "(unnamed)"], "policy_type": ["sts", "tlsa"],
                               "mailbox": ["work", "stuck"]})

    def test_every_query_serves_its_panel_before_the_first_report(self):
        database = self.postgres.create_database()
        self.grant_reader(database)
        self.assert_all_serve(database=database)

    def test_the_known_month_shows_something_in_every_panel(self):
        empty = {query for query, rows in self.assert_all_serve().items() if not rows}
        self.assertEqual({"TLS reports: Ingest health / Quarantine by reason"}, empty)

    def test_overrides_and_links_name_columns_that_the_query_has(self):
        for query, (types, _) in zip(QUERIES, self.answers(QUERIES)):
            if query.kind in ("annotation", "variable"):
                continue
            for override in query.of["fieldConfig"]["overrides"]:
                self.assertIn(override["matcher"]["options"], types, str(query))
            for column in re.findall(r"__data\.fields\.(\w+)", json.dumps(query.of)):
                self.assertEqual("text", types[column], str(query))

    def hostile_database(self):
        """Each of the names as an organization and an MX of example.com, and as a domain at Google."""
        reports = [report(name, "example.com", 21 + number, name) for number, name in enumerate(HOSTILE)]
        reports += [report("Google Inc.", name, 24, "mx1.example.com") for name in HOSTILE]
        reports.append(report(HOSTILE[2], "example.com", 27, mode="enforce"))
        with tempfile.TemporaryDirectory(dir=self.directory) as directory:
            for number, content in enumerate(reports):
                (pathlib.Path(directory) / f"{number}.json").write_text(json.dumps(content))
            database = self.import_(directory)
        self.grant_reader(database)
        return database

    def test_names_from_strangers_do_no_harm(self):
        database = self.hostile_database()
        found = self.assert_all_serve(database=database)
        offered = {query.of["name"]: sorted(next(iter(row.values())) for row in found[str(query)])
                   for query in QUERIES if query.kind == "variable"}
        self.assertEqual(sorted({*HARMLESS, "Google Inc."}), offered["organization"])
        self.assertEqual(sorted({*map(str.lower, HARMLESS), "example.com"}), offered["domain"])
        self.assertEqual(sorted({*map(str.lower, HARMLESS), "mx1.example.com"}), sorted(map(str.lower, offered["mx"])))
        self.assert_all_serve({name: names or [grafana.ALL] for name, names in offered.items()}, database)
        self.assertEqual([{"Sessions": "1"}], self.rows("Overview", "Sessions", database, organization=[HOSTILE[0]]))
        # Grafana shows the text of an annotation as HTML.
        self.assertEqual(["example.com: another sts policy (testing → enforce), as seen by "
                          "&lt;img src=x onerror=alert(1)&gt;"],
                         [row["text"] for row in self.rows("Overview", "Policy changes", database)])
