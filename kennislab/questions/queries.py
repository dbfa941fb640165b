"""Reading knowledge questions."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from kennislab.questions.models import KnowledgeQuestion, QuestionStatus, Support


def of_lab(session: Session, lab_id: int) -> Sequence[KnowledgeQuestion]:
    """The submitted questions of a lab, in order of arrival."""
    Q = KnowledgeQuestion
    return session.scalars(
        sa.select(Q).where(Q.lab_id == lab_id, Q.status == QuestionStatus.SUBMITTED).order_by(Q.submitted_at, Q.id)
    ).all()


def count_of_lab(session: Session, lab_id: int) -> int:
    """How many questions are submitted for a lab."""
    Q = KnowledgeQuestion
    return int(session.scalar(sa.select(sa.func.count()).where(Q.lab_id == lab_id, Q.status == QuestionStatus.SUBMITTED)) or 0)


def by_public_id(session: Session, public_id: str) -> KnowledgeQuestion | None:
    """One question, whatever its status."""
    return session.scalar(
        sa.select(KnowledgeQuestion).where(KnowledgeQuestion.public_id == public_id).options(joinedload(KnowledgeQuestion.lab))
    )


def by_asker(session: Session, lab_id: int, person_id: int) -> Sequence[KnowledgeQuestion]:
    """All that somebody asked or began to ask for a lab, newest first; withdrawn ones too."""
    Q = KnowledgeQuestion
    return session.scalars(sa.select(Q).where(Q.lab_id == lab_id, Q.asker_id == person_id).order_by(Q.created_at.desc(), Q.id.desc())).all()


def draft_of(session: Session, lab_id: int, person_id: int) -> KnowledgeQuestion | None:
    """The draft that somebody was last busy with, for this lab."""
    Q = KnowledgeQuestion
    mine = sa.select(Q).where(Q.lab_id == lab_id, Q.asker_id == person_id, Q.status == QuestionStatus.DRAFT)
    return session.scalars(mine.order_by(Q.updated_at.desc(), Q.id.desc()).limit(1)).first()


def returned_of_lab(session: Session, lab_id: int) -> Sequence[KnowledgeQuestion]:
    """Questions that went back to their askers and have not come in again, longest waiting first."""
    Q = KnowledgeQuestion
    return session.scalars(sa.select(Q).where(Q.lab_id == lab_id, Q.status == QuestionStatus.RETURNED).order_by(Q.updated_at, Q.id)).all()


def support_counts(session: Session, question_ids: Collection[int]) -> dict[int, int]:
    """Question id → how many support it; questions that nobody supports are left out."""
    rows = session.execute(
        sa.select(Support.question_id, sa.func.count()).where(Support.question_id.in_(question_ids)).group_by(Support.question_id)
    )
    return {int(question_id): int(count) for question_id, count in rows}


def supported_by(session: Session, lab_id: int, person_id: int) -> set[int]:
    """Ids of the lab's questions that this person supports."""
    Q = KnowledgeQuestion
    return set(session.scalars(sa.select(Q.id).join(Support).where(Q.lab_id == lab_id, Support.person_id == person_id)))
