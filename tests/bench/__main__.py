"""python3 -m tests.bench: see run.sh."""

import argparse
import pathlib

from ..harness import process
from . import backfill, growth, hostile, idle, latency, mailboxes, memory, peers, setting, views

_SECTIONS = {module.__name__.rpartition(".")[2]: module
             for module in (backfill, idle, latency, memory, mailboxes, growth, hostile, peers, views)}


def main():
    sections = "\n".join(f"  {module.run.__doc__}" for module in _SECTIONS.values())
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh", formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog=f"sections, all by default:\n{sections}")
    parser.add_argument("section", nargs="*", help="what to measure")
    parser.add_argument("--count", type=int, default=20_000, help="messages of the usual mailbox (%(default)s)")
    parser.add_argument("--large", type=int, default=200_000, help="and of the large one (%(default)s); 0: without it")
    parser.add_argument("--rounds", type=int, default=5, help="how often each figure is measured (%(default)s)")
    parser.add_argument("--reports", type=int, default=1_000_000, help="how many the views look at (%(default)s)")
    parser.add_argument("--plans", type=pathlib.Path, metavar="DIRECTORY", help="where to keep the views' query plans")
    options = parser.parse_args()
    if unknown := set(options.section) - set(_SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    process.unwind_on_signals()
    with setting.servers(options) as servers:
        for name, module in _SECTIONS.items():
            if not options.section or name in options.section:
                module.run(servers)


if __name__ == "__main__":
    main()
