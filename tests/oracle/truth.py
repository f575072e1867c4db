"""What a report really says, drawn at random."""

import dataclasses
import datetime
import ipaddress

DOMAINS = [f"d{number}.example" for number in range(1, 20)] + ["sub.d1.example", "mx.d2.example", "xn--bcher-kva.example"]
ORGANIZATIONS = ["Google Inc.", "Microsoft Corporation", "mx.host.example", "Company \"X\"", "Ünïted Mäil 邮件", "=cmd()",
                 "<b>bold</b>", "a\\b", "tab\there"]
RESULT_TYPES = ["starttls-not-supported", "certificate-host-mismatch", "certificate-expired", "certificate-not-trusted",
                "validation-failure", "tlsa-invalid", "dnssec-invalid", "dane-required", "sts-policy-fetch-error",
                "sts-policy-invalid", "sts-webpki-invalid", "something-new"]
REASON_CODES = [None, None, "MX_HOSTS_MISMATCH", "tls-remote-alert-70", "bad https response code: 404",
                'unable to do http request: Get "https://mta-sts.d1.example/": context deadline exceeded']
FIRST_DAY = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
MOST = 2**63 - 1


@dataclasses.dataclass
class Detail:
    result_type: str
    count: int
    sending_ip: str = None
    mx: str = None
    helo: str = None
    receiving_ip: str = None
    information: str = None
    reason: str = None


@dataclasses.dataclass
class Policy:
    kind: str
    domain: str
    lines: list
    mx_hosts: list
    successes: int
    failures: int
    details: list


@dataclasses.dataclass
class Report:
    organization: str
    contact: str
    report_id: str
    begin: datetime.datetime
    end: datetime.datetime
    policies: list

    def identity(self):
        """What makes it this report and no other: nothing that was filled in from elsewhere is part of it."""
        organization = self.organization and self.organization.casefold()
        return (organization, self.report_id, self.begin, self.end,
                tuple(sorted({policy.domain for policy in self.policies if policy.domain})))


def _address(rng):
    if rng.random() < 0.5:
        return str(ipaddress.IPv4Address(0xC0000200 + rng.randrange(256)))
    return str(ipaddress.IPv6Address((0x20010DB8 << 96) + rng.getrandbits(64)))


def _maybe(rng, value, chance=0.7):
    return value if rng.random() < chance else None


def _count(rng):
    return rng.choice([0, 1, rng.randrange(1000), rng.randrange(10**6), 2**31 + rng.randrange(1000)])


def _detail(rng, domain):
    return Detail(rng.choice(RESULT_TYPES), rng.choice([1, 2, rng.randrange(1, 5000)]), _maybe(rng, _address(rng)),
                  _maybe(rng, f"mx{rng.randrange(1, 4)}.{domain}"), _maybe(rng, "helo.Example", 0.2),
                  _maybe(rng, _address(rng)), _maybe(rng, "https://report.example/?id=1&x=<y>", 0.2),
                  rng.choice(REASON_CODES))


def _policy(rng, domain):
    kind = rng.choice(["sts", "sts", "tlsa", "no-policy-found"])
    lines = {"sts": ["version: STSv1", "mode: " + rng.choice(["testing", "enforce"]), f"mx: *.{domain}",
                     "max_age: 604800"],
             "tlsa": [f"3 1 1 {rng.getrandbits(256):064X}" for _ in range(rng.randrange(1, 4))],
             "no-policy-found": []}[kind]
    hosts = [f"mx{number}.{domain}" for number in range(rng.randrange(3))] if kind != "no-policy-found" else []
    if kind == "tlsa" and rng.random() < 0.4:
        domain = "mx." + domain
    details = [_detail(rng, domain) for _ in range(rng.choice([0, 0, 1, 2, 5]))]
    failures = sum(detail.count for detail in details) if rng.random() < 0.8 else _count(rng)
    return Policy(kind, domain, lines if rng.random() < 0.9 else [], hosts, _count(rng), failures, details)


def report(rng, number):
    domain = rng.choice(DOMAINS)
    begin = FIRST_DAY + datetime.timedelta(days=rng.randrange(700), seconds=rng.choice([0, 0, 0, rng.randrange(86400)]))
    length = rng.choice([86399, 86399, 86400, 3600, 7 * 86400, 0])
    policies = [_policy(rng, domain) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    if rng.random() < 0.02:
        policies = []
    report_id = rng.choice([f"{begin:%Y-%m-%dT%H:%M:%SZ}_{domain}", f"{rng.getrandbits(60)}+{domain}",
                            f"{number}@mail.example", f"{rng.getrandbits(128):032x}"])
    contact = rng.choice(["smtp-tls-reporting@google.example", "tlsrpt-noreply@microsoft.example", None, "+1 555 \u2603"])
    return Report(rng.choice(ORGANIZATIONS), contact, report_id, begin, begin + datetime.timedelta(seconds=length),
                  policies)
