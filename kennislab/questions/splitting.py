"""One question that asks several things becomes several; it can be taken back whole. The original stays, with the asker's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kennislab.accounts.actors import Actor
from kennislab.core import search
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.questions import lineage, merging, notices, operations
from kennislab.questions.lineage import MERGED, SPLIT
from kennislab.questions.models import KnowledgeQuestion, Lineage, Notice, QuestionStatus
from kennislab.questions.signals import question_changed

MOST_PARTS = 6


def split(tx: Tx, question: KnowledgeQuestion, texts: Sequence[str], by: Actor) -> list[KnowledgeQuestion]:
    """Makes several questions of one, all of the same asker; the original leads on to them. Raises Invalid, Conflict."""
    merging.all_submitted([question])
    wanted = [text for text in (tidy(one) for one in texts) if text]
    if len(wanted) < 2:
        raise Invalid(fields={"parts": N_("Schrijf minstens twee vragen op.")})
    if len(wanted) > MOST_PARTS:
        raise Invalid(fields={"parts": N_("Maak er hoogstens zes vragen van.")})
    for text in wanted:
        operations.check_text(text, "parts")
    supporters = sorted(merging.supporters(tx, question.id))
    operations.leave(tx, question, QuestionStatus.SPLIT)
    parts: list[KnowledgeQuestion] = []
    for text in wanted:
        part = like(question, text=text, lab_id=question.lab_id, submitted_at=question.submitted_at, source=question.source)
        part.lab = question.lab
        part.co_askers = [merging.copy_of(one) for one in question.co_askers]
        tx.session.add(part)
        tx.session.flush()
        for person_id in supporters:
            operations.support(tx, part, person_id)
        tx.session.add(
            Lineage(question_id=part.id, from_id=question.id, how=SPLIT, by_name=by.name[:120], details={"supports": supporters})
        )
        operations.enter(tx, part)
        told = "" if parts else "\n".join(f"- {one}" for one in wanted)  # one mail for all parts
        was = question.original_text or question.text
        notices.notify(tx, merging.askers(question), question.lab, part, "split", by, was=was, parts=told)
        parts.append(part)
    return parts


def unsplit(tx: Tx, question: KnowledgeQuestion, by: Actor) -> None:
    """Makes the parts one question again, as it was; who came to a part meanwhile comes along. Raises Conflict when a part went on."""
    parts = [step.other for step in lineage.went_into(tx.session, question.id, SPLIT)]
    if question.status is not QuestionStatus.SPLIT or not parts:
        raise Conflict("not-split", N_("Deze vraag is al weer één vraag"), N_("Iemand anders was je voor. Je hoeft niets meer te doen."))
    busy = any(
        part.status is not QuestionStatus.SUBMITTED
        or lineage.went_into(tx.session, part.id)
        or lineage.came_from(tx.session, part.id, MERGED)
        for part in parts
    )
    if busy:
        raise Conflict(
            "went-on",
            N_("Een van de delen is intussen veranderd"),
            N_("Een deel is samengevoegd, gesplitst, teruggestuurd of ingetrokken. Maak dat eerst ongedaan."),
        )
    known = {one for one in merging.askers(question) if one is not None}
    before = merging.supporters(tx, question.id)
    after = set().union(*(merging.supporters(tx, part.id) for part in parts))
    for part in parts:
        for one in part.co_askers:
            if one.how == "joined" and one.person_id is not None and one.person_id not in known:
                question.co_askers.append(merging.copy_of(one))
                known.add(one.person_id)
    merging.unsupport(tx, question.id, before - after)
    for person_id in sorted(after - before - known):
        operations.support(tx, question, person_id)
    untold = set(tx.session.scalars(sa.select(Notice.person_id).where(merging.unread(parts, "split"))))
    for part in parts:
        search.remove(tx, operations.SEARCH_KIND, part.public_id)
        tx.after_commit(question_changed, lab=part.lab_id, question=part.id, what="gone")
        tx.session.delete(part)
    tx.session.flush()
    operations.enter(tx, question)
    notices.notify(tx, [one for one in merging.askers(question) if one not in untold], question.lab, question, "unsplit", by)


def like(question: KnowledgeQuestion, **other: Any) -> KnowledgeQuestion:
    """A new question of the same asker with the same around it; ``other`` says what differs."""
    same = ("asker_id", "asker_name", "municipality_code", "text", "context", "tried", "theme_hint")
    return KnowledgeQuestion(**{name: getattr(question, name) for name in same} | {"answers": dict(question.answers or {})} | other)


def suggestion(text: str) -> list[str]:
    """The question cut after every question mark, as something to begin with; whole when there is only one."""
    found = [one.strip() for one in re.split(r"(?<=\?)\s+", text) if one.strip()]
    return found[:MOST_PARTS] if len(found) > 1 else [text]
