"""python3 -S launch.py REPORT COMMAND…: runs it; REPORT gets wall and CPU seconds, peak memory and exit code.

A process's peak memory begins with that of the process which started it: this one is small.
"""

import os
import sys
import time

begun = time.monotonic()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
wall = time.monotonic() - begun
with open(sys.argv[1], "w", encoding="ascii") as report:
    print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status), file=report)
