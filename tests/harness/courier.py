"""A private Courier IMAP with TLS on free loopback ports, from Debian's packages, none of them installed.

Courier's paths are built in: it runs in a mount namespace of its own, where its tree lies over /usr and /etc.
"""

import os
import pathlib
import shutil
import signal

from . import debs, process
from .imap_server import ImapServer, temporary
from .maildir import Maildir

_PACKAGES = ("courier-imap", "courier-base", "courier-authlib", "courier-authdaemon", "courier-authlib-userdb", "gamin")

# With its first process all processes of a namespace end.
_NAMESPACE = ("unshare", "--mount", "--pid", "--fork", "--kill-child")

_MOUNT = """
set -e
mount -t overlay overlay -o ro,lowerdir={root}/usr:/usr /usr
mount -t overlay overlay -o ro,lowerdir={root}/etc:/etc /etc
mount --bind {directory}/etc /etc/courier
mount --bind {directory}/passwd /etc/passwd
mount -t tmpfs tmpfs /run
mkdir -p /run/courier/authdaemon
"""

_RUN = """
set -a
. /etc/courier/imapd
. /etc/courier/imapd-ssl
TLS_CERTFILE={directory}/both.pem
TLS_CACHEFILE=
IMAP_EMPTYTRASH=
serve() {{
  port=$1
  shift
  /usr/sbin/couriertcpd -address=127.0.0.1 -maxprocs=100 -maxperip=100 -nodnslookup -noidentlookup "$port" "$@" \
    /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir
}}
/usr/lib/courier/courier-authlib/authdaemond &
IMAP_STARTTLS=YES serve {imap_port} &
IMAP_TLS=1 serve {imaps_port} /usr/bin/couriertls -server -tcpd &
wait
"""


class Courier(ImapServer):
    """Folders are `INBOX.A.B`."""

    name = "Courier"
    prefix = "INBOX."
    end_signal = signal.SIGKILL  # unshare passes over SIGTERM

    def __init__(self, directory, **options):
        super().__init__(directory, **options)
        if os.getuid() != 0:
            raise debs.Unavailable("Courier wants root, to change to its users and to lay its files over the machine's")
        self._root = debs.unpacked("courier", _PACKAGES)

    def add_user(self, name, password):
        """A new mail account; its Maildir."""
        home = process.server_directory(self.directory / "mail" / name)
        maildir = Maildir(home / "Maildir")
        secret = process.run_tool(["openssl", "passwd", "-1", "-stdin"], text_input=password + "\n").strip()
        user = process.server_user()
        with open(self._users, "a", encoding="ascii") as users:
            users.write(f"{name}\tuid={user.pw_uid}|gid={user.pw_gid}|home={home}|mail={maildir.root}|imappw={secret}\n")
        self._run_inside("/usr/sbin/makeuserdb")
        return maildir

    @property
    def _users(self):
        return self.directory / "etc/userdb"

    def _write_config(self):
        shutil.copytree(self._root / "etc/courier", self.directory / "etc", dirs_exist_ok=True)
        with open(self.directory / "etc/authdaemonrc", "a", encoding="ascii") as settings:
            settings.write("authmodulelist=authuserdb\n")
        self._users.touch(mode=0o600)
        user = process.server_user()
        courier = f"courier:x:{user.pw_uid}:{user.pw_gid}::/:/bin/false\n"  # whom STARTTLS is done as
        (self.directory / "passwd").write_text(pathlib.Path("/etc/passwd").read_text() + courier)
        both = (self.directory / "server.key").read_text() + (self.directory / "server.pem").read_text()
        process.write_for_servers(self.directory / "both.pem", both)

    def _command(self):
        self._run_inside("true")
        return [*_NAMESPACE, "sh", "-c", self._mounting() + _RUN.format(
            directory=self.directory, imap_port=self.imap_port, imaps_port=self.imaps_port)], {}

    def _run_inside(self, command):
        try:
            process.run_tool([*_NAMESPACE, "sh", "-c", self._mounting() + command])
        except (process.HarnessError, OSError) as error:
            raise debs.Unavailable(f"Courier's files cannot be laid over the machine's: {error}") from error

    def _mounting(self):
        return _MOUNT.format(root=self._root, directory=self.directory)


def temporary_courier(**options):
    return temporary(Courier, **options)
