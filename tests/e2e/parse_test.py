"""`parse`: what is in a file, without configuration and without database."""

import csv
import gzip
import io
import json
import pathlib
import tempfile
import unittest

from tests.harness import collector, sample

REPORT = {
    "organization-name": "Example Mail",
    "date-range": {"start-datetime": "2026-01-10T00:00:00Z", "end-datetime": "2026-01-10T23:59:59Z"},
    "contact-info": "postmaster@sender.example",
    "report-id": "2026-01-10_example.com",
    "policies": [{
        "policy": {"policy-type": "sts", "policy-string": ["version: STSv1", "mode: enforce", "mx: mx1.example.com"],
                   "policy-domain": "example.com", "mx-host": ["mx1.example.com"]},
        "summary": {"total-successful-session-count": 90, "total-failure-session-count": 10},
        "failure-details": [{
            "result-type": "certificate-expired", "sending-mta-ip": "198.51.100.62",
            "receiving-mx-hostname": "mx1.example.com", "receiving-ip": "2001:db8::11", "failed-session-count": 10,
            "failure-reason-code": "X509_V_ERR_CERT_HAS_EXPIRED",
        }],
    }],
}


class Parse(unittest.TestCase):

    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tlsrpt-e2e-")))

    def write(self, name, content):
        path = self.directory / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    def parse(self, *paths, format=None, code=0, stdin=None):
        options = ["--format", format] if format else []
        # Neither a configuration nor a database can be found.
        result = collector.run("parse", *options, *map(str, paths), stdin=stdin, cwd=self.directory,
                               environment={"TLSRPT_COLLECTOR_CONFIG": str(self.directory / "none.yaml"),
                                            "PGHOST": "127.0.0.1", "PGPORT": "1"})
        self.assertEqual(code, result.code, result.out + result.err)
        return result

    def changed(self, **members):
        return {key: value for key, value in {**REPORT, **members}.items() if value is not ...}

    def test_a_report_is_printed_as_a_line_of_json(self):
        path = self.write("report.json", REPORT)
        [line] = self.parse(path, format="json").lines()
        self.assertEqual({"source": str(path), "status": "report", "report": REPORT, "deviations": []}, line)

    def test_absent_members_are_left_out_and_arrays_always_there(self):
        report = self.changed(**{"contact-info": ..., "policies": [{
            "policy": {"policy-type": "no-policy-found", "policy-domain": "example.com"},
            "summary": {"total-successful-session-count": 1, "total-failure-session-count": 0}}]})
        [line] = self.parse(self.write("report.json", report), format="json").lines()
        self.assertNotIn("contact-info", line["report"])
        [entry] = line["report"]["policies"]
        self.assertEqual(([], [], []), (entry["policy"]["policy-string"], entry["policy"]["mx-host"],
                                        entry["failure-details"]))

    def test_a_deviation_has_code_pointer_and_the_senders_own_text(self):
        report = json.loads(json.dumps(REPORT))
        report["policies"][0]["summary"]["total-failure-session-count"] = "10"
        [line] = self.parse(self.write("report.json", report), format="json").lines()
        self.assertEqual(10, line["report"]["policies"][0]["summary"]["total-failure-session-count"])
        [deviation] = line["deviations"]
        self.assertEqual({"code", "pointer", "detail"}, deviation.keys())
        self.assertEqual("/policies/0/summary/total-failure-session-count", deviation["pointer"])
        self.assertEqual("10", deviation["detail"].strip('"'))

    def test_times_come_in_utc(self):
        report = self.changed(**{"date-range": {"start-datetime": "2026-01-10T02:00:00+02:00",
                                                "end-datetime": "2026-01-11T01:59:59+02:00"}})
        [line] = self.parse(self.write("report.json", report), format="json").lines()
        self.assertEqual(REPORT["date-range"], line["report"]["date-range"])

    def test_the_source_of_a_mail_names_the_part(self):
        path = self.write("report.eml", sample.report_mail())
        [line] = self.parse(path, format="json").lines()
        self.assertEqual((f"{path}#2", "report"), (line["source"], line["status"]))

    def test_the_source_of_an_mbox_names_message_and_part(self):
        box = b"".join(b"From sender@example.com Sat Jan 10 00:00:00 2026\n" + sample.report_mail(n).replace(b"\r\n", b"\n")
                       + b"\n" for n in range(2))
        path = self.write("reports.mbox", box)
        lines = self.parse(path, format="json").lines()
        self.assertEqual([f"{path}#1/2", f"{path}#2/2"], [line["source"] for line in lines])

    def test_reports_in_an_array_are_numbered(self):
        path = self.write("reports.json", [REPORT, self.changed(**{"report-id": "another"})])
        lines = self.parse(path, format="json").lines()
        self.assertEqual([f"{path}#1", f"{path}#2"], [line["source"] for line in lines])

    def test_what_cannot_be_read_is_rejected_with_reason_and_detail(self):
        path = self.write("broken.json.gz", gzip.compress(json.dumps(REPORT).encode())[:-9])
        [line] = self.parse(path, format="json", code=65).lines()
        self.assertEqual({"source", "status", "reason", "detail"}, line.keys())
        self.assertEqual((str(path), "rejected", "bad-gzip"), (line["source"], line["status"], line["reason"]))
        self.assertTrue(line["detail"])

    def test_other_mail_is_ignored(self):
        path = self.write("other.eml", b"From: a@example.com\r\nSubject: lunch\r\n\r\nToday at noon.\r\n")
        [line] = self.parse(path, format="json").lines()
        self.assertEqual((str(path), "ignored"), (line["source"], line["status"]))

    def test_standard_input_is_a_dash(self):
        [line] = self.parse("-", format="json", stdin=gzip.compress(json.dumps(REPORT).encode())).lines()
        self.assertEqual(("-", REPORT), (line["source"], line["report"]))

    def test_a_mixed_lot_takes_the_good_and_is_65(self):
        good, bad = self.write("good.json", REPORT), self.write("bad.json", b"[1, 2, 3]")
        lines = self.parse(good, bad, format="json", code=65).lines()
        self.assertEqual(["report", "rejected"], [line["status"] for line in lines])

    def test_a_missing_file_is_66(self):
        result = self.parse(self.directory / "missing.json", code=66)
        self.assertIn("missing.json", result.err)

    def test_the_text_says_who_when_what_and_what_to_do(self):
        text = self.parse(self.write("report.json", REPORT)).out
        for word in ("Example Mail", "2026-01-10", "example.com", "mx1.example.com", "2001:db8::11", "198.51.100.62",
                     "certificate-expired", "10", "100", "X509_V_ERR_CERT_HAS_EXPIRED", "openssl s_client"):
            self.assertIn(word, text)

    def test_text_from_strangers_moves_no_cursor(self):
        hostile = self.changed(**{"organization-name": "\u001b[2Jgone\r\u202e", "report-id": "a\nb"})
        result = self.parse(self.write("report.json", hostile))
        for character in ("\u001b", "\r", "\u202e", "a\nb"):
            self.assertNotIn(character, result.out + result.err)

    def test_csv_has_a_line_per_failure_and_no_formulas(self):
        hostile = self.changed(**{"organization-name": "=HYPERLINK(\"http://bad.example\")"})
        rows = list(csv.DictReader(io.StringIO(self.parse(self.write("report.json", hostile), format="csv").out)))
        self.assertEqual(1, len(rows))
        self.assertFalse(any(value.startswith("=") for value in rows[0].values()))
        self.assertIn("certificate-expired", rows[0].values())
