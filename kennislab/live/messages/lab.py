"""Opening and closing, and what comes after."""

from __future__ import annotations

from typing import Literal

from kennislab.live.messages.base import Id, Op


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
    LabOpen,
    LabClose,
    QuarantineAccept,
    QuarantineReject,
)

FACILITATOR_OPS = (
    "lab.open",
    "lab.close",
    "quarantine.accept",
    "quarantine.reject",
)

EVENTS = {
    "lab.opened": "The room is open; the agenda is there.",
    "lab.closed": "The room is closed.",
    "op.quarantined": "Something came after closing.",
    "op.released": "Something late was accepted or not.",
}
