"""A private Dovecot 2.3 with TLS on free loopback ports, run by one unprivileged user (Dovecot's "rootless" setup)."""

import base64
import contextlib
import grp
import pathlib
import shutil
import signal
import subprocess

from . import certs, process
from .maildir import Maildir

_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {directory}/run
state_dir = {directory}/run
log_path = {directory}/log
instance_name = tlsrpt

default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_vsz_limit = 1G
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}

ssl = yes
ssl_cert = <{directory}/server.pem
ssl_key = <{directory}/server.key
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_max_userip_connections = 1000
passdb {{
  driver = passwd-file
  args = {directory}/users/%u
}}
userdb {{
  driver = passwd-file
  args = {directory}/users/%u
}}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
{extra}
"""


class Dovecot:
    """A server in `directory`, whose path must be short: sockets are made in it."""

    def __init__(self, directory, *, authority=None, separator=".", prefix="", extra="", detached=False):
        self.directory = pathlib.Path(directory)
        self.authority = authority
        self.imap_port = self.imaps_port = None
        self._separator, self._prefix, self._extra = separator, prefix, extra
        self._detached = detached
        self._server = None
        self._has_certificate = False

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    @property
    def process_id(self):
        return self._server.pid

    @property
    def ca_file(self):
        return self.authority.ca_file

    def start(self):
        process.server_directory(self.directory)
        if not self._has_certificate:
            self._make_certificate()
        process.wait_until(self._has_started, "Dovecot to start", 60)
        return self

    def stop(self):
        if self._server:
            process.end(self._server)
            self._server = None

    def stop_detached(self):
        """Ends the server that another process started in this directory and left running."""
        process.end_recorded(self.directory / "run" / "master.pid", self.directory)

    def restart(self):
        """Comes back on the same ports."""
        self.stop()
        self.start()

    def add_user(self, name, password):
        """A new mail account; its Maildir."""
        home = process.server_directory(self.directory / "mail" / name)
        # A file for each: Dovecot looks at one that it knows once a second at most.
        users = process.server_directory(self.directory / "users")
        secret = base64.b64encode(password.encode()).decode()
        user = process.server_user()
        process.write_for_servers(users / name,
                                  f"{name}:{{PLAIN.B64}}{secret}:{user.pw_uid}:{user.pw_gid}::{home}::\n")
        return Maildir(home / "Maildir")

    def _make_certificate(self):
        self.authority = self.authority or certs.Authority(self.directory.parent / "ca")
        for made, name in zip(self.authority.issue(), ("server.pem", "server.key")):
            shutil.copy(made, self.directory / name)
            process.give_to_servers(self.directory / name)
        self._has_certificate = True

    def _write_config(self):
        self.imap_port = self.imap_port or process.free_port()
        self.imaps_port = self.imaps_port or process.free_port()
        user = process.server_user()
        process.write_for_servers(self.directory / "dovecot.conf", _CONFIG.format(
            directory=self.directory, user=user.pw_name, group=grp.getgrgid(user.pw_gid).gr_name,
            imap_port=self.imap_port, imaps_port=self.imaps_port, separator=self._separator, prefix=self._prefix, extra=self._extra))

    def _has_started(self):
        """One attempt. Somebody else may have taken a port, or a killed server's children may not have ended yet."""
        output = self.directory / "output"
        output_begin = output.stat().st_size if output.exists() else 0
        self._write_config()
        self._launch()
        if process.wait_until(self._is_ready_or_dead, "Dovecot") == "ready":
            return True
        said = output.read_text()[output_begin:]
        if "Address already in use" in said:
            self.imap_port = self.imaps_port = None
        elif "already running" not in said:
            raise process.HarnessError(f"Dovecot does not start:\n{said}")
        return False

    def _launch(self):
        with open(self.directory / "output", "ab") as output:
            self._server = process.spawn(
                [shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "dovecot", "-F",
                 "-c", self.directory / "dovecot.conf"],
                as_server=True, death_signal=signal.SIGTERM, detached=self._detached, cwd="/",
                stdout=output, stderr=subprocess.STDOUT)

    def _is_ready_or_dead(self):
        if self._server.poll() is not None:
            return "dead"
        ready = process.accepts_connections(self.imap_port) and process.accepts_connections(self.imaps_port)
        return "ready" if ready else None


@contextlib.contextmanager
def temporary_dovecot(**options):
    with process.temporary_directory("tlsrpt-imap-") as directory, Dovecot(directory / "dovecot", **options) as server:
        yield server
