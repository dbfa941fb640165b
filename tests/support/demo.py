"""Kennislab itself, started as a user would: `python -m kennislab demo --json`, on a folder and a port of its own.

Filling a demo takes longer than most tests. The first demo of a stage is kept as it was when it began to listen, and the next ones of
the same run go on with a copy of that, as `demo` does with a folder that is there.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "kennislab.sqlite3"

models: Path | None = None  # where this run keeps the first demo of each stage; set by conftest.py


@dataclass
class DemoServer:
    """A running demo. ``said`` is the one line it wrote: url, stage, lab, join, people."""

    process: subprocess.Popen[str]
    said: dict[str, Any]
    data: Path
    errors: Path

    @property
    def url(self) -> str:
        return str(self.said["url"]).rstrip("/")

    @property
    def lab(self) -> dict[str, Any]:
        return dict(self.said["lab"])

    @property
    def join(self) -> dict[str, Any]:
        return dict(self.said["join"])

    @property
    def people(self) -> dict[str, dict[str, Any]]:
        return dict(self.said["people"])

    def log(self) -> str:
        """What it wrote on stderr."""
        return self.errors.read_text(errors="replace")

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """As Ctrl+C would; with force when it does not listen."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


def start_demo(stage: str, data: Path, *, port: int = 0, environment: Mapping[str, str] | None = None, seconds: float = 90) -> DemoServer:
    """Starts the demo at ``stage`` on ``data`` and waits until it listens.

    In a new folder it may begin as a copy of an earlier one; with ``environment`` it never does. Raises RuntimeError with its log when
    it stops, or says nothing within ``seconds``.
    """
    model = None
    if models is not None and not environment and not (data.exists() and any(data.iterdir())):
        model = models / stage
        if model.exists():
            shutil.copytree(model, data, dirs_exist_ok=True)
    data.mkdir(parents=True, exist_ok=True)
    errors = data / "demo.log"
    command = [sys.executable, "-m", "kennislab", "demo", "--stage", stage, "--data", str(data), "--port", str(port), "--json"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KENNISLAB_")}
    with errors.open("a") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**clean, "PYTHONUNBUFFERED": "1", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    line = _first_line(process, seconds)
    try:
        server = DemoServer(process, json.loads(line), data, errors)
    except ValueError:
        process.kill()
        process.wait(10)
        raise RuntimeError(f"the demo said {line!r}; its log: {errors.read_text(errors='replace')[-4000:]}") from None
    if model is not None and not model.exists():
        _keep(data, model)
    return server


def _keep(data: Path, model: Path) -> None:
    """Copies what a demo has just made. The database by its own way of copying, which takes along what is not in the file itself yet."""
    model.parent.mkdir(parents=True, exist_ok=True)
    with open(model.with_suffix(".lock"), "w") as lock, contextlib.suppress(BlockingIOError):  # another process of the run is at it
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if model.exists():
            return
        half = model.with_suffix(".half")
        shutil.copytree(data, half, ignore=shutil.ignore_patterns(f"{DATABASE}*", "demo.log", "served.lock"))
        with contextlib.closing(sqlite3.connect(data / DATABASE)) as full, contextlib.closing(sqlite3.connect(half / DATABASE)) as copy:
            full.backup(copy)
        half.rename(model)


def _first_line(process: subprocess.Popen[str], seconds: float) -> str:
    """The first line on stdout, or "" when there is none in time. The rest is read too, or the pipe would fill up."""
    lines: list[str] = []

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)

    threading.Thread(target=read, daemon=True).start()
    deadline = time.monotonic() + seconds
    while not lines and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    if not lines and process.poll() is not None:
        time.sleep(0.2)  # its last words may still be on their way
    return lines[0] if lines else ""
