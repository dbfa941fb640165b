"""Agreements as they stand now: what was sealed, with what was said of it since."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from kennislab.accounts.actors import Actor
from kennislab.archive import policies, queries
from kennislab.archive.models import ActionStatus, ActionUpdate, ArchiveItem, Consent, SeatedIn, Status
from kennislab.core import clock
from kennislab.programme.models import Lab, LabState

OPEN = (ActionStatus.OPEN, ActionStatus.CARRIED_ON)


@dataclass(frozen=True, slots=True)
class Action:
    """One agreement now. ``updates``: what was said of it since, oldest first."""

    item: ArchiveItem
    updates: Sequence[ActionUpdate] = ()

    @property
    def status(self) -> ActionStatus:
        """The last word."""
        return self.item.action_status or ActionStatus.OPEN

    @property
    def open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.status in OPEN

    @property
    def due(self) -> date | None:
        """When it is to be done: the last date that was chosen."""
        return next((update.due for update in reversed(self.updates) if update.due is not None), self.item.due)

    @property
    def owner(self) -> str:
        """Who does it: the last who took it on."""
        return next((update.owner for update in reversed(self.updates) if update.owner), self.item.owner)

    @property
    def place(self) -> str:
        """Its municipality; empty of an anonymous one."""
        return self.item.municipality.name if self.item.municipality is not None and not self.item.anonymous else ""

    @property
    def overdue(self) -> bool:
        """Whether it is open and its day has passed."""
        return self.open and self.due is not None and self.due < clock.now().astimezone(clock.LOCAL).date()

    def mine(self, actor: Actor) -> bool:
        """Whether this actor took it on or thought of it."""
        own = self.item.person_id is not None and self.item.person_id == actor.person_id
        return own or bool(actor.name and self.owner.casefold() == actor.name.casefold())

    def of_place(self, code: str | None) -> bool:
        """Whether it is of this municipality."""
        return code is not None and not self.item.anonymous and self.item.municipality_code == code


def of_item(session: Session, item: ArchiveItem) -> Action:
    """One agreement with what was said of it."""
    return Action(item, queries.action_updates(session, item.id))


def of_programme(session: Session, programme_id: int, statuses: Collection[ActionStatus] | None = None) -> list[Action]:
    """All agreements of sealed labs (or those that stand so), also what stays in a group: what may be seen is for who asks."""
    A = ArchiveItem
    here = [A.programme_id == programme_id, A.kind == "action", A.status == Status.CONFIRMED, Lab.state == LabState.ARCHIVED]
    if statuses is not None:
        stands = A.action_status.in_(statuses)
        here.append(sa.or_(stands, A.action_status.is_(None)) if ActionStatus.OPEN in statuses else stands)
    light = contains_eager(A.lab).joinedload(Lab.programme), joinedload(A.municipality)
    items = session.scalars(sa.select(A).join(A.lab).where(*here).options(*light)).all()
    said: dict[str, list[ActionUpdate]] = {}
    updates = sa.select(ActionUpdate).where(ActionUpdate.item_id.in_(sa.select(A.id).join(A.lab).where(*here)))
    for update in session.scalars(updates.order_by(ActionUpdate.at, ActionUpdate.id)):
        said.setdefault(update.item_id, []).append(update)
    return sorted((Action(item, said.get(item.id, ())) for item in items), key=soonest)


def seen_by(session: Session, actor: Actor, programme_id: int, statuses: Collection[ActionStatus] | None = None) -> list[Action]:
    """The agreements that this actor may see: their own first, then those of their municipality, then the others; soonest first."""
    groups = _groups_of(session, actor)
    every = of_programme(session, programme_id, statuses)
    seen = [one for one in every if policies.may_see_item(actor, one.item, groups.get(one.item.lab_id, ())) is True]
    return sorted(seen, key=lambda one: (not one.open, not one.mine(actor), not one.of_place(actor.municipality), *soonest(one)))


def _groups_of(session: Session, actor: Actor) -> dict[int, set[str]]:
    """Lab → the groups in which this actor sat."""
    groups: dict[int, set[str]] = {}
    for lab_id, name in session.execute(sa.select(SeatedIn.lab_id, SeatedIn.group_name).where(SeatedIn.person_id == actor.person_id)):
        groups.setdefault(lab_id, set()).add(name)
    return groups


@dataclass(frozen=True, slots=True)
class Choices:
    """Of which labs and municipalities (by code) this actor may see agreements, however those stand; nothing of where is told of what is
    anonymous. ``total``: how many agreements."""

    total: int
    labs: frozenset[int]
    places: frozenset[str]


def choices_of(session: Session, actor: Actor, programme_id: int) -> Choices:
    """What there is to choose from, without reading the agreements themselves."""
    A, groups, staff = ArchiveItem, _groups_of(session, actor), actor.is_staff(programme_id)
    by = A.lab_id, A.municipality_code, A.consent, A.group_name
    sealed = [A.programme_id == programme_id, A.kind == "action", A.status == Status.CONFIRMED, Lab.state == LabState.ARCHIVED]
    rows = [
        (number, lab_id, None if consent is Consent.PUBLIC_ANONYMOUS else code)
        for lab_id, code, consent, group, number in session.execute(
            sa.select(*by, sa.func.count()).join(A.lab).where(*sealed).group_by(*by)
        )
        if staff or not policies.stays_elsewhere(consent, group, groups.get(lab_id, ()))
    ]
    return Choices(
        sum(number for number, _lab, _code in rows),
        frozenset(lab_id for _number, lab_id, _code in rows),
        frozenset(code for _number, _lab, code in rows if code),
    )


def soonest(action: Action) -> tuple[bool, date, str]:
    """In which order they come: by date, without one last."""
    return action.due is None, action.due or date.max, action.item.id


def overdue(session: Session, programme_id: int) -> list[Action]:
    """What should have been done by now, longest ago first."""
    return [one for one in of_programme(session, programme_id, OPEN) if one.overdue]
