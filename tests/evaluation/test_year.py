"""What a city decides, with who, when and why; every line stays."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts.actors import Actor
from kennislab.core.db import db
from kennislab.core.errors import Invalid
from kennislab.core.transaction import transaction
from kennislab.evaluation import operations, queries
from kennislab.evaluation.models import Choice
from kennislab.programme import queries as programmes
from kennislab.programme.models import ParticipationStatus, Programme
from tests.factories.world import World, make_world


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app, "planned")


def _decide(app: Flask, world: World, choice: Choice, reason: str = "De raad wil verder") -> None:
    with app.app_context(), transaction() as tx:
        programme = tx.session.get_one(Programme, world.programme_id)
        operations.record_decision(
            tx,
            programme,
            municipality_code="GM0855",
            year=2027,
            choice=choice,
            reason=reason,
            decided_by="wethouder De Wit",
            by=Actor(world.people["coordinator"], "Coordinator"),
        )


def test_the_newest_decision_holds_and_the_old_one_stays(app: Flask, world: World) -> None:
    _decide(app, world, Choice.CONTINUE)
    _decide(app, world, Choice.STOP, "Toch geen geld")
    with app.app_context():
        (city,) = queries.cities_of(db.session(), world.programme_id, 2027)
        assert city.decision is not None and (city.decision.choice, city.decision.reason) == (Choice.STOP, "Toch geen geld")
        assert [line.choice for line in queries.decisions_of(db.session(), world.programme_id, 2027)] == [Choice.STOP, Choice.CONTINUE]
        row = programmes.participation(db.session(), world.programme_id, "GM0855", 2027)
        assert row is not None and row.status is ParticipationStatus.STOPPED


def test_a_decision_needs_a_reason_and_somebody(app: Flask, world: World) -> None:
    with app.app_context(), pytest.raises(Invalid) as refused, transaction() as tx:
        programme = tx.session.get_one(Programme, world.programme_id)
        operations.record_decision(
            tx, programme, municipality_code="GM0855", year=2027, choice=Choice.STOP, reason=" ", decided_by="", by=Actor(1, "C")
        )
    assert set(refused.value.fields) == {"reason", "decided_by"}


def test_the_page_by_role(client: FlaskClient, world: World) -> None:
    address = f"/programmas/{world.programme_id}/jaar/2027"
    assert [
        client.get(address, headers=world.bearer(role)).status_code for role in ("coordinator", "facilitator", "participant", "outsider")
    ] == [200, 200, 200, 404]
    form = {"municipality_code": "GM0503", "choice": "join", "decided_by": "directeur", "reason": "Nieuwe wijk"}
    assert [client.post(address, headers=world.bearer(role), data=form).status_code for role in ("facilitator", "participant")] == [
        403,
        403,
    ]
    refused = client.post(address, headers=world.bearer("coordinator"), data={**form, "reason": ""})
    assert refused.status_code == 422 and "directeur" in refused.text and "Schrijf op waarom" in refused.text
    assert client.post(address, headers=world.bearer("coordinator"), data=form).status_code == 303
    page = client.get(address, headers=world.bearer("participant")).text
    assert "Delft" in page and "Nieuwe wijk" in page and "directeur" in page
