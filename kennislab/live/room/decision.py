"""What deciding is made of: the facts of one op, and the usual refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kennislab.core.errors import N_, Refused
from kennislab.core.ids import is_uuid7, new_id, uuid7_milliseconds
from kennislab.core.journal import Entry
from kennislab.live.policies import LiveActor
from kennislab.live.room.state import Contribution, RoomState

__all__ = ["Decide", "Decision", "Moved", "existing", "fact", "made_at", "missing", "new_id"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The facts of one op, and what its maker is told besides *accepted*."""

    entries: list[Entry]
    extra: dict[str, Any]


Decide = Callable[[RoomState, LiveActor, Any, datetime], Decision]
"""How a kind of op becomes facts: state, who, op, now. Pure; refusals are raised."""

NOTHING = Decision([], {})
"""Accepted, and nothing had to change."""


class Moved(Refused):
    """The room is elsewhere already; ``state`` is where."""

    status = 409

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__("step-moved", N_("Een andere begeleider was je voor"), N_("Kijk waar de groep nu is en kies opnieuw."))
        self.state = state


def made_at(op_id: str, now: datetime) -> datetime:
    """When the phone says that this was written; the present moment when it does not say, or says the future."""
    if not is_uuid7(op_id):
        return now
    return min(now, datetime.fromtimestamp(min(uuid7_milliseconds(op_id), 4_102_444_800_000) / 1000, UTC))


def fact(type_: str, actor: LiveActor, extra: dict[str, Any] | None = None, /, **data: Any) -> Decision:
    """One fact. ``extra``: what its maker is told besides."""
    return Decision([Entry(type_, data, actor.key)], extra or {})


def missing(title: str) -> Refused:
    """What was meant is not there (any more). ``title``: message id."""
    return Refused("no-such-thing", title, N_("Vernieuw de pagina om te zien wat er nu is."), status=404)


def existing(state: RoomState, id_: str) -> Contribution:
    """The contribution, unless it was taken back."""
    one = state.contributions.get(id_)
    if one is None or one.retracted:
        raise missing(N_("Deze bijdrage is er niet meer"))
    return one
