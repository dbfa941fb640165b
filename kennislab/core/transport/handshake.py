"""From an HTTP request to a websocket of our own.

The file descriptor is duplicated: the web server closes its own when the request ends and forgets
about it, the duplicate lives on. So an open phone costs no greenlet, no parser and no request object.
Works where the web server shows the plain socket of the request: gunicorn (`gunicorn.socket`) and
our own pywsgi handler (`kennislab.socket`).
"""

from __future__ import annotations

import _socket
import base64
import binascii
import hashlib
import io
import json
import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kennislab.core.errors import N_

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_SEND_BUFFER = 128 * 1024  # bytes the kernel may hold per phone; it doubles this for its own administration
_NOT_KEPT = (
    *("HTTP_SEC_WEBSOCKET", "HTTP_ACCEPT_ENCODING", "HTTP_CACHE_CONTROL", "HTTP_PRAGMA", "HTTP_UPGRADE", "HTTP_CONNECTION"),
    *("RAW_URI", "gunicorn", "wsgi"),
)
_NO_BODY = io.BytesIO()
# Public sentences that the transport answers with; before Flask, so in the source language only.
WEBSOCKET_ONLY = N_("Deze verbinding werkt alleen met websockets. Lukt dat niet op dit netwerk, lees dan de gebeurtenissen over http.")
WRONG_ORIGIN = N_("Deze pagina mag hier geen verbinding maken. Open het Kennislab op zijn eigen adres.")
FULL = N_("Er zijn nu te veel verbindingen. Probeer het over een paar seconden opnieuw.")
BROKEN = N_("Dit is geen geldige aanvraag voor een websocket.")


class Refusal(Exception):
    """The handshake is not accepted; becomes a problem+json answer."""

    def __init__(self, status: str, type: str, detail: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(type)
        self.status, self.type, self.detail, self.headers = status, type, detail, headers

    def answer(self, start_response: Callable[..., Any]) -> list[bytes]:
        problem = {"type": f"/problems/{self.type}", "title": self.status[4:], "status": int(self.status[:3]), "detail": self.detail}
        body = json.dumps(problem, ensure_ascii=False).encode()
        length = ("Content-Length", str(len(body)))
        closing = (("Cache-Control", "no-store"), ("Connection", "close"))
        start_response(self.status, [("Content-Type", "application/problem+json"), length, *closing, *self.headers])
        return [body]


class Taken(list[bytes]):
    """The empty answer to a request whose connection is no longer the web server's."""


def check_transport(environ: Mapping[str, Any]) -> None:
    """A websocket handshake for Engine.IO 4, and nothing else. Raises Refusal."""
    query = parse_qs(environ.get("QUERY_STRING", ""))
    asks = environ.get("REQUEST_METHOD") == "GET" and environ.get("HTTP_UPGRADE", "").lower() == "websocket"
    engine = query.get("EIO") == ["4"] and query.get("transport") == ["websocket"]
    if not asks or not engine or "sid" in query or "j" in query:
        raise Refusal("400 Bad Request", "websocket-only", WEBSOCKET_ONLY)


def accept_key(environ: Mapping[str, Any]) -> bytes:
    """The value of Sec-WebSocket-Accept. Raises Refusal when the request is not RFC 6455's."""
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        raise Refusal("426 Upgrade Required", "websocket-version", BROKEN, (("Sec-WebSocket-Version", "13"),))
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
    tokens = [token.strip().lower() for token in environ.get("HTTP_CONNECTION", "").split(",")]
    try:
        whole = len(base64.b64decode(key, validate=True)) == 16
    except (ValueError, binascii.Error):
        whole = False
    if not whole or "upgrade" not in tokens:
        raise Refusal("400 Bad Request", "websocket-handshake", BROKEN)
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest())


def may_connect(origin: str | None, environ: Mapping[str, Any], allowed: frozenset[str]) -> bool:
    """Whether a page from `origin` may open a socket: the own address, or one of `allowed`.

    Without an Origin it is no browser: it may, but see :func:`kept`, which drops its cookies.
    """
    if origin is None:
        return True
    here = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', '')}"
    there = origin_of(origin)
    return there != "" and (there in allowed or there == origin_of(here))


def origin_of(url: str) -> str:
    """`scheme://host[:port]` in lower case without a default port; empty when it is not an address."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" if port in (None, {"http": 80, "https": 443}[parts.scheme]) else f"{parts.scheme}://{host}:{port}"


def kept(environ: Mapping[str, Any]) -> dict[str, Any]:
    """What handlers may still see of the request while the phone is connected.

    Without an Origin the cookies are left out: only a token counts then, so that no page can make
    a browser speak for its user through a client that hides where it comes from.
    """
    small: dict[str, Any] = {key: value for key, value in environ.items() if isinstance(value, str) and not key.startswith(_NOT_KEPT)}
    if "HTTP_ORIGIN" not in environ:
        small.pop("HTTP_COOKIE", None)
    small["wsgi.url_scheme"] = environ.get("wsgi.url_scheme", "http")
    small["wsgi.input"] = _NO_BODY
    if "flask.app" in environ:
        small["flask.app"] = environ["flask.app"]
    return small


def take(environ: Mapping[str, Any]) -> _socket.socket:
    """Our own duplicate of the request's socket: plain, not blocking, Nagle off."""
    theirs = environ.get("gunicorn.socket") or environ.get("kennislab.socket")
    if theirs is None or isinstance(theirs, ssl.SSLSocket):
        raise Refusal("501 Not Implemented", "websocket-unavailable", BROKEN)
    ours = _socket.socket(fileno=_socket.dup(theirs.fileno()))
    ours.setblocking(False)
    if ours.family in (socket.AF_INET, socket.AF_INET6):
        ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    return ours


def switching(accept: bytes) -> bytes:
    """The 101 answer: no extension, no subprotocol."""
    return b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
