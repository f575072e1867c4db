"""A private Dovecot 2.3 with TLS on free loopback ports, run by one unprivileged user (Dovecot's "rootless" setup)."""

import base64
import grp
import shutil

from . import process
from .imap_server import ImapServer, temporary
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


class Dovecot(ImapServer):

    name = "Dovecot"
    user_domain = "@example.com"

    def __init__(self, directory, *, separator=".", prefix="", extra="", **options):
        super().__init__(directory, **options)
        self.delimiter, self.prefix, self._extra = separator, prefix, extra

    def stop_detached(self):
        """Ends the server that another process started in this directory and left running."""
        process.end_recorded(self.directory / "run" / "master.pid", self.directory)

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

    def _write_config(self):
        user = process.server_user()
        process.write_for_servers(self.directory / "dovecot.conf", _CONFIG.format(
            directory=self.directory, user=user.pw_name, group=grp.getgrgid(user.pw_gid).gr_name,
            imap_port=self.imap_port, imaps_port=self.imaps_port, separator=self.delimiter, prefix=self.prefix,
            extra=self._extra))

    def _command(self):
        program = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "dovecot"
        return [program, "-F", "-c", self.directory / "dovecot.conf"], {"as_server": True}


def temporary_dovecot(**options):
    return temporary(Dovecot, **options)
