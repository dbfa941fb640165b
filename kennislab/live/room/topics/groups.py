"""Groups that work apart: made, changed, spoken to, called back."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from kennislab.core.clock import iso
from kennislab.core.errors import N_, Refused
from kennislab.core.journal import Entry, Row
from kennislab.live import messages as m
from kennislab.live.methods.sizing import even
from kennislab.live.methods.tables import deal
from kennislab.live.policies import LiveActor, group_there
from kennislab.live.room import clocks, plays, run_roles, turns
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience
from kennislab.live.room.state import Key, Person, RoomState
from kennislab.live.room.topics.people import of_groups, seat_in

NO_GROUP = N_("Deze groep is er niet")
BUSY = Refused("groups-busy", N_("Er is nog een groep bezig"), N_("Rond eerst de werkvorm af, of verplaats de mensen."), status=409)


def there(state: RoomState) -> list[str]:
    """Groups that there are now."""
    return [id_ for id_ in state.groups if group_there(state, id_)]


def smallest(state: RoomState, municipality: str | None) -> str | None:
    """The group for who comes late: the smallest; of those the one with fewest people of the same municipality. None without groups."""
    groups = there(state)
    if not groups:
        return None
    order = {id_: index for index, id_ in enumerate(groups)}
    people: dict[str, int] = dict.fromkeys(groups, 0)
    neighbours: dict[str, int] = dict.fromkeys(groups, 0)
    for one in state.people.values():
        if not one.gone and one.group in people:
            people[one.group] += 1
            neighbours[one.group] += municipality is not None and one.municipality == municipality
    return min(groups, key=lambda id_: (people[id_], neighbours[id_], order[id_]))


def _make(state: RoomState, actor: LiveActor, op: m.GroupMake, now: datetime) -> d.Decision:
    if any(group is not None for group in state.active):
        raise BUSY
    people = turns.members(state, None)
    groups = [{"id": d.new_id(), "name": f"Groep {number}"} for number in range(1, op.number + 1)]
    placed: dict[str, str] = {}
    if op.how != "by_hand" and people:
        tables = dealt(people, op.how, op.number, groups[0]["id"])
        placed = {one: group["id"] for table, group in zip(tables, groups, strict=True) for one in table}
    return d.fact("groups.made", actor, {"groups": [one["id"] for one in groups]}, groups=groups, placed=placed)


def dealt(people: Sequence[Person], how: str, number: int, seed: str) -> list[list[str]]:
    """Who goes where: counted off in the order in which people came in, or mixed by municipality."""
    if how == "count_off":
        return [[one.id for one in people[index::number]] for index in range(number)]
    return deal(run_roles.as_members(people), even(len(people), number), random.Random(seed))


def _existing(state: RoomState, id_: str) -> dict[str, Any]:
    if not group_there(state, id_):
        raise d.missing(NO_GROUP)
    return state.groups[id_]


def _add(state: RoomState, actor: LiveActor, op: m.GroupAdd, now: datetime) -> d.Decision:
    id_ = d.new_id()
    return d.fact("group.added", actor, {"group": id_}, id=id_, name=op.name)


def _rename(state: RoomState, actor: LiveActor, op: m.GroupRename, now: datetime) -> d.Decision:
    return d.fact("group.renamed", actor, id=_existing(state, op.group)["id"], name=op.name)


def _remove(state: RoomState, actor: LiveActor, op: m.GroupRemove, now: datetime) -> d.Decision:
    _existing(state, op.group)
    run = turns.run_of_group(state, op.group)
    ended = plays.ending(state, run, actor.key) if run is not None else []
    return d.Decision([*ended, Entry("group.removed", {"id": op.group, "group": op.group}, actor.key)], {})


def _say(state: RoomState, actor: LiveActor, op: m.GroupSay, now: datetime) -> d.Decision:
    if op.group is not None:
        _existing(state, op.group)
    return d.fact("group.told", actor, group=op.group, text=op.text.strip())


def _gather(state: RoomState, actor: LiveActor, op: m.GroupGather, now: datetime) -> d.Decision:
    if op.on == state.gathered:
        return d.NOTHING
    entries = [Entry("groups.gathered", {"on": op.on}, actor.key)]
    for group, id_ in state.active.items():  # the clocks of the groups stand still while everybody is together
        changed = clocks.after(state.runs[id_].clock, "pause" if op.on else "resume", 0, now) if group is not None else None
        if changed is not None:
            entries.append(Entry("run.timed", {"id": id_, "group": group, **changed}, actor.key))
    return d.Decision(entries, {})


DECIDE: dict[type[m.Op], d.Decide] = {
    m.GroupMake: _make,
    m.GroupAdd: _add,
    m.GroupRename: _rename,
    m.GroupRemove: _remove,
    m.GroupSay: _say,
    m.GroupGather: _gather,
}

# -- what the facts change


def _made(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    for group in state.groups.values():
        group["removed"] = True
    state.groups.update({group["id"]: dict(group) for group in data["groups"]})
    for person in state.people.values():
        seat_in(state, person, data["placed"].get(person.id))


def _added(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.groups[data["id"]] = {"id": data["id"], "name": data["name"]}


def _renamed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.groups[data["id"]]["name"] = data["name"]


def _removed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.groups[data["id"]]["removed"] = True
    for person in state.people.values():
        if person.group == data["id"]:
            seat_in(state, person, None)


def _told(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    message = {"text": data["text"], "at": iso(row.at)} if data["text"] else None
    if data["group"] is not None:
        state.groups[data["group"]]["message"] = message
        return
    state.message = message
    for id_ in there(state):
        state.groups[id_]["message"] = message


def _gathered(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.gathered = data["on"]


APPLY: dict[str, Callable[[RoomState, Row, dict[str, Any]], None]] = {
    "groups.made": _made,
    "group.added": _added,
    "group.renamed": _renamed,
    "group.removed": _removed,
    "group.told": _told,
    "groups.gathered": _gathered,
}


def _regrouping(state: RoomState, ids: Sequence[str], groups: set[str | None]) -> list[Key]:
    return [*of_groups(state, groups), *(("people", id_) for id_ in ids), *(("me", id_) for id_ in ids)]


def _making(state: RoomState, row: Row) -> list[Key]:
    fresh: list[Key] = [("groups", group["id"]) for group in row.data["groups"]]
    return [*fresh, *_regrouping(state, list(state.people), {id_ for id_ in state.groups if group_there(state, id_)})]


def _itself(state: RoomState, row: Row) -> list[Key]:
    return [("groups", row.data["id"])]


def _removing(state: RoomState, row: Row) -> list[Key]:
    group = row.data["id"]
    return _regrouping(state, [one.id for one in state.people.values() if one.group == group], {group})


def _telling(state: RoomState, row: Row) -> list[Key]:
    group = row.data["group"]
    return [("groups", group)] if group is not None else [("lab", ""), *(("groups", id_) for id_ in there(state))]


def _gathering(state: RoomState, row: Row) -> list[Key]:
    return [("lab", ""), *(("me", one.id) for one in turns.members(state, None) if one.group in state.active and one.group is not None)]


TOUCHES: dict[str, Callable[[RoomState, Row], list[Key]]] = {
    "groups.made": _making,
    "group.added": _itself,
    "group.renamed": _itself,
    "group.removed": _removing,
    "group.told": _telling,
    "groups.gathered": _gathering,
}

# -- who sees what


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """A group. Who leads the room sees how it goes there, its people who leads them; others only that it is there."""
    if not group_there(state, id_):
        return None
    group = state.groups[id_]
    inside = audience.kind == "facilitators" or (audience.kind != "projector" and audience.group == id_)
    people = turns.members(state, id_)
    run = turns.run_of_group(state, id_)
    leader = turns.leader_of(run) if run is not None and inside else None
    return {
        "id": id_,
        "name": group["name"],
        "people": len(people),
        "hands": sum(one.hand for one in people) if audience.kind == "facilitators" else 0,
        "leader": leader,
        "leader_name": state.people[leader].name if leader else None,
        "run": run.id if run is not None else None,
        "message": group.get("message") if inside else None,
    }


VIEWS = {"groups": seen}
