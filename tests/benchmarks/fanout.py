"""Fan-out: one sender, N phones, frames of 300 bytes. Deliveries per second, processor per delivery, memory per phone.

`python -m tests.benchmarks.fanout [--phones 100 1000] [--seconds 5] [--also stock pywsgi]`: ours and Node socket.io 4, in
turns, in one run; the ratios are what counts. Bursts are small enough for the kernel's buffers and no more than two are on
their way, so nobody is measured by how much it can leave waiting.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

from tests.benchmarks.servers import Served, node_room, room
from tests.benchmarks.wire import Http, Loop, Phone

BURST = 20
SIZE = 225  # makes a frame of about 300 bytes on the wire


def connect(loop: Loop, url: str, phones: int, event: Callable[[Phone, bytes], None]) -> list[Phone]:
    """All phones connected and joined, fifty at a time. Raises TimeoutError."""
    connected: list[Phone] = []
    for start in range(0, phones, 50):
        some = [Phone(loop, url, event) for _ in range(start, min(phones, start + 50))]
        if not loop.run(lambda some=some: all(phone.joined for phone in some), 30):  # type: ignore[misc]  # default binds the loop's value
            raise TimeoutError("not all phones could connect")
        connected += some
    return connected


def measure(served: Served, phones: int, seconds: float) -> dict[str, Any]:
    loop = Loop()
    loop.run(lambda: False, 0.3)
    before = served.rss()
    arrived = [0]

    def event(phone: Phone, packet: bytes) -> None:
        arrived[0] += 1

    crowd = connect(loop, served.url, phones, event)
    loop.run(lambda: False, 1.0)
    memory = (served.rss() - before) / phones
    control = Http(loop, served.url)
    sent = answered = 0

    def on_answer(status: int, body: bytes) -> None:
        nonlocal answered
        answered += 1

    def burst() -> None:
        """Posts one more, and waits until no more than two are on their way."""
        nonlocal sent
        sent += 1
        control.request("POST", f"/say?count={BURST}&size={SIZE}", on_answer)
        if not loop.run(lambda: answered == sent and arrived[0] >= (sent - 2) * BURST * phones, 30):
            raise TimeoutError(f"frames were lost: {sorted({phone.frames for phone in crowd})}")

    for _ in range(3):
        burst()
    loop.start_report()
    cpu, start, first = served.cpu(), time.perf_counter(), arrived[0]
    while time.perf_counter() - start < seconds:
        burst()
    deliveries, wall, cpu = arrived[0] - first, time.perf_counter() - start, served.cpu() - cpu
    for phone in crowd:
        phone.close()
    loop.run(lambda: False, 0.5)
    return {
        "deliveries_per_second": round(deliveries / wall),
        "deliveries_per_cpu_second": round(deliveries / max(cpu, 0.01)),
        "cpu_us_per_delivery": round(cpu / deliveries * 1e6, 2),
        "server_cpu": round(cpu / wall, 2),
        "kb_per_phone": round(memory / 1024, 1),
        "client": loop.report(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--also", nargs="*", default=[], choices=["stock", "pywsgi"])
    options = parser.parse_args()
    kinds: dict[str, Any] = {"kennislab": lambda: room(), "node socket.io 4": lambda: node_room()}
    if "stock" in options.also:
        kinds["stock, mended"] = lambda: room("--config", '{"SOCKET_TRANSPORT": "stock"}')
    if "pywsgi" in options.also:
        kinds["kennislab on pywsgi"] = lambda: room("--pywsgi")
    for phones in options.phones:
        best: dict[str, dict[str, Any]] = {}
        for _ in range(options.rounds):
            for kind, start in kinds.items():
                with start() as served:
                    result = measure(served, phones, options.seconds)
                print(json.dumps({"phones": phones, "server": kind, **result}), flush=True)
                if kind not in best or result["cpu_us_per_delivery"] < best[kind]["cpu_us_per_delivery"]:
                    best[kind] = result
        ours, theirs = best["kennislab"], best["node socket.io 4"]
        print(
            f"{phones} phones, against Node socket.io 4: "
            f"deliveries/s {ours['deliveries_per_second'] / theirs['deliveries_per_second']:.2f}x, "
            f"processor per delivery {ours['cpu_us_per_delivery'] / theirs['cpu_us_per_delivery']:.2f}x, "
            f"memory per phone {ours['kb_per_phone'] / theirs['kb_per_phone']:.2f}x",
            flush=True,
        )


if __name__ == "__main__":
    main()
