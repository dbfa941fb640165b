"""How a server is started: one process, gevent, gunicorn's HTTP, no fork unless several workers are asked for.

`patch()` comes before every other import of a serving command; `run()` serves until SIGTERM or SIGINT and then stops
within two seconds: no new requests, a goodbye to the phones, a second for what is being answered.

What belongs to a serving process (broadcaster, job runner) registers itself with `on_worker_start`; with several
workers it is called in each of them, after the fork.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

# Nothing else is imported here: `patch()` has to come before flask, ssl, redis and the like.
Hook = Callable[["Flask"], None]
Listening = Callable[[str], None]

MOST_REQUESTS = 9000  # connections with a request or kept alive; phones on a socket do not count
KEEP_ALIVE_SECONDS = 15
LAST_ANSWERS_SECONDS = 1.0
_BACKLOG = 4096  # connections the kernel may hold when a whole room reloads at once

_start_hooks: list[Hook] = []
_stop_hooks: list[Hook] = []


def patch() -> None:
    """Makes threads, sockets and locks cooperate. First thing in the process: what was imported before keeps the blocking ones.

    psycopg 3 sees it and waits through gevent; SQLite, argon2 and other C code block and are kept short or sent to a thread.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads spin, and would take the processor from the phones
    from gevent import monkey  # not at the top: importing this module must not decide for commands that do not serve

    if not monkey.is_module_patched("socket"):
        monkey.patch_all()


def on_worker_start(hook: Hook) -> Hook:
    """Calls `hook(app)` in every serving process before it takes requests. It must not wait: spawn what keeps running."""
    _start_hooks.append(hook)
    return hook


def on_worker_stop(hook: Hook) -> Hook:
    """Calls `hook(app)` when a serving process stops, after the last answer."""
    _stop_hooks.append(hook)
    return hook


def run(app: Flask | Callable[[], Flask], host: str, port: int, on_listening: Listening | None = None, workers: int = 1) -> None:
    """Serve until told to stop. `port` 0 takes a free one; `on_listening` gets the real address, `http://host:port`.

    With more than one worker give a function that makes the app: each worker makes its own, after the fork.
    Raises OSError when the address is taken.
    """
    from flask import Flask  # after patch()

    _allow_many_files()
    listener = listen(host, port)
    address = url(listener)
    if workers > 1:
        if isinstance(app, Flask):
            raise TypeError("several workers each make their own app: pass a function")
        from kennislab.core.transport.gunicorn_server import serve_forked  # gunicorn does not exist on Windows

        serve_forked(app, listener, workers, lambda: on_listening and on_listening(address))
        return
    ready = app if isinstance(app, Flask) else app()
    serve(ready, listener, lambda: on_listening and on_listening(address))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket with Nagle off, which accepted connections inherit."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(_BACKLOG)
    return listener


def url(listener: socket.socket) -> str:
    """Where it listens, in a form that can be clicked: a wildcard address is shown as localhost."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: Flask, listener: socket.socket, on_ready: Callable[[], Any] | None = None) -> None:
    """Serve `app` on a listening socket in this process, until SIGTERM or SIGINT."""
    import gevent  # only in processes that serve
    from gevent.event import Event
    from gevent.pool import Pool
    from gevent.server import StreamServer

    from kennislab.core import sockets  # after patch()

    stop = Event()
    answering = _Answering(app)
    http = _http(answering, listener)
    server = StreamServer(listener, handle=http.handle, spawn=Pool(MOST_REQUESTS))
    watchers = [gevent.signal_handler(number, stop.set) for number in (signal.SIGTERM, signal.SIGINT)]
    for hook in _start_hooks:
        hook(app)
    server.start()
    try:
        if on_ready is not None:
            on_ready()
        stop.wait()
    finally:
        http.stop()
        server.close()
        sockets.shutdown()
        deadline = time.monotonic() + LAST_ANSWERS_SECONDS
        while answering.now and time.monotonic() < deadline:
            gevent.sleep(0.02)
        gevent.sleep(0.05)  # lets the goodbyes leave
        for hook in _stop_hooks:
            with contextlib.suppress(Exception):
                hook(app)
        for watcher in watchers:
            watcher.cancel()
        server.pool.kill(block=True, timeout=0.5)


class _Answering:
    """The app, with a count of the requests that are being answered (kept-alive connections are not)."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.now = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.now += 1
        try:
            return self.app(environ, start_response)
        finally:
            self.now -= 1


def _http(app: Callable[..., Any], listener: socket.socket) -> Any:
    """gunicorn's HTTP; gevent's own where gunicorn does not exist (Windows)."""
    try:
        from kennislab.core.transport.gunicorn_server import Http
    except ImportError:
        from kennislab.core.transport.pywsgi_server import Http  # type: ignore[assignment]
    return Http(app, listener, KEEP_ALIVE_SECONDS)


def _allow_many_files() -> None:
    """A room is thousands of open files; the usual soft limit is 1024."""
    try:
        import resource  # not on Windows
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else max(soft, 65536), hard))


__all__ = ["listen", "on_worker_start", "on_worker_stop", "patch", "run", "serve", "url"]
