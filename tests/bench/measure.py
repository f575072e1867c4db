"""Wall time, CPU time and memory of whole processes."""

import dataclasses
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

_LAUNCH = pathlib.Path(__file__).with_name("launch.py")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Run:
    wall: float          # seconds
    cpu: float           # seconds, user and system
    peak_memory: int     # bytes
    code: int
    output: str


def run(command, **options):
    """Runs a command to its end."""
    with tempfile.NamedTemporaryFile("r") as report:
        launched = [sys.executable, "-S", _LAUNCH, report.name, *(str(word) for word in command)]
        done = subprocess.run(launched, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, **options)
        wall, cpu, peak_memory, code = report.read().split()
    return Run(float(wall), float(cpu), int(peak_memory), int(code), done.stdout.decode(errors="replace"))


def must(run_result):
    if run_result.code != 0:
        raise SystemExit(f"a measured command ended with {run_result.code}:\n{run_result.output}")
    return run_result


def server_cpu(master):
    """CPU seconds of a server so far: the master, its children, and those that have ended."""
    total = 0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        if int(stat.parent.name) == master or int(fields[1]) == master:
            user, system, children_user, children_system = (int(value) for value in fields[11:15])
            total += user + system
            if int(stat.parent.name) == master:
                total += children_user + children_system
    return total / _TICKS


def median(values):
    return statistics.median(values)
