"""What features later in the house tell the questions: which were answered in a harvest, how many look alike, and what came of one."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.questions.models import KnowledgeQuestion

Answered = Callable[[Session, Collection[int]], dict[int, set[str]]]
"""``answered(session, lab ids)``: of the labs that were harvested, the public ids of the questions that something was done about."""

Alike = Callable[[Session, int], int]
"""``alike(session, lab id)``: how many pairs of questions are worth a look."""

Told = Callable[[Session, Actor, KnowledgeQuestion], object]
"""``told(session, actor, question)``: where it came from and what came of it, ready for ``archive/_chain.html``; None without anything."""

_told: list[Told] = []
_answered: list[Answered] = []
_alike: list[Alike] = []


def answered_by(tells: Answered) -> None:
    """The archive makes itself known. There is one."""
    _answered[:] = [tells]


def alike_by(tells: Alike) -> None:
    """The grouping makes itself known. There is one."""
    _alike[:] = [tells]


def told_by(tells: Told) -> None:
    """The archive makes itself known, for a question's page. There is one."""
    _told[:] = [tells]


def told(session: Session, actor: Actor, question: KnowledgeQuestion) -> object:
    """Where a question came from and what came of it, as far as this actor may see."""
    return _told[0](session, actor, question) if _told else None


def answered(session: Session, lab_ids: Collection[int]) -> dict[int, set[str]]:
    """Lab id → public ids of its answered questions; a lab without a harvest is left out."""
    return _answered[0](session, lab_ids) if _answered and lab_ids else {}


def alike(session: Session, lab_id: int) -> int:
    """How many pairs of a lab's questions look alike and were not yet judged."""
    return _alike[0](session, lab_id) if _alike else 0
