"""Reading where a question came from and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.questions.models import KnowledgeQuestion, Lineage

MERGED, SPLIT, CARRIED = "merged", "split", "carried"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of descent: ``other`` is the question at the far end of it."""

    line: Lineage
    other: KnowledgeQuestion

    @property
    def how(self) -> str:
        """merged, split or carried."""
        return self.line.how


def went_into(session: Session, question_id: int, *how: str) -> list[Step]:
    """What this question goes on in: the one that it was merged into, its parts, or its like in a later lab."""
    return _steps(session, Lineage.from_id == question_id, Lineage.question_id, how)


def came_from(session: Session, question_id: int, *how: str) -> list[Step]:
    """What came together in this question, or what it was once a part of."""
    return _steps(session, Lineage.question_id == question_id, Lineage.from_id, how)


def _steps(session: Session, mine: sa.ColumnElement[bool], far: sa.orm.InstrumentedAttribute[int], how: tuple[str, ...]) -> list[Step]:
    Q = KnowledgeQuestion
    wanted = sa.select(Lineage, Q).join(Q, Q.id == far).where(mine)
    if how:
        wanted = wanted.where(Lineage.how.in_(how))
    return [Step(line, other) for line, other in session.execute(wanted.order_by(Lineage.at, Q.id))]


def goes_on_in(session: Session, question: KnowledgeQuestion) -> list[KnowledgeQuestion]:
    """Where a merged or split question can be read today, following every step; itself when nothing became of it."""
    found: list[KnowledgeQuestion] = []
    seen: set[int] = set()
    waiting = [question]
    while waiting:
        one = waiting.pop(0)
        if one.id in seen:
            continue
        seen.add(one.id)
        further = [step.other for step in went_into(session, one.id, MERGED, SPLIT)]
        if further:
            waiting.extend(further)
        else:
            found.append(one)
    return found


def merged_counts(session: Session, question_ids: Collection[int]) -> dict[int, int]:
    """Question id → how many others were merged into it; without any it is left out."""
    L = Lineage
    rows = session.execute(
        sa.select(L.question_id, sa.func.count()).where(L.question_id.in_(question_ids), L.how == MERGED).group_by(L.question_id)
    )
    return {int(id_): int(count) for id_, count in rows}


def steps_of_lab(session: Session, lab_id: int) -> Sequence[Step]:
    """All that was merged or split in a lab, latest first; ``other`` is the question that goes on."""
    Q, L = KnowledgeQuestion, Lineage
    rows = session.execute(
        sa.select(L, Q).join(Q, Q.id == L.question_id).where(Q.lab_id == lab_id, L.how.in_((MERGED, SPLIT))).order_by(L.at.desc(), Q.id)
    )
    return [Step(line, other) for line, other in rows]
