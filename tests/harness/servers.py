"""python3 -m tests.harness.servers -- COMMAND…: runs COMMAND with a private PostgreSQL and a private Dovecot beside it.

It finds them by TLSRPT_TEST_DATABASE (an empty database), TLSRPT_TEST_IMAP_PORT and TLSRPT_TEST_IMAPS_PORT (on
localhost), TLSRPT_TEST_IMAP_CA, TLSRPT_TEST_IMAP_USER and TLSRPT_TEST_IMAP_PASSWORD.
"""

import contextlib
import os
import subprocess
import sys

from . import process
from .dovecot import temporary_dovecot
from .postgres import temporary_postgres

_USER, _PASSWORD = "tls-reports@example.com", "correct horse: battery%staple"


def environment(postgres, dovecot):
    """The variables for one test program, with a database and an empty mailbox of its own."""
    return {
        "TLSRPT_TEST_DATABASE": postgres.create_database(),
        "TLSRPT_TEST_IMAP_PORT": str(dovecot.imap_port),
        "TLSRPT_TEST_IMAPS_PORT": str(dovecot.imaps_port),
        "TLSRPT_TEST_IMAP_CA": str(dovecot.ca_file),
        "TLSRPT_TEST_IMAP_USER": _USER,
        "TLSRPT_TEST_IMAP_PASSWORD": _PASSWORD,
    }


@contextlib.contextmanager
def temporary_servers():
    """(PostgreSQL, Dovecot) with the test user's mailbox."""
    with temporary_postgres() as postgres, temporary_dovecot() as dovecot:
        dovecot.add_user(_USER, _PASSWORD)
        yield postgres, dovecot


def main(arguments):
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 64
    process.unwind_on_signals()
    with temporary_servers() as (postgres, dovecot):
        child = subprocess.Popen(arguments, env={**os.environ, **environment(postgres, dovecot)})
        try:
            code = child.wait()
        finally:
            process.end_child(child)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
