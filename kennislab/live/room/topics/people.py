"""Who is in the room, where they sit, and what they may."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kennislab.core.errors import N_, Refused, require
from kennislab.core.journal import Entry, Row
from kennislab.core.text import skeleton
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room import plays, turns
from kennislab.live.room.audience import Audience
from kennislab.live.room.state import Key, Person, RoomState
from kennislab.live.room.topics import votes


def _hand_up(state: RoomState, actor: LiveActor, op: m.HandRaise, now: datetime) -> d.Decision:
    require(policies.may_raise(state, actor, op))
    return d.fact("hand.raised", actor, participant=actor.key, up=op.up)


def _moderate(state: RoomState, actor: LiveActor, op: m.ModerationSet, now: datetime) -> d.Decision:
    if op.participant is not None:
        if op.participant not in state.people:
            raise d.missing(N_("Deze deelnemer is er niet"))
        return d.fact("participant.held", actor, participant=op.participant, held=bool(op.held))
    if op.mode is None:
        raise Refused("invalid-op", N_("Dit klopt nog niet"), N_("Kies of je vooraf of achteraf meeleest."), status=422)
    return d.fact("moderation.changed", actor, mode=op.mode)


def here(state: RoomState, participant: str) -> Person:
    """Somebody who is in the room."""
    person = state.people.get(participant)
    if person is None or person.gone:
        raise d.missing(N_("Deze deelnemer is er niet"))
    return person


def _move(state: RoomState, actor: LiveActor, op: m.ParticipantMove, now: datetime) -> d.Decision:
    person = here(state, op.participant)
    if op.group is not None and not policies.group_there(state, op.group):
        raise d.missing(N_("Deze groep is er niet"))
    if op.group == person.group:
        return d.NOTHING
    entries = [Entry("participant.moved", {"participant": person.id, "group": op.group}, actor.key)]
    if None not in state.active:
        left = [one for one in turns.members(state, person.group) if one is not person] if person.group is not None else []
        came = [*turns.members(state, op.group), person] if op.group is not None else []
        entries += plays.settling(state, person.group, left, actor.key) if person.group is not None else []
        entries += plays.settling(state, op.group, came, actor.key) if op.group is not None else []
    return d.Decision(entries, {})


def _remove(state: RoomState, actor: LiveActor, op: m.ParticipantRemove, now: datetime) -> d.Decision:
    person = here(state, op.participant)
    run = turns.run_of_group(state, person.group) or turns.run_of_group(state, None)
    entries = [Entry("participant.left", {"participant": person.id}, actor.key)]
    if run is not None:
        left = [one for one in turns.members(state, run.group) if one is not person]
        entries += plays.settling(state, run.group, left, actor.key)
    return d.Decision(entries, {})


def arrivals(state: RoomState, participant: str) -> list[Entry]:
    """After somebody came in: a place at a table of the method that is on."""
    run = turns.run_for(state, state.people.get(participant))
    return plays.settling(state, run.group, turns.members(state, run.group), None) if run is not None else []


DECIDE: dict[type[m.Op], d.Decide] = {
    m.HandRaise: _hand_up,
    m.ModerationSet: _moderate,
    m.ParticipantMove: _move,
    m.ParticipantRemove: _remove,
}


def _joined(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    known = state.people.get(data["participant"])
    if known is None or known.gone:
        state.present += 1
    if known is None:
        state.people[data["participant"]] = Person(data["participant"], data["name"], data["municipality"], data.get("group"))
    else:
        known.name, known.municipality, known.gone = data["name"], data["municipality"], False
    person = state.people[data["participant"]]
    person.questions = data.get("questions", person.questions)
    if person.group is not None:
        person.been[person.group] = None
    person.looks_like = _looks_like(state, person)


def _looks_like(state: RoomState, person: Person) -> str | None:
    """Whose name this one could be taken for: of somebody who leads, or of somebody of another municipality who was here before."""
    mine = skeleton(person.name or "")
    if not mine:
        return None
    for name in state.day.leaders:
        if skeleton(name) == mine or skeleton(name.split()[0] if name else "") == mine:
            return name
    for other in state.people.values():
        if other.id == person.id or other.gone or other.municipality == person.municipality or skeleton(other.name or "") != mine:
            continue
        if other.name != person.name or " " in (other.name or ""):  # two called Anna are no news, two called Anna de Wit are
            return other.name
    return None


def _left(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    person = state.people[data["participant"]]
    state.present -= not person.gone
    person.gone, person.hand, person.table = True, False, None


def _held(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.people[data["participant"]].held = data["held"]


def _moved(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    seat_in(state, state.people[data["participant"]], data["group"])


def seat_in(state: RoomState, person: Person, group: str | None) -> None:
    """Puts somebody in a group (None: plenary); the table follows with the facts of the run."""
    person.group = group
    if None not in state.active:
        person.table = None
    if group is not None:
        person.been[group] = None


def _hand(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.people[data["participant"]].hand = data["up"]


def _moderation(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.moderation = data["mode"]


APPLY = {
    "participant.joined": _joined,
    "participant.left": _left,
    "participant.held": _held,
    "participant.moved": _moved,
    "hand.raised": _hand,
    "moderation.changed": _moderation,
}


def _person(state: RoomState, row: Row) -> list[Key]:
    person = state.people.get(row.data["participant"])
    group = person.group if person else row.data.get("group")
    groups: list[Key] = [("groups", group)] if group else []
    return [("people", row.data["participant"]), ("counts", ""), *groups, ("me", row.data["participant"])]


def _coming(state: RoomState, row: Row) -> list[Key]:
    """Who came in, or changed name: on lists of the method that is on, and where others read the name."""
    person = state.people.get(row.data["participant"])
    group = person.group if person else row.data.get("group")
    run = turns.run_of_group(state, group) or turns.run_of_group(state, None)
    keys = _person(state, row)
    if run is not None and (run.group is not None or run.tables):
        keys.append(("runs", run.id))
    if person is None or (person.name, person.municipality) == (row.data["name"], row.data["municipality"]):
        return keys
    own = [case.id for case in state.cases.values() if case.owner == person.id]
    cases: list[Key] = [("cases", id_) for id_ in own]
    told: list[Key] = [
        ("runs", one.id) for one in state.runs.values() if person.id in one.roles or one.group in person.been or one.case in own
    ]
    mates: list[Key] = [("me", one.id) for one in turns.members(state, run.group)] if run is not None else []
    said: list[Key] = [("contributions", id_) for id_ in person.contributions]
    plans: list[Key] = [("plans", plan.id) for plan in state.plans.values() if person.id in plan.people]
    return [*keys, *cases, *told, *mates, *said, *plans]


def _leaving(state: RoomState, row: Row) -> list[Key]:
    person = state.people[row.data["participant"]]
    run = turns.run_of_group(state, person.group) if person.group else None
    return [*_person(state, row), *([("runs", run.id)] if run is not None else [])]


def of_groups(state: RoomState, groups: set[str | None]) -> list[Key]:
    """What people see otherwise who come into or leave these groups."""
    return [
        ("counts", ""),
        *(("groups", group) for group in sorted(group for group in groups if group)),
        *(("contributions", one.id) for one in state.contributions.values() if one.group in groups),
        *((name, run.id) for run in state.runs.values() if run.group in groups for name in ("runs", "progress")),
        *(("cases", case.id) for case in state.cases.values() if case.group in groups),
        *(("ballots", ballot.id) for ballot in state.ballots.values() if ballot.group in groups),
    ]


def _moving(state: RoomState, row: Row) -> list[Key]:
    person = state.people[row.data["participant"]]
    groups: set[str | None] = {person.group, row.data["group"]} - {None}
    return [
        ("people", person.id),
        ("me", person.id),
        ("counts", ""),
        *of_groups(state, groups),
    ]


def _lab(state: RoomState, row: Row) -> list[Key]:
    return [("lab", "")]


TOUCHES = {
    "participant.joined": _coming,
    "participant.left": _leaving,
    "participant.held": _person,
    "participant.moved": _moving,
    "hand.raised": _person,
    "moderation.changed": _lab,
}


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """Somebody, for who leads the room; nobody gets a list of people on a phone."""
    person = state.people.get(id_)
    if person is None or person.gone or audience.kind != "facilitators":
        return None
    return {
        "id": person.id,
        "name": person.name,
        "municipality": person.municipality,
        "hand": person.hand,
        "held": person.held,
        "ready": person.ready,
        "looks_like": person.looks_like,
        "role": "participant",
        "group": person.group,
    }


def seen_counts(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """How many; of a vote of a group only that group hears it."""
    return {
        "people": state.present,
        "hidden": len(state.veiled),
        "voters": {b.id: len(b.cast) for b in state.ballots.values() if b.cast and votes.may_see(state, b, audience)},
    }


def seen_me(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """What is mine alone; nothing for anybody else."""
    return me(state, audience) if audience.id is not None and audience.id == id_ else None


def of_the_day(state: RoomState, who: str) -> dict[str, Any]:
    """What is mine alone of the day: what I support, reported and joined."""
    person = state.people.get(who)
    return {
        "supports": sorted(person.supports) if person else [],
        "reports": {id_: {"said": r.said[who].said, "note": r.said[who].note} for id_, r in state.reports.items() if who in r.said},
        "plans": {id_: plan.people[who] for id_, plan in state.plans.items() if who in plan.people},
    }


def me(state: RoomState, audience: Audience) -> dict[str, Any]:
    """What is mine alone: my contributions, my votes, my hand."""
    person = state.people.get(audience.id or "")
    reasons = {b.id: b.reasons[audience.id] for b in state.ballots.values() if audience.id in b.reasons}
    if person is None:
        cast = {b.id: b.cast[audience.id] for b in state.ballots.values() if audience.id in b.cast}
        mine = [c.id for c in state.contributions.values() if c.author == audience.id and not c.retracted]
        return {
            "group": None,
            "contributions": sorted(mine),
            "hand": False,
            "held": False,
            "ready": None,
            "votes": cast,
            "reasons": reasons,
            "turn": None,
            "questions": [],
            **of_the_day(state, audience.id or ""),
        }
    return {
        "group": person.group,
        "contributions": sorted(person.contributions),
        "hand": person.hand,
        "held": person.held,
        "ready": person.ready,
        "votes": dict(person.votes),
        "reasons": reasons,
        "turn": turns.turn(state, person),
        "questions": person.questions,
        **of_the_day(state, person.id),
    }


VIEWS = {"people": seen, "counts": seen_counts, "me": seen_me}
