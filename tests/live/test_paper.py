"""Paper: numbers that show a mistake, sheets that print, and cards that are typed over into the room or its harvest."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.live import paper
from kennislab.live.queries import contributions_of
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState
from tests.factories.world import World, make_world
from tests.live.phones import Phone


def test_a_card_number_shows_what_was_read_wrong() -> None:
    numbers = {paper.card_number(7, n) for n in range(1, 500)}
    assert len(numbers) == 499
    whole = paper.card_number(7, 1234)
    digits, check = whole.split("-")
    for place in range(4):
        for digit in "0123456789":
            if digit != digits[place]:
                assert paper.read_card(7, f"{digits[:place]}{digit}{digits[place + 1 :]}-{check}") is None
    for place in range(3):
        swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        assert paper.read_card(7, f"{swapped}-{check}") is None
    assert paper.read_card(8, whole) is None  # of another lab
    assert paper.read_card(7, f" {int(digits)}{check.lower()} ") == whole
    assert [paper.read_card(7, typed) for typed in ("", "K", "12345-K", "x")] == [None] * 4


def test_a_pasted_list_becomes_rows() -> None:
    words = {"oplossing": "solution", "tilburg": "GM0855", "geld": "g2"}
    rows = paper.pasted(
        "- Eén loket\n2. Te weinig tijd\n\n\u202eraar\nOplossing\tBellen\tTilburg\tGeld\t0001-A\nZomaar\tDelft", "bottleneck", words
    )
    assert [(row.kind, row.text, row.municipality, row.group, row.card) for row in rows] == [
        ("bottleneck", "Eén loket", "", "", ""),
        ("bottleneck", "Te weinig tijd", "", "", ""),
        ("bottleneck", "raar", "", "", ""),
        ("solution", "Bellen", "GM0855", "g2", "0001-A"),
        ("bottleneck", "Zomaar", "", "", ""),
    ]


@pytest.fixture
def database_kind() -> str:
    """Pages and ops that other tests try on both databases."""
    return "sqlite"


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@pytest.fixture
def leader(app: Flask, world: World) -> FlaskClient:
    with app.app_context(), transaction() as tx:
        token = accounts.make_magic_link(tx, tx.session.get_one(Person, world.people["facilitator"]))
    client = app.test_client()
    client.post(f"/aanmelden/link/{token}")
    return client


def _entry(world: World) -> str:
    return f"/kennislabs/{world.lab_id}/papier/invoeren"


def _form(client: FlaskClient, world: World, *rows: tuple[str, str, str, str], **more: str) -> dict[str, Any]:
    batch = re.search(r'name="batch" value="([^"]+)"', client.get(_entry(world)).text)
    assert batch is not None
    kind, text, municipality, card = (list(column) for column in zip(*rows, strict=True))
    return {"kind": kind, "text": text, "municipality": municipality, "card": card, "batch": batch.group(1), **more}


def test_sheets_have_the_way_in_and_a_card_for_every_number(leader: FlaskClient, world: World) -> None:
    page = leader.get(f"/kennislabs/{world.lab_id}/papier?kies=1&soort=question&soort=solution&aantal=3&vanaf=5&lijst=gemeenten").text
    assert f"{world.code[:4]}-{world.code[4:]}" in page and "qr.svg" in page and "Tilburg" in page
    printed = re.findall(r'paper-card__number">([^<]+)<', page)
    assert printed == [paper.card_number(world.lab_id, n) for n in range(5, 11)]
    assert leader.get(f"/kennislabs/{world.lab_id}/papier").text.count('class="paper-card"') == 16


def test_cards_go_into_the_open_room_once_with_their_origin(leader: FlaskClient, app: Flask, world: World) -> None:
    card = paper.card_number(world.lab_id, 17)
    form = _form(
        leader,
        world,
        ("bottleneck", "Van papier, met nummer", "GM0855", card.replace("-", "").lower()),
        ("solution", "Van papier, zonder", "", ""),
        ("bottleneck", "", "", ""),
    )
    for _time in range(2):  # the answer was lost: the form is sent again
        assert leader.post(_entry(world), data=form).status_code == 303
    bram = Phone.join(app.test_client(), world, "Bram")
    seen = {one["text"]: (one["kind"], one["municipality"], one["paper"]) for one in bram.snapshot()["contributions"].values()}
    assert seen == {
        "Van papier, met nummer": ("bottleneck", "GM0855", {"card": card}),
        "Van papier, zonder": ("solution", None, {"card": None}),
    }
    assert "2 kaarten ingevoerd" in leader.get(_entry(world)).text
    with app.app_context():
        harvested = {row.text: row.step or "" for row in contributions_of(db.session(), world.lab_id)}
    assert harvested["Van papier, met nummer"].endswith(f"van papier, kaart {card}")
    assert harvested["Van papier, zonder"].endswith("van papier")
    refused = bram.do("contribution.add", kind="insight", text="ik ook", paper={"card": None})
    assert refused["problem"]["type"] == "/problems/facilitator-only"


def test_what_is_wrong_is_said_and_nothing_is_lost(leader: FlaskClient, world: World) -> None:
    first, second = paper.card_number(world.lab_id, 1), paper.card_number(world.lab_id, 2)
    assert leader.post(_entry(world), data=_form(leader, world, ("insight", "Al ingevoerd", "", first))).status_code == 303
    rows = [
        ("insight", "Nog eens", "", first),
        ("insight", "Dubbel", "", second),
        ("insight", "Dubbel twee", "GM0000", second),
        ("nonsense", "Fout", "", "0003-?"),
        ("insight", "", "", "0004-A"),
    ]
    answer = leader.post(_entry(world), data=_form(leader, world, *rows))
    assert answer.status_code == 422
    wrong = ("al ingevoerd: “Al ingevoerd”", "staat ook in rij 2", "Kies een gemeente", "Kies een soort", "nummer klopt niet")
    for told in (*wrong, "In 4 rijen", "Dubbel twee"):
        assert told in answer.text, told
    more = leader.post(_entry(world), data={**_form(leader, world, *rows), "do": "more"}).text
    assert more.count('data-role="row"') == 5 + 12 + 1 and "Dubbel twee" in more
    listed = leader.post(_entry(world), data={**_form(leader, world, *rows), "do": "list", "list": "- een\n- twee"}).text
    assert listed.count('data-role="row"') == 5 + 2 + 2 + 1
    assert leader.post(_entry(world), data={}).status_code == 422


def test_after_closing_cards_wait_in_quarantine_and_after_three_days_no_more(
    leader: FlaskClient, app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), transaction() as tx:
        programmes.move_lab(tx, tx.session.get_one(Lab, world.lab_id), LabState.HARVESTING, Actor(world.people["coordinator"], "C"))
    assert leader.post(_entry(world), data=_form(leader, world, ("lesson", "Na afloop getypt", "", ""))).status_code == 303
    desk = Phone(app.test_client(), world.lab_id, world.tokens["facilitator"])
    (late,) = desk.snapshot()["contributions"].values()
    assert (late["text"], late["status"], late["paper"]) == ("Na afloop getypt", "quarantined", {"card": None})
    then = clock.now() + timedelta(hours=73)
    monkeypatch.setattr(clock, "now", lambda: then)
    assert app.test_client().get(_entry(world), headers=world.bearer("facilitator")).status_code == 410


def test_only_who_leads_may_print_and_enter(app: Flask, world: World) -> None:
    for path in (f"/kennislabs/{world.lab_id}/papier", _entry(world)):
        assert app.test_client().get(path, headers=world.bearer("participant")).status_code == 403
        assert app.test_client().get(path, headers=world.bearer("outsider")).status_code == 404
        assert app.test_client().get(path, headers=world.bearer("coordinator")).status_code == 200
