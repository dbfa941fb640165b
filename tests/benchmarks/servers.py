"""Servers to measure: started as processes of their own, with their processor time and memory read from outside."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.node import node, npm_ci

ROOT = Path(__file__).resolve().parents[2]
NODE_ROOM = Path(__file__).resolve().parent / "node_room"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Served:
    """A running server, measured from outside. `url` and whatever else its first line of JSON said in `said`."""

    def __init__(self, process: subprocess.Popen[str], said: dict[str, Any]) -> None:
        self.process = process
        self.said = said
        self.url: str = said["url"].rstrip("/")

    def cpu(self) -> float:
        """Processor seconds used so far, by the process and its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def rss(self) -> int:
        """Bytes in memory."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * _PAGE

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(command: list[str], cwd: Path = ROOT, settings: dict[str, str] | None = None) -> Served:
    """Runs a command that prints one line of JSON with its `url` when it listens. Raises RuntimeError."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KENNISLAB_")}
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True, env={**clean, **(settings or {})})
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("{"):
            return Served(process, json.loads(line))
    process.wait()
    raise RuntimeError(f"{command} ended without listening")


def room(*options: str) -> Served:
    """The tiny app of the transport's tests."""
    return start([sys.executable, "-m", "tests.core.transport.room", *options])


def demo(data: Path, settings: dict[str, str] | None = None) -> Served:
    """Kennislab's own demo with a lab that is live, in a folder of its own."""
    command = [sys.executable, "-m", "kennislab", "demo", "--stage", "live", "--data", str(data), "--port", "0", "--json"]
    return start(command, settings=settings)


def node_room(database: str = "") -> Served:
    """The socket.io 4 room. Its packages are installed once, into .cache."""
    home = ROOT / ".cache" / "node_room"
    home.mkdir(parents=True, exist_ok=True)
    lock, installed = NODE_ROOM / "package-lock.json", home / "package-lock.json"
    fresh = installed.exists() and installed.read_bytes() == lock.read_bytes() and (home / "node_modules").exists()
    for name in ("package.json", "package-lock.json", "server.mjs"):
        shutil.copy(NODE_ROOM / name, home / name)
    if not fresh:
        npm_ci(home)
    return start([str(node()), "server.mjs", *(["--database", database] if database else [])], cwd=home)
