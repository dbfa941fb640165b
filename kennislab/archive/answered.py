"""Which questions of a harvested lab were answered: for who takes the open ones along to the next lab."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.archive.models import ArchiveItem, Status
from kennislab.questions.models import KnowledgeQuestion

_STANDS = (Status.DRAFT, Status.CONFIRMED)


def answered_questions(session: Session, lab_ids: Collection[int]) -> dict[int, set[str]]:
    """Lab id → public ids of its questions that something answers, or that were left out of the harvest on purpose.

    A lab without a harvest is left out. The origin of an anonymous item is gone once its lab is sealed: then the words tell.
    """
    A, Q = ArchiveItem, KnowledgeQuestion
    solved = set(session.scalars(sa.select(A.answers_id).where(A.answers_id.is_not(None), A.status.in_(_STANDS))))
    by_words: dict[tuple[int, str], str] = {
        (lab_id, text): public_id
        for lab_id, public_id, text, original in session.execute(
            sa.select(Q.lab_id, Q.public_id, Q.text, Q.original_text).where(Q.lab_id.in_(lab_ids))
        )
        for text in {text, original or text}
    }
    found: dict[int, set[str]] = {}
    for item in session.scalars(sa.select(A).where(A.lab_id.in_(lab_ids))):
        there = found.setdefault(item.lab_id, set())
        if item.kind != "question":
            continue
        done = item.id in solved or item.merged_into_id in solved or item.status is Status.DROPPED
        public_id = item.source_id if item.source_kind == "question" else None
        public_id = public_id or by_words.get((item.lab_id, item.original_text))
        if done and public_id:
            there.add(public_id)
    return found
