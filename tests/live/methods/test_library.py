"""The library of a programme: kept in versions, adapted from Kennislab's own, put away and back, taken along and taken in."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from kennislab.accounts.actors import Actor
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid
from kennislab.core.transaction import transaction
from kennislab.live import library
from kennislab.live.methods.schema import BUILT_IN, Method, definition, from_definition
from kennislab.programme.models import LabState
from tests.factories.world import World
from tests.programme.worlds import world_in

Fields = list[tuple[str, str]]


@pytest.fixture
def world(app: Flask) -> World:
    return world_in(app, LabState.PLANNED)


def _url(world: World, rest: str = "") -> str:
    return f"/programmas/{world.programme_id}/werkvormen{rest}"


def _own(name: str = "Onze ronde", **change: Any) -> Method:
    return from_definition({**definition(BUILT_IN["vijfstappenmethode"]), "id": "onze_ronde", "name_nl": name, **change})


def _keep(app: Flask, world: World, method: Method, version: int | None = None) -> int:
    with app.app_context(), transaction() as tx:
        return library.keep(tx, world.programme_id, Actor(world.people["coordinator"], "Coordinator"), method, version).version


# -- operations


def test_versions_are_kept_and_the_newest_counts(app: Flask, world: World) -> None:
    assert _keep(app, world, _own(), 0) == 1
    assert _keep(app, world, _own("Onze betere ronde"), 1) == 2
    assert _keep(app, world, _own("Onze betere ronde")) == 2  # the same again makes no new one
    with pytest.raises(Conflict):
        _keep(app, world, _own("Te laat"), 1)
    with app.app_context():
        found = library.method(db.session(), world.programme_id, "onze_ronde")
        assert found is not None and found.name_nl == "Onze betere ronde"
        assert [one.id for one in library.methods_of(db.session(), world.programme_id)] == ["onze_ronde", *BUILT_IN]
        assert [one.id for one in library.methods_of(db.session(), world.programme_id + 1)] == [*BUILT_IN]
        assert library.free_key(db.session(), world.programme_id, "Onze ronde") == "onze_ronde_2"
        assert library.free_key(db.session(), world.programme_id, "Incidentmethode") == "incidentmethode_2"
        assert library.free_key(db.session(), world.programme_id, "?!") == "werkvorm"


def test_what_is_put_away_is_not_offered_but_still_runs(app: Flask, world: World) -> None:
    _keep(app, world, _own())
    with app.app_context(), transaction() as tx:
        library.retire(tx, world.programme_id, "onze_ronde")
    with app.app_context():
        assert "onze_ronde" not in [one.id for one in library.methods_of(db.session(), world.programme_id)]
        assert library.method(db.session(), world.programme_id, "onze_ronde") == _own()
    with app.app_context(), transaction() as tx:
        library.restore(tx, world.programme_id, "onze_ronde")
    with app.app_context():
        assert "onze_ronde" in [one.id for one in library.methods_of(db.session(), world.programme_id)]


def test_kennislabs_own_cannot_be_overwritten(app: Flask, world: World) -> None:
    with pytest.raises(Invalid):
        _keep(app, world, BUILT_IN["triz"].model_copy(update={"name_nl": "Anders"}))


def test_texts_are_kept_without_tricks(app: Flask, world: World) -> None:
    _keep(app, world, _own("On\u202eze ronde"))
    with app.app_context():
        found = library.method(db.session(), world.programme_id, "onze_ronde")
        assert found is not None and found.name_nl == "Onze ronde"


def test_several_are_kept_or_none(app: Flask, world: World) -> None:
    """A file with a copy of Kennislab's own, one that is the same, and a new version."""
    _keep(app, world, _own())
    wanted = [BUILT_IN["triz"], BUILT_IN["triz"].model_copy(update={"name_nl": "Omdenken"}), _own("Beter")]
    with app.app_context():
        assert [library.fate(db.session(), world.programme_id, one) for one in wanted] == ["known", "copy", "version"]
    with app.app_context(), transaction() as tx:
        kept = library.keep_all(tx, world.programme_id, Actor(world.people["coordinator"], "C"), wanted)
        assert [(one.key, one.version) for one in kept] == [("omdenken", 1), ("onze_ronde", 2)]
    with app.app_context():
        assert [one.method.name_nl for one in library.entries(db.session(), world.programme_id)][:2] == ["Beter", "Omdenken"]
