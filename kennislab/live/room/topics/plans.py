"""What to go on with after the day, and who joins in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kennislab.core.errors import N_
from kennislab.core.journal import Row
from kennislab.live import messages as m
from kennislab.live.policies import PARTICIPANT_ONLY, LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience
from kennislab.live.room.day_state import Plan
from kennislab.live.room.state import Key, RoomState

# -- deciding


def plan_of(state: RoomState, id_: str) -> Plan:
    """A plan, also one that was taken off the list."""
    plan = state.plans.get(id_)
    if plan is None:
        raise d.missing(N_("Deze afspraak is er niet"))
    return plan


def _plan(state: RoomState, actor: LiveActor, op: m.PlanAdd, now: datetime) -> d.Decision:
    id_ = d.new_id()
    return d.fact("plan.added", actor, {"plan": id_}, id=id_, title=op.title, kind=op.kind, when=op.when, place=op.place)


def _edit_plan(state: RoomState, actor: LiveActor, op: m.PlanEdit, now: datetime) -> d.Decision:
    plan = plan_of(state, op.plan)
    changed = {name: value for name in ("title", "kind", "when", "place") if (value := getattr(op, name)) is not None}
    return d.fact("plan.edited", actor, id=plan.id, **changed)


def _remove_plan(state: RoomState, actor: LiveActor, op: m.PlanRemove, now: datetime) -> d.Decision:
    return d.fact("plan.removed", actor, id=plan_of(state, op.plan).id, on=op.on)


def _join_plan(state: RoomState, actor: LiveActor, op: m.PlanJoin, now: datetime) -> d.Decision:
    if actor.leads:
        raise PARTICIPANT_ONLY
    plan = plan_of(state, op.plan)
    if plan.removed:
        raise d.missing(N_("Deze afspraak is er niet meer"))
    if plan.people.get(actor.key) == op.how:
        return d.NOTHING
    return d.fact("plan.joined", actor, id=plan.id, participant=actor.key, how=op.how)


DECIDE: dict[type[m.Op], d.Decide] = {
    m.PlanAdd: _plan,
    m.PlanEdit: _edit_plan,
    m.PlanRemove: _remove_plan,
    m.PlanJoin: _join_plan,
}

# -- what the facts change


def _planned(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.plans[data["id"]] = Plan(data["id"], data["title"], data["kind"], data["when"], data["place"])


def _replanned(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    plan = state.plans[data["id"]]
    for name in ("title", "kind", "when", "place"):
        if name in data:
            setattr(plan, name, data[name])


def _unplanned(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.plans[data["id"]].removed = data["on"]


def _joined(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    people = state.plans[data["id"]].people
    if data["how"] is None:
        people.pop(data["participant"], None)
    else:
        people[data["participant"]] = data["how"]


APPLY = {
    "plan.added": _planned,
    "plan.edited": _replanned,
    "plan.removed": _unplanned,
    "plan.joined": _joined,
}


def _plans(state: RoomState, row: Row) -> list[Key]:
    return [("plans", row.data["id"]), *((("me", row.data["participant"]),) if "participant" in row.data else ())]


TOUCHES = {
    "plan.added": _plans,
    "plan.edited": _plans,
    "plan.removed": _plans,
    "plan.joined": _plans,
}

# -- who sees what


def seen_plan(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """A plan: how many join; by name for who leads the room. Who offers to lead stands there with the municipality, for all."""
    plan = state.plans.get(id_)
    if plan is None or plan.removed:
        return None
    people = [(state.people[who], how) for who, how in plan.people.items() if who in state.people]
    content: dict[str, Any] = {
        "id": plan.id,
        "title": plan.title,
        "kind": plan.kind,
        "when": plan.when,
        "place": plan.place,
        "joins": len(people),
        "leads": sum(how == "lead" for _, how in people),
        "leaders": sorted({person.municipality for person, how in people if how == "lead" and person.municipality}),
    }
    if audience.kind == "facilitators":
        content["people"] = [
            {"id": person.id, "name": person.name, "municipality": person.municipality, "how": how} for person, how in people
        ]
    return content


VIEWS = {"plans": seen_plan}
