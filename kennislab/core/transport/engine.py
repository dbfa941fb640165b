"""Engine.IO 4 over our own connections: the parts of engineio.Server that concern a single socket, replaced.

Stock engine.io gives each client a queue and three greenlets (request, writer, pings) and simple-websocket adds a
fourth. Here the event loop reads and writes, one ticker pings everybody, and a greenlet exists only while a message is
being handled. Messages of one phone are handled in order, its going away last.

Knows the engineio and socketio versions in `KNOWN`; with others `stock.py` takes its place.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import engineio
import engineio.packet
import gevent
import socketio

from . import framing, handshake
from .connection import Connection, send
from .packets import CONNECT, BadPacket, Incoming
from .quiet import log

KNOWN = {"python-engineio": ((4, 13), (4, 16)), "python-socketio": ((5, 16), (5, 19))}

_PING = framing.text_frame(b"2")
_MOST_WAITING = 32  # messages of one phone that may wait for their turn
_BURST, _PER_SECOND = 30.0, 5.0  # what one phone may send
_GOODBYE_SECONDS = 2


class Gate(Protocol):
    """Who may in, and which packets. Made by the transport, which knows the Socket.IO server."""

    def admit(self, environ: dict[str, Any]) -> None:
        """Raises handshake.Refusal when this page may not open a socket."""

    def check(self, sid: str, packet: str) -> Incoming:
        """What a Socket.IO packet is; raises BadPacket."""

    def joined(self, sid: str, namespace: str) -> bool:
        """Whether this connection is in the namespace."""


class Engine(engineio.Server):
    """Takes the place of `socketio.Server.eio`. Limits: `backlog_limit` bytes per phone, `most` phones."""

    def __init__(self, *, gate: Gate, backlog_limit: int, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.gate = gate
        self.backlog_limit = backlog_limit
        self.most = most
        self.ended: Counter[str] = Counter()
        self._slots: list[set[Connection]] = [set() for _ in range(max(1, int(self.ping_interval)))]
        self._tick = 0
        self._ticker: gevent.Greenlet | None = None
        self._leaving: deque[tuple[int, Connection]] = deque()

    # the way in

    def handle_request(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        try:
            handshake.check_transport(environ)
            self.gate.admit(environ)
            accept = handshake.accept_key(environ)
            if len(self.sockets) >= self.most:
                raise handshake.Refusal("503 Service Unavailable", "too-many-connections", handshake.FULL, (("Retry-After", "5"),))
            raw = handshake.take(environ)
        except handshake.Refusal as refusal:
            self.ended[refusal.type] += 1
            return refusal.answer(start_response)
        self._welcome(raw, environ, accept)
        if "gunicorn.socket" in environ:
            raise StopIteration  # how gunicorn's workers are told that the connection is not theirs any more
        return handshake.Taken()

    def _welcome(self, raw: Any, environ: dict[str, Any], accept: bytes) -> None:
        sid = self.generate_id()
        connection = Connection(self, sid, raw, self.max_http_buffer_size, self.backlog_limit)
        self.sockets[sid] = connection
        self._trigger_event("connect", sid, handshake.kept(environ), run_async=False)
        hello = engineio.packet.Packet(
            engineio.packet.OPEN,
            {
                "sid": sid,
                "upgrades": [],
                "pingInterval": int(self.ping_interval * 1000),
                "pingTimeout": int(self.ping_timeout * 1000),
                "maxPayload": self.max_http_buffer_size,
            },
        ).encode()
        connection.write(handshake.switching(accept) + framing.text_frame(hello.encode()))
        if connection.closed:
            return
        connection.slot = self._tick % len(self._slots)
        connection.allowance, connection.allowance_at = _BURST, time.monotonic()
        self._slots[connection.slot].add(connection)
        connection.start()
        if self._ticker is None:
            self._ticker = gevent.spawn(self._ticking)

    # what connections report; called by the event loop, so nothing here may wait

    def received(self, connection: Connection, text: str) -> None:
        """One Engine.IO packet. Messages wait for a greenlet; the rest is answered here."""
        kind = text[:1]
        if kind == "4":
            now = time.monotonic()
            connection.allowance = min(_BURST, connection.allowance + (now - connection.allowance_at) * _PER_SECOND) - 1
            connection.allowance_at = now
            if connection.allowance < 0 or (connection.inbox and len(connection.inbox) >= _MOST_WAITING):
                connection.close(framing.POLICY, "too many messages", "bad packet")
                return
            self._queue(connection, text[1:])
        elif text == "1":
            connection.close(framing.NORMAL, "", "client disconnect")
        elif text not in ("3", "6"):
            connection.close(framing.POLICY, "unknown packet", "bad packet")

    def gone(self, connection: Connection, reason: str, *, lingers: bool) -> None:
        """A connection closed; `lingers` when it still waits for the other side to hang up."""
        self.ended[reason] += 1
        self.sockets.pop(connection.sid, None)
        self._slots[connection.slot].discard(connection)
        if lingers:
            self._leaving.append((self._tick + _GOODBYE_SECONDS, connection))
        if connection.inbox:
            connection.inbox.clear()
        connection.session_or_none = None
        connection.reason = reason
        self._queue(connection, None)

    # handling, in a greenlet

    def _queue(self, connection: Connection, message: str | None) -> None:
        if connection.inbox is None:
            connection.inbox = deque()
        connection.inbox.append(message)
        if not connection.working:
            connection.working = True
            gevent.spawn(self._handle, connection)

    def _handle(self, connection: Connection) -> None:
        inbox = connection.inbox or deque()
        while inbox:
            message = inbox.popleft()
            if message is None:
                self._trigger_event("disconnect", connection.sid, connection.reason, run_async=False)
                break
            try:
                incoming = self.gate.check(connection.sid, message)
                self.handlers["message"](connection.sid, message)
                if incoming.kind == CONNECT:
                    connection.welcomed = self.gate.joined(connection.sid, incoming.namespace)
            except BadPacket as bad:
                connection.close(framing.POLICY, str(bad), "bad packet")
            except Exception:
                log.exception("a socket message could not be handled")
                connection.close(framing.FAILURE, "", "failed")
        connection.working = False
        connection.inbox = None

    # the way out; python-socketio calls these

    def send(self, sid: str, data: Any) -> None:
        self.send_packet(sid, engineio.packet.Packet(engineio.packet.MESSAGE, data=data))

    def send_packet(self, sid: str, pkt: Any) -> None:
        connection = self.sockets.get(sid)
        if connection is None:
            return  # it left in the meantime
        encoded = pkt.encode()
        if isinstance(encoded, bytes):
            raise TypeError("binary packets are not sent here")
        connection.write(framing.text_frame(encoded.encode()))

    def write(self, wire: bytes, sids: Iterable[str | None]) -> None:
        """One finished frame to many, by Engine.IO sid. The hot loop of a broadcast: `Connection.write`, unrolled."""
        sockets, size = self.sockets, len(wire)
        for sid in sids:
            connection = sockets.get(sid)
            if connection is None:
                continue
            if connection.backlog:
                connection.write(wire)
                continue
            try:
                sent = send(connection.raw, wire)
            except BlockingIOError:
                sent = 0
            except OSError:
                connection.cut("transport error")
                continue
            if sent != size:
                connection.keep(memoryview(wire)[sent:])

    def disconnect(self, sid: str | None = None) -> None:
        for connection in [self.sockets[sid]] if sid in self.sockets else [] if sid else list(self.sockets.values()):
            connection.close(framing.NORMAL, "", self.reason.SERVER_DISCONNECT)

    def transport(self, sid: str) -> str:
        return "websocket"

    def shutdown(self) -> None:
        """Everybody is told that the server goes away, and hangs up."""
        for connection in list(self.sockets.values()):
            connection.close(framing.GOING_AWAY, "", self.reason.SERVER_DISCONNECT)

    # time

    def _ticking(self) -> None:
        """Pings everybody once per interval, a slice each second; who did not answer the previous one is gone.

        Counts its own ticks and not the clock: after a pause of this process nobody is held to have been silent.
        """
        while self.sockets or self._leaving:
            gevent.sleep(1)
            self._tick += 1
            for connection in list(self._slots[self._tick % len(self._slots)]):
                if not connection.heard:
                    connection.cut("ping timeout")
                elif not connection.welcomed:
                    connection.close(framing.POLICY, "no namespace joined", "no welcome")
                else:
                    connection.heard = False
                    connection.write(_PING)
            while self._leaving and self._leaving[0][0] <= self._tick:
                self._leaving.popleft()[1].cut("goodbye")
        self._ticker = None


def install(server: socketio.Server, engine: Engine) -> None:
    """Puts `engine` in the place of the server's own, with the same three handlers."""
    for event, handler in server.eio.handlers.items():
        engine.on(event, handler)
    server.eio = engine
