"""Asking by mail what became of a solution: whom, how often, and what the link in it can do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts.models import Membership
from kennislab.archive import prompts
from kennislab.archive.models import ArchiveItem, Evidence, EvidencePrompt, Outcome
from kennislab.core import clock, mail
from kennislab.core.db import db
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction
from kennislab.programme.models import LabState
from tests.archive.rooms import SAID, Said, hold_a_lab

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
    data = {"status": "failed", "note": "De regels waren te streng.", "municipality_code": "GM0503", "item": "x"}
    done = client.post(path, data=data)
    assert done.status_code == 303 and "in Tilburg niet: “De regels waren te streng”" in client.get(done.location).text
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


def test_nobody_is_asked_of_what_is_anonymous(held: tuple[Flask, Said, Days]) -> None:
    app, _said, _days = held
    with app.app_context(), transaction() as tx:
        for item in tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.kind == "bottleneck")):
            item.consent = "public_anonymous"
    assert ask(app) == 0
