"""What input costs that is meant to do harm: the slowest and the largest run of each test in tests/e2e/hostile_test.py."""

import unittest

from ..e2e import hostile_test
from ..harness import bounded
from . import table

_SHOWN = 10


def run(_):
    """hostile: the worst inputs of the tests, each in two seconds and 256 MiB at most"""
    rows = []
    for test in unittest.defaultTestLoader.loadTestsFromTestCase(hostile_test.Hostile):
        first = len(bounded.Run.finished)
        test.debug()
        runs = bounded.Run.finished[first:]
        rows.append((max(run.seconds for run in runs), max(run.memory for run in runs), test._testMethodName))
    rows.sort(reverse=True)
    table.show(f"Hostile input: the slowest {_SHOWN} of {len(rows)} tests; goal: 2 s of CPU, 256 MiB",
               ("", "CPU", "peak memory"),
               [(name.removeprefix("test_").replace("_", " "), table.seconds(seconds), table.mebibytes(memory))
                for seconds, memory, name in rows[:_SHOWN]])
