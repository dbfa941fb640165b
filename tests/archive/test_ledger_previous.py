"""What the next lab opens with: last time's questions with what was found and whether it helped, what is to be done, what is still open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts.actors import Actor
from kennislab.archive import following, previous
from kennislab.archive.models import ArchiveItem, ItemLink, LinkKind, Outcome
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabKind, LabState, Programme
from kennislab.questions import carrying
from tests.archive.rooms import SAID, Said, hold_a_lab, item_of
from tests.factories.world import bring_to
from tests.programme.worlds import signed_in

QUESTION = "Hoe organiseer je draagvlak bij bewoners?"


def next_lab(said: Said, days: int = 90) -> int:
    """A lab after the one that was held; questions come in."""
    with transaction() as tx:
        starts = said.lab().starts_at + timedelta(days=days)
        programme = tx.session.get_one(Programme, said.world.programme_id)
        data = programmes.LabData("Lentelab", starts, starts + timedelta(hours=6), starts - timedelta(days=1))
        lab = programmes.plan_lab(tx, programme, data)
        bring_to(tx, lab, LabState.COLLECTING, Actor(said.world.people["coordinator"], "Coordinator"))
        return lab.id


@pytest.fixture
def app(make_app: Any, sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


def test_the_page_for_everybody(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    said = hold_a_lab(app, LabState.ARCHIVED)
    with app.app_context():
        lab = next_lab(said)
        with transaction() as tx:
            purse = item_of(tx, said, "purse")
            following.report_outcome(tx, purse, "GM0855", Outcome.FAILED, "Te laat gevraagd.", None, said.actor("other"))
    path = f"/kennislabs/{lab}/vorige-keer"
    for role, status in {"anonymous": 302, "outsider": 404, "participant": 200, "facilitator": 200}.items():
        assert signed_in(app, said.world, role).get(path).status_code == status, role
    page = signed_in(app, said.world, "participant").get(path).text
    said_so = [
        SAID["slow"]["text"],
        SAID["purse"]["text"],
        "in Tilburg niet: “Te laat gevraagd”",
        "Nabellen",
        QUESTION,
        "Nog zonder antwoord",
    ]
    for text in said_so:
        assert text in page, text
    assert SAID["secret"]["text"] not in page and "Vragen meenemen" not in page
    assert "Nog niet meegenomen naar dit lab." in page
    staff = signed_in(app, said.world, "coordinator").get(path).text
    assert f"/kennislabs/{lab}/vragen/overnemen" in staff
    with app.app_context(), transaction() as tx:
        there = tx.session.get_one(Lab, lab)
        [offer] = carrying.offers(tx.session, there)
        carrying.carry(tx, there, [one.public_id for one in offer.questions], said.actor("coordinator"))
    page = signed_in(app, said.world, "participant").get(path).text
    assert "Gaat deze keer verder" in page and "Nog niet meegenomen" not in page
    first = signed_in(app, said.world, "participant").get(f"/kennislabs/{said.world.lab_id}/vorige-keer")
    assert first.status_code == 200 and "Dit is het eerste lab" in first.text


def test_what_the_room_opens_with(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    said = hold_a_lab(app, LabState.ARCHIVED)
    with app.app_context():
        lab = next_lab(said)
        with transaction() as tx:
            following.report_outcome(tx, item_of(tx, said, "purse"), "GM0855", Outcome.WORKED, "", None, said.actor("other"))
        before = previous.previous_of(db.session(), db.session.get_one(Lab, lab))
        assert before is not None and [one["overdue"] for one in before["actions"]] == [False]
        [open_] = before["open"].pop("questions")
        assert (open_["text"], open_["again"], before["open"]) == (QUESTION, False, {"count": 1, "again": 0})
        assert {one["text"]: one["sums"] for one in before["answers"]} == {SAID["purse"]["text"]: {"worked": 1}}
        monkeypatch.setattr(clock, "now", lambda: datetime(2027, 2, 1, 12, tzinfo=UTC))
        told = previous.previous_of(db.session(), db.session.get_one(Lab, lab))
        assert told is not None and [(one["text"], one["overdue"]) for one in told["actions"]] == [("Nabellen", True)]


def test_through_a_bottleneck_and_past_a_small_meeting(app: Flask) -> None:
    """What solves a bottleneck answers the question that it came up with; a Kennislab goes on from the last Kennislab."""
    said = hold_a_lab(app, LabState.ARCHIVED)
    who = said.actor("participant")
    with app.app_context():
        key = next_lab(said)
        with transaction() as tx:
            slow, held = item_of(tx, said, "slow"), said.lab()
            question = tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.kind == "question")).one()
            tx.session.add(ItemLink(from_id=slow.id, to_id=question.id, kind=LinkKind.QUESTION))
            small = []
            for days, state in ((30, LabState.ARCHIVED), (60, LabState.HARVESTING)):
                starts = held.starts_at + timedelta(days=days)
                data = programmes.LabData("Klein", starts, starts + timedelta(hours=2), starts, kind=LabKind.DEEP_DIVE)
                small.append(programmes.plan_lab(tx, held.programme, data))
                small[-1].state = state
        read = db.session()
        lab, first, second = read.get_one(Lab, key), read.get_one(Lab, small[0].id), read.get_one(Lab, small[1].id)
        assert [previous.last_before(read, one) for one in (lab, second, first)] == [said.lab(), first, said.lab()]
        told = previous.told_to(read, who, lab)
        assert told is not None and told.waiting is second and told.still_open == []
        assert [(one.item.text, [answer.text for answer, _summary in one.answers]) for one in told.answered] == [
            (QUESTION, [SAID["purse"]["text"]])
        ]
        room = previous.previous_of(read, lab)
        assert room is not None and [one["question"] for one in room["answers"]] == [QUESTION]
        assert room["open"] == {"count": 0, "again": 0, "questions": []}
        assert [one["text"] for one in room["actions"]] == ["Nabellen"]
    page = signed_in(app, said.world, "participant").get(f"/kennislabs/{key}/vorige-keer").text
    assert "De oogst van Klein wordt nog nagelopen." in page
