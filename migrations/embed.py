#!/usr/bin/env python3
"""Writes a C++ source that holds the given migrations: embed.py OUTPUT NNNN_name.sql..."""

import hashlib
import pathlib
import sys

DELIMITER = "migration"


def entry(path, version):
    text = path.read_bytes()
    if path.name[:5] != f"{version:04}_":
        sys.exit(f"{path.name}: migration {version:04} was expected here")
    if f"){DELIMITER}\"".encode() in text:
        sys.exit(f"{path.name}: holds the end of a raw string literal")
    checksum = hashlib.sha256(text).hexdigest()
    return f'    {{{version}, "{path.name}", "{checksum}", R"{DELIMITER}({text.decode()}){DELIMITER}"}},\n'


def main():
    output, *inputs = map(pathlib.Path, sys.argv[1:])
    entries = "".join(entry(path, version) for version, path in enumerate(inputs, 1))
    output.write_text(
        "// Written by migrations/embed.py.\n"
        '#include "db/embedded_migrations.hpp"\n\n'
        "namespace tlsrpt::db {\n\n"
        "std::span<const EmbeddedMigration> embedded_migrations() noexcept {\n"
        f"  static constexpr EmbeddedMigration kAll[] = {{\n{entries}  }};\n"
        "  return kAll;\n"
        "}\n\n"
        "}  // namespace tlsrpt::db\n"
    )


main()
