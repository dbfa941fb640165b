"""Plain pages per second, gunicorn's HTTP in our one process against gevent's own: `python -m tests.benchmarks.http_pages`.

The page is 2 KB of text from the transport's test app, so what is measured is HTTP and little else. Also prints how long a
single kept-alive request takes, which shows Nagle's algorithm (40 ms) when it is left on.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

from tests.benchmarks.servers import Served, room
from tests.benchmarks.wire import Http, Loop

AS_A_BROWSER = "".join(
    f"{name}: {value}\r\n"
    for name, value in {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "Accept-Language": "nl-NL,nl;q=0.9,en;q=0.8",
        "Accept-Encoding": "gzip, deflate, br",
        "Cookie": "kl_session=eJwljjkOwjAQAP_imsJ7eTf5DLL3EAgpVRBUiL9jiW400nzKkTuue9mf-xu3cjy8bMU; kl_live_1=abcdefghijklmnopqrstuvwxyz",
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Dest": "empty",
        "Referer": "http://127.0.0.1:5000/live/1",
    }.items()
)
"""What a request really carries: parsing it is most of what an HTTP server does."""


def measure(served: Served, clients: int, seconds: float, path: str = "/") -> dict[str, Any]:
    loop = Loop()
    answered = [0]
    running = [True]

    def again(client: Http) -> None:
        def answer(status: int, body: bytes) -> None:
            if status != 200:
                raise RuntimeError(f"{path} answered {status}: {body[:200]!r}")
            answered[0] += 1
            if running[0]:
                client.request("GET", path, answer, b"", AS_A_BROWSER)

        client.request("GET", path, answer, b"", AS_A_BROWSER)

    alone = Http(loop, served.url)
    single = []
    for _ in range(50):
        done: list[int] = []
        start = time.perf_counter()
        alone.request("GET", path, lambda status, body, done=done: done.append(status), b"", AS_A_BROWSER)  # type: ignore[misc]  # binds the loop's value
        loop.run(lambda done=done: bool(done), 5)  # type: ignore[misc]
        single.append(time.perf_counter() - start)
    for _ in range(clients):
        again(Http(loop, served.url))
    loop.run(lambda: False, 0.5)
    loop.start_report()
    cpu, start, first = served.cpu(), time.perf_counter(), answered[0]
    loop.run(lambda: False, seconds)
    count, wall, cpu = answered[0] - first, time.perf_counter() - start, served.cpu() - cpu
    running[0] = False
    loop.run(lambda: False, 0.2)
    return {
        "pages_per_second": round(count / wall),
        "cpu_us_per_page": round(cpu / count * 1e6),
        "single_ms": round(statistics.median(single) * 1000, 2),
        "client": loop.report(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    for _ in range(options.rounds):
        for name, arguments in (("gunicorn's HTTP, one process", ()), ("gevent's pywsgi", ("--pywsgi",))):
            with room(*arguments) as served:
                print(json.dumps({"server": name, **measure(served, options.clients, options.seconds)}), flush=True)


if __name__ == "__main__":
    main()
