"""The questions' part of what is known of somebody, and of forgetting: what was asked stays, who asked goes, drafts go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts import forgetting
from kennislab.accounts.forgetting import Known, Leaving
from kennislab.core.errors import N_
from kennislab.core.transaction import Tx
from kennislab.programme import retention
from kennislab.programme.models import Lab
from kennislab.questions.models import CoAsker, KnowledgeQuestion, Lineage, Notice, QuestionStatus, Support


def _knows(session: Session, person_id: int) -> Iterator[Known]:
    Q = KnowledgeQuestion
    for question in session.scalars(sa.select(Q).where(Q.asker_id == person_id).order_by(Q.id)):
        yield Known(N_("Je vraag"), question.text, question.submitted_at or question.created_at, f"/kennisvragen/{question.public_id}")
        for more in (question.context, question.tried, *map(str, (question.answers or {}).values())):
            if more:
                yield Known(N_("Je schreef bij je vraag"), more)
    for joined, question in session.execute(
        sa.select(CoAsker, Q).join(Q, Q.id == CoAsker.question_id).where(CoAsker.person_id == person_id)
    ):
        yield Known(N_("Je vraagt mee"), joined.text or question.text, joined.at, f"/kennisvragen/{question.public_id}")
    for support, question in session.execute(
        sa.select(Support, Q).join(Q, Q.id == Support.question_id).where(Support.person_id == person_id)
    ):
        yield Known(N_("Je steunt de vraag"), question.text, support.created_at, f"/kennisvragen/{question.public_id}")
    for question in session.scalars(sa.select(Q).where(Q.edited_by_id == person_id, Q.asker_id.is_distinct_from(person_id))):
        yield Known(N_("Je hebt de vraag bewerkt"), question.text, question.edited_at, f"/kennisvragen/{question.public_id}")
    number = session.scalar(sa.select(sa.func.count()).where(Notice.person_id == person_id))
    if number:
        yield Known(N_("Berichten over je vragen"), str(number))


def _forget(tx: Tx, leaving: Leaving) -> dict[str, int]:
    session = tx.session
    Q = KnowledgeQuestion
    drafts = session.scalars(sa.select(Q).where(Q.asker_id == leaving.id, Q.status == QuestionStatus.DRAFT)).all()
    for draft in drafts:
        session.delete(draft)
    session.flush()
    asked = session.scalars(sa.select(Q).where(Q.asker_id == leaving.id)).all()
    for question in asked:
        question.remark = ""
    own = (Q.text, Q.context, Q.tried, Q.original_text, Q.remark)
    if leaving.email or len(leaving.name.split()) > 1:
        labs = sa.select(Lab.id).where(Lab.programme_id.in_(leaving.programmes))
        for question in session.scalars(sa.select(Q).where(Q.lab_id.in_(labs), forgetting.mentions(leaving, *own))):
            for column in own:
                if (text := getattr(question, column.key)) is not None:
                    setattr(question, column.key, leaving.without(text))
            question.rev += 1
        for question in asked:
            question.answers = _without(question.answers, leaving)
        for told in session.scalars(sa.select(Notice).where(Notice.lab_id.in_(labs))):
            told.details = _without(told.details, leaving)
        for line in session.scalars(sa.select(Lineage).join(Q, Q.id == Lineage.question_id).where(Q.lab_id.in_(labs))):
            line.details = _without(line.details, leaving)
    if not leaving.twins:  # named by somebody else, without an account
        session.execute(sa.update(CoAsker).where(CoAsker.name == leaving.name).values(name=""))
    return {N_("vragen zonder naam"): len(asked), N_("concepten"): len(drafts)}


@retention.clears
def clear(tx: Tx, lab_ids: Sequence[int]) -> dict[str, int]:
    """Who asked along; drafts that were never sent."""
    Q = KnowledgeQuestion
    asked = sa.select(Q.id).where(Q.lab_id.in_(lab_ids))
    along = sa.update(CoAsker).where(CoAsker.question_id.in_(asked)).values(person_id=None, name="")
    number = len(tx.session.scalars(along.returning(CoAsker.id)).all())
    tx.session.execute(sa.delete(Support).where(Support.question_id.in_(asked)))
    tx.session.execute(sa.delete(Q).where(Q.lab_id.in_(lab_ids), Q.status == QuestionStatus.DRAFT))
    return {N_("mensen die meevroegen"): number}


def _without(value: Any, leaving: Leaving) -> Any:
    """JSON without the name and without the number of the person where it is called so."""
    if isinstance(value, dict):
        numbers = {"asker_id", "person_id"}
        return {
            key: None
            if key in numbers and one == leaving.id
            else ""
            if isinstance(one, str) and leaving.is_named(one)
            else _without(one, leaving)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_without(one, leaving) for one in value]
    return leaving.without(value) if isinstance(value, str) else value


forgetting.register(N_("Kennisvragen"), _knows, _forget, tables=("knowledge_question", "co_asker", "question_support", "notice"))
