"""The page of `report --format html` and `parse --format html`: alone, safe, and as a browser shows it."""

import base64
import hashlib
import html.parser
import http.server
import json
import pathlib
import re
import tempfile
import threading
import unittest

from tests.harness import chromium, collector, known_month

from .views.case import ViewTest

NOW = {"PGOPTIONS": f"-c tlsrpt.now={known_month.NOW}"}
HOSTILE = '</script><img src=x onerror="alert(1)">\u202e'


def hostile_report():
    """Every text that a stranger chooses is markup."""
    return {
        "organization-name": HOSTILE, "report-id": HOSTILE, "contact-info": HOSTILE,
        "date-range": {"start-datetime": "2026-01-31T00:00:00Z", "end-datetime": "2026-01-31T23:59:59Z"},
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


class Stands(unittest.TestCase):
    """What holds of the page whoever looks at it."""

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
        self.assertNotIn("\u202e", page)


class Report(ViewTest, Stands):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hostile = cls.directory / "hostile.json"
        hostile.write_text(json.dumps(hostile_report()))
        cls.import_(hostile, into=cls.database)
        cls.config = collector.write_config(cls.directory / "config.yaml", {"database": cls.database, "mailboxes": []})
        cls.page = cls.directory / "report.html"
        result = collector.run("-c", cls.config, "report", "--days", "31", "--format", "html", "-o", cls.page,
                               environment=NOW)
        if result.code != 0:
            raise AssertionError(result.err)
        cls.browser = cls.enterClassContext(chromium.browser()) if chromium.find() else None
        cls.shown = cls.browser and cls.browser.open(cls.page.as_uri())
        cls.happened = cls.shown and cls.shown.happened()

    def need_browser(self):
        if not self.browser:
            self.skipTest("chromium is not installed: apt-get install chromium")

    def open(self, **options):
        self.need_browser()
        return self.browser.open(self.page.as_uri(), **options)

    def evaluate(self, expression):
        self.need_browser()
        return self.shown.evaluate(expression)

    def test_the_page_stands_alone(self):
        self.assert_stands_alone(self.page.read_text())

    def test_the_page_is_an_answer_for_a_domain_too(self):
        page = collector.run("-c", self.config, "report", "--days", "31", "--domain", "expired.example", "--format", "html",
                             environment=NOW).out
        elements = Elements(page)
        self.assertEqual("TLS reports on expired.example, 2026-01-01 to 2026-02-01", elements.named("title")[0][1])
        self.assertNotIn("clean.example", page)

    def texts(self, selector):
        return self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)")

    def test_nothing_is_requested_and_nothing_complained_about(self):
        self.need_browser()
        self.assertEqual(([self.page.as_uri()], []), self.happened)

    def test_a_server_is_asked_for_the_page_alone(self):
        self.need_browser()
        asked = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=Report.directory)

            def log_request(self, code="-", size="-"):
                asked.append(self.path)

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            page = self.browser.open(f"http://127.0.0.1:{server.server_port}/report.html")
            self.assertEqual([], page.happened()[1])
            server.shutdown()
        self.assertEqual(["/report.html"], asked)

    def test_the_verdict_and_the_open_incidents_say_what_is_broken_since_when_and_what_to_type(self):
        self.assertEqual(["3 open incidents, 3 critical"], self.texts(".verdict h2"))
        self.assertEqual(["starttls-not-supported at mx1.lonely.example"],
                         [title.removeprefix("critical") for title in self.texts("article h3") if "lonely" in title])
        [card] = [text for text in self.texts("article") if "mx1.again.example" in text]
        for words in ("certificate-host-mismatch", "Since2026-01-31 (1 day ago)", "20 sessions in 1 report",
                      "Google Inc.", "MX_HOSTS_MISMATCH", "subjectAltName"):
            self.assertIn(words, card)
        self.assertIn("openssl s_client -starttls smtp -connect mx1.again.example:25 -servername mx1.again.example "
                      "-verify_hostname mx1.again.example </dev/null", self.texts("article code"))

    def test_charts_are_drawn(self):
        drawn = self.evaluate("""Object.fromEntries([...document.querySelectorAll("canvas")].map(canvas => {
            const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const colours = new Set();
            for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) colours.add(data.slice(i, i + 3).join());
            return [canvas.dataset.chart, [...colours]];
        }))""")
        bad, good = "194,65,12", "143,184,222"
        self.assertEqual({"sessions", "rate", "failures", "timeline"}, drawn.keys())
        for chart, colours in {"sessions": {bad, good}, "rate": {bad}, "failures": {bad}, "timeline": {bad, good}}.items():
            with self.subTest(chart=chart):
                self.assertLessEqual(colours, set(drawn[chart]))

    def test_charts_show_what_the_tables_say(self):
        days, failed = self.evaluate("""(() => {
            const {labels, datasets} = Chart.getChart(document.querySelector("[data-chart=sessions]")).data;
            return [labels, datasets[0].data];
        })()""")
        self.assertEqual([["2026-01-01", "2026-02-01"], 32], [[days[0], days[-1]], len(days)])
        self.assertEqual((58, 55, 54, None), tuple(failed[9:13]))
        self.assertIn("2026-01-107025", "".join(self.texts("figure tbody tr")))

    def test_hostile_names_are_inert_and_shown_for_what_they_are(self):
        self.assertEqual(0, self.evaluate("document.querySelectorAll('img').length"))
        shown = r'</script><img src=x onerror="alert(1)">\u{202e}'
        self.assertIn(shown, self.texts("th[scope=row]"))
        self.assertTrue([title for title in self.texts("article h3") if shown.lower() in title.lower()])

    def test_a_phone_need_not_scroll_sideways(self):
        phone = self.open(width=390, height=844)
        self.assertEqual(390, phone.evaluate("document.documentElement.scrollWidth"))
        self.assertEqual([], phone.happened()[1])

    def test_the_dark_has_colours_of_its_own_and_changes_while_the_page_is_open(self):
        def colours(page):
            return page.evaluate("""[getComputedStyle(document.body).backgroundColor,
                Chart.getChart(document.querySelector("canvas")).options.scales.x.ticks.color]""")

        dark = self.open(dark=True)
        self.assertEqual(["rgb(15, 19, 24)", "#9da7b3"], colours(dark))
        self.assertEqual(["rgb(244, 246, 248)", "#57606a"], colours(self.shown))
        dark.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
        self.assertEqual(["rgb(244, 246, 248)", "#57606a"], colours(dark))

    def test_paper_shows_the_tables_behind_the_charts(self):
        is_open = "[...document.querySelectorAll('figure details')].map(details => details.open)"
        page = self.open(dark=True)
        self.assertEqual([False] * 3, page.evaluate(is_open))
        page.evaluate("addEventListener('beforeprint', () => { window.printed = "
                      "[document.documentElement.dataset.print, ...%s]; })" % is_open)
        page.print(self.directory / "report.pdf")
        self.assertEqual(["", True, True, True], page.evaluate("window.printed"))
        self.assertEqual([False] * 3, page.evaluate(is_open))
        self.assertTrue((self.directory / "report.pdf").read_bytes().startswith(b"%PDF"))

    def test_without_scripts_the_tables_are_there(self):
        page = Elements(self.page.read_text())
        self.assertEqual(3, len([attributes for attributes, _ in page.named("details") if "open" in attributes]))


class Parse(Stands):

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
        text = re.sub(r"<[^>]*>", " ", page[page.index("<article"):page.index("<canvas")])
        expired = " ".join(text[text.index("certificate-expired at mx2.expired.example"):].split())
        self.assertRegex(expired, r"certificate-expired at mx2\.expired\.example The certificate .* Since 2026-01-10 to "
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

    @unittest.skipUnless(chromium.find(), "chromium is not installed: apt-get install chromium")
    def test_a_browser_shows_it(self):
        path = self.directory / "page.html"
        path.write_text(self.parse(self.month()))
        with chromium.browser() as browser:
            page = browser.open(path.as_uri())
            self.assertEqual(([path.as_uri()], []), page.happened())
            self.assertEqual(4, page.evaluate("Object.keys(Chart.instances).length"))
