"""A certificate authority of the tests' own, by the openssl command."""

import pathlib

from .process import run_tool

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """A CA in `directory`: `ca_file`, and server certificates for localhost signed by it."""

    def __init__(self, directory, name="tlsrpt test CA"):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.ca_file = self.directory / "ca.pem"
        self._ca_key = self.directory / "ca.key"
        run_tool(["openssl", "req", "-x509", *_KEY, "-days", "365", "-subj", f"/CN={name}",
                  "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                  "-keyout", self._ca_key, "-out", self.ca_file])

    def issue(self, name="server", subject_names="DNS:localhost,IP:127.0.0.1,IP:::1"):
        """A server certificate and its key, as two files."""
        certificate, key = self.directory / f"{name}.pem", self.directory / f"{name}.key"
        run_tool(["openssl", "req", "-x509", "-CA", self.ca_file, "-CAkey", self._ca_key, *_KEY, "-days", "365",
                  "-subj", "/CN=localhost",
                  "-addext", f"subjectAltName={subject_names}",
                  "-addext", "basicConstraints=critical,CA:FALSE",
                  "-addext", "extendedKeyUsage=serverAuth",
                  "-keyout", key, "-out", certificate])
        return certificate, key
