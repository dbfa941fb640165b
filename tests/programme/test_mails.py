"""The words of mails: those that come with Kennislab, a programme's own, and what is filled in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from kennislab.accounts import operations as accounts
from kennislab.accounts.models import Person
from kennislab.core import clock, jobs, mail
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction
from kennislab.programme import mails
from kennislab.programme.mails import KINDS, LANGUAGES, PLACEHOLDERS, SECRET
from kennislab.programme.models import Lab, Programme
from tests.factories.world import World
from tests.programme.worlds import world_in


@pytest.fixture
def house(make_app: Callable[..., Flask], sqlite_url: str) -> tuple[Flask, World]:
    app = make_app(sqlite_url, PUBLIC_URL="https://kennislab.example/")
    world = world_in(app)
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        lab.starts_at, lab.ends_at = datetime(2026, 11, 19, 12, 30, tzinfo=UTC), datetime(2026, 11, 19, 15, 30, tzinfo=UTC)
        lab.question_deadline, lab.place = datetime(2026, 11, 9, 11, 0, tzinfo=UTC), "Tilburg"
    return app, world


def notify(app: Flask, world: World, kind: str, values: dict[str, str] | None = None, **more: Any) -> Mail | None:
    with app.app_context(), transaction() as tx:
        person = tx.session.get_one(Person, world.people["participant"])
        return mails.notify(tx, person, kind, tx.session.get_one(Lab, world.lab_id), values, **more)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_words_that_come_with_it(kind: mails.MailKind, language: str) -> None:
    """Every kind has words in both languages that would be accepted, use what is its own, and leave no bracket open."""
    words = mails.supplied(kind.key, language)
    mails.check(kind, words.subject, words.body)
    values = {name: PLACEHOLDERS[name].example for name in kind.placeholders if name != SECRET}
    for name in kind.own:
        assert f"[{name}]" in words.subject + words.body
    shown = mails.fill_in(kind, words.subject + "\n" + words.body, values)
    assert "[" not in shown.replace(f"[{SECRET}]", "") and f"[{SECRET}]" in shown or SECRET not in kind.own


def test_a_notice_waits_ten_minutes_and_reads_in_ones_own_language(house: tuple[Flask, World]) -> None:
    app, world = house
    made = notify(
        app, world, "question_returned", {"vraag": "Hoe [naam]?", "opmerking": "Welke wijk? [persoonlijke link]", "door": "Joris"}
    )
    assert made is not None and made.send_after is not None
    assert (made.state, made.purpose, made.lab_id, made.person_id) == (
        "released",
        "question_returned",
        world.lab_id,
        world.people["participant"],
    )
    assert timedelta(minutes=9) < made.send_after - clock.now() <= timedelta(minutes=10)
    assert jobs.run_all(app) == 0
    assert made.body.startswith("Dag Participant,\n")
    assert "Hoe [naam]?" in made.body  # somebody's words are never looked into for brackets
    assert "Welke wijk? (persoonlijke link)" in made.body
    assert "Dat kan tot maandag 9 november 2026, 12.00 uur:" in made.body
    assert f"https://kennislab.example/kennislabs/{world.lab_id}\n" in made.body
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Person, world.people["participant"]).language = "en"
    english = notify(app, world, "invitation", {}, after=timedelta())
    assert english is not None
    assert english.subject == "Will you join us? Proeflab, Thursday 19 November 2026"
    assert "When: Thursday 19 November 2026, 13:30 to 16:30\nWhere: Tilburg\n" in english.body and f"[{SECRET}]" in english.body


def test_an_empty_bracket_takes_its_line_along(house: tuple[Flask, World]) -> None:
    app, world = house
    made = notify(app, world, "your_group", {"groep": "Bewoners", "ruimte": "", "link": "https://kennislab.example/mijn"})
    assert made is not None
    for gone in ("Ruimte", "Gespreksleider", "Waarom"):
        assert gone not in made.body
    assert "\n\n\n" not in made.body and "https://kennislab.example/mijn" in made.body


def test_what_cannot_be_mailed(house: tuple[Flask, World]) -> None:
    app, world = house
    with pytest.raises(ValueError, match="groep"):
        notify(app, world, "invitation", {"groep": "x"})
    with pytest.raises(KeyError):
        notify(app, world, "sinterklaas")
    with app.app_context(), transaction() as tx:
        nobody = accounts.create_person(tx, name="Zonder adres")
        assert mails.notify(tx, nobody, "invitation", tx.session.get_one(Lab, world.lab_id)) is None
    with app.app_context():
        assert db.session.query(Mail).count() == 0


def test_a_programmes_own_words(house: tuple[Flask, World]) -> None:
    app, world = house
    with app.app_context():
        with transaction() as tx:
            programme = tx.session.get_one(Programme, world.programme_id)
            mails.save_words(tx, programme, "invitation", "nl", "Kom [naam]", "Klik: [persoonlijke link]", 0, "Joris")
        with pytest.raises(Conflict), transaction() as tx:
            programme = tx.session.get_one(Programme, world.programme_id)
            mails.save_words(tx, programme, "invitation", "nl", "Kom", "Klik: [persoonlijke link]", 0, "Bram")
    made = notify(app, world, "invitation", {})
    assert made is not None and (made.subject, made.body) == ("Kom Participant", "Klik: [persoonlijke link]\n")
    with app.app_context():
        with transaction() as tx:
            mails.reset_words(tx, tx.session.get_one(Programme, world.programme_id), "invitation", "nl")
        assert mails.words_of(db.session(), world.programme_id, "invitation", "nl") == mails.supplied("invitation", "nl")


@pytest.mark.parametrize(
    ("subject", "body", "fields"),
    [
        ("", "Klik [persoonlijke link]", {"subject"}),
        ("Hoi", " ", {"body"}),
        ("Hoi [groep]", "Klik [persoonlijke link] [vraag]", {"subject", "body"}),
        ("Hoi", "Klik", {"body"}),
        ("Hoi [persoonlijke link]", "Klik [persoonlijke link]", {"subject"}),
    ],
)
def test_words_that_would_go_wrong_are_refused(subject: str, body: str, fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        mails.check(KINDS["invitation"], subject, body)
    assert set(refused.value.fields) == fields
    mails.check(KINDS["invitation"], "Hoi [naam]", "Zie [1] en [Bijlage]: [persoonlijke link]")  # brackets that are none of ours


def test_addresses_in_mails(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        assert mail.site_address("/x") == "http://localhost:5000/x"
        app.config["SERVED_AT"] = "http://127.0.0.1:8123"
        assert mail.site_address("/x") == "http://127.0.0.1:8123/x"
