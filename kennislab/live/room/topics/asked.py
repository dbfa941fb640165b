"""Questions to a speaker: who wants them answered too, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kennislab.core.errors import N_, Refused, require
from kennislab.core.journal import Row
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.policies import PARTICIPANT_ONLY, LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.audience import audience_of
from kennislab.live.room.state import Key, RoomState
from kennislab.live.room.topics.contributions_seen import may_see, status

# -- deciding


def _support(state: RoomState, actor: LiveActor, op: m.SupportGive, now: datetime) -> d.Decision:
    if actor.leads:
        raise PARTICIPANT_ONLY
    one = d.existing(state, op.contribution)
    visible = may_see(state, audience_of(state, actor.key), one) and status(one) == "visible"
    require(policies.may_support(actor, one, visible))
    if (actor.key in one.support) == op.on:
        return d.NOTHING
    return d.fact("support.given", actor, id=one.id, participant=actor.key, on=op.on)


def _answered(state: RoomState, actor: LiveActor, op: m.QuestionAnswer, now: datetime) -> d.Decision:
    one = d.existing(state, op.contribution)
    if one.kind != "question":
        raise Refused("not-a-question", N_("Dit is geen vraag"), N_("Maak er eerst een vraag van, met Verplaatsen."), status=422)
    return d.fact("question.answered", actor, id=one.id, answered=op.answered) if one.answered != op.answered else d.NOTHING


DECIDE: dict[type[m.Op], d.Decide] = {
    m.SupportGive: _support,
    m.QuestionAnswer: _answered,
}

# -- what the facts change


def _supported(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    one, who = state.contributions[data["id"]], data["participant"]
    person = state.people[who]
    if data["on"]:
        one.support[who] = None
        person.supports.append(one.id)
    else:
        one.support.pop(who, None)
        person.supports.remove(one.id)


def _answering(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.contributions[data["id"]].answered = data["answered"]


APPLY = {
    "support.given": _supported,
    "question.answered": _answering,
}


def _supporting(state: RoomState, row: Row) -> list[Key]:
    return [("contributions", row.data["id"]), ("me", row.data["participant"])]


def _question(state: RoomState, row: Row) -> list[Key]:
    return [("contributions", row.data["id"])]


TOUCHES = {
    "support.given": _supporting,
    "question.answered": _question,
}

VIEWS: dict[str, Any] = {}
