"""Grouping's part of what is known of somebody, and of forgetting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts import forgetting
from kennislab.accounts.forgetting import Known, Leaving
from kennislab.core import journal
from kennislab.core.errors import N_
from kennislab.core.journal import Row
from kennislab.core.transaction import Tx
from kennislab.grouping.models import Assignment, GroupMember, Ranking, Wish, WorkingGroup
from kennislab.grouping.queries import stream_of
from kennislab.programme import retention
from kennislab.programme.models import Lab


def _knows(session: Session, person_id: int) -> Iterator[Known]:
    seats = (
        sa.select(WorkingGroup.name, Lab)
        .join(GroupMember, GroupMember.group_id == WorkingGroup.id)
        .join(Lab, Lab.id == WorkingGroup.lab_id)
    )
    for name, lab in session.execute(seats.where(GroupMember.person_id == person_id)):
        yield Known(N_("Je zat in de groep"), name, lab.starts_at, f"/kennislabs/{lab.id}/mijn")
    for ranking, lab in session.execute(sa.select(Ranking, Lab).join(Lab, Lab.id == Ranking.lab_id).where(Ranking.person_id == person_id)):
        yield Known(N_("Je koos thema’s voor"), lab.title, ranking.at, f"/kennislabs/{lab.id}/mijn")


def _forget(tx: Tx, leaving: Leaving) -> dict[str, int]:
    """Wishes about who sits with whom, how the last assignment explained itself, and the name in the journal of the board."""
    session = tx.session
    for wish in session.scalars(sa.select(Wish)).all():
        if leaving.id in wish.people:
            wish.people = [one for one in wish.people if one != leaving.id]
            if len(wish.people) < 2:
                session.delete(wish)
    labs = session.scalars(sa.select(Lab).where(Lab.programme_id.in_(leaving.programmes))).all()
    number = 0
    for lab in labs:
        assignment = session.get(Assignment, lab.id)
        if assignment is not None:
            assignment.outcome = _without(assignment.outcome, leaving)
        number += _journal(tx, lab, leaving)
    return {N_("regels in het journaal"): number}


def _journal(tx: Tx, lab: Lab, leaving: Leaving) -> int:
    key = f"p:{leaving.id}"

    def change(row: Row) -> Row | None:
        data = row.data
        if row.actor == key and "by" in data:
            data = {**data, "by": ""}
        data = _without(data, leaving)
        return None if data == row.data else replace(row, data=data)

    return journal.rewrite(tx, stream_of(lab.id), change)


@retention.clears
def clear(tx: Tx, lab_ids: Sequence[int]) -> dict[str, int]:
    """Who moved what on the boards of these labs; how people were assigned."""

    def change(row: Row) -> Row | None:
        return replace(row, data={**row.data, "by": ""}) if row.data.get("by") else None

    number = sum(journal.rewrite(tx, stream_of(lab_id), change) for lab_id in lab_ids)
    tx.session.execute(sa.delete(Wish).where(Wish.lab_id.in_(lab_ids)))
    tx.session.execute(sa.delete(Assignment).where(Assignment.lab_id.in_(lab_ids)))
    return {N_("regels in het journaal"): number}


def _without(value: Any, leaving: Leaving) -> Any:
    if isinstance(value, dict):
        return {key: _without(one, leaving) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, leaving) for one in value]
    return leaving.without(value) if isinstance(value, str) else value


forgetting.register(
    N_("Thema’s en groepen"), _knows, _forget, tables=("group_member", "ranking", "working_group", "board_change", "board_selection")
)
