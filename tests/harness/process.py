"""Child processes, ports and directories that do not outlive the tests."""

import contextlib
import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class HarnessError(Exception):
    """A server or a tool did not do what the tests need."""


def unwind_on_signals():
    """The first of these signals ends the interpreter like an exception, so that every `with` cleans up undisturbed."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def leave(number, _frame):
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for each in signals:
        signal.signal(each, leave)


def server_user():
    """Whom servers run as: ourselves, or somebody unprivileged where we are root (PostgreSQL refuses root)."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise HarnessError("neither user postgres nor nobody exists to run servers as")


def give_to_servers(path):
    """Hands a file or directory over to the server user."""
    if os.getuid() == 0:
        user = server_user()
        os.chown(path, user.pw_uid, user.pw_gid)


def write_for_servers(path, content, mode=0o600):
    path.write_text(content)
    path.chmod(mode)
    give_to_servers(path)


@contextlib.contextmanager
def temporary_directory(prefix="tlsrpt-"):
    """A directory that servers may enter and whose name is short enough for the sockets in it; removed at the end."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    try:
        directory.chmod(0o755)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def server_directory(path):
    """Makes a directory that belongs to the server user alone."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    give_to_servers(path)
    return path


def free_port():
    """A loopback port that was free a moment ago: whoever binds it must be ready to lose the race."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def silent_port():
    """A loopback port at which nobody listens, and nobody else can meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def spawn(arguments, *, as_server=False, death_signal=signal.SIGKILL, detached=False, **options):
    """A child in its own process group, which gets `death_signal` when we die; a detached one lives on."""

    def prepare():
        if not detached:
            _libc.prctl(_PR_SET_PDEATHSIG, death_signal)

    if as_server and os.getuid() == 0:
        user = server_user()
        options.update(user=user.pw_uid, group=user.pw_gid, extra_groups=[])
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen([str(a) for a in arguments], start_new_session=True, preexec_fn=prepare, **options)


def run_tool(arguments, *, as_server=False, text_input=None, **options):
    """A tool that must succeed; its standard output."""
    if text_input is not None:
        options["stdin"] = subprocess.PIPE
    child = spawn(arguments, as_server=as_server, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    out, err = child.communicate(text_input)
    if child.returncode != 0:
        raise HarnessError(f"{pathlib.Path(arguments[0]).name} ended with {child.returncode}: {(err or out).strip()}")
    return out


def end(child, how=signal.SIGTERM, patience=10):
    """Asks a child of spawn() to end, and ends its whole group if it does not."""
    end_child(child, how, patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def end_child(child, how=signal.SIGTERM, patience=10):
    if child.poll() is not None:
        return
    child.send_signal(how)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def end_recorded(pid_file, directory, how=signal.SIGTERM):
    """Ends the server that left `pid_file`, if that is still a process that was started for `directory`."""
    try:
        pid = int(pid_file.read_text().split()[0])
        arguments = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except (OSError, ValueError, IndexError):
        return
    if str(directory) in arguments:
        os.kill(pid, how)
        wait_until(lambda: not pathlib.Path(f"/proc/{pid}/cmdline").exists()
                   or not pathlib.Path(f"/proc/{pid}/cmdline").read_bytes(), f"process {pid} to end", 60)


def wait_until(condition, what, deadline=30):
    """Polls `condition` until it gives something true, and returns that."""
    end_time = time.monotonic() + deadline
    pause = 0.005
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end_time:
            raise HarnessError(f"waited {deadline} s in vain for {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def accepts_connections(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
