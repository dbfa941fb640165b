"""A small programme: two municipalities, one person per role, one lab at the state a test wants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Role
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.transaction import Tx, transaction
from kennislab.programme import operations as programmes
from kennislab.programme.models import AgendaItem, Lab, LabState, Municipality, Programme


@dataclass(frozen=True)
class World:
    """Ids and secrets of what was made."""

    programme_id: int
    lab_id: int
    code: str
    join_token: str
    people: dict[str, int]
    tokens: dict[str, str]

    def bearer(self, role: str) -> dict[str, str]:
        """Headers of a program that acts for this person."""
        return {"Authorization": f"Bearer {self.tokens[role]}"}


ORDER = list(LabState)


def bring_to(tx: Tx, lab: Lab, state: LabState, by: Actor) -> None:
    """Moves a lab on, state by state; archiving goes through the archive's own operation."""
    while lab.state is not state:
        programmes.move_lab(tx, lab, ORDER[ORDER.index(lab.state) + 1], by)


def make_world(app: Flask, state: str = "live", **agenda: Any) -> World:
    """A programme with a coordinator, a facilitator, a participant and an outsider, and a lab in ``state``."""
    with app.app_context(), transaction() as tx:
        for code, name in (("GM0855", "Tilburg"), ("GM0503", "Delft")):
            if tx.session.get(Municipality, code) is None:
                tx.session.add(Municipality(code=code, name=name, province="", valid_from=None, valid_until=None, tooi=""))
        programme: Programme = programmes.create_programme(tx, name="Proefprogramma")
        people: dict[str, int] = {}
        tokens: dict[str, str] = {}
        for role in ("coordinator", "facilitator", "participant", "outsider"):
            person = accounts.create_person(
                tx, name=role.title(), email=f"{role}-{programme.id}@voorbeeld.example", municipality_code="GM0855"
            )
            if role != "outsider":
                accounts.set_role(tx, person, programme.id, Role(role))
            people[role] = person.id
            tokens[role] = accounts.make_access_token(tx, person, "test")
        start = clock.now() + timedelta(days=2)
        lab = programmes.plan_lab(
            tx, programme, programmes.LabData("Proeflab", start, start + timedelta(hours=6), clock.now() + timedelta(days=1))
        )
        lab.agenda.clear()
        tx.session.flush()
        for position, (title, input_, hidden) in enumerate(
            (("Welkom", "none", False), ("Knelpunten", "text", False), ("Stil schrijven", "text", True))
        ):
            lab.agenda.append(
                AgendaItem(
                    position=position,
                    block="bottlenecks",
                    title=title,
                    minutes=10,
                    input=input_,
                    phone_kinds=[],
                    hidden_until_reveal=hidden,
                )
            )
        tx.session.flush()
        bring_to(tx, lab, LabState(state), Actor(people["coordinator"], "Coordinator"))
        return World(programme.id, lab.id, lab.join_code, lab.join_token, people, tokens)


def steps(app: Flask, world: World) -> list[str]:
    """Ids of the agenda steps, in order."""
    with app.app_context():
        return [str(item.id) for item in db.session.get_one(Lab, world.lab_id).agenda]


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
