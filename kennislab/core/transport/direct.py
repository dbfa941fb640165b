"""The transport of every day: frames straight to the sockets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import socketio

from . import framing, handshake, packets
from .engine import Engine, install
from .frames import Frame
from .rooms import Rooms


class Direct:
    """Delivers by writing one finished frame to each connection. Also the Engine's gate."""

    name = "direct"

    def __init__(
        self, server: socketio.Server, origins: frozenset[str], backlog_limit: int, most: int, engine_options: dict[str, Any]
    ) -> None:
        self.server = server
        self.origins = origins
        rooms = server.manager
        if not isinstance(rooms, Rooms):
            raise TypeError("the server needs our own client administration")
        self.clients = rooms.clients
        self.engine = Engine(gate=self, backlog_limit=backlog_limit, most=most, **engine_options)
        install(server, self.engine)

    # the gate

    def admit(self, environ: dict[str, Any]) -> None:
        if not handshake.may_connect(environ.get("HTTP_ORIGIN"), environ, self.origins):
            raise handshake.Refusal("403 Forbidden", "wrong-origin", handshake.WRONG_ORIGIN)

    def check(self, sid: str, packet: str) -> packets.Incoming:
        incoming = packets.check(packet, self.server.handlers)
        if self.joined(sid, incoming.namespace) is (incoming.kind == packets.CONNECT):
            raise packets.BadPacket("out of turn")
        return incoming

    def joined(self, sid: str, namespace: str) -> bool:
        return namespace in self.clients and self.server.manager.sid_from_eio_sid(sid, namespace) is not None

    # what the live room uses

    def deliver(self, frame: Frame, sids: Iterable[str]) -> None:
        clients = self.clients.get(frame.namespace)
        if clients:
            self.engine.write(frame.wire, map(clients.get, sids))

    def close(self, sid: str, namespace: str, reason: str) -> None:
        connection = self.engine.sockets.get(self.clients.get(namespace, {}).get(sid))
        if connection is not None:
            connection.close(framing.NORMAL, reason, self.server.reason.SERVER_DISCONNECT)

    def connected(self, sid: str, namespace: str) -> bool:
        return self.clients.get(namespace, {}).get(sid) in self.engine.sockets

    def stats(self) -> dict[str, Any]:
        return {
            "transport": self.name,
            "connections": len(self.engine.sockets),
            "backlog_bytes": sum(connection.backlog_bytes for connection in self.engine.sockets.values()),
            "ended": dict(self.engine.ended),
        }

    def shutdown(self) -> None:
        self.engine.shutdown()
