"""gunicorn's HTTP handling without its master process, and with it when several workers are asked for.

One process is the rule (decision 0003): gunicorn's gevent worker is only asked to speak HTTP on a connection that we
accepted. Its master, its fork and its signals play a part only in `serve_forked`.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from typing import Any

from flask import Flask
from gevent import GreenletExit
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.ggevent import GeventWorker

from .quiet import AtMost

_LOG_LEVEL = "warning"


class Http(GeventWorker):
    """Speaks HTTP/1.1 on accepted connections: `handle(client, address)` returns when it is closed or became a websocket."""

    def __init__(self, app: Callable[..., Any], listener: socket.socket, keep_alive: int) -> None:
        config = Config()
        config.set("keepalive", keep_alive)
        config.set("worker_class", "gevent")
        config.set("loglevel", _LOG_LEVEL)
        config.set("forwarded_allow_ips", "")  # whom to believe about X-Forwarded-* is said once, by TRUSTED_PROXIES
        # Its settings are looked up thirty times per request, each through __getattr__: a quarter of its time.
        vars(config).update({name: setting.get() for name, setting in config.settings.items()})
        # What gunicorn.workers.base.Worker.__init__ sets up for a child of its master is left out: heartbeat file, signals.
        self.cfg = config
        self.log = Logger(config)
        self.log.error_log.addFilter(AtMost())
        self.alive = True
        self.nr = 0
        self.max_requests = float("inf")
        self.wsgi = app
        self.listener = listener

    def handle(self, client: Any, address: Any) -> None:
        super().handle(self.listener, client, address)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        if not isinstance(exc, GreenletExit):  # the server stops while this connection waits for its next request
            super().handle_error(req, client, addr, exc)

    def stop(self) -> None:
        """Close each connection after the answer it is giving."""
        self.alive = False


def serve_forked(make_app: Callable[[], Flask], listener: socket.socket, workers: int, on_ready: Callable[[], Any]) -> None:
    """gunicorn's master with `workers` children on one address. Each child makes its own app and serves as a single process does.

    A child that dies is started again. SIGTERM and SIGINT to the master stop all.
    """
    os.environ["GUNICORN_FD"] = str(listener.fileno())
    listener.set_inheritable(True)
    _Forking(make_app, {"bind": [f"fd://{listener.fileno()}"], "workers": workers}, on_ready).run()


class _Forking(BaseApplication):
    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any], on_ready: Callable[[], Any]) -> None:
        self.make_app, self.options, self.on_ready = make_app, options, on_ready
        super().__init__()

    def load_config(self) -> None:
        chosen = {
            "worker_class": "kennislab.core.transport.gunicorn_server.Child",
            "graceful_timeout": 2,
            "timeout": 60,
            "loglevel": _LOG_LEVEL,
            "when_ready": lambda _server: self.on_ready(),
        }
        for name, value in {**chosen, **self.options}.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[[], Flask]:
        return self.make_app


class Child(GeventWorker):
    """A worker of the master: makes the app, then serves like the single process."""

    def patch(self) -> None:
        """The process was patched before it forked."""

    def init_signals(self) -> None:
        super().init_signals()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)

    def load_wsgi(self) -> None:
        self.wsgi = self.app.load()()

    def run(self) -> None:
        import gevent  # after the fork: its hub must be this process's own

        from kennislab.core import server  # server imports this module

        def beat() -> None:
            while True:
                self.notify()
                gevent.sleep(1)

        gevent.spawn(beat)
        server.serve(self.wsgi, self.sockets[0].sock)
