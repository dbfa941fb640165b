"""What a facilitator does with many questions at once, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from kennislab.accounts.actors import Actor
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.questions import merging, notices, operations
from kennislab.questions.models import KnowledgeQuestion, Notice, QuestionStatus
from kennislab.questions.signals import question_withdrawing

MOST_HINT = 80


def return_many(tx: Tx, questions: Iterable[KnowledgeQuestion], remark: str, by: Actor) -> tuple[list[KnowledgeQuestion], int]:
    """Gives questions back to their askers with one remark. Returns those, and how many have no asker with an account and stay."""
    chosen = list(questions)
    merging.all_submitted(chosen)
    back = [one for one in chosen if one.asker_id is not None]
    for one in back:
        operations.return_to_asker(tx, one, remark, by)
    return back, len(chosen) - len(back)


def withdraw_for(tx: Tx, questions: Iterable[KnowledgeQuestion], reason: str, by: Actor) -> None:
    """Withdraws questions for their askers, who read why. What was merged into one stands by itself again. Raises Invalid, Conflict."""
    chosen = list(questions)
    reason = tidy(reason)
    if not reason or len(reason) > 500:
        raise Invalid(fields={"remark": N_("Schrijf in één of twee zinnen waarom.")})
    merging.all_submitted(chosen)
    for one in chosen:
        question_withdrawing.send(None, tx=tx, question=one)
        one.remark = reason
        operations.leave(tx, one, QuestionStatus.WITHDRAWN)
        notices.notify(tx, merging.askers(one), one.lab, one, "withdrawn", by, remark=reason)


def withdrawn_by_staff(question: KnowledgeQuestion) -> bool:
    """Whether a facilitator withdrew it: then a reason stands with it. What an asker withdrew is nobody else's business."""
    return question.status is QuestionStatus.WITHDRAWN and bool(question.remark)


def take_in(tx: Tx, questions: Iterable[KnowledgeQuestion], by: Actor) -> None:
    """Lets questions count again that a facilitator gave back or withdrew. Raises Conflict when one is not so (any more)."""
    for one in questions:
        if one.status is not QuestionStatus.RETURNED and not withdrawn_by_staff(one):
            raise Conflict(
                "not-away", N_("Deze vraag is er al"), N_("De vraagsteller stuurde hem zelf weer in, of iemand anders was je voor.")
            )
        operations.check_text(one.text)
        kind = "returned" if one.status is QuestionStatus.RETURNED else "withdrawn"
        tx.session.execute(sa.delete(Notice).where(merging.unread([one], kind)))  # who has not read it yet needs not hear it any more
        one.remark = ""
        operations.enter(tx, one)


def give_hints(tx: Tx, hints: Mapping[KnowledgeQuestion, str]) -> dict[str, str]:
    """Writes with each question to which theme it belongs. Returns what stood there before, by public id. Raises Invalid, Conflict."""
    merging.all_submitted(hints)
    was: dict[str, str] = {}
    for one, hint in hints.items():
        hint = " ".join(tidy(hint).split())
        if len(hint) > MOST_HINT:
            raise Invalid(fields={"theme_hint": N_("Maak dit korter: hoogstens 80 tekens.")})
        if hint != one.theme_hint:
            was[one.public_id], one.theme_hint = one.theme_hint, hint
            operations.changed(tx, one)
    return was
