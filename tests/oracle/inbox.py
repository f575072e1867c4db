"""A mailbox of random mail, and what must become of every message."""

import copy
import dataclasses
import datetime
import random

from . import carriage, rows, truth
from .spelling import Speller

_SENDER = "sender.example"
_FIRST_MAIL = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@dataclasses.dataclass
class Message:
    when: datetime.datetime
    content: bytes
    message_id: str
    outcome: str
    kind: str
    reasons: list


@dataclasses.dataclass
class Hints:
    """What the mail says of the report that it carries."""

    domain: str
    header: bool     # TLS-Report-Domain and TLS-Report-Submitter
    subject: bool    # as RFC 8460 §5.3 has it
    filename: bool   # as RFC 8460 §5.1 has it

    def any(self):
        return self.header or self.subject or self.filename


@dataclasses.dataclass
class Stored:
    """A report as the tables must hold it; deviations are None where several mails left their own."""

    report: truth.Report
    hints: Hints
    deviations: list
    authentic: str
    message_id: str      # of the mail that the report stands by
    is_whole: bool       # nothing was missing

    def expected_rows(self):
        hinted = self.hints.domain
        domain = rows.report_domain(self.report, hinted if self.hints.header else None,
                                    hinted if self.hints.filename else None)
        yield from rows.of_report(self.report, domain)


class Inbox:
    """Messages in the order of their arrival; `stored` by identity, as the whole mailbox must leave it."""

    def __init__(self, count, seed, liberties=0.05):
        self.rng, self.liberties = random.Random(seed), liberties
        self.messages, self.stored = [], {}
        for number in range(count):
            self.number = number
            self.when = _FIRST_MAIL + datetime.timedelta(minutes=number)
            self.message_id = f"{number}@oracle.example"
            action = self.rng.choices([self.fresh, self.repeat, self.correct, self.forge, self.broken, self.several,
                                       self.ordinary, self.bounce], [76, 6, 4, 2, 4, 3, 4, 1])[0]
            (action if number >= 20 else self.fresh)()

    # What arrives.

    def fresh(self):
        verdict, hints = self._verdict(), self._hints()
        attachment = self._attach(truth.report(self.rng, self.number), hints, verdict)
        self._append([attachment], verdict, "stored", hints=hints)

    def repeat(self):
        """The same report again, spelled and carried in another way."""
        earlier = self._earlier()
        earlier.deviations, earlier.message_id = None, self.message_id
        self._append([self._attach_again(earlier.report, earlier)], earlier.authentic, "duplicate", hints=earlier.hints)

    def correct(self):
        """The same sender sends other numbers under the same identity."""
        earlier = self._earlier()
        earlier.report = self._changed(earlier.report)
        earlier.deviations, earlier.message_id = None, self.message_id
        self._append([self._attach_again(earlier.report, earlier)], earlier.authentic, "updated", hints=earlier.hints)

    def forge(self):
        """Somebody else does."""
        earlier = self._earlier()
        attachment = self._attach_again(self._changed(earlier.report), earlier)
        self._append([attachment], "fail", "quarantined", ["conflict"], hints=earlier.hints, sender="forger.example")

    def broken(self):
        hints = self._hints()
        attachment, reason = self._spoilt(hints)
        self._append([attachment], "fail", "quarantined", [reason], hints=hints)

    def several(self):
        """More than one report in a mail, one of them broken perhaps."""
        verdict, hints = self._verdict(), self._hints()
        attachments = [self._attach(truth.report(self.rng, self.number), hints, verdict)
                       for _ in range(self.rng.randrange(2, 4))]
        if self.rng.random() < 0.5:
            self._append(attachments, verdict, "stored", hints=hints)
            return
        attachment, reason = self._spoilt(hints)
        attachments.insert(self.rng.randrange(len(attachments) + 1), attachment)
        self._append(attachments, verdict, "partial", [reason], hints=hints)

    def ordinary(self):
        subject, *entity, kind = carriage.ordinary(self.rng)
        self._deliver(entity, [("Subject", subject)], "ignored", kind)

    def bounce(self):
        entity = carriage.bounce_of(self.rng, self.rng.choice(self.messages).content)
        self._deliver(entity, [("Subject", "Undelivered Mail Returned to Sender")], "ignored", "bounce")

    # Reports.

    def _attach(self, report, hints, verdict):
        """A new report's attachment; it is noted as stored."""
        hints.domain = hints.domain or next((policy.domain for policy in report.policies), "d1.example")
        speller = Speller(self.rng, self.liberties)
        text = speller.spell(report)
        if report.identity() in self.stored:  # by chance
            return self._attach(truth.report(self.rng, self.number), hints, verdict)
        attachment = carriage.pack(self.rng, text, self._filename(hints, report), self.liberties)
        identity, is_whole = report.identity(), self._is_whole(report)
        attachment.deviations += speller.deviations + self._fill(report, hints)
        self.stored[identity] = Stored(report, hints, attachment.deviations, verdict, self.message_id, is_whole)
        return attachment

    def _attach_again(self, report, earlier):
        text = Speller(self.rng, 0).spell(copy.deepcopy(report))
        return carriage.pack(self.rng, text, self._filename(earlier.hints, report), self.liberties)

    def _earlier(self):
        """A stored report that had no gaps: what filled them could be other words in another mail."""
        return self.rng.choice([stored for stored in self.stored.values() if stored.is_whole])

    def _changed(self, report):
        changed = copy.deepcopy(report)
        changed.contact = f"corrected {self.number}"
        for policy in changed.policies:
            policy.successes += 1
        return changed

    def _spoilt(self, hints):
        hints.domain = hints.domain or "d1.example"
        report = truth.report(self.rng, self.number)
        return carriage.spoil(self.rng, Speller(self.rng, 0).spell(report), self._filename(hints, report))

    @staticmethod
    def _is_whole(report):
        return report.organization is not None and all(policy.domain for policy in report.policies)

    @staticmethod
    def _fill(report, hints):
        """Fills gaps as the mail's hints allow; the deviations that this leaves."""
        deviations = []
        if report.organization is None:
            report.organization = _SENDER
            deviations.append(("filled-organization-name", "/organization-name"))
        domain = hints.domain if hints.any() else None
        if domain is None and report.report_id and "Z_" in report.report_id:
            domain = report.report_id.rpartition("_")[2]
        for number, policy in enumerate(report.policies):
            if policy.domain is None and domain:
                policy.domain = domain
                deviations.append(("filled-policy-domain", f"/policies/{number}/policy/policy-domain"))
        return deviations

    # Mail.

    def _verdict(self):
        return self.rng.choice(["pass", "pass", "fail", "none"])

    def _hints(self):
        return Hints(None, *(self.rng.random() < 0.7 for _ in range(3)))

    def _filename(self, hints, report):
        if not hints.filename:
            return self.rng.choice(["", "report.json.gz", "../../etc/passwd"])
        begin, end = int(report.begin.timestamp()), int(report.end.timestamp())
        return f"{_SENDER}!{hints.domain}!{begin}!{end}{self.rng.choice(['', '!001'])}.json.gz"

    def _append(self, attachments, verdict, outcome, reasons=(), *, hints, sender=_SENDER):
        fields = [("Subject", f"Report Domain: {hints.domain} Submitter: {_SENDER} Report-ID: <{self.number}>"
                   if hints.subject else "a report")]
        if hints.header:
            fields += [("TLS-Report-Domain", hints.domain), ("TLS-Report-Submitter", _SENDER)]
        if verdict != "none":
            fields.insert(0, ("Authentication-Results", f"mx.example.com; dkim={verdict} header.d={sender}"))
        else:
            fields.insert(0, ("Authentication-Results", "mx.example.com; dkim=none"))
        self._deliver(carriage.entity(self.rng, attachments), fields, outcome, "tls", list(reasons), sender)

    def _deliver(self, entity, fields, outcome, kind, reasons=(), sender="somebody.example"):
        fields = fields + [("From", f"TLS Reports <noreply@{sender}>"), ("Message-ID", f"<{self.message_id}>")]
        content = carriage.mail(fields, self.when, *entity)
        self.messages.append(Message(self.when, content, self.message_id, outcome, kind, list(reasons)))
