"""python3 -m tests.lint [--all] BUILD: prints one line per check, and at the end "N passed, N failed".

What was skipped is neither.
"""

import argparse
import itertools
import sys

from . import Skipped, codes, dashboards, hygiene, interop, layering, tools


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="clang-tidy over every file, not only the changed ones")
    parser.add_argument("build", help="the build directory, for compile_commands.json")
    options = parser.parse_args()
    passed = failed = 0
    for sentence, check in itertools.chain(layering.checks(), hygiene.checks(), interop.checks(), codes.checks(),
                                           dashboards.checks(options.build), tools.checks(options.build, options.all)):
        try:
            problems = check()
        except Skipped as reason:
            print(f"skipped: {sentence}: {reason}")
            continue
        print(f"{'FAIL' if problems else 'ok  '} {sentence}")
        for problem in problems:
            print(f"       {problem}")
        passed, failed = passed + (not problems), failed + bool(problems)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
