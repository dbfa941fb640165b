"""What participants choose: written down whole or refused with a reason, replaced, and without the themes that went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import Invalid
from kennislab.core.transaction import transaction
from kennislab.grouping import operations, ranking
from kennislab.programme.models import Lab
from tests.factories.world import World
from tests.grouping.boards import person, with_questions


def themes(app: Flask, world: World, titles: tuple[str, ...]) -> list[int]:
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        return [operations.create_theme(tx, lab, person(world, "facilitator"), title, []).id for title in titles]


def save(app: Flask, world: World, choices: list[int], role: str = "participant", solved: tuple[int, ...] = ()) -> None:
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        ranking.save_ranking(tx, lab, world.people["participant"], choices, solved, True, person(world, role))


def test_a_choice_is_kept_replaced_and_loses_what_went_from_the_board(app: Flask) -> None:
    world, _ = with_questions(app, 2)
    a, b, c, d = themes(app, world, ("Warmte", "Geld", "Buurt", "Groen"))
    save(app, world, [c, a, b], solved=(b, 9999))
    save(app, world, [d, a, d, b], solved=(d,))
    save(app, world, [d], role="facilitator")  # what somebody said on the telephone
    save(app, world, [d, b, a], solved=(a, d))
    with app.app_context(), transaction() as tx:
        operations.remove_theme(tx, tx.session.get_one(Lab, world.lab_id), person(world, "facilitator"), d)
    with app.app_context():
        found = ranking.rankings_of(db.session(), world.lab_id)
        assert list(found) == [world.people["participant"]]
        mine = found[world.people["participant"]]
        assert (mine.choices, mine.solved, mine.can_lead, mine.by_name) == ((b, a), (a,), True, "")
        assert ranking.ranking_of(db.session(), world.lab_id, world.people["participant"]) == mine
        assert ranking.ranking_of(db.session(), world.lab_id, world.people["facilitator"]) is None


def test_what_is_not_a_choice_is_refused(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world, _ = with_questions(app, 2)
    a, b, _c = themes(app, world, ("Warmte", "Geld", "Buurt"))
    for choices, role in (([a, b], "participant"), ([a, b, b], "participant"), ([], "facilitator"), ([a, b, 9999], "participant")):
        with pytest.raises(Invalid):
            save(app, world, choices, role)
    with app.app_context():
        assert ranking.rankings_of(db.session(), world.lab_id) == {}


def test_choosing_is_open_from_then_until_then(make_app: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(sqlite_url)
    world, _ = with_questions(app, 2)
    by = person(world, "facilitator")
    with app.app_context():
        with pytest.raises(Invalid), transaction() as tx:
            ranking.open_ranking(tx, tx.session.get_one(Lab, world.lab_id), None, by)
        themes(app, world, ("Warmte", "Geld"))
        until = clock.now() + timedelta(hours=1)
        with pytest.raises(Invalid), transaction() as tx:
            ranking.open_ranking(tx, tx.session.get_one(Lab, world.lab_id), clock.now() - timedelta(seconds=1), by)
        assert not ranking.is_open(db.session(), world.lab_id)
        with transaction() as tx:
            ranking.open_ranking(tx, tx.session.get_one(Lab, world.lab_id), until, by)
        assert ranking.is_open(db.session(), world.lab_id)
        monkeypatch.setattr(clock, "now", lambda: until)
        assert ranking.is_open(db.session(), world.lab_id)
        monkeypatch.setattr(clock, "now", lambda: until + timedelta(seconds=1))
        assert not ranking.is_open(db.session(), world.lab_id)
        with transaction() as tx:
            ranking.open_ranking(tx, tx.session.get_one(Lab, world.lab_id), None, by)
        assert ranking.is_open(db.session(), world.lab_id)
        with transaction() as tx:
            ranking.close_ranking(tx, tx.session.get_one(Lab, world.lab_id), by)
        assert not ranking.is_open(db.session(), world.lab_id)
