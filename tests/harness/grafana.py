"""The queries of examples/grafana/dashboards, expanded as Grafana's PostgreSQL source does it."""

import dataclasses
import json
import pathlib
import re

DASHBOARDS = pathlib.Path(__file__).resolve().parents[2] / "examples" / "grafana" / "dashboards"
ALL = "$__all"
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+)(?!\w*\())")
_MACRO = re.compile(r"\$(\w+)\(([^)]*)\)")


class Misuse(Exception):
    """What Grafana would show as an error instead of a panel."""


@dataclasses.dataclass
class Query:
    dashboard: dict
    of: dict      # panel, annotation or variable
    kind: str     # the panel's type, "annotation" or "variable"
    format: str   # table or time_series
    sql: str

    def __str__(self):
        return f"{self.dashboard['title']} / {self.of.get('title') or self.of['name']}"


def load():
    return [json.loads(path.read_text()) for path in sorted(DASHBOARDS.glob("*.json"))]


def variables(dashboard):
    """Name → variable, without the one that chooses the database."""
    return {variable["name"]: variable for variable in dashboard["templating"]["list"]
            if variable["type"] != "datasource"}


def queries(dashboard):
    """Everything that a dashboard asks the database."""
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield Query(dashboard, panel, panel["type"], target["format"], target["rawSql"])
    for annotation in dashboard["annotations"]["list"]:
        if not annotation.get("builtIn"):
            target = annotation["target"]
            yield Query(dashboard, annotation, "annotation", target["format"], target["rawSql"])
    for variable in variables(dashboard).values():
        if variable["type"] == "query":
            yield Query(dashboard, variable, "variable", "table", variable["query"])


def find(title, panel):
    """The query of one panel, annotation or variable of a dashboard."""
    [query] = [query for dashboard in load() if dashboard["title"] == f"TLS reports: {title}"
               for query in queries(dashboard) if panel in (query.of.get("title"), query.of.get("name"))]
    return query


def expand(query, begin, end, chosen=None):
    """The SQL that reaches the database. `begin` and `end` as 2026-01-31T00:00:00Z; `chosen`: variable → [value, …], All
    where it says nothing. Variables go first, in the browser, macros then in the server: those in values as well."""
    defined = variables(query.dashboard)

    def value_of(match):
        name = match[1] or match[2]
        if name not in defined:
            raise Misuse(f"{query}: ${name} is no variable")
        values = (chosen or {}).get(name, [ALL])
        if values == [ALL]:
            return defined[name]["allValue"]
        return ",".join("'" + value.replace("'", "''") + "'" for value in values)

    return _MACRO.sub(lambda match: _macro(match, begin, end), _VARIABLE.sub(value_of, query.sql))


def _macro(match, begin, end):
    name, arguments = match[1], [argument.strip() for argument in match[2].split(",")]
    if name == "__timeFilter":
        return f"{arguments[0]} BETWEEN '{begin}' AND '{end}'"
    if name == "__timeFrom":
        return f"'{begin}'"
    if name == "__timeTo":
        return f"'{end}'"
    if name == "__timeGroupAlias":
        if arguments[1] != "'1d'" or arguments[2:] not in ([], ["NULL"]):
            raise Misuse(f"the tests know days only: {match[0]}")
        return f'floor(extract(epoch from {arguments[0]})/86400)*86400 AS "time"'
    raise Misuse(f"unknown macro {name}")
