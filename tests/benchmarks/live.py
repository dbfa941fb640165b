"""The live room under load: `kennislab bench live` or `python -m tests.benchmarks.live`.

Starts the demo with a lab that is live, brings in phones by POST /join, and has them write contributions at random moments.
Prints how long until each was answered and until it was on every screen, what was lost or doubled, what it cost the server,
and how busy the load generator itself was. Beside it, in the same run, a Node room (socket.io 4, one commit and one emit for
each operation) on the same kind of database: only the ratios mean much on another machine.

  --ramp      raises the rate until the 95th percentile of the screens passes 300 ms (both rooms)
  --storm N   lets N phones reload page, state and socket at once
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks import servers
from tests.benchmarks.crowd import Crowd, Kennislab, NodeRoom, Numbers
from tests.benchmarks.wire import Loop
from tests.support.services import postgres

ALLOWED_MS = 300.0
"""What the screens' 95th percentile may be."""


def say(kind: str, **what: Any) -> None:
    print(json.dumps({"room": kind, **what}, ensure_ascii=False), flush=True)


@contextmanager
def kennislab(database: str, stack: ExitStack) -> Iterator[tuple[servers.Served, Loop]]:
    with tempfile.TemporaryDirectory(prefix="kennislab-bench-") as folder:
        settings = {"KENNISLAB_LOG_LEVEL": "WARNING"}
        if database == "postgresql":
            settings["KENNISLAB_DATABASE_URL"] = _postgres(stack).create_database("kennislab_bench")
        with servers.demo(Path(folder), settings) as served:
            yield served, Loop()


@contextmanager
def node(database: str, stack: ExitStack) -> Iterator[tuple[servers.Served, Loop]]:
    with tempfile.TemporaryDirectory(prefix="node-room-") as folder:
        if database == "postgresql":
            address = _postgres(stack).create_database("node_bench").replace("postgresql+psycopg:", "postgresql:")
        else:
            address = f"sqlite:{folder}/room.sqlite3"
        with servers.node_room(address) as served:
            yield served, Loop()


_server: list[Any] = []


def _postgres(stack: ExitStack) -> Any:
    if not _server:
        _server.append(stack.enter_context(postgres()))
    return _server[0]


def enter(crowd: Crowd, phones: int) -> None:
    """Everybody in, and what that cost in memory."""
    before = crowd.served.rss()
    crowd.enter(phones)
    crowd.loop.run(lambda: False, 1)
    say(
        type(crowd).__name__,
        phones=phones,
        idle_mb=round(before / 1e6, 1),
        kb_per_phone=round((crowd.served.rss() - before) / phones / 1024, 1),
    )


def ramp(crowd: Crowd, first: float, seconds: float) -> float:
    """The highest rate, in steps of a quarter, at which the screens keep up and nothing is lost. The last good one is tried twice."""
    good, rate, step, most = 0.0, first, 2.0, 20_000.0
    while True:
        numbers = crowd.measure(rate, seconds)
        if not holds(numbers):
            numbers = crowd.measure(rate, seconds)
        say(type(crowd).__name__, **numbers.told())
        if holds(numbers):
            good = rate
        elif step < 2 or good == 0:
            return good
        else:
            most, step = rate, 1.25
        rate = good * step
        if rate >= most:
            return good


def holds(numbers: Numbers) -> bool:
    return numbers.screens[1] <= ALLOWED_MS and numbers.lost == 0 and numbers.refused == 0 and numbers.doubled == 0


def ratio(name: str, ours: float, theirs: float) -> None:
    if ours > 0 and theirs > 0:
        print(f"{name}: {ours:g} against {theirs:g} = {ours / theirs:.2f}x", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--rate", type=float, default=50, help="operations per second (default 50)")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--ramp", action="store_true")
    parser.add_argument("--storm", type=int, default=0, help="this many reload at once")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite", help="of Kennislab")
    parser.add_argument(
        "--node", choices=["sqlite", "postgresql", "no"], default="postgresql", help="database of the Node room (default postgresql)"
    )
    options = parser.parse_args()
    with ExitStack() as stack:
        best: dict[str, float] = {}
        measured: dict[str, Numbers] = {}
        with kennislab(options.database, stack) as (served, loop):
            crowd: Crowd = Kennislab(loop, served)
            enter(crowd, options.phones)
            crowd.measure(options.rate, 2)
            measured["ours"] = crowd.measure(options.rate, options.seconds)
            say("Kennislab", **measured["ours"].told())
            if options.ramp:
                best["ours"] = ramp(crowd, options.rate * 2, min(options.seconds, 8))
            crowd.leave()
        if options.storm:
            with kennislab(options.database, stack) as (served, loop):
                room = Kennislab(loop, served)
                enter(room, options.storm)
                say("Kennislab", reload=room.reload(60))
                room.leave()
        if options.node != "no":
            with node(options.node, stack) as (served, loop):
                crowd = NodeRoom(loop, served)
                enter(crowd, options.phones)
                crowd.measure(options.rate, 2)
                measured["node"] = crowd.measure(options.rate, options.seconds)
                say("NodeRoom", **measured["node"].told())
                if options.ramp:
                    best["node"] = ramp(crowd, options.rate * 2, min(options.seconds, 8))
                crowd.leave()
            ratio("answer p95 (ms)", measured["ours"].answer[1], measured["node"].answer[1])
            ratio("screens p95 (ms)", measured["ours"].screens[1], measured["node"].screens[1])
            ratio(
                "server processor per operation (ms; without PostgreSQL's own)",
                measured["ours"].cpu_ms_per_op,
                measured["node"].cpu_ms_per_op,
            )
            if options.ramp:
                ratio(f"operations a second with screens p95 within {ALLOWED_MS:.0f} ms", best["ours"], best["node"])


if __name__ == "__main__":
    main()
