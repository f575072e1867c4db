"""Plain text as .editorconfig wants it."""

import collections
import os
import re

from . import source

_VERBATIM = (".eml", ".mbox", ".json", ".gz", ".zip")  # fixtures hold what senders sent, to the byte


def _texts():
    for path in source.tracked():
        text = source.text(path)
        if text is not None and not path.startswith(("tests/fixtures/", "tests/fuzz/")) \
                and not path.endswith(_VERBATIM):
            yield path, text


def _found(pattern, paths=None):
    compiled = re.compile(pattern, re.MULTILINE)
    return [source.line_of(path, match.start()) for path, text in _texts() if paths is None or path in paths
            for match in compiled.finditer(text)]


def no_trailing_space():
    """No line ends in white space"""
    return _found(r"[ \t\r]+$")


def final_newline():
    """Every file ends with one newline"""
    return [path for path, text in _texts() if text and (not text.endswith("\n") or text.endswith("\n\n"))]


def no_tabs():
    """No file is indented with tabs"""
    return _found(r"^ *\t")


def nothing_left_to_do():
    """Nothing is left to do: no marker words"""
    words = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X"))
    return _found(rf"\b(?:{words})\b")


def repository_stands_alone():
    """Nothing refers to a place outside of the repository"""
    return _found(re.escape("../" + "shared"))


def headers_have_a_guard():
    """Every header begins with #pragma once"""
    return [path for path in source.matching(".hpp") if not source.text(path).startswith("#pragma once\n")]


def types_have_one_definition():
    """No two headers define a type of the same name in the same namespace"""
    defined = collections.defaultdict(list)
    for path in source.matching(".hpp"):
        namespace = ""
        for number, line in enumerate(source.text(path).splitlines(), 1):
            if found := re.match(r"namespace (\S+) \{", line):
                namespace = found[1]
            elif found := re.match(r"(?:struct|class|enum class) (\w+)(?: final)?(?: : .*)? \{", line):
                defined[f"{namespace}::{found[1]}"].append(f"{path}:{number}")
    return [f"{name}: {', '.join(places)}" for name, places in defined.items() if len(places) > 1]


def scripts_can_be_run():
    """Files with an interpreter's line are executable, and no others are"""
    return [path for path in source.tracked()
            if (source.text(path) or "").startswith("#!") != os.access(source.ROOT / path, os.X_OK)]


def checks():
    for check in (no_trailing_space, final_newline, no_tabs, nothing_left_to_do, repository_stands_alone,
                  headers_have_a_guard, types_have_one_definition, scripts_can_be_run):
        yield check.__doc__, check
