"""What is past its time is shown, goes after a yes to exactly that, and what was learned stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Erasure, Membership, Person, Role
from kennislab.core import clock, jobs, mail
from kennislab.core.db import db
from kennislab.core.errors import Conflict
from kennislab.core.transaction import transaction
from kennislab.invitations.models import Invitation
from kennislab.live import operations as live
from kennislab.live.models import Participant
from kennislab.live.queries import state_of
from kennislab.programme import retention
from kennislab.programme.models import Lab, LabState, Programme, Purge
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from tests.factories.world import LONG_AGO, World, make_world

BY = Actor(None, "Coordinator")


@pytest.fixture
def old(app: Flask) -> World:
    """A lab of long ago: somebody who was there then and never since, and somebody who still comes."""
    world = make_world(app)
    with app.app_context(), transaction() as tx:
        gone = accounts.create_person(tx, name="Lang Geleden", email="lang@voorbeeld.example")
        accounts.set_role(tx, gone, world.programme_id, Role.PARTICIPANT)
        gone.created_at = LONG_AGO
        live.join(tx, world.lab_id, "Lang Geleden", "GM0503", gone.id)
        live.join(tx, world.lab_id, "Zonder Account", "GM0503")
        text = "Hoe bereik je wie nooit komt?"
        tx.session.add_all(
            [
                Invitation(lab_id=world.lab_id, person_id=gone.id, created_at=LONG_AGO),
                KnowledgeQuestion(lab_id=world.lab_id, asker_id=gone.id, asker_name=gone.name, text=text, status=QuestionStatus.SUBMITTED,
                                  created_at=LONG_AGO, updated_at=LONG_AGO),
            ]
        )  # fmt: skip
        mail.draft(tx, to="lang@voorbeeld.example", subject="Kom je?", body="Dag", lab_id=world.lab_id)
        live.close_room(tx, tx.session.get_one(Lab, world.lab_id), "f:1")
        lab = tx.session.get_one(Lab, world.lab_id)
        lab.state, lab.starts_at, lab.ends_at = LabState.ARCHIVED, LONG_AGO, LONG_AGO + timedelta(hours=6)
        for person in tx.session.scalars(sa.select(Participant)):
            person.joined_at = LONG_AGO
    return world


def shown(app: Flask, world: World) -> retention.Over:
    with app.app_context():
        return retention.over(db.session(), db.session.get_one(Programme, world.programme_id))


def test_the_day_before_which_things_are_past_their_time() -> None:
    for months, today, expected in (
        (36, date(2026, 11, 22), date(2023, 11, 22)),
        (1, date(2026, 3, 31), date(2026, 2, 28)),
        (11, date(2026, 11, 30), date(2025, 12, 30)),
        (12, date(2028, 2, 29), date(2027, 2, 28)),
    ):
        assert retention.before_of(Programme(retention_months=months), today) == expected


def test_shown_then_gone_and_the_question_stays(app: Flask, old: World) -> None:
    now = shown(app, old)
    assert [person.name for person in now.leaving] == ["Lang Geleden"]
    assert now.rows == {"uitnodigingen": 1, "mensen die meededen": 2, "vragen met een naam": 1, "mails": 1}
    with app.app_context(), transaction() as tx:
        done = retention.purge(tx, tx.session.get_one(Programme, old.programme_id), now.fingerprint, BY)
        assert done.plan == {"labs": 1, "people": 1, "rows": now.rows}
    with app.app_context():
        session = db.session()
        question = session.scalars(sa.select(KnowledgeQuestion)).one()
        assert (question.text, question.asker_name, question.asker_id) == ("Hoe bereik je wie nooit komt?", "", None)
        assert session.scalars(sa.select(Participant.name)).all() == [None, None]
        assert {one.name for one in state_of(session, old.lab_id).people.values()} == {None}
        assert session.scalars(sa.select(Person.name).where(Person.email == "lang@voorbeeld.example")).all() == []
        assert session.scalars(sa.select(Erasure.how)).all() == ["retention"]
        assert session.scalar(sa.select(sa.func.count()).select_from(mail.Mail)) == 0
        assert session.scalars(sa.select(Purge.by_name)).all() == ["Coordinator"]
        db.session.remove()
    assert not shown(app, old).anything


def test_who_was_heard_of_since_stays(app: Flask, old: World) -> None:
    with app.app_context(), transaction() as tx:
        person = tx.session.scalars(sa.select(Person).where(Person.name == "Lang Geleden")).one()
        accounts.start_sign_in(tx, person, life=timedelta(hours=1))
    assert shown(app, old).leaving == ()


def test_who_is_elsewhere_too_only_leaves_this_programme(app: Flask, old: World) -> None:
    with app.app_context(), transaction() as tx:
        other = Programme(name="Ander programma")
        tx.session.add(other)
        tx.session.flush()
        person = tx.session.scalars(sa.select(Person).where(Person.name == "Lang Geleden")).one()
        accounts.set_role(tx, person, other.id, Role.PARTICIPANT)
    now = shown(app, old)
    assert len(now.elsewhere) == 1
    with app.app_context(), transaction() as tx:
        retention.purge(tx, tx.session.get_one(Programme, old.programme_id), now.fingerprint, BY)
    with app.app_context():
        assert db.session.scalars(sa.select(Person.name).where(Person.id.in_(now.elsewhere))).one() == "Lang Geleden"
        assert db.session.scalars(sa.select(Membership.programme_id).where(Membership.person_id.in_(now.elsewhere))).all() == [other.id]


def test_a_yes_to_something_else_is_no_yes(app: Flask, old: World) -> None:
    now = shown(app, old)
    with app.app_context(), transaction() as tx:
        tx.session.add(Invitation(lab_id=old.lab_id, person_id=old.people["participant"], created_at=LONG_AGO))
    with app.app_context(), pytest.raises(Conflict), transaction() as tx:
        retention.purge(tx, tx.session.get_one(Programme, old.programme_id), now.fingerprint, BY)


def test_coordinators_are_reminded_once_a_month(app: Flask, old: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def mails() -> list[str]:
        with app.app_context():
            return list(db.session.scalars(sa.select(mail.Mail.to).where(mail.Mail.purpose == retention.REMINDER)))

    def run() -> None:
        with app.app_context():
            retention.remind(lambda percent, note="": None)

    run()
    run()
    assert len(mails()) == 1 and mails()[0].startswith("coordinator")
    later: datetime = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    run()
    assert len(mails()) == 2
    assert ("retention-reminders", 24 * 3600) in jobs._periodic


def test_the_page(app: Flask, client: FlaskClient, old: World) -> None:
    path = f"/programmas/{old.programme_id}/bewaren"
    headers: dict[str, Any] = {"headers": old.bearer("coordinator")}
    page = client.get(path, **headers).get_data(as_text=True)
    assert "Lang Geleden" in page and "Mensen die meededen" in page
    what = shown(app, old).fingerprint
    assert client.post(path, data={"what": what}, **headers).status_code == 303  # no tick
    assert shown(app, old).anything
    assert client.post(path, data={"what": what, "yes": "1"}, **headers).status_code == 303
    page = client.get(path, **headers).get_data(as_text=True)
    assert "Er hoeft niets weg" in page and "Lang Geleden" not in page and "Eerder weggegooid" in page
    assert client.get(path, headers=old.bearer("facilitator")).status_code == 403
