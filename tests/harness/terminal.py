"""A pseudo-terminal as standard error of the program."""

import fcntl
import os
import pty
import struct
import termios

COLUMNS = 100


def run(start, *arguments):
    """Starts the program with start(*arguments, stderr=…): what its terminal was sent, and the result."""
    terminal, other_end = pty.openpty()
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    running = start(*arguments, stderr=other_end)
    os.close(other_end)
    shown = b""
    try:
        while data := os.read(terminal, 4096):
            shown += data
    except OSError:
        pass  # the other end was closed: the program has ended
    os.close(terminal)
    return shown.decode(), running.wait()
