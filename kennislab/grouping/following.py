"""Waiting for news of a board without holding a connection or the event loop.

Woken by what this process does to the journal and to the hands at the board, else a look each second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from kennislab.core.db import db
from kennislab.core.signals import journal_grew
from kennislab.grouping.signals import hands_moved

T = TypeVar("T")
LONGEST_WAIT = 25.0
_waiting: dict[str, set[threading.Event]] = {}


def _wake(sender: object, *, stream: str, **rest: Any) -> None:
    for event in list(_waiting.get(stream, ())):
        event.set()


journal_grew.connect(_wake)
hands_moved.connect(_wake)


def wait_for(stream: str, seconds: float, look: Callable[[], T | None]) -> T | None:
    """The first thing that ``look()`` finds, or None after so many seconds. ``look`` reads the database; between looks nothing is held."""
    ends = time.monotonic() + min(seconds, LONGEST_WAIT)
    event = threading.Event()
    _waiting.setdefault(stream, set()).add(event)
    try:
        while True:
            found = look()
            db.session.remove()
            left = ends - time.monotonic()
            if found is not None or left <= 0:
                return found
            event.wait(timeout=min(1.0, left))
            event.clear()
    finally:
        _waiting[stream].discard(event)
        if not _waiting[stream]:
            del _waiting[stream]
