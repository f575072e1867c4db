#!/usr/bin/env python3
"""examples/grafana/generate.py [--check]: writes dashboards/*.json from tlsrpt_dashboards/*.py.

--check writes nothing, names the files that are not up to date, and exits 1 if there are any.
"""

import json
import pathlib
import sys

from tlsrpt_dashboards import failures, ingest, overview, reporters

OUTPUT = pathlib.Path(__file__).resolve().parent / "dashboards"


def contents():
    """File name → text."""
    return {f"{module.__name__.split('.')[-1]}.json":
            json.dumps(module.DASHBOARD, indent=2, ensure_ascii=False) + "\n"
            for module in (overview, failures, reporters, ingest)}


def outdated():
    return [name for name, text in contents().items()
            if not (OUTPUT / name).is_file() or (OUTPUT / name).read_text() != text]


def main(arguments):
    names = outdated()
    if "--check" not in arguments:
        for name in names:
            (OUTPUT / name).write_text(contents()[name])
        return 0
    for name in names:
        print(f"{name} is not what generate.py writes")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
