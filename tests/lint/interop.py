"""docs/interop.md and what it is made of."""

from tests.fixtures import interop


def is_current():
    """docs/interop.md is what `python3 -m tests.fixtures.interop` writes"""
    current = interop.DOCUMENT.read_text() == interop.document()
    return [] if current else ["docs/interop.md: write it again"]


def rows_are_shown():
    """Every row of docs/interop.md is shown by a fixture or a test, or says why not"""
    return list(interop.problems())


def checks():
    for check in (is_current, rows_are_shown):
        yield check.__doc__, check
