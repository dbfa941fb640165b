"""Votes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kennislab.core.messages import Wire
from kennislab.live.messages.base import Id, Op


class BallotDraft(Wire):
    """A vote to be opened. ``choices``: contributions to choose from; none: all visible bottlenecks and linking opportunities."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["dots", "rating"] = "dots"
    budget: Annotated[int, Field(ge=1, le=20)] = 3
    choices: Annotated[list[Id], Field(max_length=200)] = []


class VoteCast(Op):
    """My whole vote in this ballot; replaces an earlier one. ``choices``: choice id → dots (or 1–5)."""

    type: Literal["vote.cast"]
    ballot: Id
    choices: Annotated[dict[Id, Annotated[int, Field(ge=0, le=100)]], Field(max_length=200)]


class RoundOpen(Op):
    """Facilitator: opens a vote, or (without one) opens phones for input again."""

    type: Literal["round.open"]
    ballot: BallotDraft | None = None


class RoundClose(Op):
    """Facilitator: closes this vote and shows the result, or (without one) closes phones for input."""

    type: Literal["round.close"]
    ballot: Id | None = None


OPS: tuple[type[Op], ...] = (
    VoteCast,
    RoundOpen,
    RoundClose,
)

FACILITATOR_OPS = (
    "round.open",
    "round.close",
)

EVENTS = {
    "ballot.opened": "A vote has begun.",
    "ballot.closed": "A vote has ended; its result is there.",
    "vote.cast": "Somebody voted.",
}
