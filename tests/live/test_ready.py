"""The ready signal: given at a place in the day, over by itself when the room goes on."""

from __future__ import annotations

from typing import Any

from kennislab.core.errors import DomainError
from kennislab.live.room.audience import Audience
from tests.live.rooms import LEADER, Room, participant

FACILITATOR = Audience("facilitators", "f:1")


def _ready(room: Room) -> dict[str, Any]:
    return {name: person["ready"] for name, person in room.snapshot(FACILITATOR)["people"].items() if person["ready"]}


def test_ready_is_for_the_place_at_which_it_was_said() -> None:
    room = Room().open()
    room.do(LEADER, "step.go", to="2", step_rev=0)
    room.do(participant("anna"), "ready.set")
    room.do(participant("bram"), "ready.set", at="s1")
    assert _ready(room) == {"anna": "s1", "bram": "s1"}
    room.do(LEADER, "step.go", to="3", step_rev=1)
    room.do(participant("anna"), "ready.set", at="s1")  # late, of the step before: does not count for this one
    room.do(participant("bram"), "ready.set")
    assert _ready(room) == {"anna": "s1", "bram": "s2"}
    room.do(participant("bram"), "ready.set", up=False)
    assert _ready(room) == {"anna": "s1"}
    known = len(room.rows)
    room.do(participant("bram"), "ready.set", up=False)
    assert len(room.rows) == known  # nothing had to change


def test_only_who_is_in_the_room_can_be_ready_and_phones_see_only_their_own() -> None:
    room = Room().open()
    refused = room.do(LEADER, "ready.set")
    assert isinstance(refused, DomainError) and refused.status == 404
    room.do(participant("anna"), "ready.set")
    anna, bram = (next(a for a in room.audiences() if a.id == name) for name in ("anna", "bram"))
    assert room.snapshot(anna)["me"]["ready"] == "s0" and room.snapshot(bram)["me"]["ready"] is None
    assert room.snapshot(bram)["people"] == {}
