"""Who is connected, who looks away, who is gone: as one process knows it, as several know it together, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kennislab.core import clock
from kennislab.live import presence as p
from kennislab.live.presence import AWAY, CONNECTED, GONE, Lines, Presence, Sharing
from kennislab.live.room.state import Person, RoomState
from tests.factories.world import make_world
from tests.live.phones import Phone
from tests.support import databases

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    found = Time()
    monkeypatch.setattr(clock, "now", found)
    return found


def _state(*names: str, group: str | None = None) -> RoomState:
    state = RoomState()
    state.people = {name: Person(name, name.title(), None, group) for name in names}
    return state


def test_a_phone_is_connected_away_asleep_and_gone(time: Time) -> None:
    lines = Lines()
    lines.opened("anna", "s1")
    assert lines.people() == {"anna": (CONNECTED, START)}
    time.pass_(10)
    lines.opened("anna", "s1", hidden=True)
    assert lines.people()["anna"] == (AWAY, START + timedelta(seconds=10))
    time.pass_(5)
    lines.closed("s1")  # the phone sleeps and lets the line go
    time.pass_(59)
    lines.sweep()
    assert lines.people()["anna"][0] == AWAY
    time.pass_(2)
    lines.sweep()
    assert lines.people()["anna"] == (GONE, START + timedelta(seconds=15))  # since the line was let go, not since we were sure
    lines.opened("anna", "s2")
    assert lines.people()["anna"] == (CONNECTED, time.now)
    lines.closed("s2")  # in full sight: no network, or the page was closed
    assert lines.people()["anna"] == (GONE, time.now)


def test_two_tabs_and_polls_count_as_one_phone(time: Time) -> None:
    lines = Lines()
    lines.opened("anna", "s1", hidden=True)
    lines.opened("anna", "s2")
    assert lines.people()["anna"][0] == CONNECTED
    lines.closed("s2")
    assert lines.people()["anna"][0] == AWAY
    lines.closed("s1")
    lines.poll_began("anna")
    assert lines.people()["anna"][0] == CONNECTED
    time.pass_(20)
    lines.sweep()
    lines.poll_ended("anna")
    time.pass_(9)
    lines.sweep()
    assert lines.people()["anna"][0] == CONNECTED  # the next poll is on its way
    time.pass_(2)
    lines.sweep()
    assert lines.people()["anna"] == (GONE, START + timedelta(seconds=20))


def test_several_processes_know_it_together(time: Time) -> None:
    later = START + timedelta(seconds=30)
    seen = p.together(
        [
            {"anna": (GONE, START), "bram": (GONE, START), "chris": (AWAY, START)},
            {"anna": (CONNECTED, later), "bram": (GONE, later), "chris": (GONE, later)},
        ]
    )
    assert seen == {"anna": (CONNECTED, later), "bram": (GONE, later), "chris": (AWAY, START)}


def test_facilitators_hear_differences_only(time: Time) -> None:
    room, state = Presence(), _state("anna", "bram", "chris", group="g1")
    state.people["chris"].gone = True  # taken out: does not count
    room.lines.opened("anna", "s1")
    first = room.news(state)
    assert first is not None and first["who"] == {"anna": [CONNECTED, clock.iso(START), None], "bram": [GONE, None, None]}
    assert (first["people"], first["connected"], first["gone"], first["groups"]) == (2, 1, 1, {"g1": [1, 0, 1]})
    assert room.news(state) is None
    room.lines.opened("bram", "s2", hidden=True)
    second = room.news(state)
    assert second is not None and list(second["who"]) == ["bram"] and second["groups"] == {"g1": [1, 1, 0]}
    assert room.whole(state)["who"].keys() == {"anna", "bram"}


def test_who_did_something_is_told_twice_a_minute_at_most(time: Time) -> None:
    room, state = Presence(), _state("anna")
    room.lines.opened("anna", "s1")
    row = type("Row", (), {"actor": "anna", "at": START})
    room.heard([row])
    assert room.news(state)["who"]["anna"][2] == clock.iso(START)  # type: ignore[index]
    time.pass_(20)
    row.at = time.now
    room.heard([row])
    assert room.news(state) is None
    time.pass_(20)
    row.at = time.now
    room.heard([row, type("Row", (), {"actor": "f:1", "at": time.now})])
    assert room.news(state)["who"] == {"anna": [CONNECTED, clock.iso(START), clock.iso(time.now)]}  # type: ignore[index]


def test_more_than_ninety_are_told_as_groups_and_named_on_request(time: Time) -> None:
    room, state = Presence(), _state(*(f"p{n}" for n in range(100)), group="g1")
    for n in range(100):
        state.people[f"p{n}"].group = None if n < 12 else "g1"
        if n % 2:
            room.lines.opened(f"p{n}", f"s{n}")
    told = room.news(state)
    assert told is not None and told["who"] is None and told["groups"] == {"": [6, 0, 6], "g1": [44, 0, 44]}
    assert room.whole(state)["who"] is None
    assert len(room.whole(state, group="g1")["who"]) == 88 and len(room.whole(state, group="")["who"]) == 12
    assert len(room.whole(state, only=GONE)["who"]) == 50


def test_who_leads_and_who_types(time: Time) -> None:
    room, state = Presence(), _state()
    room.lines.desk("d1", "f:1", "Fatima")
    room.lines.desk("d2", "f:1", "Fatima", typing=True)
    room.others["w2"] = ({}, {"f:2": ("Youssef", 1, False)})
    assert room.news(state)["leaders"] == [  # type: ignore[index]
        {"id": "f:1", "name": "Fatima", "desks": 2, "typing": True},
        {"id": "f:2", "name": "Youssef", "desks": 1, "typing": False},
    ]
    time.pass_(8)
    room.lines.sweep()
    room.lines.closed("d1")
    assert room.news(state)["leaders"][0] == {"id": "f:1", "name": "Fatima", "desks": 1, "typing": False}  # type: ignore[index]


@pytest.mark.parametrize("database_kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_over_http_a_phone_that_polls_is_here_and_only_who_leads_may_ask(client: FlaskClient, app: Flask) -> None:
    world = make_world(app)
    anna, bram = Phone.join(client, world, "Anna"), Phone.join(client, world, "Bram")
    anna.events(0, wait=0.1)
    leader = Phone(client, world.lab_id, world.tokens["facilitator"])
    told = client.get(f"/live/{world.lab_id}/presence", headers=leader.headers).json
    assert told is not None
    states = {one["name"]: told["who"][id_][0] for id_, one in leader.snapshot()["people"].items()}
    assert states == {"Anna": CONNECTED, "Bram": GONE}
    assert (told["people"], told["connected"], told["groups"]) == (2, 1, {"": [1, 0, 1]})
    assert all(who[2] is not None for who in told["who"].values())  # coming in was the last thing they did
    client.delete_cookie(f"kl_live_{world.lab_id}")
    assert client.get(f"/live/{world.lab_id}/presence", headers=bram.headers).status_code == 403
    assert client.get(f"/live/{world.lab_id}/presence", headers={"Accept": "application/json"}).status_code == 401
    assert "now" in bram.events(0)


@pytest.mark.postgres
def test_two_processes_on_one_database(
    make_app: Callable[..., Flask], _databases: databases.Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each writes its own row when something changed, reads the other's, and believes a silent process for ten seconds only."""
    app = make_app(_databases.filled("postgresql", tmp_path))
    world = make_world(app)
    rooms = [{world.lab_id: Presence()}, {world.lab_id: Presence()}]
    first, second = (Sharing(app, lambda room=room: room) for room in rooms)  # type: ignore[misc]
    here, there = rooms[0][world.lab_id], rooms[1][world.lab_id]
    here.lines.opened("anna", "s1")
    there.lines.desk("d1", "f:2", "Youssef")
    first.once()
    second.once()
    first.once()
    state = _state("anna", "bram")
    assert {id_: what for id_, (what, _) in there.people(state).items()} == {"anna": CONNECTED, "bram": GONE}
    assert [one["name"] for one in here.whole(state)["leaders"]] == ["Youssef"] and there.phones() == 1
    here.lines.closed("s1")
    first.once()
    second.once()
    assert there.people(state)["anna"][0] == GONE
    here.lines.opened("anna", "s2")
    first.once()
    time = Time()
    time.now = clock.now() + timedelta(seconds=11)
    monkeypatch.setattr(clock, "now", time)
    second.once()  # the first process has not been heard of for eleven seconds: its phones went with it
    gone: Any = there.people(state)["anna"]
    assert gone[0] == GONE and gone[1] < time.now - timedelta(seconds=10)
    _databases.drop()
