"""The clock of a step, of the day or of a method: what changing it makes of it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from kennislab.core.clock import iso, parse_iso
from kennislab.live.room.state import Step

Change = Literal["extend", "pause", "resume"]


def after(clock: Step, change: Change, seconds: int, now: datetime) -> dict[str, Any] | None:
    """The clock after this: ``ends_at``, ``paused_at`` (ISO) and ``remaining`` (seconds); None when nothing changes."""
    ends, paused, remaining = clock.ends_at, clock.paused_at, clock.remaining
    if change == "extend" and paused is not None:
        remaining = max(0.0, (remaining or 0.0) + seconds)
    elif change == "extend":
        ends = max(ends or now, now) + timedelta(seconds=seconds)
    elif change == "pause":
        if paused is not None or ends is None:
            return None
        remaining = round(max(0.0, (ends - now).total_seconds()), 3)
        ends, paused = None, now
    else:
        if paused is None:
            return None
        ends, paused, remaining = now + timedelta(seconds=remaining or 0.0), None, None
    return {"ends_at": iso(ends), "paused_at": iso(paused), "remaining": remaining}


def put(clock: Step, data: dict[str, Any]) -> None:
    """Puts the clock as a fact says."""
    clock.ends_at = parse_iso(data["ends_at"]) if data["ends_at"] else None
    clock.paused_at = parse_iso(data["paused_at"]) if data["paused_at"] else None
    clock.remaining = data["remaining"]
