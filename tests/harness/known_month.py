"""January 2026 as some organizations reported it: reports with known answers, for whatever reads the views.

`mails()` gives them as mail with the times they were received, for `tlsrpt-collector import`; NOW is the moment to ask
at (`set tlsrpt.now`). Google is daily; Mail.ru, too, and its days end at the next midnight; Microsoft reports on days
with mail and lists every session twice. Nothing fails and no one is silent but what stands here:

clean.example      A clean month. Google 31 × 100 sessions, Mail.ru 31 × 10. Policy: enforce.
expired.example    The certificate of mx2 was expired on 10 to 12 January, then renewed. Google 200 sessions a day, 50 of
                   them failed on each of the three days; Mail.ru 20, of which 5 failed on the 10th and 11th. One
                   incident: 3 days, 160 failed sessions, rate 160/640 = 0.25, critical, resolved 14 January 23:59:59.
testing.example    Policy in testing, 31 clean days of 40 sessions by Google: ready to enforce.
wavering.example   The same, but mx1 had no STARTTLS on 25 January (1 session of 40): clean for 6 of 14 days.
dane.example       Microsoft, every third day from 2 to 29 January: 10 × 120 sessions, each under sts and again under
                   tlsa. Usual gap 3 days, not silent. The TLSA records changed on the 17th.
silent.example     Google 31 × 10; Comcast fell silent after 20 January. mx1 had no STARTTLS: Comcast saw it on the 19th
                   and 20th, Google on the 20th. Google was clean since: resolved 22 January.
lonely.example     Comcast alone, silent after 20 January, when mx1 had no STARTTLS: open, for nobody knows better.
late.example       Microsoft on 7, 8 and 9 January, 70 sessions each; the 8th arrived on 1 February, 24 days late.
again.example      Google 31 × 100. mx1 without STARTTLS (10 a day) on the 5th and 6th, resolved on the 8th; again on the
                   20th, resolved on the 22nd: two incidents. validation-failure at mx1 on the 10th and 12th with one
                   clean day between: one incident. mx1's certificate has the wrong name since the 31st: open.
bare.example       Google 31 × 100. On 15 January 5 failed, without details: unspecified, rate 0.05, warning, resolved
                   on the 17th. A Postfix, 3 to 5 January, leaves out the policy-domain: two deviations a report.
edge.example       Google, 1000 sessions a day. 1 January: 9 failed, ok; 2nd: 10, warning; 3rd: 50, warning; 4th: 51,
                   critical; 5th: no sessions, no rate; 6th: 3 sessions, ok unless the minimum is higher.
policy.example     Google saw testing on the 1st and 2nd, enforce from the 3rd; Mail.ru testing all month: not ready, they
                   disagree. On 14 January Google could not fetch it (2 of 100 sessions): an incident of
                   mta-sts.policy.example.
flip.example       Google saw enforce, on 10 to 12 January testing, then enforce again.

MAILBOXES inserts two mailboxes as polling them would have left them: `work`, fine, for clean.example and
missing.example, on which nobody ever reported, and late.example, on which nobody has since 9 January; `stuck`, whose
last poll failed on 31 January.
"""

import base64
import dataclasses
import datetime
import gzip
import json

NOW = "2026-02-01T12:00:00Z"

MAILBOXES = """
insert into tlsrpt.mailbox (name, server, username, folder, domains, uid_validity, last_polled_at, last_success_at, last_error)
values ('work', 'imaps://imap.example.net', 'tls-reports', 'INBOX', '{clean.example,missing.example,late.example}', 1,
        '2026-02-01 11:55Z', '2026-02-01 11:55Z', null),
       ('stuck', 'imaps://imap.example.org', 'tls-reports', 'INBOX', '{}', 1,
        '2026-02-01 11:50Z', '2026-01-31 18:00Z', 'login refused')"""

_MONTH = range(1, 32)


@dataclasses.dataclass(frozen=True)
class Reporter:
    name: str
    submitter: str
    until_midnight: bool = False  # its periods end at the next midnight
    doubles: bool = False         # every session under sts and again under tlsa
    begins_at: int = 0            # the hour at which its periods begin


GOOGLE = Reporter("Google Inc.", "google.com")
MICROSOFT = Reporter("Microsoft Corporation", "microsoft.com", doubles=True)
MAILRU = Reporter("Mail.ru", "mail.ru", until_midnight=True)
COMCAST = Reporter("Comcast", "comcast.net")
POSTFIX = Reporter("mail.postfix.example", "mail.postfix.example")
STALWART = Reporter("mail.stalwart.example", "mail.stalwart.example", begins_at=10)  # json-3; not in `mails()`


def _day(number):
    return datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(days=number - 1)


def _time(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def detail(result_type, sessions, mx=None, reason=None):
    entry = {"result-type": result_type, "failed-session-count": sessions, "sending-mta-ip": "198.51.100.7"}
    if mx:
        entry |= {"receiving-mx-hostname": mx, "receiving-ip": "192.0.2.25"}
    if reason:
        entry["failure-reason-code"] = reason
    return entry


def sts(domain, mode):
    return {"policy-type": "sts", "policy-domain": domain, "mx-host": [f"mx1.{domain}", f"mx2.{domain}"],
            "policy-string": ["version: STSv1\r", f"mode: {mode}\r", f"mx: mx1.{domain} \r", f"mx: mx2.{domain}\r",
                              "max_age: 604800\r"]}


def tlsa(domain, *records):
    return {"policy-type": "tlsa", "policy-domain": domain, "policy-string": [f"3 1 1 {record * 64}" for record in records]}


@dataclasses.dataclass
class Mail:
    name: str
    content: bytes


def mail(reporter, domain, day, sessions, *, failures=(), failed=None, mode="enforce", policy=None, also=(),
         received=None, days=1):
    """What one reporter says of one day, or of more; `failed` counts failures beyond their details."""
    failed = sum(f["failed-session-count"] for f in failures) if failed is None else failed
    begin = _day(day) + datetime.timedelta(hours=reporter.begins_at)
    end = begin + datetime.timedelta(days=days, seconds=0 if reporter.until_midnight else -1)
    summary = {"total-successful-session-count": sessions - failed, "total-failure-session-count": failed}
    policies = [{"policy": policy or sts(domain, mode), "summary": summary, "failure-details": list(failures)}]
    policies += [{"policy": other, "summary": summary} for other in also]
    length = "" if days == 1 else f"-{days}"
    report = {"organization-name": reporter.name, "report-id": f"{_time(begin)}_{domain}{length}",
              "date-range": {"start-datetime": _time(begin), "end-datetime": _time(end)},
              "contact-info": f"tls-reports@{reporter.submitter}", "policies": policies}
    received = received or begin + datetime.timedelta(days=1, hours=5)
    return Mail(f"{reporter.submitter}-{domain}-{day:02}{length}.eml", _eml(reporter, domain, report, received))


def _eml(reporter, domain, report, received):
    name = f"{reporter.submitter}!{domain}!1!2!001.json.gz"
    date = received.strftime("%a, %d %b %Y %H:%M:%S +0000")
    packed = base64.encodebytes(gzip.compress(json.dumps(report).encode(), mtime=0)).decode()
    return "\n".join([
        f"Received: from mail.{reporter.submitter} by mx.example.net; {date}",
        f"From: tls-reports@{reporter.submitter}", "To: tls-reports@example.net", f"Date: {date}",
        f"Subject: Report Domain: {domain} Submitter: {reporter.submitter} Report-ID: <{report['report-id']}>",
        f"TLS-Report-Domain: {domain}", f"TLS-Report-Submitter: {reporter.submitter}", "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type="tlsrpt"; boundary="=-"', "",
        "--=-", "Content-Type: text/plain", "", "This is an aggregate TLS report.",
        "--=-", f'Content-Type: application/tlsrpt+gzip; name="{name}"', "Content-Transfer-Encoding: base64", "",
        packed + "--=---", ""]).replace("\n", "\r\n").encode()


def mails():
    """All of them, in the order in which they were received but for the late one, which comes last."""
    return [*_steady(), *_certificates_and_starttls(), *_policies(), *_odd()]


def write(directory):
    """Each mail as a file; the paths."""
    paths = [directory / each.name for each in mails()]
    for path, each in zip(paths, mails()):
        path.write_bytes(each.content)
    return paths


def _steady():
    for day in _MONTH:
        yield mail(GOOGLE, "clean.example", day, 100)
        yield mail(MAILRU, "clean.example", day, 10)
        yield mail(GOOGLE, "testing.example", day, 40, mode="testing")
    for day in range(2, 30, 3):
        records = "AB" if day < 17 else "BC"
        yield mail(MICROSOFT, "dane.example", day, 120, also=[tlsa("dane.example", *records)])


def _certificates_and_starttls():
    def starttls(domain, sessions):
        return [detail("starttls-not-supported", sessions, f"mx1.{domain}")]

    def expired(sessions):
        return [detail("certificate-expired", sessions, "mx2.expired.example")]

    for day in _MONTH:
        yield mail(GOOGLE, "expired.example", day, 200, failures=expired(50) if day in (10, 11, 12) else ())
        yield mail(MAILRU, "expired.example", day, 20, failures=expired(5) if day in (10, 11) else ())
        yield mail(GOOGLE, "silent.example", day, 10, failures=starttls("silent.example", 1) if day == 20 else ())
        yield mail(GOOGLE, "wavering.example", day, 40, mode="testing",
                   failures=starttls("wavering.example", 1) if day == 25 else ())
        again = {5: starttls("again.example", 10), 6: starttls("again.example", 10), 20: starttls("again.example", 10),
                 10: [detail("validation-failure", 3, "mx1.again.example", "VALIDATION_FAILURE")],
                 12: [detail("validation-failure", 4, "mx1.again.example", "io-timeout-during-handshake")],
                 31: [detail("certificate-host-mismatch", 20, "mx1.again.example", "MX_HOSTS_MISMATCH")]}
        yield mail(GOOGLE, "again.example", day, 100, failures=again.get(day, ()))
    for day in range(1, 21):
        yield mail(COMCAST, "silent.example", day, 10, failures=starttls("silent.example", 2) if day >= 19 else ())
        yield mail(COMCAST, "lonely.example", day, 10, failures=starttls("lonely.example", 4) if day == 20 else ())


def _policies():
    fetch_error = [detail("sts-policy-fetch-error", 2)]
    for day in _MONTH:
        if day == 14:  # json-36: there was none to quote
            yield mail(GOOGLE, "policy.example", day, 100, failures=fetch_error,
                       policy={"policy-type": "sts", "policy-domain": "policy.example"})
        else:
            yield mail(GOOGLE, "policy.example", day, 100, mode="testing" if day < 3 else "enforce")
        yield mail(MAILRU, "policy.example", day, 10, mode="testing")
        yield mail(GOOGLE, "flip.example", day, 10, mode="testing" if 10 <= day <= 12 else "enforce")


def _odd():
    for day in _MONTH:
        yield mail(GOOGLE, "bare.example", day, 100, failed=5 if day == 15 else 0)
    for day in (3, 4, 5):
        yield mail(POSTFIX, "bare.example", day, 1, policy={"policy-type": "no-policy-found"})
    for day, sessions, failed in ((1, 1000, 9), (2, 1000, 10), (3, 1000, 50), (4, 1000, 51), (5, 0, 0), (6, 3, 0)):
        failures = [detail("certificate-not-trusted", failed, "mx1.edge.example")] if failed else ()
        yield mail(GOOGLE, "edge.example", day, sessions, failures=failures)
    for day in (7, 9):
        yield mail(MICROSOFT, "late.example", day, 70, also=[tlsa("late.example", "A")])
    yield mail(MICROSOFT, "late.example", 8, 70, also=[tlsa("late.example", "A")],
               received=datetime.datetime(2026, 2, 1, 9, tzinfo=datetime.timezone.utc))
