"""The floor: what the servers need to hand out the mail and to take in the rows, without any of the program's code."""

import re
import socket
import ssl
import time

from ..harness.postgres import find_program
from . import measure

_MESSAGES = 20_000  # a transaction
_OF_REPORTS = "report_key in (select id from tlsrpt.report where message_key between {0} and {1})"
# In the order in which they refer to each other: the rows that belong to messages of these ids.
_TABLES = {
    "message": "id between {0} and {1}", "report": "message_key between {0} and {1}", "policy": _OF_REPORTS,
    "failure_detail": f"policy_key in (select id from tlsrpt.policy where {_OF_REPORTS})",
    "failure_total": _OF_REPORTS, "session_total": _OF_REPORTS, "deviation": _OF_REPORTS,
    "quarantine": "message_key between {0} and {1}"}
# What COPY takes, and no trigger fills in.
_COLUMNS = """select string_agg(attname, ', ' order by attnum) from pg_attribute
              where attrelid = 'tlsrpt.{}'::regclass and attnum > 0 and not attisdropped and attgenerated = ''
              and attname not in ('clean_at', 'silent_at')"""
_CHUNK = 100     # UIDs a command, as the program asks for them
_WINDOW = 32     # commands in flight


def _connect(port, ca_file, user, password):
    raw = socket.create_connection(("localhost", port))
    connection = ssl.create_default_context(cafile=ca_file).wrap_socket(raw, server_hostname="localhost")
    reader = connection.makefile("rb")
    reader.readline()
    quoted = password.replace("\\", "\\\\").replace('"', '\\"')
    connection.sendall(f'a LOGIN "{user}" "{quoted}"\r\nb EXAMINE INBOX\r\n'.encode())
    uid_next = 1
    while not (line := reader.readline()).startswith(b"b "):
        if match := re.search(rb"\[UIDNEXT (\d+)\]", line):
            uid_next = int(match[1])
    return connection, uid_next


def fetch_seconds(port, ca_file, user, password):
    """Logs in and reads every message of the inbox to nowhere: bodies only, pipelined, many commands in flight."""
    begun = time.monotonic()
    connection, uid_next = _connect(port, ca_file, user, password)
    commands = [f"c{first} UID FETCH {first}:{first + _CHUNK - 1} (UID BODY.PEEK[])\r\n".encode()
                for first in range(1, uid_next, _CHUNK)]
    last = commands[-1].split()[0] + b" OK"
    connection.sendall(b"".join(commands[:_WINDOW]))
    sent = _WINDOW
    buffer, data = memoryview(bytearray(256 * 1024)), b""
    while last not in data:
        tail = data[-64:]  # an answer may lie on both sides of a read
        count = connection.recv_into(buffer)
        if count == 0:
            raise SystemExit("the IMAP server hung up")
        data = tail + bytes(buffer[:count])
        finished = sum(match.end() > len(tail) for match in re.finditer(rb"\r\nc\d+ OK", data))
        connection.sendall(b"".join(commands[sent:sent + finished]))
        sent += finished
    connection.close()
    return time.monotonic() - begun


def dump(url, directory):
    """Writes every table's rows to files for copy_seconds(): a folder a transaction."""
    ids = [int(line) for line in _psql(url, ["select id from tlsrpt.message order by id"]).split()]
    _psql(url, [f"\\copy tlsrpt.mailbox to '{directory}/mailbox'"])
    columns = _columns(url)
    for number, at in enumerate(range(0, len(ids), _MESSAGES)):
        part = ids[at:at + _MESSAGES]
        folder = directory / f"{number:04}"
        folder.mkdir()
        _psql(url, [f"\\copy (select {columns[table]} from tlsrpt.{table} where {rows.format(part[0], part[-1])} order by 1) "
                    f"to '{folder}/{table}'" for table, rows in _TABLES.items()])


def _columns(url):
    return {table: _psql(url, [_COLUMNS.format(table)]).strip() for table in _TABLES}


def copy_seconds(url, directory):
    """Copies the same rows into the same tables, indexes, constraints and triggers in place, in large transactions."""
    _psql(url, [f"\\copy tlsrpt.mailbox from '{directory}/mailbox'"])
    columns = _columns(url)
    commands = []
    for folder in sorted(path for path in directory.iterdir() if path.is_dir()):
        commands += ["begin", *(f"\\copy tlsrpt.{table} ({columns[table]}) from '{folder}/{table}'" for table in _TABLES
                                if (folder / table).stat().st_size), "commit"]
    begun = time.monotonic()
    _psql(url, commands)
    return time.monotonic() - begun


def empty(url):
    _psql(url, [f"truncate {', '.join(f'tlsrpt.{table}' for table in ('mailbox', *_TABLES))} cascade"])


def _psql(url, commands):
    words = [word for command in commands for word in ("-c", command)]
    return measure.must(measure.run([find_program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url, *words])).output
