"""What became of the questions of a lab that is sealed, for who asked them."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.archive import queries
from kennislab.archive.findable import findable
from kennislab.archive.models import ArchiveItem, ItemLink, LinkKind
from kennislab.grouping.afterwards import Became
from kennislab.programme.models import Lab, LabState


def became_of(session: Session, lab: Lab, public_ids: Collection[str]) -> dict[str, Became]:
    """Public id → what the archive has of that question, as far as every participant of the programme may see it.

    A solution was found for a question when it answers it, came up with it, or solves a bottleneck that came up with it.
    """
    if lab.state is not LabState.ARCHIVED:
        return {}
    A = ArchiveItem
    taken = {
        one.source_id: queries.item(session, one.merged_into_id) if one.merged_into_id else one
        for one in session.scalars(sa.select(A).where(A.lab_id == lab.id, A.source_kind == "question", A.source_id.in_(public_ids)))
    }
    found: dict[str, Became] = {}
    for public_id, item in taken.items():
        if public_id is None or item is None or not findable(item):
            continue
        came_up = sa.select(ItemLink.from_id).where(ItemLink.to_id == item.id, ItemLink.kind == LinkKind.QUESTION)
        found_for_it = sa.or_(A.answers_id == item.id, A.answers_id.in_(came_up), sa.and_(A.kind == "solution", A.id.in_(came_up)))
        solutions = [one for one in session.scalars(sa.select(A).where(found_for_it)) if findable(one)]
        worked = sum(queries.outcomes(one.evidence).worked > 0 for one in solutions)
        found[public_id] = Became(f"/archief/{item.id}", len(solutions), worked)
    return found


def to_check(session: Session, lab_id: int, person_id: int) -> int:
    """How many contributions stand under somebody's name."""
    return len(queries.of_person(session, lab_id, person_id))
