"""What the tests of invitations share: a programme with some people more, their mails, and a clock that a test sets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from kennislab.accounts import operations as accounts
from kennislab.accounts.models import Person, Role
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.mail import Mail
from kennislab.core.transaction import Tx, transaction
from kennislab.invitations import operations, queries, waves
from kennislab.invitations.models import Answer, Invitation, Wave
from kennislab.programme.models import Lab, LabState
from tests.factories.world import World
from tests.programme.worlds import world_in


def house(app: Flask, state: LabState = LabState.COLLECTING, **people: str) -> World:
    """A world with some participants more (name → address, "" for none)."""
    world = world_in(app, state)
    with app.app_context(), transaction() as tx:
        for name, address in people.items():
            person = accounts.create_person(tx, name=name, email=address or None, municipality_code="GM0503")
            accounts.set_role(tx, person, world.programme_id, Role.PARTICIPANT)
            world.people[name] = person.id
    return world


def the_lab(tx: Tx, world: World) -> Lab:
    return tx.session.get_one(Lab, world.lab_id)


def invite(app: Flask, world: World, *names: str) -> None:
    """Invites these people."""
    with app.app_context(), transaction() as tx:
        operations.invite(tx, the_lab(tx, world), [tx.session.get_one(Person, world.people[name]) for name in names], "Marit")


def say(app: Flask, world: World, name: str, said: Answer) -> None:
    """Somebody answers, as by the link."""
    with app.app_context(), transaction() as tx:
        found = queries.invitation_of(tx.session, world.lab_id, world.people[name])
        assert found is not None
        operations.answer(tx, found, said, "link")


def prepare(app: Flask, world: World, kind: str) -> str:
    """A wave of this kind; its public id."""
    with app.app_context(), transaction() as tx:
        return waves.prepare_wave(tx, the_lab(tx, world), kind, "Marit").public_id


def release(app: Flask, public_id: str, send_at: datetime | None = None) -> int:
    with app.app_context(), transaction() as tx:
        found = queries.wave(tx.session, public_id)
        assert found is not None
        return waves.release_wave(tx, found, "Marit", send_at)


def mailed(app: Flask, world: World, kind: str) -> dict[str, str]:
    """Name → state of the mails of a kind."""
    names = {number: name for name, number in world.people.items()}
    with app.app_context():
        rows = db.session.query(Mail).filter_by(purpose=kind, lab_id=world.lab_id).order_by(Mail.id)
        return {names[row.person_id]: row.state for row in rows if row.person_id}


def mark(app: Flask, world: World, kind: str, state: str) -> None:
    """Says of all waiting mails of a kind what became of them, without a mail server."""
    with app.app_context(), transaction() as tx:
        for row in tx.session.query(Mail).filter_by(purpose=kind, lab_id=world.lab_id):
            if row.state in queries.UNSENT:
                row.state, row.sent_at = state, clock.now()


def invitation(app: Flask, world: World, name: str) -> Invitation:
    with app.app_context():
        found = queries.invitation_of(db.session(), world.lab_id, world.people[name])
        assert found is not None
        return found


def rounds(app: Flask, world: World) -> list[Wave]:
    with app.app_context():
        return list(queries.waves_of(db.session(), world.lab_id))


class Clock:
    """The app's clock, set by hand."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.moment = clock.now()
        patch.setattr(clock, "now", lambda: self.moment)

    def on(self, **ahead: Any) -> None:
        """So much later."""
        self.moment += timedelta(**ahead)
