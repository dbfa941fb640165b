"""What facilitators do with the questions of a lab, through the pages: many at once, merging, splitting, taking back; who may."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts.actors import Actor
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab, LabState
from kennislab.questions import carrying, later, notices, operations, queries
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from kennislab.questions.operations import QuestionData
from tests.programme.worlds import set_state, signed_in, world_in

Q1 = "Hoe bereik je bewoners die nooit naar een bewonersavond komen?"
Q2 = "Wat werkt om mensen te bereiken die wegblijven? En hoe houd je ze erbij?"
Q3 = "Wie betaalt de hogere energierekening van huurders?"
S = QuestionStatus


class Desk:
    """A world with three questions: of the participant, of the coordinator and of somebody without an account."""

    def __init__(self, app: Flask, state: LabState = LabState.COLLECTING) -> None:
        self.app, self.world = app, world_in(app, state)
        self.lab_id = self.world.lab_id
        with app.app_context(), transaction() as tx:
            lab = tx.session.get_one(Lab, self.lab_id)
            facilitator = Actor(self.world.people["facilitator"], "Facilitator")
            self.ids = [
                operations.submit(
                    tx, lab, Actor(self.world.people["participant"], "Participant"), QuestionData(Q1, theme_hint="draagvlak")
                ),
                operations.submit(tx, lab, Actor(self.world.people["coordinator"], "Coordinator"), QuestionData(Q2)),
                operations.submit(tx, lab, facilitator, QuestionData(Q3, asker_name="Truus", municipality_code="GM0503")),
            ]
            self.ids = [one.public_id for one in self.ids]
        self.client = signed_in(app, self.world, "facilitator")
        self.list = f"/kennislabs/{self.lab_id}/vragen/beheer"
        self.many = f"{self.list}/samen"

    def now(self, number: int) -> KnowledgeQuestion:
        with self.app.app_context():
            found = queries.by_public_id(db.session(), self.ids[number])
            assert found is not None
            return found

    def told(self, role: str) -> list[str]:
        with self.app.app_context():
            return [one.kind for one in notices.unread(db.session(), self.world.people[role], self.lab_id)]

    def undo(self, page: str) -> None:
        """Sends the form that the page offers to take back what was just done."""
        form = re.search(r'<div class="notice notice--ok undo-notice".*?</form>', page, re.S)
        assert form, page
        action = re.search(r'action="([^"]+)"', form[0])
        assert action
        pairs = re.findall(r'name="([^"]+)" value="([^"]*)"', form[0])
        sent: dict[str, list[str]] = {}
        for name, value in pairs:
            sent.setdefault(name, []).append(value.replace("&amp;", "&"))
        assert self.client.post(action[1], data=sent).status_code == 303


@pytest.fixture
def desk(make_app: Callable[..., Flask], sqlite_url: str) -> Desk:
    return Desk(make_app(sqlite_url))


def page(client: FlaskClient, path: str) -> str:
    got = client.get(path, follow_redirects=True)
    assert got.status_code == 200, (path, got.status_code)
    return got.text


def test_the_list_is_narrowed(desk: Desk) -> None:
    everything = page(desk.client, desk.list)
    assert all(words in everything for words in (Q1, Q2, Q3, "Truus", "Delft", "Ingestuurd (3)"))
    for query, left in (
        ("zoek=BEWONERS", {Q1}),
        ("zoek=truus", {Q3}),
        ("gemeente=GM0503", {Q3}),
        ("thema=draagvlak", {Q1}),
        ("thema=-", {Q2, Q3}),
    ):
        shown = page(desk.client, f"{desk.list}?{query}")
        assert {text for text in (Q1, Q2, Q3) if text in shown} == left, query
    assert "Geen vragen die hierbij passen" in page(desk.client, f"{desk.list}?zoek=onvindbaar")


def test_returning_many_and_taking_it_back(desk: Desk) -> None:
    chosen = {"v": desk.ids, "do": "return"}
    asked = desk.client.get(desk.many, query_string=chosen).text
    assert "blijft staan: er hoort geen account bij" in asked and Q1 in asked
    refused = desk.client.post(desk.many, data=chosen | {"remark": " "})
    assert refused.status_code == 422 and "wat er nog nodig is" in refused.text and Q2 in refused.text
    assert desk.client.post(desk.many, data=chosen | {"remark": "Voor welke wijk geldt dit?"}).status_code == 303
    assert [desk.now(n).status for n in range(3)] == [S.RETURNED, S.RETURNED, S.SUBMITTED]
    assert desk.told("participant") == ["returned"]
    after = page(desk.client, f"{desk.list}?stand=teruggestuurd")
    assert "2 vragen zijn teruggestuurd." in after and "Voor welke wijk geldt dit?" in after
    desk.undo(after)
    assert [desk.now(n).status for n in range(3)] == [S.SUBMITTED] * 3
    assert (desk.now(0).remark, desk.told("participant")) == ("", [])


def test_withdrawing_for_somebody_says_why_and_can_be_taken_back(desk: Desk) -> None:
    chosen = {"v": desk.ids[:1], "do": "withdraw"}
    assert desk.client.post(desk.many, data=chosen).status_code == 422
    assert desk.client.post(desk.many, data=chosen | {"remark": "Dit hoort bij de gemeenteraad."}).status_code == 303
    assert (desk.now(0).status, desk.told("participant")) == (S.WITHDRAWN, ["withdrawn"])
    assert Q1 in page(desk.client, f"{desk.list}?stand=ingetrokken")
    assert desk.client.post(desk.many, data={"v": desk.ids[0], "do": "take_in"}).status_code == 303
    assert desk.now(0).status is S.SUBMITTED


def test_what_an_asker_withdrew_is_not_shown_to_anybody(desk: Desk) -> None:
    assert signed_in(desk.app, desk.world, "participant").post(f"/kennisvragen/{desk.ids[0]}/intrekken").status_code == 303
    assert Q1 not in page(desk.client, f"{desk.list}?stand=ingetrokken")
    assert desk.client.get(desk.many, query_string={"v": desk.ids[0], "do": "take_in"}).status_code == 404
    assert Q1 not in desk.client.get(f"/kennislabs/{desk.lab_id}/vragen/uitvoer.csv").text


def test_a_theme_for_many_and_each_its_own_again(desk: Desk) -> None:
    assert desk.client.post(desk.many, data={"v": desk.ids, "do": "theme", "hint": "  energie  armoede "}).status_code == 303
    assert [desk.now(n).theme_hint for n in range(3)] == ["energie armoede"] * 3
    desk.undo(page(desk.client, desk.list))
    assert [desk.now(n).theme_hint for n in range(3)] == ["draagvlak", "", ""]
    assert desk.client.post(desk.many, data={"v": desk.ids, "do": "theme", "hint": "x" * 81}).status_code == 422


def test_merging_side_by_side_old_addresses_lead_on_and_back(desk: Desk) -> None:
    path = desk.client.get(desk.many, query_string={"v": desk.ids[:2], "do": "merge"}).location
    shown = page(desk.client, path)
    assert Q1 in shown and Q2 in shown and "Welke vraag gaat verder?" in shown
    data = {"v": desk.ids[:2], "into": desk.ids[1], "text": "Hoe bereik je wie wegblijft, en hoe houd je ze erbij?"}
    assert desk.client.post(path, data=data | {"text": "kort"}).status_code == 422
    assert desk.client.post(path, data=data).status_code == 303
    asker = signed_in(desk.app, desk.world, "participant")
    led = page(asker, f"/kennisvragen/{desk.ids[0]}")
    assert "Hoe bereik je wie wegblijft" in led and "De vraag die je zocht is samengevoegd" in led and Q1 in led
    assert "voegde jouw vraag" in led
    mine = page(asker, f"/kennislabs/{desk.lab_id}/vragen")
    assert "Jouw vragen die verdergaan" in mine and "Nog niet ingestuurd" not in mine
    assert asker.get(f"/kennisvragen/{desk.ids[0]}/bewerken").status_code == 409
    assert asker.post(f"/kennisvragen/{desk.ids[0]}/uit-elkaar").status_code == 403
    listed = page(desk.client, f"{desk.list}?stand=verder")
    assert Q1 in listed and "Uit elkaar halen" in listed
    desk.undo(listed)
    assert (desk.now(0).status, desk.now(1).text) == (S.SUBMITTED, Q2)
    assert desk.client.post(f"/kennisvragen/{desk.ids[0]}/uit-elkaar").status_code == 409


def test_splitting_begins_with_the_sentences(desk: Desk) -> None:
    path = desk.client.get(desk.many, query_string={"v": desk.ids[1], "do": "split"}).location
    shown = page(desk.client, path)
    assert ">Wat werkt om mensen te bereiken die wegblijven?<" in shown and ">En hoe houd je ze erbij?<" in shown
    assert desk.client.post(path, data={"part": ["een"], "do": "more"}).text.count('name="part"') == 2
    assert desk.client.post(path, data={"part": [Q1]}).status_code == 422
    assert desk.client.post(path, data={"part": ["Wat werkt om ze te bereiken?", "Hoe houd je ze erbij?"]}).status_code == 303
    whole = page(desk.client, f"/kennisvragen/{desk.ids[1]}")
    assert "Deze vraag gaat verder" in whole and "Hoe houd je ze erbij?" in whole
    with desk.app.app_context():
        part = queries.of_lab(db.session(), desk.lab_id)[1].public_id
    assert "Dit is een deel van een langere vraag" in page(desk.client, f"/kennisvragen/{part}")
    desk.undo(page(desk.client, desk.list))
    assert desk.now(1).status is S.SUBMITTED
    assert desk.client.get(f"/kennisvragen/{part}").status_code == 404


def test_nothing_chosen_or_of_elsewhere(desk: Desk) -> None:
    assert "Vink eerst aan" in page(desk.client, f"{desk.many}?do=return")
    assert "minstens twee" in page(desk.client, f"{desk.many}?do=merge&v={desk.ids[0]}")
    assert "Vink één vraag aan" in page(desk.client, f"{desk.many}?do=split&v={desk.ids[0]}&v={desk.ids[1]}")
    assert desk.client.get(f"{desk.many}?do=return&v=nergens").status_code == 404
    assert desk.client.get(f"{desk.many}?do=anders&v={desk.ids[0]}").status_code == 404
    got = desk.client.post(desk.many, data={"v": desk.ids[0], "do": "theme", "hint": "a", "back": "https://elders.example/"})
    assert got.location == desk.list


def test_open_questions_of_an_earlier_lab_come_along(desk: Desk) -> None:
    with desk.app.app_context(), transaction() as tx:
        old = tx.session.get_one(Lab, desk.lab_id)
        later_on = timedelta(days=90)
        lab = Lab(programme_id=old.programme_id, title="Volgend lab", kind=old.kind, quarter=old.quarter, state=LabState.COLLECTING)
        lab.starts_at, lab.ends_at, lab.question_deadline = (
            old.starts_at + later_on, old.ends_at + later_on, old.question_deadline + later_on,
        )  # fmt: skip
        tx.session.add(lab)
        tx.session.flush()
        new_id = lab.id
        set_state(tx, old, LabState.ARCHIVED)
    path = f"/kennislabs/{new_id}/vragen/overnemen"
    before = later._answered[:]
    try:
        later.answered_by(lambda session, labs: {})
        assert all(text in page(desk.client, path) for text in (Q1, Q2, Q3))
        later.answered_by(lambda session, labs: {desk.lab_id: {desk.ids[1]}})
        shown = page(desk.client, path)
        assert Q1 in shown and Q2 not in shown and "geen antwoord" in shown
        assert "2 vragen van eerder" in page(desk.client, f"/kennislabs/{new_id}/vragen/beheer")
        assert desk.client.post(path, data={"v": [desk.ids[0], desk.ids[2]]}).status_code == 303
        with desk.app.app_context():
            along = queries.of_lab(db.session(), new_id)
            assert [(one.text, one.source, one.theme_hint) for one in along] == [(Q1, "carried", "draagvlak"), (Q3, "carried", "")]
            assert (along[0].asker_id, along[1].municipality_code) == (desk.world.people["participant"], "GM0503")
            assert [one.kind for one in notices.unread(db.session(), desk.world.people["participant"], new_id)] == ["carried"]
            assert carrying.offers(db.session(), along[0].lab) == []
        assert "Deze vraag werd eerder gesteld bij Proeflab." in page(desk.client, f"/kennisvragen/{along[0].public_id}")
        assert desk.client.post(path, data={"v": desk.ids[0]}).status_code == 303  # a second facilitator, too late
        after = page(desk.client, path)
        assert "al meegenomen" in after
        desk.undo(after)
        with desk.app.app_context():
            assert len(queries.of_lab(db.session(), new_id)) == 0
        assert Q1 in page(desk.client, path)
    finally:
        later._answered[:] = before


STAFF_ONLY = ("beheer", "samenvoegen", "overnemen", "inlezen", "dubbel")


@pytest.mark.parametrize("state", [LabState.PLANNED, LabState.READY, LabState.LIVE], ids=lambda state: state.value)
def test_who_may(make_app: Callable[..., Flask], sqlite_url: str, state: LabState) -> None:
    desk = Desk(make_app(sqlite_url), state)
    fine = 200 if state is LabState.READY else 409
    for role, answer in {"anonymous": 302, "outsider": 404, "participant": 403, "facilitator": fine, "coordinator": fine}.items():
        client = signed_in(desk.app, desk.world, role)
        for page_ in STAFF_ONLY:
            got = client.get(f"/kennislabs/{desk.lab_id}/vragen/{page_}?v={desk.ids[0]}&v={desk.ids[1]}").status_code
            assert got == answer, (role, page_)
        assert client.get(f"/kennisvragen/{desk.ids[0]}/splitsen").status_code == answer, role
        export = client.get(f"/kennislabs/{desk.lab_id}/vragen/uitvoer.csv").status_code
        assert export == (200 if answer in (200, 409) else answer), role
