"""Who is at the board and what they hold: seen by the others at once, forgotten after a minute, no part of the history."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from kennislab.core import clock, journal
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.grouping import following, queries, selecting
from kennislab.programme.models import Lab
from tests.factories.world import World
from tests.grouping.boards import person, with_questions


@pytest.fixture
def table(make_app: Callable[..., Flask], sqlite_url: str) -> tuple[Flask, World, list[int]]:
    app = make_app(sqlite_url)
    return app, *with_questions(app, 4)


def hold(app: Flask, world: World, role: str, cards: list[int]) -> None:
    with app.app_context(), transaction() as tx:
        selecting.pick_up(tx, tx.session.get_one(Lab, world.lab_id), person(world, role), cards)


def seen(app: Flask, world: World, by: str | None = None) -> list[tuple[str, list[int]]]:
    with app.app_context():
        lab = db.session.get_one(Lab, world.lab_id)
        me = world.people[by] if by else None
        return [(hand.name, hand.cards) for hand in selecting.hands_of(db.session(), lab, me)]


def test_others_see_what_one_holds_until_it_is_let_go(table: tuple[Flask, World, list[int]]) -> None:
    app, world, ids = table
    hold(app, world, "facilitator", [ids[2], ids[0], ids[2]])
    hold(app, world, "coordinator", [])
    assert sorted(seen(app, world)) == [("Coordinator", []), ("Facilitator", [ids[0], ids[2]])]
    assert seen(app, world, "facilitator") == [("Coordinator", [])]
    hold(app, world, "facilitator", [ids[1]])
    assert seen(app, world, "coordinator") == [("Facilitator", [ids[1]])]
    with app.app_context(), transaction() as tx:
        selecting.leave(tx, tx.session.get_one(Lab, world.lab_id), person(world, "facilitator"))
    assert seen(app, world, "coordinator") == []
    with app.app_context():
        assert journal.head(db.session(), queries.stream_of(world.lab_id)) == 0, "holding a card is no history"


def test_who_is_silent_for_a_minute_is_not_there(table: tuple[Flask, World, list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    app, world, ids = table
    hold(app, world, "facilitator", [ids[0]])
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: real + timedelta(seconds=61))
    assert seen(app, world) == []
    hold(app, world, "facilitator", [ids[0]])
    assert seen(app, world) == [("Facilitator", [ids[0]])]


def test_two_people_have_two_colours_and_a_sign_of_life_is_no_news(table: tuple[Flask, World, list[int]]) -> None:
    app, world, ids = table
    hold(app, world, "facilitator", [ids[0]])
    hold(app, world, "coordinator", [ids[0]])
    with app.app_context():
        lab = db.session.get_one(Lab, world.lab_id)
        hands = selecting.hands_of(db.session(), lab, None)
        assert len({hand.tone for hand in hands}) == 2
        before = selecting.stamp(hands)
    hold(app, world, "facilitator", [ids[0]])
    with app.app_context():
        assert selecting.stamp(selecting.hands_of(db.session(), db.session.get_one(Lab, world.lab_id), None)) == before
    hold(app, world, "facilitator", [])
    with app.app_context():
        assert selecting.stamp(selecting.hands_of(db.session(), db.session.get_one(Lab, world.lab_id), None)) != before


def test_who_waits_is_woken_by_a_hand(table: tuple[Flask, World, list[int]]) -> None:
    app, world, ids = table
    looks: list[float] = []

    def look() -> bool | None:
        looks.append(time.monotonic())
        return True if seen(app, world) else None

    thread = threading.Timer(0.15, hold, (app, world, "facilitator", [ids[0]]))
    thread.start()
    with app.app_context():
        began = time.monotonic()
        assert following.wait_for(queries.stream_of(world.lab_id), 5, look) is True
    thread.join()
    assert looks[-1] - began < 0.95, "woken, not found at the next look of each second"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Noor de Wit", "NW"), ("Sam", "S"), ("  ", "?"), ("élise van 't Hof", "ÉH")],
    ids=["three", "one", "none", "accent"],
)
def test_initials(name: str, letters: str) -> None:
    assert selecting.initials(name) == letters
