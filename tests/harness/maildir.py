"""Maildir++ on disk: mail put there, and looked at, behind the server's back."""

import hashlib
import os
import pathlib
import shutil

from . import process


def modified_utf7(name):
    """RFC 3501 §5.1.3, as Maildir++ folder names are stored."""
    out, pending = [], ""

    def flush():
        nonlocal pending
        if pending:
            code = pending.encode("utf-7").decode("ascii").strip("+-").replace("/", ",")
            out.append(f"&{code}-")
            pending = ""

    for character in name:
        if " " <= character <= "~":
            flush()
            out.append("&-" if character == "&" else character)
        else:
            pending += character
    flush()
    return "".join(out)


class Maildir:
    """The mail of one user; folders are named with `.` between their levels."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self._delivered = 0
        self.create("INBOX")

    def folder(self, name="INBOX"):
        return self.root if name == "INBOX" else self.root / f".{modified_utf7(name)}"

    def create(self, name):
        folder = self.folder(name)
        for directory in (folder, folder / "cur", folder / "new", folder / "tmp"):
            process.server_directory(directory)
        if name != "INBOX":
            process.write_for_servers(folder / "maildirfolder", "")

    def deliver(self, message, *, when=None, flags=None, folder="INBOX"):
        """Puts one message there; `when` becomes INTERNALDATE. With `flags` ("S", "FS", "") it is not recent any more."""
        self._delivered += 1
        # Dovecot gives out UIDs in the order of the names.
        name = f"{1_000_000_000 + self._delivered}.P{os.getpid()}.test,S={len(message)}"
        where = "new" if flags is None else "cur"
        suffix = "" if flags is None else f":2,{flags}"
        path = self.folder(folder) / where / (name + suffix)
        path.write_bytes(message)
        process.give_to_servers(path)
        if when is not None:
            os.utime(path, (when, when))

    def deliver_all(self, messages, **options):
        """Delivers (time, bytes) pairs in order; how many there were."""
        count = 0
        for when, message in messages:
            self.deliver(message, when=when, **options)
            count += 1
        return count

    def messages(self, folder="INBOX"):
        """Every message file of a folder."""
        place = self.folder(folder)
        return sorted([*(place / "new").iterdir(), *(place / "cur").iterdir()])

    def snapshot(self):
        """Every message file with its place, flags and content, for byte by byte comparisons."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and path.parent.name in ("cur", "new"):
                name = str(path.relative_to(self.root))
                found[name] = (path.stat().st_mtime, hashlib.sha256(path.read_bytes()).hexdigest())
        return found

    def flags(self, folder="INBOX"):
        """The flags of every message, in the order of delivery: "" for none, None for a recent one."""
        return [path.name.partition(":2,")[2] if path.parent.name == "cur" else None
                for path in sorted(self.messages(folder), key=lambda path: path.name)]

    def change_uid_validity(self, folder="INBOX"):
        """The messages stay and get new UIDs under the next UIDVALIDITY, as after a restored backup."""
        place = self.folder(folder)
        uid_list = place / "dovecot-uidlist"
        version, *properties = uid_list.read_text().splitlines()[0].split()
        validity = int(next(word[1:] for word in properties if word.startswith("V")))
        guid = next(word for word in properties if word.startswith("G"))
        process.write_for_servers(uid_list, f"{version} V{validity + 1} N1 {guid}\n")
        self.forget_indexes(folder)

    def forget_indexes(self, folder="INBOX"):
        for index in self.folder(folder).glob("dovecot.index*"):
            index.unlink()

    def clear(self):
        """No mail, no folders, no UIDs: as new."""
        shutil.rmtree(self.root)
        self.create("INBOX")
