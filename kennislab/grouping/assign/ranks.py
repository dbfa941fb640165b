"""The best answer, rank after rank: first as few people as can be without a wish of theirs, then as few as can be with their last wish, and
so on up to the second. Each is a minimum of its own under those before it, so no weight decides what one person's wish is worth.

Who is alike is counted, not listed: people with the same municipality and the same wishes form one unit. Whoever gets none of their wishes
goes to a pool per municipality, which is spread over the groups; only people about whom something special is asked are followed to every
group. That keeps it small, and (sizes and numbers per municipality being nested) almost always whole numbers come out by themselves.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from kennislab.grouping.assign.matrix import Programme
from kennislab.grouping.assign.problem import Id, Outcome, Person, Problem, bound_to, crowded, profile_of, wishes_of

PoolKey = tuple[str, bool]
NICE = 3.0  # seconds at most for what is only nice to have: groups of about one size


@dataclass(slots=True)
class _Unit:
    """People who are alike. ``at``: group → column; ``pool``: the column of those who get none of these groups."""

    people: list[Person]
    at: dict[Id, int] = field(default_factory=dict)
    pool: int | None = None


class Model:
    """The problem as a programme. After each question that is answered, what was found is fixed with another row."""

    def __init__(self, problem: Problem, deadline: float) -> None:
        self.problem, self.deadline = problem, deadline
        self.bound = {person: next(iter(groups)) for person, groups in bound_to(problem).items()}
        self.wishes = wishes_of(problem)
        self.crowded = crowded(problem)
        self.programme = Programme()
        self.longest = max((len(person.choices) for person in problem.people), default=0)
        self.ranked: dict[int, list[int]] = defaultdict(list)  # rank from 1 (none of theirs: longest + 1) → columns
        self.in_group: dict[Id, list[int]] = {group.id: [] for group in problem.groups}
        self.of_place: dict[tuple[str, Id], list[int]] = defaultdict(list)
        self.leading: dict[Id, list[int]] = defaultdict(list)
        self.pools: dict[PoolKey, dict[Id, int]] = {}
        self.units = self._units()
        self._everybody_sits()
        self._sizes_and_places()
        self._leaders()
        self._wishes()
        self.values: list[int] | None = None
        self.proven = True

    def _units(self) -> list[_Unit]:
        followed = {person for wish in self.wishes for person in wish.people}
        asked = Counter(group for person in self.problem.people for group in set(person.asks))
        solved = Counter(group for person in self.problem.people for group in set(person.solves))
        together: dict[object, _Unit] = {}
        for person in self.problem.people:
            meets = [g for g in person.asks if solved[g] - (g in person.solves) > 0] + [g for g in person.solves if asked[g]]
            alone = person.id in followed or person.id in self.bound or meets
            key = person.id if alone else (self._pool(person), person.choices)
            together.setdefault((bool(alone), key), _Unit([])).people.append(person)
        return list(together.values())

    def _pool(self, person: Person) -> PoolKey:
        minds = self.problem.prefer_leaders or any(group.needs_leader for group in self.problem.groups)
        return (person.municipality if person.municipality in self.crowded else "", person.can_lead and minds)

    def _everybody_sits(self) -> None:
        followed = {person for wish in self.wishes for person in wish.people}
        everywhere = [group.id for group in self.problem.groups]
        spill: dict[PoolKey, list[int]] = defaultdict(list)
        for unit in self.units:
            one, count = unit.people[0], len(unit.people)
            if one.id in self.bound:
                groups: Iterable[Id] = [self.bound[one.id]]
            elif one.id in followed:
                groups = everywhere
            else:
                groups = dict.fromkeys((*one.choices, *one.asks, *one.solves))
            for group in groups:
                column = unit.at[group] = self.programme.column(count)
                self.ranked[one.rank_of(group) or self.longest + 1].append(column)
                self._sits(column, group, self._pool(one))
            columns = list(unit.at.values())
            if one.id not in self.bound and len(unit.at) < len(everywhere):
                unit.pool = self.programme.column(count)
                self.ranked[self.longest + 1].append(unit.pool)
                spill[self._pool(one)].append(unit.pool)
                columns.append(unit.pool)
            self.programme.row([(column, 1) for column in columns], count, count)
        for key, sources in spill.items():
            self.pools[key] = {group: self.programme.column(len(self.problem.people)) for group in everywhere}
            for group, column in self.pools[key].items():
                self._sits(column, group, key)
            out = [(column, -1.0) for column in self.pools[key].values()]
            self.programme.row([*((column, 1.0) for column in sources), *out], 0, 0)

    def _sits(self, column: int, group: Id, key: PoolKey) -> None:
        self.in_group[group].append(column)
        if key[0]:
            self.of_place[key[0], group].append(column)
        if key[1]:
            self.leading[group].append(column)

    def _sizes_and_places(self) -> None:
        everybody = len(self.problem.people)
        for group in self.problem.groups:
            most = everybody if group.most is None else group.most
            self.programme.row([(column, 1) for column in self.in_group[group.id]], group.least, most)
        for columns in self.of_place.values():
            self.programme.row([(column, 1) for column in columns], most=self.problem.max_per_municipality or 0)

    def _leaders(self) -> None:
        everybody = len(self.problem.people)
        for group in self.problem.groups:
            if group.needs_leader and group.leader is None:
                lead = [(column, 1.0) for column in self.leading[group.id]]
                if group.least:
                    self.programme.row(lead, 1)
                room = float(everybody if group.most is None else min(everybody, group.most))
                sizes = [(column, -1.0) for column in self.in_group[group.id]]
                self.programme.row([*((column, factor * room) for column, factor in lead), *sizes], 0)

    def _wishes(self) -> None:
        at = {unit.people[0].id: unit.at for unit in self.units if len(unit.people) == 1}
        for wish in self.wishes:
            for group in self.in_group:
                columns = [at[person].get(group) for person in wish.people]
                if wish.kind == "apart":
                    self.programme.row([(column, 1) for column in columns if column is not None], most=1)
                    continue
                for first, second in zip(columns, columns[1:], strict=False):
                    terms = [(column, factor) for column, factor in ((first, 1.0), (second, -1.0)) if column is not None]
                    self.programme.row(terms, 0, 0)

    def ask(self, costs: Iterable[tuple[int, int]], until: float | None = None) -> int | None:
        """The least cost that can be; what was found is kept. None: there is no answer, or no better one than we have was found in time."""
        cost = [0.0] * len(self.programme.upper)
        for column, price in costs:
            cost[column] += price
        answer = self.programme.solve(cost, min(self.deadline, until or self.deadline))
        self.proven = self.proven and answer.proven
        if answer.values is None:
            return None
        self.values = answer.values
        return round(sum(price * value for price, value in zip(cost, answer.values, strict=True)))

    def count(self, rank: int) -> int:
        """How many have this rank in what was found last."""
        assert self.values is not None
        return sum(self.values[column] for column in self.ranked[rank])

    def best_profile(self) -> bool:
        """Asks rank after rank, from the worst. Returns whether there is an answer at all."""
        if self._minimise(self.longest + 1) is None:
            return self.values is not None
        worst = self._deepest()
        for rank in range(worst, 1, -1):
            if not self.proven or self._minimise(rank) is None:
                break
        return True

    def _minimise(self, rank: int) -> int | None:
        columns = self.ranked[rank]
        if self.values is not None and self.count(rank) == 0:
            self.programme.forbid(columns)
            return 0
        found = self.ask((column, 1) for column in columns)
        if found == 0:
            self.programme.forbid(columns)
        elif found is not None:
            self.programme.row([(column, 1) for column in columns], most=found)
        return found

    def _deepest(self) -> int:
        """The worst rank that somebody has to have; what is deeper is forbidden. Halving the field saves a question for each rank."""
        low, high = 0, max((rank for rank in range(1, self.longest + 1) if self.count(rank)), default=0)
        self._forbid_below(high)
        if high <= 3:
            return high
        while high - low > 1:
            middle = (low + high) // 2
            upper = self.programme.upper.copy()
            for rank in range(middle + 1, self.longest + 1):
                for column in self.ranked[rank]:
                    upper[column] = 0.0
            answer = self.programme.solve([0.0] * len(upper), self.deadline, upper)
            if answer.values is None:
                self.proven = self.proven and answer.proven
                low = middle
            else:
                self.values, high = answer.values, middle
        self._forbid_below(high)
        return high

    def _forbid_below(self, rank: int) -> None:
        for deeper in range(rank + 1, self.longest + 1):
            self.programme.forbid(self.ranked[deeper])

    def nicer(self) -> None:
        """Among answers with this profile: somebody who can lead in as many groups as can be, then a solver beside as many askers as can
        be, then groups of one size."""
        if self.problem.prefer_leaders:
            led = []
            for group in self.problem.groups:
                if group.leader is None and self.leading[group.id]:
                    led.append(self.programme.column(1, whole=False))
                    self.programme.row([(led[-1], 1.0), *((column, -1.0) for column in self.leading[group.id])], most=0)
            self._most_of(led)
        self._most_of(self._beside())
        if self.problem.spread:
            self._spread()

    def _beside(self) -> list[int]:
        """Columns that may be 1 when an asker sits with somebody who solved it before."""
        met = []
        solving: dict[Id, list[tuple[Id, int]]] = defaultdict(list)
        for unit in self.units:
            for group in set(unit.people[0].solves):
                if group in unit.at:
                    solving[group].append((unit.people[0].id, unit.at[group]))
        for unit in self.units:
            for group in dict.fromkeys(unit.people[0].asks):
                others = [(column, -1.0) for person, column in solving[group] if person != unit.people[0].id]
                if others and group in unit.at:
                    met.append(self.programme.column(1, whole=False))
                    self.programme.row([(met[-1], 1.0), (unit.at[group], -1.0)], most=0)
                    self.programme.row([(met[-1], 1.0), *others], most=0)
        return met

    def _most_of(self, columns: list[int]) -> None:
        if columns and self.proven:
            found = self.ask((column, -1) for column in columns)
            if found is not None:
                self.programme.row([(column, 1) for column in columns], least=-found)

    def _spread(self) -> None:
        proven, until = self.proven, time.monotonic() + NICE
        people, groups = len(self.problem.people), len(self.problem.groups)
        biggest, smallest = self.programme.column(people), self.programme.column(people // max(groups, 1))
        for group in self.problem.groups:
            sizes = [(column, 1.0) for column in self.in_group[group.id]]
            self.programme.row([*sizes, (biggest, -1.0)], most=0)
            if group.most is None or group.most > people // groups:
                self.programme.row([*sizes, (smallest, -1.0)], least=0)
        self.ask(((biggest, 1), (smallest, -1)), until)
        self.proven = proven  # a group of one more or less is no part of what is promised

    def assignment(self) -> dict[Id, Id]:
        """Person → group of what was found last."""
        assert self.values is not None
        seats = {key: [g for g, column in pool.items() for _ in range(self.values[column])] for key, pool in self.pools.items()}
        out: dict[Id, Id] = {}
        for unit in self.units:
            groups = [group for group, column in unit.at.items() for _ in range(self.values[column])]
            if unit.pool is not None and self.values[unit.pool]:
                left = seats[self._pool(unit.people[0])]
                groups += [left.pop() for _ in range(self.values[unit.pool])]
            out.update((person.id, group) for person, group in zip(unit.people, groups, strict=True))
        return {person.id: out[person.id] for person in self.problem.people}


def best(problem: Problem, deadline: float) -> Outcome | None:
    """The best answer; None when there is none (or, on a problem far too big for the time, none was found)."""
    if any(len(groups) > 1 for groups in bound_to(problem).values()) or (problem.people and not problem.groups):
        return None
    model = Model(problem, deadline)
    if not model.best_profile():
        return None
    model.nicer()
    assignment = model.assignment()
    return Outcome(assignment, profile_of(problem, assignment), model.proven)
