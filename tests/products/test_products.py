"""From archive to public page: sources shown, consent kept, the date enforced on every way in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kennislab.archive.models import ArchiveItem, Consent, Status
from kennislab.core import clock, search
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid
from kennislab.core.transaction import transaction
from kennislab.products import operations, queries
from kennislab.products.models import Product, Stage
from kennislab.products.operations import ProductData, StepDraft
from kennislab.programme.models import Lab, LabState
from tests.factories.world import World, make_world

TEXTS = {
    Consent.GROUP: "Dit blijft onder ons in de groep",
    Consent.PROGRAMME: "Dit is voor het programma",
    Consent.PUBLIC_ANONYMOUS: "Dit mag naamloos naar buiten",
    Consent.PUBLIC_CITY: "Dit mag met de stad naar buiten",
}


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app, "planned")


@pytest.fixture
def items(app: Flask, world: World) -> dict[Consent, str]:
    with app.app_context(), transaction() as tx:
        made = {}
        for consent, text in TEXTS.items():
            item = ArchiveItem(
                programme_id=world.programme_id, lab_id=world.lab_id, kind="lesson", text=text, original_text=text,
                quarter="2026-Q1", municipality_code="GM0855",
                consent=consent, reach_given=consent, status=Status.CONFIRMED, source_kind="added", source_id=str(consent),
            )  # fmt: skip
            tx.session.add(item)
            tx.session.flush()
            made[consent] = item.id
        return made


@pytest.fixture
def plan(app: Flask, world: World, items: dict[Consent, str]) -> str:
    with app.app_context(), transaction() as tx:
        data = ProductData(
            "Zo kom je achter de voordeur",
            "Een rustig begin",
            steps=[StepDraft("Begin klein", "Eén straat tegelijk", "wijkteam", "maand 1", tuple(items.values()))],
        )
        return operations.create(tx, world.programme_id, data).public_id


def _release(app: Flask, public_id: str, on: date | None) -> None:
    with app.app_context(), transaction() as tx:
        product = queries.by_public_id(tx.session, public_id)
        assert product is not None
        operations.give_early_access(tx, product, on)


WAYS = ("/kennisproducten/{id}", "/kennisproducten/{id}.json")


def _statuses(client: FlaskClient, world: World, public_id: str, role: str | None) -> list[int]:
    headers = world.bearer(role) if role else {"Accept": "application/json"}
    return [client.get(way.format(id=public_id), headers=headers).status_code for way in WAYS]


def _listed(client: FlaskClient, world: World, role: str | None) -> bool:
    return "Zo kom je achter de voordeur" in client.get("/kennisproducten", headers=world.bearer(role) if role else {}).text


def _found(app: Flask, audiences: set[str]) -> list[str]:
    with app.app_context():
        return [hit.title for hit in search.search(db.session(), "voordeur", audiences, {}, 10, 0).hits]


def test_a_draft_is_for_its_makers(app: Flask, client: FlaskClient, world: World, plan: str) -> None:
    assert {role: _statuses(client, world, plan, role) for role in ("coordinator", "facilitator", "participant", "outsider", None)} == {
        "coordinator": [200, 200], "facilitator": [200, 200], "participant": [404, 404], "outsider": [404, 404], None: [401, 401],
    }  # fmt: skip
    assert [_listed(client, world, role) for role in ("facilitator", "participant", None)] == [True, False, False]
    assert _found(app, {"public", f"programme:{world.programme_id}"}) == []
    assert "voordeur" not in client.get("/kennisproducten/feed.xml").text


def test_first_access_is_for_who_takes_part(app: Flask, client: FlaskClient, world: World, plan: str) -> None:
    tomorrow = clock.now().astimezone(clock.LOCAL).date() + timedelta(days=1)
    _release(app, plan, tomorrow)
    assert {role: _statuses(client, world, plan, role)[0] for role in ("participant", "outsider", None)} == {
        "participant": 200,
        "outsider": 404,
        None: 401,
    }
    assert [_listed(client, world, role) for role in ("participant", "outsider", None)] == [True, False, False]
    assert (_found(app, {"public"}), _found(app, {f"programme:{world.programme_id}"})) == ([], ["Zo kom je achter de voordeur"])
    assert "voordeur" not in client.get("/kennisproducten/feed.xml").text


def test_it_is_public_on_the_day_in_the_netherlands(
    app: Flask, client: FlaskClient, world: World, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = clock.now().astimezone(clock.LOCAL).date() + timedelta(days=3)
    _release(app, plan, day)
    midnight = (
        clock.now().astimezone(clock.LOCAL).replace(year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0)
    )
    monkeypatch.setattr(clock, "now", lambda: midnight - timedelta(seconds=1))
    assert _statuses(client, world, plan, None) == [401, 401]
    monkeypatch.setattr(clock, "now", lambda: midnight)
    assert _statuses(client, world, plan, None) == [200, 200]
    assert _listed(client, world, None) and "voordeur" in client.get("/kennisproducten/feed.xml").text
    with app.app_context(), transaction() as tx:
        assert len(operations.publish_due(tx, clock.now())) == 1
    assert _found(app, {"public"}) == ["Zo kom je achter de voordeur"]


def test_sources_keep_to_their_consent(app: Flask, client: FlaskClient, world: World, plan: str) -> None:
    inside = client.get(f"/kennisproducten/{plan}", headers=world.bearer("participant"))
    assert inside.status_code == 404
    _release(app, plan, None)
    inside_text = client.get(f"/kennisproducten/{plan}", headers=world.bearer("participant")).text
    assert [text in inside_text for text in TEXTS.values()] == [False, True, True, True]
    _release(app, plan, clock.now().astimezone(clock.LOCAL).date())
    for way in WAYS:
        outside = client.get(way.format(id=plan)).text
        assert [text in outside for text in TEXTS.values()] == [False, False, True, True]
        assert outside.count("Tilburg") == 1


def test_what_is_public_does_not_change(app: Flask, client: FlaskClient, world: World, plan: str) -> None:
    _release(app, plan, clock.now().astimezone(clock.LOCAL).date())
    for way in ("bewerken", "uitbrengen", "terugnemen"):
        assert client.post(f"/kennisproducten/{plan}/{way}", headers=world.bearer("coordinator")).status_code == 409


def test_two_makers_do_not_overwrite_each_other(app: Flask, plan: str) -> None:
    with app.app_context():
        with transaction() as tx:
            product = queries.by_public_id(tx.session, plan)
            assert product is not None
            operations.edit(tx, product, ProductData("Eerst", steps=[StepDraft("Stap")]), rev=1)
        with pytest.raises(Conflict), transaction() as tx:
            operations.edit(tx, tx.session.get_one(Product, product.id), ProductData("Daarna"), rev=1)
        assert db.session.get_one(Product, product.id).title == "Eerst"


def test_only_own_confirmed_items_are_sources(app: Flask, world: World, items: dict[Consent, str]) -> None:
    other = make_world(app, "planned")
    with app.app_context(), pytest.raises(Invalid), transaction() as tx:
        operations.create(tx, other.programme_id, ProductData("x", steps=[StepDraft("y", sources=tuple(items.values()))]))


def test_an_empty_plan_does_not_go_out(app: Flask, world: World) -> None:
    with app.app_context(), pytest.raises(Invalid), transaction() as tx:
        operations.give_early_access(tx, operations.create(tx, world.programme_id, ProductData("Leeg")), None)


def test_making_one_in_the_browser(app: Flask, client: FlaskClient, world: World, items: dict[Consent, str]) -> None:
    headers = world.bearer("facilitator")
    page = client.get(f"/programmas/{world.programme_id}/kennisproducten/nieuw", headers=headers)
    assert page.status_code == 200 and TEXTS[Consent.PROGRAMME] in page.text and TEXTS[Consent.GROUP] not in page.text
    refused = client.post(
        f"/programmas/{world.programme_id}/kennisproducten/nieuw", headers=headers, data={"title": "", "item": [items[Consent.PROGRAMME]]}
    )
    assert refused.status_code == 422 and "Geef het stappenplan een titel." in refused.text and "checked" in refused.text
    made = client.post(
        f"/programmas/{world.programme_id}/kennisproducten/nieuw",
        headers=headers,
        data={"title": "Nieuw plan", "item": [items[Consent.PROGRAMME]]},
    )
    assert made.status_code == 303
    edit = made.headers["Location"]
    form = {
        "title": "Nieuw plan",
        "rev": "1",
        "steps-0-title": "Eerst bellen",
        "steps-0-text": "Met het wijkteam",
        "steps-0-sources": items[Consent.PROGRAMME],
        "steps-1-title": "",
        "steps-1-text": "",
    }
    saved = client.post(edit, headers=headers, data=form)
    assert saved.status_code == 303
    shown = client.get(saved.headers["Location"], headers=headers).text
    assert "Eerst bellen" in shown and TEXTS[Consent.PROGRAMME] in shown
    stale = client.post(edit, headers=headers, data={**form, "title": "Mijn lange tekst"})
    assert stale.status_code == 409 and "Mijn lange tekst" in stale.text
    with app.app_context():
        product = db.session.query(Product).one()
        assert (product.stage(clock.now()), [step.title for step in product.steps]) == (Stage.DRAFT, ["Eerst bellen"])


def test_an_item_tells_what_was_made_of_it(app: Flask, client: FlaskClient, world: World, items: dict[Consent, str], plan: str) -> None:
    """In both directions: the product shows its sources, the source its products; a draft only to its makers."""
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Lab, world.lab_id).state = LabState.ARCHIVED
    address = f"/archief/{items[Consent.PROGRAMME]}"
    seen = {
        role: "Zo kom je achter de voordeur" in client.get(address, headers=world.bearer(role)).text
        for role in ("facilitator", "participant")
    }
    assert seen == {"facilitator": True, "participant": False}
    _release(app, plan, None)
    assert "Zo kom je achter de voordeur" in client.get(address, headers=world.bearer("participant")).text
