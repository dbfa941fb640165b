"""A method and its cases over HTTP, on both databases, up to the harvest: what is confidential is nowhere but in the journal."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kennislab.archive import operations as archive
from kennislab.archive.models import ArchiveItem
from kennislab.core.db import Base, db
from kennislab.core.transaction import transaction
from kennislab.live import library
from kennislab.live.methods.schema import BUILT_IN
from kennislab.live.queries import contributions_of
from kennislab.programme.models import AgendaItem, Lab
from tests.factories.world import World, make_world, steps
from tests.live.phones import Phone, uuid7

SECRET = "xkwethouderxk"
OPEN = "xkopenxk"


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@pytest.fixture
def leader(client: FlaskClient, world: World) -> Phone:
    return Phone(client, world.lab_id, world.tokens["facilitator"])


def _id(phone: Phone) -> str:
    return str(phone.snapshot()["me"]["id"])


def _everywhere_but_the_journal(app: Flask) -> str:
    with app.app_context():
        tables = [table for table in Base.metadata.sorted_tables if table.name not in ("journal_entry",)]
        return json.dumps([[list(row) for row in db.session.execute(sa.select(table))] for table in tables], default=str)


def _leader(phones: dict[str, Phone]) -> Phone:
    return next(phone for phone in phones.values() if phone.follow()["me"]["turn"]["leads"])


def _round(phones: dict[str, Phone], run: str, word: str) -> None:
    """Plays the run to its end; everybody sends what their phone offers."""
    lead = _leader(phones)
    while True:
        for name, phone in phones.items():
            state = phone.follow()
            assert state == phone.snapshot()
            for kind in (state["me"]["turn"] or {"write": []})["write"]:
                at = state["runs"][run]
                position = f"{at['step']}/{at['unit']}/{at['part']}"
                told = phone.do("contribution.add", kind=kind, text=f"{word} van {name}", run=run, position=position)
                assert told["status"] == "accepted", told
        rev = lead.follow()["runs"][run]["rev"]
        lead.do("run.go", run=run, rev=rev, to="next")
        if lead.follow()["runs"][run]["state"] == "ended":
            return


def test_from_the_case_to_the_harvest(app: Flask, client: FlaskClient, world: World, leader: Phone, capfd: Any) -> None:
    phones = {name: Phone.join(client, world, name) for name in ("Anna", "Bram", "Chris", "Dora")}
    outside = Phone.join(client, world, "Ella", "GM0503")
    (group,) = leader.do("group.make", how="by_hand", number=1)["groups"]
    other = leader.do("group.add", name="De rest")["group"]
    ids = {name: _id(phone) for name, phone in phones.items()}
    for one in ids.values():
        assert leader.do("participant.move", participant=one, group=group)["status"] == "accepted"
    leader.do("participant.move", participant=_id(outside), group=other)
    anna, bram = phones["Anna"], phones["Bram"]
    case = anna.do("case.pitch", text=f"{SECRET} wil iets", confidential=True)["case"]
    next_case = bram.do("case.pitch", text=f"{OPEN} mag iedereen weten")["case"]
    run = leader.do("run.start", group=group, method="roddelmethode", case=case)["run"]
    desk = leader.follow()["runs"][run]
    assert desk["case"] == {"id": case, "confidential": True} and case not in leader.state["cases"]
    lead = _leader(phones)
    _round(phones, run, SECRET)
    later = lead.do("run.start", group=group, method="vijfstappenmethode", case=next_case)["run"]
    assert lead.follow()["runs"][later]["case"]["owner"] == ids["Bram"]
    _round(phones, later, OPEN)
    for phone in (leader, outside, Phone(client, world.lab_id, world.tokens["coordinator"])):
        told = json.dumps([phone.snapshot(), phone.events(0)])
        assert SECRET not in told and OPEN in told
    assert client.get(f"/live/{world.lab_id}/projector", headers=leader.headers).status_code in (200, 302)
    assert bram.do("case.harvest", case=case, yes=True)["problem"]["type"] == "/problems/no-such-thing"

    leader.do("lab.close")
    with app.app_context():
        rows = contributions_of(db.session(), world.lab_id)
        assert rows and all(SECRET not in row.text and row.case == f"{OPEN} mag iedereen weten" for row in rows)
        assert "Vijfstappenmethode · Adviesronde" in {row.step for row in rows}
        titles = {item.step_title for item in db.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.lab_id == world.lab_id))}
        assert "Vijfstappenmethode · Adviesronde" in titles
    assert SECRET not in _everywhere_but_the_journal(app)
    for path in ("verslag", "verslag.json", "oogst"):
        answer = client.get(f"/kennislabs/{world.lab_id}/{path}", headers=leader.headers)
        assert SECRET not in answer.get_data(as_text=True)
    told = capfd.readouterr()
    assert SECRET not in told.out + told.err

    assert anna.do("case.harvest", case=case, yes=True)["status"] == "accepted"
    with app.app_context(), transaction() as tx:
        archive.open_harvest(tx, tx.session.get_one(Lab, world.lab_id))
    assert SECRET in _everywhere_but_the_journal(app)


def test_the_same_op_moves_a_run_once(client: FlaskClient, world: World, leader: Phone) -> None:
    anna = Phone.join(client, world)
    run = leader.do("run.start", method="triz")["run"]
    op = {"id": uuid7(), "type": "run.go", "run": run, "rev": 0, "to": "next"}
    first = leader.ops(op).json["results"]
    assert [leader.ops(op).json["results"] for _ in range(3)] == [first] * 3
    assert (leader.follow()["runs"][run]["rev"], anna.follow()["runs"][run]["step"]) == (1, 1)
    lost = Phone(leader.client, world.lab_id, world.tokens["coordinator"]).do("run.go", run=run, rev=0, to="next")
    assert (lost["problem"]["type"], lost["problem"]["status"], lost["step"]["rev"]) == ("/problems/run-moved", 409, 1)
    assert anna.do("run.go", run=run, rev=1, to="next")["problem"]["type"] == "/problems/leader-only"


def test_a_method_of_the_programme_is_played_as_it_was_then(app: Flask, client: FlaskClient, world: World, leader: Phone) -> None:
    from kennislab.accounts.actors import Actor

    first = BUILT_IN["triz"].model_copy(update={"id": "onze_triz", "name_nl": "Onze TRIZ"})
    by = Actor(world.people["coordinator"], "Coordinator")
    with app.app_context(), transaction() as tx:
        library.keep(tx, world.programme_id, by, first)
        item = tx.session.get_one(AgendaItem, int(steps(app, world)[1]))
        item.method = "onze_triz"
    anna = Phone.join(client, world)
    run = leader.do("run.start", method="onze_triz")["run"]
    assert anna.follow()["runs"][run]["method"]["name"]["nl"] == "Onze TRIZ"
    leader.do("run.end", run=run)
    with app.app_context(), transaction() as tx:
        library.keep(tx, world.programme_id, by, first.model_copy(update={"name_nl": "Onze betere TRIZ"}))
    again = leader.do("run.start", method="onze_triz")["run"]
    names = {one: anna.follow()["runs"][one]["method"]["name"]["nl"] for one in (run, again)}
    assert names == {run: "Onze TRIZ", again: "Onze betere TRIZ"}
    assert anna.state == anna.snapshot()
    assert leader.do("run.start", method="nergens")["problem"]["type"] in ("/problems/no-such-method", "/problems/groups-busy")
    leader.do("lab.close")
    leader.do("lab.open")
    assert anna.follow()["agenda"][steps(app, world)[1]]["method"] == "onze_triz"
    leader.do("step.go", to=steps(app, world)[1], step_rev=0)
    assert [one["state"] for one in anna.follow()["runs"].values()] == ["ended", "ended", "running"]


def test_who_comes_late_sits_with_the_smallest_group(client: FlaskClient, world: World, leader: Phone) -> None:
    first = [Phone.join(client, world, f"P{number}") for number in range(5)]
    groups = leader.do("group.make", how="count_off", number=2)["groups"]
    run = leader.do("run.start", group=groups[1], method="troika_consulting")["run"]
    leader.do("run.go", run=run, rev=0, to="next")
    late = Phone.join(client, world, "Laat", "GM0503")
    me = late.snapshot()["me"]
    assert me["group"] == groups[1] and me["turn"]["run"] == run and me["turn"]["table"]
    assert all(phone.follow() == phone.snapshot() for phone in (*first, late, leader))
