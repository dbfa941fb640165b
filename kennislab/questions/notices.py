"""Telling people what became of a question of theirs: on the pages until they have read it, and by mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.core import clock
from kennislab.core.transaction import Tx
from kennislab.programme.models import Lab
from kennislab.questions.models import KnowledgeQuestion, Notice

MOST_DETAIL = 500
"""Characters of a detail that are kept: a notice is a sentence, the question itself stands behind it."""

MAILS: Mapping[str, str] = {
    "edited": "question_edited",
    "returned": "question_returned",
    "merged": "question_merged",
    "split": "question_split",
    "carried": "question_carried",
    "joined": "question_joined",
    "named": "co_asker_named",
}
"""Kind of notice → kind of mail (:mod:`kennislab.programme.mails`); the others are told on the pages only."""

MAIL_AFTER = timedelta(minutes=10)
"""So long somebody may still take back what they did before a mail leaves."""


def notify(
    tx: Tx, person_ids: Collection[int | None], lab: Lab, question: KnowledgeQuestion | None, kind: str, by: Actor | str, **details: str
) -> list[Notice]:
    """Tells each of these people once; not who did it themselves, nor who is unknown (None).

    ``kind`` and ``details``: see :data:`kennislab.questions.words.NOTICES`. The same about the same question that has not been read
    yet is told anew instead of twice.
    """
    own = by.person_id if isinstance(by, Actor) else None
    name = by.name if isinstance(by, Actor) else by
    kept = {key: text if len(text) <= MOST_DETAIL else text[: MOST_DETAIL - 1] + "…" for key, text in details.items()}
    made: list[Notice] = []
    for person_id in dict.fromkeys(one for one in person_ids if one is not None and one != own):
        waiting = tx.session.scalars(
            sa.select(Notice).where(
                Notice.person_id == person_id,
                Notice.question_id == (question.id if question is not None else None),
                Notice.lab_id == lab.id,
                Notice.kind == kind,
                Notice.read_at.is_(None),
            )
        ).first()
        notice = waiting if waiting is not None and waiting.by_name == name else None
        if notice is None:
            notice = Notice(person_id=person_id, lab_id=lab.id, question_id=question.id if question is not None else None, kind=kind)
            tx.session.add(notice)
        notice.by_name, notice.details, notice.at = name[:120], kept, clock.now()
        made.append(notice)
    tx.session.flush()
    return made


def unread(session: Session, person_id: int, lab_id: int, question_id: int | None = None) -> Sequence[Notice]:
    """What somebody has not read yet about this lab (or one question of it), oldest first."""
    mine = sa.select(Notice).where(Notice.person_id == person_id, Notice.lab_id == lab_id, Notice.read_at.is_(None))
    if question_id is not None:
        mine = mine.where(Notice.question_id == question_id)
    return session.scalars(mine.order_by(Notice.at, Notice.id)).all()


def all_of(session: Session, person_id: int, lab_id: int) -> Sequence[Notice]:
    """All that somebody was told about this lab, newest first."""
    mine = sa.select(Notice).where(Notice.person_id == person_id, Notice.lab_id == lab_id)
    return session.scalars(mine.order_by(Notice.at.desc(), Notice.id.desc())).all()


def mark_read(tx: Tx, person_id: int, notice_ids: Collection[int]) -> None:
    """These have been read, as far as they are this person's own."""
    mine = sa.update(Notice).where(Notice.person_id == person_id, Notice.id.in_(list(notice_ids)), Notice.read_at.is_(None))
    tx.session.execute(mine.values(read_at=clock.now()))
