"""The ledger: what became of something, place by place, in numbers and in honest words; and agreements as they stand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from kennislab.archive import actions, following, ledger
from kennislab.archive.models import ActionStatus, Evidence, Outcome
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import Invalid
from kennislab.core.transaction import transaction
from kennislab.programme.models import District, LabState, Municipality
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
        with pytest.raises(Invalid):
            following.update_action(tx, item, ActionStatus.DONE, "", who, due=later)
        following.update_action(tx, item, ActionStatus.CARRIED_ON, "Nog niemand gesproken.", who, due=later, owner="Ander")
        now = actions.of_item(tx.session, item)
        assert (now.overdue, now.due, now.owner) == (False, later, "Ander")
        assert (item.due, item.owner) == (date(2027, 1, 15), "Pia"), "what was sealed stays as it was"
        assert now.mine(said.actor("other")) and now.mine(who)


def _february() -> datetime:
    return datetime(2027, 2, 1, 12, tzinfo=UTC)
