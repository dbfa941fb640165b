"""The ops: everything that can be asked of a room, declared once.

JavaScript constants, JSDoc types and MESSAGES.md are generated from here (``kennislab messages``); a test fails when they are stale.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, TypeAdapter, ValidationError

from kennislab.core.messages import Registry, Wire

Kind = Literal[
    "question", "bottleneck", "solution", "insight", "lesson", "linking_opportunity", "advice", "association", "action",
    "fact", "success_factor", "value", "choice", "evaluation",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
CONSENTS = ("group", "programme", "public_anonymous", "public_city")
Consent = Literal["group", "programme", "public_anonymous", "public_city"]
SCENES = ("join", "step", "wall", "ballot", "timer", "blank")
Scene = Literal["join", "step", "wall", "ballot", "timer", "blank"]

MOST_OPS = 50
MOST_BYTES = 64 * 1024
MOST_TEXT = 2000

Id = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]
OpId = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$")]
Text = Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
Themes = Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=12)]

registry = Registry("live")


class Op(Wire):
    """Base of all ops. ``id``: UUID (version 7) made by the client; the same id is the same op."""

    id: OpId


class ContributionAdd(Op):
    """Puts something on the wall.

    ``answers``: the bottleneck or question it answers; ``step``: where it was written, when that has passed.
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
    """Facilitator: another kind, group, bottleneck it answers, or other themes. What is left out stays as it is."""

    type: Literal["contribution.move"]
    contribution: Id
    kind: Kind | None = None
    group: Id | None = None
    answers: Id | None = None
    themes: Themes | None = None


class VoteCast(Op):
    """My whole vote in this ballot; replaces an earlier one. ``choices``: choice id → dots (or 1–5)."""

    type: Literal["vote.cast"]
    ballot: Id
    choices: Annotated[dict[Id, Annotated[int, Field(ge=0, le=100)]], Field(max_length=200)]


class HandRaise(Op):
    """Hand up or down."""

    type: Literal["hand.raise"]
    up: bool = True


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


class BallotDraft(Wire):
    """A vote to be opened. ``choices``: contributions to choose from; none: all visible bottlenecks and linking opportunities."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["dots", "rating"] = "dots"
    budget: Annotated[int, Field(ge=1, le=20)] = 3
    choices: Annotated[list[Id], Field(max_length=200)] = []


class RoundOpen(Op):
    """Facilitator: opens a vote, or (without one) opens phones for input again."""

    type: Literal["round.open"]
    ballot: BallotDraft | None = None


class RoundClose(Op):
    """Facilitator: closes this vote and shows the result, or (without one) closes phones for input."""

    type: Literal["round.close"]
    ballot: Id | None = None


class Reveal(Op):
    """Facilitator: shows what was written hidden in this step."""

    type: Literal["reveal"]


class ModerationSet(Op):
    """Facilitator: look before (`pre`) or after (`post`) it shows; or hold one participant's posts."""

    type: Literal["moderation.set"]
    mode: Literal["post", "pre"] | None = None
    participant: Id | None = None
    held: bool | None = None


class ParticipantMove(Op):
    """Facilitator: puts somebody in a group (none: plenary)."""

    type: Literal["participant.move"]
    participant: Id
    group: Id | None = None


class ParticipantRemove(Op):
    """Facilitator: this phone is out; what it wrote stays."""

    type: Literal["participant.remove"]
    participant: Id


class ProjectorShow(Op):
    """Facilitator: what the projector shows, and whether it follows the session by itself."""

    type: Literal["projector.show"]
    scene: Scene
    ballot: Id | None = None
    follow: bool | None = None


class ProjectorBlank(Op):
    """Facilitator: the projector goes dark at once, or comes back."""

    type: Literal["projector.blank"]
    on: bool = True


class LabOpen(Op):
    """Facilitator: opens the room again after closing."""

    type: Literal["lab.open"]


class LabClose(Op):
    """Facilitator: closes the room."""

    type: Literal["lab.close"]


class QuarantineAccept(Op):
    """Facilitator: a late contribution counts after all."""

    type: Literal["quarantine.accept"]
    contribution: Id


class QuarantineReject(Op):
    """Facilitator: a late contribution does not count."""

    type: Literal["quarantine.reject"]
    contribution: Id


OPS: tuple[type[Op], ...] = (
    ContributionAdd,
    ContributionEdit,
    ContributionRetract,
    ContributionHide,
    ContributionShow,
    ContributionMove,
    VoteCast,
    HandRaise,
    QuestionMark,
    ActionAdd,
    StepGo,
    TimerExtend,
    TimerPause,
    TimerResume,
    RoundOpen,
    RoundClose,
    Reveal,
    ModerationSet,
    ParticipantMove,
    ParticipantRemove,
    ProjectorShow,
    ProjectorBlank,
    LabOpen,
    LabClose,
    QuarantineAccept,
    QuarantineReject,
)
for _op in OPS:
    registry.add(_op.model_fields["type"].annotation.__args__[0], _op)  # type: ignore[union-attr]  # every type is a Literal of one

FACILITATOR_OPS = frozenset(
    (
        "contribution.hide",
        "contribution.show",
        "contribution.move",
        "step.go",
        "timer.extend",
        "timer.pause",
        "timer.resume",
        "round.open",
        "round.close",
        "reveal",
    )
    + (
        "moderation.set",
        "participant.move",
        "participant.remove",
        "projector.show",
        "projector.blank",
        "lab.open",
        "lab.close",
        "quarantine.accept",
        "quarantine.reject",
    )
)

EVENTS: dict[str, str] = {
    "lab.opened": "The room is open; the agenda is there.",
    "lab.closed": "The room is closed.",
    "participant.joined": "Somebody came in.",
    "participant.moved": "Somebody went to another group.",
    "participant.held": "Somebody's posts wait for the facilitator, or no longer do.",
    "participant.left": "Somebody was taken out of the room.",
    "contribution.added": "Something new, seen by who may see it.",
    "contribution.edited": "Other text.",
    "contribution.retracted": "Taken back by its author.",
    "contribution.hidden": "Taken off the wall.",
    "contribution.shown": "On the wall (again).",
    "contribution.moved": "Other kind, group, themes or bottleneck.",
    "question.marked": "The case owner said how close a question comes.",
    "ballot.opened": "A vote has begun.",
    "ballot.closed": "A vote has ended; its result is there.",
    "vote.cast": "Somebody voted.",
    "hand.raised": "A hand went up or down.",
    "step.changed": "Everybody is at another step.",
    "timer.changed": "More time, less time, pause or on.",
    "round.changed": "Phones may, or may no longer, send.",
    "revealed": "What was hidden in this step is shown.",
    "moderation.changed": "Contributions wait for the facilitator, or no longer do.",
    "projector.changed": "The projector shows something else.",
    "op.quarantined": "Something came after closing.",
    "op.released": "Something late was accepted or not.",
}

_adapters: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(message) for name, message in registry.messages.items()}


class BadOp(ValueError):
    """An op that cannot be read. ``field`` names what is wrong with it, for programmers; ``too_long`` is told apart for people."""

    def __init__(self, field: str, too_long: bool = False) -> None:
        super().__init__(field)
        self.field, self.too_long = field, too_long


def parse(body: dict[str, Any]) -> Op:
    """One op from its JSON. Raises BadOp."""
    adapter = _adapters.get(body.get("type", "")) if isinstance(body.get("type"), str) else None
    if adapter is None:
        raise BadOp("type")
    try:
        op: Op = adapter.validate_python(body)
        if isinstance(op, ActionAdd) and op.due:
            date.fromisoformat(op.due)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadOp(".".join(str(part) for part in first["loc"]), first["type"] == "string_too_long") from error
    except ValueError as error:
        raise BadOp("due") from error
    return op
