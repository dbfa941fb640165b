"""Where everybody is, and how long still."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kennislab.live.messages.base import Id, Op


class StepGo(Op):
    """Facilitator: everybody to this step; only if the room is still at ``step_rev``."""

    type: Literal["step.go"]
    to: Id
    step_rev: Annotated[int, Field(ge=0)]


class TimerExtend(Op):
    """Facilitator: so many seconds more (or, negative, less)."""

    type: Literal["timer.extend"]
    seconds: Annotated[int, Field(ge=-3600, le=3600)]


class TimerPause(Op):
    """Facilitator: stops the clock."""

    type: Literal["timer.pause"]


class TimerResume(Op):
    """Facilitator: the clock goes on."""

    type: Literal["timer.resume"]


class Reveal(Op):
    """Facilitator: shows what was written hidden in this step."""

    type: Literal["reveal"]


OPS: tuple[type[Op], ...] = (
    StepGo,
    TimerExtend,
    TimerPause,
    TimerResume,
    Reveal,
)

FACILITATOR_OPS = (
    "step.go",
    "timer.extend",
    "timer.pause",
    "timer.resume",
    "reveal",
)

EVENTS = {
    "step.changed": "Everybody is at another step.",
    "timer.changed": "More time, less time, pause or on.",
    "round.changed": "Phones may, or may no longer, send.",
    "revealed": "What was hidden in this step is shown.",
}
