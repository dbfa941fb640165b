"""Cases that people bring in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kennislab.live.messages.base import Id, Op

CaseText = Annotated[str, Field(min_length=1, max_length=1000)]


class CasePitch(Op):
    """Brings in a case, in my group. ``confidential``: it stays in the group; ``question``: my own knowledge question that it is."""

    type: Literal["case.pitch"]
    text: CaseText
    confidential: bool = False
    question: Id | None = None


class CaseEdit(Op):
    """Other words for my case, as long as it has not been taken up."""

    type: Literal["case.edit"]
    case: Id
    text: CaseText


class CaseWithdraw(Op):
    """Takes back my case."""

    type: Literal["case.withdraw"]
    case: Id


class CaseChoose(Op):
    """Facilitator or discussion leader: this case is next."""

    type: Literal["case.choose"]
    case: Id


class CaseHarvest(Op):
    """Its owner, afterwards: whether what came of a confidential case may go into the harvest."""

    type: Literal["case.harvest"]
    case: Id
    yes: bool


OPS: tuple[type[Op], ...] = (
    CasePitch,
    CaseEdit,
    CaseWithdraw,
    CaseChoose,
    CaseHarvest,
)

FACILITATOR_OPS = ()

EVENTS = {
    "case.pitched": "Somebody brought in a case.",
    "case.edited": "A case has other words.",
    "case.withdrawn": "A case was taken back.",
    "case.chosen": "This case is next.",
    "case.harvested": "The owner of a confidential case said whether it may go into the harvest.",
}
