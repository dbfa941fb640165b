"""How many tables, and how many people at each. Whole numbers only; who sits where is :mod:`.seating`."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from kennislab.live.methods.model import GroupSize, Method, Step

TABLE_MODES = ("pairs", "trios", "fours", "small_groups")
DEFAULT_TABLE = GroupSize(min=3, ideal=4, max=5)


def even(people: int, tables: int) -> list[int]:
    """``people`` over ``tables``, the largest first, none differing by more than one."""
    whole, rest = divmod(people, tables)
    return [whole + (index < rest) for index in range(tables)]


def sizes(method: Method, step: Step, people: int) -> list[int]:
    """Sizes of the tables of a step with ``people`` at them, largest first; empty for nobody.

    Pairs: one trio when odd. Trios: the rest makes fours, save five people: three and two. Fours: as many as it takes, three to five.
    Small groups: what the step says; groups that will be mixed later are as many as they are large, so that everybody meets.
    """
    if people <= 0:
        return []
    match step.mode:
        case "individual":
            return [1] * people
        case "pairs":
            return even(people, max(1, people // 2))
        case "trios":
            return [3, 2] if people == 5 else even(people, max(1, people // 3))
        case "fours":
            return even(people, max(1, (people + 2) // 4))
        case "small_groups":
            return even(people, _small(method, step, people))
    return [people]


def _small(method: Method, step: Step, people: int) -> int:
    if any(other.seating == "mixed" and other.seating_of == step.id for other in method.steps):
        return isqrt(people)
    wanted = step.table or DEFAULT_TABLE
    tables = max(1, (2 * people + wanted.ideal) // (2 * wanted.ideal))
    while people > tables * wanted.max:
        tables += 1
    while tables > 1 and people < tables * wanted.min and people <= (tables - 1) * wanted.max:
        tables -= 1
    return tables


def station_count(method: Method, people: int, stations: int | None = None) -> int:
    """How many stations: as said, else what suits the number of people; never more than there are people."""
    if stations is None:
        plan = method.stations
        if plan is None:
            return 1
        stations = min(max(round(people / plan.people), plan.min), plan.max)
    return max(1, min(stations, people))


def repetitions(method: Method, step: Step, people: int, stations: int | None = None, tables: Sequence[Sequence[str]] | None = None) -> int:
    """How often a step is repeated: once, per round, per person at the largest table, or per station.

    Where roles rotate per round and a table has one more than there are rounds (four in a trio), there is a round more: everybody gets
    a turn. ``tables``: how people really sit; None: as they would when they sat down now.
    """
    seats = [len(table) for table in tables] if tables and step.mode in TABLE_MODES else sizes(method, step, people)
    match step.scale:
        case "per_station":
            return station_count(method, people, stations)
        case "per_participant":
            return max(seats, default=1) if step.mode in TABLE_MODES else max(1, people)
        case "per_round":
            rounds = method.rounds or 1
            if step.mode in TABLE_MODES:
                return max([rounds, *seats])
            return rounds
    return 1
