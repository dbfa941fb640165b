"""A desk goes to another laptop: for who leads at once, for another browser after a yes on the first desk; once, and within two minutes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts import operations as accounts
from kennislab.accounts.models import Person
from kennislab.core import clock, journal
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.live import handover
from kennislab.live.models import Handover
from tests.factories.world import World, make_world


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


def _laptop(app: Flask, world: World, role: str | None = None) -> FlaskClient:
    """A browser; signed in as this role, by a mailed link."""
    client = app.test_client()
    if role is not None:
        with app.app_context(), transaction() as tx:
            token = accounts.make_magic_link(tx, tx.session.get_one(Person, world.people[role]))
        assert client.post(f"/aanmelden/link/{token}").status_code == 303
    return client


def _offer(client: FlaskClient, world: World, **place: Any) -> dict[str, Any]:
    answer = client.post(f"/live/{world.lab_id}/overdragen", json={"place": place})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def _state(client: FlaskClient, world: World, offer: dict[str, Any]) -> Any:
    return client.get(f"/live/{world.lab_id}/overdragen/{offer['id']}").json


def test_who_leads_takes_it_over_at_once_and_only_once(app: Flask, world: World) -> None:
    first, second = _laptop(app, world, "facilitator"), _laptop(app, world, "coordinator")
    key = f"kl-capture:{world.lab_id}"
    offer = _offer(first, world, **{key: {"text": "half een zin", "kind": "insight"}})
    link = offer["url"].split("/", 3)[3]
    assert second.get(f"/{link}").status_code == 200 and _state(first, world, offer)["state"] == "waiting"  # looking uses nothing up
    taken = second.post("/overnemen", data={"token": link.rsplit("/", 1)[1]})
    assert (taken.status_code, taken.headers["Location"]) == (303, f"/live/{world.lab_id}/desk?overname={offer['id']}")
    assert "half een zin" in second.get(taken.headers["Location"]).text
    assert "half een zin" not in first.get(f"/live/{world.lab_id}/desk?overname={offer['id']}").text  # somebody else's now
    assert _state(first, world, offer)["state"] == "taken"
    again = second.post("/overnemen", data={"code": offer["code"]})
    assert again.status_code == 410 and "werkt niet meer" in again.text


def test_another_browser_becomes_the_same_person_only_after_a_yes(app: Flask, world: World) -> None:
    first, other, third = _laptop(app, world, "facilitator"), _laptop(app, world), _laptop(app, world)
    offer = _offer(first, world)
    asked = other.post(
        "/overnemen", data={"code": offer["code"].lower()}, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
    )
    assert (asked.status_code, asked.headers["Location"]) == (303, "/overnemen/wachten")
    told = _state(first, world, offer)
    assert (told["state"], told["asked_by"]) == ("asked", "Firefox op Windows") and str(told["number"]) in other.get(
        "/overnemen/wachten"
    ).text
    assert third.post("/overnemen", data={"code": offer["code"]}).status_code == 409  # one at a time
    assert other.post("/overnemen/wachten").status_code == 409
    assert other.get(f"/live/{world.lab_id}/desk").status_code in (302, 401, 403)
    assert first.post(f"/live/{world.lab_id}/overdragen/{offer['id']}/ja", json={}).json == {"state": "confirmed"}
    assert other.get("/overnemen/wachten", headers={"Accept": "application/json"}).json == {"state": "confirmed"}
    assert third.post("/overnemen/wachten").status_code == 303  # has asked for nothing
    assert other.post("/overnemen/wachten").headers["Location"].startswith(f"/live/{world.lab_id}/desk?overname=")
    assert other.get(f"/live/{world.lab_id}/desk").status_code == 200
    assert other.post("/overnemen/wachten").headers["Location"] == "/overnemen"  # the new session has asked for nothing
    with app.app_context():
        assert [row.type for row in journal.read(db.session(), handover.AUDIT, 0, 100)] == [
            "desk.offered",
            "desk.asked",
            "desk.confirmed",
            "desk.taken",
        ]
        one = db.session.get_one(Handover, offer["id"])
        stored = f"{one.token_hash} {one.code_hash} {one.asked_hash}"
    assert offer["code"].replace("-", "") not in stored and offer["url"].rsplit("/", 1)[1] not in stored


def _without_token(page: str) -> str:
    """A page without the token of its forms, which is another one each second."""
    return re.sub(r'(name="csrf-token" content|name="csrf_token"[^>]*? value)="[^"]+"', "", page)


def test_no_is_no_and_two_minutes_are_two_minutes(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = _laptop(app, world, "facilitator"), _laptop(app, world)
    offer = _offer(first, world)
    other.post("/overnemen", data={"code": offer["code"]})
    assert first.post(f"/live/{world.lab_id}/overdragen/{offer['id']}/nee", json={}).json == {"state": "over"}
    assert other.post("/overnemen/wachten").status_code == 410
    late, newer = _offer(first, world), _offer(first, world)
    assert other.post("/overnemen", data={"code": late["code"]}).status_code == 410  # a newer one took its place
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=121))
    unknown = other.post("/overnemen", data={"code": "ABCDEFGH"})
    old = other.post("/overnemen", data={"code": newer["code"]})
    assert (old.status_code, unknown.status_code) == (410, 410)
    assert _without_token(old.text) == _without_token(unknown.text)


def test_only_who_is_signed_in_and_leads_may_hand_over(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = make_world(app)
    for role in ("participant", "outsider"):
        answer = _laptop(app, world, role).post(f"/live/{world.lab_id}/overdragen", json={})
        assert answer.status_code in (403, 404), role
    assert app.test_client().post(f"/live/{world.lab_id}/overdragen", json={}, headers=world.bearer("facilitator")).status_code == 403
    first, colleague = _laptop(app, world, "facilitator"), _laptop(app, world, "coordinator")
    offer = _offer(first, world)
    assert colleague.get(f"/live/{world.lab_id}/overdragen/{offer['id']}").status_code == 404  # not theirs to answer
    assert colleague.post(f"/live/{world.lab_id}/overdragen/{offer['id']}/ja", json={}).status_code == 404
    for place in ({"kl-capture:999": 1}, {"kl-epoch:1:x": 1}, {f"kl-capture:{world.lab_id}": "x" * 17_000}):
        assert first.post(f"/live/{world.lab_id}/overdragen", json={"place": place}).status_code == 422, place
