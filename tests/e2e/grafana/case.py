"""Asks what the dashboards ask, as Grafana would: by the role that may only read."""

import csv
import io
import itertools
import os

from tests.harness import collector, grafana, known_month, postgres, process

from ..views.case import ViewTest

READER = "grafana"
NULL, _COLUMNS_END, _ROWS_END = "(null)", "---- end of columns", "---- end of rows"


class GrafanaTest(ViewTest):
    """The known month, over all of it; `All` of every variable unless a test chooses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.postgres.query(f"create role {READER} login password '{cls.postgres.password}'",
                           cls.postgres.url(role="postgres"))
        cls.grant_reader(cls.database)

    @classmethod
    def grant_reader(cls, database):
        config = collector.write_config(cls.directory / "config.yaml", {"database": database, "mailboxes": []})
        result = collector.run("-c", config, "migrate", "--grant-reader", READER)
        if result.code != 0:
            raise AssertionError(f"migrate ended with {result.code}: {result.err}")

    def answers(self, queries, chosen=None, database=None, until=known_month.NOW):
        """Of each query: columns, as name → type, and rows as dictionaries; the time range ends `until` then."""
        script = []
        for query in queries:
            sql = grafana.expand(query, "2026-01-01T00:00:00Z", until, chosen)
            script += [f"\\warn asking {query}", sql, f"\\gdesc\n\\echo {_COLUMNS_END}", f"{sql};", f"\\echo {_ROWS_END}"]
        name = (database or self.database).rsplit("/", 1)[1]
        out = process.run_tool(
            [postgres.find_program("psql"), "-Xq", "--csv", "-v", "ON_ERROR_STOP=1", "-P", f"null={NULL}", "-d",
             self.postgres.url(name, role=READER), "-f", "-"], text_input="\n".join([*script, ""]),
            env={**os.environ, "PGOPTIONS": f"-c tlsrpt.now={known_month.NOW}"})
        answers = []
        for answer in out.split(f"{_ROWS_END}\n")[:-1]:
            columns, rows = (csv.reader(io.StringIO(part)) for part in answer.split(f"{_COLUMNS_END}\n"))
            names = next(rows)
            answers.append(({name: kind for name, kind in itertools.islice(columns, 1, None)},
                            [dict(zip(names, row, strict=True)) for row in rows]))
        self.assertEqual(len(queries), len(answers))
        return answers

    def rows(self, dashboard, panel, database=None, until=known_month.NOW, **chosen):
        [(_, rows)] = self.answers([grafana.find(dashboard, panel)], chosen, database, until)
        return rows

    def row(self, dashboard, panel, **chosen):
        [row] = self.rows(dashboard, panel, **chosen)
        return row

    def columns(self, dashboard, panel, *names, **chosen):
        """These columns of all rows."""
        return [tuple(row[name] for name in names) for row in self.rows(dashboard, panel, **chosen)]
