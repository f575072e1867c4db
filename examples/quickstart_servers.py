"""The quickstart's PostgreSQL and Dovecot: start them, fill the sample inbox, write the configuration; stop them.

    /usr/bin/python3 examples/quickstart_servers.py start [--config FILE] | stop
    (Debian's own Python, for Debian's modules; from the root, which must be in PYTHONPATH)
"""

import argparse
import fcntl
import pathlib
import secrets
import sys
import tempfile

import yaml

import sample_inbox
from tests.harness import process
from tests.harness.collector import write_config
from tests.harness.dovecot import Dovecot
from tests.harness.postgres import Postgres

STATE = pathlib.Path("build/quickstart").absolute()
USER = "tls-reports@example.com"
_LONGEST_PATH = 60  # sockets are made below it, and their names may have 107 bytes in all


def services_directory():
    """Where the servers live: below STATE, unless its path is too long or closed to the user who runs them."""
    place = STATE / "services"
    if place.is_symlink() and not place.exists():
        place.unlink()  # what it led to has been cleaned away
    if not place.exists():
        if len(str(place)) <= _LONGEST_PATH and _servers_may_enter(STATE):
            place.mkdir(mode=0o755)
        else:
            elsewhere = pathlib.Path(tempfile.mkdtemp(prefix="tlsrpt-quickstart-", dir="/var/tmp"))
            elsewhere.chmod(0o755)
            place.symlink_to(elsewhere)
    return place.resolve()


def _servers_may_enter(directory):
    check = process.spawn(["test", "-x", directory], as_server=True, cwd="/")
    return check.wait() == 0


def servers(place):
    return (Postgres(place / "postgres", fsync=True, detached=True), Dovecot(place / "dovecot", detached=True))


def start(own_config):
    settings = own_settings(pathlib.Path(own_config)) if own_config else None
    place = services_directory()
    postgres, dovecot = servers(place)
    # Those of an earlier run make room. What they had stored stays, and so do their ports, if they are still free: to the
    # collector another port is another mailbox.
    ports_file = place / "ports"
    if ports_file.exists():
        postgres.port, dovecot.imap_port, dovecot.imaps_port = map(int, ports_file.read_text().split())
    for server in (postgres, dovecot):
        server.stop_detached()
        server.start()
    ports_file.write_text(f"{postgres.port} {dovecot.imap_port} {dovecot.imaps_port}\n")
    name = "tlsrpt_own" if own_config else "tlsrpt"  # sample and truth stay apart
    if not postgres.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        postgres.query(f"CREATE DATABASE {name}")
    database = postgres.url(name)
    (STATE / "database").write_text(database + "\n")
    (STATE / "database").chmod(0o600)
    print(f"PostgreSQL: 127.0.0.1, port {postgres.port}")
    print(f"Dovecot:    localhost, port {dovecot.imaps_port} (imaps) and {dovecot.imap_port} (STARTTLS)")
    if own_config:
        write_own_config(settings, database)
    else:
        fill_inbox(place, dovecot)
        write_sample_config(dovecot, database)


def fill_inbox(place, dovecot):
    """Once; an interrupted filling begins anew."""
    password_file, filled = STATE / "password", place / "filled"
    if not filled.exists() or not password_file.exists():
        password_file.write_text(secrets.token_urlsafe(12) + "\n")
        password_file.chmod(0o600)
    maildir = dovecot.add_user(USER, password_file.read_text().strip())
    if filled.exists():
        return
    maildir.clear()
    manifest = sample_inbox.Manifest()
    for mail in sample_inbox.sample():
        maildir.deliver(mail.content, when=mail.when)
        manifest.add(mail)
    filled.touch()
    counts = manifest.counts
    print(f"Inbox:      {counts['messages']} messages: {counts['stored']} reports, {counts['duplicate']} delivered twice, "
          f"{counts['quarantined']} broken, {counts['ignored']} other mails")


def write_sample_config(dovecot, database):
    write_config(STATE / "config.yaml", {
        "database": database,
        "mailboxes": [{
            "name": "example.com",
            "server": f"imaps://localhost:{dovecot.imaps_port}",
            "ca_file": str(dovecot.ca_file),
            "username": USER,
            "password_file": str(STATE / "password"),
            "domains": ["example.com", "example.net"],
        }],
        "authentication": {"authserv_id": "mx.example.com"},
    })


def own_settings(path):
    """The user's configuration, to be written anew for the trial's database. One that would change a mailbox is refused."""
    try:
        settings = yaml.load(path.read_text(), yaml.BaseLoader)  # every scalar as it is spelt
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        sys.exit(f"{path}: cannot be read: {error}")
    mailboxes = settings.get("mailboxes") if isinstance(settings, dict) else None
    if not isinstance(mailboxes, list) or not all(isinstance(mailbox, dict) for mailbox in mailboxes):
        sys.exit(f"{path}: expected `mailboxes:` and a list of them")
    for mailbox in mailboxes:
        if mailbox.get("after", "keep") != "keep":
            sys.exit(f"{path}: has an `after:` that would change the mailbox; try it with a copy that says `after: keep`")
        for key in ("password_file", "ca_file"):  # named relative to the configuration, and the copy lies elsewhere
            if isinstance(mailbox.get(key), str) and not mailbox[key].startswith("$"):
                mailbox[key] = str(path.parent / mailbox[key])
    return settings


def write_own_config(settings, database):
    path = STATE / "own-config.yaml"
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(yaml.dump({**settings, "database": database}, default_style='"', sort_keys=False))


def stop():
    place = STATE / "services"
    if place.exists():
        for server in servers(place.resolve()):
            server.stop_detached()
    print(f"Stopped. What they stored is in {place.resolve()}; remove that and {STATE} to begin anew."
          if place.exists() else "Nothing was running.")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("start", "stop"))
    parser.add_argument("--config")
    options = parser.parse_args()
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        with open(STATE / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two at once take turns
            run(options)
    except (process.HarnessError, PermissionError) as error:
        sys.exit(f"quickstart: {error}")


def run(options):
    if options.command == "stop":
        stop()
    else:
        start(options.config)


if __name__ == "__main__":
    main()
