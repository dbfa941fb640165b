"""Free ports on the loopback address, and waiting until somebody listens there."""

from __future__ import annotations

import socket
import time

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listened on a moment ago. Whoever can pass port 0 should do that instead."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int, within: float = 0.2) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), within):
            return True
    except OSError:
        return False


def wait_until_listening(port: int, seconds: float = 15) -> None:
    """Raises TimeoutError when nobody accepts connections on ``port`` within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not listens(port):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nobody listens on port {port} after {seconds:g} s")
        time.sleep(0.02)
