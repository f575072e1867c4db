"""What the test runner makes of what a test program says."""

import unittest

from tests.harness.suites import Tally, run_job, tally_of


def doctest(passed, failed):
    return f"[doctest] test cases: {passed + failed} | {passed} passed | {failed} failed | 0 skipped\n".encode()


class TallyOf(unittest.TestCase):

    def test_the_programs_own_summary_counts(self):
        self.assertEqual(Tally(7, 2), tally_of(doctest(7, 2), 1))
        self.assertEqual(Tally(3, 0), tally_of(b"1 passed, 1 failed\nof the program under test\n3 passed, 0 failed\n", 0))

    def test_a_program_without_a_summary_is_one_test(self):
        self.assertEqual(Tally(1, 0), tally_of(b"fine\n", 0))
        self.assertEqual(Tally(0, 1), tally_of(b"", -11))

    def test_one_that_ends_badly_has_failed_whatever_it_says(self):
        self.assertEqual(Tally(7, 1), tally_of(doctest(7, 0), 66))

    def test_one_that_tests_nothing_has_failed(self):
        self.assertEqual(Tally(0, 1), tally_of(doctest(0, 0), 0))
        self.assertEqual(Tally(0, 1), tally_of(b"0 passed, 0 failed\n", 0))

    def test_what_was_skipped_is_neither_and_is_told(self):
        output = b"skipped: Courier: no leave to mount\n0 passed, 0 failed\n"
        self.assertEqual(Tally(0, 0, ["skipped: Courier: no leave to mount"]), tally_of(output, 0))


class RunJob(unittest.TestCase):

    def test_a_program_that_cannot_be_started_has_failed_and_stops_no_other(self):
        self.assertEqual(Tally(0, 1), run_job("missing", ["/no/such/program"]))
