"""The pages as Chromium shows them: nothing asked for, nothing complained about, charts drawn, hostile names inert."""

import contextlib
import http.server
import json
import threading
import unittest

from tests.harness import chromium, collector
from tests.harness.debs import Unavailable

from .case import SHOWN, PageTest, hostile_report


@contextlib.contextmanager
def served(directory):
    """A web server for that directory: its address, and what it was asked for so far."""
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=directory)

        def log_request(self, code="-", size="-"):
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()


class Browser(PageTest):

    @classmethod
    def setUpClass(cls):
        try:
            cls.browser = cls.enterClassContext(chromium.browser())
        except Unavailable as reason:
            raise unittest.SkipTest(str(reason)) from reason
        super().setUpClass()
        cls.shown = cls.open()
        cls.happened = cls.shown.happened()

    @classmethod
    def open(cls, **options):
        return cls.browser.open(cls.page.as_uri(), **options)

    def evaluate(self, expression):
        return self.shown.evaluate(expression)

    def texts(self, selector):
        return self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)")

    def test_nothing_is_requested_and_nothing_complained_about(self):
        self.assertEqual(([self.page.as_uri()], []), self.happened)

    def test_a_script_that_is_not_the_pages_own_is_refused(self):
        path = self.directory / "tampered.html"
        path.write_text(self.page.read_text().replace("</main>", "<script>window.ran = 1</script><img src=x "
                                                      "onerror='window.ran = 2'><style>main { display: none }</style></main>"))
        page = self.browser.open(path.as_uri())
        self.assertEqual([None, "block"], page.evaluate(
            "[window.ran ?? null, getComputedStyle(document.querySelector('main')).display]"))
        refused = [text for text in page.happened()[1] if "Content Security Policy" in text]
        self.assertGreaterEqual(len(refused), 3, refused)

    def test_a_server_is_asked_for_the_page_alone(self):
        with served(self.directory) as (address, asked):
            self.assertEqual([], self.browser.open(f"{address}/{self.page.name}").happened()[1])
        self.assertEqual([f"/{self.page.name}"], asked)

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
        bad, good, past = "194,65,12", "143,184,222", "185,192,200"
        self.assertEqual({"sessions", "rate", "failures", "incidents", "policies"}, drawn.keys())
        for chart, colours in {"sessions": {bad, good}, "rate": {bad}, "failures": {bad}, "incidents": {bad, good},
                               "policies": {past, good}}.items():
            with self.subTest(chart=chart):
                self.assertLessEqual(colours, set(drawn[chart]))

    def chart(self, name):
        """The labels of a chart, and its bars or points by label and name of the dataset; a moment is a date and time."""
        return self.evaluate("""(() => {
            const {labels, datasets} = Chart.getChart(document.querySelector("[data-chart=%s]")).data;
            const told = (value) => Array.isArray(value) ? value.map((moment) => new Date(moment).toISOString()) : value;
            return [labels, Object.fromEntries(datasets.map(({label, data}) => [label, data.map(told)]))];
        })()""" % name)

    def test_charts_show_what_the_tables_say(self):
        days, sessions = self.chart("sessions")
        failed = sessions["failed"]
        self.assertEqual([["2026-01-01", "2026-02-01"], 32], [[days[0], days[-1]], len(days)])
        self.assertEqual((58, 55, 54, None), tuple(failed[9:13]))
        self.assertIn("2026-01-107025", "".join(self.texts("figure tbody tr")))

    def test_an_open_incident_lasts_until_now_and_a_resolved_one_as_long_as_it_was_seen(self):
        names, incidents = self.chart("incidents")
        open_one = names.index(["starttls-not-supported", "mx1.lonely.example"])
        self.assertEqual(["2026-01-20T00:00:00.000Z", "2026-02-01T12:00:00.000Z"], incidents["open"][open_one])
        self.assertIsNone(incidents["resolved"][open_one])
        resolved = names.index(["certificate-expired", "mx2.expired.example"])
        self.assertEqual(["2026-01-10T00:00:00.000Z", "2026-01-12T23:59:59.000Z"], incidents["resolved"][resolved])

    def test_of_policies_those_that_changed_are_drawn(self):
        names, policies = self.chart("policies")
        self.assertEqual(["dane.example tlsa"] * 2 + ["flip.example sts"] * 3 + ["policy.example sts"] * 2,
                         [name for name, _ in names])
        self.assertEqual(["replaced", "current", "replaced", "replaced", "current", "current", "current"],
                         ["current" if current else "replaced" for current in policies["current"]])
        self.assertEqual(["2026-01-10T00:00:00.000Z", "2026-01-12T23:59:59.000Z"], policies["replaced"][3])

    def test_hostile_names_are_inert_and_shown_for_what_they_are(self):
        self.assertEqual(0, self.evaluate("document.querySelectorAll('img').length"))
        self.assertIn(SHOWN, self.texts("th[scope=row]"))
        self.assertTrue([title for title in self.texts("article h3") if SHOWN.lower() in title.lower()])

    def test_a_phone_need_not_scroll_sideways(self):
        phone = self.open(width=390, height=844)
        self.assertEqual(390, phone.evaluate("document.documentElement.scrollWidth"))
        self.assertLess(100, phone.evaluate("document.querySelector('.calendar [scope=row]').offsetWidth"))
        self.assertTrue(phone.evaluate("""(() => {
            const {scrollLeft, clientWidth, scrollWidth} = document.querySelector(".calendar .scroll");
            return scrollLeft > 0 && Math.abs(scrollLeft + clientWidth - scrollWidth) < 2;  // the last day is in sight
        })()"""))
        self.assertEqual([], phone.happened()[1])

    def test_the_dark_has_colours_of_its_own_and_changes_while_the_page_is_open(self):
        colours = """[getComputedStyle(document.body).backgroundColor,
            Chart.getChart(document.querySelector("canvas")).options.scales.x.ticks.color].join()"""
        dark = self.open(dark=True)
        self.assertEqual("rgb(15, 19, 24),#9da7b3", dark.evaluate(colours))
        self.assertEqual("rgb(244, 246, 248),#57606a", self.evaluate(colours))
        dark.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
        dark.wait_until(f"{colours} === 'rgb(244, 246, 248),#57606a'")

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

    def open_parsed(self, path):
        """The page of what `parse` finds there."""
        page = self.directory / "parse.html"
        page.write_text(collector.run("parse", "--format", "html", path).out)
        return self.browser.open(page.as_uri())

    def test_a_page_of_files_alone_is_shown_too(self):
        page = self.open_parsed(self.mails)
        self.assertEqual(([(self.directory / "parse.html").as_uri()], []), page.happened())
        self.assertEqual(5, page.evaluate("Object.keys(Chart.instances).length"))

    def test_a_period_of_millennia_is_drawn(self):
        path = self.directory / "millennia.json"
        path.write_text(json.dumps([hostile_report(1971), hostile_report(9998)]))
        page = self.open_parsed(path)
        self.assertEqual([], page.happened()[1])
        self.assertEqual(4, page.evaluate("Object.keys(Chart.instances).length"))
