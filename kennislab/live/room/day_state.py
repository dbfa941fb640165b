"""What the room knows of the day as a whole: data only, changed by the topic ``day``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Said:
    """What one person reported of an action or answer of last time. ``id`` is the report's own; ``said``: state or outcome."""

    id: str
    said: str
    note: str
    municipality: str | None
    leads: bool
    number: int
    """Reports are numbered as they come; the last one counts."""


@dataclass(slots=True)
class Report:
    """All that was reported of one item of last time: who (participant id or ``f:`` key, with the municipality) → what."""

    id: str
    said: dict[str, Said] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """Something to go on with after the day. ``people``: participant → ``join`` or ``lead``."""

    id: str
    title: str
    kind: str
    when: str
    place: str
    people: dict[str, str] = field(default_factory=dict)
    removed: bool = False


@dataclass(slots=True)
class Day:
    """``starts_at``: as planned; ``planned``: minutes of each step as the coordinator meant them; ``previous``: what was carried along from
    last time (``{"lab", "actions", "answers"}``); ``questions``: those of the evaluation; ``answers``: question → answer's own id → answer.
    ``leaders``: names of who may lead, to be told apart from.
    """

    starts_at: datetime | None = None
    planned: dict[str, int] = field(default_factory=dict)
    previous: dict[str, Any] | None = None
    questions: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    leaders: list[str] = field(default_factory=list)
    told: int = 0
