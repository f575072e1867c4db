"""examples/grafana: what every dashboard must have, and what none may do."""

import json
import re
import subprocess
import sys

from tests.harness import grafana

from . import grafana_types, source

_PANEL_TYPES = {"bargauge", "stat", "state-timeline", "table", "timeseries"}
_USED_VARIABLE = re.compile(r"\$(?!__)(?:\{(?!__)(\w+)|(\w+)(?!\w*\())")
_RELATION = re.compile(r"\b(?:from|join)\s+(?!lateral\b)([a-z_.]+)\b(?!\s*\()")
_EXTRACT = re.compile(r"\bextract\(epoch from [^)]*\)")
_COMMON_TABLE = re.compile(r"\b(\w+) as (?:materialized )?\(\s*select\b")
# Details and incidents count sessions that may stand in several; v_daily's reports may be about several domains.
_MUST_NOT_BE_SUMMED = {"v_failure": "failed_session_count", "v_incident": "sessions", "v_daily": "reports",
                       "v_reporter": "deviations"}


def _panels():
    return [(f"{dashboard['uid']}, {panel['title']!r}", panel) for dashboard in grafana.load()
            for panel in dashboard["panels"]]


def _queries():
    return [(str(query), query.sql) for dashboard in grafana.load() for query in grafana.queries(dashboard)]


def dashboards_are_generated():
    """Grafana's dashboards are what examples/grafana/generate.py writes"""
    done = subprocess.run([sys.executable, "examples/grafana/generate.py", "--check"], cwd=source.ROOT,
                          capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines()


def panels_say_what_they_show():
    """Every panel of the dashboards has a title, a description and a unit, and is of a type that is not deprecated"""
    problems = []
    for where, panel in _panels():
        if not panel["title"] or not panel["description"].endswith((".", "?")):
            problems.append(f"{where} has no title, or no sentence for a description")
        if not panel["fieldConfig"]["defaults"].get("unit"):
            problems.append(f"{where} has no unit")
        if panel["type"] not in _PANEL_TYPES:
            problems.append(f"{where} is a {panel['type']}")
    return problems


def panels_have_their_own_place():
    """Panels of a dashboard have a number and a title each, and lie beside each other"""
    problems = []
    for dashboard in grafana.load():
        taken, panels = set(), dashboard["panels"]
        for key in ("id", "title"):
            if len({panel[key] for panel in panels}) < len(panels):
                problems.append(f"{dashboard['uid']}: two panels have one {key}")
        for panel in panels:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            if cells & taken or place["x"] + place["w"] > 24:
                problems.append(f"{dashboard['uid']}: {panel['title']!r} overlaps")
            taken |= cells
    return problems


def links_lead_somewhere():
    """Every link of the dashboards leads to one of them, and takes along the time range and variables that it has"""
    variables = {dashboard["uid"]: {"datasource", *grafana.variables(dashboard)} for dashboard in grafana.load()}
    problems = []
    for dashboard in grafana.load():
        others = {link["url"].removeprefix("/d/") for link in dashboard["links"]
                  if link["includeVars"] and link["keepTime"]}
        if others != set(variables) - {dashboard["uid"]}:
            problems.append(f"{dashboard['uid']} does not link to each other one with its variables and time range")
        for url in re.findall(r'"url": "([^"]*)"', json.dumps(dashboard["panels"])):
            match = re.fullmatch(r"/d/([\w-]+)\?\$\{__url_time_range\}&\$\{datasource:queryparam\}(&.*)?", url)
            passed = re.findall(r"(?<=var-)\w+(?==)|(?<=\$\{)\w+(?=:queryparam\})", url)
            if not match or not variables.get(match[1], set()).issuperset(passed):
                problems.append(f"{dashboard['uid']}: {url}")
    return problems


def variables_are_defined_and_used():
    """Every variable that a dashboard uses is defined there, and every one defined there is used"""
    problems = []
    for dashboard in grafana.load():
        defined = {"datasource", *grafana.variables(dashboard)}
        text = json.dumps([dashboard["panels"], dashboard["annotations"], *(
            variable["query"] for variable in grafana.variables(dashboard).values())])
        used = {name for pair in _USED_VARIABLE.findall(text) for name in pair if name}
        problems += [f"{dashboard['uid']}: ${name}" for name in used ^ defined]
    return problems


def queries_read_views():
    """The dashboards' queries read views of the schema tlsrpt, and nothing else"""
    problems = []
    for where, query in _queries():
        relations = set(_RELATION.findall(_EXTRACT.sub("", query))) - set(_COMMON_TABLE.findall(query))
        if not relations or not all(re.fullmatch(r"tlsrpt\.v_[a-z]+", relation) for relation in relations):
            problems.append(f"{where} reads {relations}")
    return problems


def nothing_is_summed_that_must_not_be():
    """No dashboard adds up what counts a session or a report more than once"""
    problems = [f"{where} sums {column}" for where, query in _queries()
                for view, column in _MUST_NOT_BE_SUMMED.items()
                if view in query and re.search(rf"\bsum\(\s*(?:\w+\.)?{column}\b", query)]
    for where, panel in _panels():
        options = panel["options"]
        reducers = [*options.get("reduceOptions", {}).get("calcs", []), *options.get("legend", {}).get("calcs", []),
                    *options.get("footer", {}).get("reducer", [])]
        if panel.get("transformations") or set(reducers) - {"lastNotNull"}:
            problems.append(f"{where} calculates in the browser")
        stacked = panel["fieldConfig"]["defaults"].get("custom", {}).get("stacking", {}).get("mode", "none") != "none"
        if stacked and any("v_failure" in target["rawSql"] for target in panel["targets"]):
            problems.append(f"{where} stacks what overlaps")
    return problems


def provisioning_fits():
    """What is provisioned for Grafana is the data source that the dashboards ask for"""
    text = source.text("examples/grafana/provisioning/datasources/tlsrpt.yaml")
    wanted = {(variable["query"], variable["current"]["value"]) for dashboard in grafana.load()
              for variable in dashboard["templating"]["list"] if variable["name"] == "datasource"}
    found = set(zip(re.findall(r"^ +type: (\S+)$", text, re.MULTILINE),
                    re.findall(r"^ +uid: (\S+)$", text, re.MULTILINE)))
    return [] if wanted == found else [f"provisioned: {found}, wanted: {wanted}"]


def checks(build):
    for check in (dashboards_are_generated, panels_say_what_they_show, panels_have_their_own_place,
                  links_lead_somewhere, variables_are_defined_and_used, queries_read_views,
                  nothing_is_summed_that_must_not_be, provisioning_fits):
        yield check.__doc__, check
    yield grafana_types.are_grafanas.__doc__, lambda: grafana_types.are_grafanas(build)
