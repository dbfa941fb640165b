"""Who looks. Audiences: ``everyone`` (participants, per seat), one ``participant``, ``facilitators``, ``projector``."""

from __future__ import annotations

from dataclasses import dataclass

from kennislab.live.room.state import RoomState

Seat = tuple[str | None, str | None]
"""Where somebody sits: the group (None: plenary) and the table in it (None: no table of their own)."""

PLENARY: Seat = (None, None)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who looks.

    ``kind``: everyone, participant, facilitators or projector; ``id``: which participant (or ``f:`` key); ``seat``: of everyone and
    participant.
    """

    kind: str
    id: str | None = None
    seat: Seat = PLENARY

    @property
    def group(self) -> str | None:
        """The group of the seat."""
        return self.seat[0]

    @property
    def shared(self) -> Audience:
        """The audience this one shares its frames with, as long as nothing is for it alone."""
        if self.kind == "participant":
            return Audience("everyone", seat=self.seat)
        return Audience(self.kind) if self.id else self


EVERYONE = Audience("everyone")
FACILITATORS = Audience("facilitators")
PROJECTOR = Audience("projector")


def seat_of(state: RoomState, participant: str) -> Seat:
    """Where this participant sits now."""
    person = state.people.get(participant)
    return (person.group, person.table) if person else PLENARY


def audience_of(state: RoomState, participant: str) -> Audience:
    """A participant's own audience, with the seat of this moment."""
    return Audience("participant", participant, seat_of(state, participant))
