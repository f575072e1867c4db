"""A scripted IMAP server: a well-behaved small one, into which a test puts one fault."""

import base64
import contextlib
import dataclasses
import email.utils
import re
import socket
import ssl
import threading

STALL = object()  # a hook's answer: say nothing more, and keep the connection open
CLOSE = object()  # a hook's answer: end the connection without a word

CAPABILITIES = "IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN UIDPLUS MOVE"


@dataclasses.dataclass
class Message:
    uid: int
    body: bytes
    when: int = 1_700_000_000
    flags: set = dataclasses.field(default_factory=set)
    announced_size: int = None  # where RFC822.SIZE shall lie


@dataclasses.dataclass
class Command:
    tag: str
    name: str        # "UID FETCH"
    arguments: str   # "1:* (UID)"

    @property
    def bodies(self):
        """The UID set of a FETCH of bodies; else None."""
        return self.arguments.partition(" ")[0] if self.name == "UID FETCH" and "[]" in self.arguments else None


class ScriptedImap:
    """One folder, INBOX, of `messages` (bytes or Message), on a loopback port.

    hook(server, command)   called for each command; None lets the usual answer go out, bytes replace it, STALL and CLOSE
                            do what they say. `server.usual(command)` gives the usual answer to cut and paste.
    tls                     (certificate, key): implicit TLS from the first byte; with `starttls` only after STARTTLS
    byte_by_byte            every byte of an answer is a segment (and a TLS record) of its own
    greeting                instead of the usual one
    """

    def __init__(self, messages=(), *, hook=None, tls=None, starttls=False, byte_by_byte=False,
                 capabilities=CAPABILITIES, greeting=None, uid_validity=1, password="secret"):
        self.messages = [m if isinstance(m, Message) else Message(uid, m) for uid, m in enumerate(messages, 1)]
        self.hook = hook
        self.capabilities = f"STARTTLS {capabilities}" if starttls else capabilities
        self.uid_validity = uid_validity
        self.password = password
        self.moved = []          # messages that went to another folder by MOVE or COPY
        self.commands = []       # every Command received, of all connections
        self.folders = {"INBOX"}
        self._greeting = greeting or f"* OK [CAPABILITY {self.capabilities}] ready\r\n".encode()
        self._byte_by_byte = byte_by_byte
        self._starttls = starttls
        self._tls = None
        if tls:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*tls)
        self._connections = []

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        for end in [self._listener, *self._connections]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def names(self):
        """The commands received so far, without their arguments."""
        return [command.name for command in self.commands]

    def bodies_asked(self):
        """The UID sets whose bodies were asked for so far."""
        return [command.bodies for command in self.commands if command.bodies]

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, ValueError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls and not self._starttls:
                connection = self._wrap(connection)
            self._send(connection, self._greeting)
            lines = connection.makefile("rb")
            while line := lines.readline():
                command = self._parse(connection, lines, line.decode("utf-8", "surrogateescape").rstrip("\r\n"))
                self.commands.append(command)
                answer = self.hook(self, command) if self.hook else None
                if answer is STALL:
                    threading.Event().wait()
                if answer is CLOSE:
                    break
                self._send(connection, self.usual(command) if answer is None else answer)
                if command.name == "STARTTLS":
                    connection = self._wrap(connection)
                    lines = connection.makefile("rb")
                if command.name == "LOGOUT":
                    break
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def _wrap(self, connection):
        wrapped = self._tls.wrap_socket(connection, server_side=True)
        self._connections.append(wrapped)
        return wrapped

    def _send(self, connection, answer):
        if not self._byte_by_byte:
            connection.sendall(answer)
            return
        for index in range(len(answer)):
            connection.sendall(answer[index:index + 1])

    def _parse(self, connection, lines, line):
        """A command with its literals taken in as quoted strings, and a SASL answer as its last argument."""
        while literal := re.search(r"\{(\d+)(\+?)\}$", line):
            if not literal[2]:
                connection.sendall(b"+ go on\r\n")
            text = lines.read(int(literal[1])).decode("utf-8", "surrogateescape")
            rest = lines.readline().decode("utf-8", "surrogateescape").rstrip("\r\n")
            line = f'{line[:literal.start()]}"{text}"{rest}'
        tag, _, rest = line.partition(" ")
        name, _, arguments = rest.partition(" ")
        name = name.upper()
        if name == "UID":
            verb, _, arguments = arguments.partition(" ")
            name = f"UID {verb.upper()}"
        if name == "AUTHENTICATE" and " " not in arguments:
            connection.sendall(b"+ \r\n")
            arguments += " " + lines.readline().decode().strip()
        return Command(tag, name, arguments)

    def usual(self, command):
        """What a server without faults answers."""
        handler = getattr(self, "_on_" + command.name.lower().replace(" ", "_"), None)
        if not handler:
            return f"{command.tag} BAD unknown command\r\n".encode()
        answer = handler(command.arguments)
        untagged, done = answer if isinstance(answer, tuple) else (answer, "OK done")
        return untagged + f"{command.tag} {done}\r\n".encode()

    def _on_capability(self, _):
        return f"* CAPABILITY {self.capabilities}\r\n".encode()

    def _on_starttls(self, _):
        return b""

    def _on_noop(self, _):
        return b""

    def _on_logout(self, _):
        return b"* BYE until next time\r\n"

    def _on_login(self, arguments):
        return self._log_in(arguments.rpartition(" ")[2].strip('"'))

    def _on_authenticate(self, arguments):
        return self._log_in(base64.b64decode(arguments.rpartition(" ")[2]).decode().rpartition("\0")[2])

    def _log_in(self, password):
        if password == self.password:
            return b"", f"OK [CAPABILITY {self.capabilities}] logged in"
        return b"", "NO [AUTHENTICATIONFAILED] wrong user or password"

    def _on_select(self, arguments):
        return self._open(arguments, "READ-WRITE")

    def _on_examine(self, arguments):
        return self._open(arguments, "READ-ONLY")

    def _open(self, arguments, mode):
        if arguments.strip('"') not in self.folders:
            return b"", "NO [NONEXISTENT] no such folder"
        uid_next = max((message.uid for message in self.messages), default=0) + 1
        return (f"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n* {len(self.messages)} EXISTS\r\n* 0 RECENT\r\n"
                f"* OK [UIDVALIDITY {self.uid_validity}] valid\r\n* OK [UIDNEXT {uid_next}] next\r\n").encode(), \
            f"OK [{mode}] open"

    def _on_list(self, _):
        return "".join(f'* LIST () "/" "{name}"\r\n' for name in sorted(self.folders)).encode()

    def _on_create(self, arguments):
        self.folders.add(arguments.strip('"'))
        return b""

    def _on_uid_search(self, arguments):
        """UID ranges and UNDELETED alone: dates and other flags are for a real server."""
        wanted = re.match(r"(?:UID )?(\d[\d:,*]*)", arguments)
        chosen = self.chosen(wanted[1]) if wanted else self.messages
        if arguments.endswith("UNDELETED"):
            chosen = [message for message in chosen if "\\Deleted" not in message.flags]
        return ("* SEARCH" + "".join(f" {message.uid}" for message in chosen) + "\r\n").encode()

    def _on_uid_fetch(self, arguments):
        uids, _, items = arguments.partition(" ")
        return b"".join(self.fetch_line(message, items) for message in self.chosen(uids))

    def fetch_line(self, message, items):
        """The untagged FETCH of one message with what `items` ask for."""
        parts = [f"UID {message.uid}".encode()]
        if "FLAGS" in items:
            parts.append(f"FLAGS ({' '.join(sorted(message.flags))})".encode())
        if "INTERNALDATE" in items:
            when = email.utils.formatdate(message.when).partition(", ")[2].replace(" ", "-", 2)
            parts.append(f'INTERNALDATE "{when}"'.replace("-0000", "+0000").encode())
        if "RFC822.SIZE" in items:
            size = len(message.body) if message.announced_size is None else message.announced_size
            parts.append(f"RFC822.SIZE {size}".encode())
        if "[]" in items:
            parts.append(f"BODY[] {{{len(message.body)}}}\r\n".encode() + message.body)
        return f"* {self.messages.index(message) + 1} FETCH (".encode() + b" ".join(parts) + b")\r\n"

    def _on_uid_store(self, arguments):
        uids, action, flags = arguments.split(" ", 2)
        for message in self.chosen(uids):
            named = set(flags.strip("()").split())
            message.flags = message.flags | named if action.startswith("+") else message.flags - named
        return b""

    def _on_uid_copy(self, arguments):
        uids, _, folder = arguments.partition(" ")
        if folder.strip('"') not in self.folders:
            return b"", "NO [TRYCREATE] no such folder"
        self.moved += self.chosen(uids)
        return b""

    def _on_uid_move(self, arguments):
        answer = self._on_uid_copy(arguments)
        return answer if answer else self._remove(self.chosen(arguments.partition(" ")[0]))

    def _on_uid_expunge(self, arguments):
        return self._remove([m for m in self.chosen(arguments) if "\\Deleted" in m.flags])

    def _remove(self, gone):
        lines = b""
        for message in gone:
            lines += f"* {self.messages.index(message) + 1} EXPUNGE\r\n".encode()
            self.messages.remove(message)
        return lines

    def chosen(self, uid_set):
        """The messages of a UID set; as everywhere, `n:*` holds the last message whatever n is."""
        last = max((message.uid for message in self.messages), default=0)
        ranges = []
        for item in uid_set.split(","):
            ends = [last if word == "*" else int(word) for word in item.split(":")]
            ranges.append((min(ends), max(ends)))
        return [message for message in self.messages if any(first <= message.uid <= end for first, end in ranges)]
