"""Cases that people bring in, one of which a group takes up at a time. A confidential one stays in its group."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from kennislab.core.errors import N_, Refused, require
from kennislab.core.journal import Entry, Row
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room import plays, run_cases, run_roles, run_votes, turns
from kennislab.live.room.audience import Audience
from kennislab.live.room.cases_state import Case
from kennislab.live.room.runs_state import Run
from kennislab.live.room.state import Ballot, Key, RoomState

NO_CASE = N_("Deze casus is er niet")
NOT_YOUR_QUESTION = Refused(
    "not-your-question", N_("Dit is niet jouw kennisvraag"), N_("Kies een eigen vraag, of schrijf je casus zelf."), status=422
)
TAKEN_UP = Refused("case-taken-up", N_("Je casus is al aan de beurt"), N_("Vertel de groep wat er anders is."), status=409)
NOT_DONE = Refused("case-not-done", N_("De ronde is nog bezig"), N_("Beslis dit als de ronde over jouw casus voorbij is."), status=409)


def _pitch(state: RoomState, actor: LiveActor, op: m.CasePitch, now: datetime) -> d.Decision:
    require(policies.may_pitch(state, actor))
    person = state.people[actor.key]
    if op.question is not None and op.question not in {one["id"] for one in person.questions}:
        raise NOT_YOUR_QUESTION
    run = turns.run_of_group(state, person.group) or turns.run_for(state, person)
    case = Case(d.new_id(), run.group if run is not None else person.group, op.text, person.id, op.confidential, op.question)
    entries = [run_cases.pitched(case, actor.key)]
    if run is not None:
        entries += run_votes.grown(state, run, {"id": case.id, "text": case.text, "contribution": None, "case": case.id}, actor.key)
    return d.Decision(entries, {"case": case.id})


def _own(state: RoomState, actor: LiveActor, id_: str) -> Case:
    case = state.cases.get(id_)
    if case is None or case.state == "withdrawn" or case.owner != actor.key:
        raise d.missing(NO_CASE)
    return case


def _edit(state: RoomState, actor: LiveActor, op: m.CaseEdit, now: datetime) -> d.Decision:
    case = _own(state, actor, op.case)
    if case.state != "pitched":
        raise TAKEN_UP
    return d.fact("case.edited", actor, id=case.id, group=case.group, text=op.text)


def _withdraw(state: RoomState, actor: LiveActor, op: m.CaseWithdraw, now: datetime) -> d.Decision:
    case = _own(state, actor, op.case)
    if case.state != "pitched":
        raise TAKEN_UP
    return d.fact("case.withdrawn", actor, id=case.id, group=case.group)


def _choose(state: RoomState, actor: LiveActor, op: m.CaseChoose, now: datetime) -> d.Decision:
    case = state.cases.get(op.case)
    if case is None or case.state in ("withdrawn", "done"):
        raise d.missing(NO_CASE)
    require(policies.may_choose(state, actor, case))
    run = turns.run_of_group(state, case.group)
    if run is None or run.case == case.id:
        return d.fact("case.chosen", actor, id=case.id, group=case.group, run=None)
    people = turns.members(state, run.group)
    roles = run_roles.roles_with_case(run, people, case)
    entries = [Entry("case.chosen", {"id": case.id, "group": case.group, "run": run.id, "roles": roles}, actor.key)]
    return d.Decision([*entries, *plays.reseating(run, people, roles, actor.key)], {})


def _harvest(state: RoomState, actor: LiveActor, op: m.CaseHarvest, now: datetime) -> d.Decision:
    case = _own(state, actor, op.case)
    if case.state != "done":
        raise NOT_DONE
    return d.fact("case.harvested", actor, id=case.id, group=case.group, yes=op.yes)


DECIDE: dict[type[m.Op], d.Decide] = {
    m.CasePitch: _pitch,
    m.CaseEdit: _edit,
    m.CaseWithdraw: _withdraw,
    m.CaseChoose: _choose,
    m.CaseHarvest: _harvest,
}

# -- what the facts change


def _pitched(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.cases[data["id"]] = Case(**data)


def _edited(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.cases[data["id"]].text = data["text"]
    for ballot in _votes_on(state, data["id"]):
        ballot.choices = [{**c, "text": data["text"]} if c.get("case") == data["id"] else c for c in ballot.choices]


def _votes_on(state: RoomState, case: str) -> list[Ballot]:
    """Open votes in which it stands to be chosen."""
    return [ballot for ballot in state.ballots.values() if ballot.open and any(choice.get("case") == case for choice in ballot.choices)]


def _withdrawn(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.cases[data["id"]].state = "withdrawn"


def _chosen(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    chosen = state.cases[data["id"]]
    for other in state.cases.values():
        if other.group == chosen.group and other.state == "chosen":
            other.state = "pitched"
    chosen.state = "chosen"
    run = state.runs.get(data["run"] or "")
    if run is not None:
        run.case, run.roles = chosen.id, data["roles"]


def _harvested(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.cases[data["id"]].harvest = data["yes"]


APPLY: dict[str, Callable[[RoomState, Row, dict[str, Any]], None]] = {
    "case.pitched": _pitched,
    "case.edited": _edited,
    "case.withdrawn": _withdrawn,
    "case.chosen": _chosen,
    "case.harvested": _harvested,
}


def _itself(state: RoomState, row: Row) -> list[Key]:
    return [("cases", row.data["id"])]


def _editing(state: RoomState, row: Row) -> list[Key]:
    chosen_in = [ballot.id for ballot in _votes_on(state, row.data["id"])]
    runs = [run.id for run in state.runs.values() if run.case == row.data["id"]]
    return [("cases", row.data["id"]), *(("ballots", id_) for id_ in chosen_in), *(("runs", id_) for id_ in runs)]


def _choosing(state: RoomState, row: Row) -> list[Key]:
    group = row.data["group"]
    cases: list[Key] = [("cases", one.id) for one in state.cases.values() if one.group == group]
    run = state.runs.get(row.data["run"] or "")
    if run is None:
        return cases
    groups: list[Key] = [("groups", group)] if group else []
    return [*cases, ("runs", run.id), *groups, *(("me", one.id) for one in turns.members(state, group))]


TOUCHES: dict[str, Callable[[RoomState, Row], list[Key]]] = {
    "case.pitched": _itself,
    "case.edited": _editing,
    "case.withdrawn": _itself,
    "case.chosen": _choosing,
    "case.harvested": _itself,
}

# -- who sees what


def may_see(case: Case, audience: Audience) -> bool:
    """A case is for its group and for who leads the room; a confidential one for its group only. The projector has none."""
    if audience.kind == "projector" or case.state == "withdrawn":
        return False
    if audience.kind == "facilitators":
        return not case.confidential or case.group is None
    return case.group is None or audience.group == case.group


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """A case."""
    case = state.cases.get(id_)
    if case is None or not may_see(case, audience):
        return None
    owner = state.people.get(case.owner)
    return {
        "id": case.id,
        "group": case.group,
        "text": case.text,
        "owner": case.owner,
        "owner_name": owner.name if owner else None,
        "municipality": owner.municipality if owner else None,
        "confidential": case.confidential,
        "question": case.question,
        "state": case.state,
        "harvest": case.harvest,
    }


def in_run(state: RoomState, run: Run, audience: Audience) -> dict[str, Any] | None:
    """The case of a run, as far as this audience may know it."""
    case = state.cases.get(run.case or "")
    if case is None:
        return None
    if not may_see(case, audience):
        return {"id": case.id, "confidential": case.confidential}
    owner = state.people.get(case.owner)
    return {
        "id": case.id,
        "text": case.text,
        "owner": case.owner,
        "owner_name": owner.name if owner else None,
        "confidential": case.confidential,
    }


VIEWS = {"cases": seen}
