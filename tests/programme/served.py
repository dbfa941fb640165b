"""The app behind a small server in this process, for tests with a browser that need no live room."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from tests.factories.world import World
from tests.programme.worlds import signed_in


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of the app, on a free port of this machine only."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)


def sign_in_browser(context: Any, app: Flask, world: World, role: str, url: str) -> None:
    """Puts the session cookie of a signed-in person into a browser context."""
    client = signed_in(app, world, role)
    cookie = client.get_cookie("kl_session")
    assert cookie is not None
    context.add_cookies([{"name": "kl_session", "value": cookie.value, "url": url, "httpOnly": True, "sameSite": "Lax"}])
