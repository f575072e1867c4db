#!/usr/bin/env python3
"""Makes an inbox of TLS reports: some weeks with clean days and incidents, one of them open, or many messages at once.

    sample_inbox.py --maildir DIR [--days 28] [--seed 1] [--end 2031-01-28]
    sample_inbox.py --maildir DIR --count 20000 [--seed 1]

Prints as JSON what a collector must make of it. With --end, the same arguments give the same bytes.
"""

import argparse
import base64
import collections
import datetime
import email.utils
import gzip
import json
import math
import os
import pathlib
import random
import socket
import sys
import time

import sample_senders as senders
from sample_senders import DAY, Domain, Failure, Traffic

COM = Domain("example.com", "enforce")
NET = Domain("example.net", "testing", has_tlsa=True)

# Of the days of an inbox: when something was wrong, and for how many days. The expired certificate nobody has renewed yet.
_EXPIRED_CERTIFICATE = (0.93, math.inf)
_POLICY_UNREACHABLE = (0.18, 2)
_NO_STARTTLS = (0.71, 1)
_TLSA_MISMATCH = (0.82, 2)

# `kind`: report, duplicate, broken (a report that cannot be read), or what no report is: dmarc, bounce, other.
Mail = collections.namedtuple("Mail", "when content kind report", defaults=(None,))


class Manifest:
    """What a collector must make of the mails: counts of messages by outcome, and of rows."""

    def __init__(self):
        self.counts = dict.fromkeys(("messages", "stored", "duplicate", "quarantined", "ignored", "policies",
                                     "failure_details"), 0)
        self.failed_sessions = collections.Counter()  # by result type, over all failure details

    def add(self, mail):
        outcomes = {"report": "stored", "duplicate": "duplicate", "broken": "quarantined"}
        self.counts["messages"] += 1
        self.counts[outcomes.get(mail.kind, "ignored")] += 1
        if mail.kind == "report":
            for policy in mail.report["policies"]:
                details = policy.get("failure-details", [])
                self.counts["policies"] += 1
                self.counts["failure_details"] += len(details)
                for detail in details:
                    self.failed_sessions[detail["result-type"]] += detail["failed-session-count"]

    def as_dict(self):
        return {**self.counts, "failed_sessions": dict(sorted(self.failed_sessions.items()))}


def sample(days=28, seed=1, end=None):
    """Some weeks of reports of all senders for two domains up to the day before `end` (default: today); by arrival."""
    rng = random.Random(seed)
    midnight = _midnight(end)
    everyone = [kind(rng) for kind in senders.LARGE + senders.SELF_HOSTED]
    latest = math.inf if end else int(time.time())
    mails, serial = [], 0
    for day in range(days):
        begin = midnight - (days - day) * DAY
        for sender in everyone:
            for domain in (COM, NET):
                serial += 1
                sessions = max(3, int(rng.gauss(sender.volume, sender.volume / 5)))
                failures = _failures(domain, day, days, sessions)
                traffic = Traffic(domain, begin, sessions - sum(f.count for f in failures), failures, serial, day)
                arrived = min(begin + DAY + rng.randrange(2 * 3600, 9 * 3600), latest)
                mails.append(_report(sender, traffic, arrived))
    mails += _specials(rng, everyone, midnight, days, serial)
    return sorted(mails, key=lambda mail: mail.when)


def bulk(count, seed=1, end=None, brands=8):
    """`count` messages, one in twenty of them no report, as years of a busy inbox for `brands` domains and two more; as
    an iterator, by day of arrival."""
    rng = random.Random(seed)
    domains = [COM, NET, *(Domain(f"brand{n}.example", "enforce") for n in range(1, brands + 1))]
    everyone = [kind(rng) for kind in senders.LARGE]
    everyone += [kind(rng, number) for kind in senders.SELF_HOSTED for number in range(1, 4)]
    a_day = len(everyone) * len(domains)
    days = count // a_day + 1
    for number in range(count):
        day, place = divmod(number, a_day)
        begin = _midnight(end) - (days - day) * DAY
        arrived = begin + DAY + 7200 + place
        if number % 20 == 19:
            yield (_dmarc, _bounce, _ordinary)[number // 20 % 3](rng, arrived)
            continue
        sender, domain = everyone[place // len(domains)], domains[place % len(domains)]
        sessions = rng.randrange(3, 2 * sender.volume)
        failures = [Failure("certificate-expired", 1 + sessions // 9, domain.mx_hosts[1])] if number % 8 == 0 else []
        traffic = Traffic(domain, begin, sessions, failures, number, day)
        yield _report(sender, traffic, arrived)


def deliver(mails, maildir):
    """Puts the mails into a Maildir, the time of arrival as INTERNALDATE; the manifest."""
    new = pathlib.Path(maildir) / "new"
    for name in ("cur", "new", "tmp"):
        (new.parent / name).mkdir(parents=True, exist_ok=True)
    manifest, host = Manifest(), socket.gethostname().replace("/", "_")
    for number, mail in enumerate(mails):
        path = new / f"{1_000_000_000 + number}.P{os.getpid()}.{host},S={len(mail.content)}"
        path.write_bytes(mail.content)
        os.utime(path, (mail.when, mail.when))
        manifest.add(mail)
    return manifest


def _midnight(end):
    date = end or datetime.datetime.now(datetime.timezone.utc).date()
    return int(datetime.datetime(date.year, date.month, date.day, tzinfo=datetime.timezone.utc).timestamp())


def _report(sender, traffic, arrived):
    report = sender.report(traffic)
    return Mail(arrived, sender.mail(traffic, report, arrived), "report", report)


def _failures(domain, day, days, sessions):
    """What was wrong with a domain on a day."""
    def is_on(incident):
        first = int(incident[0] * days)
        return first <= day < first + incident[1]

    share = 1 + sessions // 3
    if domain is COM and is_on(_EXPIRED_CERTIFICATE):
        return [Failure("certificate-expired", share, domain.mx_hosts[1])]
    if domain is COM and is_on(_NO_STARTTLS):
        return [Failure("starttls-not-supported", share, domain.mx_hosts[0])]
    if domain is NET and is_on(_POLICY_UNREACHABLE):
        return [Failure("sts-policy-fetch-error", 1)]
    if domain is NET and is_on(_TLSA_MISMATCH):
        return [Failure("tlsa-invalid", share, domain.mx_hosts[0])]
    return []


def _specials(rng, everyone, midnight, days, serial):
    """What every real inbox has besides."""
    google, microsoft, _, mail_ru = everyone[:4]
    begin = midnight - days * DAY

    def traffic(day, extra):
        return Traffic(Domain("sub.example.com", "enforce"), day, 41 + extra, [], serial + extra, -extra)

    twice = traffic(begin, 1)
    first = _report(google, twice, begin + DAY + 3600)
    again = Mail(first.when + 300, google.mail(twice, first.report, first.when + 300), "duplicate")  # json-17
    late = _report(microsoft, traffic(midnight - 25 * DAY, 2), midnight - DAY + 7 * 3600)            # json-7
    broken = traffic(begin, 3)
    half = mail_ru.encode(mail_ru.text(mail_ru.report(broken)))[:-40]                                # mail-19
    cut = Mail(begin + DAY + 5000, mail_ru.mail_with(broken, half, begin + DAY + 5000), "broken")
    others = [make(rng, begin + DAY * (days // 2) + 4000) for make in (_dmarc, _bounce, _ordinary)]
    return [first, again, late, cut, *others]


def _plain_headers(sender, subject, arrived, rng):
    host = sender.partition("@")[2]
    return (f"Return-Path: <{sender}>\r\n"
            f"Received: from {host} ({host} [203.0.113.9])\r\n\tby {senders.RECEIVER} (Postfix) with ESMTPS;"
            f" {email.utils.formatdate(arrived)}\r\n"
            f"Date: {email.utils.formatdate(arrived)}\r\nMessage-ID: <{rng.getrandbits(64):x}@{host}>\r\n"
            f"From: {sender}\r\nTo: tls-reports@example.com\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n")


def _dmarc(rng, arrived):
    begin = arrived - arrived % DAY - DAY
    xml = ('<?xml version="1.0"?><feedback><report_metadata><org_name>reporter.example</org_name>'
           f"<report_id>{rng.getrandbits(60)}</report_id><date_range><begin>{begin}</begin><end>{begin + DAY - 1}</end>"
           "</date_range></report_metadata><policy_published><domain>example.com</domain><p>reject</p>"
           "</policy_published></feedback>\n")
    name = f"reporter.example!example.com!{begin}!{begin + DAY - 1}.xml.gz"
    payload = base64.encodebytes(gzip.compress(xml.encode(), mtime=0)).replace(b"\n", b"\r\n").decode()
    headers = _plain_headers("dmarc@reporter.example",
                             f"Report Domain: example.com Submitter: reporter.example Report-ID: <{begin}>", arrived, rng)
    return Mail(arrived, (f'{headers}Content-Type: application/gzip; name="{name}"\r\n'
                          f'Content-Disposition: attachment; filename="{name}"\r\n'
                          f"Content-Transfer-Encoding: base64\r\n\r\n{payload}").encode(), "dmarc")


def _bounce(rng, arrived):
    headers = _plain_headers("MAILER-DAEMON@example.com", "Undelivered Mail Returned to Sender", arrived, rng)
    return Mail(arrived, (
        f'{headers}Auto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        "\r\n--b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        "Final-Recipient: rfc822; tlsrpt@gone.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: postmaster@example.com\r\nTo: tlsrpt@gone.example\r\n"
        "Subject: Report Domain: gone.example Submitter: example.com Report-ID: <1>\r\n\r\nA report was here.\r\n"
        "--b--\r\n").encode(), "bounce")


def _ordinary(rng, arrived):
    headers = _plain_headers("root@www.example.com", "Cron <root@www> /usr/local/bin/renew-certificates", arrived, rng)
    return Mail(arrived, f"{headers}Content-Type: text/plain; charset=utf-8\r\n\r\nNothing to renew today.\r\n".encode(),
                "other")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maildir", required=True, help="made if missing; mail that is there stays")
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--count", type=int, help="so many messages, instead of --days")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--end", type=datetime.date.fromisoformat, help="the day after the last one reported on")
    options = parser.parse_args()
    mails = (bulk(options.count, options.seed, options.end) if options.count
             else sample(options.days, options.seed, options.end))
    json.dump(deliver(mails, options.maildir).as_dict(), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
