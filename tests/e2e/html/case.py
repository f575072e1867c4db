"""The page of the known month and one hostile report, and what holds of every page."""

import base64
import hashlib
import html.parser
import json

from tests.harness import collector, known_month

from ..views.case import ViewTest

HOSTILE = '</script><img src=x onerror="alert(1)"><!--\u202e\u2028'
SHOWN = r'</script><img src=x onerror="alert(1)"><!--\u{202e}\u{2028}'  # what a reader sees of it


def hostile_report(year=2026):
    """Every text that a stranger chooses is markup."""
    return {
        "organization-name": HOSTILE, "report-id": HOSTILE, "contact-info": HOSTILE,
        "date-range": {"start-datetime": f"{year}-01-31T00:00:00Z", "end-datetime": f"{year}-01-31T23:59:59Z"},
        "policies": [{
            "policy": {"policy-type": "sts", "policy-domain": "hostile.example", "mx-host": [HOSTILE],
                       "policy-string": [f"mode: {HOSTILE}", f"mx: {HOSTILE}"]},
            "summary": {"total-successful-session-count": 1, "total-failure-session-count": 1},
            "failure-details": [{"result-type": HOSTILE, "receiving-mx-hostname": HOSTILE, "failed-session-count": 1,
                                 "failure-reason-code": HOSTILE, "additional-information": HOSTILE}],
        }],
    }


class Elements(html.parser.HTMLParser):
    """The elements of a page: (tag, attributes, text directly in it)."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.found, self._open = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append([tag, dict(attrs), ""])
        self._open.append(self.found[-1])

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self._open:
            self._open[-1][2] += data

    def named(self, tag):
        return [(attributes, text) for name, attributes, text in self.found if name == tag]


class _Tables(html.parser.HTMLParser):

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.found = {}
        self._title, self._text, self._row = "", "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in ("h2", "figcaption", "td", "th"):
            self._text = ""
        elif tag == "tr":
            self._row = []

    def handle_endtag(self, tag):
        if tag in ("h2", "figcaption"):
            self._title = self._text
        elif tag in ("td", "th"):
            self._row.append(self._text)
        elif tag == "thead":
            self.found[self._title] = []
        elif tag == "tr" and self._title in self.found:
            self.found[self._title].append(tuple(self._row))

    def handle_data(self, data):
        self._text += data


def tables(page):
    """The rows of every table, without its head, by the heading or the caption above it."""
    return _Tables(page).found


class PageAssertions:
    """What holds of a page whoever looks at it; for a TestCase."""

    def assert_stands_alone(self, page):
        elements = Elements(page)
        [policy] = [attributes["content"] for attributes, _ in elements.named("meta")
                    if attributes.get("http-equiv") == "Content-Security-Policy"]
        hashes = {tag: [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
                        for _, text in elements.named(tag)] for tag in ("script", "style")}
        self.assertEqual(f"default-src 'none'; script-src {' '.join(hashes['script'])}; style-src "
                         f"{' '.join(hashes['style'])}; img-src data:; base-uri 'none'; form-action 'none'", policy)
        self.assertEqual((2, 1), (len(hashes["script"]), len(hashes["style"])))
        for tag, attributes, _ in elements.found:
            self.assertNotIn(tag, ("img", "iframe", "object", "base", "form"))
            self.assertNotIn("style", attributes)
            self.assertFalse([name for name in attributes if name.startswith("on")])
            self.assertEqual(attributes.get("href", "data:,"), "data:,")
            self.assertNotIn("src", attributes)
        for control in "\u202e\u2028":
            self.assertNotIn(control, page)


class PageTest(ViewTest, PageAssertions):
    """`page`, a file, is the answer for the month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hostile = cls.directory / "hostile.json"
        hostile.write_text(json.dumps(hostile_report()))
        cls.import_(hostile, into=cls.database)
        cls.page = cls.directory / "report.html"
        cls.page.write_text(cls.report())

    @classmethod
    def report(cls, *arguments):
        config = collector.write_config(cls.directory / "config.yaml", {"database": cls.database, "mailboxes": []})
        result = collector.run("-c", config, "report", "--days", "31", "--format", "html", *arguments,
                               environment={"PGOPTIONS": f"-c tlsrpt.now={known_month.NOW}"})
        if result.code != 0:
            raise AssertionError(f"report ended with {result.code}: {result.err}")
        return result.out
