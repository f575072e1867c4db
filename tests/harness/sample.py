"""examples/sample_inbox.py, for tests."""

import datetime
import functools
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))

import sample_inbox  # noqa: E402  (its folder is in no package)

END = datetime.date(2026, 2, 1)  # samples of the tests are the same every day


def inbox(days=3, seed=1):
    """Mails of some days, and what must come of them."""
    return _with_manifest(sample_inbox.sample(days, seed, END))


@functools.cache
def bulk(count, seed=1):
    """Many mails, and what must come of them."""
    return _with_manifest(list(sample_inbox.bulk(count, seed, END)))


def _with_manifest(mails):
    manifest = sample_inbox.Manifest()
    for mail in mails:
        manifest.add(mail)
    return mails, manifest


@functools.cache
def _mails(kind):
    return [mail for mail in sample_inbox.sample(28, 1, END) if mail.kind == kind]


def report_mail(number=0):
    """One mail with one report; each number below 500 gives another report."""
    return _mails("report")[number].content


def broken_mail():
    """A mail whose report cannot be read."""
    return _mails("broken")[0].content
