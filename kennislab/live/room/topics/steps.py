"""Where everybody is, and how long still."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from kennislab.core.clock import iso, parse_iso
from kennislab.core.errors import N_, Refused
from kennislab.core.journal import Entry, Row
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.policies import LiveActor
from kennislab.live.room import clocks, plays, run_cases, turns
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience
from kennislab.live.room.state import Key, RoomState, Step
from kennislab.live.room.topics import day
from kennislab.live.room.topics.contributions import reveal_all
from kennislab.live.room.topics.projector import show


def _go(state: RoomState, actor: LiveActor, op: m.StepGo, now: datetime) -> d.Decision:
    if op.step_rev != state.step.rev:
        raise d.Moved({"id": state.step.id, "rev": state.step.rev, "ends_at": iso(state.step.ends_at)})
    agenda = state.agenda.get(op.to)
    if agenda is None:
        raise d.missing(N_("Deze stap staat niet in de agenda"))
    ends = now + timedelta(minutes=agenda["minutes"]) if agenda["minutes"] else None
    rev = state.step.rev + 1
    changed = Entry("step.changed", {"step": op.to, "rev": rev, "ends_at": iso(ends)}, actor.key)
    over = [entry for id_ in state.active.values() for entry in plays.ending(state, state.runs[id_], actor.key)]
    return d.Decision([*over, changed, *_methods(state, actor, agenda, now)], {"step_rev": rev})


def _methods(state: RoomState, actor: LiveActor, agenda: dict[str, Any], now: datetime) -> list[Entry]:
    """A step with a method begins it: in every group, or with everybody when there are no groups."""
    if not agenda.get("method"):
        return []
    try:
        method, known = plays.method_of(state, agenda["method"])
    except Refused:  # a method that is no longer there does not hold up the day
        return []
    groups: list[str | None] = [id_ for id_ in state.groups if policies.group_there(state, id_)]
    entries = [Entry(name, data, actor.key) for name, data in known]
    for group in groups or [None]:
        minutes = plays.fitting(method, agenda["minutes"], len(turns.members(state, group)))
        case = run_cases.chosen_case(state, group, method)
        entries += plays.beginning(state, group, method, case, minutes, actor.key, now, agenda["id"])[1]
    return entries


def _extend(state: RoomState, actor: LiveActor, op: m.TimerExtend, now: datetime) -> d.Decision:
    return _timed(state, actor, clocks.after(state.step, "extend", op.seconds, now))


def _pause(state: RoomState, actor: LiveActor, op: m.TimerPause, now: datetime) -> d.Decision:
    return _timed(state, actor, clocks.after(state.step, "pause", 0, now))


def _resume(state: RoomState, actor: LiveActor, op: m.TimerResume, now: datetime) -> d.Decision:
    return _timed(state, actor, clocks.after(state.step, "resume", 0, now))


def _timed(state: RoomState, actor: LiveActor, changed: dict[str, Any] | None) -> d.Decision:
    return d.fact("timer.changed", actor, **changed) if changed else d.NOTHING


def _reveal(state: RoomState, actor: LiveActor, op: m.Reveal, now: datetime) -> d.Decision:
    return d.fact("revealed", actor)


DECIDE: dict[type[m.Op], d.Decide] = {
    m.StepGo: _go,
    m.TimerExtend: _extend,
    m.TimerPause: _pause,
    m.TimerResume: _resume,
    m.Reveal: _reveal,
}


def _step(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    reveal_all(state)
    agenda = state.agenda[data["step"]]
    ends = parse_iso(data["ends_at"]) if data["ends_at"] else None
    state.step = Step(data["step"], data["rev"], row.at, ends, revealed=not agenda.get("hidden_until_reveal", False))
    state.visited.append((data["step"], row.at))
    if state.follow:
        show(state, "step", None)


def _clock(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    clocks.put(state.step, data)


def _round(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.step.round_open = data["open"]
    state.step.round_closed_at = None if data["open"] else row.at


def _revealed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    reveal_all(state)


APPLY = {"step.changed": _step, "timer.changed": _clock, "round.changed": _round, "revealed": _revealed}


def _stepping(state: RoomState, row: Row) -> list[Key]:
    goes_on = day.touched_by_step(state, state.step.id, row.data["step"])
    whole = [("step", ""), ("counts", ""), ("projector", ""), ("evaluation", "")]
    return [*whole, *goes_on, *(("contributions", c) for c in state.unrevealed())]


def _revealing(state: RoomState, row: Row) -> list[Key]:
    return [("step", ""), ("counts", ""), *(("contributions", c) for c in state.unrevealed())]


def _clock_of_day(state: RoomState, row: Row) -> list[Key]:
    return [("step", ""), *day.touched_by_step(state)]


def _only_step(state: RoomState, row: Row) -> list[Key]:
    return [("step", "")]


TOUCHES = {"step.changed": _stepping, "revealed": _revealing, "timer.changed": _clock_of_day, "round.changed": _only_step}


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """Where the room is; the same for all."""
    step = state.step
    return {
        "id": step.id,
        "rev": step.rev,
        "started_at": iso(step.started_at),
        "ends_at": iso(step.ends_at),
        "paused_at": iso(step.paused_at),
        "remaining": step.remaining,
        "round_open": step.round_open,
        "revealed": step.revealed,
    }


VIEWS = {"step": seen}
