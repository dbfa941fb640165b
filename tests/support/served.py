"""The real server, `kennislab serve`, on a database that a test has filled; to be killed, restarted, doubled."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from tests.support.ports import free_port
from tests.support.warm import Forked, Warm

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Served:
    """One address. ``settings``: KENNISLAB_* by name without the prefix. ``warm``: who starts it, for a test that does so many times."""

    folder: Path
    settings: dict[str, str]
    workers: int = 1
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | Forked | None = None
    warm: Warm | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, seconds: float = 60) -> Served:
        """Starts it and waits until it answers. Raises RuntimeError with the end of its log when it does not."""
        environment = {**os.environ, "KENNISLAB_SECRET_KEY": "a key for tests only, of enough characters", "KENNISLAB_LOG_LEVEL": "WARNING"}
        environment |= {f"KENNISLAB_{name}": value for name, value in self.settings.items()}
        arguments = ["serve", "--port", str(self.port), "--workers", str(self.workers)]
        if self.warm is not None:
            self.process = self.warm.start(arguments, environment, self.folder / "server.log")
        else:
            command = [sys.executable, "-m", "kennislab", *arguments]
            with (self.folder / "server.log").open("ab") as log:
                self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.url}/join", timeout=5).close()
                return self
            except urllib.error.HTTPError:
                return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"no server: {self.log()[-3000:]}")

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    def stop(self) -> None:
        """As the system does at shutdown."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    def memory(self) -> int:
        """Resident bytes of the process."""
        assert self.process is not None
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")


def stamp(app: Flask) -> None:
    """Says of a database that a test has made from the models that all migrations are in it."""
    from flask_migrate import stamp as stamp_  # only where a server is started

    with app.app_context():
        stamp_()
