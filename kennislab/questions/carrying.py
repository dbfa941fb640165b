"""Questions of earlier labs that are still open, taken along to the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.core import clock
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.transaction import Tx
from kennislab.programme import queries as programmes
from kennislab.programme.models import Lab
from kennislab.questions import later, lineage, merging, notices, operations, queries
from kennislab.questions.lineage import CARRIED
from kennislab.questions.models import KnowledgeQuestion, Lineage, QuestionStatus, Support
from kennislab.questions.splitting import like

MOST = 100
"""So many at once: who takes more along did not choose."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The open questions of one earlier lab. ``harvested``: what was answered there is known, so these were not."""

    lab: Lab
    questions: Sequence[KnowledgeQuestion]
    harvested: bool


def offers(session: Session, lab: Lab) -> list[Offer]:
    """What may be taken along: the unanswered questions of every earlier lab that was harvested, and of the one before this lab all
    that came in when it was not. Not what was taken along already. The latest lab first."""
    earlier = [one for one in programmes.labs_of(session, lab.programme_id) if one.id != lab.id and one.starts_at < lab.starts_at]
    answered = later.answered(session, [one.id for one in earlier])
    before = programmes.lab_before(session, lab)
    found: list[Offer] = []
    for one in earlier:
        harvested = one.id in answered
        if not harvested and (before is None or one.id != before.id):
            continue
        gone_along = _carried(session, one.id)
        open_ = [
            question
            for question in queries.of_lab(session, one.id)
            if question.id not in gone_along and question.public_id not in answered.get(one.id, ())
        ]
        if open_:
            found.append(Offer(one, open_, harvested))
    return found


def _carried(session: Session, lab_id: int) -> set[int]:
    Q = KnowledgeQuestion
    return set(
        session.scalars(sa.select(Lineage.from_id).join(Q, Q.id == Lineage.from_id).where(Q.lab_id == lab_id, Lineage.how == CARRIED))
    )


def count(session: Session, lab: Lab) -> int:
    """How many questions may be taken along."""
    return sum(len(one.questions) for one in offers(session, lab))


def carry(tx: Tx, lab: Lab, public_ids: Sequence[str], by: Actor) -> list[KnowledgeQuestion]:
    """Asks these questions of earlier labs again here, by the same askers, who hear of it. Raises Invalid, Conflict."""
    wanted = list(dict.fromkeys(public_ids))
    if not wanted:
        raise Invalid("nothing-chosen", N_("Je hebt nog geen vraag gekozen"), N_("Vink aan welke vragen je mee wilt nemen."))
    if len(wanted) > MOST:
        raise Invalid("too-many", N_("Dat zijn te veel vragen tegelijk"), N_("Neem hoogstens honderd vragen tegelijk mee."))
    offered = {question.public_id: question for offer in offers(tx.session, lab) for question in offer.questions}
    if not set(wanted) <= offered.keys():
        raise Conflict(
            "not-offered", N_("Een van de vragen is al meegenomen"), N_("Iemand anders was je voor. Kijk wat er nog staat en kies opnieuw.")
        )
    made: list[KnowledgeQuestion] = []
    for question in (offered[one] for one in wanted):
        copy = like(question, lab_id=lab.id, submitted_at=clock.now(), source="carried", answers={})
        copy.lab, copy.municipality_code = lab, _place(tx, lab, question)
        copy.co_askers = [merging.copy_of(one) for one in question.co_askers]
        tx.session.add(copy)
        tx.session.flush()
        tx.session.add(Lineage(question_id=copy.id, from_id=question.id, how=CARRIED, by_name=by.name[:120]))
        operations.enter(tx, copy)
        notices.notify(tx, merging.askers(copy), lab, copy, "carried", by, lab=question.lab.title)
        made.append(copy)
    return made


def _place(tx: Tx, lab: Lab, question: KnowledgeQuestion) -> str | None:
    """The municipality, when it still exists; else the one that the asker is of now."""
    for code in (question.municipality_code, question.asker.municipality_code if question.asker else None):
        place = programmes.municipality(tx.session, code) if code else None
        if place is not None and place.valid_on(lab.day):
            return place.code
    return None


def leave_behind(tx: Tx, questions: Sequence[KnowledgeQuestion]) -> None:
    """Takes the carrying back. Raises Conflict when something was done with one of them here."""
    for one in questions:
        came = lineage.came_from(tx.session, one.id)
        supported = tx.session.scalar(sa.select(sa.func.count()).where(Support.question_id == one.id))
        touched = one.rev > 2 or one.status is not QuestionStatus.SUBMITTED or supported
        if touched or [step.how for step in came] != [CARRIED] or lineage.went_into(tx.session, one.id):
            raise Conflict(
                "in-use", N_("Met deze vraag is hier al iets gedaan"), N_("Trek hem in, met een reden, als hij hier toch niet hoort.")
            )
        operations.leave(tx, one, QuestionStatus.WITHDRAWN)
        tx.session.delete(one)
    tx.session.flush()


def origins(session: Session, question_ids: Sequence[int]) -> dict[int, Lab]:
    """Question id → the earlier lab that it was taken along from."""
    Q, L = KnowledgeQuestion, Lineage
    rows = session.execute(
        sa.select(L.question_id, Lab)
        .join(Q, Q.id == L.from_id)
        .join(Lab, Lab.id == Q.lab_id)
        .where(L.how == CARRIED, L.question_id.in_(question_ids))
    )
    return {int(id_): lab for id_, lab in rows}
