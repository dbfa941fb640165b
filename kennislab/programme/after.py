"""What a room agreed to go on with: proposals for deep dives and working groups, and planning them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core import clock
from kennislab.core.errors import N_, Conflict
from kennislab.core.transaction import Tx
from kennislab.programme import operations
from kennislab.programme.models import Lab, LabKind, LabProposal

_MONTHS = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december")
_DAY = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(_MONTHS)})(?:\s+(\d{{4}}))?", re.IGNORECASE)
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})(?:\s+(\d{{4}}))?", re.IGNORECASE)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_USUAL = timedelta(weeks=6)
_HOURS = {LabKind.DEEP_DIVE: 3, LabKind.WORKING_GROUP_MEETING: 2}


def of_lab(session: Session, lab_id: int) -> Sequence[LabProposal]:
    """What this lab agreed to go on with."""
    return session.scalars(sa.select(LabProposal).where(LabProposal.lab_id == lab_id).order_by(LabProposal.title, LabProposal.id)).all()


def proposal(session: Session, lab_id: int, id_: str) -> LabProposal | None:
    """One of them."""
    return session.scalar(sa.select(LabProposal).where(LabProposal.lab_id == lab_id, LabProposal.id == id_))


def propose(tx: Tx, lab: Lab, wanted: Sequence[dict[str, Any]]) -> None:
    """Keeps what the room agreed, as it stands now: ``id, title, kind, moment, place, people``. What was planned already stays as it is."""
    have = {one.id: one for one in of_lab(tx.session, lab.id)}
    for one in wanted:
        row = have.pop(one["id"], None)
        if row is not None and row.planned_id is not None:
            continue
        if row is None:
            row = LabProposal(id=one["id"], lab_id=lab.id)
            tx.session.add(row)
        row.kind, row.title = LabKind(one["kind"]), one["title"]
        row.moment, row.place, row.people = one["moment"], one["place"], one["people"]
    for row in have.values():
        if row.planned_id is None:
            tx.session.delete(row)
    tx.session.flush()


def plan(tx: Tx, row: LabProposal, lab: Lab) -> Lab:
    """Plans it: a lab of that kind, on the day that was meant as far as we can read it, to be looked over. Raises Conflict when it was."""
    if row.planned_id is not None:
        raise Conflict("planned-already", N_("Dit is al gepland"), N_("Kijk bij de bijeenkomsten van het programma."))
    day = day_of(row.moment, lab.day)
    starts = datetime.combine(day, time(13, 0), tzinfo=clock.LOCAL)
    data = operations.LabData(
        title=row.title,
        kind=row.kind,
        starts_at=starts,
        ends_at=starts + timedelta(hours=_HOURS.get(row.kind, 4)),
        question_deadline=starts - timedelta(days=7),
        place=row.place,
        description=row.moment,
    )
    planned = operations.plan_lab(tx, lab.programme, data, "deep-dive")
    row.planned_id = planned.id
    tx.session.flush()
    return planned


def day_of(words: str, after: date) -> date:
    """The day that somebody meant: a date, a day and month, a month (its second Thursday), else six weeks after the lab."""
    try:
        if found := _ISO.search(words):
            return date(*(int(part) for part in found.groups()))
        if found := _DAY.search(words):
            return _next(after, int(found[1]), found[2], found[3])
        if found := _MONTH.search(words):
            first = _next(after, 1, found[1], found[2])
            return first + timedelta(days=(3 - first.weekday()) % 7 + 7)
    except ValueError:
        pass
    return after + _USUAL


def _next(after: date, day: int, month: str, year: str | None) -> date:
    number = _MONTHS.index(month.lower()) + 1
    if year is not None:
        return date(int(year), number, day)
    this = date(after.year, number, day)
    return this if this > after else date(after.year + 1, number, day)
