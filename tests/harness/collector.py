"""Runs the program under test."""

import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import time

from . import process

_ROOT = pathlib.Path(__file__).resolve().parents[2]
_DEADLINE = 120  # nothing in the tests takes that long: whoever does hangs


def program():
    """TLSRPT_COLLECTOR, else what `meson compile -C build` made."""
    return os.environ.get("TLSRPT_COLLECTOR") or str(_ROOT / "build" / "collector" / "tlsrpt-collector")


@dataclasses.dataclass
class Result:
    code: int        # exit code; -9 after SIGKILL
    out: str
    err: str
    seconds: float

    def lines(self):
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class Running:
    """A started program. check(out, err) looks at what it said."""

    def __init__(self, arguments, *, environment=None, stdin=None, stderr=subprocess.PIPE, cwd=None, check=None):
        environment = {**os.environ, **(environment or {})}
        self._begun = time.monotonic()
        self._input = stdin
        self._check = check
        self.process = process.spawn(
            [program(), *arguments], env=environment, cwd=cwd, stdout=subprocess.PIPE, stderr=stderr,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE)

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, deadline=_DEADLINE):
        """The result; a program that hangs is killed, and fails the test."""
        try:
            out, err = self.process.communicate(self._input, timeout=deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"still running after {deadline} s: {self.process.args}\n{err.decode()}") from None
        result = Result(self.process.returncode, out.decode(), (err or b"").decode(), time.monotonic() - self._begun)
        if self._check:
            self._check(result.out, result.err)
        return result

    def kill_after(self, seconds):
        """SIGKILL at that instant, unless it ends before; the result."""
        try:
            return self.wait_at_most(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.wait()

    def wait_at_most(self, seconds):
        self.process.wait(max(0.0, seconds - (time.monotonic() - self._begun)))
        return self.wait()


def run(*arguments, deadline=_DEADLINE, **options):
    """Runs the program to its end."""
    return Running(arguments, **options).wait(deadline)


def write_config(path, config):
    """A configuration file, from values: JSON is YAML."""
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False))
    path.chmod(0o600)
    return path
