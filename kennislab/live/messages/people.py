"""Who is in the room, and what they may."""

from __future__ import annotations

from typing import Literal

from kennislab.live.messages.base import Id, Op


class HandRaise(Op):
    """Hand up or down."""

    type: Literal["hand.raise"]
    up: bool = True


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


OPS: tuple[type[Op], ...] = (
    HandRaise,
    ModerationSet,
    ParticipantMove,
    ParticipantRemove,
)

FACILITATOR_OPS = (
    "moderation.set",
    "participant.move",
    "participant.remove",
)

EVENTS = {
    "participant.joined": "Somebody came in.",
    "participant.moved": "Somebody went to another group.",
    "participant.held": "Somebody's posts wait for the facilitator, or no longer do.",
    "participant.left": "Somebody was taken out of the room.",
    "hand.raised": "A hand went up or down.",
    "moderation.changed": "Contributions wait for the facilitator, or no longer do.",
}
