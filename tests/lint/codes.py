"""docs/codes.md and the closed lists that it documents."""

import re

from .source import ROOT


def are_documented():
    """docs/codes.md has every reason and every deviation, and no other"""
    known = [code for file, kind in (("reason", "Reason"), ("deviation", "Code"))
             for code in re.findall(rf'\{{{kind}::k\w+,\s*"([a-z0-9-]+)"', (ROOT / f"parser/{file}.cpp").read_text())]
    documented = re.findall(r"^\| `([a-z0-9-]+)` \|", (ROOT / "docs/codes.md").read_text(), re.MULTILINE)
    return [f"docs/codes.md: {code}" for code in sorted(set(known) ^ set(documented))]


def checks():
    yield are_documented.__doc__, are_documented
