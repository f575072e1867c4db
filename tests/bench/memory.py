"""The most memory a backfill takes: of many messages, and of one as large as the limits allow."""

import base64
import gzip
import json
import random
import time

from . import table
from .setting import run_collector, sample_inbox

_DETAILS = 100_000       # limits.failure_details
_DETAIL_BYTES = 1_018    # so that the report stays just below limits.decompressed, 100 MiB,
_RANDOM_BYTES = 141      # and the message just below limits.message, 20 MiB


def run(setting):
    """memory: the large mailbox, and one message of 20 MiB with a report of 100 MiB"""
    message, report_bytes = _largest_message()
    users = [(f"a message of {table.mebibytes(len(message))} with a report of {table.mebibytes(report_bytes)}",
              setting.deliver("largest@example.com", [sample_inbox.Mail(int(time.time()), message, "report")]))]
    if setting.large:
        users.append((f"{setting.large:,} messages", setting.mailbox(setting.large)))
    table.show("Memory of a backfill", ("backfill", "reports stored", "time", "CPU", "peak memory"),
               [_measure(setting, name, user) for name, user in users])


def _measure(setting, name, user):
    url = setting.database()
    ours = run_collector(setting.config([user], url), "backfill")
    return (name, f"{setting.count_of('report', url):,}", table.seconds(ours.wall), table.seconds(ours.cpu),
            table.mebibytes(ours.peak_memory))


def _largest_message():
    """(bytes of the mail, size of the report in it)."""
    report = _report().encode()
    body = base64.encodebytes(gzip.compress(report, 6, mtime=0)).replace(b"\n", b"\r\n")
    header = (b"From: reports@sender.example\r\nTLS-Report-Domain: example.com\r\nMIME-Version: 1.0\r\n"
              b"Content-Type: application/tlsrpt+gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n")
    return header + body, len(report)


def _report():
    rng = random.Random(1)
    return json.dumps({
        "organization-name": "Sender", "report-id": "1", "contact-info": "reports@sender.example",
        "date-range": {"start-datetime": "2026-02-01T00:00:00Z", "end-datetime": "2026-02-01T23:59:59Z"},
        "policies": [{
            "policy": {"policy-type": "sts", "policy-domain": "example.com", "policy-string": ["version: STSv1"]},
            "summary": {"total-successful-session-count": 0, "total-failure-session-count": _DETAILS},
            "failure-details": [_detail(rng) for _ in range(_DETAILS)]}]})


def _detail(rng):
    detail = {"result-type": "certificate-expired", "sending-mta-ip": "198.51.100.62", "receiving-ip": "192.0.2.11",
              "receiving-mx-hostname": "mx1.example.com", "failed-session-count": 1,
              "additional-information": base64.b64encode(rng.randbytes(_RANDOM_BYTES)).decode()}
    detail["failure-reason-code"] = "x" * (_DETAIL_BYTES - len(json.dumps(detail)))
    return detail
