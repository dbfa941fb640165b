"""Thousands of phones in one process: an epoll loop, raw sockets, and just enough HTTP, websocket and Socket.IO.

Made to be cheaper than any server it measures. Frames from a server are unmasked and the same for a whole audience, so
what a frame means is worked out once per distinct frame (see `live.py`), not once per phone. `Loop.report()` says how
busy and how late the load generator itself was, so that one can see that it was not the bottleneck.
"""

from __future__ import annotations

import base64
import heapq
import json
import os
import select
import socket
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol
from urllib.parse import urlsplit

_READ = 1 << 18


class Ready(Protocol):
    def ready(self, events: int) -> None: ...


class Loop:
    """One epoll loop with timers. Callbacks get nothing and must not wait."""

    def __init__(self) -> None:
        self.epoll = select.epoll()
        self.files: dict[int, Ready] = {}
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self.late: list[float] = []
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def watch(self, file: int, owner: Ready, events: int) -> None:
        if file in self.files:
            self.epoll.modify(file, events)
        else:
            self.epoll.register(file, events)
        self.files[file] = owner

    def forget(self, file: int) -> None:
        if self.files.pop(file, None) is not None:
            self.epoll.unregister(file)

    def at(self, when: float, call: Callable[[], None]) -> None:
        """Calls at a time of `time.perf_counter()`."""
        heapq.heappush(self._timers, (when, next(self._order), call))

    def run(self, until: Callable[[], bool], seconds: float) -> bool:
        """Runs until the condition holds (True) or the time is over (False)."""
        end = time.perf_counter() + seconds
        while not until():
            now = time.perf_counter()
            if now >= end:
                return False
            while self._timers and self._timers[0][0] <= now:
                when, _, call = heapq.heappop(self._timers)
                self.late.append(now - when)
                call()
            wait = min(end, self._timers[0][0] if self._timers else end) - time.perf_counter()
            for file, events in self.epoll.poll(max(0.0, wait), 4096):
                owner = self.files.get(file)
                if owner is not None:
                    owner.ready(events)
        return True

    def start_report(self) -> None:
        self.late.clear()
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def report(self) -> dict[str, float]:
        """`cpu`: share of a core used by this process; `late_p99_ms`: how late its timers were."""
        late = sorted(self.late)
        share = (time.process_time() - self._cpu) / max(1e-9, time.perf_counter() - self._wall)
        return {"cpu": round(share, 2), "late_p99_ms": round(late[int(len(late) * 0.99)] * 1000, 1) if late else 0.0}


class Stream(ABC):
    """A TCP connection: buffered writes, bytes in to `received`."""

    def __init__(self, loop: Loop, url: str) -> None:
        parts = urlsplit(url)
        self.loop = loop
        self.host = parts.netloc
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.closed = False
        self._out = b""
        try:
            self.sock.connect((parts.hostname, parts.port))
        except BlockingIOError:
            pass
        self.file = self.sock.fileno()
        loop.watch(self.file, self, select.EPOLLIN)

    def write(self, data: bytes) -> None:
        if self.closed:
            return
        if not self._out:
            try:
                sent = self.sock.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.close()
                return
            if sent == len(data):
                return
            data = data[sent:]
        self._out += data
        self.loop.watch(self.file, self, select.EPOLLIN | select.EPOLLOUT)

    def ready(self, events: int) -> None:
        if events & select.EPOLLOUT:
            out, self._out = self._out, b""
            self.loop.watch(self.file, self, select.EPOLLIN)
            if out:
                self.write(out)
        if events & ~select.EPOLLOUT:
            try:
                data = self.sock.recv(_READ)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if data:
                self.received(data)
            else:
                self.close()

    @abstractmethod
    def received(self, data: bytes) -> None:
        """What each kind does in its own way."""

    def lost(self) -> None:  # noqa: B027  most have nothing to do then
        """The connection ended."""

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.loop.forget(self.file)
            self.sock.close()
            self.lost()


Answer = Callable[[int, bytes], None]


class Http(Stream):
    """One kept-alive HTTP/1.1 connection, one request at a time; more wait in line. Reconnects by making a new one."""

    def __init__(self, loop: Loop, url: str) -> None:
        super().__init__(loop, url)
        self._in = b""
        self._waiting: deque[tuple[bytes, Answer]] = deque()
        self._now: Answer | None = None

    @property
    def busy(self) -> bool:
        return self._now is not None

    def request(self, method: str, path: str, answer: Answer, body: bytes = b"", headers: str = "") -> None:
        lines = f"Host: {self.host}\r\nContent-Length: {len(body)}\r\nContent-Type: application/json\r\n"
        head = f"{method} {path} HTTP/1.1\r\n{lines}{headers}\r\n"
        self._waiting.append((head.encode() + body, answer))
        self._next()

    def _next(self) -> None:
        if self._now is None and self._waiting:
            data, self._now = self._waiting.popleft()
            self.write(data)

    def received(self, data: bytes) -> None:
        self._in += data
        head, mark, body = self._in.partition(b"\r\n\r\n")
        if not mark:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        if at >= 0:
            size = int(lower[at + 15 :].split(b"\r\n", 1)[0])
            if len(body) < size:
                return
            self._finish(int(head[9:12]), body[:size], body[size:])
        elif b"transfer-encoding: chunked" in lower:
            if body.endswith(b"0\r\n\r\n"):
                self._finish(int(head[9:12]), _unchunk(body), b"")
        else:
            self._finish(int(head[9:12]), b"", body)

    def _finish(self, status: int, body: bytes, rest: bytes) -> None:
        answer, self._now, self._in = self._now, None, rest
        if answer is not None:
            answer(status, body)
        self._next()

    def lost(self) -> None:
        answer, self._now = self._now, None
        if answer is not None:
            answer(0, b"")
        while self._waiting:
            self._waiting.popleft()[1](0, b"")


def _unchunk(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            break
        whole, body = whole + body[:length], body[length + 2 :]
    return whole


class Phone(Stream):
    """A Socket.IO 4 client in one namespace. `event(packet)` gets `["name", …]` as bytes, not parsed."""

    def __init__(
        self,
        loop: Loop,
        url: str,
        event: Callable[[Phone, bytes], None],
        auth: Any = None,
        namespace: str = "/live",
        origin: str | None = None,
    ) -> None:
        super().__init__(loop, url)
        self.event = event
        self.auth = json.dumps(auth or {})
        self.place = namespace.encode() + b","
        self.open = False
        self.joined = False
        self.refused: bytes | None = None
        self.on_join: Callable[[Phone], None] | None = None
        self.on_ack: Callable[[Phone, bytes], None] | None = None
        self.on_lost: Callable[[Phone], None] | None = None
        self.frames = 0
        self._in = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
            f"Host: {self.host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Origin: {origin or 'http://' + self.host}",
        ]
        self.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def say(self, packet: str) -> None:
        """Send one text message. The mask is four zeros: allowed, and free."""
        data = packet.encode()
        size = len(data)
        head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
        self.write(head + b"\0\0\0\0" + data)

    def emit(self, event: str, payload: Any, ack: int | None = None) -> None:
        self.say(f"42{self.place.decode()}{'' if ack is None else ack}{json.dumps([event, payload])}")

    def received(self, data: bytes) -> None:
        if self._in:
            data = self._in + data
        if not self.open:
            head, mark, rest = data.partition(b"\r\n\r\n")
            if not mark:
                self._in = data
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.refused = data
                self.close()
                return
            self.open, data = True, rest
        at, have = 0, len(data)
        while have - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            end = start + size
            if end > have or start > have:
                break
            if data[at] == 0x81:
                self._packet(data[start:end])
            elif data[at] == 0x88:
                self.close()
                return
            at = end
        self._in = data[at:]

    def _packet(self, packet: bytes) -> None:
        kind = packet[:2]
        if kind == b"42":
            self.frames += 1
            self.event(self, packet[2 + len(self.place) :])
        elif packet == b"2":
            self.say("3")
        elif packet[:1] == b"0":
            self.say(f"40{self.place.decode()}{self.auth}")
        elif kind == b"40":
            self.joined = True
            if self.on_join is not None:
                self.on_join(self)
        elif kind == b"43":
            if self.on_ack is not None:
                self.on_ack(self, packet[2 + len(self.place) :])
        elif kind == b"44":
            self.refused = packet
            self.close()

    def lost(self) -> None:
        self.joined = False
        if self.on_lost is not None:
            self.on_lost(self)
