"""Who sees what: one function from state and audience to content, and from a fact to what changes for an audience.

What an audience may not see never leaves: not hidden, but absent, without even an id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kennislab.core.journal import Row
from kennislab.live.room.audience import EVERYONE, FACILITATORS, PROJECTOR, Audience, Seat, audience_of
from kennislab.live.room.fold import apply, touches
from kennislab.live.room.state import Key, RoomState
from kennislab.live.room.topics import TOPICS
from kennislab.live.room.topics.people import me

__all__ = ["COLLECTIONS", "SINGLETONS", "Change", "advance", "entity", "everything", "for_audience", "me"]

COLLECTIONS = ("agenda", "people", "groups", "runs", "cases", "contributions", "ballots", "plans", "reports")
SINGLETONS = ("lab", "step", "counts", "projector", "day", "previous", "evaluation", "me")
VIEWS: dict[str, Callable[[RoomState, Audience, str], dict[str, Any] | None]] = {
    name: how for topic in TOPICS for name, how in topic.VIEWS.items()
}

Change = dict[str, Any]
"""``{"set": {...}, "gone": {...}}``, without empty parts."""


def entity(state: RoomState, audience: Audience, key: Key) -> dict[str, Any] | None:
    """What this audience sees of one object; None for nothing."""
    return VIEWS[key[0]](state, audience, key[1])


def everything(state: RoomState, audience: Audience) -> dict[str, Any]:
    """The snapshot's content: all this audience sees, without who-am-I and time."""
    content: dict[str, Any] = {name: entity(state, audience, (name, "")) for name in SINGLETONS if name != "me"}
    for collection in COLLECTIONS:
        found = ((id_, entity(state, audience, (collection, id_))) for id_ in getattr(state, collection))
        content[collection] = {id_: one for id_, one in found if one is not None}
    return content


def concerned(state: RoomState, row: Row, keys: Iterable[Key]) -> set[str]:
    """Ids of the participants (or ``f:`` keys) for whom this fact may mean something that it does not mean for others."""
    ids = {id_ for collection, id_ in keys if collection == "me" and id_}
    for collection, id_ in keys:
        if collection == "contributions" and (one := state.contributions.get(id_)) is not None and one.author:
            ids.add(one.author)
    if row.type == "contribution.added" and row.data["author"]:
        ids.add(row.data["author"])
    return ids


def _seats(state: RoomState, row: Row, keys: Iterable[Key]) -> set[Seat]:
    """Seats where this fact may mean something else than for everyone: those in the groups that it is about."""
    keys = list(keys)
    groups = {state.contributions[id_].group for collection, id_ in keys if collection == "contributions" and id_ in state.contributions}
    groups |= {state.ballots[id_].group for collection, id_ in keys if collection == "ballots" and id_ in state.ballots}
    groups.add(row.data.get("group"))
    groups |= {id_ for collection, id_ in keys if collection == "groups"}
    groups |= {state.runs[id_].group for collection, id_ in keys if collection == "runs" and id_ in state.runs}
    groups |= {state.cases[id_].group for collection, id_ in keys if collection == "cases" and id_ in state.cases}
    groups |= {state.ballots[id_].group for collection, id_ in keys if collection == "ballots" and id_ in state.ballots}
    taken = {(person.group, person.table) for person in state.people.values() if person.group in groups}
    return {seat for seat in taken | {(group, None) for group in groups} if seat != EVERYONE.seat}


def for_audience(changes: dict[Audience, Change], audience: Audience) -> Change:
    """What a fact changed for this audience, found among those that were worked out."""
    for one in (audience, *fallbacks(audience)):
        if one in changes:
            return changes[one]
    return {}


def fallbacks(audience: Audience) -> tuple[Audience, ...]:
    """Whose share this audience has when it has none of its own: its table's, its group's, everyone's."""
    shared = audience.shared
    if shared.kind != "everyone":
        return (shared,)
    return (shared, Audience("everyone", seat=(shared.group, None)), EVERYONE)


def advance(state: RoomState, row: Row) -> tuple[dict[Audience, Change], dict[str, tuple[Seat, Seat]]]:
    """Applies one fact and says what it changed: for everyone, facilitators and projector, and for each seat and person for whom
    it is something else (see :func:`for_audience`); and who sits elsewhere since then (seat before, seat after)."""
    keys = touches(state, row)
    seats = sorted(_seats(state, row, keys), key=lambda seat: (seat[0] or "", seat[1] or ""))
    shared = [EVERYONE, FACILITATORS, PROJECTOR, *(Audience("everyone", seat=seat) for seat in seats)]
    own = [Audience("facilitators", i) if i.startswith("f:") else audience_of(state, i) for i in sorted(concerned(state, row, keys))]
    audiences = [*shared, *own]
    before = [[entity(state, a, k) for k in keys] for a in audiences]
    apply(state, row)
    changes: dict[Audience, Change] = {}
    moved: dict[str, tuple[Seat, Seat]] = {}
    for audience, old in zip(audiences, before, strict=True):
        after = audience
        if audience.kind == "participant" and audience.id:
            after = audience_of(state, audience.id)
            if after.seat != audience.seat:
                moved[audience.id] = (audience.seat, after.seat)
        change = _difference(keys, old, [entity(state, after, k) for k in keys])
        if audience not in (EVERYONE, FACILITATORS, PROJECTOR) and after.seat == audience.seat and change == for_audience(changes, after):
            continue
        changes[after] = change
    return changes, moved


def _difference(keys: list[Key], old: list[dict[str, Any] | None], new: list[dict[str, Any] | None]) -> Change:
    set_: dict[str, Any] = {}
    gone: dict[str, list[str]] = {}
    for (collection, id_), was, is_ in zip(keys, old, new, strict=True):
        if was == is_:
            continue
        if collection in SINGLETONS:
            if is_ is not None:
                set_[collection] = {name: value for name, value in is_.items() if was is None or was.get(name) != value}
        elif is_ is None:
            gone.setdefault(collection, []).append(id_)
        else:
            set_.setdefault(collection, {})[id_] = is_
    change: Change = {}
    if set_:
        change["set"] = set_
    if gone:
        change["gone"] = gone
    return change
