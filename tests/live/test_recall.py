"""Recall while typing: what comes back, who may see it, and that a link reaches the archive. On both databases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kennislab.archive import findable, following, meaning, queries, sealing, tracing
from kennislab.archive import operations as harvest
from kennislab.archive.models import ArchiveItem, Consent, Outcome
from kennislab.archive.provenance import Edge
from kennislab.core import clock, jobs, search
from kennislab.core.db import db
from kennislab.core.search.tables import VECTOR
from kennislab.core.transaction import transaction
from kennislab.live import limits, recall, recall_meaning
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState, Programme
from tests.archive.rooms import Said, hold_a_lab
from tests.factories.world import World, bring_to, make_world
from tests.live.phones import Phone, uuid7

TYPED = "Het budget van de gemeente komt te la"


@dataclass
class Twice:
    """A sealed lab, and one of the same programme that is going on."""

    said: Said
    world: World
    items: dict[str, str]


@pytest.fixture
def twice(app: Flask) -> Twice:
    said = hold_a_lab(app)
    with app.app_context(), transaction() as tx:
        staff = said.actor("coordinator")
        first = tx.session.get_one(Lab, said.world.lab_id)
        names = {
            name: item
            for name, id_ in said.ids.items()
            if (item := tx.session.scalar(sa.select(ArchiveItem).where(ArchiveItem.source_id == id_))) is not None
        }
        names["purse"].contact = "Jan de Vries, wijkteam"
        names["unnamed"].contact = "Mag niet getoond"
        harvest.confirm_all(tx, first)
        sealing.seal(tx, first, staff)
        today = clock.now().date()
        following.report_outcome(tx, names["purse"], "GM0855", Outcome.WORKED, "", today, staff)
        following.report_outcome(tx, names["purse"], "GM0503", Outcome.FAILED, "Geen budget", today, staff)
        items = {name: item.id for name, item in names.items()}
        start = clock.now() + timedelta(days=90)
        data = programmes.LabData("Tweede lab", start, start + timedelta(hours=6), start - timedelta(days=1))
        second = programmes.plan_lab(tx, tx.session.get_one(Programme, said.world.programme_id), data)
        bring_to(tx, second, LabState.LIVE, staff)
        world = replace(said.world, lab_id=second.id, code=second.join_code, join_token=second.join_token)
    return Twice(said, world, items)


def _ask(phone: Phone, typed: str) -> Any:
    return phone.client.post(f"/live/{phone.lab_id}/recall", json={"q": typed}, headers=phone.headers)


def _hits(phone: Phone, typed: str) -> list[dict[str, Any]]:
    answer = _ask(phone, typed)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json["hits"]
    return found


def test_an_earlier_bottleneck_comes_with_what_helped_where_and_whom_to_ask(client: FlaskClient, twice: Twice) -> None:
    first = _hits(Phone.join(client, twice.world), TYPED)[0]
    assert (first["id"], first["text"], first["place"]) == (twice.items["slow"], "Het budget komt te laat vrij.", "Tilburg")
    assert "kwartaal" in first["quarter"]
    (solution,) = first["solutions"]
    assert (solution["id"], solution["text"]) == (twice.items["purse"], "Geef bewoners een wijkbudget.")
    assert (solution["tried"], solution["worked"], solution["failed"], solution["worked_in"]) == (2, 1, 1, ["Tilburg"])
    assert solution["contact"] == "Jan de Vries, wijkteam"
    assert _hits(Phone.join(client, twice.world), "een wijkbudget voor bewoners")[0]["id"] == twice.items["slow"]
    member = Phone(client, twice.world.lab_id, twice.world.tokens["participant"])
    assert _hits(member, TYPED)[0] == first


@pytest.mark.slow
def test_other_words_come_back_by_vectors_of_what_all_may_see_and_of_nothing_else(app: Flask, client: FlaskClient, twice: Twice) -> None:
    guest, other_words = Phone.join(client, twice.world), "Op welke manier krijg je steun van inwoners?"
    assert _hits(guest, other_words) == [], "not by words"
    with_vector = sa.select(search.SearchDocument.title).join(VECTOR, VECTOR.c.document_id == search.SearchDocument.id)
    with app.app_context():
        waiting = sa.select(sa.func.count()).where(jobs.Job.name == meaning.VECTORS, jobs.Job.state == "queued")
        assert db.session.scalar(waiting) == 1, "sealing asked for them, once"
        assert meaning.make_missing() > 3
        assert meaning.make_missing() == 0
        titles = set(db.session.scalars(with_vector))
        asked, text = db.session.execute(sa.select(ArchiveItem.id, ArchiveItem.text).where(ArchiveItem.kind == "question")).one()
        assert text in titles and "De wethouder houdt het tegen." not in titles
        db.session.rollback()
    recall_meaning.vectors(["warm"])
    assert [hit["text"] for hit in _hits(guest, other_words)] == [text]
    assert "wethouder" not in _ask(guest, "Het stadsbestuur houdt dit tegen").text
    assert _hits(Phone.join(client, make_world(app)), other_words) == [], "another programme"
    with app.app_context(), transaction() as tx:
        tx.session.get_one(ArchiveItem, asked).consent = Consent.GROUP
    assert _hits(guest, other_words) == [], "not even while its vector is still in memory"
    with app.app_context(), transaction() as tx:
        findable.index(tx, tx.session.get_one(ArchiveItem, asked))
        assert text not in set(tx.session.scalars(with_vector))
    assert _hits(guest, other_words) == []
    recall_meaning.let_go()


def test_one_word_asks_nothing_and_anything_else_is_refused(client: FlaskClient, twice: Twice) -> None:
    guest = Phone.join(client, twice.world)
    assert _hits(guest, "budget") == []
    for body in ({}, {"q": 3}, {"q": "het budget", "programme": 1}):
        assert client.post(f"/live/{guest.lab_id}/recall", json=body, headers=guest.headers).status_code == 422


def test_nothing_leaks(app: Flask, client: FlaskClient, twice: Twice) -> None:
    """What stays in its group, who is anonymous, and another programme: not for a guest, not for who leads."""
    guest, leader = Phone.join(client, twice.world), Phone(client, twice.world.lab_id, twice.world.tokens["facilitator"])
    for phone in (guest, leader):
        assert "wethouder" not in _ask(phone, "De wethouder houdt het tegen").text
        (unnamed,) = (hit for hit in _hits(phone, "Als je iets belooft, doe het dan") if hit["kind"] == "lesson")
        assert (unnamed["place"], unnamed["contact"], unnamed["worked_in"]) == ("", "", [])
        secret = client.get(f"/live/{phone.lab_id}/recall/{twice.items['secret']}", headers=phone.headers)
        assert secret.status_code == 404
    elsewhere = make_world(app)
    stranger = Phone.join(client, elsewhere)
    assert _hits(stranger, TYPED) == []
    assert client.get(f"/live/{stranger.lab_id}/recall/{twice.items['slow']}", headers=stranger.headers).status_code == 404
    refused = stranger.do("contribution.add", kind="bottleneck", text="Geld te laat", recalls=twice.items["slow"])
    assert (refused["status"], refused["problem"]["type"]) == ("refused", "/problems/no-such-item")
    assert app.test_client().post(f"/live/{guest.lab_id}/recall", json={"q": TYPED}).status_code == 401
    assert _ask(Phone(client, guest.lab_id, twice.world.tokens["outsider"]), TYPED).status_code == 403
    with app.app_context(), transaction() as tx:
        tx.session.get_one(ArchiveItem, twice.items["slow"]).consent = Consent.GROUP
        tx.session.get_one(ArchiveItem, twice.items["purse"]).consent = Consent.GROUP
    assert "budget" not in _ask(guest, TYPED).text, "not even when the index still has it"


def test_what_is_not_sealed_is_not_recalled(app: Flask, client: FlaskClient, twice: Twice) -> None:
    guest = Phone.join(client, twice.world)
    with app.app_context(), transaction() as tx:
        tx.session.get_one(Lab, twice.said.world.lab_id).state = LabState.HARVESTING
    assert _hits(guest, TYPED) == []


def test_the_room_is_no_key_to_the_archive_afterwards(client: FlaskClient, twice: Twice) -> None:
    guest, other = Phone.join(client, twice.world), Phone.join(client, twice.world, "Bram")
    leader = Phone(client, twice.world.lab_id, twice.world.tokens["facilitator"])
    other_id = other.snapshot()["me"]["id"]
    leader.do("participant.remove", participant=other_id)
    assert _ask(other, TYPED).status_code == 403
    leader.do("lab.close")
    assert _ask(guest, TYPED).status_code in (403, 409)
    assert _hits(leader, TYPED)[0]["id"] == twice.items["slow"]


def test_typing_is_not_limited_by_the_room_but_a_script_is(client: FlaskClient, twice: Twice) -> None:
    limits._left.clear()
    ans, bram = Phone.join(client, twice.world, "Ans"), Phone.join(client, twice.world, "Bram")
    most = int(limits.BURST / recall.COST)
    answers = [_ask(ans, "x").status_code for _ in range(most * 2)]
    assert set(answers[: most - 1]) == {200} and answers[-1] == 429
    assert _ask(bram, TYPED).status_code == 200
    assert ans.do("contribution.add", kind="bottleneck", text="Gewoon door")["status"] == "accepted"


def test_a_link_shows_on_the_card_and_reaches_the_archive_both_ways(app: Flask, client: FlaskClient, twice: Twice) -> None:
    guest, other = Phone.join(client, twice.world, "Ans"), Phone.join(client, twice.world, "Bram")
    leader = Phone(client, twice.world.lab_id, twice.world.tokens["facilitator"])
    later = guest.do("contribution.add", kind="bottleneck", text="Geld komt te laat")["contribution"]
    op = {"id": uuid7(), "type": "contribution.add", "kind": "bottleneck", "text": "Weer te laat", "recalls": twice.items["purse"]}
    linked = guest.ops(op).json["results"][0]
    assert guest.ops(op).json["results"][0] == linked
    card = other.follow()["contributions"][linked["contribution"]]
    assert card["recalls"]["id"] == twice.items["purse"]
    assert (card["recalls"]["text"], card["recalls"]["place"], card["recalls"]["worked"]) == (
        "Geef bewoners een wijkbudget.",
        "Tilburg",
        True,
    )
    beside = client.get(f"/live/{other.lab_id}/recall/{twice.items['purse']}", headers=other.headers)
    assert (beside.status_code, beside.json["contact"]) == (200, "Jan de Vries, wijkteam")
    assert guest.do("contribution.move", contribution=later, recalls=twice.items["slow"])["status"] == "refused"
    assert leader.do("contribution.move", contribution=later, recalls=twice.items["slow"])["status"] == "accepted"
    assert other.follow()["contributions"][later]["recalls"]["id"] == twice.items["slow"]
    assert leader.do("contribution.move", contribution=later, recalls=None)["status"] == "accepted"
    assert other.follow()["contributions"][later]["recalls"] is None
    assert leader.do("contribution.add", kind="bottleneck", text="Nep", recalls="bestaat-niet")["status"] == "refused"
    leader.do("lab.close")
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, twice.world.lab_id)
        harvest.open_harvest(tx, lab)
        harvest.confirm_all(tx, lab)
        sealing.seal(tx, lab, twice.said.actor("coordinator"))
    with app.app_context():
        reader = twice.said.actor("participant")
        earlier = queries.item(db.session(), twice.items["purse"])
        (new,) = db.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.text == "Weer te laat"))
        assert earlier is not None
        came_back = Edge("came_back", tracing.ref_of(earlier.id), tracing.ref_of(new.id))
        assert all(came_back in tracing.chain(db.session(), reader, item).edges for item in (new, earlier))
    pages = [client.get(f"/archief/{id_}", headers=twice.world.bearer("participant")).text for id_ in (new.id, earlier.id)]
    assert "Geef bewoners een wijkbudget." in pages[0] and "Weer te laat" in pages[1]
