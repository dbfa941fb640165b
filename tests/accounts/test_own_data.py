"""What do you know of me: read, take along, correct, erase; only for who signed in fully."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts import operations as accounts
from kennislab.accounts import passwords
from kennislab.accounts.models import Person
from kennislab.core import mail
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from tests.factories.world import World, make_world


@pytest.fixture
def house(sqlite_url: str, make_app: Callable[..., Flask]) -> tuple[Flask, World]:
    app = make_app(sqlite_url)
    world = make_world(app)
    with app.app_context():
        hashed = passwords.make("lang genoeg!")
        with transaction() as tx:
            tx.session.get_one(Person, world.people["participant"]).password_hash = hashed
    return app, world


def signed_in(app: Flask, world: World) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/aanmelden", data={"email": f"participant-{world.programme_id}@voorbeeld.example", "password": "lang genoeg!"})
    assert answer.status_code == 303
    return client


def person(app: Flask, world: World) -> tuple[str, str | None]:
    with app.app_context():
        one = db.session.get_one(Person, world.people["participant"])
        return one.name, one.email


def test_reading_and_taking_along(house: tuple[Flask, World]) -> None:
    app, world = house
    client = signed_in(app, world)
    page = client.get("/mijn/gegevens").get_data(as_text=True)
    assert "Participant" in page and "Deelnemer van" in page and "Proefprogramma" in page
    file = client.get("/mijn/gegevens.json")
    assert file.headers["Cache-Control"] == "no-store"
    known = file.get_json()["gegevens"]
    assert {"wat": "Naam", "waarde": "Participant"}.items() <= known["Wie je bent"][0].items()
    assert any(one["waarde"] == "Proefprogramma" for one in known["Programma’s"])


def test_a_personal_link_is_not_enough(house: tuple[Flask, World]) -> None:
    app, world = house
    with app.app_context(), transaction() as tx:
        token = accounts.make_personal_link(tx, tx.session.get_one(Person, world.people["participant"]), world.programme_id)
    client = app.test_client()
    assert client.post(f"/uitnodiging/{token}").status_code == 303
    for path in ("/mijn/gegevens", "/mijn/gegevens.json", "/mijn/gegevens/wissen"):
        assert client.get(path).status_code == 403, path
    assert 'href="/aanmelden?next=/mijn/gegevens"' in client.get("/mijn/gegevens").text
    assert client.get("/aanmelden?next=/mijn/gegevens").status_code == 200, "the way on that the refusal names is open"
    whole = client.post("/aanmelden", data={"email": f"participant-{world.programme_id}@voorbeeld.example", "password": "lang genoeg!",
                                            "next": "/mijn/gegevens"})  # fmt: skip
    assert whole.location == "/mijn/gegevens" and client.get("/mijn/gegevens").status_code == 200
    assert client.post("/afmelden").status_code == 303 and client.post(f"/uitnodiging/{token}").status_code == 303
    assert client.post("/mijn/gegevens/wissen", data={"name": "Participant"}).status_code == 403
    assert person(app, world)[0] == "Participant"
    assert app.test_client().get("/mijn/gegevens.json").status_code in (303, 302, 401)


def test_correcting_with_a_new_address_that_is_seen_to_be_theirs(house: tuple[Flask, World]) -> None:
    app, world = house
    client = signed_in(app, world)
    old = person(app, world)[1]
    data = {"name": "Noor de Wit", "email": "Noor@voorbeeld.example", "organisation": "Gemeente Tilburg", "language": "nl"}
    assert client.post("/mijn/gegevens", data=data).status_code == 303
    assert person(app, world) == ("Noor de Wit", old)
    with app.app_context():
        body = db.session.scalars(sa.select(mail.Mail.body).where(mail.Mail.to == "noor@voorbeeld.example")).one()
    found = re.search(r"/mijn/gegevens/adres/\S+", body)
    assert found is not None
    assert "Adres veranderen" in client.get(found.group()).get_data(as_text=True)
    assert person(app, world)[1] == old  # reading changes nothing
    assert client.post(found.group()).status_code == 303
    assert person(app, world)[1] == "noor@voorbeeld.example"
    assert client.post(found.group()).status_code == 410
    with app.app_context():
        assert old in db.session.scalars(sa.select(mail.Mail.to)).all()  # the old address hears of it
    taken = {**data, "email": f"coordinator-{world.programme_id}@voorbeeld.example"}
    assert client.post("/mijn/gegevens", data=taken).status_code == 303  # the same answer, and no mail
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(mail.Mail)) == 2


def test_erasing_in_two_steps(house: tuple[Flask, World]) -> None:
    app, world = house
    client = signed_in(app, world)
    page = client.get("/mijn/gegevens/wissen").get_data(as_text=True)
    assert "Dit gaat weg" in page and "Dit blijft" in page
    assert client.post("/mijn/gegevens/wissen", data={"name": "Iemand anders"}).status_code == 422
    assert person(app, world)[0] == "Participant"
    answer = client.post("/mijn/gegevens/wissen", data={"name": "participant"})
    assert answer.status_code == 303 and answer.headers["Location"] == "/"
    assert person(app, world) == ("", None)
    assert client.get("/").status_code == 200
    assert client.get("/mijn/gegevens").status_code in (302, 303, 401)
    other = app.test_client()
    assert other.get(f"/kennislabs/{world.lab_id}", headers=world.bearer("participant")).status_code in (302, 303, 401)
