"""Days and hours of the demo: what happened long ago is written down as of then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from kennislab.core import clock
from kennislab.demo.shapes import Lab

THURSDAY = 3
INTO_THE_STEP = timedelta(minutes=20)
"""How long at least the room has been at its step when it is shown at stage live."""


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside it is that moment for everything that asks the app's clock. Only while nothing is served: the clock is the process's."""
    real, then = clock.now, moment.astimezone(UTC)  # as the clock tells it: what is signed holds the time as it is written
    clock.now = lambda: then
    try:
        yield
    finally:
        clock.now = real


def local(day: date, hour: str | time) -> datetime:
    """That hour (``09:30``) of that day in the Netherlands."""
    return datetime.combine(day, hour if isinstance(hour, time) else time.fromisoformat(hour), clock.LOCAL)


@dataclass(frozen=True)
class Times:
    """When a lab is held, and until when questions are taken."""

    starts: datetime
    ends: datetime
    deadline: datetime

    def step(self, lab: Lab, number: int) -> datetime:
        """When the agenda item of that number begins."""
        return self.starts + timedelta(minutes=sum(step.minutes for step in lab.agenda[:number]))


def times_of(lab: Lab) -> Times:
    """As the lab's file says."""
    starts = local(lab.day, lab.start)
    return Times(starts, starts + _length(lab), local(lab.deadline, time(23, 59, 59)))


def times_at_stage(lab: Lab, stage: str, now: datetime) -> Times:
    """When the newest lab is, so that ``stage`` is where it stands at ``now``."""
    today = now.astimezone(clock.LOCAL).date()
    if stage == "live":
        here = next(number for number, step in enumerate(lab.agenda) if step.here)
        before = timedelta(minutes=sum(step.minutes for step in lab.agenda[:here])) + INTO_THE_STEP
        exact = (now - before).replace(second=0, microsecond=0)
        starts = exact - timedelta(minutes=exact.minute % 5)
        return Times(starts, starts + _length(lab), local(today - timedelta(days=10), time(23, 59, 59)))
    days = {"planned": 42, "collecting": 21, "grouping": 7, "ready": 1, "harvesting": -1, "archived": -10}[stage]
    day = today + timedelta(days=days)
    if days > 1:
        day += timedelta(days=(THURSDAY - day.weekday()) % 7)
    starts = local(day, lab.start)
    closed = day - timedelta(days=10)
    if stage in ("grouping", "ready"):
        closed = min(closed, today - timedelta(days=3))
    return Times(starts, starts + _length(lab), local(closed, time(23, 59, 59)))


def _length(lab: Lab) -> timedelta:
    return timedelta(minutes=sum(step.minutes for step in lab.agenda))
