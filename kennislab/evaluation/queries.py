"""Reading a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from kennislab.archive.models import ArchiveItem, Status
from kennislab.evaluation.models import Decision
from kennislab.programme.models import Lab, Municipality, Participation


def decisions_of(session: Session, programme_id: int, year: int) -> Sequence[Decision]:
    """Every line of a year, newest first."""
    return session.scalars(
        sa.select(Decision)
        .where(Decision.programme_id == programme_id, Decision.year == year)
        .options(joinedload(Decision.municipality))
        .order_by(Decision.id.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class City:
    """A city in a year: what it contributed, whether it took part, and the decision that holds (None: not yet)."""

    municipality: Municipality
    status: str | None
    items: int
    decision: Decision | None


def cities_of(session: Session, programme_id: int, year: int) -> list[City]:
    """Every city that took part in the year or the one before, or that decided about it; by name.

    ``items`` counts what was confirmed in the archive in the year *before*: that is the year that is looked back upon.
    """
    lines = decisions_of(session, programme_id, year)
    newest: dict[str, Decision] = {}
    for line in lines:
        newest.setdefault(line.municipality_code, line)
    rows = session.scalars(
        sa.select(Participation).where(Participation.programme_id == programme_id, Participation.year.in_((year - 1, year)))
    ).all()
    status = {row.municipality_code: str(row.status) for row in sorted(rows, key=lambda row: row.year)}
    counts: dict[str, int] = {
        code: number
        for code, number in session.execute(
            sa.select(ArchiveItem.municipality_code, sa.func.count())
            .where(
                ArchiveItem.programme_id == programme_id,
                ArchiveItem.status == Status.CONFIRMED,
                ArchiveItem.quarter.between(f"{year - 1}-Q1", f"{year - 1}-Q4"),
                ArchiveItem.municipality_code.is_not(None),
            )
            .group_by(ArchiveItem.municipality_code)
        )
        if code is not None
    }
    codes = {*status, *newest}
    places = session.scalars(sa.select(Municipality).where(Municipality.code.in_(codes)).order_by(Municipality.name)).all()
    return [City(place, status.get(place.code), counts.get(place.code, 0), newest.get(place.code)) for place in places]


@dataclass(frozen=True, slots=True)
class YearSummary:
    """What a year brought: number of labs held, and of confirmed items by kind."""

    labs: int
    kinds: tuple[tuple[str, int], ...]


def summary_of(session: Session, programme_id: int, year: int) -> YearSummary:
    """The year in numbers."""
    labs = (
        session.scalar(
            sa.select(sa.func.count(Lab.id)).where(Lab.programme_id == programme_id, Lab.quarter.between(f"{year}-Q1", f"{year}-Q4"))
        )
        or 0
    )
    kinds = session.execute(
        sa.select(ArchiveItem.kind, sa.func.count())
        .where(
            ArchiveItem.programme_id == programme_id,
            ArchiveItem.status == Status.CONFIRMED,
            ArchiveItem.quarter.between(f"{year}-Q1", f"{year}-Q4"),
        )
        .group_by(ArchiveItem.kind)
        .order_by(sa.func.count().desc())
    )
    return YearSummary(labs, tuple((kind, count) for kind, count in kinds))
