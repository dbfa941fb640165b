"""Several questions that ask the same become one; it can be taken back whole.

Nothing is thrown away: a merged question keeps its row, its words and its supporters, it only no longer counts by itself. What came
along to the question that goes on stands in :class:`~kennislab.questions.models.Lineage`, so that exactly that can go back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kennislab.accounts.actors import Actor
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.questions import lineage, notices, operations
from kennislab.questions.lineage import MERGED
from kennislab.questions.models import CoAsker, KnowledgeQuestion, Lineage, Notice, QuestionStatus, Support
from kennislab.questions.signals import question_withdrawing

MOST_MERGED = 20
"""So many at once: more is not read any more before it is done."""


def merge(tx: Tx, into: KnowledgeQuestion, others: Sequence[KnowledgeQuestion], by: Actor, text: str | None = None) -> None:
    """Lets ``others`` go on in ``into``. Their askers ask along, who supported them supports it. ``text``: how it is asked from now on.

    Raises Invalid for questions that do not belong together, Conflict when one is no longer as it was.
    """
    others = [one for one in dict.fromkeys(others) if one is not into]
    if not others or any(one.lab_id != into.lab_id for one in others):
        raise Invalid("nothing-to-merge", N_("Kies minstens twee vragen"), N_("Vink de vragen aan die over hetzelfde gaan."))
    if len(others) >= MOST_MERGED:
        raise Invalid("too-many-to-merge", N_("Dat zijn te veel vragen tegelijk"), N_("Voeg hoogstens twintig vragen tegelijk samen."))
    all_submitted([into, *others])
    was = _words(into)
    if text is not None and tidy(text) != into.text:
        operations.light_edit(tx, into, text, by, into.rev)
    for other in others:
        details = _bring_along(tx, into, other)
        if into.text != was["text"]:
            details |= {"was": was, "became": into.text}
        tx.session.add(Lineage(question_id=into.id, from_id=other.id, how=MERGED, by_name=by.name[:120], details=details))
        operations.leave(tx, other, QuestionStatus.MERGED)
        notices.notify(tx, askers(other), into.lab, into, "merged", by, was=other.original_text or other.text)
        if into.asker_id != other.asker_id:
            notices.notify(tx, [into.asker_id], into.lab, into, "joined", other.asker_name)
    operations.changed(tx, into)


def unmerge(tx: Tx, other: KnowledgeQuestion, by: Actor | str) -> KnowledgeQuestion:
    """Makes a merged question one by itself again, as it was. Returns the one that it was in. Raises Conflict when that went on itself."""
    step = next(iter(lineage.went_into(tx.session, other.id, MERGED)), None)
    if step is None or other.status is not QuestionStatus.MERGED:
        raise Conflict("not-merged", N_("Deze vraag staat al op zichzelf"), N_("Iemand anders was je voor. Je hoeft niets meer te doen."))
    into, details = step.other, step.line.details
    if into.status in (QuestionStatus.MERGED, QuestionStatus.SPLIT):
        raise Conflict(
            "went-on",
            N_("De vraag is intussen verder gegaan"),
            N_("De samengevoegde vraag is zelf samengevoegd of gesplitst. Maak dat eerst ongedaan."),
        )
    tx.session.delete(step.line)
    tx.session.flush()
    _bring_back(tx, into, other, details)
    still = [one for one in lineage.came_from(tx.session, into.id, MERGED) if one.line.details.get("became") == into.text]
    if details.get("became") == into.text and not still:
        _set_words(into, details["was"])
        tx.session.execute(sa.delete(Notice).where(unread([into], "edited")))
    other.remark = ""
    operations.enter(tx, other)
    if into.status is QuestionStatus.SUBMITTED:
        operations.changed(tx, into)
    _tell_back(tx, into, other, by)
    return into


def let_go_of_others(sender: object, *, tx: Tx, question: KnowledgeQuestion, by_name: str = "") -> None:
    """Who withdraws a question takes back their own: what was merged into it stands by itself again."""
    for step in lineage.came_from(tx.session, question.id, MERGED):
        unmerge(tx, step.other, by_name or question.asker_name)


question_withdrawing.connect(let_go_of_others)


def all_submitted(questions: Iterable[KnowledgeQuestion]) -> None:
    if any(one.status is not QuestionStatus.SUBMITTED for one in questions):
        raise Conflict(
            "question-changed",
            N_("Een van de vragen is intussen veranderd"),
            N_("Iemand heeft hem ingetrokken, teruggestuurd of samengevoegd. Kijk hoe de lijst nu is en probeer het opnieuw."),
        )


def askers(question: KnowledgeQuestion) -> list[int | None]:
    """Accounts of who asks: the asker first, then who asks along; None for a name only."""
    return [question.asker_id, *(one.person_id for one in question.co_askers)]


def copy_of(one: CoAsker) -> CoAsker:
    """The same person asking along, for another question."""
    return CoAsker(person_id=one.person_id, name=one.name, municipality_code=one.municipality_code, text=one.text, how=one.how, at=one.at)


def supporters(tx: Tx, question_id: int) -> set[int]:
    """Who supports it."""
    return set(tx.session.scalars(sa.select(Support.person_id).where(Support.question_id == question_id)))


def unsupport(tx: Tx, question_id: int, people: Iterable[int]) -> None:
    """These people do not support it any more."""
    mine = sa.delete(Support).where(Support.question_id == question_id, Support.person_id.in_(list(people)))
    tx.session.execute(mine)


def _bring_along(tx: Tx, into: KnowledgeQuestion, other: KnowledgeQuestion) -> dict[str, Any]:
    """Askers and supporters of ``other`` to ``into``; returns what that changed. Nobody supports what they ask along."""
    known = {one for one in askers(into) if one is not None}
    made: list[CoAsker] = []
    own = other.original_text or other.text
    mine = [CoAsker(person_id=other.asker_id, name=other.asker_name, municipality_code=other.municipality_code, text=own, how="merged")]
    mine += [copy_of(one) for one in other.co_askers]
    for one in mine:
        if one.person_id is not None and one.person_id in known:
            continue
        into.co_askers.append(one)
        made.append(one)
        if one.person_id is not None:
            known.add(one.person_id)
    tx.session.flush()
    there, theirs = supporters(tx, into.id), supporters(tx, other.id)
    copied = sorted(theirs - there - known)
    dropped = sorted(there & known)
    for person_id in copied:
        operations.support(tx, into, person_id)
    unsupport(tx, into.id, dropped)
    return {"supports": copied, "dropped": dropped, "co_askers": [one.id for one in made]}


def _bring_back(tx: Tx, into: KnowledgeQuestion, other: KnowledgeQuestion, details: dict[str, Any]) -> None:
    """The way back of :func:`_bring_along`. What another merged question would have brought as well stays, and hangs on that one."""
    rest = [step for step in lineage.came_from(tx.session, into.id, MERGED) if step.line.from_id != other.id]
    for co_asker_id in details.get("co_askers", ()):
        row = tx.session.get(CoAsker, co_asker_id)
        if row is None or row.question_id != into.id:
            continue
        heir = next((step for step in rest if row.person_id is not None and row.person_id in askers(step.other)), None)
        if heir is None:
            into.co_askers.remove(row)
        else:
            heir.line.details = {**heir.line.details, "co_askers": [*heir.line.details.get("co_askers", ()), row.id]}
    tx.session.flush()
    now = supporters(tx, into.id)
    copied = set(details.get("supports", ()))
    unsupport(tx, other.id, copied - now)  # who changed their mind meanwhile, changed it about this one too
    gone: set[int] = set()
    for person_id in sorted(copied & now):
        heir = next((step for step in rest if person_id in supporters(tx, step.other.id)), None)
        if heir is None:
            gone.add(person_id)
        else:
            heir.line.details = {**heir.line.details, "supports": [*heir.line.details.get("supports", ()), person_id]}
    unsupport(tx, into.id, gone)
    ask_along = set(askers(into))
    for person_id in details.get("dropped", ()):
        if person_id not in ask_along:
            operations.support(tx, into, person_id)


def _words(question: KnowledgeQuestion) -> dict[str, Any]:
    return {
        "text": question.text,
        "original_text": question.original_text,
        "edited_by_id": question.edited_by_id,
        "edited_by_name": question.edited_by_name,
        "edited_at": question.edited_at.isoformat() if question.edited_at else None,
    }


def _set_words(question: KnowledgeQuestion, was: dict[str, Any]) -> None:
    question.text, question.original_text = was["text"], was["original_text"]
    question.edited_by_id, question.edited_by_name = was["edited_by_id"], was["edited_by_name"]
    question.edited_at = datetime.fromisoformat(was["edited_at"]) if was["edited_at"] else None


def unread(questions: Sequence[KnowledgeQuestion], kind: str) -> sa.ColumnElement[bool]:
    """Notices of this kind about these questions that nobody has looked at."""
    return sa.and_(Notice.question_id.in_([one.id for one in questions]), Notice.kind == kind, Notice.read_at.is_(None))


def _tell_back(tx: Tx, into: KnowledgeQuestion, other: KnowledgeQuestion, by: Actor | str) -> None:
    """Who has not read yet that it was merged needs not hear that it is by itself again: then that notice goes. The others are told."""
    people = askers(other)
    waiting = sa.and_(unread([into], "merged"), Notice.person_id.in_([one for one in people if one is not None]))
    untold = set(tx.session.scalars(sa.select(Notice.person_id).where(waiting)))
    tx.session.execute(sa.delete(Notice).where(waiting))
    joined = sa.and_(unread([into], "joined"), Notice.person_id == into.asker_id, Notice.by_name == other.asker_name)
    tx.session.execute(sa.delete(Notice).where(joined))
    notices.notify(tx, [one for one in people if one not in untold], other.lab, other, "unmerged", by)
