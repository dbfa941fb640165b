"""Closing the loop: what the next lab opens with of the last one, and what its room said of that, put where it belongs.

Into a room goes only what every participant of the programme may see: confirmed items of the last sealed lab that do not stay in a group.
Out of it come lines for the ledgers and the standing of actions. A report is taken over once, however often the harvest is opened.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.models import Person
from kennislab.archive import findable, queries
from kennislab.archive.models import ActionStatus, ActionUpdate, ArchiveItem, Consent, Evidence, Outcome, Status
from kennislab.core import clock
from kennislab.core.transaction import Tx
from kennislab.live import day
from kennislab.live.day import ActionRow, EvidenceRow
from kennislab.programme.models import Lab, LabState

MOST_ACTIONS = 8
MOST_ANSWERS = 6
_OPEN = (ActionStatus.OPEN, ActionStatus.CARRIED_ON)
_OUTCOMES = {"worked": Outcome.WORKED, "partly": Outcome.PARTLY, "failed": Outcome.FAILED}


def last_before(session: Session, lab: Lab) -> Lab | None:
    """The last sealed lab of the programme before this one."""
    earlier = sa.select(Lab).where(Lab.programme_id == lab.programme_id, Lab.state == LabState.ARCHIVED, Lab.starts_at < lab.starts_at)
    return session.scalar(earlier.order_by(Lab.starts_at.desc(), Lab.id.desc()).limit(1))


def previous_of(session: Session, lab: Lab) -> dict[str, Any] | None:
    """Last time's open actions, and what was answered to the questions and bottlenecks then. None for a first lab."""
    last = last_before(session, lab)
    if last is None:
        return None
    items = [item for item in queries.items_of(session, last.id, Status.CONFIRMED) if item.consent is not Consent.GROUP]
    by_id = {item.id: item for item in items}
    actions = [item for item in items if item.kind == "action" and (item.action_status or ActionStatus.OPEN) in _OPEN]
    answers = [(item, by_id.get(item.answers_id or "")) for item in items if item.kind in ("solution", "advice")]
    tied = [(item, asked) for item, asked in answers if asked is not None]
    tied.sort(key=lambda pair: (-pair[0].votes - pair[1].votes, pair[0].id))
    actions.sort(key=lambda item: (item.due is None, item.due.isoformat() if item.due else "", item.id))
    return {
        "lab": {"id": last.id, "title": last.title, "quarter": last.quarter},
        "actions": [_action(item) for item in actions[:MOST_ACTIONS]],
        "answers": [_answer(item, asked) for item, asked in tied[:MOST_ANSWERS]],
    }


def _place(item: ArchiveItem) -> str | None:
    return None if item.anonymous else item.municipality_code


def _action(item: ArchiveItem) -> dict[str, Any]:
    due = item.due.isoformat() if item.due else None
    return {"id": item.id, "text": item.text, "owner": item.owner, "due": due, "municipality": _place(item)}


def _answer(item: ArchiveItem, asked: ArchiveItem) -> dict[str, Any]:
    return {"id": item.id, "question": asked.text, "text": item.text, "municipality": _place(asked), "from": _place(item)}


def take_over(tx: Tx, lab: Lab) -> int:
    """What was said in this lab's room of last time's actions and answers goes to their own pages. Returns how much was new."""
    actions, evidence = day.reports_of(tx.session, lab.id)
    evidence = [row for row in evidence if row.said in _OUTCOMES]
    items = {
        id_: item
        for id_, item in queries.some(tx.session, {row.item for row in actions} | {row.item for row in evidence}).items()
        if item.programme_id == lab.programme_id and item.lab.state is LabState.ARCHIVED
    }
    names = _names(tx.session, {row.person_id for row in actions} | {row.person_id for row in evidence})
    actions = [row for row in actions if row.item in items]
    evidence = [row for row in evidence if row.item in items]
    new = _take_actions(tx, actions, items, names) + _take_evidence(tx, lab, evidence, items, names)
    tx.session.flush()
    return new


def _take_actions(tx: Tx, rows: Collection[ActionRow], items: dict[str, ArchiveItem], names: dict[int, str]) -> int:
    known = set(tx.session.scalars(sa.select(ActionUpdate.source_id).where(ActionUpdate.item_id.in_([row.item for row in rows]))))
    fresh = [row for row in rows if row.id not in known]
    for row in fresh:
        status = ActionStatus(row.said)
        by = names.get(row.person_id or 0, "")
        tx.session.add(
            ActionUpdate(item_id=row.item, status=status, note=row.note, by_id=row.person_id, by=by, at=clock.now(), source_id=row.id)
        )
        items[row.item].action_status = status
    return len(fresh)


def _take_evidence(tx: Tx, lab: Lab, rows: Collection[EvidenceRow], items: dict[str, ArchiveItem], names: dict[int, str]) -> int:
    known = set(tx.session.scalars(sa.select(Evidence.source_id).where(Evidence.item_id.in_([row.item for row in rows]))))
    fresh = [row for row in rows if row.id not in known]
    for row in fresh:
        items[row.item].evidence.append(
            Evidence(
                municipality_code=row.municipality,
                status=_OUTCOMES[row.said],
                note=row.note,
                at=lab.day,
                reporter_id=row.person_id,
                reporter=names.get(row.person_id or 0, ""),
                created_at=clock.now(),
                source_id=row.id,
            )  # fmt: skip
        )
    tx.session.flush()
    for item_id in dict.fromkeys(row.item for row in fresh):
        findable.index(tx, items[item_id])
    return len(fresh)


def _names(session: Session, people: Collection[int | None]) -> dict[int, str]:
    rows = session.execute(sa.select(Person.id, Person.name).where(Person.id.in_([one for one in people if one is not None])))
    return {int(id_): str(name) for id_, name in rows}


day.tells_previous(previous_of)
