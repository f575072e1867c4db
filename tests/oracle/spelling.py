"""A report as JSON, with some of the liberties that senders take; each says which deviation it must leave behind."""

import datetime
import json

from .truth import MOST

HOLE = "\ue000"  # where a fault of the text goes
_FAULTS = {"nul-character": b"\\u0000", "lone-surrogate": b"\\ud800", "invalid-utf-8": b"\xff", "control-character": b"\x01"}


class Raw(str):
    """A value written as it is."""


class Speller:
    """Spells one report. Members are (name, value) pairs, so that they can be repeated and shuffled."""

    def __init__(self, rng, liberties=0.05):
        self.rng, self.chance = rng, liberties
        self.deviations = []  # (code, JSON pointer)
        self.escape = rng.random() < 0.5
        self.fault = rng.choice(list(_FAULTS)) if rng.random() < liberties else None

    def takes(self, chance=None):
        return self.rng.random() < (self.chance if chance is None else chance)

    def note(self, code, pointer):
        self.deviations.append((code, pointer))

    def spell(self, report):
        """The JSON's bytes. What cannot be told from the JSON any more is taken out of `report`."""
        contact = self.nothing() if report.contact is None else [("contact-info", report.contact)]
        if report.contact and self.fault:
            contact = [("contact-info", report.contact + HOLE)]
            self.note(self.fault, "/contact-info")
            report.contact += "\x01" if self.fault == "control-character" else "\ufffd"
        members = self.organization(report) + [
            ("date-range", self.shuffled([("start-datetime", self.time(report.begin, "start")),
                                          ("end-datetime", self.time(report.end, "end"))]))
        ] + contact + self.report_id(report) + self.policies(report)
        if self.takes():
            members.append(("x-unknown", Members([("deep", [["er"], Raw("1e400"), None])])))
        members = self.shuffled(members)
        if self.takes(self.chance / 2):
            members.insert(0, ("report-id", "overruled"))  # whatever follows counts
            if report.report_id is not None:
                self.note("duplicate-key", "/report-id")
            else:
                report.report_id = "overruled"
                self.deviations.remove(("missing-report-id", "/report-id"))
        text = self.dump(members).encode()
        if self.fault:
            text = text.replace(json.dumps(HOLE)[1:-1].encode() if self.escape else HOLE.encode(), _FAULTS[self.fault])
        return text

    def organization(self, report):
        if report.organization and not self.takes():
            return [("organization-name", report.organization)]
        report.organization = None
        self.note("missing-organization-name", "/organization-name")
        return self.rng.choice([[], [("organization-name", None)], [("organization-name", "")]])

    def report_id(self, report):
        if report.report_id and not self.takes(self.chance / 5):
            return [("report-id", report.report_id)]
        report.report_id = None
        self.note("missing-report-id", "/report-id")
        return []

    def nothing(self):
        return self.rng.choice([[], [("contact-info", None)], [("contact-info", "")]])

    def time(self, when, end):
        pointer = f"/date-range/{end}-datetime"
        plain = f"{when:%Y-%m-%dT%H:%M:%S}"
        if not self.takes(self.chance * 2):
            return plain + "Z"
        form = self.rng.choice(["no zone", "offset", "fraction", "space", "lower"])
        if form == "no zone":
            self.note("date-without-zone", pointer)
            return plain
        if form == "offset":
            return f"{when + datetime.timedelta(hours=2):%Y-%m-%dT%H:%M:%S}+02:00"
        if form == "fraction":
            self.note("fractional-seconds", pointer)
            return plain + ".250Z"
        if form == "space":
            self.note("date-format", pointer)
            return plain.replace("T", " ") + "Z"
        return plain.lower() + "z"

    def policies(self, report):
        if not report.policies:
            if self.takes(0.5):
                self.note("missing-policies", "/policies")
                return self.rng.choice([[], [("policies", None)]])
            self.note("empty-policies", "/policies")
            return [("policies", [])]
        if len(report.policies) == 1 and self.takes():
            self.note("object-instead-of-array", "/policies")
            return [("policies", self.policy(report.policies[0], "/policies"))]
        return [("policies", [self.policy(policy, f"/policies/{number}") for number, policy in enumerate(report.policies)])]

    def policy(self, policy, at):
        members = [("policy-type", self.kind(policy, f"{at}/policy/policy-type"))]
        members += self.domain(policy, f"{at}/policy/policy-domain")
        members += self.lines(policy, f"{at}/policy/policy-string") + self.hosts(policy, f"{at}/policy")
        entry = [("policy", self.shuffled(members))] + self.summary(policy, f"{at}/summary")
        return self.shuffled(entry + self.details(policy, f"{at}/failure-details"))

    def kind(self, policy, pointer):
        if self.takes(self.chance / 2):
            policy.kind = "dane"
        if policy.kind == "dane":
            self.note("unknown-policy-type", pointer)
        if self.takes(self.chance / 2):
            self.note("not-lower-case", pointer)
            return policy.kind.upper()
        return policy.kind

    def domain(self, policy, pointer):
        if self.takes(self.chance / 2):
            policy.domain = None
            self.note("missing-policy-domain", pointer)
            return self.rng.choice([[], [("policy-domain", "")], [("policy-domain", None)]])
        name = policy.domain
        if self.takes(self.chance * 2):
            name = self.rng.choice([name.upper(), name + ".", name.encode().decode("idna")])
        return [("policy-domain", name)]

    def lines(self, policy, pointer):
        if not policy.lines:
            return self.rng.choice([[], [("policy-string", [])], [("policy-string", None)], [("policy-string", "")]])
        if not self.takes(self.chance * 4):
            return [("policy-string", policy.lines)]
        form = self.rng.choice(["carriage return", "packed", "text"])
        if form == "carriage return":
            return [("policy-string", [line + "\r" if not self.fault else line + " " for line in policy.lines])]
        if form == "packed":
            self.note("packed-policy-string", f"{pointer}/0")
            return [("policy-string", [json.dumps(policy.lines)])]
        self.note("policy-string-as-text", pointer)
        return [("policy-string", (";" if self.fault else "\n").join(policy.lines))]

    def hosts(self, policy, at):
        if not policy.mx_hosts:
            return self.rng.choice([[], [("mx-host", [])], [("mx-host", None)]])
        name, hosts = "mx-host", policy.mx_hosts
        if self.takes():
            name = "mx-host-pattern"
            self.note("alias-key", f"{at}/{name}")
        if self.takes():
            hosts = [host.upper() for host in hosts]
        if self.takes():
            hosts = ["mx: " + host for host in hosts]
            for number in range(len(hosts)):
                self.note("mx-host-prefix", f"{at}/{name}" + ("" if len(hosts) == 1 else f"/{number}"))
        return [(name, hosts[0] if len(hosts) == 1 else hosts)]

    def summary(self, policy, at):
        if policy.successes == policy.failures == 0 and self.takes(self.chance * 6):
            self.note("missing-summary", at)
            return []
        members = []
        for name, count in (("successful", policy.successes), ("failure", policy.failures)):
            members += self.count(f"total-{name}-session-count", count, at, missing=0)
        return [("summary", self.shuffled(members))]

    def count(self, name, count, at, missing):
        pointer = f"{at}/{name}"
        if count == missing and self.takes(self.chance * 2):
            self.note("missing-failed-session-count" if missing else "missing-session-count", pointer)
            return []
        if not self.takes(self.chance * 2):
            return [(name, Raw(count))]
        form = self.rng.choice(["text", "fraction", "negative", "clamped", "exponent"])
        if form == "text":
            self.note("count-as-text", pointer)
            return [(name, str(count))]
        if form == "fraction":
            self.note("count-not-integer", pointer)
            return [(name, Raw(f"{count}.5"))]
        if form == "negative" and count == 0:
            self.note("negative-count", pointer)
            return [(name, Raw("-3"))]
        if form == "clamped" and count == MOST:
            self.note("clamped-count", pointer)
            return [(name, Raw("1e30"))]
        if form == "exponent" and count:
            return [(name, Raw(f"{count}.0e0"))]
        return [(name, Raw(count))]

    def details(self, policy, at):
        if not policy.details:
            return self.rng.choice([[], [("failure-details", [])], [("failure-details", None)]])
        if len(policy.details) == 1 and self.takes():
            self.note("object-instead-of-array", at)
            return [("failure-details", self.detail(policy.details[0], at))]
        return [("failure-details", [self.detail(detail, f"{at}/{number}") for number, detail in enumerate(policy.details)])]

    def detail(self, detail, at):
        members = self.result_type(detail, f"{at}/result-type")
        members += self.address("sending-mta-ip", detail, "sending_ip", at)
        members += self.address("receiving-ip", detail, "receiving_ip", at)
        if detail.mx:
            members.append(("receiving-mx-hostname", detail.mx.upper() + "." if self.takes() else detail.mx))
        if detail.helo:
            members.append(("receiving-mx-helo", detail.helo))
        members += self.count("failed-session-count", detail.count, at, missing=1)
        members += self.aliased("additional-information", "additional-info-uri", detail.information, at)
        members += self.aliased("failure-reason-code", "failure-error-code", detail.reason, at)
        return self.shuffled(members)

    def result_type(self, detail, pointer):
        if self.takes(self.chance / 5):
            detail.result_type = "unknown"
            self.note("missing-result-type", pointer)
            return []
        if self.takes(self.chance / 2):
            self.note("not-lower-case", pointer)
            return [("result-type", detail.result_type.title())]
        return [("result-type", detail.result_type)]

    def address(self, name, detail, field, at):
        address, pointer = getattr(detail, field), f"{at}/{name}"
        if address is None:
            return self.rng.choice([[], [(name, None)], [(name, "")]])
        if not self.takes(self.chance * 2):
            return [(name, address)]
        form = self.rng.choice(["brackets", "zone", "port", "upper", "mapped", "none"])
        six = ":" in address
        if form == "none":
            setattr(detail, field, None)
            self.note("invalid-address", pointer)
            return [(name, "mail.host.example")]
        if form == "upper":
            return [(name, address.upper())]
        if form == "mapped" and not six:
            return [(name, f"::ffff:{address}")]
        if form == "mapped":
            return [(name, address)]
        self.note("address-decoration", pointer)
        if form == "port":
            return [(name, f"[{address}]:25" if six else f"{address}:25")]
        return [(name, f"{address}%eth0" if form == "zone" and six else f"[{address}]")]

    def aliased(self, name, alias, value, at):
        if value is None:
            return []
        if self.takes():
            self.note("alias-key", f"{at}/{alias}")
            name = alias
        return [(name, value)]

    # Writing.

    def shuffled(self, members):
        if self.takes(0.1):
            self.rng.shuffle(members)
        return Members(members)

    def dump(self, value):
        if isinstance(value, Members):
            return "{" + ",".join(f"{json.dumps(name)}:{self.dump(member)}" for name, member in value) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.dump, value)) + "]"
        return str(value) if isinstance(value, Raw) else json.dumps(value, ensure_ascii=self.escape)


class Members(list):
    """(name, value) pairs of a JSON object."""
