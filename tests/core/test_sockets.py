"""Who may open a socket, and what a frame is on the wire."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from socketio.packet import Packet

from kennislab.core import server, sockets
from kennislab.core.transport import handshake


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Kennislab.example", "https://kennislab.example"),
        ("https://kennislab.example:443/pad", "https://kennislab.example"),
        ("http://kennislab.example:80", "http://kennislab.example"),
        ("http://kennislab.example:8000", "http://kennislab.example:8000"),
        ("http://[::1]:5000", "http://[::1]:5000"),
        ("null", ""),
        ("*", ""),
        ("kennislab.example", ""),
        ("ftp://kennislab.example", ""),
        ("http://kennislab.example:poort", ""),
        ("", ""),
    ],
)
def test_origin_of(url: str, origin: str) -> None:
    assert handshake.origin_of(url) == origin


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (None, True),
        ("http://room.local:5000", True),
        ("HTTP://ROOM.LOCAL:5000", True),
        ("https://kennislab.example", True),
        ("https://room.local:5000", False),
        ("http://room.local", False),
        ("http://elsewhere.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_own_address_and_configured_ones(origin: str | None, may: bool) -> None:
    environ = {"wsgi.url_scheme": "http", "HTTP_HOST": "room.local:5000"}
    assert handshake.may_connect(origin, environ, frozenset({"https://kennislab.example"})) is may


def test_an_origin_never_matches_a_missing_host() -> None:
    assert handshake.may_connect("null", {"wsgi.url_scheme": "http"}, frozenset()) is False


@pytest.mark.parametrize("setting", [{"ALLOWED_ORIGINS": "*"}, {"PUBLIC_URL": "kennislab.example"}])
def test_settings_that_are_not_addresses_are_refused(setting: dict[str, str]) -> None:
    app = Flask("test")
    app.config.update(setting)
    with pytest.raises(ValueError, match="hold addresses"):
        sockets.init(app)


def test_without_cookies_when_there_is_no_origin() -> None:
    environ = {
        "HTTP_COOKIE": "a=b",
        "HTTP_HOST": "x",
        "wsgi.url_scheme": "https",
        "REMOTE_ADDR": "10.0.0.1",
        "gunicorn.socket": object(),
        "flask.app": "app",
    }
    kept = handshake.kept(environ)
    assert {key: value for key, value in kept.items() if key != "wsgi.input"} == {
        "HTTP_HOST": "x",
        "wsgi.url_scheme": "https",
        "REMOTE_ADDR": "10.0.0.1",
        "flask.app": "app",
    }
    assert handshake.kept({**environ, "HTTP_ORIGIN": "https://x"})["HTTP_COOKIE"] == "a=b"


@pytest.mark.parametrize("namespace", ["/live", "/"])
def test_a_frame_is_what_socketio_would_have_sent(namespace: str) -> None:
    payload = {"epoch": "e", "text": 'één " \\ \u2028'}
    packet = Packet(2, data=["events", payload], namespace=namespace).encode()
    made = sockets.frame("events", json.dumps(payload, separators=(",", ":")), namespace)
    assert made.packet.decode() == packet
    assert made.wire == bytes((0x81, len(packet.encode()) + 1)) + b"4" + packet.encode()


def test_the_stock_way_when_versions_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Flask("test")
    sockets.init(app)
    assert sockets.stats() == {"transport": "direct", "connections": 0, "backlog_bytes": 0, "ended": {}}
    monkeypatch.setattr("kennislab.core.transport.version", lambda package: "99.0")
    sockets.init(app)
    assert sockets.stats() == {"transport": "stock", "connections": 0, "backlog_bytes": 0, "ended": {}}
    monkeypatch.undo()
    sockets.init(app)


def test_other_pages_do_not_pass_the_socket_door() -> None:
    app = Flask("test")
    app.add_url_rule("/socket.ioo", "near", lambda: "page")
    sockets.init(app)
    client = app.test_client()
    assert client.get("/socket.ioo").text == "page"
    assert client.get("/socket.io/").status_code == 400
    assert client.get("/socket.io/").json["type"] == "/problems/websocket-only"


def test_deliver_passes_over_who_is_gone() -> None:
    sockets.init(Flask("test"))
    sockets.deliver(sockets.frame("events", "{}"), ["nobody"])
    sockets.close("nobody", "closed")
    assert sockets.connected("nobody") is False


def test_a_free_port_and_its_address() -> None:
    listener = server.listen("127.0.0.1", 0)
    try:
        assert server.url(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(OSError):
            server.listen("127.0.0.1", listener.getsockname()[1])
    finally:
        listener.close()
