"""The hours of the day: what was planned, what is left, and making the rest fit."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from kennislab.core.clock import iso, parse_iso
from kennislab.core.errors import N_, Refused
from kennislab.core.journal import Entry, Row
from kennislab.live import messages as m
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience
from kennislab.live.room.day_state import Report
from kennislab.live.room.fitting import fit, floor_of
from kennislab.live.room.state import Key, RoomState

LONGEST = timedelta(hours=16)


# -- the times of the day


def in_order(state: RoomState) -> list[dict[str, Any]]:
    """The steps of the day."""
    return sorted(state.agenda.values(), key=lambda step: int(step["position"]))


def still_to_come(state: RoomState) -> list[dict[str, Any]]:
    """The steps after the present one; all when it has not begun."""
    present = state.agenda.get(state.step.id or "")
    return [step for step in in_order(state) if present is None or step["position"] > present["position"]]


def present_until(state: RoomState) -> datetime | None:
    """When the present step ends as its clock stands (paused: as if it went on at once); before the first step: when the day begins."""
    step = state.step
    agenda = state.agenda.get(step.id or "")
    if agenda is None:
        return state.day.starts_at
    if step.paused_at is not None:
        return step.paused_at + timedelta(seconds=step.remaining or 0.0)
    if step.ends_at is not None:
        return step.ends_at
    return step.started_at + timedelta(minutes=agenda["minutes"]) if step.started_at is not None else None


def planned_at(state: RoomState) -> dict[str, datetime]:
    """Step → when it was to begin, as the coordinator planned."""
    if state.day.starts_at is None:
        return {}
    moments: dict[str, datetime] = {}
    at = state.day.starts_at
    for step in in_order(state):
        moments[step["id"]] = at
        at += timedelta(minutes=state.day.planned.get(step["id"], step["minutes"]))
    return moments


def real_times(state: RoomState) -> dict[str, tuple[datetime, datetime | None]]:
    """Step → when it began and ended (None: it is on); with a step that was gone back to, from its first to its last moment."""
    times: dict[str, tuple[datetime, datetime | None]] = {}
    ends: list[datetime | None] = [at for _, at in state.visited[1:]]
    ends.append(None if state.open else state.closed_at)
    for (step, at), end in zip(state.visited, ends, strict=False):
        times[step] = (times[step][0] if step in times else at, end)
    return times


# -- deciding


def _minutes(state: RoomState, actor: LiveActor, changed: dict[str, int]) -> list[Entry]:
    told = {id_: {"minutes": n} for id_, n in changed.items() if state.agenda[id_]["minutes"] != n}
    return [Entry("agenda.changed", {"steps": told}, actor.key)] if told else []


def _fit(state: RoomState, actor: LiveActor, op: m.AgendaFit, now: datetime) -> d.Decision:
    steps = still_to_come(state)
    if not steps:
        raise Refused("last-step", N_("Dit is de laatste stap"), N_("Verleng deze stap zelf, met +1 minuut."), status=422)
    until = parse_iso(op.until)
    start = max(now, present_until(state) or now)
    if until <= now or until > now + LONGEST:
        raise Refused("not-a-time", N_("Dat tijdstip kan niet"), N_("Kies een tijd die vandaag nog komt."), status=422)
    available = math.floor(max(0.0, (until - start).total_seconds()) / 60)
    had = [int(step["minutes"]) for step in steps]
    floors = [floor_of(step["block"], step["title"], step["minutes"]) for step in steps]
    got = fit(had, floors, available)
    return d.Decision(_minutes(state, actor, {step["id"]: n for step, n in zip(steps, got, strict=True)}), {})


def _set(state: RoomState, actor: LiveActor, op: m.AgendaSet, now: datetime) -> d.Decision:
    agenda = state.agenda.get(op.step)
    if agenda is None:
        raise d.missing(N_("Deze stap staat niet in de agenda"))
    entries = _minutes(state, actor, {op.step: op.minutes})
    step = state.step
    if entries and step.id == op.step:
        more = 60 * (op.minutes - int(agenda["minutes"]))
        if step.paused_at is not None:
            clock = {"ends_at": None, "paused_at": iso(step.paused_at), "remaining": max(0.0, (step.remaining or 0.0) + more)}
        else:
            ends = (step.ends_at or step.started_at or now) + timedelta(seconds=more)
            clock = {"ends_at": iso(ends), "paused_at": None, "remaining": None}
        entries.append(Entry("timer.changed", clock, actor.key))
    return d.Decision(entries, {})


DECIDE: dict[type[m.Op], d.Decide] = {
    m.AgendaFit: _fit,
    m.AgendaSet: _set,
}

# -- what the facts change


def with_its_hours(state: RoomState, step: dict[str, Any]) -> dict[str, Any]:
    """A step as it opens: with the minutes that the room gave it before, unless the coordinator planned it otherwise since."""
    before = state.agenda.get(step["id"])
    kept = before is not None and state.day.planned.get(step["id"]) == step["minutes"]
    return {**step, "minutes": before["minutes"]} if before is not None and kept else step


def opened(state: RoomState, data: dict[str, Any]) -> None:
    """What the opening says of the day; called by the opening itself."""
    day = state.day
    day.starts_at = parse_iso(data["starts_at"]) if data.get("starts_at") else None
    day.planned = {step["id"]: step["minutes"] for step in data["agenda"]}
    day.previous = data.get("previous")
    day.questions = data.get("evaluation", [])
    day.leaders = data.get("leaders", [])
    known = {one["id"] for kind in ("actions", "answers") for one in (day.previous or {}).get(kind, [])}
    for id_ in known:
        state.reports.setdefault(id_, Report(id_))


def _changed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    for id_, change in data["steps"].items():
        if id_ in state.agenda:
            state.agenda[id_] = {**state.agenda[id_], **change}
    state.day.questions = data.get("evaluation", state.day.questions)


APPLY = {
    "agenda.changed": _changed,
}


def touched_by_opening(state: RoomState, row: Row) -> list[Key]:
    """What may look different after the opening, besides the agenda."""
    carried = row.data.get("previous") or {}
    items = [one["id"] for kind in ("actions", "answers") for one in carried.get(kind, [])]
    return [("day", ""), ("previous", ""), *(("reports", id_) for id_ in [*items, *(i for i in state.reports if i not in items)])]


def touched_by_step(state: RoomState, *steps: str | None) -> list[Key]:
    """What may look different when the room goes on, or its clock changes: the day, and the steps that begin and end."""
    return [("day", ""), *(("agenda", id_) for id_ in dict.fromkeys(steps) if id_ in state.agenda)]


def _changing(state: RoomState, row: Row) -> list[Key]:
    later = [step["id"] for step in in_order(state)]
    return [("day", ""), ("evaluation", ""), *(("agenda", id_) for id_ in later if id_ in row.data["steps"])]


TOUCHES = {
    "agenda.changed": _changing,
}

# -- who sees what


def seen_step(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """A step of the agenda, with when it was planned and when it was."""
    step = state.agenda.get(id_)
    if step is None:
        return None
    real = real_times(state).get(id_)
    return {
        **step,
        "planned_minutes": state.day.planned.get(id_, step["minutes"]),
        "planned_at": iso(planned_at(state).get(id_)),
        "real": {"started_at": iso(real[0]), "ended_at": iso(real[1])} if real else None,
    }


def seen_day(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """When it was to begin and end, and when it will, if the present step ends when its clock says so."""
    planned = planned_at(state)
    steps = in_order(state)
    last = steps[-1]["id"] if steps else None
    planned_end = planned[last] + timedelta(minutes=state.day.planned[last]) if last in planned and last is not None else None
    until = present_until(state)
    ends = until + timedelta(minutes=sum(step["minutes"] for step in still_to_come(state))) if until and state.open else None
    started = state.visited[0][1] if state.visited else None
    return {
        "starts_at": iso(state.day.starts_at),
        "started_at": iso(started),
        "planned_end": iso(planned_end),
        "ends_at": iso(ends),
        "late_seconds": round((ends - planned_end).total_seconds()) if ends and planned_end else None,
    }


VIEWS = {"agenda": seen_step, "day": seen_day}
