"""The whole day: its times, last time's actions and answers, questions for a speaker, what to go on with, and looking back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from kennislab.core.clock import parse_iso
from kennislab.live.messages.base import Id, Op

Minutes = Annotated[int, Field(ge=1, le=480)]
Note = Annotated[str, Field(max_length=600)]
Line = Annotated[str, Field(max_length=120)]


def _moment(text: str) -> str:
    parse_iso(text)  # ValueError for a day that is not in the calendar
    return text


Moment = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$"), AfterValidator(_moment)]


class AgendaFit(Op):
    """Facilitator: stretches or cuts all that still comes, so that the day ends at ``until``. No step under 3 minutes, no break under 5."""

    type: Literal["agenda.fit"]
    until: Moment


class AgendaSet(Op):
    """Facilitator: so many minutes for this step; of the present one the clock moves along."""

    type: Literal["agenda.set"]
    step: Id
    minutes: Minutes


class SupportGive(Op):
    """I want this question answered, too; or no longer."""

    type: Literal["support.give"]
    contribution: Id
    on: bool = True


class QuestionAnswer(Op):
    """Facilitator: this question was answered, or is parked for after the day; none: it is open again."""

    type: Literal["question.answer"]
    contribution: Id
    answered: Literal["answered", "parked"] | None = None


class ActionReport(Op):
    """How an action of last time stands."""

    type: Literal["action.report"]
    action: Id
    state: Literal["done", "carried_on", "dropped"]
    note: Note = ""


class EvidenceReport(Op):
    """Whether an answer of last time helped in my municipality. ``municipality``: for a facilitator, who says it for somebody."""

    type: Literal["evidence.report"]
    item: Id
    outcome: Literal["worked", "partly", "failed", "not_yet"]
    note: Note = ""
    municipality: Id | None = None


class PlanAdd(Op):
    """Facilitator: something to go on with, in a deep dive or a working group; ``when`` and ``place`` are ideas."""

    type: Literal["plan.add"]
    title: Annotated[str, Field(min_length=1, max_length=120)]
    kind: Literal["deep_dive", "working_group_meeting"] = "working_group_meeting"
    when: Line = ""
    place: Line = ""


class PlanEdit(Op):
    """Facilitator: other words for a plan. What is left out stays as it is."""

    type: Literal["plan.edit"]
    plan: Id
    title: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    kind: Literal["deep_dive", "working_group_meeting"] | None = None
    when: Line | None = None
    place: Line | None = None


class PlanRemove(Op):
    """Facilitator: not going on with this; ``on`` false takes it back in."""

    type: Literal["plan.remove"]
    plan: Id
    on: bool = True


class PlanJoin(Op):
    """I join in, I can lead it, or neither."""

    type: Literal["plan.join"]
    plan: Id
    how: Literal["join", "lead"] | None = None


class EvaluationAnswer(Op):
    """My answer to one question about the day. It is kept without a name, a time or an order, and can be given once."""

    type: Literal["evaluation.answer"]
    question: Id
    score: Annotated[int, Field(ge=1, le=5)] | None = None
    text: Annotated[str, Field(max_length=1000)] = ""


OPS: tuple[type[Op], ...] = (
    AgendaFit,
    AgendaSet,
    SupportGive,
    QuestionAnswer,
    ActionReport,
    EvidenceReport,
    PlanAdd,
    PlanEdit,
    PlanRemove,
    PlanJoin,
    EvaluationAnswer,
)

FACILITATOR_OPS = ("agenda.fit", "agenda.set", "question.answer", "plan.add", "plan.edit", "plan.remove")

EVENTS = {
    "agenda.changed": "Steps got other minutes, or something to look at.",
    "support.given": "Somebody wants a question answered, or no longer.",
    "question.answered": "A question was answered or parked, or is open again.",
    "action.reported": "Somebody said how an action of last time stands.",
    "evidence.reported": "Somebody said whether an answer of last time helped.",
    "plan.added": "Something to go on with.",
    "plan.edited": "It has other words.",
    "plan.removed": "It is off the list, or on it again.",
    "plan.joined": "Somebody joins in or can lead, or no longer.",
    "evaluation.answered": "Somebody looked back on the day.",
}
