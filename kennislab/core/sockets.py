"""Sockets to the phones: Socket.IO over websockets, set up once, with a narrow way to deliver.

Handlers are registered the ordinary way (`@socketio.on("follow", namespace="/live")`; a connect handler may return
False). Events go out through :func:`frame` and :func:`deliver`, not through `emit`: a frame is encoded once for all of
an audience and written without a greenlet or a queue per phone.

Settings: PUBLIC_URL and ALLOWED_ORIGINS (who may open a socket, beside the own address), TRUSTED_PROXIES, and for tests
and emergencies SOCKET_TRANSPORT ("direct", "stock"; empty chooses), SOCKET_PING_SECONDS, SOCKET_BACKLOG (bytes per
phone), SOCKET_MOST (connections).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import flask_socketio
from flask import Flask, current_app
from flask_babel import gettext
from werkzeug.middleware.proxy_fix import ProxyFix

from kennislab.core.errors import N_
from kennislab.core.transport import Frame, Transport, known
from kennislab.core.transport.direct import Direct
from kennislab.core.transport.handshake import origin_of
from kennislab.core.transport.quiet import log
from kennislab.core.transport.rooms import Rooms
from kennislab.core.transport.stock import Stock

NAMESPACE = "/live"
PATH = "/socket.io"
MESSAGE_LIMIT = 16 * 1024  # bytes a phone may send in one message
BACKLOG_LIMIT = 512 * 1024  # bytes that may wait for one phone
MOST = 9000  # connections in one process
PING_SECONDS = 15

socketio = flask_socketio.SocketIO()
_transport: Transport | None = None


def init(app: Flask) -> None:
    """Gives the app its socket door. Call it after whatever else wraps `app.wsgi_app`.

    The transport belongs to the process: with several apps (tests) the last one delivers.
    Raises ValueError when the origins are not a list of addresses.
    """
    global _transport
    config = app.config
    origins = _origins(config)
    name = config.get("SOCKET_TRANSPORT") or ("direct" if known() else "stock")
    seconds = int(config.get("SOCKET_PING_SECONDS", PING_SECONDS))
    engine_options: dict[str, Any] = {
        "async_mode": "gevent",
        "transports": ["websocket"],
        "allow_upgrades": False,
        "http_compression": False,
        "monitor_clients": name == "stock",
        "ping_interval": seconds,
        "ping_timeout": seconds,
        "max_http_buffer_size": MESSAGE_LIMIT,
        "cors_allowed_origins": [],  # ours are checked at the door, before engine.io sees the request
    }
    options = {"logger": log, "engineio_logger": log, "manage_session": False, "async_handlers": False, "client_manager": Rooms()}
    socketio.init_app(app, **options, **engine_options)
    limits = {"backlog_limit": int(config.get("SOCKET_BACKLOG", BACKLOG_LIMIT)), "most": int(config.get("SOCKET_MOST", MOST))}
    door: Callable[..., Any] = socketio.sockio_mw
    if name == "stock":
        stock = Stock(socketio.server, origins, **limits)
        door, _transport = stock.mend(door), stock
    else:
        _transport = Direct(socketio.server, origins, engine_options={**engine_options, "logger": log}, **limits)
    if proxies := int(config.get("TRUSTED_PROXIES", 0)):
        door = ProxyFix(door, x_for=proxies, x_proto=proxies, x_host=proxies)
    inside = socketio.sockio_mw.wsgi_app
    app.wsgi_app = _by_path(door, inside)  # type: ignore[method-assign]
    app.extensions["kennislab-transport"] = _transport
    if name == "stock" and not config.get("SOCKET_TRANSPORT"):
        log.warning("this version of engine.io is not known to the direct transport; using the stock one")


def _by_path(door: Callable[..., Any], inside: Callable[..., Any]) -> Callable[..., Any]:
    def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        path = environ.get("PATH_INFO", "")
        return (door if path == PATH or path.startswith(PATH + "/") else inside)(environ, start_response)

    return wsgi


def _origins(config: dict[str, Any]) -> frozenset[str]:
    texts = [text for text in (config.get("PUBLIC_URL", ""), *str(config.get("ALLOWED_ORIGINS", "")).split()) if text]
    origins = frozenset(origin_of(text) for text in texts)
    if "" in origins:
        raise ValueError("PUBLIC_URL and ALLOWED_ORIGINS hold addresses such as https://kennislab.example; '*' is not one")
    return origins


def frame(event: str, payload_json: str | bytes, namespace: str = NAMESPACE) -> Frame:
    """An event with one argument that is JSON already, encoded once for however many receivers."""
    return Frame(event, payload_json, namespace)


def deliver(frame: Frame, sids: Iterable[str]) -> None:
    """Send to each of these Socket.IO sids. Never waits; in order per phone; who reads too slowly is cut and catches up by number."""
    transport().deliver(frame, sids)


def close(sid: str, reason: str, namespace: str = NAMESPACE) -> None:
    """End one connection after what was already sent to it. The phone will try again unless it was told `bye`."""
    transport().close(sid, namespace, reason)


def connected(sid: str, namespace: str = NAMESPACE) -> bool:
    """Whether frames can still reach this phone."""
    return transport().connected(sid, namespace)


def stats() -> dict[str, Any]:
    """`transport`, `connections`, `backlog_bytes` (all phones together), `ended` (reason → count since the start)."""
    return transport().stats()


def shutdown() -> None:
    """Says goodbye to everybody; called when the server stops."""
    if _transport is not None:
        _transport.shutdown()


def transport() -> Transport:
    """The one in use. Raises RuntimeError before `init`."""
    if _transport is None:
        raise RuntimeError("sockets.init(app) has not been called")
    return _transport


@socketio.on_error_default
def _failed(error: Exception) -> dict[str, Any]:
    """A handler raised: logged, a few times a minute at most, and the phone gets a problem as its acknowledgement."""
    log.error("a socket handler failed: %s", type(error).__name__, exc_info=error)
    texts = N_("Er ging iets mis"), N_("Probeer het opnieuw.")
    title, detail = map(gettext, texts) if "babel" in current_app.extensions else texts
    return {"problem": {"type": "/problems/internal", "title": title, "detail": detail}}
