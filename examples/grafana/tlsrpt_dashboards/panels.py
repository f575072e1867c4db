"""Panels as Grafana saves them: everything that a type of panel needs, and nothing by default of the version."""

DATASOURCE = {"type": "grafana-postgresql-datasource", "uid": "${datasource}"}

GREEN, ORANGE, RED, BLUE, GREY = "green", "orange", "red", "blue", "text"


def steps(*pairs):
    """Thresholds: the colour below all of them, then (value, colour) from each value on."""
    base, *rest = pairs
    return {"mode": "absolute", "steps": [{"color": base, "value": None},
                                          *({"color": color, "value": value} for value, color in rest)]}


# As in the table setting, by which the views tell ok, warning and critical.
RATE_STEPS = steps(GREEN, (0.01, ORANGE), (0.05, RED))
ANY_IS_BAD = steps(GREEN, (1, RED))
ANY_IS_DOUBTFUL = steps(GREEN, (1, ORANGE))
PLAIN = steps(BLUE)


def words(**results):
    """Value mappings: what is shown for a value, and in which colour."""
    return [{"type": "value", "options": {value.lstrip("_"): {"index": index, "text": text, "color": color}
                                          for index, (value, (text, color)) in enumerate(results.items())}}]


SEVERITY = words(ok=("ok", GREEN), warning=("warning", ORANGE), critical=("critical", RED))
SEVERITY_NUMBER = words(_0=("not rated", GREY), _1=("ok", GREEN), _2=("warning", ORANGE), _3=("critical", RED))
STATE = words(open=("open", RED), resolved=("resolved", GREEN))


def link(title, uid, *kept, **fields):
    """To a dashboard, with the time range, the variables `kept` as they are, and others from the row's columns."""
    parts = ["${__url_time_range}", *(f"${{{name}:queryparam}}" for name in ("datasource", *kept)),
             *(f"var-{name}=${{__data.fields.{column}:percentencode}}" for name, column in fields.items())]
    return {"title": title, "url": f"/d/{uid}?{'&'.join(parts)}", "targetBlank": False}


def _panel(kind, title, description, queries, data_format, defaults, options, overrides=()):
    targets = [{"refId": "ABCDEF"[number], "datasource": DATASOURCE, "editorMode": "code", "rawQuery": True,
                "format": data_format, "rawSql": query} for number, query in enumerate(queries)]
    return {"type": kind, "title": title, "description": description, "datasource": DATASOURCE, "targets": targets,
            "fieldConfig": {"defaults": defaults, "overrides": list(overrides)}, "options": options}


def column(name, **properties):
    """How one column differs; `custom_x` is the panel type's own option x."""
    return {"matcher": {"id": "byName", "options": name},
            "properties": [{"id": key.replace("custom_", "custom."), "value": value}
                           for key, value in properties.items()]}


def stat(title, description, query, *, unit="locale", thresholds=PLAIN, links=(), decimals=None, overrides=()):
    """Numbers of one row, side by side."""
    defaults = {"unit": unit, "thresholds": thresholds, "color": {"mode": "thresholds"}, "mappings": [],
                "links": list(links), "noValue": "–"}
    if decimals is not None:
        defaults["decimals"] = decimals
    options = {"colorMode": "value", "graphMode": "none", "justifyMode": "auto", "orientation": "auto",
               "percentChangeColorMode": "standard", "showPercentChange": False, "textMode": "auto",
               "wideLayout": True, "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
    return _panel("stat", title, description, [query], "table", defaults, options, overrides)


_HIDDEN_NOWHERE = {"legend": False, "tooltip": False, "viz": False}
_LEGEND = {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True}
_TOOLTIP = {"mode": "multi", "sort": "desc"}


def series(title, description, query, *, unit="locale", bars=False, stacked=False, thresholds=None, overrides=()):
    """Numbers over time, one line or row of bars each."""
    custom = {"drawStyle": "bars" if bars else "line", "lineInterpolation": "linear", "lineWidth": 1 if bars else 2,
              "fillOpacity": 70 if bars else 0, "gradientMode": "none", "showPoints": "never" if bars else "always",
              "pointSize": 6, "spanNulls": False, "barAlignment": 0, "axisPlacement": "auto", "axisLabel": "",
              "axisSoftMin": 0, "scaleDistribution": {"type": "linear"}, "hideFrom": _HIDDEN_NOWHERE,
              "stacking": {"group": "A", "mode": "normal" if stacked else "none"},
              "thresholdsStyle": {"mode": "line" if thresholds else "off"}}
    defaults = {"unit": unit, "min": 0, "color": {"mode": "palette-classic"}, "mappings": [],
                "thresholds": thresholds or PLAIN, "custom": custom}
    return _panel("timeseries", title, description, [query], "time_series", defaults,
                  {"legend": _LEGEND, "tooltip": _TOOLTIP}, overrides)


def state_timeline(title, description, query, *, unit="locale", thresholds=PLAIN, mappings=(), show_value="never"):
    """One row a series, coloured by its value as time goes."""
    defaults = {"unit": unit, "color": {"mode": "thresholds"}, "thresholds": thresholds, "mappings": list(mappings),
                "custom": {"fillOpacity": 80, "lineWidth": 0, "hideFrom": _HIDDEN_NOWHERE}}
    options = {"mergeValues": True, "showValue": show_value, "alignValue": "left", "rowHeight": 0.9, "perPage": 20,
               "legend": _LEGEND, "tooltip": {"mode": "single", "sort": "none"}}
    return _panel("state-timeline", title, description, [query], "time_series", defaults, options)


def bars(title, description, query, *, unit="locale", links=()):
    """A bar a row: a name and a number."""
    defaults = {"unit": unit, "min": 0, "color": {"mode": "thresholds"}, "thresholds": PLAIN, "mappings": [],
                "links": list(links)}
    options = {"displayMode": "basic", "orientation": "horizontal", "valueMode": "color", "namePlacement": "auto",
               "showUnfilled": True, "sizing": "auto", "minVizHeight": 16, "maxVizHeight": 300, "minVizWidth": 8,
               "legend": {**_LEGEND, "showLegend": False},
               "reduceOptions": {"calcs": [], "fields": "", "limit": 20, "values": True}}
    return _panel("bargauge", title, description, [query], "table", defaults, options)


_CELL = {"align": "auto", "inspect": False, "filterable": True, "cellOptions": {"type": "auto"}}


def table(title, description, query, *columns):
    """Rows. No footer: a table here never adds up its columns."""
    defaults = {"unit": "locale", "color": {"mode": "thresholds"}, "thresholds": steps(GREY), "mappings": [],
                "noValue": "–", "custom": _CELL}
    options = {"showHeader": True, "cellHeight": "sm", "frameIndex": 0,
               "footer": {"show": False, "reducer": [], "countRows": False},
               "sortBy": []}
    return _panel("table", title, description, [query], "table", defaults, options, columns)


# Columns that several tables have.
COLORED = {"type": "color-text"}
WRAPPED = {"type": "auto", "wrapText": True}
RATE_COLUMN = column("Failure rate", unit="percentunit", decimals=2, thresholds=RATE_STEPS, custom_cellOptions=COLORED)
SEVERITY_COLUMN = column("Severity", mappings=SEVERITY, custom_cellOptions=COLORED, custom_width=90)
STATE_COLUMN = column("State", mappings=STATE, custom_cellOptions=COLORED, custom_width=90)
DAY = "time:YYYY-MM-DD"
CAUSE_COLUMN = column("Cause", custom_cellOptions=WRAPPED, custom_minWidth=260, custom_inspect=True)
REMEDY_COLUMN = column("Remedy", custom_cellOptions=WRAPPED, custom_minWidth=420, custom_inspect=True)
