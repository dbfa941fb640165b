"""From an op to facts: what is recorded when somebody who may do it does it. Pure; refusals are raised."""

from __future__ import annotations

from datetime import datetime

from kennislab.core.errors import N_, DomainError, require
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.policies import LiveActor
from kennislab.live.room.decision import Decide, Decision
from kennislab.live.room.state import RoomState
from kennislab.live.room.topics import TOPICS

DECIDE: dict[type[m.Op], Decide] = {op: how for topic in TOPICS for op, how in topic.DECIDE.items()}


def decide(state: RoomState, actor: LiveActor, op: m.Op, now: datetime) -> Decision:
    """The facts that follow from ``op``. Raises DomainError when it may not or cannot be."""
    require(policies.may_act(state, actor, op))
    how = DECIDE.get(type(op))
    if how is None:
        raise DomainError("not-here", N_("Dit kan hier niet"), N_("Gebruik de knoppen op de pagina."), status=422)
    return how(state, actor, op, now)
