"""What the page about a person tells of their knowledge questions."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core.errors import N_
from kennislab.programme.people import Said
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus

ASKED = N_("Kennisvragen gesteld: %(number)s")
_NOT_COUNTED = (QuestionStatus.DRAFT, QuestionStatus.WITHDRAWN, QuestionStatus.SPLIT)
"""Of one that was split, its parts count."""


def told(session: Session, person_id: int, lab_ids: Collection[int]) -> dict[int, list[Said]]:
    """How many questions somebody sent in, by lab; what was merged since was asked all the same."""
    Q = KnowledgeQuestion
    counts = (
        sa.select(Q.lab_id, sa.func.count())
        .where(Q.asker_id == person_id, Q.lab_id.in_(list(lab_ids)), Q.status.not_in(_NOT_COUNTED))
        .group_by(Q.lab_id)
    )
    return {int(lab_id): [(ASKED, {"number": number})] for lab_id, number in session.execute(counts)}
