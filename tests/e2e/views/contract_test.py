"""What every view promises: its columns, its comments, docs/views.md, and that a reader may read it."""

import pathlib
import re

from tests.harness import collector, known_month, process

from .case import ViewTest

_DOCUMENT = pathlib.Path(__file__).resolve().parents[3] / "docs" / "views.md"
_FIRST_COLUMNS = {
    "v_sessions": "report_key organization_name recipient_domain start_datetime end_datetime sessions successes failures",
    "v_daily": "day recipient_domain organization_name sessions successes failures failure_rate severity",
    "v_incident": "recipient_domain result_type receiving_mx_hostname first_seen last_seen days sessions reporters severity "
                  "state resolved_at cause remedy",
}
_VIEWS = ("v_coverage", "v_daily", "v_enforce", "v_failure", "v_incident", "v_ingest", "v_policy", "v_quarantine", "v_reporter",
          "v_sessions")


class Contract(ViewTest):

    def columns(self, view):
        return [name for [name] in self.ask(f"""select attname from pg_attribute
            where attrelid = '{view}'::regclass and attnum > 0 order by attnum""")]

    def test_the_views_are_there(self):
        self.assertEqual([[view] for view in _VIEWS], self.ask(
            "select relname from pg_class where relnamespace = 'tlsrpt'::regnamespace and relname like 'v\\_%' order by 1"))

    def test_the_first_columns_are_those_that_were_promised(self):
        for view, columns in _FIRST_COLUMNS.items():
            with self.subTest(view=view):
                expected = columns.split()
                self.assertEqual(expected, self.columns(view)[:len(expected)])

    def test_every_view_and_every_column_says_what_it_is(self):
        self.assertEqual([], self.ask("""
            select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum >= 0
            where c.relnamespace = 'tlsrpt'::regnamespace and c.relkind = 'v' and c.relname like 'v\\_%'
              and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)"""))

    def test_the_document_says_what_the_database_says(self):
        sections = re.split(r"^## (v_\w+)$", _DOCUMENT.read_text(), flags=re.MULTILINE)[1:]
        documented = {view: re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)
                      for view, text in zip(sections[::2], sections[1::2])}
        self.assertEqual({view: self.columns(view) for view in _VIEWS}, documented)
        for view, text in zip(sections[::2], sections[1::2]):
            for column, comment in self.ask(f"""select attname, col_description(attrelid, attnum) from pg_attribute
                                                where attrelid = '{view}'::regclass and attnum > 0"""):
                with self.subTest(view=view, column=column):
                    self.assertIn(f" {comment} |", text)

    def test_a_reader_may_read_every_view_and_nothing_may_it_write(self):
        self.postgres.query("create role dashboards login password 'secret'")
        config = collector.write_config(self.directory / "reader.yaml", {"database": self.database, "mailboxes": []})
        result = collector.run("-c", config, "migrate", "--grant-reader", "dashboards")
        self.assertEqual(0, result.code, result.err)
        url = re.sub(r"//[^@]*@", "//dashboards:secret@", self.database)
        for view in _VIEWS:
            with self.subTest(view=view):
                # A reader's search_path is its own: views must not depend on it.
                self.assertEqual(
                    self.postgres.query(f"set tlsrpt.now = '{known_month.NOW}'; select count(*) from tlsrpt.{view}", self.database),
                    self.postgres.query(f"set tlsrpt.now = '{known_month.NOW}'; select count(*) from tlsrpt.{view}", url))
        with self.assertRaisesRegex(process.HarnessError, "permission denied"):
            self.postgres.query("delete from tlsrpt.report", url)

    def test_now_is_the_database_s_unless_it_is_said_otherwise(self):
        self.assertEqual([["t"]], self.ask("select clock() = now()", before="set local tlsrpt.now = ''"))
        self.assertEqual([["2026-02-01 12:00:00+00"]], self.ask("select clock()"))
        self.assertEqual([["t"]], self.postgres.query("select tlsrpt.clock() = now()", self.database))
