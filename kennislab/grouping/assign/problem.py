"""What is asked of an assignment of people to groups, and what comes of it. Plain values: no database, no scipy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Id = int | str


@dataclass(frozen=True, slots=True)
class Group:
    """Somewhere to sit. ``least`` and ``most`` are both included (None: open). ``least`` 0: it may stay empty; ``most`` 0: it is closed.

    ``leader``: the person who leads it and so sits here. ``needs_leader``: when anybody sits here, somebody who can lead does too.
    """

    id: Id
    least: int = 0
    most: int | None = None
    leader: Id | None = None
    needs_leader: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to place. ``choices``: groups, first wish first; ``asks`` and ``solves``: groups about what they asked, or solved before.

    Of people without a municipality ("") any number may sit together.
    """

    id: Id
    municipality: str = ""
    choices: tuple[Id, ...] = ()
    asks: tuple[Id, ...] = ()
    solves: tuple[Id, ...] = ()
    can_lead: bool = False

    def rank_of(self, group: Id) -> int | None:
        """Which wish this group is, from 1; None: it is not among them."""
        return self.choices.index(group) + 1 if group in self.choices else None


@dataclass(frozen=True, slots=True)
class Wish:
    """That people sit in one group, or all in different ones."""

    kind: Literal["together", "apart"]
    people: tuple[Id, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that is asked. ``pins``: person → the group they stay in. ``max_per_municipality``: in one group (None: any number).

    ``spread``: among equally good answers, take one that fills the groups evenly. ``prefer_leaders``: likewise, somebody who can lead in
    as many groups as can be. Neither ever costs anybody a wish.
    """

    groups: tuple[Group, ...]
    people: tuple[Person, ...]
    max_per_municipality: int | None = None
    wishes: tuple[Wish, ...] = ()
    pins: Mapping[Id, Id] = field(default_factory=dict)
    prefer_leaders: bool = False
    spread: bool = False


WishKind = Literal["most", "least", "municipality", "together", "apart", "pin", "leader", "can-lead"]


@dataclass(frozen=True, slots=True)
class Named:
    """One wish that takes part in a clash, by what it is about: a group, a municipality, a person, or people of a wish."""

    kind: WishKind
    group: Id | None = None
    municipality: str | None = None
    people: tuple[Id, ...] = ()
    number: int | None = None


ChangeKind = Literal["most", "most-all", "least", "least-all", "municipality", "together", "apart", "pin", "leader", "can-lead"]


@dataclass(frozen=True, slots=True)
class Change:
    """One loosening. Sizes and the number per municipality become ``to``, or (``-all``) change ``by`` so much; any other wish is let go."""

    kind: ChangeKind
    by: int = 1
    to: int | None = None
    group: Id | None = None
    people: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Changes that together make an answer possible. ``size``: how much is given up, to compare relaxations by (see ``clashes``)."""

    changes: tuple[Change, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Clash:
    """Wishes that cannot all be met, while any of them can be dropped to make the others possible: nothing in it is superfluous."""

    wishes: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. ``profile``: how many got their first wish, their second, …, and (last) none of theirs. ``optimal``: proven.

    Without an answer both are empty, and ``clashes`` and ``relaxations`` say why and what would help (smallest first).
    """

    assignment: Mapping[Id, Id]
    profile: tuple[int, ...]
    optimal: bool
    clashes: tuple[Clash, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()


def profile_of(problem: Problem, assignment: Mapping[Id, Id]) -> tuple[int, ...]:
    """How many got their first, second, … wish, and at the end how many got none."""
    longest = max((len(person.choices) for person in problem.people), default=0)
    ranks = Counter(person.rank_of(assignment[person.id]) for person in problem.people)
    return (*(ranks[rank] for rank in range(1, longest + 1)), ranks[None])


def bound_to(problem: Problem) -> dict[Id, set[Id]]:
    """Person → the groups in which they must be, by pin or as a leader. More than one cannot be met."""
    there = {person.id for person in problem.people}
    bound: dict[Id, set[Id]] = {}
    for person, group in problem.pins.items():
        if person in there:
            bound.setdefault(person, set()).add(group)
    for one in problem.groups:
        if one.leader in there and one.leader is not None:
            bound.setdefault(one.leader, set()).add(one.id)
    return bound


def wishes_of(problem: Problem) -> list[Wish]:
    """The wishes about at least two people who are there, without the others."""
    there = {person.id for person in problem.people}
    short = [Wish(wish.kind, tuple(dict.fromkeys(one for one in wish.people if one in there))) for wish in problem.wishes]
    return [wish for wish in short if len(wish.people) > 1]


def crowded(problem: Problem) -> set[str]:
    """The municipalities of which more people come than may sit in one group."""
    if problem.max_per_municipality is None:
        return set()
    counts = Counter(person.municipality for person in problem.people if person.municipality)
    return {name for name, count in counts.items() if count > problem.max_per_municipality}
