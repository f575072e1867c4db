"""Input that is meant to do harm: `parse` answers each within its bounds, and with no more than 256 MiB of memory."""

import base64
import csv
import functools
import gzip
import io
import itertools
import json
import pathlib
import tempfile
import unittest
import zipfile
import zlib

from tests.harness import bounded

MIB = 1 << 20
MAIL = b"From: a@sender.example\r\nMIME-Version: 1.0\r\n"
HEAD = (b'{"organization-name":"A","report-id":"1","date-range":{"start-datetime":"2026-01-10T00:00:00Z",'
        b'"end-datetime":"2026-01-10T23:59:59Z"},"policies":[')
POLICY = (b'{"policy":{"policy-type":"sts","policy-domain":"a.example"},"summary":{"total-successful-session-count":1,'
          b'"total-failure-session-count":0}')
REPORT = HEAD + POLICY + b"}]}"


def packed(chunks, level=9):
    """gzip of many bytes, without holding them."""
    stream = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([*(stream.compress(chunk) for chunk in chunks), stream.flush()])


def zipped(entries):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries:
            file.writestr(name, content)
    return archive.getvalue()


def compressed(times, text=REPORT):
    return functools.reduce(lambda inner, _: gzip.compress(inner), range(times), text)


def part(body, kind="application/tlsrpt+gzip"):
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + base64.encodebytes(body)


def multipart(parts):
    return (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            + b"".join(b"--b\r\n" + each + b"\r\n" for each in parts) + b"--b--\r\n")


def named(organization):
    return REPORT.replace(b'"A"', organization)


def with_details(details):
    return HEAD + POLICY + b',"failure-details":[' + b",".join(details) + b"]}]}"


def with_strings(strings):
    """A report of many strings, in chunks."""
    return [HEAD + b'{"policy":{"policy-type":"sts","policy-domain":"a.example","policy-string":["x"',
            *[b',"' + each + b'"' for each in strings], b"]}}]}"]


class Hostile(unittest.TestCase):

    def parse(self, name, chunks, format="json"):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tlsrpt-hostile-")))
        with (directory / name).open("wb") as file:
            file.writelines(chunks)
        run = bounded.Run(directory / name, "parse", "--format", format, directory / name)
        self.assertIn(run.code, (0, 65), run.errors)
        if not bounded.sanitized():
            self.assertLessEqual(run.memory, bounded.MOST_MEMORY)
        return run

    def check(self, run, entries):
        self.assertEqual(entries, run.entries)
        self.assertEqual(65 if any(entry.startswith("rejected") for entry in entries) else 0, run.code)
        return run

    def check_mail(self, content, *entries):
        """A mail with this content gives these entries."""
        chunks = [content] if isinstance(content, bytes) else content
        return self.check(self.parse("mail.eml", itertools.chain([MAIL], chunks)), list(entries))

    def check_text(self, text, *entries):
        """This text gives these entries as a bare file, as a compressed one, and as a labelled attachment.

        Of long texts the last is enough under the sanitizers, which take twenty times as long.
        """
        chunks = [text] if isinstance(text, bytes) else text
        small = packed(chunks, 1)
        if not bounded.sanitized() or sum(map(len, chunks)) < 32 * MIB:
            self.check(self.parse("report.json", chunks), list(entries))
            self.check(self.parse("report.json.gz", [small]), list(entries))
        return self.check_mail(part(small), *entries)

    # Bombs.

    def test_gzip_bombs_stop_at_the_bound(self):
        spaces = packed([b" " * MIB] * 110)
        report = packed([HEAD, *[b" " * MIB] * 110])
        for bomb in (spaces, gzip.compress(spaces), report, gzip.compress(report), packed([b"[" * MIB] * 110),
                     packed([b" " * MIB]) * 110, zlib.compress(b" " * (101 * MIB), 9),
                     zipped([("a.json", b" " * (101 * MIB))])):
            self.check_mail(part(bomb), "rejected decompressed-too-large")

    def test_a_report_compressed_more_than_twice_is_refused(self):
        for times in (3, 50):
            self.check_mail(part(compressed(times)), "rejected bad-gzip")

    def test_half_a_million_empty_members_are_nothing(self):
        self.check_mail(part(gzip.compress(b"") * 500_000), "rejected unknown-format")

    def test_many_attachments_share_one_budget(self):
        report = part(packed([REPORT, *[b" " * MIB] * 3]))  # thirty-three of these fit
        self.check_mail(multipart([report] * 50), *["report"] * 33, *["rejected decompressed-too-large"] * 17)
        self.check_mail(multipart([report] * 51), "rejected too-many-attachments")

    def test_a_bomb_without_a_label_is_no_tls_report(self):
        self.check_mail(part(packed([b" " * MIB] * 110), "application/gzip"), "ignored other")
        self.check_mail(part(zipped([("a.json", b" " * (101 * MIB))]), "application/zip"), "ignored other")

    def test_a_zip_of_thousands_of_entries_is_read_up_to_the_hundredth(self):
        archive = zipped([(f"{number}.json", REPORT) for number in range(3000)])
        self.check_mail(part(archive), *["report"] * 100, "rejected bad-zip")

    # Mail.

    def test_a_hundred_thousand_nested_parts_of_each_kind_end_at_the_bound(self):
        for kind in ("multipart/mixed", "multipart/digest"):
            self.check_mail((f"Content-Type: {kind}; boundary=b{number}\r\n\r\n--b{number}\r\n".encode()
                             for number in range(100_000)), "rejected nested-too-deep")
        for kind in ("message/rfc822", "message/global"):
            self.check_mail(f"Content-Type: {kind}\r\n\r\n".encode() * 100_000, "rejected nested-too-deep")
        encoded = functools.reduce(lambda inner, _: part(inner, "message/rfc822"), range(25), b"x")
        self.check_mail(encoded, "rejected nested-too-deep")

    def test_a_hundred_thousand_parts_end_at_the_bound(self):
        self.check_mail(multipart([b"\r\nx"] * 100_000), "rejected too-many-parts")
        self.check_mail(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\n" * (19 * MIB // 4),
                        "rejected too-many-parts")

    def test_megabytes_of_header_end_at_the_bound(self):
        for header in (b"X: " + b"x" * MIB, b"a:\n" * MIB, b"From: " + b"(" * MIB, b"X: y\r\n" + b" \r\n" * MIB,
                       b"Content-Type: x" + b";a=b" * (MIB // 4)):
            self.check_mail(header + b"\r\n\r\nbody", "rejected header-too-large")
        self.check_mail(multipart([b"X: " + b"x" * 200_000 + b"\r\n\r\nbody"] * 10), "rejected headers-too-large")

    def test_fields_that_fill_their_header_are_read(self):
        for name in (b"Subject", b"Received", b"To", b"Content-Type", b"Authentication-Results"):
            for text in (b"(", b'"', b"\\", b"=?", b"=?a?q?", b"<", b";a*0=b", b"\r\n ", b"\xff"):
                with self.subTest((name, text)):
                    self.check_mail(name + b": " + text * (250_000 // len(text)) + b"\r\n\r\nbody", "ignored other")

    def test_a_boundary_that_never_ends_ends_with_the_header(self):
        self.check_mail(b'Content-Type: multipart/mixed; boundary="' + b"b" * 200_000 + b"\r\n\r\n--b\r\n\r\n{}",
                        "ignored other")

    def test_twenty_megabytes_of_what_looks_like_a_boundary_are_one_part(self):
        boundary = b"b" * 70
        self.check_mail(b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n--" + boundary + b"\r\n\r\n"
                        + (b"--" + boundary + b"c\r\n") * (19 * MIB // 75), "ignored other")

    def test_a_message_over_the_bound_is_not_looked_into(self):
        self.check_mail(part(gzip.compress(REPORT)) + b"\r\n" * (10 * MIB), "rejected too-large")

    # JSON.

    def test_json_a_million_deep_is_refused(self):
        for text in (b"[" * 1_000_000, b'{"policies":' * 1_000_000,
                     HEAD + b'{"x":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}]}"):
            self.check_text(text, "rejected json-too-deep")

    def test_ten_million_failure_details_are_refused(self):
        self.check_text([HEAD + POLICY + b',"failure-details":[', *[b"{}," * 100_000] * 100, b"{}]}]}"],
                        "rejected too-many-failure-details")

    def test_a_million_policies_are_refused(self):
        self.check_text([HEAD, *[b"{}," * 100_000] * 10, b"{}]}"], "rejected too-many-policies")

    def test_strings_of_ten_megabytes_are_refused(self):
        long = b"1" * (10 * MIB)
        for text in (named(b'"' + long + b'"'), named(b'1,"' + long + b'":1'), named(b"0." + long),
                     named(b'"' + b"\\n" * (5 * MIB) + b'"'), b'"' + long):
            self.check_text(text, "rejected string-too-long")

    def test_a_hundred_megabytes_are_read(self):
        self.check_text(with_strings([b"x" * 65_000] * 1_500), "report")
        detail = (b'{"result-type":"x","failed-session-count":1,"receiving-mx-helo":"' + b"h" * 400
                  + b'","additional-information":"' + b"x" * 450 + b'"}')
        self.check_text(with_details([detail] * 100_000), "report")

    def test_what_grows_when_it_is_read_is_bounded(self):
        for text in (b"\x01" * 65_000, b"\xff" * 65_000):  # each to three bytes
            self.check_text(with_strings([text] * 1_500), "rejected decompressed-too-large")
        run = self.check_text([HEAD + b'{"policy":{"mx-host":[', *[b'"a",' * 100_000] * 200, b'"a"]}}]}'], "report")
        self.assertEqual({"overlong-name": 1000, "more-deviations": 1}, run.deviations)
        self.check_text([b"[", *[(HEAD + b"]},") * 10_000] * 20, HEAD + b"]}]"], "rejected decompressed-too-large")

    def test_what_grows_when_it_is_printed_takes_no_memory(self):
        self.check_text(with_strings([b"\x7f" * 65_000] * 1_500), "report")
        details = [b'{"result-type":"x","failed-session-count":1,"additional-information":"' + b"\x7f" * 65_000
                   + b'"}'] * 1_500
        for format in ("text", "csv", "html"):
            self.assertEqual(0, self.parse("report.json", [with_details(details)], format).code)

    def test_a_page_of_a_flood_stays_small(self):
        details = (b'{"result-type":"%06d%s","failed-session-count":1,"receiving-mx-hostname":"%s"}'
                   % (number, b"t" * 400, b"m" * 400) for number in range(100_000))
        policy = POLICY.replace(b'"a.example"', b'"%06d.example","policy-string":["mode: testing",' + b",".join(
            b'"mx: %03d' % host + b"h" * 500 + b'"' for host in range(15)) + b"]")
        policies = HEAD + b",".join(policy % number + b"}" for number in range(10_000)) + b"]}"
        for report in (with_details(details), policies):
            run = self.parse("report.json", [report], "html")
            self.assertEqual(0, run.code, run.errors)
            self.assertLess(len(run.text), MIB)

    def test_millions_of_duplicate_keys_are_one_report(self):
        run = self.check_text(named(b'"A",' + b'"report-id":"1",' * 2_000_000 + b'"x":0'), "report")
        self.assertEqual({"duplicate-key": 1000, "more-deviations": 1}, run.deviations)

    def test_hundreds_of_thousands_of_names_are_read(self):
        hosts = ('"' + "ä" * 60 + '.example",').encode() * 300_000
        self.check_text(HEAD + b'{"policy":{"mx-host":[' + hosts + b'"b.example"]}}]}', "report")

    def test_addresses_that_are_none_are_left_out(self):
        bad = [b"no address", b"1.2.3", b"1.2.3.4.5", b"256.1.1.1", b"[", b"]", b"[]", b"::::", b"%", b"0x7f.1",
               b"1.2.3.4:99999999", b"\\u0000", b"\\ud800", b"1" * 60_000, b":" * 60_000, b"-1.2.3.4"]
        details = [b'{"result-type":"x","failed-session-count":1,"receiving-ip":"' + text + b'"}' for text in bad]
        self.assertEqual(len(bad), self.check_text(with_details(details), "report").deviations["invalid-address"])
        run = self.check_text(with_details(details[:1] * 100_000), "report")
        self.assertEqual({"invalid-address": 1000, "more-deviations": 1}, run.deviations)

    def test_numbers_beyond_64_bits_are_clamped(self):
        for number in (b"9223372036854775808", b"1e400", b"1e999999999999", b"9" * (10 * MIB)):
            run = self.check_text(REPORT.replace(b":1,", b":" + number + b","), "report")
            self.assertEqual({"clamped-count": 1}, run.deviations)
        run = self.check_text(REPORT.replace(b":1,", b":-1e400,"), "report")
        self.assertEqual({"negative-count": 1}, run.deviations)

    # Text.

    def test_what_is_no_text_is_replaced(self):
        for text, code in ((b"\xff\xfe", "invalid-utf-8"), (b"\xc0\xaf", "invalid-utf-8"),
                           (b"\xed\xa0\x80", "lone-surrogate"), (b"\\ud800", "lone-surrogate"),
                           (b"\0", "nul-character"), (b"\\u0000", "nul-character"),
                           (b"\x1b[2J", "control-character")):
            self.assertEqual({code: 1}, self.check_text(named(b'"' + text + b'"'), "report").deviations)

    def test_utf_16_is_read_and_utf_32_is_not(self):
        text = REPORT.decode()
        for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
            self.assertEqual({"utf-16": 1}, self.check_text(text.encode(encoding), "report").deviations)
        self.check_text(text.encode("utf-16")[:-1], "rejected bad-json")
        self.check_text(text.encode("utf-32"), "rejected bad-encoding")

    def test_text_from_strangers_is_disarmed_wherever_it_is_shown(self):
        evil = ["\x1b[2Jx", "a\rb", "a\nb", "\u202egnp.exe", "\u2066x", "\x9b2J", "\u2028", "\x7f", "=1+1", "+1", "-1",
                "@x", "\t=1", "\r=1"]
        names = ("result-type", "receiving-mx-hostname", "receiving-mx-helo", "receiving-ip", "additional-information",
                 "failure-reason-code")
        report = with_details(json.dumps({"failed-session-count": 1, **dict.fromkeys(names, text)}).encode()
                              for text in evil).replace(b'"A"', json.dumps("=\x1b]0;\u202e").encode())
        broken = report.replace(b"2026-01-10T00:00:00Z", b"\\u001b[2J\\u202e")
        mail = MAIL + multipart([part(gzip.compress(each)) for each in (report, broken)])
        page = self.parse("mail.eml", [mail], "html").text
        self.assertNotRegex(page.replace("\n", ""), "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
        for format in ("text", "json", "csv"):
            run = self.parse("mail.eml", [mail], format)
            self.assertEqual(65, run.code)
            self.assertIn("=", run.text)
            shown = (run.text + run.errors).replace("\r\n", "\n").replace("\n", "")
            self.assertNotRegex(shown, "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
        cells = [cell for row in csv.reader(io.StringIO(run.text, newline="")) for cell in row]
        self.assertEqual([], [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))])
