"""One websocket to one phone, without a greenlet, a queue or a thread of its own.

The event loop calls `_readable` and `_writable`; whole messages go to the engine, which starts a
greenlet only while there is one to handle. An idle phone costs this object, one watcher and one
file descriptor.

Writing never blocks and frames are never cut: what the kernel does not take waits in `backlog`
(references to the broadcast's bytes, not copies). Over the limit the connection is cut: a phone
that does not read would otherwise fill our memory, and it catches up by number when it is back.
"""

from __future__ import annotations

import _socket
import socket
import struct
import sys
from collections import deque
from typing import TYPE_CHECKING, Any

from gevent import get_hub

from . import framing

if TYPE_CHECKING:
    from .engine import Engine

# gevent replaces socket.socket, whose send() waits; this is the plain system call.
send = _socket.socket.send
_READ, _WRITE = 1, 2
_READ_SIZE = 4096
_CUT = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)  # SO_LINGER: close at once, drop what the kernel still holds


class Connection:
    __slots__ = (
        "_reader",
        "_reading",
        "_writing",
        "allowance",
        "allowance_at",
        "backlog",
        "backlog_bytes",
        "backlog_limit",
        "closed",
        "engine",
        "ended",
        "heard",
        "inbox",
        "raw",
        "reason",
        "session_or_none",
        "sid",
        "slot",
        "welcomed",
        "working",
    )

    def __init__(self, engine: Engine, sid: str, raw: _socket.socket, message_limit: int, backlog_limit: int) -> None:
        self.engine = engine
        self.sid = sid
        self.raw = raw
        self.closed = False  # nothing more may be sent; the file may still be open to say goodbye
        self.ended = False  # the file is closed
        self.heard = True  # something arrived since the last ping
        self.welcomed = False  # joined a Socket.IO namespace
        self.inbox: deque[str | None] | None = None  # messages to handle, in order; None is "it is gone"
        self.working = False  # a greenlet is busy with the inbox
        self.allowance = 0.0
        self.allowance_at = 0.0
        self.slot = 0
        self.reason = ""  # why it ended
        self.backlog: deque[memoryview] | None = None
        self.backlog_bytes = 0
        self.backlog_limit = backlog_limit
        self.session_or_none: dict[str, Any] | None = None
        self._reader = framing.Reader(message_limit)
        self._reading: Any = None
        self._writing: Any = None

    @property
    def session(self) -> dict[str, Any]:
        """engine.io's session of this connection; made when somebody asks, for almost nobody does."""
        if self.session_or_none is None:
            self.session_or_none = {}
        return self.session_or_none

    @session.setter
    def session(self, value: dict[str, Any]) -> None:
        self.session_or_none = value

    def start(self) -> None:
        """Begin to read."""
        self._reading = get_hub().loop.io(self.raw.fileno(), _READ)
        self._reading.start(self._readable)

    # writing

    def write(self, wire: bytes) -> None:
        """Send one whole frame, now or when the phone reads on. Never waits, never raises."""
        if self.closed:
            return
        if self.backlog:
            self.keep(memoryview(wire))
            return
        try:
            sent = send(self.raw, wire)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.cut("transport error")
            return
        if sent != len(wire):
            self.keep(memoryview(wire)[sent:])

    def keep(self, rest: memoryview) -> None:
        """Keep `rest` until the kernel takes more. One frame always fits, whatever its size."""
        if self.backlog and self.backlog_bytes + len(rest) > self.backlog_limit:
            self.cut("slow")
            return
        if self.backlog is None:
            self.backlog = deque()
        self.backlog.append(rest)
        self.backlog_bytes += len(rest)
        if self._writing is None:
            self._writing = get_hub().loop.io(self.raw.fileno(), _WRITE)
            self._writing.start(self._writable)

    def _writable(self) -> None:
        try:
            while self.backlog:
                rest = self.backlog[0]
                sent = send(self.raw, rest)
                self.backlog_bytes -= sent
                if sent < len(rest):
                    self.backlog[0] = rest[sent:]
                    return
                self.backlog.popleft()
        except BlockingIOError:
            return
        except OSError:
            self.cut("transport error")
            return
        self._stop_writing()
        self.backlog = None
        if self.closed:
            self._half_close()

    # reading

    def _readable(self) -> None:
        try:
            data = self.raw.recv(_READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.cut("transport close")
            return
        if self.closed:
            return  # only waiting for the other side to hang up
        self.heard = True
        try:
            for opcode, payload in self._reader.feed(data):
                if opcode == framing.TEXT:
                    self.engine.received(self, payload)  # type: ignore[arg-type]  # TEXT comes with str
                elif opcode == framing.PING:
                    self.write(framing.frame(framing.PONG, payload))  # type: ignore[arg-type]  # PING with bytes
                elif opcode == framing.CLOSE:
                    self.close(payload, "", "client disconnect")  # type: ignore[arg-type]  # CLOSE with int
                if self.closed:
                    return
        except framing.Violation as violation:
            self.close(violation.code, violation.reason, "bad packet")

    # closing

    def close(self, code: int, text: str, reason: str) -> None:
        """Say goodbye: what waits is sent first, then the close frame; the engine ends it after two seconds."""
        if self.closed:
            return
        self.backlog_limit += 256  # the goodbye itself always fits
        self.write(framing.close_frame(code, text))
        if self.closed:
            return
        self.closed = True
        self.engine.gone(self, reason, lingers=True)
        if not self.backlog:
            self._half_close()

    def cut(self, reason: str) -> None:
        """End it now. Nothing that waits is sent."""
        if self.ended:
            return
        self.ended = True
        was_open, self.closed = not self.closed, True
        self._stop_writing()
        if self._reading is not None:
            self._reading.stop()
            self._reading.close()
            self._reading = None
        if reason in ("slow", "ping timeout"):
            self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT)
        self.backlog = None
        self.backlog_bytes = 0
        self.raw.close()
        if was_open:
            self.engine.gone(self, reason, lingers=False)

    def _half_close(self) -> None:
        try:
            self.raw.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut("transport close")

    def _stop_writing(self) -> None:
        if self._writing is not None:
            self._writing.stop()
            self._writing.close()
            self._writing = None
