"""Who sees what: one function from state and audience to content, and from a fact to what changes for an audience.

What an audience may not see never leaves: not hidden, but absent, without even an id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from kennislab.core.journal import Row
from kennislab.live.room import turns
from kennislab.live.room.audience import EVERYONE, FACILITATORS, PROJECTOR, Audience, Seat, audience_of, seat_of
from kennislab.live.room.fold import apply, touches
from kennislab.live.room.state import Key, RoomState
from kennislab.live.room.topics import TOPICS
from kennislab.live.room.topics.contributions_seen import may_see
from kennislab.live.room.topics.people import me

__all__ = ["COLLECTIONS", "SINGLETONS", "Advance", "Change", "advance", "entity", "everything", "fallbacks", "for_audience", "me", "merged"]

COLLECTIONS = ("agenda", "people", "groups", "runs", "progress", "cases", "contributions", "ballots", "plans", "reports")
SINGLETONS = ("lab", "step", "counts", "projector", "day", "previous", "evaluation", "me")
_KEPT_IN = {"progress": "runs"}
VIEWS: dict[str, Callable[[RoomState, Audience, str], dict[str, Any] | None]] = {
    name: how for topic in TOPICS for name, how in topic.VIEWS.items()
}

Change = dict[str, Any]
"""``{"set": {...}, "gone": {...}}``, without empty parts."""

Seen = dict[Key, dict[str, Any]]
"""What somebody sees: key → content (or :data:`SEEN` for a text of which only that counts)."""
SEEN: dict[str, Any] = {"seen": True}
VEILS = frozenset({"run.moved", "run.seated", "run.revealed", "run.ended"})
"""Facts that show or hide texts, and change nothing else of them."""


@dataclass(frozen=True, slots=True)
class Advance:
    """What one fact changed.

    ``shared``: for everyone, facilitators and projector, and for each seat for which it is something else (see :func:`for_audience`);
    ``transits``: for who went from one seat to another; ``own``: for one person, what is told at that seat and what besides; ``moved``: who
    sits elsewhere since (seat before, seat after).
    """

    shared: dict[Audience, Change]
    transits: dict[tuple[Seat, Seat], Change]
    own: dict[str, tuple[Change, Change]]
    moved: dict[str, tuple[Seat, Seat]]


def entity(state: RoomState, audience: Audience, key: Key) -> dict[str, Any] | None:
    """What this audience sees of one object; None for nothing."""
    return VIEWS[key[0]](state, audience, key[1])


def everything(state: RoomState, audience: Audience) -> dict[str, Any]:
    """The snapshot's content: all this audience sees, without who-am-I and time."""
    content: dict[str, Any] = {name: entity(state, audience, (name, "")) for name in SINGLETONS if name != "me"}
    for collection in COLLECTIONS:
        found = ((id_, entity(state, audience, (collection, id_))) for id_ in getattr(state, _KEPT_IN.get(collection, collection)))
        content[collection] = {id_: one for id_, one in found if one is not None}
    return content


def advance(state: RoomState, row: Row) -> Advance:
    """Applies one fact and says what it changed for whom.

    Nobody's view is worked out on its own but what is theirs alone: ``me`` and what they wrote. The rest is that of a seat; and at a table
    only what is read by table (texts of a method with a ``company``) can differ from the group.
    """
    keys = list(dict.fromkeys(touches(state, row)))
    whole = [key for key in keys if key[0] != "me"]
    by_table = _by_table(state, row, whole)
    people = sorted(concerned(state, row, keys))
    bases = _bases(state, row, keys)
    mine = _written_by(state, row, whole, set(people))
    seats = {id_: seat_of(state, id_) for id_ in people if id_ in state.people}
    leaving = {seats[id_] for collection, id_ in keys if collection == "people" and id_ in seats}
    look = glance if row.type in VEILS else full
    shown: dict[tuple[str, str], dict[str, Any]] = {}

    def difference(keys: Iterable[Key], old: Seen, new: Seen, audience: Audience) -> Change:
        return _difference(keys, old, new, lambda key: _shown(shown, state, audience, key))

    old = {audience: look(state, audience, whole) for audience in bases}
    old_at = {seat: look(state, at_seat(seat), whole) for seat in leaving}
    near_before = _near(state, by_table)
    for seat in {*near_before, *(seat for seat in seats.values() if seat[1] is not None and by_table)}:
        if seat not in old_at:
            old_at[seat] = look(state, at_seat(seat), near_before.get(seat, []))
    old_own = {id_: look(state, _of(state, id_), mine[id_]) for id_ in people}
    apply(state, row)

    moved = {id_: (seat, now) for id_, seat in seats.items() if (now := seat_of(state, id_)) != seat}
    changes = {audience: difference(whole, old[audience], look(state, audience, whole), audience) for audience in bases}
    for audience in bases[3:]:
        if changes[audience] == changes[EVERYONE]:
            del changes[audience]
    near_after = _near(state, [key for key in by_table if state.contributions[key[1]].company])
    opened = {key for key in by_table if key[1] in state.contributions and not state.contributions[key[1]].company}
    by_company = [key for key in by_table if key not in opened]

    def at_table(before: Seat, after: Seat) -> Change:
        base = for_audience(changes, at_seat((after[0], None)))
        read = [key for key in dict.fromkeys([*near_before.get(before, []), *near_after.get(after, [])]) if key not in opened]
        exact = difference(read, old_at.get(before, {}), look(state, at_seat(after), read), at_seat(after))
        return merged(_without(base, by_company), exact) if by_table else base

    staying = {seat for seat in {*near_before, *near_after} if seat[1] is not None}
    for seat in sorted(staying, key=lambda one: (one[0] or "", one[1] or "")):
        change = at_table(seat, seat)
        if change != for_audience(changes, at_seat(seat)):
            changes[at_seat(seat)] = change
    transits: dict[tuple[Seat, Seat], Change] = {}
    for before, after in dict.fromkeys(moved.values()):
        if before in leaving and before[0] != after[0]:
            transits[before, after] = difference(whole, old_at[before], look(state, at_seat(after), whole), at_seat(after))
        elif turns.run_of_group(state, after[0]) is None and turns.run_of_group(state, None) is None:
            transits[before, after] = for_audience(changes, at_seat(after))
        else:
            transits[before, after] = at_table(before, after)
    own: dict[str, tuple[Change, Change]] = {}
    for id_ in people:
        shared = transits[moved[id_]] if id_ in moved else for_audience(changes, _of(state, id_))
        me_now = _of(state, id_)
        reached = _reached(mine[id_], shared, old_own[id_], light=look is glance)
        extra = difference(mine[id_], reached, look(state, me_now, mine[id_]), me_now)
        if extra:
            own[id_] = (shared, extra)
    return Advance(changes, transits, own, moved)


def full(state: RoomState, audience: Audience, keys: Iterable[Key]) -> Seen:
    """What this audience sees of these."""
    found = ((key, entity(state, audience, key)) for key in keys)
    return {key: one for key, one in found if one is not None}


def glance(state: RoomState, audience: Audience, keys: Iterable[Key]) -> Seen:
    """The same, with of texts only that they are seen: for facts that show or hide them and change nothing else of them."""
    seen: Seen = {}
    for key in keys:
        if key[0] == "contributions":
            one = state.contributions.get(key[1])
            if one is not None and may_see(state, audience, one):
                seen[key] = SEEN
        elif (other := entity(state, audience, key)) is not None:
            seen[key] = other
    return seen


def _shown(shown: dict[tuple[str, str], dict[str, Any]], state: RoomState, audience: Audience, key: Key) -> dict[str, Any]:
    """A text that has come into sight, worked out once for all participants."""
    kind = audience.kind if audience.kind in ("facilitators", "projector") else "everyone"
    if (kind, key[1]) not in shown:
        shown[kind, key[1]] = entity(state, audience, key) or {}
    return shown[kind, key[1]]


def at_seat(seat: Seat) -> Audience:
    """Everybody who sits there."""
    return Audience("everyone", seat=seat)


def _of(state: RoomState, id_: str) -> Audience:
    return Audience("facilitators", id_) if id_.startswith("f:") else audience_of(state, id_)


def concerned(state: RoomState, row: Row, keys: Iterable[Key]) -> set[str]:
    """Ids of the participants (or ``f:`` keys) for whom this fact may mean something that it does not mean for others."""
    ids = {id_ for collection, id_ in keys if collection == "me" and id_}
    for collection, id_ in keys:
        if collection == "contributions" and (one := state.contributions.get(id_)) is not None and one.author:
            ids.add(one.author)
    if row.type == "contribution.added" and row.data["author"]:
        ids.add(row.data["author"])
    return ids


def _written_by(state: RoomState, row: Row, keys: Iterable[Key], people: set[str]) -> dict[str, list[Key]]:
    """What may be for one person alone: ``me``, and among these keys what that person wrote."""
    found: dict[str, list[Key]] = {id_: [("me", id_)] for id_ in people}
    for key in keys:
        if key[0] == "contributions":
            one = state.contributions.get(key[1])
            author = one.author if one is not None else row.data.get("author") if key[1] == row.data.get("id") else None
            for id_ in [author] if one is not None or author else people:  # parts of a split: whose they are is not known yet
                if id_ in found:
                    found[id_].append(key)
    return found


def _bases(state: RoomState, row: Row, keys: Iterable[Key]) -> list[Audience]:
    """Everyone, facilitators, the projector, and each group that this fact is about."""
    groups: set[str | None] = {row.data.get("group")}
    for collection, id_ in keys:
        if collection == "groups":
            groups.add(id_)
        elif (
            collection in ("contributions", "runs", "progress", "cases", "ballots")
            and (one := getattr(state, _KEPT_IN.get(collection, collection)).get(id_)) is not None
        ):
            groups.add(one.group)
            if collection == "contributions" and one.confidential and one.case in state.cases:
                groups.add(state.cases[one.case].group)
    groups |= {person.group for collection, id_ in keys if collection == "people" and (person := state.people.get(id_)) is not None}
    return [EVERYONE, FACILITATORS, PROJECTOR, *(at_seat((group, None)) for group in sorted(group for group in groups if group))]


def _by_table(state: RoomState, row: Row, keys: Iterable[Key]) -> list[Key]:
    """The texts among these that not everybody of the group reads."""
    new = row.data.get("id") if row.data.get("company") else None
    found = []
    for key in keys:
        if key[0] == "contributions":
            one = state.contributions.get(key[1])
            if key[1] == new or (one is not None and one.company):
                found.append(key)
            elif one is None and any(key[1] == part["id"] for part in row.data.get("parts", ())):
                found.append(key)
    return found


def _near(state: RoomState, keys: Iterable[Key]) -> dict[Seat, list[Key]]:
    """Seat with a table → the texts among these that may be read there."""
    by_member: dict[tuple[str, str], list[Key]] = {}
    runs = set()
    for key in keys:
        one = state.contributions.get(key[1])
        if one is None or one.run not in state.runs or not state.runs[one.run].on:
            continue
        runs.add(one.run)
        for member in one.company:
            by_member.setdefault((one.run, member), []).append(key)
    found: dict[Seat, list[Key]] = {}
    for id_ in runs:
        run = state.runs[id_]
        for index, table in enumerate(run.tables):
            read = [key for member in turns.near(run, str(index + 1)) for key in by_member.get((id_, member), ())]
            if read:
                for seat in {(state.people[one].group, str(index + 1)) for one in table if one in state.people}:
                    found[seat] = list(dict.fromkeys(read))
    return found


def for_audience(changes: dict[Audience, Change], audience: Audience) -> Change:
    """What a fact changed for this audience, found among those that were worked out."""
    for one in fallbacks(audience):
        if one in changes:
            return changes[one]
    return {}


def fallbacks(audience: Audience) -> tuple[Audience, ...]:
    """Whose share this audience has, the nearest first: its table's, its group's, everyone's."""
    shared = audience.shared
    if shared.kind != "everyone":
        return (shared,)
    return (shared, Audience("everyone", seat=(shared.group, None)), EVERYONE)


def merged(first: Change, then: Change) -> Change:
    """Two changes as one: what the second says of a thing counts."""
    if not first or not then:
        return first or then
    set_: dict[str, Any] = {name: dict(part) for name, part in first.get("set", {}).items()}
    gone: dict[str, list[str]] = {name: list(ids) for name, ids in first.get("gone", {}).items()}
    for name, part in then.get("set", {}).items():
        set_.setdefault(name, {}).update(part)
        if name in gone:
            gone[name] = [id_ for id_ in gone[name] if id_ not in part]
    for name, ids in then.get("gone", {}).items():
        gone.setdefault(name, []).extend(id_ for id_ in ids if id_ not in gone[name])
        if name in set_:
            set_[name] = {id_: one for id_, one in set_[name].items() if id_ not in ids}
    set_, gone = {name: part for name, part in set_.items() if part}, {name: ids for name, ids in gone.items() if ids}
    return ({"set": set_} if set_ else {}) | ({"gone": gone} if gone else {})


def _without(change: Change, keys: Iterable[Key]) -> Change:
    """A change without what it says of these."""
    left_out = {id_ for collection, id_ in keys if collection == "contributions"}
    if not change or not left_out:
        return change
    set_ = dict(change.get("set", {}))
    gone = dict(change.get("gone", {}))
    if "contributions" in set_:
        set_["contributions"] = {id_: one for id_, one in set_["contributions"].items() if id_ not in left_out}
    if "contributions" in gone:
        gone["contributions"] = [id_ for id_ in gone["contributions"] if id_ not in left_out]
    set_, gone = {name: part for name, part in set_.items() if part}, {name: ids for name, ids in gone.items() if ids}
    return ({"set": set_} if set_ else {}) | ({"gone": gone} if gone else {})


def _reached(keys: list[Key], shared: Change, old: Seen, light: bool) -> Seen:
    """What somebody has of these after what is told to all at that seat."""
    reached = dict(old)
    for key in keys:
        collection, id_ = key
        if collection != "me":
            if id_ in shared.get("gone", {}).get(collection, ()):
                reached.pop(key, None)
            if (one := shared.get("set", {}).get(collection, {}).get(id_)) is not None:
                reached[key] = SEEN if light and collection == "contributions" else one
    return reached


def _difference(keys: Iterable[Key], old: Seen, new: Seen, fill: Callable[[Key], dict[str, Any]]) -> Change:
    set_: dict[str, Any] = {}
    gone: dict[str, list[str]] = {}
    for key in keys:
        was, is_ = old.get(key), new.get(key)
        if was == is_:
            continue
        collection, id_ = key
        if collection in SINGLETONS:
            if is_ is not None:
                set_[collection] = {name: value for name, value in is_.items() if was is None or was.get(name) != value}
        elif is_ is None:
            gone.setdefault(collection, []).append(id_)
        else:
            set_.setdefault(collection, {})[id_] = fill(key) if is_ is SEEN else is_
    change: Change = {}
    if set_:
        change["set"] = set_
    if gone:
        change["gone"] = gone
    return change
