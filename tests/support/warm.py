"""A process that has read all of Kennislab's code and then makes servers by forking: a start without the two seconds of importing.

What is forked is the real command, with settings of its own; it makes its app, opens its database and listens after the fork, and can be
killed like any other process. One line of JSON in ({"arguments", "environment", "log"}), the number of the new process out.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Forked:
    """A server that was made by a fork, with what of `subprocess.Popen` a test needs."""

    pid: int

    def poll(self) -> int | None:
        """None while it is there. What it ended with only its parent knows."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return -1
        return None

    def wait(self, timeout: float) -> int:
        until = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.005)
        return -1

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def terminate(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


class Warm:
    """The process that forks; for one test, as a context."""

    def __enter__(self) -> Warm:
        command = [sys.executable, "-m", "tests.support.warm"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)

    def start(self, arguments: list[str], environment: dict[str, str], log: Path) -> Forked:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"arguments": arguments, "environment": environment, "log": str(log)}) + "\n")
        self.process.stdin.flush()
        return Forked(int(self.process.stdout.readline()))


def _serve(arguments: list[str], environment: dict[str, str], log: str) -> None:
    """In the child: becomes the server."""
    from kennislab.cli import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, stream in ((nothing, 0), (told, 1), (told, 2)):
        os.dup2(number, stream)
    os.environ.clear()
    os.environ.update(environment)
    main(arguments)


def fork_on_demand() -> None:
    from kennislab.core import server

    server.patch()
    from gevent.os import fork_gevent

    import kennislab.app
    import kennislab.cli  # noqa: F401 - to have it

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system takes away who has ended
    for line in iter(sys.stdin.readline, ""):
        wish = json.loads(line)
        pid = fork_gevent()  # not os.fork, which would keep watch over the children itself
        if pid == 0:
            _serve(wish["arguments"], wish["environment"], wish["log"])
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    fork_on_demand()
