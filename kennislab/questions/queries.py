"""Reading knowledge questions."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from kennislab.accounts.models import Person
from kennislab.questions.models import CoAsker, KnowledgeQuestion, QuestionStatus, Support


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


def askers_of(session: Session, lab_id: int) -> dict[int, list[int]]:
    """Question id → accounts of who asks it, of all submitted questions of a lab: its asker first, then who asks along.

    A question without any account behind it has an empty list.
    """
    Q = KnowledgeQuestion
    mine = session.execute(sa.select(Q.id, Q.asker_id).where(Q.lab_id == lab_id, Q.status == QuestionStatus.SUBMITTED).order_by(Q.id))
    found: dict[int, list[int]] = {int(number): [] if asker is None else [int(asker)] for number, asker in mine}
    along = sa.select(CoAsker.question_id, CoAsker.person_id).join(Q).where(Q.lab_id == lab_id, CoAsker.person_id.is_not(None))
    for number, person_id in session.execute(along.order_by(CoAsker.id)):
        if person_id is not None and number in found and person_id not in found[number]:
            found[number].append(int(person_id))
    return found


def asked_along(session: Session, lab_id: int, person_id: int) -> set[int]:
    """Ids of the lab's questions that this person asks along with somebody else."""
    Q = KnowledgeQuestion
    return set(session.scalars(sa.select(Q.id).join(CoAsker).where(Q.lab_id == lab_id, CoAsker.person_id == person_id)))


def co_askers(session: Session, question_ids: Collection[int]) -> dict[int, list[CoAsker]]:
    """Question id → who asks along, in order of arrival; questions that nobody asks along are left out."""
    found: dict[int, list[CoAsker]] = {}
    for one in session.scalars(sa.select(CoAsker).where(CoAsker.question_id.in_(question_ids)).order_by(CoAsker.id)):
        found.setdefault(one.question_id, []).append(one)
    return found


def support_by_place(session: Session, question_id: int) -> list[tuple[str | None, int]]:
    """(code of a municipality or None, how many of its people support the question), most first. For staff: not who."""
    P = Person
    rows = session.execute(
        sa.select(P.municipality_code, sa.func.count()).join(Support, Support.person_id == P.id).where(Support.question_id == question_id)
        .group_by(P.municipality_code)
    )  # fmt: skip
    return sorted(((code, int(count)) for code, count in rows), key=lambda pair: (-pair[1], pair[0] or ""))


def like_here(session: Session, lab_id: int, public_ids: Sequence[str]) -> list[KnowledgeQuestion]:
    """Of these, the submitted questions of this lab, in the same order."""
    Q = KnowledgeQuestion
    wanted = sa.select(Q).where(Q.public_id.in_(public_ids), Q.lab_id == lab_id, Q.status == QuestionStatus.SUBMITTED)
    found = {one.public_id: one for one in session.scalars(wanted)}
    return [found[one] for one in public_ids if one in found]


def all_of_lab(session: Session, lab_id: int) -> Sequence[KnowledgeQuestion]:
    """Everything that was ever sent in for a lab, whatever became of it, in order of arrival; no drafts."""
    Q = KnowledgeQuestion
    return session.scalars(sa.select(Q).where(Q.lab_id == lab_id, Q.status != QuestionStatus.DRAFT).order_by(Q.submitted_at, Q.id)).all()


def by_public_ids(session: Session, lab_id: int, public_ids: Collection[str]) -> dict[str, KnowledgeQuestion]:
    """These questions of a lab, by public id; no drafts, and what is not of this lab is left out."""
    Q = KnowledgeQuestion
    wanted = sa.select(Q).where(Q.lab_id == lab_id, Q.public_id.in_(public_ids), Q.status != QuestionStatus.DRAFT)
    return {one.public_id: one for one in session.scalars(wanted)}
