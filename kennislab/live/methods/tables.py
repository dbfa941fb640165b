"""Who sits together, and where they go next. The same seed gives the same tables."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kennislab.live.methods.model import Method, Step
from kennislab.live.methods.plan import Position
from kennislab.live.methods.sizing import TABLE_MODES, even, sizes, station_count
from kennislab.live.methods.vocabulary import ROLE

Tables = list[list[str]]
ASIDE = ("case_owner", "example_giver", "client")
"""Roles that sit apart when small groups talk and they are silent."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the group. ``municipality``: code, or None when not known."""

    id: str
    municipality: str | None = None


def tables(
    method: Method,
    position: Position,
    members: Sequence[Member],
    before: Sequence[Sequence[str]],
    seed: str,
    *,
    at: Position | None = None,
    base: Mapping[str, str] | None = None,
    count: int | None = None,
    earlier: Mapping[str, Sequence[Sequence[str]]] | None = None,
) -> Tables:
    """The tables at ``position``; everybody of ``members`` at exactly one.

    ``before``: the tables as they were, ``at`` that position (None: the one just before this); asked again at the same position it only
    drops who left and seats who came. ``base``: roles given to the group, so that a silent case owner sits apart and station owners stay.
    ``count``: how many stations (None: what suits). ``earlier``: the last tables of steps by id, for a step that goes back to some.

    Along stations table i is station i, and who stays there comes first.
    """
    if not members:
        return []
    step = method.steps[position.step]
    base = base or {}
    came = at if at is not None else _just_before(method, position)
    if step.mode == "individual":
        return [[member.id] for member in members]
    if step.scale == "per_station":
        return _along_stations(method, position, members, before, came, seed, base, count)
    if step.mode not in TABLE_MODES:
        return [[member.id for member in members]]
    apart = _apart(step, members, base)
    seated = [member for member in members if member.id not in apart]
    previous = [[one for one in table if one not in apart] for table in before]
    return [*_seat(method, position, seated, previous, came, seed, earlier or {}), *([one] for one in apart)]


def _just_before(method: Method, position: Position) -> Position | None:
    if position.part:
        return Position(position.step, position.unit, position.part - 1)
    if position.unit:
        return Position(position.step, position.unit - 1)
    return Position(position.step - 1, 10_000) if position.step else None


def _apart(step: Step, members: Sequence[Member], base: Mapping[str, str]) -> list[str]:
    silent = {ROLE[word] for word in step.silent} & set(ASIDE)
    found = [member.id for member in members if base.get(member.id) in silent]
    return found if len(found) < len(members) else []


def _seat(
    method: Method,
    position: Position,
    members: Sequence[Member],
    before: Tables,
    came: Position | None,
    seed: str,
    earlier: Mapping[str, Sequence[Sequence[str]]],
) -> Tables:
    """At the tables of a step in pairs, trios, fours or small groups."""
    step = method.steps[position.step]
    old = method.steps[came.step] if came is not None else None
    if came is not None and came.step == position.step and any(before):
        return keep(before, members)
    random_ = random.Random(f"{seed}:{step.id}")
    if step.seating == "home" and any(before):
        return keep(before, members)
    if step.seating in ("mixed", "back") and step.seating_of is not None:
        source = method.steps[method.places[step.seating_of]]
        known = earlier.get(source.id) or (before if old is source and any(before) else None)
        first = keep(known, members) if known else deal(members, sizes(method, source, len(members)), random.Random(f"{seed}:{source.id}"))
        return first if step.seating == "back" else mix(first, members, step, random_)
    if old is not None and any(before):
        if step.mode == "fours" and old.mode == "pairs":
            return keep(_merged(before, {member.id for member in members}), members)
        if step.mode == old.mode and step.table == old.table and old.scale != "per_station":
            return keep(before, members)
    return deal(members, sizes(method, step, len(members)), random_)


def keep(before: Sequence[Sequence[str]], members: Sequence[Member]) -> Tables:
    """The same tables: who left is dropped, who came joins the smallest table, preferably without a neighbour of the own municipality.

    Somebody who is left alone joins others; the rest stays where it is.
    """
    here = {member.id: member.municipality for member in members}
    kept: Tables = []
    seen: set[str] = set()
    for table in before:
        present = [one for one in dict.fromkeys(table) if one in here and one not in seen]
        seen.update(present)
        if present:
            kept.append(present)
    alone = [table[0] for table in kept if len(table) == 1] if len(kept) > 1 else []
    kept = [table for table in kept if table[0] not in alone]
    for one in [*alone, *(member.id for member in members if member.id not in seen)]:
        if kept:
            _smallest(kept, one, here).append(one)
        else:
            kept.append([one])
    return kept


def _smallest(choice: Tables, one: str, municipality: Mapping[str, str | None]) -> list[str]:
    own = municipality[one]
    return min(choice, key=lambda table: (len(table), sum(own is not None and municipality.get(other) == own for other in table)))


def _merged(pairs: Tables, here: set[str]) -> Tables:
    """Tables of two earlier pairs. With an odd number a trio stays as it is, or else the last pair joins a four."""
    present = [table for table in ([one for one in pair if one in here] for pair in pairs) if table]
    present.sort(key=len)  # larger ones last; stable
    rest = present.pop() if len(present) % 2 else None
    merged = [first + second for first, second in zip(present[0::2], present[1::2], strict=True)]
    if rest is None:
        return merged
    if len(rest) >= 3 or not merged:
        return [*merged, rest]
    min(merged, key=len).extend(rest)
    return merged


def deal(members: Sequence[Member], wanted: Sequence[int], random_: random.Random) -> Tables:
    """New tables of these sizes, people of one municipality apart as far as that goes: the most numerous are seated first."""
    order = list(members)
    random_.shuffle(order)
    often = Counter(member.municipality for member in order if member.municipality is not None)
    order.sort(key=lambda member: (-often.get(member.municipality or "", 0), member.municipality or ""))
    result: Tables = [[] for _ in wanted]
    cities: list[Counter[str | None]] = [Counter() for _ in wanted]
    for member in order:
        free = [index for index, size in enumerate(wanted) if len(result[index]) < size]
        chosen = min(free, key=lambda i: (cities[i][member.municipality] if member.municipality else 0, len(result[i]) - wanted[i], i))
        result[chosen].append(member.id)
        cities[chosen][member.municipality] += 1
    for table in result:
        random_.shuffle(table)
    return result


def mix(first: Sequence[Sequence[str]], members: Sequence[Member], step: Step, random_: random.Random) -> Tables:
    """New tables with somebody of every first table at each, as far as the sizes allow (each first table is large enough to spread)."""
    people = sum(len(table) for table in first)
    if not people:
        return []
    most = min(min(len(table) for table in first), people // len(first))
    ideal = step.table.ideal if step.table else 5
    count = max(1, min(most, round(people / ideal)))
    if count == 1 and people >= 2 * max(2, len(first)):
        count = 2
    city = {member.id: member.municipality for member in members}
    result: Tables = [[] for _ in range(count)]
    for table in sorted(first, key=len, reverse=True):
        got = [0] * count
        order = list(table)
        random_.shuffle(order)
        for one in order:
            own = city.get(one)
            chosen = min(
                range(count),
                key=lambda i: (got[i], len(result[i]), sum(own is not None and city.get(other) == own for other in result[i]), i),
            )
            result[chosen].append(one)
            got[chosen] += 1
    return result


def stations(method: Method, members: Sequence[Member], count: int | None, seed: str, *, base: Mapping[str, str] | None = None) -> Tables:
    """Who begins at which station; who stays there (question owner, presenter) comes first. ``count`` None: what suits the number.

    Owners are those who have the role in ``base``; a station without one is given somebody when nobody has the role yet.
    """
    if not members:
        return []
    role = _owner(method)
    owners = [member for member in members if (base or {}).get(member.id) == role]
    number = station_count(method, len(members), count if count is not None else (len(owners) or None))
    owners = (owners or _first_owners(method, members, number, seed))[:number]
    staying = {member.id for member in owners}
    visitors = [member for member in members if member.id not in staying]
    random_ = random.Random(f"{seed}:stations")
    groups = deal(visitors, even(len(visitors), number)[::-1], random_) if visitors else [[] for _ in range(number)]
    return [([owners[index].id] if index < len(owners) else []) + groups[index] for index in range(number)]


def station_of(unit: int, table: int, count: int) -> int:
    """At which station the group that began at ``table`` is in this unit: every unit one further."""
    return (table + unit) % count


def _owner(method: Method) -> str:
    return ROLE[method.stations.owner] if method.stations is not None else "participant"


def _first_owners(method: Method, members: Sequence[Member], number: int, seed: str) -> list[Member]:
    """One for each station, of as many municipalities as there are."""
    order = list(members)
    random.Random(f"{seed}:owners").shuffle(order)
    times: Counter[str | None] = Counter()
    rank: dict[str, tuple[int, int]] = {}
    for index, member in enumerate(order):
        rank[member.id] = (times[member.municipality] if member.municipality else 0, index)
        times[member.municipality] += 1
    return sorted(order, key=lambda member: rank[member.id])[:number]


def _along_stations(
    method: Method,
    position: Position,
    members: Sequence[Member],
    before: Sequence[Sequence[str]],
    came: Position | None,
    seed: str,
    base: Mapping[str, str],
    count: int | None,
) -> Tables:
    same = came is not None and came.step == position.step and any(before)
    if not same or came is None:
        start = stations(method, members, count, seed, base=base)
        return _moved(start, position.unit, _stayers(method, start, base))
    here = {member.id: member.municipality for member in members}
    stay = _stayers(method, before, base)
    now = [[one for one in table if one in here] for table in before]
    placed = {one for table in now for one in table}
    for member in members:
        if member.id not in placed:
            _smallest(now, member.id, here).append(member.id)
    return _moved(now, position.unit - came.unit, stay)


def _stayers(method: Method, at: Sequence[Sequence[str]], base: Mapping[str, str]) -> set[str]:
    """Who stays: at each station the first with the owners' role, or simply the first when nobody has that role."""
    role = _owner(method)
    if role not in base.values():
        return {table[0] for table in at if table}
    owners = ([one for one in table if base.get(one) == role] for table in at)
    return {found[0] for found in owners if found}


def _moved(at: Sequence[Sequence[str]], steps: int, stay: set[str]) -> Tables:
    """Visitors ``steps`` stations further; who stays, stays, and comes first."""
    count = len(at)
    result: Tables = [[one for one in table if one in stay] for table in at]
    for index, table in enumerate(at):
        result[station_of(steps, index, count)] += [one for one in table if one not in stay]
    return result


def belongs_to(method: Method, position: Position, places: Sequence[Sequence[str]], index: int) -> frozenset[str]:
    """Who a text belongs to that is written at table ``index`` now (``written_at`` of :func:`kennislab.live.methods.rules.may_read`).

    Along stations it stays at its station, for whoever comes next and for its owner afterwards.
    """
    if method.steps[position.step].scale == "per_station":
        return frozenset({f"station:{index}"})
    return frozenset(places[index])


def company(method: Method, position: Position, places: Sequence[Sequence[str]], index: int) -> frozenset[str]:
    """What table ``index`` may read from (``table_now`` of :func:`kennislab.live.methods.rules.may_read`): its people, its station."""
    step = method.steps[position.step]
    people = frozenset(places[index])
    return people | {f"station:{index}"} if step.scale == "per_station" or step.seating == "home" else people
