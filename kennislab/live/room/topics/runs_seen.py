"""What each sees of a method that is played. Nothing in it is for one person alone: that is ``me.turn``."""

from __future__ import annotations

from typing import Any, cast

from kennislab.core.clock import iso
from kennislab.live.methods import plan
from kennislab.live.methods.model import Method
from kennislab.live.room import plays, run_cases, turns
from kennislab.live.room.audience import Audience
from kennislab.live.room.runs_state import Run
from kennislab.live.room.state import RoomState
from kennislab.live.room.topics.cases import in_run

CASE_OWNER = "case_owner"


def both(dutch: str, english: str) -> dict[str, str]:
    """A text in two languages; the Dutch where there is no English."""
    return {"nl": dutch, "en": english or dutch}


def may_see(run: Run, audience: Audience) -> bool:
    """A run is for its group, who leads the room, and (without what people say in it) the projector."""
    return run.group is None or audience.kind in ("facilitators", "projector") or audience.group == run.group


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """A run. The list of people only where they know each other: in their own group; and with everybody together for who leads."""
    run = state.runs.get(id_)
    if run is None or not may_see(run, audience):
        return None
    method, slot = run.method, turns.slot_at(run)
    leads, screen = audience.kind == "facilitators", audience.kind == "projector"
    listed = leads or (not screen if run.group is not None else screen)
    following = plays.following(run, run.people) if run.on else None
    return {
        "id": run.id,
        "group": run.group,
        "state": run.state,
        "method": {"key": method.id, "name": both(method.name_nl, method.name_en)},
        "steps": steps(run),
        "rev": run.rev,
        "step": run.step,
        "unit": run.unit,
        "part": run.part,
        "units": slot.units,
        "started_at": iso(run.clock.started_at),
        "ends_at": iso(run.clock.ends_at),
        "paused_at": iso(run.clock.paused_at),
        "remaining": run.clock.remaining,
        "revealed": run.revealed,
        "nothing": run.nothing,
        "lacks_case": lacks_case(run),
        "case": in_run(state, run, audience),
        "slot": {
            "step_id": slot.step_id,
            "part_id": slot.part_id,
            "number": slot.number,
            "title": slot.title,
            "step_title": slot.step_title or slot.title,
            "instruction": slot.instruction,
            "seconds": slot.seconds,
            "mode": slot.mode,
            "input": slot.input,
            "kinds": list(slot.kinds),
            "speaking": slot.speaking,
            "silent": list(slot.silent),
            "hidden": slot.hidden and not run.revealed,
            "columns": [{"id": one.id, "title": both(one.title_nl, one.title_en)} for one in slot.columns],
            "options": [{"id": one.id, "title": both(one.title_nl, one.title_en)} for one in slot.options],
            "stations": turns.by_station(run),
            "cases": slot.step_id in collecting(method),
        },
        "next": _next(run, following),
        "ballot": next(iter(run.ballots.values()), None) if len(run.ballots) == 1 else None,
        "ballots": run.ballots,
        "top": run.top,
        "roles": run.roles if listed and not screen else {},
        "tables": tables(state, run) if listed else [],
    }


def lacks_case(run: Run) -> bool:
    """Whether the method is about somebody's case and nobody brings one in, with no step still to come in which it is chosen."""
    method = run.method
    if not run.on or run_cases.owner_role(method) != CASE_OWNER or CASE_OWNER in run.roles.values():
        return False
    choosing = run_cases.choosing_steps(method)[0]
    return choosing is None or run.step > method.places[choosing]


def collecting(method: Method) -> list[str]:
    """Steps in which cases are brought in."""
    return run_cases.choosing_steps(method)[1]


def steps(run: Run) -> list[dict[str, Any]]:
    """All steps, with the time each takes here."""
    method = run.method
    if (known := run.memo.get(("steps", run.people))) is not None:
        return cast(list[dict[str, Any]], known)
    run.memo["steps", run.people] = found = [
        {
            "id": step.id,
            "title": both(step.title_nl, step.title_en),
            "minutes": round(plan.step_minutes(method, step, run.people, run.stations) * run.stretch.get(step.id, 1.0), 1),
            "units": plan.units(method, index, run.people, run.stations),
            "skipped": step.id in run.skip,
        }
        for index, step in enumerate(method.steps)
    ]
    return found


def _next(run: Run, position: plan.Position | None) -> dict[str, Any] | None:
    if position is None:
        return None
    slot = turns.slot_at(run, position)
    return {"step": position.step, "unit": position.unit, "part": position.part, "title": slot.title}


def progress(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """What came at this position: how much, from how many people, when the last, and how much of it is still hidden.

    Apart from the run, because it changes with every text. Who takes part sees it of the own group only.
    """
    run = state.runs.get(id_)
    if (
        run is None
        or audience.kind == "projector"
        or (audience.kind != "facilitators" and (run.group is None or audience.group != run.group))
    ):
        return None
    last = run.sent_at
    return {"id": run.id, "sent": run.sent, "people": len(run.writers), "last_at": iso(last), "hidden": len(run.veiled)}


def tables(state: RoomState, run: Run) -> list[dict[str, Any]]:
    """Who sits where; a group all together at one table when nobody sits apart."""
    if not run.tables and run.group is None:
        return []
    places = run.tables or [[one.id for one in turns.members(state, run.group)]]
    stations = turns.by_station(run)
    return [
        {
            "id": str(index + 1),
            "people": [{"id": one, "name": state.people[one].name} for one in table if one in state.people],
            "station": str(index + 1) if stations and run.tables else None,
        }
        for index, table in enumerate(places)
    ]
