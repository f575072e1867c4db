"""One user's mail, put there and looked at by IMAP: the same way with every server."""

import contextlib
import hashlib
import imaplib
import re
import socket
import ssl

from .maildir import modified_utf7


class ImapMailbox:
    """Folders are named by the server's own names, in UTF-8."""

    def __init__(self, server, user, password):
        self._server, self._user, self._password = server, user, password

    @contextlib.contextmanager
    def session(self):
        """An imaplib session over TLS."""
        context = ssl.create_default_context(cafile=str(self._server.ca_file))
        with imaplib.IMAP4_SSL("localhost", self._server.imaps_port, ssl_context=context) as session:
            # A literal and the line end behind it are two packets: without this, each pair waits 40 ms in between.
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session.authenticate("PLAIN", lambda _: f"\0{self._user}\0{self._password}".encode())
            yield session

    def create(self, folder):
        with self.session() as session:
            _must(session.create(_quoted(folder)))

    def deliver(self, *messages, folder="INBOX", flags="", when=1_769_000_000):
        """Appends messages; `flags` as in "\\Seen \\Flagged"."""
        with self.session() as session:
            for message in messages:
                _must(session.append(_quoted(folder), f"({flags})", imaplib.Time2Internaldate(when), message))

    def expunge(self, uids):
        """Removes messages from the inbox for good."""
        with self.session() as session:
            _must(session.select("INBOX"))
            _must(session.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", "(\\Deleted)"))
            _must(session.expunge())

    def messages(self, folder="INBOX"):
        """UID → (flags, INTERNALDATE, digest of every byte), as EXAMINE shows them."""
        with self.session() as session:
            _must(session.select(_quoted(folder), readonly=True))
            parts = _must(session.uid("FETCH", "1:*", "(UID FLAGS INTERNALDATE BODY.PEEK[])"))
        found = {}
        for (before, body), after in zip(parts[0::2], parts[1::2]):
            line = (before + after).decode()
            flags = set(re.search(r"FLAGS \(([^)]*)\)", line)[1].split()) - {"\\Recent"}
            found[int(re.search(r"UID (\d+)", line)[1])] = (
                frozenset(flags), re.search(r'INTERNALDATE "([^"]*)"', line)[1], hashlib.sha256(body).hexdigest())
        return found

    def bodies(self, folder="INBOX"):
        """The digest of each message, sorted."""
        return sorted(digest for _, _, digest in self.messages(folder).values())


def _quoted(folder):
    return '"' + modified_utf7(folder).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _must(answer):
    status, data = answer
    if status != "OK":
        raise AssertionError(f"the server says {status}: {data}")
    return data
