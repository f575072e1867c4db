"""Checks examples/grafana/dashboards against the types that Grafana publishes, by TypeScript's compiler."""

import hashlib
import pathlib
import shutil
import subprocess

from tests.harness import grafana

from . import Skipped

_HERE = pathlib.Path(__file__).resolve().parent / "grafana_schema"
_INSTALL_DEADLINE, _COMPILE_DEADLINE = 30, 120  # seconds; two cores may be busy with other tests
_INSTALL = ["npm", "install", "--loglevel=error", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund",
            "--prefer-offline", "--fetch-retries=0", "--fetch-timeout=20000"]


def _run(command, directory, deadline):
    try:
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=deadline)
    except subprocess.TimeoutExpired:
        return [f"{command[0]} did not end in {deadline} s"]
    return [] if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()


def _sources():
    """File name → text of all that decides the outcome."""
    paths = sorted(grafana.DASHBOARDS.glob("*.json"))
    module = ["import type { Dashboard } from './types';\n",
              *(f"export const {path.stem}: Dashboard = {path.read_text()};\n" for path in paths)]
    return {"dashboards.ts": "".join(module), **{path.name: path.read_text() for path in sorted(_HERE.iterdir())}}


def are_grafanas(build):
    """Grafana's dashboards are of the types that Grafana publishes"""
    # What passed once is not checked again in that build directory.
    directory = pathlib.Path(build).resolve() / "grafana-schema"
    sources = _sources()
    digest = hashlib.sha256("".join(f"{name}\0{text}\0" for name, text in sources.items()).encode()).hexdigest()
    passed = directory / "passed"
    if passed.is_file() and passed.read_text() == digest:
        return []
    if not shutil.which("npm"):
        raise Skipped("npm is not installed")
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in sources.items():
        (directory / name).write_text(text)
    failure = _run(_INSTALL, directory, _INSTALL_DEADLINE)
    if failure:
        raise Skipped(f"npm cannot install the types ({failure[0]})")
    problems = _run(["node", "node_modules/typescript/bin/tsc"], directory, _COMPILE_DEADLINE)
    if not problems:
        passed.write_text(digest)
    return problems
