"""Why there is no answer, and what is the least that would make one possible.

What somebody would rather have plays no part here, so people are counted per municipality; only those about whom something is asked are
followed one by one. Every wish that can be let go has one variable that says by how much: held at 0 the wish holds. So one programme tells
which wishes clash (by trying which are needed for it: U. Junker, "QuickXplain", AAAI 2004) and what letting go costs least.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kennislab.grouping.assign.matrix import Programme
from kennislab.grouping.assign.problem import (
    Change,
    ChangeKind,
    Clash,
    Group,
    Id,
    Named,
    Person,
    Problem,
    Relaxation,
    Wish,
    bound_to,
    crowded,
    wishes_of,
)

COST: Mapping[ChangeKind, int] = {
    "most": 2,
    "least": 2,
    "municipality": 3,
    "together": 4,
    "apart": 4,
    "can-lead": 4,
    "most-all": 5,
    "least-all": 5,
    "pin": 6,
    "leader": 6,
}
"""What one step of each costs. One more seat is less to ask than one more of each municipality everywhere; what a person decided by hand
weighs most. So two groups one bigger come before all groups one bigger, and three after it."""
SHADES = 1000  # one step of cost, so that the order of groups can decide between relaxations that cost the same
MOST_CLASHES = 6
KINDS: tuple[tuple[ChangeKind, ...], ...] = (
    tuple(COST),
    ("most", "most-all"),
    ("least", "least-all"),
    ("municipality",),
    ("together", "apart", "can-lead"),
    ("pin", "leader"),
)


@dataclass(frozen=True, slots=True)
class _Loose:
    """One wish: what it is, its variable, and how far that may go. In a relaxation it is ``kind``."""

    named: Named
    column: int
    far: int


class _Feasible:
    """The problem without anybody's choices, with a variable for every wish that can be let go."""

    def __init__(self, problem: Problem, deadline: float) -> None:
        self.problem, self.deadline = problem, deadline
        self.programme = Programme()
        self.loose: list[_Loose] = []
        self.everybody = len(problem.people)
        self.wishes = wishes_of(problem)
        self.crowded = crowded(problem)
        self.sums: dict[Id, list[tuple[int, float]]] = {group.id: [] for group in problem.groups}
        self.fixed: Counter[Id] = Counter()
        self.of_place: dict[tuple[str, Id], list[tuple[int, float]]] = defaultdict(list)
        self.fixed_of_place: Counter[tuple[str, Id]] = Counter()
        self.lead: dict[Id, list[tuple[int, float]]] = defaultdict(list)
        self.fixed_lead: Counter[Id] = Counter()
        self.at: dict[Id, dict[Id, int]] = {}
        self._people()
        self.shared: dict[ChangeKind, int] = {}
        self.shared["most-all"] = self.programme.column(0)
        self.shared["least-all"] = self.programme.column(0)
        self.shared["municipality"] = self.programme.column(0)
        self._sizes()
        self._municipalities()
        self._leaders()
        self._wishes()
        self.strict = tuple(self.programme.upper)

    def _let(self, named: Named, far: int) -> int:
        column = self.programme.column(0)
        self.loose.append(_Loose(named, column, far))
        return column

    def _people(self) -> None:
        bound = bound_to(self.problem)
        followed = {person for wish in self.wishes for person in wish.people} | {one for one, groups in bound.items() if len(groups) > 1}
        followed |= {group.leader for group in self.problem.groups if group.leader is not None}
        counts: Counter[tuple[str, bool]] = Counter()
        loosened: dict[tuple[str, bool], list[int]] = defaultdict(list)
        minds = any(group.needs_leader for group in self.problem.groups)
        for person in self.problem.people:
            key = (person.municipality if person.municipality in self.crowded else "", minds and person.can_lead)
            if person.id in followed:
                self._follow(person, key)
            elif person.id in bound:
                group = next(iter(bound[person.id]))
                gone = self._let(Named("pin", group=group, people=(person.id,)), 1)
                self._counted(gone, -1.0, group, key, fixed=1)
                loosened[key].append(gone)
            else:
                counts[key] += 1
        for key in sorted({*counts, *loosened}):
            columns = []
            for one in self.problem.groups:
                columns.append(self.programme.column(self.everybody))
                self._counted(columns[-1], 1.0, one.id, key)
            terms = [*((column, 1.0) for column in columns), *((column, -1.0) for column in loosened[key])]
            self.programme.row(terms, counts[key], counts[key])

    def _follow(self, person: Person, key: tuple[str, bool]) -> None:
        columns = self.at[person.id] = {group.id: self.programme.column(1) for group in self.problem.groups}
        for group, column in columns.items():
            self._counted(column, 1.0, group, key)
        self.programme.row([(column, 1.0) for column in columns.values()], 1, 1)
        if person.id in self.problem.pins:
            group = self.problem.pins[person.id]
            gone = self._let(Named("pin", group=group, people=(person.id,)), 1)
            self.programme.row([(columns[group], 1.0), (gone, 1.0)], 1)
        for one in self.problem.groups:
            if one.leader == person.id:
                gone = self._let(Named("leader", group=one.id, people=(person.id,)), 1)
                self.programme.row([(columns[one.id], 1.0), (gone, 1.0)], 1)

    def _counted(self, column: int, factor: float, group: Id, key: tuple[str, bool], fixed: int = 0) -> None:
        self.sums[group].append((column, factor))
        self.fixed[group] += fixed
        if key[0]:
            self.of_place[key[0], group].append((column, factor))
            self.fixed_of_place[key[0], group] += fixed
        if key[1]:
            self.lead[group].append((column, factor))
            self.fixed_lead[group] += fixed

    def _sizes(self) -> None:
        for group in self.problem.groups:
            there = self.fixed[group.id]
            if group.most is not None and group.most < self.everybody:
                more = self._let(Named("most", group=group.id, number=group.most), self.everybody)
                self.programme.row([*self.sums[group.id], (more, -1.0), (self.shared["most-all"], -1.0)], most=group.most - there)
            if group.least:
                less = self._let(Named("least", group=group.id, number=group.least), group.least)
                self.programme.row([*self.sums[group.id], (less, 1.0), (self.shared["least-all"], 1.0)], group.least - there)

    def _municipalities(self) -> None:
        most = self.problem.max_per_municipality or 0
        for name in sorted(self.crowded):
            more = self._let(Named("municipality", municipality=name, number=most), self.everybody)
            for group in self.problem.groups:
                terms = self.of_place.get((name, group.id))
                if terms:
                    there = self.fixed_of_place[name, group.id]
                    self.programme.row([*terms, (more, -1.0), (self.shared["municipality"], -1.0)], most=most - there)

    def _leaders(self) -> None:
        for group in self.problem.groups:
            if group.needs_leader and group.leader is None:
                without = self._let(Named("can-lead", group=group.id), 1)
                room = float(self.everybody)
                lead = [(column, factor * room) for column, factor in self.lead[group.id]]
                sizes = [(column, -factor) for column, factor in self.sums[group.id]]
                self.programme.row([*lead, *sizes, (without, room)], self.fixed[group.id] - room * self.fixed_lead[group.id])

    def _wishes(self) -> None:
        for wish in self.wishes:
            gone = self._let(Named(wish.kind, people=wish.people), 1)
            for group in self.sums:
                columns = [self.at[person][group] for person in wish.people]
                if wish.kind == "apart":
                    self.programme.row([*((column, 1.0) for column in columns), (gone, 1.0 - len(columns))], most=1)
                    continue
                for first, second in zip(columns, columns[1:], strict=False):
                    self.programme.row([(first, 1.0), (second, -1.0), (gone, -1.0)], most=0)
                    self.programme.row([(second, 1.0), (first, -1.0), (gone, -1.0)], most=0)

    def holds(self, kept: Iterable[_Loose]) -> bool:
        """Whether there is an answer when only these wishes count. Out of time counts as yes, so nothing is called a clash unproven."""
        counted = {one.column for one in kept}
        upper = list(self.strict)
        for one in self.loose:
            if one.column not in counted:
                upper[one.column] = one.far
        answer = self.programme.solve([0.0] * len(upper), self.deadline, upper)
        return answer.values is not None or not answer.proven

    def _needed(self, background: list[_Loose], grew: bool, among: list[_Loose]) -> list[_Loose]:
        if grew and not self.holds(background):
            return []
        if len(among) == 1:
            return among
        half = len(among) // 2
        first, second = among[:half], among[half:]
        of_second = self._needed([*background, *first], bool(first), second)
        of_first = self._needed([*background, *of_second], bool(of_second), first)
        return of_first + of_second

    def clashes(self) -> list[list[_Loose]]:
        """Minimal clashes that have no wish in common; what is left after the last can be met (or there was no time)."""
        found: list[list[_Loose]] = []
        left = self.loose
        while len(found) < MOST_CLASHES and left and not self.holds(left):
            found.append(self._needed([], False, left))
            mine = {one.column for one in found[-1]}
            left = [one for one in left if one.column not in mine]
        return found

    def least_change(self, kinds: Sequence[ChangeKind]) -> Relaxation | None:
        """The cheapest way to make an answer possible by letting go of these kinds only; None when there is none, or no time."""
        wanted = Counter(person.choices[0] for person in self.problem.people if person.choices)
        order = sorted(self.problem.groups, key=lambda group: -wanted[group.id])
        shade = {group.id: place for place, group in enumerate(order)}
        upper, cost = list(self.strict), [0.0] * len(self.strict)
        of_column: set[int] = set()
        for one in self.loose:
            if one.named.kind != "municipality" and one.named.kind in kinds:
                upper[one.column] = one.far
                of_column.add(one.column)
                tint = shade.get(one.named.group, 0) if one.named.group is not None else 0
                cost[one.column] = COST[one.named.kind] * SHADES + (len(shade) - tint if one.named.kind == "least" else tint)
        for kind, column in self.shared.items():
            if kind in kinds:
                upper[column] = self.everybody
                cost[column] = COST[kind] * SHADES
        answer = self.programme.solve(cost, self.deadline, upper)
        if answer.values is None or not answer.proven:
            return None
        return self._told(answer.values, of_column)

    def _told(self, values: list[int], of_column: set[int]) -> Relaxation:
        changes: list[Change] = []
        size = 0
        everywhere = {kind: values[column] for kind, column in self.shared.items()}
        for kind, by in everywhere.items():
            if by:
                to = (self.problem.max_per_municipality or 0) + by if kind == "municipality" else None
                changes.append(Change(kind, by, to))
                size += COST[kind] * by
        for one in self.loose:
            by = values[one.column]
            if by and one.column in of_column:
                named = one.named
                to = None
                if named.number is not None:
                    to = named.number + (by + everywhere["most-all"] if named.kind == "most" else -by - everywhere["least-all"])
                changes.append(Change(named.kind, by, None if to is None else max(0, to), named.group, named.people))
                size += COST[named.kind] * by
        return Relaxation(tuple(changes), size)


def why_not(problem: Problem, deadline: float) -> tuple[tuple[Clash, ...], tuple[Relaxation, ...]]:
    """What clashes, and what would help: the smallest relaxation of all first, then the smallest of each kind by itself."""
    if not problem.groups:
        return ((Clash(()),) if problem.people else (), ())
    model = _Feasible(problem, deadline)
    relaxations: list[Relaxation] = []
    for kinds in KINDS:
        found = model.least_change(kinds)
        if found is not None and found.changes and found not in relaxations:
            relaxations.append(found)
    relaxations.sort(key=lambda one: one.size)  # the first is the cheapest of all anyway
    model.deadline = min(deadline, time.monotonic() + max(1.0, (deadline - time.monotonic()) / 2))
    return tuple(Clash(tuple(one.named for one in clash)) for clash in model.clashes()), tuple(relaxations)


def relaxed(problem: Problem, relaxation: Relaxation) -> Problem:
    """The problem with these changes made."""
    groups = {group.id: group for group in problem.groups}
    wishes, pins, limit = list(wishes_of(problem)), dict(problem.pins), problem.max_per_municipality
    for change in relaxation.changes:  # what goes for all groups comes first, so that a group's own number stands
        if change.kind == "most-all":
            groups = {id_: replace(one, most=None if one.most is None else one.most + change.by) for id_, one in groups.items()}
        elif change.kind == "least-all":
            groups = {id_: replace(one, least=max(0, one.least - change.by)) for id_, one in groups.items()}
        elif change.kind == "municipality":
            limit = change.to
        elif change.kind in ("together", "apart"):
            wishes.remove(Wish(change.kind, change.people))
        elif change.kind == "pin":
            pins.pop(change.people[0])
        elif change.group is not None:
            groups[change.group] = _group_with(groups[change.group], change)
    return replace(problem, groups=tuple(groups.values()), wishes=tuple(wishes), pins=pins, max_per_municipality=limit)


def _group_with(group: Group, change: Change) -> Group:
    if change.kind == "most":
        return replace(group, most=change.to)
    if change.kind == "least":
        return replace(group, least=change.to or 0)
    if change.kind == "leader":
        return replace(group, leader=None, needs_leader=False)  # nothing new may be asked of it
    return replace(group, needs_leader=False)
