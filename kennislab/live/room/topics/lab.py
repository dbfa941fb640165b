"""Opening and closing, the agenda and the groups that were planned, and what comes after closing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kennislab.core.errors import N_
from kennislab.core.journal import Row
from kennislab.live import messages as m
from kennislab.live.methods.schema import from_definition
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience
from kennislab.live.room.state import Key, RoomState
from kennislab.live.room.topics import day
from kennislab.live.room.topics.contributions import added, in_its_run, reveal_all, touched_by_new


def _release(state: RoomState, actor: LiveActor, op: m.QuarantineAccept | m.QuarantineReject, now: datetime) -> d.Decision:
    one = state.contributions.get(op.contribution)
    if one is None or not one.quarantined:
        raise d.missing(N_("Deze bijdrage wacht niet meer"))
    return d.fact("op.released", actor, id=one.id, accepted=isinstance(op, m.QuarantineAccept))


DECIDE: dict[type[m.Op], d.Decide] = {m.QuarantineAccept: _release, m.QuarantineReject: _release}


def _opened(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.open = state.opened = True
    state.closed_at = None
    state.lab_id, state.title, state.quarter = data["lab"], data["title"], data["quarter"]
    state.join = data["join"]
    state.agenda = {step["id"]: day.with_its_hours(state, step) for step in data["agenda"]}
    for group in data.get("groups", []):
        state.groups[group["id"]] = {**state.groups.get(group["id"], {}), **group}
    for definition in data.get("methods", []):
        state.methods[definition["id"]] = from_definition(definition)
    state.step.round_open, state.step.round_closed_at = True, None
    day.opened(state, data)


def _closed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.open, state.closed_at = False, row.at
    reveal_all(state)
    for ballot in state.ballots.values():
        ballot.open = False


def _released(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    contribution = state.contributions[data["id"]]
    contribution.quarantined = False
    contribution.rejected = not data["accepted"]


APPLY = {"lab.opened": _opened, "lab.closed": _closed, "op.quarantined": added, "op.released": _released}


def _opening(state: RoomState, row: Row) -> list[Key]:
    return [
        ("lab", ""),
        ("step", ""),
        ("counts", ""),
        ("projector", ""),
        ("evaluation", ""),
        *day.touched_by_opening(state, row),
        *(("agenda", s["id"]) for s in row.data["agenda"]),
        *(("agenda", s) for s in state.agenda),
        *(("groups", g["id"]) for g in row.data.get("groups", [])),
    ]


def _closing(state: RoomState, row: Row) -> list[Key]:
    return [
        ("lab", ""),
        ("step", ""),
        ("counts", ""),
        ("evaluation", ""),
        *day.touched_by_step(state, state.step.id),
        *(("ballots", b.id) for b in state.ballots.values()),
        *(("contributions", c) for c in state.unrevealed()),
    ]


def _itself(state: RoomState, row: Row) -> list[Key]:
    one = state.contributions[row.data["id"]]
    return [("contributions", one.id), *in_its_run(state, one)]


TOUCHES = {"lab.opened": _opening, "lab.closed": _closing, "op.quarantined": touched_by_new, "op.released": _itself}


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """The room itself; the way in only for who shows it to others."""
    return {
        "id": state.lab_id,
        "title": state.title,
        "quarter": state.quarter,
        "state": "open" if state.open else "closed",
        "moderation": state.moderation,
        "gathered": state.gathered,
        "message": state.message,
        "join": state.join if audience.kind in ("facilitators", "projector") else None,
    }


VIEWS = {"lab": seen}
