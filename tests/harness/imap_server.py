"""What private IMAP servers have in common: a directory, TLS, two free loopback ports, and an end."""

import contextlib
import pathlib
import shutil
import signal
import subprocess

from . import certs, process


class ImapServer:
    """A server in `directory`, whose path must be short: sockets are made in it.

    A kind of server says how it is configured (_write_config) and started (_command). `delimiter` and `prefix` are its
    folders', `user_domain` what a user's name ends with.
    """

    name = None
    delimiter, prefix = ".", ""
    user_domain = ""
    end_signal = signal.SIGTERM

    def __init__(self, directory, *, authority=None, detached=False):
        self.directory = pathlib.Path(directory)
        self.authority = authority
        self.imap_port = self.imaps_port = None
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

    def folder(self, *parts):
        """The server's own name of a folder below the inbox's level."""
        return self.prefix + self.delimiter.join(parts)

    def start(self):
        process.server_directory(self.directory)
        if not self._has_certificate:
            self._make_certificate()
        process.wait_until(self._has_started, f"{self.name} to start", 60)
        return self

    def stop(self):
        if self._server:
            process.end(self._server, self.end_signal)
            self._server = None

    def restart(self):
        """Comes back on the same ports."""
        self.stop()
        self.start()

    def add_user(self, name, password):
        """A new mail account."""
        raise NotImplementedError

    def _write_config(self):
        raise NotImplementedError

    def _command(self):
        """(arguments, options of process.spawn) of the server in the foreground."""
        raise NotImplementedError

    def _make_certificate(self):
        self.authority = self.authority or certs.Authority(self.directory.parent / "ca")
        for made, name in zip(self.authority.issue(), ("server.pem", "server.key")):
            shutil.copy(made, self.directory / name)
            process.give_to_servers(self.directory / name)
        self._has_certificate = True

    def _has_started(self):
        """One attempt. Somebody else may have taken a port, or a killed server's children may not have ended yet."""
        output = self.directory / "output"
        output_begin = output.stat().st_size if output.exists() else 0
        self.imap_port = self.imap_port or process.free_port()
        self.imaps_port = self.imaps_port or process.free_port()
        self._write_config()
        arguments, options = self._command()
        with open(output, "ab") as said:
            self._server = process.spawn(arguments, death_signal=self.end_signal, detached=self._detached, cwd="/",
                                         stdout=said, stderr=subprocess.STDOUT, **options)
        if process.wait_until(self._is_ready_or_dead, self.name) == "ready":
            return True
        said = output.read_text(errors="replace")[output_begin:]
        self.stop()
        if "already in use" in said:
            self.imap_port = self.imaps_port = None
        elif "already running" not in said:
            raise process.HarnessError(f"{self.name} does not start:\n{said}")
        return False

    def _is_ready_or_dead(self):
        if self._server.poll() is not None:
            return "dead"
        ready = process.accepts_connections(self.imap_port) and process.accepts_connections(self.imaps_port)
        return "ready" if ready else None


@contextlib.contextmanager
def temporary(kind, **options):
    """A server of that class in a directory of its own."""
    with process.temporary_directory("tlsrpt-imap-") as directory, kind(directory / "server", **options) as server:
        yield server
