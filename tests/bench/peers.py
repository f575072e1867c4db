"""The same mailbox by other means: libcurl's own way of fetching, and parsedmarc into the same PostgreSQL."""

import os
import subprocess
import sys

from . import table
from .measure import must
from .measure import run as run_command
from .setting import PASSWORD, run_collector

_MOST_FOR_PARSEDMARC = 2_000  # it takes a good part of a second for each ten
_PARSEDMARC = "parsedmarc[postgresql]"


def run(setting):
    """peers: the same mailbox by a libcurl loop and by parsedmarc"""
    rows = [_row("tlsrpt-collector: fetched, parsed, stored", setting.count, _collector(setting, setting.count)),
            _row("curl, …/INBOX/;UID=[1-n]: fetched to nowhere", setting.count, _curl_loop(setting, setting.count))]
    program = _parsedmarc(setting)
    if program:
        fewer = min(setting.count, _MOST_FOR_PARSEDMARC)
        version = run_command([program, "--version"]).output.strip()
        measured = _run_parsedmarc(setting, program, fewer)
        rows.append(_row(f"parsedmarc {version}: fetched, parsed, stored", fewer, measured))
    table.show("Peers, one run each", ("", "messages", "time", "messages/s", "CPU", "peak memory"), rows)


def _row(name, count, measured):
    return (name, f"{count:,}", table.seconds(measured.wall), f"{count / measured.wall:,.0f}",
            table.seconds(measured.cpu), table.mebibytes(measured.peak_memory))


def _collector(setting, count):
    return run_collector(setting.config([setting.mailbox(count)], setting.database()), "backfill")


def _curl_loop(setting, count):
    """One connection, a message by each round trip: what CURLOPT_URL with ;UID= can do."""
    url = f"imaps://localhost:{setting.dovecot.imaps_port}/INBOX/;UID=[1-{count}]"
    return must(run_command(["curl", "-sS", "--cacert", setting.dovecot.ca_file,
                             "-u", f"{setting.mailbox(count)}:{PASSWORD}", "-o", "/dev/null", url]))


def _parsedmarc(setting):
    """Installs it in an environment of its own; its program, None where that cannot be done."""
    place = setting.directory / "parsedmarc"
    try:
        subprocess.run([sys.executable, "-m", "venv", place], check=True, capture_output=True)
        subprocess.run([place / "bin" / "pip", "install", "-q", _PARSEDMARC], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or str(error).encode()
        print(f"\nSkipped: {_PARSEDMARC} cannot be installed from PyPI: {said.decode(errors='replace').strip()[-300:]}")
        return None
    return place / "bin" / "parsedmarc"


def _run_parsedmarc(setting, program, count):
    path = setting.directory / "parsedmarc.ini"
    path.write_text(f"""
[general]
save_aggregate = False
save_failure = False
save_smtp_tls = True
offline = True
silent = True

[mailbox]
test = True
batch_size = 0

[imap]
host = localhost
port = {setting.dovecot.imaps_port}
user = {setting.mailbox(count)}
password = {PASSWORD}

[postgresql]
connection_string = {setting.database()}
""")
    trusting = {**os.environ, "SSL_CERT_FILE": str(setting.dovecot.ca_file)}
    return must(run_command([program, "-c", path], env=trusting))
