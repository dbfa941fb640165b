"""The ledger: what became of something, place by place, in numbers and in honest words; and agreements as they stand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from kennislab.archive import actions, following, ledger
from kennislab.archive.models import ActionStatus, Evidence, Outcome
from kennislab.archive.sealed import verify
from kennislab.core import clock, search
from kennislab.core.db import db
from kennislab.core.errors import Invalid
from kennislab.core.transaction import transaction
from kennislab.programme import operations as programmes
from kennislab.programme.models import District, LabState, Municipality, Participation, ParticipationStatus
from tests.archive.rooms import hold_a_lab, item_of
from tests.programme.worlds import signed_in

PLACES = {"Delft": Municipality(code="GM0503", name="Delft"), "Tilburg": Municipality(code="GM0855", name="Tilburg")}
T, W, P, F, L, V = Outcome.TRIED, Outcome.WORKED, Outcome.PARTLY, Outcome.FAILED, Outcome.PLANNED, Outcome.PROPOSED


def line(day: int, place: str, status: Outcome, note: str = "", district: str = "") -> Evidence:
    municipality = PLACES.get(place) or Municipality(code=f"GM{place}", name=place)
    return Evidence(
        id=day, municipality_code=municipality.code, municipality=municipality, district=district, status=status, note=note,
        at=date(2026, 1, 1) + timedelta(days=day),
    )  # fmt: skip


def told(*lines: Evidence) -> str:
    return ", ".join(text % values for text, values in ledger.summary(lines))


def test_a_ledger_in_words() -> None:
    assert told() == ""
    assert told(line(1, "Tilburg", V), line(2, "Delft", L), line(3, "Gouda", L)) == "op 2 plekken gepland, op één plek voorgesteld"
    assert (
        told(line(1, "Tilburg", W), line(2, "Gouda", W), line(3, "Delft", F, "De VvE zei nee. Later misschien."))
        == "3 keer geprobeerd, 2 keer gewerkt, in Delft niet: “De VvE zei nee”"
    )
    assert told(line(3, "Delft", F, "Omdat het geld op was.")) == "één keer geprobeerd, in Delft niet, omdat het geld op was"
    assert told(line(1, "Delft", T), line(2, "Gouda", P, "Te weinig tijd")) == (
        "2 keer geprobeerd, in Gouda deels: “Te weinig tijd”, van één keer weten we nog niet of het werkte"
    )
    many = told(*(line(n, place, F, "Nee") for n, place in enumerate(("Delft", "Gouda", "Assen", "Zwolle", "Breda"))))
    assert many.startswith("5 keer geprobeerd, in Assen niet") and many.endswith("op 2 andere plekken ook niet of maar deels")


def test_the_last_word_about_a_place_counts() -> None:
    lines = [line(1, "Tilburg", F, "Te laat"), line(9, "Tilburg", W), line(5, "Tilburg", P, "Half")]
    assert told(*lines) == "één keer geprobeerd, één keer gewerkt, in Tilburg eerst niet, later wel"
    [life] = ledger.lives(lines)
    assert [one.status for one in life.lines] == [F, P, W]


def test_districts_are_places_of_their_own() -> None:
    lines = [
        line(1, "Delft", L),  # the municipality plans it …
        line(2, "Delft", W, "", "Poptahof"),  # … and a district does it: the plan is not counted beside it
        line(3, "Delft", F, "Te duur", "Voorhof"),
        line(4, "Delft", T),  # of the municipality as a whole, as two districts spoke
        line(5, "Tilburg", W, "", "Noord"),
        line(6, "Tilburg", F, "Geen animo"),  # said without a district: the only one that was spoken of
    ]
    assert {life.place: life.last.status for life in ledger.lives(lines)} == {
        "Poptahof (Delft)": W, "Voorhof (Delft)": F, "Delft": T, "Noord (Tilburg)": F,
    }  # fmt: skip
    number = ledger.outcomes(lines)
    assert (number.tried, number.worked, number.failed, number.planned) == (4, 1, 2, 0)


def test_what_was_withdrawn_counts_nowhere_and_stays_to_be_read() -> None:
    lines = [line(1, "Tilburg", W), line(2, "Tilburg", F, "Verkeerde knop"), line(3, "Delft", F, "Te duur"), line(4, "Gouda", L)]
    assert told(*lines) == "2 keer geprobeerd, in Delft niet: “Te duur”, in Tilburg niet: “Verkeerde knop”, op één plek gepland"
    for wrong in (lines[1], lines[3]):
        wrong.withdrawn_at, wrong.withdrawn_by = datetime(2026, 2, 1, tzinfo=UTC), "Pia"
    assert told(*lines) == "2 keer geprobeerd, één keer gewerkt, in Delft niet: “Te duur”"
    assert ledger.outcomes(lines).planned == 0
    assert [(life.place, [one.status for one in life.every], len(life.lines)) for life in ledger.story(lines)] == [
        ("Tilburg", [W, F], 1), ("Delft", [F], 1), ("Gouda", [L], 0),
    ]  # fmt: skip
    for one in lines:
        one.withdrawn_at = datetime(2026, 2, 1, tzinfo=UTC)
    assert (told(*lines), ledger.outcomes(lines).best, len(ledger.story(lines))) == ("", None, 3)


def test_without_places_it_is_told_how_often_and_nothing_of_where_or_why() -> None:
    lines = [
        line(1, "Tilburg", F, "De VvE"),
        line(2, "Tilburg", W),
        line(3, "Delft", F, "Te duur"),
        line(4, "Gouda", P),
        line(5, "Emmen", L),
    ]
    clauses = ledger.summary(lines, places=False)
    told = ", ".join(message % values for message, values in clauses)
    assert told == "3 keer geprobeerd, één keer gewerkt, één keer deels gewerkt, één keer niet gewerkt, op één plek gepland"


def test_a_district_with_another_name_is_the_same_place() -> None:
    lines = [line(1, "Delft", T, "", "Poptahof"), line(2, "Delft", W, "", "Poptahof-Noord"), line(3, "Delft", F, "Nee", "Voorhof")]
    assert told(*lines).startswith("3 keer geprobeerd")
    lines[0].district_now = lines[1].district_now = District(name="Poptahof-Noord")
    assert told(*lines) == "2 keer geprobeerd, één keer gewerkt, in Voorhof (Delft) niet: “Nee”"
    assert [one.status for one in ledger.lives(lines)[0].lines] == [T, W]


@pytest.fixture
def app(make_app: Any, sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


def test_reporting_of_a_district(app: Flask) -> None:
    said = hold_a_lab(app, LabState.ARCHIVED)
    with app.app_context(), transaction() as tx:
        district = District(programme_id=said.world.programme_id, municipality_code="GM0503", name="Poptahof")
        tx.session.add(district)
        tx.session.flush()
        one, key = item_of(tx, said, "purse").id, f"GM0503-{district.id}"
    client = signed_in(app, said.world, "participant")
    assert "Delft, wijk Poptahof" in client.get(f"/archief/{one}").text
    data = {"b-municipality_code": key, "b-status": "failed", "b-note": ""}
    refused = client.post(f"/archief/{one}/resultaat", data=data)
    assert refused.status_code == 422 and "Schrijf op waarom" in refused.text
    assert client.post(f"/archief/{one}/resultaat", data={**data, "b-note": "De regels waren te streng."}).status_code == 303
    page = client.get(f"/archief/{one}").text
    assert "in Poptahof (Delft) niet: “De regels waren te streng”" in page
    with app.app_context():
        [kept] = item_of_db(said, "purse").evidence
        assert (kept.municipality_code, kept.district, kept.status, kept.reporter) == ("GM0503", "Poptahof", F, "Participant")
        with transaction() as tx:  # another name, and a day later it is off the list
            found = tx.session.get_one(District, kept.district_id)
            found.name = "Poptahof-Noord"
    page = client.get(f"/archief/{one}").text
    assert "in Poptahof-Noord (Delft) niet" in page and "De wijk heette toen Poptahof<" in page
    with app.app_context():
        with transaction() as tx:
            programmes.remove_district(tx, tx.session.get_one(District, kept.district_id))
        [kept] = item_of_db(said, "purse").evidence
        assert (kept.district_id, kept.place) == (None, "Poptahof")


def test_days_cities_and_sending_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day before the lab or in the future is refused with a sentence and what was typed; of one day the last word counts."""
    said = hold_a_lab(app, LabState.ARCHIVED)
    with app.app_context(), transaction() as tx:
        held = said.lab().day
        one = item_of(tx, said, "purse").id
        tx.session.add(Municipality(code="GM0363", name="Amsterdam"))
        tx.session.flush()
        later = Participation(
            programme_id=said.world.programme_id, municipality_code="GM0363", year=held.year + 1, status=ParticipationStatus.JOINED
        )
        tx.session.add(later)
    today = held + timedelta(days=370)
    monkeypatch.setattr(clock, "now", lambda: datetime(today.year, today.month, today.day, 22, 30, tzinfo=UTC))
    client = signed_in(app, said.world, "participant")
    assert '<option value="GM0363">' in client.get(f"/archief/{one}").text, "who came later may tell of it too"
    path, data = f"/archief/{one}/resultaat", {"b-municipality_code": "GM0363", "b-status": "tried", "b-note": "Zo gedaan."}
    for at, sentence in (
        (held - timedelta(days=1), f"Dit kwam op tafel op {held:%d-%m-%Y}. Kies een dag vanaf toen."),
        (today + timedelta(days=2), "Kies een dag die al geweest is."),
    ):
        refused = client.post(path, data={**data, "b-at": at.isoformat()})
        assert refused.status_code == 422 and sentence in refused.text and "Zo gedaan." in refused.text
    for _ in range(2):
        assert client.post(path, data={**data, "b-at": held.isoformat()}).status_code == 303
    for status in ("worked", "partly"):
        assert client.post(path, data={**data, "b-status": status, "b-at": held.isoformat()}).status_code == 303
    with app.app_context():
        lines = item_of_db(said, "purse").evidence
        assert [line.status for line in ledger.in_order(lines)] == [T, W, P] and {line.municipality_code for line in lines} == {"GM0363"}
        assert told(*lines) == "één keer geprobeerd, in Amsterdam deels: “Zo gedaan”"
        [hit] = search.search(db.session(), "wijkbudget", {f"programme:{said.world.programme_id}"}, {"outcome": ["partly"]}).hits
        assert hit.url == f"/archief/{one}"


def test_withdrawing(app: Flask) -> None:
    """The reporter and staff; it stays with who and when, the sums leave it out, and the seals go on verifying."""
    said = hold_a_lab(app, LabState.ARCHIVED)
    with app.app_context(), transaction() as tx:
        item = item_of(tx, said, "purse")
        one, key = item.id, following.report_outcome(tx, item, "GM0855", F, "Verkeerd gezien.", None, said.actor("participant")).id
        following.report_outcome(tx, item, "GM0503", W, "", None, said.actor("other"))
    path = f"/archief/{one}/resultaat/{key}/intrekken"
    for role, status in {"anonymous": 302, "outsider": 404, "participant": 200, "coordinator": 200}.items():
        assert signed_in(app, said.world, role).get(path).status_code == status, role
    own, staff = signed_in(app, said.world, "participant"), signed_in(app, said.world, "facilitator")
    assert own.get(f"/archief/{one}/resultaat/{key + 1}/intrekken").status_code == 403, "of somebody else"
    assert own.get(f"/archief/{one}/resultaat/{key + 9}/intrekken").status_code == 404
    page = own.get(f"/archief/{one}").text
    assert f"/resultaat/{key}/intrekken" in page and f"/resultaat/{key + 1}/intrekken" not in page
    refused = staff.post(path, data={"why": " "})
    assert refused.status_code == 422 and "Schrijf op waarom je de melding van een ander intrekt." in refused.text
    for _ in range(2):  # the second press changes nothing
        assert own.post(path, data={"why": "Het was een andere straat."}).status_code == 303
    assert own.get(path).status_code == 303
    page = own.get(f"/archief/{one}").text
    for text in ("één keer geprobeerd", "Verkeerd gezien.", "Ingetrokken door Participant op", "Het was een andere straat."):
        assert text in page, text
    assert "in Tilburg niet" not in page
    with app.app_context():
        assert told(*item_of_db(said, "purse").evidence) == "één keer geprobeerd, één keer gewerkt"
        verdict = verify.database(db.session())
        assert verdict.ok, [finding.said() for finding in verdict.findings]


def item_of_db(said: Any, name: str) -> Any:
    class Read:
        session = db.session()

    return item_of(Read(), said, name)  # type: ignore[arg-type]


def test_an_agreement_goes_on_with_a_new_date_and_owner(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    said = hold_a_lab(app, LabState.ARCHIVED)
    who = said.actor("participant")
    with app.app_context(), transaction() as tx:
        item = item_of(tx, said, "plan")
        assert (actions.of_item(tx.session, item).overdue, item.due) == (False, date(2027, 1, 15))
        later = item.due + timedelta(days=40)
        monkeypatch.setattr(clock, "now", _february)
        assert actions.of_item(tx.session, item).overdue
        for status, day in ((ActionStatus.DONE, later), (ActionStatus.CARRIED_ON, date(2027, 1, 31))):
            with pytest.raises(Invalid):
                following.update_action(tx, item, status, "", who, due=day)
        for _ in range(2):  # sent twice, said once
            following.update_action(tx, item, ActionStatus.CARRIED_ON, "Nog niemand gesproken.", who, due=later, owner="Ander")
        assert len(actions.of_item(tx.session, item).updates) == 1
        now = actions.of_item(tx.session, item)
        assert (now.overdue, now.due, now.owner) == (False, later, "Ander")
        assert (item.due, item.owner) == (date(2027, 1, 15), "Pia"), "what was sealed stays as it was"
        assert now.mine(said.actor("other")) and now.mine(who)


def _february() -> datetime:
    return datetime(2027, 2, 1, 12, tzinfo=UTC)
