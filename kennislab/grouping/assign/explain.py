"""Why somebody sits where they do. Each better wish was in the way of something; were it not, moving them would have been better still."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kennislab.grouping.assign.problem import Group, Id, Person, Problem, bound_to, wishes_of

Why = Literal["full", "closed", "municipality", "least", "together", "apart", "leader", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a better wish did not come out. ``group``: the wish (of *least* and *leader*: where they are needed). ``number``: as it says."""

    why: Why
    group: Id
    number: int = 0
    people: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there. ``rank``: which wish it is (None: none). ``bound``: by a pin or as the leader; ``beside``: who solved before what this
    person asks about, and sits there too."""

    group: Id
    rank: int | None
    bound: Literal["", "pin", "leader"] = ""
    hindrances: tuple[Hindrance, ...] = ()
    beside: tuple[Id, ...] = ()


class _Room:
    def __init__(self, problem: Problem, assignment: Mapping[Id, Id]) -> None:
        self.problem, self.assignment = problem, assignment
        self.groups: dict[Id, Group] = {group.id: group for group in problem.groups}
        self.bound = bound_to(problem)
        self.sizes = Counter(assignment.values())
        self.places = Counter((person.municipality, assignment[person.id]) for person in problem.people)
        self.solvers: dict[Id, list[Id]] = defaultdict(list)
        self.leading: Counter[Id] = Counter()
        for person in problem.people:
            group = assignment[person.id]
            if group in person.solves:
                self.solvers[group].append(person.id)
            self.leading[group] += person.can_lead
        self.wishes: dict[Id, list[tuple[str, tuple[Id, ...]]]] = defaultdict(list)
        for wish in wishes_of(problem):
            for one in wish.people:
                self.wishes[one].append((wish.kind, tuple(other for other in wish.people if other != one)))

    def hindrance(self, person: Person, wanted: Id) -> Hindrance:
        group, sits = self.groups[wanted], self.assignment[person.id]
        own = self.groups[sits]
        limit = self.problem.max_per_municipality
        if group.most is not None and self.sizes[wanted] >= group.most:
            return Hindrance("full" if group.most else "closed", wanted, group.most)
        if person.municipality and limit is not None and self.places[person.municipality, wanted] >= limit:
            return Hindrance("municipality", wanted, limit)
        for kind, others in self.wishes[person.id]:
            if kind == "together":
                return Hindrance("together", wanted, people=others)
            there = tuple(other for other in others if self.assignment[other] == wanted)
            if there:
                return Hindrance("apart", wanted, people=there)
        if self.sizes[sits] <= own.least:
            return Hindrance("least", sits, own.least)
        if own.needs_leader and person.can_lead and self.leading[sits] == 1:
            return Hindrance("leader", sits)
        return Hindrance("elsewhere", wanted)


def explained(problem: Problem, assignment: Mapping[Id, Id]) -> dict[Id, Reason]:
    """Person → why they sit where ``assignment`` puts them."""
    room = _Room(problem, assignment)
    out: dict[Id, Reason] = {}
    for person in problem.people:
        group = assignment[person.id]
        rank = person.rank_of(group)
        bound: Literal["", "pin", "leader"] = ""
        if person.id in room.bound:
            bound = "leader" if room.groups[group].leader == person.id else "pin"
        better = person.choices if rank is None else person.choices[: rank - 1]
        hindrances = () if bound else tuple(room.hindrance(person, wanted) for wanted in dict.fromkeys(better))
        beside = tuple(other for other in room.solvers[group] if other != person.id) if group in person.asks else ()
        out[person.id] = Reason(group, rank, bound, tuple(dict.fromkeys(hindrances)), beside)
    return out
