"""Kennislab itself, started as a user would: `python -m kennislab demo --json`, on a folder and a port of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


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

    Raises RuntimeError with its log when it stops, or says nothing within ``seconds``.
    """
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
        return DemoServer(process, json.loads(line), data, errors)
    except ValueError:
        process.kill()
        process.wait(10)
        raise RuntimeError(f"the demo said {line!r}; its log: {errors.read_text(errors='replace')[-4000:]}") from None


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
