"""Kept searches: keeping them, and the one mail that tells once what is new, to whom may see it at that moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts import forgetting
from kennislab.accounts import operations as accounts
from kennislab.accounts.models import Membership, Person, Role
from kennislab.archive import reindexing, searches
from kennislab.archive.asking import Asked
from kennislab.archive.models import SavedSearch
from kennislab.core import clock, mail
from kennislab.core.db import db
from kennislab.core.errors import Gone, Invalid
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction
from kennislab.programme.models import Programme
from tests.archive.findings import Found, add_item, filled
from tests.programme.worlds import signed_in
from tests.support import databases

MORNING = datetime(2027, 3, 2, 9, tzinfo=clock.LOCAL)


@pytest.fixture(scope="module")
def app(_databases: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("kept")
    made = databases.create_app(databases.settings(folder, _databases.filled("sqlite", folder)))
    yield made
    databases.dispose(made)


@pytest.fixture(scope="module")
def there(app: Flask) -> Found:
    return filled(app)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """What time it is."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment.astimezone(UTC))


@pytest.fixture(autouse=True)
def clean(app: Flask) -> Iterator[None]:
    yield
    with app.app_context(), transaction() as tx:
        tx.session.execute(sa.delete(SavedSearch))
        tx.session.execute(sa.delete(Mail))


def keep(there: Found, name: str, every: str = "day", role: str = "participant", **asked: str) -> str:
    with transaction() as tx:
        pairs = asked or {"q": "wijkbudget"}
        return searches.keep(tx, there.said.actor(role), name, Asked.of(pairs.items()), every).id


def told() -> list[Mail]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Mail).where(Mail.purpose == searches.KIND).order_by(Mail.id)))


def something_new(there: Found, text: str, consent: str = "programme", where: str = "here") -> None:
    with transaction() as tx:
        if where == "here":
            add_item(tx, there.said.world.programme_id, text, there.said.actor("coordinator"), consent)
        else:
            add_item(tx, there.elsewhere_id, text, there.elsewhere, consent)


def test_one_mail_tells_once_what_is_new_for_all_searches(app: Flask, there: Found, at: Callable[[datetime], None]) -> None:
    with app.app_context():
        at(MORNING)
        keep(there, "Budgetten")
        keep(there, "Alles over geld", thema="Geld", soort="solution")
        keep(there, "Iets anders", q="aardbeien")
        keep(there, "Zonder mail", "never", thema="Geld")
        assert (searches.tell(print), told()) == (0, []), "what was there when it was kept is not new"
        at(MORNING + timedelta(hours=3))
        something_new(there, "Een wijkbudget per straat.")
        something_new(there, "De wethouder en zijn wijkbudget.", "group")
        something_new(there, "Nog een vlonder met een wijkbudget.", where="elsewhere")
        assert searches.tell(print) == 0, "it told today already, or will tomorrow"
        at(MORNING + timedelta(days=1))
        assert (searches.tell(print), searches.tell(print)) == (1, 0)
        (one,) = told()
        assert (one.state, one.to, one.subject, one.programme_id) == (
            "released", db.session.get_one(Person, there.said.world.people["participant"]).email,
            "Nieuw in het archief: Alles over geld, Budgetten", None,
        )  # fmt: skip
        assert one.body.count("Een wijkbudget per straat.") == 2 and "Budgetten: 1 nieuw resultaat" in one.body
        assert "wethouder" not in one.body and "vlonder" not in one.body and "vroeg" not in one.body
        assert "[persoonlijke link]" in one.body and "/archief/zoekopdrachten" in one.body
        assert mail.still_needed(db.session(), one)
        reindexing.reindex()
        at(MORNING + timedelta(days=2))
        assert (searches.tell(print), len(told())) == (0, 1)


def test_what_dies_between_is_told_the_next_time_and_once(
    app: Flask, there: Found, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        at(MORNING + timedelta(days=10))
        keep(there, "Budgetten")
        at(MORNING + timedelta(days=10, hours=1))
        something_new(there, "Een wijkbudget dat net op tijd kwam.")
        at(MORNING + timedelta(days=11))

        def dies(*_: Any, **__: Any) -> None:
            raise RuntimeError("the power went")

        with monkeypatch.context() as broken, pytest.raises(RuntimeError):
            broken.setattr(mail, "release", dies)
            searches.tell(print)
        db.session.rollback()
        assert told() == []
        assert (searches.tell(print), searches.tell(print), len(told())) == (1, 0, 1)


def test_a_weekly_search_waits_a_week_and_what_is_too_young_waits_too(app: Flask, there: Found, at: Callable[[datetime], None]) -> None:
    with app.app_context():
        begin = MORNING + timedelta(days=20)
        at(begin)
        keep(there, "Per week", "week")
        at(begin + timedelta(days=1))
        something_new(there, "Een wijkbudget van deze week.")
        at(begin + timedelta(days=6))
        assert searches.tell(print) == 0
        at(begin + timedelta(days=7))
        something_new(there, "Een wijkbudget van deze minuut.")
        at(begin + timedelta(days=7, minutes=1))
        assert searches.tell(print) == 1
        assert "van deze week" in told()[0].body and "van deze minuut" not in told()[0].body
        at(begin + timedelta(days=14, minutes=5))
        assert searches.tell(print) == 1
        assert "van deze minuut" in told()[1].body and "van deze week" not in told()[1].body
        at(begin + timedelta(days=30, hours=-4))
        assert searches.tell(print) == 0, "nobody is told at five in the morning"


def test_who_left_is_told_nothing_and_sees_it(app: Flask, there: Found, at: Callable[[datetime], None]) -> None:
    begin = MORNING + timedelta(days=60)
    person_id, programme_id = there.said.world.people["participant"], there.said.world.programme_id
    with app.app_context():
        at(begin)
        keep(there, "Budgetten")
        at(begin + timedelta(hours=1))
        something_new(there, "Een wijkbudget voor wie er nog is.")
        at(begin + timedelta(days=1))
        assert searches.tell(print) == 1
        with transaction() as tx:
            tx.session.execute(sa.delete(Membership).where(Membership.person_id == person_id))
        assert not mail.still_needed(db.session(), told()[0]), "nor what had not left yet"
        something_new(there, "Een wijkbudget voor wie bleef.")
        at(begin + timedelta(days=2))
        assert searches.tell(print) == 0
        name = db.session.get_one(Programme, programme_id).name
    page = signed_in(app, there.said.world, "participant").get("/archief/zoekopdrachten").text
    assert f"Je doet niet meer mee aan {name}." in page and "Je doet nu aan geen programma mee." in page
    assert "1 resultaat" in page, "only the public product"
    with app.app_context(), transaction() as tx:
        accounts.set_role(tx, tx.session.get_one(Person, person_id), programme_id, Role.PARTICIPANT)


def test_the_link_in_a_mail_stops_it_and_only_a_press_does(app: Flask, there: Found) -> None:
    client = app.test_client()
    with app.app_context():
        keep(there, "Budgetten")
        keep(there, "Per week", "week", thema="Geld")
        person_id = there.said.world.people["participant"]
        with transaction() as tx:
            sent = mail.draft(
                tx, to="x@voorbeeld.example", subject="x", body="[persoonlijke link]", purpose=searches.KIND, person_id=person_id
            )
            path = "/zoekmail-stoppen/" + mail.filled(tx, sent).rsplit("/", 1)[1]
    page = client.get(path).text
    assert "Budgetten" in page and "Per week" in page and "Mails stoppen" in page
    assert client.get(path).text.count("<li>Budgetten</li>") == 1, "looking changes nothing"
    assert client.post(path).status_code == 303
    assert "Je krijgt geen mail over zoekopdrachten" in client.get(path).text
    with app.app_context():
        assert {one.every for one in searches.of_person(db.session(), person_id)} == {"never"}
        with pytest.raises(Gone):
            searches.person_by(db.session(), "verzonnen")
    assert client.get("/zoekmail-stoppen/verzonnen").status_code == 410
    assert client.post("/zoekmail-stoppen/verzonnen").status_code == 410


def test_keeping_renaming_and_throwing_away(app: Flask, there: Found) -> None:
    client = signed_in(app, there.said.world, "participant")
    form = client.get("/archief/zoekopdrachten?bewaren=q%3Dwijkbudget%26soort%3Dsolution").text
    assert "“wijkbudget”, Oplossing" in form and 'value="q=wijkbudget&amp;soort=solution"' in form
    address = "q=wijkbudget&soort=solution"
    refused = client.post("/archief/zoekopdrachten", data={"bewaren": address, "name": " ", "every": "day"})
    assert (
        refused.status_code == 422
        and "Geef de zoekopdracht een naam" in refused.text
        and 'value="q=wijkbudget&amp;soort=solution"' in refused.text
    )
    assert client.post("/archief/zoekopdrachten", data={"bewaren": "", "name": "Niets", "every": "day"}).status_code == 422
    assert client.post("/archief/zoekopdrachten", data={"bewaren": address, "name": "Geld", "every": "elk uur"}).status_code == 422
    for _twice in range(2):
        assert client.post("/archief/zoekopdrachten", data={"bewaren": address, "name": "Geld", "every": "day"}).status_code == 303
    page = client.get("/archief/zoekopdrachten").text
    (key,) = re.findall(r'action="/archief/zoekopdrachten/(\w+)"', page)
    assert f'href="/archief?{address.replace("&", "&amp;")}"' in page and re.search(r"<span>\d+ resulta", page)
    changed = {"name": "x" * 121, "every": "week"}
    long = client.post(f"/archief/zoekopdrachten/{key}", data=changed)
    assert long.status_code == 422 and "x" * 121 in long.text, "what was typed is still there"
    assert client.post(f"/archief/zoekopdrachten/{key}", data={"name": "Anders", "every": "week"}).status_code == 303
    assert "Anders" in client.get("/archief/zoekopdrachten").text
    for role, answer in {"anonymous": 401, "outsider": 404, "coordinator": 404}.items():
        other = signed_in(app, there.said.world, role)
        assert other.post(f"/archief/zoekopdrachten/{key}", data={"name": "Mijn", "every": "day"}).status_code == answer, role
        assert other.post(f"/archief/zoekopdrachten/{key}/verwijderen").status_code == answer, role
    outside = signed_in(app, there.said.world, "outsider")
    assert outside.get("/archief/zoekopdrachten").status_code == 200
    assert outside.post("/archief/zoekopdrachten", data={"bewaren": address, "name": "Geld", "every": "day"}).status_code == 403
    assert "Anders" not in signed_in(app, there.said.world, "coordinator").get("/archief/zoekopdrachten").text
    assert client.post(f"/archief/zoekopdrachten/{key}/verwijderen").status_code == 303
    assert "Nog niets bewaard" in client.get("/archief/zoekopdrachten").text


def test_who_is_forgotten_takes_their_searches_along(app: Flask, there: Found) -> None:
    with app.app_context():
        with transaction() as tx:
            person = accounts.create_person(tx, name="Kees Tijdelijk", email="kees@voorbeeld.example")
            accounts.set_role(tx, person, there.said.world.programme_id, Role.PARTICIPANT)
            tx.session.add(SavedSearch(person_id=person.id, name="Over Kees", query={"q": ["kees"]}, every="day"))
        known = forgetting.known(db.session(), person.id)
        assert "Over Kees" in [one.value for rows in known.values() for one in rows]
        with transaction() as tx:
            forgetting.forget(tx, person.id, "self")
        assert searches.of_person(db.session(), person.id) == []


def test_fifty_are_enough_and_words_come_in_ones_own_language(app: Flask, there: Found, at: Callable[[datetime], None]) -> None:
    with app.app_context():
        at(MORNING + timedelta(days=90))
        keep(there, "Budgets")
        with transaction() as tx:
            tx.session.get_one(Person, there.said.world.people["participant"]).language = "en"
            with pytest.raises(Invalid):
                searches.keep(tx, there.said.actor("participant"), "Leeg", Asked(), "day")
        at(MORNING + timedelta(days=90, hours=1))
        for number in range(2):
            something_new(there, f"Nog een wijkbudget, nummer {number}.")
        at(MORNING + timedelta(days=91))
        assert searches.tell(print) == 1
        assert told()[0].subject == "New in the archive: Budgets" and "There is something new" in told()[0].body
        with transaction() as tx:
            tx.session.get_one(Person, there.said.world.people["participant"]).language = "nl"
            for number in range(searches.MOST - 1):
                tx.session.add(SavedSearch(person_id=there.said.world.people["participant"], name=str(number), query={"q": [str(number)]}))
    page = signed_in(app, there.said.world, "participant").post(
        "/archief/zoekopdrachten", data={"bewaren": "q=een+te+veel", "name": "Te veel", "every": "day"}
    )
    assert page.status_code == 409 and "Je hebt al vijftig zoekopdrachten bewaard" in page.text and 'value="Te veel"' in page.text
