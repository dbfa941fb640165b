"""Votes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kennislab.core.messages import Wire
from kennislab.live.messages.base import Id, Op

MOST_REASON = 300
Number = Annotated[int, Field(ge=0, le=10_000)]


class BallotDraft(Wire):
    """A vote to be opened.

    ``kind``: ``dots`` to divide, ``rating`` 1–5, ``choice`` of one with a reason. ``choices``: contributions to choose from; none: all
    visible bottlenecks and linking opportunities, or what the vote of ``again`` was about. ``again``: the closed vote that this is the
    second round of; it has the same kind. ``group``: whose vote it is. ``secret``: no result before it is closed.
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["dots", "rating", "choice"] = "dots"
    budget: Annotated[int, Field(ge=1, le=20)] = 3
    choices: Annotated[list[Id], Field(max_length=200)] = []
    again: Id | None = None
    group: Id | None = None
    secret: bool = True


class VoteCast(Op):
    """My whole vote in this ballot; replaces an earlier one. ``choices``: choice id → dots, 1–5, or 1 for the one; ``reason``: why."""

    type: Literal["vote.cast"]
    ballot: Id
    choices: Annotated[dict[Id, Annotated[int, Field(ge=0, le=100)]], Field(max_length=200)]
    reason: Annotated[str, Field(max_length=MOST_REASON)] | None = None


class BallotCount(Op):
    """Facilitator: what people without a phone voted by raising their hands; replaces an earlier count.

    ``hands``: how many people; ``choices``: choice id → their dots, hands, or marks added up; ``rated``: choice id → how many of them gave
    a mark (only for 1–5).
    """

    type: Literal["ballot.count"]
    ballot: Id
    hands: Number
    choices: Annotated[dict[Id, Number], Field(max_length=200)] = {}
    rated: Annotated[dict[Id, Number], Field(max_length=200)] = {}


class ReasonHide(Op):
    """Facilitator: takes a reason off the screens wherever it was given with these words, or (``on`` false) lets everybody read it."""

    type: Literal["reason.hide"]
    ballot: Id
    text: Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
    on: bool = True


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
    BallotCount,
    ReasonHide,
    RoundOpen,
    RoundClose,
)

FACILITATOR_OPS = (
    "ballot.count",
    "reason.hide",
    "round.open",
    "round.close",
)

EVENTS = {
    "ballot.opened": "A vote has begun.",
    "ballot.counted": "Hands of people without a phone were counted.",
    "ballot.closed": "A vote has ended; its result is there.",
    "vote.cast": "Somebody voted.",
    "reason.hidden": "A reason was taken off the screens.",
}
