"""A private Cyrus IMAP with TLS on free loopback ports, from Debian's packages, none of them installed."""

import os

from . import debs, process
from .imap_server import ImapServer, temporary

_PACKAGES = ("cyrus-imapd", "cyrus-common", "sasl2-bin", "libsasl2-modules", "libsasl2-modules-db")

# A key that is given twice ends every process with 78, without a word.
_IMAPD_CONF = """
configdirectory: {directory}/lib
partition-default: {directory}/spool
defaultpartition: default
admins: cyrus
servername: localhost
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {directory}/sasldb
sasl_mech_list: PLAIN
allowplaintext: yes
tls_server_cert: {directory}/server.pem
tls_server_key: {directory}/server.key
autocreate_quota: 0
skiplist_unsafe: yes
altnamespace: {altnamespace}
unixhierarchysep: {altnamespace}
"""

_CYRUS_CONF = """
START {{
  recover cmd="{programs}/ctl_cyrusdb -C {directory}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{programs}/imapd -C {directory}/imapd.conf" listen="127.0.0.1:{imap_port}" prefork=0
  imaps cmd="{programs}/imapd -s -C {directory}/imapd.conf" listen="127.0.0.1:{imaps_port}" prefork=0
}}
EVENTS {{
}}
"""


class Cyrus(ImapServer):
    """As it comes, folders are `INBOX.A.B`; with `altnamespace`, `A/B`."""

    name = "Cyrus"

    def __init__(self, directory, *, altnamespace=False, **options):
        super().__init__(directory, **options)
        self._altnamespace = altnamespace
        self.delimiter, self.prefix = ("/", "") if altnamespace else (".", "INBOX.")
        self._root = debs.unpacked("cyrus", _PACKAGES)
        self._programs = self._root / "usr/lib/cyrus/bin"
        libraries = [self._root / "usr/lib", *(self._root / "usr/lib").glob("*-linux-gnu")]
        self._environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries)),
                             "CYRUS_USER": process.server_user().pw_name}

    def add_user(self, name, password):
        """A new mail account; its inbox is made at the first login."""
        process.run_tool([self._root / "usr/sbin/saslpasswd2", "-p", "-c", "-f", self.directory / "sasldb",
                          "-u", "localhost", name], as_server=True, env=self._environment, text_input=password)

    def _write_config(self):
        for part in ("spool", "lib", "lib/socket", "lib/log", "lib/proc"):
            process.server_directory(self.directory / part)
        process.write_for_servers(self.directory / "imapd.conf", _IMAPD_CONF.format(
            directory=self.directory, altnamespace="yes" if self._altnamespace else "no"))
        process.write_for_servers(self.directory / "cyrus.conf", _CYRUS_CONF.format(
            directory=self.directory, programs=self._programs, imap_port=self.imap_port, imaps_port=self.imaps_port))

    def _command(self):
        try:
            process.run_tool(["test", "-x", self._programs / "master"], as_server=True)
        except process.HarnessError:
            raise debs.Unavailable(f"{process.server_user().pw_name} may not run {self._programs}/master") from None
        return [self._programs / "master", "-D", "-C", self.directory / "imapd.conf", "-M",
                self.directory / "cyrus.conf", "-p", self.directory / "master.pid"], {
                    "as_server": True, "env": self._environment}


def temporary_cyrus(**options):
    return temporary(Cyrus, **options)
