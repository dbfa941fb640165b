"""How events reach the phones: one small interface, two ways behind it (decision 0003).

`Direct` writes finished frames straight to the sockets and knows the insides of certain engine.io versions; `Stock` is
engine.io's own way, mended. `choose` picks by installed version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, Protocol

from .engine import KNOWN
from .frames import Frame

__all__ = ["Frame", "Transport", "known"]


class Transport(Protocol):
    """What `core.sockets` needs of either way. sids are Socket.IO's, unknown ones are passed over."""

    name: str

    def deliver(self, frame: Frame, sids: Iterable[str]) -> None:
        """Hand the frame to each connection; never waits, never raises for one of them."""

    def close(self, sid: str, namespace: str, reason: str) -> None:
        """End one connection; what waits for it is sent first."""

    def connected(self, sid: str, namespace: str) -> bool:
        """Whether frames can still reach it."""

    def stats(self) -> dict[str, Any]:
        """`transport`, `connections`, `backlog_bytes`, `ended` (reason → count)."""

    def shutdown(self) -> None:
        """End all connections, politely."""


def known() -> bool:
    """Whether the installed engine.io and Socket.IO are versions whose insides `Direct` was written for."""
    for package, (first, beyond) in KNOWN.items():
        numbers = tuple(int(number) for number in re.findall(r"\d+", version(package))[:2])
        if not first <= numbers < beyond:
            return False
    return True
