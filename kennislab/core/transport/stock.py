"""The fall-back: engine.io's and simple-websocket's own path, with their faults mended from outside.

Used when the installed versions are not among those `engine.py` knows. It touches their public side only, so it is
slower and costs more per phone, but it is right:

- simple-websocket writes with `send`, which under gevent may write half a frame, and from two greenlets at once. It is
  given a socket whose `send` writes the whole and one at a time.
- It accepts permessage-deflate from whoever offers it. The offer is taken out of the request.
- The queue to a slow phone has no bound. What is handed over is counted against what was written; over the limit the
  connection is cut.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import gevent.lock
import socketio

from . import handshake
from .frames import Frame


class WholeWrites:
    """A socket as simple-websocket wants it, on which `send` is `sendall`, one at a time."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._turn = gevent.lock.RLock()
        self.written = 0
        self.handed = 0

    def send(self, data: bytes) -> int:
        with self._turn:
            self._sock.sendall(data)
        self.written += len(data)
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class Stock:
    """Same interface as `Direct`."""

    name = "stock"

    def __init__(self, server: socketio.Server, origins: frozenset[str], backlog_limit: int, most: int) -> None:
        self.server = server
        self.origins = origins
        self.backlog_limit = backlog_limit
        self.most = most
        self.ended: Counter[str] = Counter()

    def mend(self, app: Callable[..., Any]) -> Callable[..., Any]:
        """WSGI around the Socket.IO middleware: refuses what Direct refuses, and hands over a better socket."""

        def mended(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            try:
                handshake.check_transport(environ)
                if not handshake.may_connect(environ.get("HTTP_ORIGIN"), environ, self.origins):
                    raise handshake.Refusal("403 Forbidden", "wrong-origin", handshake.WRONG_ORIGIN)
                handshake.accept_key(environ)
                if len(self.server.environ) >= self.most:
                    raise handshake.Refusal("503 Service Unavailable", "too-many-connections", handshake.FULL, (("Retry-After", "5"),))
            except handshake.Refusal as refusal:
                self.ended[refusal.type] += 1
                return refusal.answer(start_response)
            environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
            if "HTTP_ORIGIN" not in environ:
                environ.pop("HTTP_COOKIE", None)
            theirs = environ.get("gunicorn.socket") or environ.get("kennislab.socket")
            if theirs is None:
                return handshake.Refusal("501 Not Implemented", "websocket-unavailable", handshake.BROKEN).answer(start_response)
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 128 * 1024)
            # simple-websocket looks for gunicorn's name only; our own pywsgi handler reads the end of it from StopIteration too.
            environ["gunicorn.socket"] = environ["kennislab.whole"] = WholeWrites(theirs)
            return app(environ, start_response)

        return mended

    def deliver(self, frame: Frame, sids: Iterable[str]) -> None:
        text = frame.packet.decode()
        for sid in sids:
            if not self.connected(sid, frame.namespace):
                continue
            pipe: WholeWrites = self.server.get_environ(sid, frame.namespace)["kennislab.whole"]
            if pipe.handed > pipe.written and pipe.handed - pipe.written + len(frame) > self.backlog_limit:
                self._cut(pipe, "slow")
                continue
            pipe.handed = max(pipe.handed, pipe.written) + len(frame)
            self.server.eio.send(self.server.manager.eio_sid_from_sid(sid, frame.namespace), text)

    def _cut(self, pipe: WholeWrites, reason: str) -> None:
        self.ended[reason] += 1
        try:
            pipe.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it went by itself

    def close(self, sid: str, namespace: str, reason: str) -> None:
        if self.connected(sid, namespace):
            self.server.eio.disconnect(self.server.manager.eio_sid_from_sid(sid, namespace))

    def connected(self, sid: str, namespace: str) -> bool:
        return bool(self.server.manager.is_connected(sid, namespace))

    def stats(self) -> dict[str, Any]:
        pipes = [environ["kennislab.whole"] for environ in list(self.server.environ.values()) if "kennislab.whole" in environ]
        return {
            "transport": self.name,
            "connections": len(pipes),
            "backlog_bytes": sum(max(0, pipe.handed - pipe.written) for pipe in pipes),
            "ended": dict(self.ended),
        }

    def shutdown(self) -> None:
        self.server.eio.disconnect()
