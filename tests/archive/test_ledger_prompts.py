"""Asking by mail what became of a solution: whom, how often, and what the link in it can do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts.models import Membership
from kennislab.archive import following, prompts
from kennislab.archive.models import ArchiveItem, Evidence, EvidencePrompt, Outcome
from kennislab.core import clock, mail
from kennislab.core.db import db
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction
from kennislab.programme.models import District, Lab, LabState
from tests.archive.rooms import SAID, Said, hold_a_lab, item_of

MONDAY = datetime(2027, 4, 5, 9, tzinfo=UTC)


class Days:
    """A clock that a test moves."""

    now = MONDAY


@pytest.fixture
def held(make_app: Any, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Flask, Said, Days]:
    """A lab of last year with a bottleneck and a solution of Tilburg. It is a Monday in April 2027."""
    app = make_app(sqlite_url)
    said = hold_a_lab(app, LabState.ARCHIVED)
    days = Days()
    monkeypatch.setattr(clock, "now", lambda: days.now)
    return app, said, days


def ask(app: Flask) -> int:
    with app.app_context():
        return prompts.ask(lambda percent, note="": None)


def asked(app: Flask) -> list[Mail]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Mail).where(Mail.purpose == prompts.KIND).order_by(Mail.id)))


def test_once_a_quarter_and_only_in_office_hours(held: tuple[Flask, Said, Days]) -> None:
    app, said, days = held
    days.now = MONDAY - timedelta(days=1)
    assert ask(app) == 0, "not on a Sunday"
    days.now = MONDAY
    assert (ask(app), ask(app)) == (1, 0)
    [sent] = asked(app)
    assert sent.person_id == said.world.people["participant"], "whose bottleneck it answers"
    assert sent.subject == "Heeft het geholpen in Tilburg?" and SAID["purse"]["text"] in sent.body and SAID["slow"]["text"] in sent.body
    assert "[persoonlijke link]" in sent.body, "the secret is in no table"
    days.now = MONDAY + timedelta(days=91)
    assert (ask(app), len(asked(app))) == (1, 2)


def test_the_link_reports_of_this_item_and_this_municipality(held: tuple[Flask, Said, Days]) -> None:
    app, said, days = held
    ask(app)
    with app.app_context(), app.test_request_context(), transaction() as tx:
        [one] = tx.session.scalars(sa.select(Mail).where(Mail.purpose == prompts.KIND))
        found = re.search(r"/wat-kwam-ervan/\S+", mail.filled(tx, one))
        assert found is not None and mail.still_needed(tx.session, one)
        path = found[0]
    client = app.test_client()
    page = client.get(path)
    assert page.status_code == 200 and SAID["purse"]["text"] in page.text and 'name="status"' in page.text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Evidence)) == 0, "opening it changes nothing"
    refused = client.post(path, data={"status": "failed", "note": ""})
    assert refused.status_code == 422 and "Schrijf op waarom" in refused.text
    assert client.post(path, data={"status": "proposed"}).status_code == 422
    pasted = "Te lang. " * 300
    too_long = client.post(path, data={"status": "failed", "note": pasted})
    assert too_long.status_code == 422 and "hoogstens 2000 tekens" in too_long.text and pasted in too_long.text
    assert "maxlength" not in too_long.text, "a browser would cut off what is pasted without a word"
    data = {"status": "failed", "note": "De regels waren te streng.", "municipality_code": "GM0503", "item": "x"}
    done = client.post(path, data=data)
    thanks = client.get(done.location).text
    assert done.status_code == 303 and "in Tilburg niet: “De regels waren te streng”" in thanks
    assert "Bekijken in het archief" not in thanks, "who is not signed in would only find a sign-in page there"
    with app.app_context():
        [line] = db.session.scalars(sa.select(Evidence))
        asked_of = db.session.scalars(sa.select(EvidencePrompt)).one()
        assert (line.item_id, line.municipality_code, line.status) == (asked_of.item_id, "GM0855", Outcome.FAILED)
        assert line.reporter_id == said.world.people["participant"]
        one = db.session.scalars(sa.select(Mail).where(Mail.purpose == prompts.KIND)).one()
        assert not mail.still_needed(db.session(), one), "a mail that still waits need not go any more"
    for made_up in (path[:-1] + ("A" if path[-1] != "A" else "B"), "/wat-kwam-ervan/geen", "/wat-kwam-ervan/" + "a" * 300):
        assert client.get(made_up).status_code == 410 and client.post(made_up, data={"status": "worked"}).status_code == 410
    days.now = MONDAY + timedelta(days=92)
    assert ask(app) == 0, "it is known now"


def test_a_link_ends_with_the_place_in_the_programme_and_with_time(held: tuple[Flask, Said, Days]) -> None:
    app, said, days = held
    ask(app)
    with app.app_context():
        path = f"/wat-kwam-ervan/{prompts.token_of(db.session.scalars(sa.select(EvidencePrompt)).one())}"
    days.now = MONDAY + prompts.LINK_LIFE + timedelta(days=1)
    assert app.test_client().get(path).status_code == 410
    days.now = MONDAY
    assert app.test_client().get(path).status_code == 200
    with app.app_context(), transaction() as tx:
        tx.session.execute(sa.delete(Membership).where(Membership.person_id == said.world.people["participant"]))
    assert app.test_client().get(path).status_code == 410


def test_of_a_district_and_back_again(held: tuple[Flask, Said, Days]) -> None:
    """Who planned it in a district is asked of that district; the wrong button can be taken back, and then we do not know it again."""
    app, said, days = held
    with app.app_context(), transaction() as tx:
        district = District(programme_id=said.world.programme_id, municipality_code="GM0503", name="Poptahof")
        tx.session.add(district)
        tx.session.flush()
        days.now = MONDAY - timedelta(days=90)
        item = item_of(tx, said, "purse")
        following.report_outcome(tx, item, "GM0855", Outcome.WORKED, "", None, said.actor("participant"))
        following.report_outcome(tx, item, "GM0503", Outcome.PLANNED, "", None, said.actor("other"), "Poptahof", district.id)
    days.now = MONDAY
    assert ask(app) == 1
    [sent] = asked(app)
    assert (sent.person_id, sent.subject) == (said.other_id, "Heeft het geholpen in Poptahof (Delft)?")
    with app.app_context():
        path = f"/wat-kwam-ervan/{prompts.token_of(db.session.scalars(sa.select(EvidencePrompt)).one())}"
    client = app.test_client()
    done = client.post(path, data={"status": "worked"})
    assert "Antwoord intrekken" in client.get(done.location).text
    with app.app_context():
        line = db.session.scalars(sa.select(Evidence).order_by(Evidence.id.desc())).first()
        assert line is not None and (line.municipality_code, line.district, line.status) == ("GM0503", "Poptahof", Outcome.WORKED)
    back = client.post(f"{path}/terug")
    assert back.status_code == 303 and "Je antwoord is ingetrokken" in client.get(back.location).text
    assert client.post(f"{path}/terug").status_code == 303, "nothing left to take back"
    with app.app_context():
        stand = db.session.scalars(sa.select(Evidence).where(Evidence.withdrawn_at.is_(None))).all()
        assert [one.status for one in stand] == [Outcome.WORKED, Outcome.PLANNED], "only what was answered by this link"
    assert client.post("/wat-kwam-ervan/geen/terug").status_code == 410


def test_who_was_asked_in_the_room_gets_no_mail(held: tuple[Flask, Said, Days]) -> None:
    app, said, days = held
    with app.app_context(), transaction() as tx:
        item, lab = item_of(tx, said, "purse"), tx.session.get_one(Lab, said.world.lab_id)
        prompt = EvidencePrompt(
            item_id=item.id, municipality_code="GM0855", quarter="2027-Q2", how="room", person_id=said.world.people["participant"],
        )  # fmt: skip
        tx.session.add(prompt)
        key = lab.programme_id
    assert ask(app) == 0
    with app.app_context(), transaction() as tx:
        tx.session.delete(tx.session.scalars(sa.select(EvidencePrompt)).one())
        tx.session.add(live := _copy_of(tx.session.get_one(Lab, said.world.lab_id), LabState.LIVE))
        tx.session.flush()
        assert live.programme_id == key
    assert ask(app) == 0, "not while they sit together"
    with app.app_context(), transaction() as tx:
        tx.session.delete(tx.session.get_one(Lab, live.id))
    assert ask(app) == 1


def _copy_of(lab: Lab, state: LabState) -> Lab:
    return Lab(
        programme_id=lab.programme_id, kind=lab.kind, quarter="2027-Q2", title="Vandaag", starts_at=MONDAY,
        ends_at=MONDAY + timedelta(hours=6), question_deadline=MONDAY, state=state, join_code="NOWNOW", join_token="nownownownownownownow",
    )  # fmt: skip


def test_a_quarter_that_ends_and_a_person_who_left(held: tuple[Flask, Said, Days]) -> None:
    """The last afternoon of a quarter and the first of the next are two days, not a second time to ask; who left gets no mail."""
    app, said, days = held
    days.now = datetime(2027, 3, 31, 14, 30, tzinfo=UTC)  # half past four: summer time since Sunday
    assert ask(app) == 1
    days.now = datetime(2027, 3, 31, 15, 30, tzinfo=UTC)
    assert ask(app) == 0, "half past five is no office hour"
    days.now = datetime(2027, 4, 1, 7, 30, tzinfo=UTC)
    assert ask(app) == 0
    with app.app_context():
        one = db.session.scalars(sa.select(Mail).where(Mail.purpose == prompts.KIND)).one()
        assert db.session.scalars(sa.select(EvidencePrompt.quarter)).all() == ["2027-Q1"] and mail.still_needed(db.session(), one)
        with transaction() as tx:
            tx.session.execute(sa.delete(Membership).where(Membership.person_id == said.world.people["participant"]))
        assert not mail.still_needed(db.session(), one)


def test_a_job_that_dies_asks_nobody_twice(held: tuple[Flask, Said, Days], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written of a mail stands with the mail, or neither does."""
    app, _said, _days = held
    whole = prompts._write

    def dies(*arguments: Any) -> bool:
        whole(*arguments)
        raise RuntimeError("the light went out")

    monkeypatch.setattr(prompts, "_write", dies)
    with pytest.raises(RuntimeError):
        ask(app)
    assert asked(app) == []
    monkeypatch.setattr(prompts, "_write", whole)
    assert (ask(app), ask(app), len(asked(app))) == (1, 0, 1)


def test_nobody_is_asked_of_what_is_anonymous(held: tuple[Flask, Said, Days]) -> None:
    app, _said, _days = held
    with app.app_context(), transaction() as tx:
        for item in tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.kind == "bottleneck")):
            item.consent = "public_anonymous"
    assert ask(app) == 0
