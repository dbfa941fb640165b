"""Ready signals. Who is connected is no fact of the room and is not here: see decision 0009."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kennislab.core.journal import Row
from kennislab.live import messages as m
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.state import Key, Person, RoomState
from kennislab.live.room.topics.people import here


def place_of(state: RoomState, person: Person) -> str:
    """Where in the day this person is, as a word that is another one at every step and position (the browser's: live/ready.js).

    A ready signal carries the place it was given at, so that it is over by itself when the room goes on: nothing has to be reset.
    """
    runs = [one for one in getattr(state, "runs", {}).values() if one.state == "running"]
    run = next((one for one in runs if one.group is not None and one.group == person.group), None)
    run = run or next((one for one in runs if one.group is None), None)
    return f"{run.id}/{run.rev}" if run is not None else f"s{state.step.rev}"


def _ready(state: RoomState, actor: LiveActor, op: m.ReadySet, now: datetime) -> d.Decision:
    person = here(state, actor.key)
    at = (op.at or place_of(state, person)) if op.up else None
    return d.fact("ready.set", actor, participant=person.id, at=at) if at != person.ready else d.NOTHING


DECIDE: dict[type[m.Op], d.Decide] = {m.ReadySet: _ready}


def _set(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.people[data["participant"]].ready = data["at"]


APPLY = {"ready.set": _set}


def _person(state: RoomState, row: Row) -> list[Key]:
    return [("people", row.data["participant"]), ("me", row.data["participant"])]


TOUCHES = {"ready.set": _person}

VIEWS: dict[str, Any] = {}
