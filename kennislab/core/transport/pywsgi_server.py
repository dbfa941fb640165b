"""gevent's own HTTP, for where gunicorn does not exist. Slower on plain pages (decision 0003), the same on sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from gevent import pywsgi

from .handshake import Taken


class _Handler(pywsgi.WSGIHandler):
    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ["kennislab.socket"] = self.socket
        return environ

    def run_application(self) -> None:
        try:
            super().run_application()
        except StopIteration:  # the stock websocket path says so that it is done
            self.close_connection = True

    def process_result(self) -> None:
        if isinstance(self.result, Taken):
            self.close_connection = True
            self.socket = None  # or pywsgi would read what is left, and that is the phone's first message
            return
        super().process_result()

    def log_request(self) -> None:
        """No access log."""


class _Silent(pywsgi.WSGIServer):
    handler_class = _Handler


class Http:
    """Same interface as gunicorn_server.Http."""

    def __init__(self, app: Callable[..., Any], listener: socket.socket, keep_alive: int) -> None:
        self.keep_alive = keep_alive
        self.server = _Silent(listener, app, log=None)
        self.server.set_environ({"wsgi.multithread": True})
        self.server.update_environ()

    def handle(self, client: Any, address: Any) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.handle(client, address)

    def stop(self) -> None:
        """Connections are closed by the pool that runs them."""
