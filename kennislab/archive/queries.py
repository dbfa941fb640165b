"""Reading the harvest and the archive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.archive import policies
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


# --- provenance -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tie:
    """One step of provenance. ``how``: *answers*, *merged*, or a kind of link."""

    how: str
    item: ArchiveItem


@dataclass(frozen=True, slots=True)
class Use:
    """Where a later feature uses an item: a paragraph of a knowledge product, say."""

    title: str
    url: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an item came from and what came of it, as far as the asker may see."""

    came_from: list[Tie] = field(default_factory=list)
    led_to: list[Tie] = field(default_factory=list)
    related: list[Tie] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.came_from or self.led_to or self.related or self.uses)


UsesOf = Callable[[Session, Actor, str], Sequence[Use]]
_uses: list[UsesOf] = []


def tells_uses(uses_of: UsesOf) -> UsesOf:
    """A later feature says where it uses items: ``uses_of(session, actor, item id)``, only what that actor may see. Usable as decorator."""
    if uses_of not in _uses:
        _uses.append(uses_of)
    return uses_of


def provenance(session: Session, actor: Actor, of: ArchiveItem) -> Provenance:
    """Both ways, one step each."""
    here = ArchiveItem
    from_here = session.execute(sa.select(ItemLink.kind, ItemLink.to_id).where(ItemLink.from_id == of.id).order_by(ItemLink.id)).all()
    to_here = session.execute(sa.select(ItemLink.kind, ItemLink.from_id).where(ItemLink.to_id == of.id).order_by(ItemLink.id)).all()
    solved_by = session.scalars(sa.select(here.id).where(here.answers_id == of.id).order_by(here.position, here.id)).all()
    merged = session.scalars(sa.select(here.id).where(here.merged_into_id == of.id).order_by(here.position, here.id)).all()
    found = some(
        session,
        {of.answers_id or "", of.merged_into_id or "", *(i for _, i in from_here), *(i for _, i in to_here), *solved_by, *merged},
    )
    groups: dict[int, frozenset[str]] = {}

    def tie(how: str, item_id: str | None) -> list[Tie]:
        other = found.get(item_id or "")
        if other is None:
            return []
        if other.lab_id not in groups:
            groups[other.lab_id] = groups_of(session, other.lab_id, actor.person_id)
        return [Tie(how, other)] if policies.may_see_item(actor, other, groups[other.lab_id]) is True else []

    related = [(kind, other) for kind, other in [*from_here, *to_here] if kind is LinkKind.RELATED]
    return Provenance(
        came_from=[
            *tie("answers", of.answers_id),
            *(t for kind, other in from_here if kind is not LinkKind.RELATED for t in tie(kind.value, other)),
            *(t for other in merged for t in tie("merged", other)),
        ],
        led_to=[
            *tie("merged", of.merged_into_id),
            *(t for other in solved_by for t in tie("answers", other)),
            *(t for kind, other in to_here if kind is not LinkKind.RELATED for t in tie(kind.value, other)),
        ],
        related=[t for _, other in related for t in tie("related", other)],
        uses=[use for uses_of in _uses for use in uses_of(session, actor, of.id)],
    )
