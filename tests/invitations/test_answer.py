"""The personal link: it answers one invitation and does nothing else, for nobody else, and never by being opened."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer

from kennislab.accounts import queries as people
from kennislab.accounts.models import SignIn
from kennislab.accounts.operations import remove_from_programme
from kennislab.core.db import db
from kennislab.core.errors import DomainError, Invalid
from kennislab.core.transaction import transaction
from kennislab.invitations import links, operations, queries, signals
from kennislab.invitations.models import Answer, Invitation
from kennislab.programme.models import Lab, LabState
from tests.factories.world import World
from tests.invitations.houses import house, invitation, invite


def token(app: Flask, world: World, name: str = "Fatma") -> str:
    with app.app_context():
        found = queries.invitation_of(db.session(), world.lab_id, world.people[name])
        assert found is not None
        return links.token_of(found)


@pytest.fixture
def place(make_app: Callable[..., Flask], sqlite_url: str) -> tuple[Flask, World]:
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True)
    world = house(app, LabState.COLLECTING, Fatma="fatma@voorbeeld.example", Bram="bram@voorbeeld.example")
    invite(app, world, "Fatma", "Bram")
    return app, world


def post(app: Flask, path: str, **form: str) -> int:
    """As a browser: opens the page, and sends its form with the token that stood in it."""
    client = app.test_client()
    page = client.get(path)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    sent = client.post(path, data={"csrf_token": found[1] if found else "", **form})
    assert client.get("/programmas").status_code in (302, 401), "nobody is signed in by it"
    return sent.status_code


def test_opening_changes_nothing_however_often_and_by_whom(place: tuple[Flask, World]) -> None:
    app, world = place
    path = f"/antwoord/{token(app, world)}"
    for client in (app.test_client(), app.test_client()):
        for agent in ("Mozilla/5.0", "Barracuda Sentinel", "SafeLinks"):
            page = client.get(path, headers={"User-Agent": agent})
            assert page.status_code == 200 and "Kom je naar Proeflab?" in page.text
            assert client.head(path, headers={"User-Agent": agent}).status_code == 200
            assert client.options(path).status_code == 200
    assert "Deze uitnodiging is voor Fatma." in page.text and "Ben je Fatma niet?" in page.text
    assert "Bram" not in page.text and 'content="noindex"' in page.text and page.headers["Cache-Control"] == "no-store"
    assert app.test_client().get(f"{path}/kalender.ics").content_type.startswith("text/calendar")
    assert app.test_client().post(path, data={"antwoord": "ja"}).status_code == 400, "a form that was never opened"
    found = invitation(app, world, "Fatma")
    assert found.answer is Answer.OPEN and found.answered_at is None


def test_answering_and_changing_ones_mind(place: tuple[Flask, World]) -> None:
    app, world = place
    path = f"/antwoord/{token(app, world)}"
    heard: list[Answer] = []

    def hear(sender: object, **told: object) -> None:
        assert told["person"] == world.people["Fatma"] and told["lab"] == world.lab_id
        heard.append(Answer(str(told["answer"])))

    with signals.answered.connected_to(hear):
        assert post(app, path, antwoord="ja", note="Ik ben er om 10 uur.") == 303
        assert "Je komt. Fijn, tot dan!" in app.test_client().get(path).text
        assert post(app, path, antwoord="ja", note="Toch om 9 uur.") == 303
        assert post(app, path, antwoord="nee", note="") == 303
    assert heard == [Answer.COMING, Answer.NOT_COMING]
    found = invitation(app, world, "Fatma")
    assert (found.answer, found.how, found.note) == (Answer.NOT_COMING, "link", "")
    assert invitation(app, world, "Bram").answer is Answer.OPEN
    assert post(app, path, antwoord="misschien") == 404
    assert post(app, path, antwoord="ja", note="x" * 301) == 422
    with app.app_context():
        assert queries.not_coming(db.session(), world.lab_id) == {world.people["Fatma"]}
        assert queries.coming(db.session(), world.lab_id) == set()
        assert db.session.query(SignIn).count() == 0
        row = db.session.get_one(Invitation, found.id)
        with pytest.raises(Invalid), transaction() as tx:
            operations.answer(tx, row, Answer.COMING, "self", note="x" * 301)


def test_a_wrong_an_old_and_somebody_elses_link_say_the_same(place: tuple[Flask, World]) -> None:
    app, world = place
    good = token(app, world)
    with app.app_context(), transaction() as tx:
        operations.renew_link(tx, tx.session.get_one(Invitation, invitation(app, world, "Fatma").id))
    fresh = token(app, world)
    signed_for_else = URLSafeSerializer(app.config["SECRET_KEY"], salt="kennislab.sign-in").dumps([1, 1])
    strange = URLSafeSerializer(app.config["SECRET_KEY"], salt="kennislab.invitation")
    body, _dot, signature = token(app, world, "Bram").partition(".")
    for wrong in (
        good,
        fresh[:-1] + ("A" if fresh[-1] != "A" else "B"),
        f"{body}.{fresh.partition('.')[2]}",
        signed_for_else,
        str(strange.dumps([999, 1])),
        str(strange.dumps("1")),
        str(strange.dumps([[1], 1])),
        str(strange.dumps([True, 1])),
        "x" * 5000,
        "é",
        signature,
    ):
        answer = app.test_client().get(f"/antwoord/{wrong}")
        assert answer.status_code == 410 and "Deze link werkt niet meer" in answer.text, wrong
        assert app.test_client().get(f"/antwoord/{wrong}/kalender.ics").status_code == 410
        assert post(app, f"/antwoord/{wrong}", antwoord="ja") in (400, 410)
    assert app.test_client().get(f"/antwoord/{fresh}").status_code == 200
    with app.app_context(), transaction() as tx:
        place_ = people.membership(tx.session, world.people["Fatma"], world.programme_id)
        assert place_ is not None
        remove_from_programme(tx, place_)
    assert app.test_client().get(f"/antwoord/{fresh}").status_code == 410


def test_after_the_lab_the_page_says_so(place: tuple[Flask, World]) -> None:
    app, world = place
    path = f"/antwoord/{token(app, world)}"
    assert post(app, path, antwoord="ja", note="") == 303
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Lab, world.lab_id).state = LabState.HARVESTING
    page = app.test_client().get(path)
    assert page.status_code == 200 and "Dit Kennislab is al geweest." in page.text and 'name="antwoord"' not in page.text
    client = app.test_client()
    csrf = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/aanmelden").text)
    assert csrf and client.post(path, data={"csrf_token": csrf[1], "antwoord": "nee"}).status_code == 409
    with app.app_context():
        row = db.session.get_one(Invitation, invitation(app, world, "Fatma").id)
        with pytest.raises(DomainError), transaction() as tx:
            operations.answer(tx, row, Answer.NOT_COMING, "link")
    assert invitation(app, world, "Fatma").answer is Answer.COMING


def test_a_link_cannot_be_hammered(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url, RATELIMIT_ENABLED=True)
    world = house(app, LabState.COLLECTING, Fatma="fatma@voorbeeld.example", Bram="bram@voorbeeld.example")
    invite(app, world, "Fatma", "Bram")
    client, mine, other = app.test_client(), f"/antwoord/{token(app, world)}", f"/antwoord/{token(app, world, 'Bram')}"
    answers = [client.post(mine, data={"antwoord": "ja", "note": ""}).status_code for _ in range(31)]
    assert answers == [303] * 30 + [429]
    assert client.post(other, data={"antwoord": "ja", "note": ""}).status_code == 303, "the neighbour is not stopped by it"
