"""What is put on the wall, and what happens to it there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kennislab.core.messages import Wire
from kennislab.live.messages.base import Consent, Id, Kind, Op, Text, Themes
from kennislab.live.messages.runs import Position


class Cell(Wire):
    """A place in a matrix: whose row, and the id of the column."""

    row: Annotated[str, Field(min_length=1, max_length=80)]
    column: Annotated[str, Field(min_length=1, max_length=60)]


class Paper(Wire):
    """A card that was written on paper: its number when it has one, and where its writer works."""

    card: Annotated[str, Field(pattern=r"^[0-9]{1,4}-[A-Z0-9]$")] | None = None
    municipality: Annotated[str, Field(pattern=r"^GM[0-9]{4}$")] | None = None


class ContributionAdd(Op):
    """Puts something on the wall.

    ``answers``: the bottleneck or question it answers; ``run`` and ``position`` (step/unit/part): where in a method it was begun; ``cell``:
    of a matrix; ``step``: where it was written, when that has passed;
    ``recalls``: the archived item that helped before; ``paper``: who leads enters a card that was written on paper.
    """

    type: Literal["contribution.add"]
    kind: Kind
    text: Text
    group: Id | None = None
    answers: Id | None = None
    themes: Themes = []
    on_behalf_of: Annotated[str, Field(max_length=80)] | None = None
    consent: Consent = "programme"
    step: Id | None = None
    run: Id | None = None
    position: Position | None = None
    cell: Cell | None = None
    recalls: Id | None = None
    paper: Paper | None = None


class ContributionEdit(Op):
    """New text for what I wrote, based on revision ``base_rev``."""

    type: Literal["contribution.edit"]
    contribution: Id
    base_rev: Annotated[int, Field(ge=1)]
    text: Text


class ContributionRetract(Op):
    """Takes back what I wrote."""

    type: Literal["contribution.retract"]
    contribution: Id


class ContributionHide(Op):
    """Facilitator: off the wall, kept."""

    type: Literal["contribution.hide"]
    contribution: Id


class ContributionShow(Op):
    """Facilitator: back on the wall; also approves one that waits for moderation."""

    type: Literal["contribution.show"]
    contribution: Id


class ContributionMove(Op):
    """Facilitator: another kind, group, bottleneck it answers, archived item, or other themes. What is left out stays as it is."""

    type: Literal["contribution.move"]
    contribution: Id
    kind: Kind | None = None
    group: Id | None = None
    answers: Id | None = None
    themes: Themes | None = None
    recalls: Id | None = None


class ContributionSplit(Op):
    """Facilitator: what one card says becomes several. The first text stays on it; each other gets a card, from the same person."""

    type: Literal["contribution.split"]
    contribution: Id
    texts: Annotated[list[Text], Field(min_length=2, max_length=20)]


class ContributionUnsplit(Op):
    """Facilitator: takes the last splitting of this card back."""

    type: Literal["contribution.unsplit"]
    contribution: Id


class ContributionMerge(Op):
    """Facilitator: cards that say the same become one. ``into`` stays, with its words or with ``text``; the others are kept under it."""

    type: Literal["contribution.merge"]
    into: Id
    from_: Annotated[list[Id], Field(min_length=1, max_length=50, alias="from")]
    text: Text | None = None


class ContributionUnmerge(Op):
    """Facilitator: takes the last merging into this card back."""

    type: Literal["contribution.unmerge"]
    contribution: Id


class QuestionMark(Op):
    """Case owner or facilitator: how close a question comes."""

    type: Literal["question.mark"]
    contribution: Id
    warmth: Literal["warm", "neutral", "cold"]


class ActionAdd(Op):
    """An agreement, with who does it and when."""

    type: Literal["action.add"]
    text: Text
    owner: Annotated[str, Field(max_length=80)] | None = None
    due: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


OPS: tuple[type[Op], ...] = (
    ContributionAdd,
    ContributionEdit,
    ContributionRetract,
    ContributionHide,
    ContributionShow,
    ContributionMove,
    ContributionSplit,
    ContributionUnsplit,
    ContributionMerge,
    ContributionUnmerge,
    QuestionMark,
    ActionAdd,
)

FACILITATOR_OPS = (
    "contribution.hide",
    "contribution.show",
    "contribution.move",
    "contribution.split",
    "contribution.unsplit",
    "contribution.merge",
    "contribution.unmerge",
)

EVENTS = {
    "contribution.added": "Something new, seen by who may see it.",
    "contribution.edited": "Other text.",
    "contribution.retracted": "Taken back by its author.",
    "contribution.hidden": "Taken off the wall.",
    "contribution.shown": "On the wall (again).",
    "contribution.moved": "Other kind, group, themes or bottleneck.",
    "contribution.split": "One card became several.",
    "contribution.unsplit": "It is one card again.",
    "contribution.merged": "Several cards became one.",
    "contribution.unmerged": "They are several again.",
    "question.marked": "The case owner said how close a question comes.",
}
