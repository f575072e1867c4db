"""What the loader has to bring along before the program starts."""

import re
import unittest

from tests.harness import collector, process


class Libraries(unittest.TestCase):

    def test_a_program_with_the_standard_library_linked_in_loads_no_second_one(self):
        asked_for = re.findall(r"\(NEEDED\).*\[(.+)\]", process.run_tool(["readelf", "-d", collector.program()]))
        self.assertIn("libcurl.so.4", asked_for)
        if "libstdc++.so.6" in asked_for:
            self.skipTest("the standard library is shared")
        self.assertNotIn("libstdc++.so.6", process.run_tool(["ldd", collector.program()]))
