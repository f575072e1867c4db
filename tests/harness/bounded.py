"""Runs the program on hostile input, and measures what that takes."""

import collections
import functools
import mmap
import os
import re
import resource

from . import collector, process

MOST_MEMORY = 256 << 20
_MOST_SECONDS = 120  # of processor time: what needs that much hangs; a release build needs two

_ENTRY = re.compile(rb'^\{"source":"[^"]*","status":"(\w+)"(?:,"reason":"([a-z-]+)")?', re.MULTILINE)
_DEVIATION = re.compile(rb'\{"code":"([a-z0-9-]+)"')


@functools.cache
def sanitized():
    """Whether the program was built with sanitizers, which need several times the memory."""
    with open(collector.program(), "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"__asan_init") >= 0


class Run:
    """One run: its exit code, the most memory it had (in bytes), and what it printed, which may be huge.

    `path` with other endings is where that is kept.
    """

    finished = []  # all of this process

    def __init__(self, path, *arguments):
        self._out, self._err = path.with_suffix(".out"), path.with_suffix(".err")
        with self._out.open("wb") as out, self._err.open("wb") as err:
            child = process.spawn([collector.program(), *arguments], stdout=out, stderr=err)
            resource.prlimit(child.pid, resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
            _, status, usage = os.wait4(child.pid, 0)
        self.code = child.returncode = os.waitstatus_to_exitcode(status)
        self.memory = usage.ru_maxrss * 1024
        self.seconds = usage.ru_utime + usage.ru_stime
        Run.finished.append(self)

    @property
    def text(self):
        return self._out.read_bytes().decode()

    @property
    def errors(self):
        return self._err.read_bytes().decode()

    @property
    def entries(self):
        """Of --format json: status and reason of each line."""
        return [" ".join(word.decode() for word in match if word) for match in self._found(_ENTRY)]

    @property
    def deviations(self):
        """Of --format json: how often each code occurs."""
        return collections.Counter(code.decode() for code in self._found(_DEVIATION))

    def _found(self, pattern):
        if self._out.stat().st_size == 0:
            return []
        with self._out.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return [match.groups() if pattern.groups > 1 else match[1] for match in pattern.finditer(content)]
