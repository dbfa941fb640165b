"""What became of the newest lab's questions after they came in: asked together, made easier to read, merged, given back."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from kennislab.core import clock
from kennislab.core.transaction import Tx
from kennislab.demo.history import Times, at
from kennislab.demo.meetings import Asked
from kennislab.demo.people import Cast
from kennislab.demo.shapes import Content
from kennislab.programme.models import Lab as LabRow
from kennislab.questions import co_asking, merging, operations
from kennislab.questions.models import CoAsker, KnowledgeQuestion, Lineage
from kennislab.questions.operations import QuestionData


def work_through(tx: Tx, content: Content, cast: Cast, row: LabRow, asked: Asked, times: Times, groups_follow: bool) -> None:
    """All of it in the last evening before the deadline, or of today. ``groups_follow``: then two that look alike are one by then."""
    before, staff = content.before, cast.actor(content.newest.facilitator)
    evening = min(times.deadline, clock.now()) - timedelta(minutes=50)
    with at(evening - timedelta(minutes=30)):
        for slug, people in before.joined.items():
            for person, text in people.items():
                co_asking.join(tx, asked[slug], cast.actor(content.people[person]), text)
        others = {
            (slug, person): _ask(tx, content, cast, row, person, text)
            for slug, people in (*before.merged.items(), *before.merged_late.items())
            for person, text in people.items()
        }
        vague = [(one, _ask(tx, content, cast, row, one.by.slug, one.text)) for one in before.returned]
    with at(evening):
        for slug in before.edited:
            text = next(question.text for question in content.newest.questions if question.slug == slug)
            operations.light_edit(tx, asked[slug], text, staff, asked[slug].rev)
        for (slug, _), other in others.items():
            if slug in before.merged or groups_follow:
                merging.merge(tx, asked[slug], [other], staff)
        for one, question in vague:
            operations.return_to_asker(tx, question, one.remark, staff)
    _date(tx, row, evening)


def _date(tx: Tx, row: LabRow, evening: datetime) -> None:
    """The tables date these rows themselves: with the day on which the demo is made."""
    own = sa.select(KnowledgeQuestion.id).where(KnowledgeQuestion.lab_id == row.id)
    came_in = sa.select(KnowledgeQuestion.submitted_at).where(KnowledgeQuestion.id == CoAsker.question_id).scalar_subquery()
    taken_along = sa.select(KnowledgeQuestion.submitted_at).where(KnowledgeQuestion.id == Lineage.question_id).scalar_subquery()
    tx.session.flush()
    along, step = sa.update(CoAsker).where(CoAsker.question_id.in_(own)), sa.update(Lineage).where(Lineage.question_id.in_(own))
    tx.session.execute(along.where(CoAsker.how == "named").values(at=came_in))
    tx.session.execute(along.where(CoAsker.how != "named").values(at=evening - timedelta(minutes=30)))
    tx.session.execute(step.where(Lineage.how == "carried").values(at=taken_along))
    tx.session.execute(step.where(Lineage.how == "merged").values(at=evening))


def _ask(tx: Tx, content: Content, cast: Cast, row: LabRow, slug: str, text: str) -> KnowledgeQuestion:
    person = content.people[slug]
    return operations.submit(tx, row, cast.actor(person), QuestionData(text, municipality_code=person.city.code if person.city else None))
