"""A private PostgreSQL cluster on a free loopback port."""

import contextlib
import csv
import io
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import urllib.parse

from . import process


def find_program(name):
    """PostgreSQL's own binary, newest version first: Debian's wrapper in the PATH is slow."""
    versions = pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = sorted(versions, key=lambda path: float(path.parts[4]), reverse=True)
    found = newest[0] if newest else shutil.which(name)
    if not found:
        raise process.HarnessError(f"{name} was not found: is PostgreSQL installed?")
    return str(found)


class Postgres:
    """A cluster in `directory`. Its role `tlsrpt` may create databases and roles, but is no superuser."""

    role = "tlsrpt"

    def __init__(self, directory, *, fsync=False, detached=False, has_socket=False):
        self.directory = pathlib.Path(directory)
        self.port = None
        self._data = self.directory / "data"
        self._log = self.directory / "log"
        self._password_file = self.directory / "password"
        self._fsync = fsync
        self._detached = detached
        self._has_socket = has_socket
        self._server = None
        self._databases = 0

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
    def password(self):
        return self._password_file.read_text().strip()

    def start(self):
        if not (self.directory / "ready").exists():
            self._make_cluster()
        process.wait_until(self._has_started, "PostgreSQL to start", 60)
        self._make_role()
        return self

    def stop(self, how=signal.SIGINT):
        """SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one."""
        if self._server:
            process.end(self._server, how, patience=60)
            self._server = None

    def stop_detached(self):
        """Ends the server that another process started in this directory and left running."""
        process.end_recorded(self._data / "postmaster.pid", self._data, signal.SIGINT)

    def kill(self):
        self.stop(signal.SIGQUIT)

    def restart(self, how=signal.SIGINT):
        """Comes back on the same port."""
        self.stop(how)
        self.start()

    def url(self, database="postgres", *, role=None):
        return f"postgresql://{role or self.role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, prefix="test"):
        """A throw-away database that belongs to `role`; its URL."""
        self._databases += 1
        name = f"{prefix}_{os.getpid()}_{self._databases}"
        self.query(f"CREATE DATABASE {name} OWNER {self.role}", self.url(role="postgres"))
        return self.url(name)

    def drop_database(self, url):
        self.query(f"DROP DATABASE {urllib.parse.urlsplit(url).path[1:]}", self.url(role="postgres"))

    def over_socket(self, url):
        """Of the same database: over the Unix socket, without a password, as with peer authentication."""
        rules = self._data / "pg_hba.conf"
        database = url.rpartition("/")[2]
        process.write_for_servers(rules, f"local {database} {self.role} trust\n{rules.read_text()}")
        self.query("SELECT pg_reload_conf()", self.url(role="postgres"))
        directory = urllib.parse.quote(str(self.directory))
        without_password = f"postgresql://{self.role}@/{database}?host={directory}&port={self.port}"
        process.wait_until(lambda: self._lets_in(without_password), "PostgreSQL to read its rules anew")
        return without_password

    def query(self, sql, url=None):
        """Rows as lists of strings, NULL as an empty one."""
        out = process.run_tool([find_program("psql"), "-XAtq", "--csv", "-v", "ON_ERROR_STOP=1", "-d",
                                url or self.url(), "-c", sql])
        return [row or [""] for row in csv.reader(io.StringIO(out))]  # a lone NULL is an empty line

    def value(self, sql, url=None):
        """The one value of a query."""
        [[value]] = self.query(sql, url)
        return value

    @staticmethod
    def _lets_in(url):
        asked = subprocess.run([find_program("psql"), "-Xwqd", url, "-c", ""], check=False, stdin=subprocess.DEVNULL,
                               capture_output=True)
        return asked.returncode == 0

    def _make_cluster(self):
        process.wait_until(self._is_cleared_away, f"{self.directory} to be cleared away")
        process.server_directory(self.directory)
        process.write_for_servers(self._password_file, secrets.token_hex(16))
        # As root we may not be able to show the server user our working directory.
        process.run_tool([find_program("initdb"), "-D", self._data, "-U", "postgres", "-A", "scram-sha-256",
                          f"--pwfile={self._password_file}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
                          "--no-instructions"], as_server=True, cwd="/")
        (self.directory / "ready").touch()

    def _is_cleared_away(self):
        """One attempt: the children of an initdb that was killed may still be writing."""
        shutil.rmtree(self.directory, ignore_errors=True)
        return not self.directory.exists()

    def _has_started(self):
        """One attempt. Somebody else may have taken the port, or a killed server's children may not have ended yet."""
        log_begin = self._log.stat().st_size if self._log.exists() else 0
        self._launch()
        if process.wait_until(self._is_ready_or_dead, "PostgreSQL", 60) == "ready":
            return True
        said = self._log.read_text()[log_begin:]
        if "could not create any TCP/IP sockets" in said:
            self.port = None
        elif "is still in use" not in said and "already exists" not in said:
            raise process.HarnessError(f"PostgreSQL does not start:\n{said}")
        return False

    def _launch(self):
        self.port = self.port or process.free_port()
        settings = {"port": self.port, "listen_addresses": "127.0.0.1",
                    "unix_socket_directories": self.directory if self._has_socket else "",
                    "timezone": "UTC", "max_connections": 50, "fsync": "on" if self._fsync else "off",
                    "log_line_prefix": "%m [%p] "}
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(self._log, "ab") as log:
            self._server = process.spawn([find_program("postgres"), "-D", self._data, *arguments], as_server=True,
                                         death_signal=signal.SIGQUIT, detached=self._detached, cwd="/",
                                         stdout=log, stderr=subprocess.STDOUT)

    def _is_ready_or_dead(self):
        if self._server.poll() is not None:
            return "dead"
        check = subprocess.run([find_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                               check=False, stdin=subprocess.DEVNULL)
        return "ready" if check.returncode == 0 else None

    def _make_role(self):
        as_superuser = self.url(role="postgres")
        if not self.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{self.role}'", as_superuser):
            self.query(f"CREATE ROLE {self.role} LOGIN CREATEDB CREATEROLE PASSWORD '{self.password}'", as_superuser)


@contextlib.contextmanager
def temporary_postgres(**options):
    with process.temporary_directory("tlsrpt-pg-") as directory, Postgres(directory / "pg", **options) as server:
        yield server
