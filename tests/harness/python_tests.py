"""python3 -m tests.harness.python_tests MODULE [NAME…]: runs unittest tests; ends with "N passed, N failed".

What was skipped is neither, and is told with its reason.
"""

import sys
import unittest

from . import process


def main(module, names):
    process.unwind_on_signals()
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromNames([f"{module}.{name}" for name in names] or [module])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    # A failing subTest and an error outside of any test are failures too, so there may be more than tests that ran.
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    ran = result.testsRun - sum(isinstance(test, unittest.TestCase) for test, _ in result.skipped)
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}")
    print(f"{max(0, ran - failed)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
