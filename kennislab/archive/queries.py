"""Reading the harvest and the archive."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from kennislab.accounts.models import Person
from kennislab.archive.ledger import Outcomes as Outcomes
from kennislab.archive.ledger import outcomes as outcomes
from kennislab.archive.models import (
    ActionStatus,
    ActionUpdate,
    ArchiveItem,
    Evidence,
    ItemLink,
    LinkKind,
    Seal,
    SeatedIn,
    Status,
)
from kennislab.live.models import Participant
from kennislab.live.queries import contributions_of
from kennislab.programme.models import Lab, LabState

_WHOLE = (
    joinedload(ArchiveItem.lab).joinedload(Lab.programme),
    joinedload(ArchiveItem.municipality),
    selectinload(ArchiveItem.evidence).options(joinedload(Evidence.municipality), joinedload(Evidence.district_now)),
    selectinload(ArchiveItem.corrections),
)


def item(session: Session, item_id: str) -> ArchiveItem | None:
    """One item, with its lab, evidence and corrections."""
    return session.scalar(sa.select(ArchiveItem).where(ArchiveItem.id == item_id).options(*_WHOLE))


def items_of(session: Session, lab_id: int, *statuses: Status) -> Sequence[ArchiveItem]:
    """The items of a lab in the order of the day; of these statuses, or all."""
    chosen = sa.select(ArchiveItem).where(ArchiveItem.lab_id == lab_id)
    if statuses:
        chosen = chosen.where(ArchiveItem.status.in_(statuses))
    return session.scalars(chosen.options(*_WHOLE).order_by(ArchiveItem.position, ArchiveItem.id)).all()


def some(session: Session, ids: Collection[str]) -> dict[str, ArchiveItem]:
    """Items by id; what is not there is left out."""
    if not ids:
        return {}
    return {found.id: found for found in session.scalars(sa.select(ArchiveItem).where(ArchiveItem.id.in_(ids)).options(*_WHOLE))}


def counts(session: Session, lab_id: int) -> dict[Status, int]:
    """How many items of a lab stand where. Every status is there."""
    rows = session.execute(sa.select(ArchiveItem.status, sa.func.count()).where(ArchiveItem.lab_id == lab_id).group_by(ArchiveItem.status))
    return dict.fromkeys(Status, 0) | dict(rows.all())


def count_to_judge(session: Session, lab_id: int) -> int:
    """How many cards of a lab nobody has confirmed or dropped yet."""
    return counts(session, lab_id)[Status.DRAFT]


def revisions(session: Session, lab_id: int) -> dict[str, int]:
    """Item id → its revision, of everything that was caught at a lab."""
    return dict(session.execute(sa.select(ArchiveItem.id, ArchiveItem.rev).where(ArchiveItem.lab_id == lab_id)).all())


def not_taken_over(session: Session, lab: Lab) -> int:
    """How many contributions came in, late ones too, since the harvest was opened."""
    taken = set(
        session.scalars(sa.select(ArchiveItem.source_id).where(ArchiveItem.lab_id == lab.id, ArchiveItem.source_kind == "contribution"))
    )
    return sum(row.id not in taken and row.status in ("visible", "pending") for row in contributions_of(session, lab.id))


def of_person(session: Session, lab_id: int, person_id: int) -> Sequence[ArchiveItem]:
    """What somebody said under their name, in the order of the day. What was merged stays theirs."""
    mine = sa.select(ArchiveItem).where(ArchiveItem.lab_id == lab_id, ArchiveItem.person_id == person_id)
    return session.scalars(mine.options(*_WHOLE).order_by(ArchiveItem.position, ArchiveItem.id)).all()


def of_author(session: Session, lab_id: int, person_id: int | None, participant_id: str | None = None) -> Sequence[ArchiveItem]:
    """What somebody said under their own name: by account, or by their place in the room without one; both where they have both."""
    mine = []
    if person_id is not None:
        mine.append(ArchiveItem.person_id == person_id)
    if participant_id is not None:
        mine.append(ArchiveItem.participant_id == participant_id)
    if not mine:
        return []
    chosen = sa.select(ArchiveItem).where(ArchiveItem.lab_id == lab_id, sa.or_(*mine))
    return session.scalars(chosen.options(*_WHOLE).order_by(ArchiveItem.position, ArchiveItem.id)).all()


def speakers(session: Session, items: Sequence[ArchiveItem]) -> dict[str, str]:
    """Item id → the name of who said it, for staff. Anonymous items are not in it."""
    named = [item for item in items if not item.anonymous]
    people = {item.person_id for item in named if item.person_id is not None}
    guests = {item.participant_id for item in named if item.participant_id is not None}
    names = dict(session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(people))).all())
    called = dict(session.execute(sa.select(Participant.id, Participant.name).where(Participant.id.in_(guests))).all())
    told = {item.id: names.get(item.person_id or 0) or called.get(item.participant_id or "") or "" for item in named}
    return {item_id: name for item_id, name in told.items() if name}


def groups_of(session: Session, lab_id: int, person_id: int | None) -> frozenset[str]:
    """Names of the groups in which somebody sat that day."""
    if person_id is None:
        return frozenset()
    mine = sa.select(SeatedIn.group_name).where(SeatedIn.lab_id == lab_id, SeatedIn.person_id == person_id)
    return frozenset(session.scalars(mine))


def seal_of(session: Session, lab_id: int) -> Seal | None:
    """The seal of a lab, once it has one."""
    return session.get(Seal, lab_id)


def links_of_lab(session: Session, lab_id: int) -> Sequence[ItemLink]:
    """The links that start in this lab."""
    return session.scalars(
        sa.select(ItemLink).join(ArchiveItem, ArchiveItem.id == ItemLink.from_id).where(ArchiveItem.lab_id == lab_id).order_by(ItemLink.id)
    ).all()


def linked(session: Session, item_id: str, kind: LinkKind) -> list[str]:
    """Ids of what this item points at in this way."""
    return list(session.scalars(sa.select(ItemLink.to_id).where(ItemLink.from_id == item_id, ItemLink.kind == kind).order_by(ItemLink.id)))


def archived_labs(session: Session, programme_ids: Collection[int]) -> Sequence[Lab]:
    """The sealed labs of these programmes, latest first."""
    sealed = sa.select(Lab).where(Lab.programme_id.in_(list(programme_ids)), Lab.state == LabState.ARCHIVED)
    return session.scalars(sealed.options(joinedload(Lab.programme)).order_by(Lab.starts_at.desc(), Lab.id.desc())).all()


def open_actions(session: Session, programme_id: int) -> Sequence[ArchiveItem]:
    """What was agreed in sealed labs and is not done yet, first due first; without a date last."""
    chosen = sa.select(ArchiveItem).where(
        ArchiveItem.programme_id == programme_id,
        ArchiveItem.kind == "action",
        ArchiveItem.status == Status.CONFIRMED,
        ArchiveItem.action_status.in_([ActionStatus.OPEN, ActionStatus.CARRIED_ON]),
    )
    in_order = chosen.join(Lab).where(Lab.state == LabState.ARCHIVED).order_by(ArchiveItem.due.is_(None), ArchiveItem.due, ArchiveItem.id)
    return session.scalars(in_order.options(*_WHOLE)).all()


def action_updates(session: Session, item_id: str) -> Sequence[ActionUpdate]:
    """What was said of an action afterwards, oldest first."""
    return session.scalars(sa.select(ActionUpdate).where(ActionUpdate.item_id == item_id).order_by(ActionUpdate.at, ActionUpdate.id)).all()
