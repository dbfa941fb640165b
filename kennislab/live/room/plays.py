"""The course of a run: what beginning, moving, seating and ending record. Pure; what chance decides stands in a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kennislab.core.clock import iso
from kennislab.core.errors import N_, Refused
from kennislab.core.journal import Entry
from kennislab.live.methods import plan, rules, seating
from kennislab.live.methods.model import Method
from kennislab.live.methods.plan import Position
from kennislab.live.methods.schema import BUILT_IN, definition
from kennislab.live.methods.vocabulary import ROLE
from kennislab.live.room import decision as d
from kennislab.live.room.cases_state import Case
from kennislab.live.room.run_cases import choosing_steps
from kennislab.live.room.run_roles import as_members, cast, roles_with_case, with_leader
from kennislab.live.room.run_votes import closing, dealt_again, proposed, top_of, votes_of
from kennislab.live.room.runs_state import Run, Tables, written
from kennislab.live.room.state import Person, RoomState, Step
from kennislab.live.room.turns import AT_TABLES, members

NO_METHOD = Refused(
    "no-such-method", N_("Deze werkvorm is er niet"), N_("Kies een werkvorm uit de lijst; misschien is hij intussen vervallen."), status=404
)


def method_of(state: RoomState, key: str) -> tuple[Method, list[tuple[str, dict[str, Any]]]]:
    """A method by its key, and the fact that makes it known in this room when it is not yet."""
    if (known := state.methods.get(key)) is not None:
        return known, []
    if (built_in := BUILT_IN.get(key)) is None:
        raise NO_METHOD
    return built_in, [("method.known", {"key": key, "definition": definition(built_in)})]


@dataclass(frozen=True, slots=True)
class Going:
    """What arriving at a position depends on, besides the room."""

    run: Run
    people: Sequence[Person]
    roles: Mapping[str, str]
    now: datetime
    case: Case | None = None


def arrive(state: RoomState, going: Going, position: Position, came: Position | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The data of being at ``position`` (of ``run.started`` and ``run.moved``), and of the votes that open there."""
    run, people = going.run, going.people
    step = run.method.steps[position.step]
    stretch = run.stretch.get(step.id, 1.0)
    slot = plan.slot(run.method, position, people=len(people), stations=run.stations, stretch=stretch)
    tables = tables_at(run, position, people, going.roles, came)
    data: dict[str, Any] = {
        "position": written(position),
        "tables": tables,
        "people": len(people),
        "ends_at": iso(going.now + timedelta(seconds=slot.seconds)),
    }
    if came is not None and came.step == position.step and run.cards:
        return data | {"cards": run.cards, "ballots": run.ballots}, []
    votes: list[dict[str, Any]] = []
    if slot.input in rules.VOTES:
        votes, more = votes_of(state, run, people, going.case, slot, position, tables)
        data |= more
    return data, votes


def tables_at(run: Run, position: Position, people: Sequence[Person], roles: Mapping[str, str], came: Position | None) -> Tables:
    """Who sits together there; empty while all are together. Who writes alone does so at the table where he sat, if there was one."""
    if run.method.steps[position.step].mode == "individual" and came is not None:
        here = {one.id for one in people}
        return [[one for one in table if one in here] for table in run.tables]
    if run.method.steps[position.step].mode not in AT_TABLES:
        return []
    before = run.tables if came is not None else []
    earlier = {run.method.steps[visit.position.step].id: visit.tables for visit in run.visits if visit.tables}
    return seating.tables(
        run.method, position, as_members(people), before, run.id, at=came, base=roles, count=run.stations, earlier=earlier
    )


def reseating(run: Run, people: Sequence[Person], roles: Mapping[str, str], actor: str | None) -> list[Entry]:
    """Who sits otherwise once these are the roles: one fact, or none when all stay where they are."""
    tables = tables_at(run, run.position, people, roles, run.position)
    if tables == run.tables:
        return []
    return [Entry("run.seated", {"id": run.id, "group": run.group, "tables": tables, "roles": dict(roles), "people": len(people)}, actor)]


def following(run: Run, people: int) -> Position | None:
    """The next position, without steps that are passed over; None at the end."""
    step = run.method.steps
    at = plan.following(run.method, run.position, plan.units(run.method, run.position.step, people, run.stations, tables=run.tables))
    while at is not None and step[at.step].id in run.skip:
        at = Position(at.step + 1) if at.step + 1 < len(step) else None
    return at


def preceding(run: Run, people: int) -> Position | None:
    """The position before, without steps that are passed over; None at the beginning."""
    step = run.method.steps
    before = max(0, run.position.step - 1)
    at = plan.preceding(run.method, run.position, plan.units(run.method, before, people, run.stations))
    while at is not None and step[at.step].id in run.skip:
        if at.step == 0:
            return None
        last = plan.units(run.method, at.step - 1, people, run.stations) - 1
        at = Position(at.step - 1, last, max(0, len(plan.parts(run.method, at.step - 1)) - 1))
    return at


def ending(state: RoomState, run: Run, actor: str | None) -> list[Entry]:
    """The end of a run."""
    top = top_of(state, run)
    return [*closing(state, run, actor), Entry("run.ended", {"id": run.id, "group": run.group} | ({"top": top} if top else {}), actor)]


def moving(state: RoomState, run: Run, position: Position, actor: str | None, now: datetime) -> list[Entry]:
    """From where the run is to ``position``: votes close, the case is taken that the vote put first, tables and votes of the new place."""
    people = members(state, run.group)
    stays = position.step == run.position.step and bool(run.cards)
    entries = [] if stays else closing(state, run, actor)
    roles: Mapping[str, str] = run.roles
    case = state.cases.get(run.case or "")
    if case is None and position.step > run.position.step:
        first, made = proposed(state, run, actor)
        if first is not None:
            entries += made
            roles = roles_with_case(run, people, first)
            entries.append(Entry("case.chosen", {"id": first.id, "group": run.group, "run": run.id, "roles": dict(roles)}, actor))
            case = first
    data, votes = arrive(state, Going(run, people, roles, now, case), position, run.position)
    top = [] if stays else top_of(state, run)
    moved = {"id": run.id, "group": run.group, "rev": run.rev + 1, **data} | ({"top": top} if top else {})
    entries.append(Entry("run.moved", moved, actor))
    return [*entries, *(Entry("ballot.opened", vote, actor) for vote in votes)]


def beginning(
    state: RoomState,
    group: str | None,
    method: Method,
    case: Case | None,
    minutes: int | None,
    actor: str | None,
    now: datetime,
    agenda: str | None = None,
) -> tuple[str, list[Entry]]:
    """A method begins: its id and facts. Raises Refused when it cannot be fitted into ``minutes``.

    ``agenda``: the step of the agenda that it belongs to; None: the present one.
    """
    people = members(state, group)
    id_ = d.new_id()
    owner = case.owner if case is not None and case.owner in {one.id for one in people} else None
    roles = cast(method, people, group, owner, id_)
    choosing, pitching = choosing_steps(method)
    skip = [*pitching, choosing] if case is not None and choosing is not None else []
    stations = _stations(method, roles, people)
    stretch = _stretch(method, minutes, skip, len(people), stations)
    first = next(index for index, step in enumerate(method.steps) if step.id not in skip)
    run = Run(id_, group, method, case.id if case else None, Step(), roles=roles, stations=stations, stretch=stretch, skip=skip)
    data, votes = arrive(state, Going(run, people, roles, now, case), Position(first), None)
    fact = {
        "id": id_,
        "group": group,
        "method": method.id,
        "case": run.case,
        "roles": roles,
        "stations": stations,
        "stretch": stretch,
        "skip": skip,
        "agenda": agenda or state.step.id,
        **data,
    }
    return id_, [Entry("run.started", fact, actor), *(Entry("ballot.opened", vote, actor) for vote in votes)]


def _stations(method: Method, roles: Mapping[str, str], people: Sequence[Person]) -> int | None:
    if method.stations is None or not people:
        return None
    role = ROLE[method.stations.owner]
    return max(1, sum(one == role for one in roles.values()))


def _stretch(method: Method, minutes: int | None, skip: Sequence[str], people: int, stations: int | None) -> dict[str, float]:
    if minutes is None:
        return {}
    played = method.model_copy(update={"steps": [step for step in method.steps if step.id not in skip]})
    fitted = plan.fit(played, minutes, people, stations)
    return {id_: round(factor, 4) for id_, factor in plan.stretches(played, fitted, people, stations).items()}


def fitting(method: Method, minutes: int | None, people: int) -> int | None:
    """``minutes`` when the method can be fitted into them, else None: it then takes the time that it takes."""
    if minutes is None:
        return None
    least, most = plan.bounds(method)
    return minutes if least <= minutes <= most else None


def settling(state: RoomState, group: str | None, people: Sequence[Person], actor: str | None) -> list[Entry]:
    """When somebody came into or left a group in which a method is on: a place at a table for who came, and nobody else moves.

    ``people``: who is there afterwards.
    """
    key = state.active.get(group)
    if key is None:
        return []
    run = state.runs[key]
    here = {one.id for one in people}
    roles = {one: role for one, role in run.roles.items() if one in here}
    if group is not None:
        roles = with_leader(roles, people)
    tables = tables_at(run, run.position, people, roles, run.position)
    grown = any(
        plan.units(run.method, index, len(people), run.stations) != plan.units(run.method, index, run.people, run.stations)
        for index in range(len(run.method.steps))
    )
    cards = dealt_again(state, run, people)
    if tables == run.tables and roles == run.roles and not grown and cards == run.cards:
        return []
    data: dict[str, Any] = {"id": run.id, "group": group, "tables": tables, "roles": roles, "people": len(people)}
    return [Entry("run.seated", data | ({"cards": cards} if cards else {}), actor)]
