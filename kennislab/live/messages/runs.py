"""Methods that are played: in a group, or with everybody."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kennislab.core.messages import Wire
from kennislab.live.messages.base import Id, Op

Index = Annotated[int, Field(ge=0, le=1000)]
Key = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9_]*$")]
Position = Annotated[str, Field(pattern=r"^\d{1,3}/\d{1,3}/\d{1,3}$")]
"""``step/unit/part``, indexes from 0."""


class Place(Wire):
    """A position in a method: indexes from 0."""

    step: Index
    unit: Index = 0
    part: Index = 0


class RunStart(Op):
    """Facilitator: a method begins in this group (none: with everybody).

    ``case``: what it is about, then collecting and choosing cases is passed over; ``minutes``: what it has to fit in.
    """

    type: Literal["run.start"]
    group: Id | None = None
    method: Key
    case: Id | None = None
    minutes: Annotated[int, Field(ge=1, le=480)] | None = None


class RunGo(Op):
    """Facilitator or discussion leader: the next part, the one before, or any; only if the run is still at ``rev``."""

    type: Literal["run.go"]
    run: Id
    rev: Annotated[int, Field(ge=0)]
    to: Literal["next", "previous"] | Place = "next"


class RunTimer(Op):
    """Facilitator or discussion leader: more time (or, negative, less), pause, or on."""

    type: Literal["run.timer"]
    run: Id
    change: Literal["extend", "pause", "resume"]
    seconds: Annotated[int, Field(ge=-3600, le=3600)] = 60


class RunRole(Op):
    """Facilitator or discussion leader: this person has this role from now on (none: no special one)."""

    type: Literal["run.role"]
    run: Id
    participant: Id
    role: Literal[
        "discussion_leader", "case_owner", "note_taker", "timekeeper", "example_giver", "question_owner", "presenter", "observer",
        "table_host",
    ] | None = None  # fmt: skip


class RunReveal(Op):
    """Facilitator or discussion leader: shows what was written hidden in this step."""

    type: Literal["run.reveal"]
    run: Id


class RunEnd(Op):
    """Facilitator or discussion leader: the method is over; what was hidden is shown."""

    type: Literal["run.end"]
    run: Id


OPS: tuple[type[Op], ...] = (
    RunStart,
    RunGo,
    RunTimer,
    RunRole,
    RunReveal,
    RunEnd,
)

FACILITATOR_OPS = ()

EVENTS = {
    "method.known": "A method as it is played in this room.",
    "run.started": "A method has begun.",
    "run.moved": "A group is at another part of its method.",
    "run.seated": "Tables took somebody in, or let somebody go.",
    "run.timed": "More time, less time, pause or on.",
    "run.cast": "Somebody has another role.",
    "run.revealed": "What was hidden in this step of a method is shown.",
    "run.ended": "A method is over.",
    "ballot.grown": "One choice more, written during the vote.",
}
