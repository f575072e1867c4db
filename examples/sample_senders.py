"""TLS report mails in the shapes that large senders really give them; every name and number in them is made up."""

import base64
import dataclasses
import email.utils
import gzip
import json
import random
import time

DAY = 86400
RECEIVER = "mx.example.com"  # whose Authentication-Results are to be believed


@dataclasses.dataclass(frozen=True)
class Domain:
    """A recipient domain and what it publishes."""

    name: str
    mode: str               # of its MTA-STS policy
    has_tlsa: bool = False

    @property
    def mx_hosts(self):
        return [f"mx1.{self.name}", f"mx2.{self.name}"]

    @property
    def policy_lines(self):
        return ["version: STSv1", f"mode: {self.mode}", *(f"mx: {host}" for host in self.mx_hosts), "max_age: 604800"]

    @property
    def tlsa_records(self):
        return [f"3 1 1 {letter * 64}" for letter in "1A"]


@dataclasses.dataclass
class Failure:
    """Sessions that failed for one reason at one MX (none: the reason is not a host's)."""

    result_type: str
    count: int
    mx: str = None

    @property
    def address(self):
        return "192.0.2.11" if self.mx.startswith("mx1.") else "2001:db8::12"


@dataclasses.dataclass
class Traffic:
    """What a sender saw of a domain on one day."""

    domain: Domain
    begin: int              # midnight UTC
    successes: int
    failures: list
    serial: int             # no two reports of an inbox share it
    run: int                # equal for one sender's reports of one day

    def failures_of(self, dane):
        return [f for f in self.failures if (f.result_type == "tlsa-invalid") == dane]


def _time(seconds, form="%Y-%m-%dT%H:%M:%SZ"):
    return time.strftime(form, time.gmtime(seconds))


def _base64_lines(content):
    return base64.encodebytes(content).replace(b"\n", b"\r\n").decode()


class Sender:
    """RFC 8460 by the book; each sender below says only where it goes its own way."""

    organization = contact = host = address = ""
    submitter = None          # default: the host
    knows_dane = False
    volume = 100              # sessions a day
    failure_code_key = "failure-reason-code"
    media_type = "application/tlsrpt+gzip"
    extension = ".json.gz"
    report_type = "tlsrpt"

    def __init__(self, rng):
        self.rng = rng

    def hex(self, digits):
        return f"{self.rng.getrandbits(4 * digits):0{digits}x}"

    # The report.

    def period(self, traffic):
        return traffic.begin, traffic.begin + DAY - 1

    def report_id(self, traffic):
        return f"{_time(traffic.begin)}_{traffic.domain.name}"

    def report(self, traffic):
        begin, end = self.period(traffic)
        return {"organization-name": self.organization,
                "date-range": {"start-datetime": _time(begin), "end-datetime": _time(end)},
                "contact-info": self.contact,
                "report-id": self.report_id(traffic),
                "policies": self.policies(traffic)}

    def policies(self, traffic):
        if self.knows_dane and traffic.domain.has_tlsa:
            return [self.policy(traffic, self.tlsa(traffic), traffic.failures_of(dane=True))]
        return [self.policy(traffic, self.sts(traffic), traffic.failures_of(dane=False))]

    def sts(self, traffic):
        policy = {"policy-type": "sts", "policy-string": traffic.domain.policy_lines,
                  "policy-domain": traffic.domain.name, "mx-host": traffic.domain.mx_hosts}
        if any(f.result_type == "sts-policy-fetch-error" for f in traffic.failures):
            del policy["policy-string"], policy["mx-host"]  # json-36: there was none to quote
        return policy

    def tlsa(self, traffic):
        return {"policy-type": "tlsa", "policy-string": traffic.domain.tlsa_records,
                "policy-domain": traffic.domain.name}

    def policy(self, traffic, policy, failures):
        entry = {"policy": policy,
                 "summary": {"total-successful-session-count": traffic.successes,
                             "total-failure-session-count": sum(f.count for f in failures)}}
        if failures:
            entry["failure-details"] = [self.detail(f) for f in failures]
        return entry

    def detail(self, failure):
        detail = {"result-type": failure.result_type, "failed-session-count": failure.count}
        if failure.mx:
            detail |= {"sending-mta-ip": "198.51.100.62", "receiving-ip": failure.address,
                       "receiving-mx-hostname": failure.mx}
        return detail

    def text(self, report):
        return json.dumps(report, separators=(",", ":"), ensure_ascii=False)

    # The mail.

    def filename(self, traffic):
        begin, end = self.period(traffic)
        return f"{self.submitter or self.host}!{traffic.domain.name}!{begin}!{end}!001{self.extension}"

    def subject(self, traffic):
        return (f"Report Domain: {traffic.domain.name}\r\n Submitter: {self.submitter or self.host}\r\n"
                f" Report-ID: <{self.report_id(traffic)}>")

    def encode(self, text):
        return gzip.compress(text.encode(), mtime=0)

    def mail(self, traffic, report, arrived):
        return self.mail_with(traffic, self.encode(self.text(report)), arrived)

    def mail_with(self, traffic, payload, arrived):
        boundary = self.boundary()
        body = "".join(f"--{boundary}\r\n{part}\r\n" for part in self.parts(traffic, payload))
        return (f"{self.trace(traffic, arrived)}{self.headers(traffic, arrived)}MIME-Version: 1.0\r\n"
                f'Content-Type: multipart/report; boundary="{boundary}"; report-type={self.report_type}\r\n\r\n'
                f"{body}--{boundary}--\r\n").encode()

    def boundary(self):
        return self.hex(28)

    def trace(self, traffic, arrived):
        domain, when = self.address.partition("@")[2], email.utils.formatdate(arrived)
        signature = base64.b64encode(self.rng.randbytes(192)).decode()
        signature = "\r\n\t ".join(signature[at:at + 66] for at in range(0, len(signature), 66))
        return (f"Return-Path: <bounce-{self.hex(12)}@{domain}>\r\n"
                f"Received: from out{traffic.serial % 9 + 1}.{self.host} (out{traffic.serial % 9 + 1}.{self.host} [198.51.100.62])\r\n"
                f"\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n"
                f"\tby {RECEIVER} (Postfix) with ESMTPS id {self.hex(12)}\r\n"
                f"\tfor <tls-reports@{traffic.domain.name}>; {when}\r\n"
                f"Authentication-Results: {RECEIVER};\r\n\tdkim=pass (2048-bit key) header.d={domain} header.s=s2031"
                f" header.b={signature[:8]};\r\n\tspf=pass smtp.mailfrom={domain}; dmarc=pass header.from={domain}\r\n"
                f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s2031;\r\n"
                f"\th=from:to:subject:date:message-id:tls-report-domain:tls-report-submitter;\r\n\tb={signature}\r\n")

    def headers(self, traffic, arrived):
        return (f"Date: {email.utils.formatdate(arrived - 2)}\r\n"
                f"Message-ID: <{self.hex(24)}@{self.host}>\r\n"
                f"TLS-Report-Domain: {traffic.domain.name}\r\n"
                f"TLS-Report-Submitter: {self.submitter or self.host}\r\n"
                f"Subject: {self.subject(traffic)}\r\n"
                f"From: {self.address}\r\nTo: tls-reports@{traffic.domain.name}\r\n")

    def parts(self, traffic, payload):
        return [f'Content-Type: text/plain; charset="UTF-8"\r\n\r\nThis is an aggregate TLS report from {self.host}\r\n',
                self.attachment(traffic, payload)]

    def attachment(self, traffic, payload):
        name = self.filename(traffic)
        return (f'Content-Type: {self.media_type}; name="{name}"\r\n'
                f'Content-Disposition: attachment; filename="{name}"\r\n'
                f"Content-Transfer-Encoding: base64\r\n\r\n{_base64_lines(payload)}")


class Google(Sender):
    organization, contact = "Google Inc.", "smtp-tls-reporting@google.com"
    host, address = "google.com", "noreply-smtp-tls-reporting@google.com"
    volume = 900

    def subject(self, traffic):  # json-15: an id of its own
        return (f"Report Domain: {traffic.domain.name} Submitter: google.com"
                f" Report-ID: <{_time(traffic.begin, '%Y.%m.%dT%H.%M.%SZ')}+{traffic.domain.name}@google.com>")

    def attachment(self, traffic, payload):  # mail-1
        return super().attachment(traffic, payload).replace("gzip; name", "gzip; \r\n\tname", 1)


class Microsoft(Sender):
    organization, contact = "Microsoft Corporation", "tlsrpt-noreply@microsoft.com"
    host, address = "microsoft.com", "tlsrpt-noreply@microsoft.com"
    volume = 700

    def report_id(self, traffic):  # json-13
        return f"{133_000_000_000_000_000 + traffic.serial}+{traffic.domain.name}"

    def filename(self, traffic):
        return super().filename(traffic).replace("!001", f"!{133_000_000_000_000_000 + traffic.serial}")

    def policies(self, traffic):  # json-47: the same sessions under both
        entries = []
        if traffic.domain.has_tlsa:
            entries.append(self.policy(traffic, self.tlsa(traffic), traffic.failures_of(dane=True)))
        return [*entries, self.policy(traffic, self.sts(traffic), traffic.failures_of(dane=False))]

    def sts(self, traffic):
        return {key: value for key, value in super().sts(traffic).items() if key != "mx-host"}  # json-44

    def tlsa(self, traffic):  # json-35
        return super().tlsa(traffic) | {"policy-string": [json.dumps(traffic.domain.tlsa_records)]}

    def detail(self, failure):  # json-55
        detail = super().detail(failure)
        detail.pop("sending-mta-ip", None)
        return detail

    def headers(self, traffic, arrived):  # mail-28, mail-29
        junk = "".join(f"X-MS-Exchange-Sample-{n}: {self.hex(64)}\r\n\t{self.hex(64)}\r\n" for n in range(1, 9))
        return (junk + super().headers(traffic, arrived)).replace("@microsoft.com>", f"@{traffic.domain.name}>", 1)

    def parts(self, traffic, payload):  # mail-2
        html = ('Content-Type: text/html; charset="us-ascii"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
                '<html><body style=3D"font-family: sans-serif"><p>This is an aggregate TLS rep=\r\nort from '
                "Microsoft Corporation</p></body></html>\r\n")
        return [html, self.attachment(traffic, payload)]

    def attachment(self, traffic, payload):
        name = self.filename(traffic)
        return (f"Content-Type: {self.media_type}\r\nContent-Description: {name}\r\n"
                f'Content-Disposition: attachment; filename="{name}"\r\n'
                f"Content-Transfer-Encoding: base64\r\n\r\n{_base64_lines(payload)}")


class Yahoo(Sender):
    organization, contact = "Yahoo Inc.", "mailto:tlsrpt@yahooinc.com"
    host, address = "yahooinc.com", "no-reply-tlsrpt@yahooinc.com"
    media_type = "application/x-gzip"  # mail-3
    volume = 200

    def report_id(self, traffic):
        return f"yahoo-{traffic.begin}-{traffic.serial}"


class MailRu(Sender):
    organization, contact = "Mail.ru", "tls-reports@corp.mail.ru"
    host, address, submitter = "corp.mail.ru", "tls-reports@corp.mail.ru", "mail.ru"  # mail-25
    report_type = '"tlsrpt"'  # mail-11
    volume = 90

    def period(self, traffic):  # json-2
        return traffic.begin, traffic.begin + DAY

    def report_id(self, traffic):
        return f"{self.organization.lower()}-{traffic.serial:08x}-0000-4000-8000@mail.ru"

    def detail(self, failure):  # json-55, json-58
        detail = super().detail(failure)
        if not failure.mx:
            detail["failure-reason-code"] = 'unable to do http request: Get "https://mta-sts": context deadline exceeded'
        return detail

    def subject(self, traffic):  # mail-24: one word a line
        return super().subject(traffic).replace("\r\n ", " ").replace(" ", "\r\n ")

    def parts(self, traffic, payload):  # mail-12
        return [*super().parts(traffic, payload), 'Content-Type: text/plain; charset="utf-8"\r\n\r\n']


class Comcast(Sender):
    organization, contact = "Comcast", "tls-reporting@comcast.net"
    host, address = "comcast.net", "no-reply-tls@comcast.net"
    volume = 60

    def report_id(self, traffic):
        return f"comcast_{traffic.serial}_{traffic.begin}"

    def detail(self, failure):  # json-62
        codes = {"certificate-expired": "certificate has expired", "starttls-not-supported": "no STARTTLS in EHLO"}
        return super().detail(failure) | {"failure-error-code": codes.get(failure.result_type, "policy not fetched")}


class SelfHosted(Sender):
    """A mail server among thousands; each has a name of its own."""

    volume = 12
    software = ""

    def __init__(self, rng, number=1):
        super().__init__(rng)
        self.host = f"mail.{self.software}{number}.example"
        self.organization = self.host  # json-10
        self.address = f"postmaster@{self.software}{number}.example"
        self.contact = self.address


class Stalwart(SelfHosted):
    software = "stalwart"

    def period(self, traffic):  # json-3: from the first event on
        begin = traffic.begin + traffic.serial % 3600
        return begin, begin + DAY

    def report_id(self, traffic):  # json-14
        return f"{traffic.begin}_{10_000_000_000_000_000_000 + traffic.serial}"

    def report(self, traffic):
        return super().report(traffic) | {"contact-info": None}  # json-8

    def policy(self, traffic, policy, failures):
        return {"failure-details": [], **super().policy(traffic, policy, failures)}  # json-54

    def filename(self, traffic):  # mail-21
        return super().filename(traffic).replace("!001", "")

    def headers(self, traffic, arrived):  # mail-35
        return "Auto-Submitted: auto-generated\r\n" + super().headers(traffic, arrived)


class Halon(SelfHosted):
    software = "halon"
    media_type, extension = "application/tlsrpt+json", ".json"  # mail-6
    report_type = '"tlsrpt";'

    def report_id(self, traffic):  # json-12: one for all domains of a run
        uuid = f"{random.Random(f'{self.host}{traffic.run}').getrandbits(128):032x}"
        return f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"

    def sts(self, traffic):  # json-37, json-44
        return {"policy-type": "sts", "policy-domain": traffic.domain.name,
                "policy-string": traffic.domain.policy_lines if traffic.failures else ""}

    def detail(self, failure):  # json-65
        detail = super().detail(failure)
        if failure.mx:
            del detail["sending-mta-ip"]
            detail["receiving-mx-helo"] = failure.mx
        return detail

    def text(self, report):  # json-21
        return json.dumps(report, indent=2)

    def encode(self, text):
        return text.encode()


class Postfix(SelfHosted):
    """Postfix with sys4's tlsrpt-reporter."""

    software = "postfix"
    knows_dane = True

    def report_id(self, traffic):  # json-11
        return f"{_time(traffic.begin)}_idx1_{traffic.domain.name}"

    def report(self, traffic):  # json-20
        return dict(reversed((super().report(traffic) | {"contact-info": ""}).items()))

    def sts(self, traffic):
        return {"policy-type": "no-policy-found"}  # json-32: it knows nothing of MTA-STS, and names no domain

    def policy(self, traffic, policy, failures):
        if policy["policy-type"] == "no-policy-found":
            failures = [f for f in failures if f.result_type == "starttls-not-supported"]
        return super().policy(traffic, policy, failures)

    def text(self, report):
        return json.dumps(report)


class Mox(SelfHosted):
    software = "mox"
    knows_dane = True

    def report_id(self, traffic):
        return f"{_time(traffic.begin, '%Y%m%d')}.{traffic.domain.name}@{self.host}"

    def detail(self, failure):  # json-61
        codes = {"certificate-expired": "go-x509-invalid-reason-1", "starttls-not-supported": ""}
        return super().detail(failure) | {"failure-reason-code": codes.get(failure.result_type, "tls-remote-alert-70")}

    def text(self, report):  # json-21
        return json.dumps(report, indent="\t")

    def filename(self, traffic):
        return super().filename(traffic).replace("!001", "")


LARGE = (Google, Microsoft, Yahoo, MailRu, Comcast)
SELF_HOSTED = (Stalwart, Halon, Postfix, Mox)
