"""How a report travels: packed, as an attachment, in a mail; and the other mail of a shared mailbox."""

import base64
import dataclasses
import gzip
import io
import quopri
import zipfile
import zlib
from email.utils import format_datetime

CRLF = "\r\n"


@dataclasses.dataclass
class Attachment:
    payload: bytes
    media_type: str
    filename: str
    deviations: list = dataclasses.field(default_factory=list)
    encoding: str = "base64"


def _zip(text):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as entries:
        entries.writestr("folder/", "")
        entries.writestr("folder/readme.txt", "see the other file")
        entries.writestr("folder/report.json", text)
    return archive.getvalue()


def _gzip(text):
    return gzip.compress(text, mtime=0)


# name: (payload of a text, deviations)
_PACKINGS = {
    "gzip": (_gzip, []),
    "plain": (lambda text: text, []),
    "mark": (lambda text: _gzip(b"\xef\xbb\xbf" + text), ["byte-order-mark"]),
    "two members": (lambda text: _gzip(text[:7]) + _gzip(text[7:]), []),
    "twice": (lambda text: _gzip(_gzip(text)), ["double-gzip"]),
    "zip": (_zip, ["zip-archive"]),
    "zlib": (zlib.compress, ["zlib-wrapping"]),
    "footer": (lambda text: _gzip(text) + b"\r\n-- \r\nlist", ["gzip-trailing-data"]),
    "array": (lambda text: _gzip(b"[" + text + b"]"), ["wrapped-in-array"]),
    "trailing": (lambda text: _gzip(text + b"\nsent by a machine"), ["trailing-data"]),
    "white space": (lambda text: _gzip(b"\r\n\t " + text + b" \n"), []),
}
_MEDIA_TYPES = ["application/tlsrpt+gzip", "application/tlsrpt+gzip", "application/tlsrpt+json", "application/gzip",
                "application/x-gzip", "application/octet-stream", "application/json", "application/tlsrpt",
                "application/x-zip-compressed"]


def pack(rng, text, filename, liberties):
    """A report's text as an attachment. An array's elements have the element's number in front of no pointer."""
    name = rng.choice(list(_PACKINGS)) if rng.random() < liberties * 4 else "gzip"
    packing, codes = _PACKINGS[name]
    attachment = Attachment(packing(text), rng.choice(_MEDIA_TYPES), filename, [(code, "") for code in codes])
    if name == "plain" and rng.random() < 0.6:
        attachment.encoding = rng.choice(["8bit", "quoted-printable"]) if b"\n" not in text else "quoted-printable"
    return attachment


def spoil(rng, text, filename):
    """What cannot be read, and the reason that it must be refused for."""
    payload, reason = rng.choice([
        (_gzip(text)[:-9], "bad-gzip"),
        (_gzip(text)[:-8] + b"\0\0\0\0" + _gzip(text)[-4:], "bad-gzip"),
        (_gzip(text[:-2]), "bad-json"),
        (_gzip(text.replace(b"{", b"{,", 1)), "bad-json"),
        (_gzip(b'{"organization-name":"x","policies":[],"date-range":{"start-datetime":"yesterday"}}'), "bad-date-range"),
        (_gzip(b'{"organization-name":"x","report-id":"1","policies":[]}'), "bad-date-range"),
        (b"\x89PNG\r\n\x1a\n" + bytes(rng.randrange(256) for _ in range(40)), "unknown-format"),
        (_gzip(b'{"a":1}'), "not-a-report"),
    ])
    return Attachment(payload, "application/tlsrpt+gzip", filename), reason


def _part(rng, attachment):
    text = {"base64": lambda payload: base64.encodebytes(payload).decode().replace("\n", CRLF),
            "8bit": lambda payload: payload.decode("utf-8", "surrogateescape"),
            "quoted-printable": lambda payload: quopri.encodestring(payload).decode().replace("\n", CRLF),
            }[attachment.encoding](attachment.payload)
    if attachment.encoding == "base64" and rng.random() < 0.05:
        text = text[:40] + "!" + text[40:] + "list footer, please ignore" + CRLF if "=" in text else text
        if "!" in text:
            attachment.deviations.append(("lenient-base64", ""))
    lines = [f"Content-Type: {attachment.media_type}", f"Content-Transfer-Encoding: {attachment.encoding}"]
    if attachment.filename:
        lines.append(rng.choice([
            f'Content-Disposition: attachment;{CRLF} filename="{attachment.filename}"',
            f"Content-Disposition: attachment; filename*=UTF-8''{attachment.filename.replace('!', '%21')}",
            f'Content-Disposition: attachment; filename*0="{attachment.filename[:9]}"; '
            f'filename*1="{attachment.filename[9:]}"',
        ]))
        if rng.random() < 0.3:
            lines[0] += f'; name="{attachment.filename}"'
    return CRLF.join(lines) + CRLF * 2 + text


def _multipart(rng, kind, parts):
    boundary = f"=_{rng.getrandbits(64):016x}"
    body = "".join(f"--{boundary}{CRLF}{part}{CRLF}" for part in parts)
    return f'Content-Type: {kind}; boundary="{boundary}"', f"{body}--{boundary}--{CRLF}"


def entity(rng, attachments):
    """(Content-Type and further fields, body) of a mail with these attachments."""
    parts = [_part(rng, attachment) for attachment in attachments]
    if len(parts) == 1 and rng.random() < 0.1:
        header, _, body = parts[0].partition(CRLF * 2)
        return header, body
    human = f"Content-Type: text/{rng.choice(['plain', 'html'])}{CRLF * 2}This is a TLS report.{CRLF}"
    if rng.random() < 0.9:
        parts.insert(0, human)
    if rng.random() < 0.1:
        parts.append("Content-Type: text/plain" + CRLF * 2)
    kind = rng.choice(["multipart/report; report-type=tlsrpt", 'multipart/report; report-type="tlsrpt"',
                       "multipart/report", "multipart/mixed", "multipart/related"])
    header, body = _multipart(rng, kind, parts)
    if rng.random() < 0.05:
        inner = f"Subject: forwarded{CRLF}{header}{CRLF * 2}{body}"
        header, body = _multipart(rng, "multipart/mixed", [human, "Content-Type: message/rfc822" + CRLF * 2 + inner])
    return header, body


def mail(fields, when, header, body):
    """The message's bytes; `fields` are (name, value) pairs."""
    lines = [f"{name}: {value}" for name, value in fields if value is not None]
    lines += [f"Date: {format_datetime(when)}", "MIME-Version: 1.0", header]
    return (CRLF.join(lines) + CRLF * 2 + body).encode("utf-8", "surrogateescape")


def ordinary(rng):
    """(subject, header, body, kind) of mail that is no TLS report."""
    aggregate = _gzip(b"<?xml version=\"1.0\"?><feedback><report_metadata/></feedback>")
    name = "google.com!d1.example!1704067200!1704153599.xml.gz"
    dmarc = _multipart(rng, "multipart/mixed", [_part(rng, Attachment(aggregate, "application/gzip", name))])
    notice = _multipart(rng, "multipart/report; report-type=delivery-status", [
        "Content-Type: text/plain" + CRLF * 2 + "It could not be delivered." + CRLF,
        f"Content-Type: message/delivery-status{CRLF * 2}Reporting-MTA: dns; mx.example{CRLF}"])
    picture = _multipart(rng, "multipart/mixed", [
        "Content-Type: text/plain" + CRLF * 2 + "see the picture" + CRLF,
        _part(rng, Attachment(b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png", "cat.png"))])
    return rng.choice([("Cron <root@host> backup", "Content-Type: text/plain", "done" + CRLF, "other"),
                       ("a cat", *picture, "other"),
                       ("Report Domain: d1.example Submitter: google.com Report-ID: <1>", *dmarc, "dmarc"),
                       ("Undelivered Mail Returned to Sender", *notice, "bounce")])


def bounce_of(rng, message):
    """A delivery status report that sends a whole report back."""
    return _multipart(rng, "multipart/report; report-type=delivery-status", [
        f"Content-Type: message/delivery-status{CRLF * 2}Reporting-MTA: dns; mx.example{CRLF}",
        "Content-Type: message/rfc822" + CRLF * 2 + message.decode("utf-8", "surrogateescape")])
