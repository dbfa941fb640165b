"""Closing the loop: what the next lab opens with of the last one, and what its room said of that, put where it belongs.

Into a room goes only what every participant of the programme may see: confirmed items of the last sealed lab that do not stay in a group.
Out of it come lines for the ledgers and the standing of actions. A report is taken over once, however often the harvest is opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.archive import actions, findable, ledger, policies, queries
from kennislab.archive.actions import Action
from kennislab.archive.ledger import Clause
from kennislab.archive.models import (
    ActionStatus,
    ActionUpdate,
    ArchiveItem,
    Consent,
    Evidence,
    EvidencePrompt,
    ItemLink,
    LinkKind,
    Outcome,
    Status,
)
from kennislab.archive.sealed import addenda
from kennislab.core import clock
from kennislab.core.transaction import Tx
from kennislab.live import day
from kennislab.live.day import ActionRow, EvidenceRow
from kennislab.programme.models import Lab, LabKind, LabState
from kennislab.programme.operations import quarter_of
from kennislab.questions import lineage
from kennislab.questions.models import KnowledgeQuestion, Lineage

MOST_ACTIONS = 8
MOST_ANSWERS = 6
MOST_OPEN = 3
_SOLVES = ("solution", "advice", "lesson")
_OUTCOMES = {"worked": Outcome.WORKED, "partly": Outcome.PARTLY, "failed": Outcome.FAILED}


def last_before(session: Session, lab: Lab) -> Lab | None:
    """The last sealed lab of the programme before this one. A Kennislab goes on from the last Kennislab, whatever small meetings there were
    in between; else from the last meeting of any kind."""
    earlier = sa.select(Lab).where(Lab.programme_id == lab.programme_id, Lab.state == LabState.ARCHIVED, Lab.starts_at < lab.starts_at)
    same_first = sa.case((Lab.kind == LabKind.KNOWLEDGE_LAB, 0), else_=1) if lab.kind is LabKind.KNOWLEDGE_LAB else sa.literal(0)
    return session.scalar(earlier.order_by(same_first, Lab.starts_at.desc(), Lab.id.desc()).limit(1))


def not_sealed_yet(session: Session, lab: Lab, last: Lab | None) -> Lab | None:
    """A lab that was held since the last sealed one, and of which the harvest still goes on: what was said there is not known yet."""
    held = sa.select(Lab).where(Lab.programme_id == lab.programme_id, Lab.starts_at < lab.starts_at, Lab.state == LabState.HARVESTING)
    if last is not None:
        held = held.where(Lab.starts_at > last.starts_at)
    return session.scalar(held.order_by(Lab.starts_at.desc(), Lab.id.desc()).limit(1))


def previous_of(session: Session, lab: Lab) -> dict[str, Any] | None:
    """The open actions of last time and what is overdue of before, and what was answered then. None for a first lab.

    ``sums`` of an answer: in how many places it worked, partly or not, as far as the ledger knows when the room opens.
    """
    last = last_before(session, lab)
    if last is None:
        return None
    items = [item for item in queries.items_of(session, last.id, Status.CONFIRMED) if item.consent is not Consent.GROUP]
    return {
        "lab": {"id": last.id, "title": last.title, "quarter": last.quarter},
        "actions": [_action(one) for one in _to_do(session, lab, last)[:MOST_ACTIONS]],
        "answers": [_answer(item, asked) for item, asked in _told_first(session, items)[:MOST_ANSWERS]],
        "open": _still_open(session, lab, last, items),
    }


def _told_first(session: Session, items: Sequence[ArchiveItem]) -> list[tuple[ArchiveItem, ArchiveItem]]:
    """What was found, with what was asked: the question itself when the bottleneck came up with one. Of each question the best supported
    answer first, then the second of each."""
    by_id = {item.id: item for item in items}
    with_question = _with_question(session, by_id)
    tied = []
    for item in items:
        asked = by_id.get(item.answers_id or "")
        if item.kind in ("solution", "advice") and asked is not None:
            tied.append((item, by_id[with_question.get(asked.id, [asked.id])[0]]))
    tied.sort(key=lambda pair: (-pair[0].votes - pair[1].votes, pair[0].id))
    turn: Counter[str] = Counter()
    turns: list[tuple[int, int, ArchiveItem, ArchiveItem]] = []
    for item, asked in tied:
        turns.append((turn[asked.id], len(turns), item, asked))
        turn[asked.id] += 1
    return [(item, asked) for _turn, _number, item, asked in sorted(turns, key=lambda one: one[:2])]


def _still_open(session: Session, lab: Lab, last: Lab, items: Sequence[ArchiveItem]) -> dict[str, Any]:
    """How many questions of last time nothing answered (``count``), how many of these go on in this lab (``again``), and some of them in
    words (``questions``), first what goes on."""
    solved = _solving(session, items)
    again = _asked_again(session, lab, last)
    left = [item for item in items if item.kind == "question" and item.answered != "answered" and item.id not in solved]
    told = [{"id": item.id, "text": item.text, "again": (item.source_id or "") in again or item.original_text in again} for item in left]
    told.sort(key=lambda one: not one["again"])
    return {"count": len(left), "again": sum(bool(one["again"]) for one in told), "questions": told[:MOST_OPEN]}


def _place(item: ArchiveItem) -> str | None:
    return None if item.anonymous else item.municipality_code


def _to_do(session: Session, lab: Lab, last: Lab) -> list[Action]:
    """What everybody may know of what is to be done: all since last time, and of before what is overdue; that first, then by date."""
    every = [one for one in actions.of_programme(session, last.programme_id, actions.OPEN) if one.item.consent is not Consent.GROUP]
    wanted = [one for one in every if _of_now(one, lab, last)]
    return sorted(wanted, key=lambda one: (not one.overdue, *actions.soonest(one)))


def _of_now(one: Action, lab: Lab, last: Lab) -> bool:
    """Whether this lab asks about it: it is open, and was agreed since last time or is overdue."""
    agreed = one.item.lab.starts_at
    return one.open and agreed < lab.starts_at and (agreed >= last.starts_at or one.overdue)


def _action(one: Action) -> dict[str, Any]:
    item = one.item
    due = one.due.isoformat() if one.due else None
    return {"id": item.id, "text": item.text, "owner": one.owner, "due": due, "municipality": _place(item), "overdue": one.overdue}


def _answer(item: ArchiveItem, asked: ArchiveItem) -> dict[str, Any]:
    number = ledger.outcomes(item.evidence)
    sums = {"worked": number.worked, "partly": number.partly, "failed": number.failed}
    return {
        "id": item.id,
        "question": asked.text,
        "text": item.text,
        "municipality": _place(asked),
        "from": _place(item),
        "sums": {word: n for word, n in sums.items() if n},
    }


# --- the page -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A question or bottleneck of last time. ``answers``: each with what the ledger says of it; ``goes_on``: where it is asked again."""

    item: ArchiveItem
    answers: Sequence[tuple[ArchiveItem, list[Clause]]]
    goes_on: KnowledgeQuestion | None = None


@dataclass(frozen=True, slots=True)
class LastTime:
    """What the next lab opens with. ``still_open``: the questions that nothing answered; ``waiting``: a lab since, not sealed yet."""

    lab: Lab
    answered: Sequence[Asked]
    still_open: Sequence[Asked]
    to_do: Sequence[Action]
    waiting: Lab | None = None


def told_to(session: Session, actor: Actor, lab: Lab) -> LastTime | None:
    """Last time as this person may know it, what is of their own municipality first. None for a first lab."""
    last = last_before(session, lab)
    if last is None:
        return None
    groups = queries.groups_of(session, last.id, actor.person_id)
    confirmed = queries.items_of(session, last.id, Status.CONFIRMED)
    items = [item for item in confirmed if policies.may_see_item(actor, item, groups) is True]
    solving = _solving(session, items)
    again = _asked_again(session, lab, last)
    asked = [
        Asked(
            item,
            [(one, ledger.summary(one.evidence, places=policies.may_read_places(actor, one) is True)) for one in solving.get(item.id, [])],
            again.get(item.source_id or "") or again.get(item.original_text),
        )
        for item in items
        if solving.get(item.id) or (item.kind == "question" and item.answered != "answered")
    ]
    asked.sort(key=lambda one: (not _own(actor, one.item), one.item.kind != "question", -one.item.votes, one.item.position))
    to_do = [one for one in actions.seen_by(session, actor, last.programme_id, actions.OPEN) if _of_now(one, lab, last)]
    left = [one for one in asked if not one.answers]
    return LastTime(last, [one for one in asked if one.answers], left, to_do, not_sealed_yet(session, lab, last))


def _solving(session: Session, items: Sequence[ArchiveItem]) -> dict[str, list[ArchiveItem]]:
    """Id of a question or bottleneck → what was found for it; without anything it is left out. What solves a bottleneck answers the
    question that the bottleneck came up with; it is told there, and not once more at the bottleneck."""
    solving: dict[str, list[ArchiveItem]] = {}
    every = {item.id: item for item in items}
    with_question = _with_question(session, every)
    for item in every.values():
        if item.kind in _SOLVES:
            of = [item.answers_id] if item.answers_id else []
            through = [question for asked in of for question in with_question.get(asked, [])]
            for key in dict.fromkeys([*(through or of), *with_question.get(item.id, [])]):
                solving.setdefault(key, []).append(item)
    return solving


def _with_question(session: Session, items: Mapping[str, ArchiveItem]) -> dict[str, list[str]]:
    """Item → the questions among these with which it came up."""
    came_up = sa.select(ItemLink.from_id, ItemLink.to_id).where(ItemLink.from_id.in_(items), ItemLink.kind == LinkKind.QUESTION)
    found: dict[str, list[str]] = {}
    for from_id, to_id in session.execute(came_up.order_by(ItemLink.id)):
        if to_id in items and items[to_id].kind == "question":
            found.setdefault(from_id, []).append(to_id)
    return found


def _own(actor: Actor, item: ArchiveItem) -> bool:
    return actor.municipality is not None and not item.anonymous and item.municipality_code == actor.municipality


def _asked_again(session: Session, lab: Lab, last: Lab) -> dict[str, KnowledgeQuestion]:
    """Public id, and words, of a question of last time → the question that it was taken along as. By its words as nothing else leads
    from an anonymous item to its question."""
    was, now = sa.orm.aliased(KnowledgeQuestion), sa.orm.aliased(KnowledgeQuestion)
    rows = session.execute(
        sa.select(was.public_id, was.text, was.original_text, now)
        .join(Lineage, Lineage.from_id == was.id)
        .join(now, now.id == Lineage.question_id)
        .where(was.lab_id == last.id, now.lab_id == lab.id, Lineage.how == lineage.CARRIED)
    )
    return {name: question for public_id, text, original, question in rows for name in (public_id, text, original) if name}


# --- taking it back -------------------------------------------------------------------------------------------------------------


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
    _remember_asked(tx, lab)
    tx.session.flush()
    return new


def _remember_asked(tx: Tx, lab: Lab) -> None:
    """The municipalities in the room were asked whether it helped, so no mail asks them again this quarter."""
    asked, P = day.asked_in(tx.session, lab.id), EvidencePrompt
    quarter = quarter_of(lab.starts_at)
    there = sa.select(P.item_id, P.municipality_code).where(P.item_id.in_(asked.items), P.quarter == quarter)
    known = {(item, code) for item, code in tx.session.execute(there)}
    ours = sa.select(ArchiveItem.id).where(ArchiveItem.id.in_(asked.items), ArchiveItem.programme_id == lab.programme_id)
    rows = [
        {"item_id": item, "municipality_code": code, "quarter": quarter, "how": "room", "person_id": person, "at": lab.starts_at}
        for item in tx.session.scalars(ours)
        for code, person in asked.places.items()
        if (item, code) not in known
    ]
    if rows:
        tx.session.execute(sa.insert(P), rows)


def _take_actions(tx: Tx, rows: Collection[ActionRow], items: dict[str, ArchiveItem], names: dict[int, str]) -> int:
    known = set(tx.session.scalars(sa.select(ActionUpdate.source_id).where(ActionUpdate.item_id.in_([row.item for row in rows]))))
    fresh = [row for row in rows if row.id not in known]
    said = []
    for row in fresh:
        status = ActionStatus(row.said)
        by = names.get(row.person_id or 0, "")
        said.append(
            ActionUpdate(item_id=row.item, status=status, note=row.note, by_id=row.person_id, by=by, at=clock.now(), source_id=row.id)
        )
        items[row.item].action_status = status
    tx.session.add_all(said)
    addenda.added(tx, *said)
    for item_id in dict.fromkeys(row.item for row in fresh):
        findable.index(tx, items[item_id])
    return len(fresh)


def _take_evidence(tx: Tx, lab: Lab, rows: Collection[EvidenceRow], items: dict[str, ArchiveItem], names: dict[int, str]) -> int:
    known = set(tx.session.scalars(sa.select(Evidence.source_id).where(Evidence.item_id.in_([row.item for row in rows]))))
    fresh = [row for row in rows if row.id not in known]
    lines = []
    for row in fresh:
        line = Evidence(
            municipality_code=row.municipality,
            status=_OUTCOMES[row.said],
            note=row.note,
            at=lab.day,
            reporter_id=row.person_id,
            reporter=names.get(row.person_id or 0, ""),
            created_at=clock.now(),
            source_id=row.id,
        )
        items[row.item].evidence.append(line)
        lines.append(line)
    addenda.added(tx, *lines)
    for item_id in dict.fromkeys(row.item for row in fresh):
        findable.index(tx, items[item_id])
    return len(fresh)


def _names(session: Session, people: Collection[int | None]) -> dict[int, str]:
    rows = session.execute(sa.select(Person.id, Person.name).where(Person.id.in_([one for one in people if one is not None])))
    return {int(id_): str(name) for id_, name in rows}


day.tells_previous(previous_of)
