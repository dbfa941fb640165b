"""A tiny app around the transport, served as a process of its own: `python -m tests.core.transport.room [--option value]`.

It prints one line of JSON with its address. `POST /say` broadcasts, `GET /stats` tells what the transport and the process use.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
from typing import Any

from kennislab.core import server

server.patch()

import gevent  # noqa: E402  after patching, as in every serving process
from flask import Flask, Response, request  # noqa: E402

from kennislab.core import sockets  # noqa: E402

present: dict[str, list[str]] = {}
left: list[list[str]] = []


def make_app(**config: Any) -> Flask:
    app = Flask("room")
    app.config.update(SECRET_KEY="test", **config)
    sockets.init(app)

    @app.get("/")
    def page() -> str:
        return "<!doctype html><title>room</title>" + "x" * 2000

    @app.post("/say")
    def say() -> str:
        """`count` frames of `size` bytes of payload each, numbered `from`, every `every` ms."""
        defaults = {"count": 1, "size": 10, "every": 0, "from": 0}
        count, size, every, first = (int(request.args.get(name, default)) for name, default in defaults.items())
        for number in range(first, first + count):
            text = chr(97 + number % 26) * (size // 2) + "é" * (size // 4)
            sockets.deliver(sockets.frame("events", json.dumps({"n": number, "text": text}, ensure_ascii=False)), list(present))
            if every:
                gevent.sleep(every / 1000)
        return "said"

    @app.post("/close")
    def close() -> str:
        for sid in list(present):
            sockets.close(sid, "klaar")
        return "closed"

    @app.get("/slow")
    def slow() -> str:
        gevent.sleep(0.5)
        return "slowly"

    @app.get("/stats")
    def stats() -> dict[str, Any]:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        with open("/proc/self/statm", encoding="ascii") as file:
            rss = int(file.read().split()[1]) * resource.getpagesize()
        return {**sockets.stats(), "pid": os.getpid(), "rss": rss, "cpu": usage.ru_utime + usage.ru_stime, "present": present, "left": left}

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        return Response(repr(error), 500)

    return app


@sockets.socketio.on("connect", namespace="/live")
def connect(auth: Any = None) -> bool | None:
    auth = auth or {}
    if auth.get("token") == "wrong":
        return False
    if auth.get("wait"):
        gevent.sleep(float(auth["wait"]))
    present[request.sid] = [auth.get("name", ""), request.headers.get("Cookie", ""), request.remote_addr]  # type: ignore[attr-defined]
    return None


@sockets.socketio.on("disconnect", namespace="/live")
def disconnect(reason: str) -> None:
    left.append([*present.pop(request.sid, ["?"])[:1], reason])  # type: ignore[attr-defined]


@sockets.socketio.on("follow", namespace="/live")
def follow(message: Any) -> Any:
    if message.get("fail"):
        raise ValueError("on purpose")
    return {"ok": True, "heard": message}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="{}")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--pywsgi", action="store_true")
    options = parser.parse_args()
    config = json.loads(options.config)
    if options.pywsgi:
        from kennislab.core.transport import pywsgi_server

        server._http = lambda app, listener: pywsgi_server.Http(app, listener, 15)
    made = make_app(**config) if options.workers == 1 else lambda: make_app(**config)
    server.run(made, "127.0.0.1", 0, lambda url: print(json.dumps({"url": url}), flush=True), workers=options.workers)


if __name__ == "__main__":
    main()
