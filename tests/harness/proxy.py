"""A TCP proxy on loopback that records, cuts a connection at a byte, or makes the way longer."""

import contextlib
import queue
import socket
import struct
import threading
import time

_READ = 256 * 1024
_CHUNKS_UNDER_WAY = 1024  # what a delayed direction holds: more than a round trip here needs


class Proxy:
    """Listens on `port` and passes on to `target` on loopback.

    delay             seconds that every byte is under way, in each direction; the bandwidth stays
    cut_server_after  resets a connection once the server has sent that many bytes on it (None: never)
    cut_client_after  the same for the client's bytes
    before_client     called with every piece that the client sends, before the server gets it
    These can be changed at any time, for the connections to come. With `record`, what was sent is kept: `from_client`
    and `from_server` hold one bytearray per connection.
    """

    def __init__(self, target, *, delay=0.0, cut_server_after=None, cut_client_after=None, before_client=None,
                 record=False):
        self.target = target
        self.delay = delay
        self.cut_server_after = cut_server_after
        self.cut_client_after = cut_client_after
        self.before_client = before_client
        self.record = record
        self.connections = 0
        self.from_client, self.from_server = [], []
        self._listener = None
        self._sockets = set()

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        _start(self._accept)
        return self

    def __exit__(self, *_):
        for end in [self._listener, *self._sockets]:
            _hang_up(end)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                try:
                    server = socket.create_connection(("127.0.0.1", self.target))
                except OSError:
                    client.close()
                    continue
                self._sockets |= {client, server}
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._join(client, server, self.cut_client_after, self._new_record(self.from_client),
                           self.before_client)
                self._join(server, client, self.cut_server_after, self._new_record(self.from_server))

    def _new_record(self, records):
        if not self.record:
            return None
        records.append(bytearray())
        return records[-1]

    def _join(self, source, sink, cut_after, record, before=None):
        """Starts one direction."""
        def cut():
            for end in (source, sink):  # by a reset: nothing that is still buffered may arrive
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            _hang_up(sink)
            _hang_up(source)

        if self.delay:
            under_way = queue.Queue(_CHUNKS_UNDER_WAY)
            _start(_read_late, source, under_way, self.delay)
            _start(_write_late, under_way, sink)
        else:
            _start(_pass_on, source, sink, cut_after, cut, record, before)


def _start(function, *arguments):
    threading.Thread(target=function, args=arguments, daemon=True).start()


def _hang_up(end):
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)  # wakes the thread that is reading
    end.close()


def _pass_on(source, sink, cut_after, cut, record, before):
    left = cut_after
    with contextlib.suppress(OSError):
        while left != 0 and (data := source.recv(_READ)):
            if before:
                before(data)
            if left is not None:
                data = data[:left]
                left -= len(data)
            if record is not None:
                record += data
            sink.sendall(data)
        if left == 0:
            cut()
        else:
            sink.shutdown(socket.SHUT_WR)


def _read_late(source, under_way, delay):
    with contextlib.suppress(OSError):
        while data := source.recv(_READ):
            under_way.put((time.monotonic() + delay, data))
    under_way.put((time.monotonic() + delay, b""))


def _write_late(under_way, sink):
    with contextlib.suppress(OSError):
        while True:
            due, data = under_way.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if not data:
                break
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    while data:  # the sink is gone: let the reader end
        _, data = under_way.get()
