"""A network that misbehaves, in front of a server: refuses or swallows sockets, loses answers, goes away.

One thread for each direction of a connection; every connection is judged by its first request, as the boxes in offices do.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Network:
    """Between an address of its own and the server's.

    ``sockets``: ``through``, ``refused`` (403 at once) or ``swallowed`` (never an answer); ``lose_answers``: every other answer to what is
    written is lost on the way: the server has done it, the phone does not hear it; ``up``: False and nothing gets through at all.
    """

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self.target = (target.hostname or "127.0.0.1", target.port or 80)
        self.sockets = "through"
        self.lose_answers = False
        self.up = True
        self.lost = 0
        self.refused = 0
        self._written = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Ends every connection there is, without a word."""
        with self._lock:
            lines, self._open = self._open, set()
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def close(self) -> None:
        self.up = False
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return
            if not self.up:
                phone.close()
                continue
            self._keep(phone)
            threading.Thread(target=self._serve, args=(phone,), daemon=True).start()

    def _keep(self, line: socket.socket) -> None:
        with self._lock:
            self._open.add(line)

    def _end(self, *lines: socket.socket) -> None:
        for line in lines:
            with self._lock:
                self._open.discard(line)
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _serve(self, phone: socket.socket) -> None:
        try:
            first = phone.recv(65536)
        except OSError:
            first = b""
        asks_socket = b"upgrade: websocket" in first.lower()
        if not first or (asks_socket and self.sockets == "refused"):
            self.refused += asks_socket
            with contextlib.suppress(OSError):
                phone.sendall(REFUSAL if first else b"")
            self._end(phone)
            return
        if asks_socket and self.sockets == "swallowed":
            self.refused += 1
            return
        try:
            server = socket.create_connection(self.target, timeout=10)
        except OSError:
            self._end(phone)
            return
        server.settimeout(None)
        self._keep(server)
        lose = threading.Event()
        threading.Thread(target=self._back, args=(server, phone, lose), daemon=True).start()
        self._forward(phone, server, first, lose)

    def _forward(self, phone: socket.socket, server: socket.socket, data: bytes, lose: threading.Event) -> None:
        try:
            while data:
                if self.lose_answers and data.startswith(b"POST ") and b"/ops" in data.split(b"\r\n", 1)[0]:
                    self._written += 1
                    if self._written % 2:
                        lose.set()
                server.sendall(data)
                data = phone.recv(65536)
        except OSError:
            pass
        if not lose.is_set():
            self._end(phone, server)

    def _back(self, server: socket.socket, phone: socket.socket, lose: threading.Event) -> None:
        try:
            while data := server.recv(65536):
                if lose.is_set():
                    self.lost += 1
                    break
                phone.sendall(data)
        except OSError:
            pass
        self._end(phone, server)


@contextmanager
def network(url: str) -> Iterator[Network]:
    """A network in front of ``url``, as long as the block lasts."""
    found = Network(url)
    try:
        yield found
    finally:
        found.close()
