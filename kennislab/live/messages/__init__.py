"""The ops: everything that can be asked of a room, declared once, a module for each topic.

JavaScript constants, JSDoc types and MESSAGES.md are generated from here (``kennislab messages``); a test fails when they are stale.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kennislab.core.messages import Registry
from kennislab.live.messages import cases, contributions, day, groups, lab, people, presence, projector, runs, steps, votes
from kennislab.live.messages.base import CONSENTS, KINDS, MOST_BYTES, MOST_OPS, MOST_TEXT, SCENES, Consent, Kind, Op, Scene
from kennislab.live.messages.cases import CaseChoose, CaseEdit, CaseHarvest, CasePitch, CaseWithdraw
from kennislab.live.messages.contributions import (
    ActionAdd,
    ContributionAdd,
    ContributionEdit,
    ContributionHide,
    ContributionMerge,
    ContributionMove,
    ContributionRetract,
    ContributionShow,
    ContributionSplit,
    ContributionUnmerge,
    ContributionUnsplit,
    QuestionMark,
)
from kennislab.live.messages.day import (
    ActionReport,
    AgendaFit,
    AgendaSet,
    EvaluationAnswer,
    EvidenceReport,
    PlanAdd,
    PlanEdit,
    PlanJoin,
    PlanRemove,
    QuestionAnswer,
    SupportGive,
)
from kennislab.live.messages.groups import GroupAdd, GroupGather, GroupMake, GroupRemove, GroupRename, GroupSay
from kennislab.live.messages.lab import LabClose, LabOpen, QuarantineAccept, QuarantineReject
from kennislab.live.messages.people import HandRaise, ModerationSet, ParticipantMove, ParticipantRemove
from kennislab.live.messages.presence import ReadySet
from kennislab.live.messages.projector import ProjectorBlank, ProjectorShow
from kennislab.live.messages.runs import Place, RunEnd, RunGo, RunReveal, RunRole, RunStart, RunTimer
from kennislab.live.messages.steps import Reveal, StepGo, TimerExtend, TimerPause, TimerResume
from kennislab.live.messages.votes import BallotCount, BallotDraft, ReasonHide, RoundClose, RoundOpen, VoteCast

__all__ = [
    "ActionReport",
    "AgendaFit",
    "AgendaSet",
    "EvaluationAnswer",
    "EvidenceReport",
    "PlanAdd",
    "PlanEdit",
    "PlanJoin",
    "PlanRemove",
    "QuestionAnswer",
    "SupportGive",
    "ActionAdd",
    "BallotCount",
    "BallotDraft",
    "ContributionAdd",
    "ContributionEdit",
    "ContributionHide",
    "ContributionMerge",
    "ContributionMove",
    "ContributionRetract",
    "ContributionShow",
    "ContributionSplit",
    "ContributionUnmerge",
    "ContributionUnsplit",
    "HandRaise",
    "LabClose",
    "LabOpen",
    "ModerationSet",
    "ParticipantMove",
    "ParticipantRemove",
    "ProjectorBlank",
    "ProjectorShow",
    "QuarantineAccept",
    "QuarantineReject",
    "QuestionMark",
    "ReadySet",
    "CaseChoose",
    "CaseEdit",
    "CaseHarvest",
    "CasePitch",
    "CaseWithdraw",
    "GroupAdd",
    "GroupGather",
    "GroupMake",
    "GroupRemove",
    "GroupRename",
    "GroupSay",
    "Place",
    "RunEnd",
    "RunGo",
    "RunReveal",
    "RunRole",
    "RunStart",
    "RunTimer",
    "ReasonHide",
    "Reveal",
    "RoundClose",
    "RoundOpen",
    "StepGo",
    "TimerExtend",
    "TimerPause",
    "TimerResume",
    "VoteCast",
    "CONSENTS",
    "KINDS",
    "MOST_BYTES",
    "MOST_OPS",
    "MOST_TEXT",
    "SCENES",
    "Consent",
    "Kind",
    "Op",
    "Scene",
]

TOPICS = (contributions, groups, runs, cases, votes, steps, people, presence, projector, day, lab)
OPS: tuple[type[Op], ...] = tuple(op for topic in TOPICS for op in topic.OPS)
FACILITATOR_OPS = frozenset(name for topic in TOPICS for name in topic.FACILITATOR_OPS)
EVENTS: dict[str, str] = {name: about for topic in TOPICS for name, about in topic.EVENTS.items()}

registry = Registry("live")
for _op in OPS:
    registry.add(_op.model_fields["type"].annotation.__args__[0], _op)  # type: ignore[union-attr]  # every type is a Literal of one

_adapters: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(message) for name, message in registry.messages.items()}


class BadOp(ValueError):
    """An op that cannot be read. ``field`` names what is wrong with it, for programmers; ``too_long`` is told apart for people."""

    def __init__(self, field: str, too_long: bool = False) -> None:
        super().__init__(field)
        self.field, self.too_long = field, too_long


def parse(body: dict[str, Any]) -> Op:
    """One op from its JSON. Raises BadOp."""
    adapter = _adapters.get(body.get("type", "")) if isinstance(body.get("type"), str) else None
    if adapter is None:
        raise BadOp("type")
    try:
        op: Op = adapter.validate_python(body)
        if isinstance(op, ActionAdd) and op.due:
            date.fromisoformat(op.due)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadOp(".".join(str(part) for part in first["loc"]), first["type"] == "string_too_long") from error
    except ValueError as error:
        raise BadOp("due") from error
    return op
