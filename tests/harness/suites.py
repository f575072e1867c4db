"""python3 -m tests.harness.suites [--all] [--sanitized] BUILD SUITE…: runs suites of tests and counts what passed.

A suite is made of the test programs that meson.build registers under its name (doctest: every test case counts) and of
tests/SUITE/**/*_test.py; `lint` is tests/lint.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import time

from . import process, servers

ROOT = pathlib.Path(__file__).resolve().parents[2]
_AT_ONCE = 2
# What is looked at there is PostgreSQL's work, of which sanitizers in our program see nothing.
_WITHOUT_OUR_PROGRAM = ("views", "grafana")
_running = set()
_DOCTEST_SUMMARY = re.compile(rb"\[doctest\] test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed")
_PYTHON_SUMMARY = re.compile(rb"^(\d+) passed, (\d+) failed$", re.MULTILINE)
_SKIPPED = re.compile(r"^skipped: .*", re.MULTILINE)


@dataclasses.dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: list = dataclasses.field(default_factory=list)  # lines that say what and why

    def __add__(self, other):
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


def tally_of(output, code):
    """What a program's own summary says; one that ends badly without owning up to it, or tests nothing, has failed
    once."""
    summaries = _DOCTEST_SUMMARY.findall(output) or _PYTHON_SUMMARY.findall(output)[-1:]
    tally = sum((Tally(int(passed), int(failed)) for passed, failed in summaries), Tally())
    tally.skipped = _SKIPPED.findall(output.decode(errors="replace"))
    if code != 0 and tally.failed == 0:
        tally.failed = 1
    elif summaries and tally == Tally():
        tally.failed = 1
    elif code == 0 and not summaries:
        tally.passed = 1
    return tally


def run_program(name, command, environment=None, deadline=1200):
    """Runs one test program; its output is shown only if something failed."""
    begun = time.monotonic()
    child = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    _running.add(child)
    try:
        output, _ = child.communicate(timeout=deadline)
    except subprocess.TimeoutExpired:
        process.end_child(child, patience=60)  # its servers and directories end with it
        output, _ = child.communicate()
        output += f"\nstill running after {deadline} s: ended\n".encode()
    finally:
        process.end_child(child)
        _running.discard(child)
    tally = tally_of(output, child.returncode)
    if tally.failed:
        sys.stdout.buffer.write(b"\n--- " + name.encode() + b"\n" + output + b"---\n\n")
    print(f"  {name}: {tally} in {time.monotonic() - begun:.0f} s", flush=True)
    for line in tally.skipped:
        print(f"    {line}", flush=True)
    return tally


def run_job(name, command, environment=None):
    """The same for a pool: whatever stops one program must not hide the others' results."""
    try:
        return run_program(name, command, environment)
    except Exception as error:
        print(f"  {name}: {error}", flush=True)
        return Tally(failed=1)


def registered(build, suite):
    """(name, command) of the test programs in meson.build."""
    listing = subprocess.run(["meson", "introspect", "--tests", build], check=True, capture_output=True, text=True)
    return [(test["name"], test["cmd"]) for test in json.loads(listing.stdout)
            if any(label.split(":")[-1] == suite for label in test["suite"])]


def python_modules(suite, sanitized=False):
    return [".".join(path.relative_to(ROOT).with_suffix("").parts)
            for path in sorted((ROOT / "tests" / suite).rglob("*_test.py"))
            if not (sanitized and path.parent.name in _WITHOUT_OUR_PROGRAM)]


def start_suite(suite, options, pool):
    """Integration's programs are run, beside servers; all else goes to the pool. (what passed so far, what is still to
    come)"""
    if suite == "lint":
        command = [sys.executable, "-m", "tests.lint", *(["--all"] if options.all else []), options.build]
        return Tally(), [pool.submit(run_job, "lint", command)]
    tally = Tally()
    jobs = []
    programs = registered(options.build, suite)
    if suite != "integration":
        jobs += [pool.submit(run_job, name, command) for name, command in programs]
    elif programs:
        with servers.temporary_servers() as (postgres, dovecot):
            for name, command in programs:
                tally += run_program(name, command, servers.environment(postgres, dovecot))
    environment = {"TLSRPT_COLLECTOR": str(ROOT / options.build / "collector" / "tlsrpt-collector")}
    jobs += [pool.submit(run_job, module, [sys.executable, "-m", "tests.harness.python_tests", module], environment)
             for module in python_modules(suite, options.sanitized)]
    return tally, jobs


def run_suites(options, pool):
    """(suite, what came of it), in order. One suite's modules run beside the next one's programs: many mostly wait."""
    started = []
    for suite in options.suites:
        try:
            started.append((suite, *start_suite(suite, options, pool)))
        except Exception as error:  # as in run_job
            print(f"  {suite}: {error}", flush=True)
            started.append((suite, Tally(failed=1), []))
    return [(suite, sum((job.result() for job in jobs), tally)) for suite, tally, jobs in started]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("build")
    parser.add_argument("suites", nargs="+")
    options = parser.parse_args()
    process.unwind_on_signals()
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            results = run_suites(options, pool)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in list(_running):  # the threads take theirs out meanwhile
                child.terminate()
            raise
    total = sum((tally for _, tally in results), Tally())
    print(f"\nin {time.monotonic() - begun:.0f} s:")
    print("\n".join([*(f"{suite}: {tally}" for suite, tally in results), *total.skipped]))
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
