"""Methods that are played: who may take them further, and what each fact changes. What the facts are is in :mod:`..plays`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kennislab.core.clock import iso, parse_iso
from kennislab.core.errors import N_, Refused, require
from kennislab.core.journal import Entry, Row
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.methods import plan
from kennislab.live.methods.plan import Position
from kennislab.live.methods.schema import from_definition
from kennislab.live.policies import LiveActor
from kennislab.live.room import clocks, plays, run_cases, run_roles, turns
from kennislab.live.room import decision as d
from kennislab.live.room.runs_state import Run, Visit, read
from kennislab.live.room.state import Key, RoomState, Step
from kennislab.live.room.topics.runs_seen import progress, seen


class RunMoved(d.Moved):
    """This run is elsewhere already; ``state`` is where."""

    def __init__(self, run: Run) -> None:
        position = run.position
        super().__init__(
            {
                "run": run.id,
                "rev": run.rev,
                "step": position.step,
                "unit": position.unit,
                "part": position.part,
                "ends_at": iso(run.clock.ends_at),
            }
        )
        self.type = "run-moved"
        self.title = N_("Iemand anders was je voor")


NO_RUN = N_("Deze werkvorm is niet meer bezig")
NOT_THERE = Refused("no-such-position", N_("Deze stap is er niet"), N_("Kies een stap van de werkvorm."), status=422)
OTHERS_BUSY = Refused(
    "groups-busy", N_("Er is al een werkvorm bezig"), N_("Rond eerst af wat er loopt; daarna kun je een nieuwe beginnen."), status=409
)


def _running(state: RoomState, id_: str) -> Run:
    run = state.runs.get(id_)
    if run is None or not run.on:
        raise d.missing(NO_RUN)
    return run


def _led(state: RoomState, actor: LiveActor, id_: str) -> Run:
    run = _running(state, id_)
    require(policies.may_lead(state, actor, run))
    return run


def _start(state: RoomState, actor: LiveActor, op: m.RunStart, now: datetime) -> d.Decision:
    if op.group is not None and not policies.group_there(state, op.group):
        raise d.missing(N_("Deze groep is er niet"))
    require(policies.may_start(state, actor, op.group))
    if op.group in state.active or (state.active and (op.group is None or None in state.active)):
        raise OTHERS_BUSY
    case = None
    if op.case is not None:
        case = state.cases.get(op.case)
        if case is None or case.group != op.group or case.state == "withdrawn":
            raise d.missing(N_("Deze casus is er niet"))
    method, known = plays.method_of(state, op.method)
    case = case or run_cases.chosen_case(state, op.group, method)
    id_, entries = plays.beginning(state, op.group, method, case, op.minutes, actor.key, now)
    return d.Decision([*(Entry(name, data, actor.key) for name, data in known), *entries], {"run": id_})


def _go(state: RoomState, actor: LiveActor, op: m.RunGo, now: datetime) -> d.Decision:
    run = _led(state, actor, op.run)
    if op.rev != run.rev:
        raise RunMoved(run)
    people = len(turns.members(state, run.group))
    if op.to == "next":
        to = plays.following(run, people)
        if to is None:
            return d.Decision(plays.ending(state, run, actor.key), {})
    elif op.to == "previous":
        to = plays.preceding(run, people)
        if to is None:
            raise NOT_THERE
    else:
        to = Position(op.to.step, op.to.unit, op.to.part)
        if to.step >= len(run.method.steps):
            raise NOT_THERE
        if to.unit >= plan.units(run.method, to.step, people, run.stations) or to.part >= max(1, len(plan.parts(run.method, to.step))):
            raise NOT_THERE
    return d.Decision(plays.moving(state, run, to, actor.key, now), {"rev": run.rev + 1})


def _timer(state: RoomState, actor: LiveActor, op: m.RunTimer, now: datetime) -> d.Decision:
    run = _led(state, actor, op.run)
    changed = clocks.after(run.clock, op.change, op.seconds, now)
    return d.fact("run.timed", actor, id=run.id, group=run.group, **changed) if changed else d.NOTHING


def _role(state: RoomState, actor: LiveActor, op: m.RunRole, now: datetime) -> d.Decision:
    run = _led(state, actor, op.run)
    people = turns.members(state, run.group)
    if op.participant not in {one.id for one in people}:
        raise d.missing(N_("Deze deelnemer is er niet"))
    roles = run_roles.recast(run.roles, op.participant, op.role)
    if roles == run.roles:
        return d.NOTHING
    entries = [Entry("run.cast", {"id": run.id, "group": run.group, "roles": roles}, actor.key)]
    return d.Decision([*entries, *plays.reseating(run, people, roles, actor.key)], {})


def _reveal(state: RoomState, actor: LiveActor, op: m.RunReveal, now: datetime) -> d.Decision:
    run = _led(state, actor, op.run)
    return d.fact("run.revealed", actor, id=run.id, group=run.group)


def _end(state: RoomState, actor: LiveActor, op: m.RunEnd, now: datetime) -> d.Decision:
    return d.Decision(plays.ending(state, _led(state, actor, op.run), actor.key), {})


DECIDE: dict[type[m.Op], d.Decide] = {
    m.RunStart: _start,
    m.RunGo: _go,
    m.RunTimer: _timer,
    m.RunRole: _role,
    m.RunReveal: _reveal,
    m.RunEnd: _end,
}

# -- what the facts change


def _known(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.methods[data["key"]] = from_definition(data["definition"])


def _started(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    method = state.methods[data["method"]]
    run = Run(data["id"], data["group"], method, data["case"], Step(started_at=row.at), began=row.at)
    run.stations, run.stretch, run.skip, run.agenda = data["stations"], data["stretch"], data["skip"], data["agenda"]
    run.roles = data["roles"]
    state.runs[run.id] = run
    state.active[run.group] = run.id
    if run.case is not None:
        state.cases[run.case].state = "chosen"
    _arrived(state, run, row, data)


def _arrived(state: RoomState, run: Run, row: Row, data: dict[str, Any]) -> None:
    """At a position: where everybody sits, until when, and what is voted on."""
    run.position = read(data["position"])
    run.sent, run.sent_at, run.writers = 0, None, {}
    run.people, run.nothing, run.revealed = data["people"], data.get("nothing", False), False
    run.ballots, run.cards = data.get("ballots", {}), data.get("cards", [])
    run.clock = Step(started_at=row.at, ends_at=parse_iso(data["ends_at"]))
    run.visits.append(Visit(run.position, row.at, data["tables"]))
    if turns.mode_of(run) in turns.AT_TABLES:
        run.seated = run.position
    _seat(state, run, data["tables"])
    _hand_out(state, run)
    if turns.mode_of(run) in turns.TOGETHER:
        for id_ in run.items:
            state.contributions[id_].company = []


def _hand_out(state: RoomState, run: Run) -> None:
    ballot = state.ballots.get(run.ballots.get("", ""))
    if ballot is not None and run.unit < len(run.cards):
        ballot.cards = run.cards[run.unit]


def _seat(state: RoomState, run: Run, tables: list[list[str]]) -> None:
    run.tables = tables
    for person in turns.members(state, run.group):
        person.table = None
    for index, table in enumerate(tables):
        for one in table:
            if one in state.people:
                state.people[one].table = str(index + 1)


def unveil(state: RoomState, run: Run, *, to_all: bool = False) -> None:
    """What only its authors saw is shown; ``to_all``: to the whole group, not only to who sits with the author."""
    for id_ in run.veiled:
        state.contributions[id_].unrevealed = False
        if to_all:
            state.contributions[id_].company = []
    run.veiled.clear()


def _moved(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    run = state.runs[data["id"]]
    unveil(state, run)
    run.rev = data["rev"]
    if "top" in data:
        run.top = data["top"]
    _arrived(state, run, row, data)


def _seated(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    run = state.runs[data["id"]]
    run.roles, run.people = data["roles"], data["people"]
    run.visits[-1].tables = data["tables"]
    if "cards" in data:
        run.cards = data["cards"]
        _hand_out(state, run)
    _seat(state, run, data["tables"])


def _timed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    clocks.put(state.runs[data["id"]].clock, data)


def _cast(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.runs[data["id"]].roles = data["roles"]


def _revealed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    run = state.runs[data["id"]]
    unveil(state, run, to_all=True)
    run.revealed = True


def _ended(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    run = state.runs[data["id"]]
    unveil(state, run)
    run.state = "ended"
    if "top" in data:
        run.top = data["top"]
    if run.case is not None and state.cases[run.case].state == "chosen":
        state.cases[run.case].state = "done"
    for person in turns.members(state, run.group):
        person.table = None
    state.active.pop(run.group, None)


def _grown(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    ballot = state.ballots[data["id"]]
    ballot.choices = [*ballot.choices, data["choice"]]
    state.runs[data["run"]].nothing = False


APPLY = {
    "method.known": _known,
    "run.started": _started,
    "run.moved": _moved,
    "run.seated": _seated,
    "run.timed": _timed,
    "run.cast": _cast,
    "run.revealed": _revealed,
    "run.ended": _ended,
    "ballot.grown": _grown,
}


def _everybody(state: RoomState, group: str | None) -> list[Key]:
    return [("me", one.id) for one in turns.members(state, group)]


def _nothing(state: RoomState, row: Row) -> list[Key]:
    return []


def _beginning(state: RoomState, row: Row) -> list[Key]:
    data = row.data
    cases: list[Key] = [("cases", data["case"])] if data["case"] else []
    groups: list[Key] = [("groups", data["group"])] if data["group"] else []
    return [("runs", data["id"]), ("progress", data["id"]), *groups, *cases, *_everybody(state, data["group"])]


def of_run(state: RoomState, run: Run) -> list[Key]:
    """What is seen otherwise when people of a run sit otherwise, or what was hidden is shown."""
    found = (state.contributions[id_] for id_ in run.items)
    return [("contributions", one.id) for one in found if not one.retracted and (one.company or one.unrevealed)]


def _moving(state: RoomState, row: Row) -> list[Key]:
    run = state.runs[row.data["id"]]
    groups: list[Key] = [("groups", run.group)] if run.group else []
    return [("runs", run.id), ("progress", run.id), *groups, ("counts", ""), *of_run(state, run), *_everybody(state, run.group)]


def _casting(state: RoomState, row: Row) -> list[Key]:
    run = state.runs[row.data["id"]]
    groups: list[Key] = [("groups", run.group)] if run.group else []
    return [("runs", run.id), *groups, *_everybody(state, run.group)]


def _only_run(state: RoomState, row: Row) -> list[Key]:
    return [("runs", row.data["id"])]


def _ending(state: RoomState, row: Row) -> list[Key]:
    run = state.runs[row.data["id"]]
    cases: list[Key] = [("cases", run.case)] if run.case else []
    every: list[Key] = [("contributions", id_) for id_ in run.items]
    return [*_moving(state, row), *every, *cases]


def _growing(state: RoomState, row: Row) -> list[Key]:
    run = state.runs[row.data["run"]]
    return [("ballots", row.data["id"]), *([("runs", run.id), *_everybody(state, run.group)] if run.nothing else [])]


TOUCHES = {
    "method.known": _nothing,
    "run.started": _beginning,
    "run.moved": _moving,
    "run.seated": _moving,
    "run.timed": _only_run,
    "run.cast": _casting,
    "run.revealed": _moving,
    "run.ended": _ending,
    "ballot.grown": _growing,
}

VIEWS = {"runs": seen, "progress": progress}
