"""What the tests of the programme and its questions share: signing a client in, and labs in any state."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import ANONYMOUS, Actor
from kennislab.accounts.models import Person, Role
from kennislab.accounts.operations import start_sign_in
from kennislab.core.transaction import Tx, transaction
from kennislab.programme.models import Lab, LabState
from tests.factories.world import World, make_world

ROLES = ("anonymous", "outsider", "participant", "facilitator", "coordinator")
STATES = tuple(LabState)


def actor(role: str, programme_id: int = 1, person_id: int = 7) -> Actor:
    """Somebody of this role in the programme, without a database."""
    if role == "anonymous":
        return ANONYMOUS
    return Actor(person_id, role.title(), "GM0855", {} if role == "outsider" else {programme_id: Role(role)})


def set_state(tx: Tx, lab: Lab, state: LabState) -> None:
    """Puts a lab in a state, whatever lies between."""
    lab.state = state
    tx.session.flush()


def world_in(app: Flask, state: LabState = LabState.COLLECTING) -> World:
    """A world whose lab is in ``state``, the archive included."""
    world = make_world(app, "planned")
    with app.app_context(), transaction() as tx:
        set_state(tx, tx.session.get_one(Lab, world.lab_id), state)
    return world


def signed_in(app: Flask, world: World, role: str, only_programme: bool = False) -> FlaskClient:
    """A browser in which the person of this role is signed in; nobody for "anonymous"."""
    client = app.test_client()
    if role == "anonymous":
        return client
    with app.app_context(), transaction() as tx:
        person = tx.session.get_one(Person, world.people[role])
        _record, secret = start_sign_in(
            tx, person, life=accounts.PERSONAL_SIGN_IN_LIFE, only_programme_id=world.programme_id if only_programme else None
        )
    with client.session_transaction() as session:
        session["_user_id"] = secret
        session["_fresh"] = True
    return client
