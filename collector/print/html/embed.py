#!/usr/bin/env python3
"""Writes a C++ source that holds what the HTML page carries along: embed.py OUTPUT page.css page.js CHART.JS"""

import base64
import hashlib
import pathlib
import re
import sys

DELIMITER = "asset"
PIECE = 16_000  # characters: C++ compilers need not take string literals of more than 65,536 bytes


def read(path):
    text = path.read_bytes().decode()
    # Browsers would ask for the map, and read "\r\n" as "\n", of which the hash knows nothing.
    text = re.sub(r"\n//# sourceMappingURL=.*", "", text)
    for unfit in ("\r", "\0", "</script", "</style", "<!--", f'){DELIMITER}"'):
        if unfit in text:
            sys.exit(f"{path}: holds {unfit!r}")
    return text


def definition(function, text):
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    pieces = "".join(f'      R"{DELIMITER}({text[begin:begin + PIECE]}){DELIMITER}",\n'
                     for begin in range(0, len(text), PIECE))
    return (f"Asset {function}() noexcept {{\n"
            f"  static constexpr std::string_view kPieces[] = {{\n{pieces}  }};\n"
            f'  return {{.pieces = kPieces, .hash = "sha256-{digest}"}};\n'
            "}\n\n")


def main():
    output, style, script, chart = map(pathlib.Path, sys.argv[1:])
    output.write_text(
        "// Written by collector/print/html/embed.py.\n"
        '#include "collector/print/html/assets.hpp"\n\n'
        "namespace tlsrpt::collector {\n\n"
        + definition("page_style", read(style))
        + definition("page_script", read(script))
        + definition("chart_library", read(chart))
        + "}  // namespace tlsrpt::collector\n")


main()
