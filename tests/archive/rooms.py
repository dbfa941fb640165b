"""A room in which things were said, so that there is something to harvest. All through the room's own operations."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Role
from kennislab.archive import operations, sealing
from kennislab.archive.models import ArchiveItem
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.transaction import Tx, transaction
from kennislab.live import operations as live
from kennislab.live.messages import parse
from kennislab.live.policies import LiveActor
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from tests.factories.world import World, bring_to, make_world


@dataclass
class Said:
    """The world, and the contributions by a short name."""

    world: World
    other_id: int
    ids: dict[str, str] = field(default_factory=dict)

    def actor(self, role: str) -> Actor:
        """Who acts, with their role."""
        if role == "other":
            return Actor(self.other_id, "Ander", "GM0503", {self.world.programme_id: Role.PARTICIPANT})
        return Actor(self.world.people[role], role.title(), "GM0855", {self.world.programme_id: Role(role)})

    def lab(self) -> Lab:
        """The lab as the session has it."""
        return db.session.get_one(Lab, self.world.lab_id)


def op_id() -> str:
    """A UUID version 7 of now."""
    value = int(clock.now().timestamp() * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def do(tx: Tx, who: LiveActor, **body: Any) -> dict[str, Any]:
    """One op that must be accepted."""
    sent = {"id": op_id(), **{name: value for name, value in body.items() if value is not None}}
    result = live.apply_ops(tx, who, [live.asked(sent, parse(sent))], timedelta(hours=72)).results[0]
    assert result["status"] == "accepted", result
    return result


SAID = {
    "slow": {"kind": "bottleneck", "text": "Het budget komt te laat vrij.", "themes": ["Geld"], "consent": "public_city"},
    "purse": {"kind": "solution", "text": "Geef bewoners een wijkbudget.", "answers": "slow", "themes": ["Geld"], "consent": "public_city"},
    "secret": {"kind": "bottleneck", "text": "De wethouder houdt het tegen.", "consent": "group"},
    "unnamed": {"kind": "lesson", "text": "Als je belooft, doe het dan ook.", "consent": "public_anonymous"},
    "inside": {"kind": "insight", "text": "Vertrouwen komt te voet.", "consent": "programme"},
    "twin": {"kind": "bottleneck", "text": "Budget is pas laat beschikbaar.", "themes": ["geld", "Planning"], "consent": "programme"},
}


def hold_a_lab(app: Flask, until: LabState = LabState.HARVESTING) -> Said:
    """A day at which the participant said all of :data:`SAID`, after one knowledge question; the lab is then in ``until``."""
    world = make_world(app, "collecting")
    with app.app_context(), transaction() as tx:
        other = accounts.create_person(tx, name="Ander", email="ander@voorbeeld.example", municipality_code="GM0503")
        accounts.set_role(tx, other, world.programme_id, Role.PARTICIPANT)
        said = Said(world, other.id)
        lab, staff, person = tx.session.get_one(Lab, world.lab_id), said.actor("coordinator"), world.people["participant"]
        question = KnowledgeQuestion(
            lab_id=lab.id, asker_id=person, municipality_code="GM0855", theme_hint="Draagvlak",
            text="Hoe organiseer je draagvlak bij bewoners?", status=QuestionStatus.SUBMITTED, submitted_at=clock.now(),
        )  # fmt: skip
        tx.session.add(question)
        bring_to(tx, lab, LabState.LIVE, staff)
        leader = LiveActor(f"f:{staff.person_id}", "facilitator", lab.id, staff.name, None, staff.person_id)
        do(tx, leader, type="step.go", to=str(lab.agenda[1].id), step_rev=0)
        joined = live.join(tx, lab.id, "Pia", "GM0855", person).participant
        speaker = LiveActor(joined.id, "participant", lab.id, "Pia", "GM0855", person)
        for name, body in SAID.items():
            more = {**body, "answers": said.ids.get(body.get("answers", ""))}
            said.ids[name] = do(tx, speaker, type="contribution.add", **more)["contribution"]
        said.ids["plan"] = do(tx, speaker, type="action.add", text="Nabellen", owner="Pia", due="2027-01-15")["contribution"]
        if until is not LabState.LIVE:
            programmes.move_lab(tx, lab, LabState.HARVESTING, staff)
        if until is LabState.ARCHIVED:
            operations.confirm_all(tx, lab)
            sealing.seal(tx, lab, staff)
    return said


def item_of(tx: Tx, said: Said, name: str) -> ArchiveItem:
    """The item that was made of something said; not of anonymous ones after the seal."""
    return tx.session.scalars(sa.select(ArchiveItem).where(ArchiveItem.source_id == said.ids[name])).one()
