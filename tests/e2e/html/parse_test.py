"""`parse --format html`: the page of files alone, without a database."""

import json
import pathlib
import re
import tempfile
import unittest

from tests.harness import collector, known_month

from .case import Elements, PageAssertions, hostile_report


class Parse(unittest.TestCase, PageAssertions):

    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tlsrpt-e2e-")))

    def parse(self, *paths, code=0):
        result = collector.run("parse", "--format", "html", *map(str, paths))
        self.assertEqual(code, result.code, result.err)
        return result.out

    def month(self):
        mails = self.directory / "mails"
        mails.mkdir()
        known_month.write(mails)
        return mails

    def test_files_are_told_as_the_database_would_tell_them(self):
        page = self.parse(self.month())
        self.assert_stands_alone(page)
        elements = Elements(page)
        self.assertIn("TLS reports, 2026-01-01 to 2026-01-31", elements.named("h1")[0][1])
        self.assertIn("354 of 28756 sessions failed (1.23 %), 2026-01-01 to 2026-01-31 (UTC).",
                      [text for _, text in elements.named("li")])
        self.assertNotIn("open incidents", page)
        text = re.sub(r"<[^>]*>", " ", page[page.index("<article"):page.index("<canvas")])
        expired = " ".join(text[text.index("certificate-expired at mx2.expired.example"):].split())
        self.assertRegex(expired, r"certificate-expired at mx2\.expired\.example The certificate .* When 2026-01-10 to "
                                  r"2026-01-12, on 3 days Failed 160 sessions in 5 reports, where 25\.00 % of all failed "
                                  r"Reported by Google Inc\., Mail\.ru What to do: Renew")

    def test_a_file_that_cannot_be_read_is_shown_and_is_65(self):
        broken = self.directory / "broken.json"
        broken.write_text('{"organization-name": ')
        hostile = self.directory / "hostile.json"
        hostile.write_text(json.dumps(hostile_report()))
        page = self.parse(broken, hostile, code=65)
        self.assert_stands_alone(page)
        self.assertIn("1 input could not be read.", page)
        self.assertIn("rejected: bad-json", page)
