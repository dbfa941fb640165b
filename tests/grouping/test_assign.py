"""The assignment against trying everything: small random problems, each compared with all ways to seat the people."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from kennislab.grouping.assign import Group, Id, Outcome, Person, Problem, Wish, profile_of, relaxed, solve
from kennislab.grouping.assign.clashes import COST
from kennislab.grouping.assign.problem import Clash, Named, wishes_of

Seating = dict[Id, Id]


def a_problem(seed: int) -> Problem:
    """Three groups, four to six people, and a bit of everything."""
    some = random.Random(seed)
    names = ["a", "b", "c"]
    count = some.randint(4, 6)
    tight = some.random() < 0.5
    people = [
        Person(
            place,
            some.choice(["Delft", "Delft", "Tilburg", ""]),
            tuple(some.choices(names, k=some.randint(0, 3), weights=(5, 2, 1))),
            tuple(some.sample(names, some.choice([0, 0, 1]))),
            tuple(some.sample(names, some.choice([0, 0, 1]))),
            some.random() < 0.3,
        )
        for place in range(count)
    ]
    groups = []
    for name in names:
        least = some.choice([0, 0, 1, 2])
        most = some.choice([None, least + some.randint(0, 1 if tight else 3)])
        groups.append(Group(name, least, most, some.choice([None] * 7 + [0]), some.random() < 0.15))
    wishes = [Wish(some.choice(["together", "apart"]), tuple(some.sample(range(count), 2))) for _ in range(some.choice([0, 0, 1, 2]))]
    pins = {place: some.choice(names) for place in range(count) if some.random() < 0.15}
    limit = some.choice([None, 1, 2, 2])
    return Problem(tuple(groups), tuple(people), limit, tuple(wishes), pins, prefer_leaders=some.random() < 0.5, spread=some.random() < 0.5)


def seatings(problem: Problem) -> Iterator[Seating]:
    ids = [person.id for person in problem.people]
    for groups in itertools.product([group.id for group in problem.groups], repeat=len(ids)):
        yield dict(zip(ids, groups, strict=True))


def given_up(problem: Problem, seating: Seating) -> int:
    """What has to be let go for this seating, in the costs of a relaxation; 0: it meets all that is asked."""
    sizes = Counter(seating.values())
    over = [max(0, sizes[one.id] - one.most) for one in problem.groups if one.most is not None]
    under = [max(0, one.least - sizes[one.id]) for one in problem.groups]
    together = 0
    for shortage, each, all_ in ((over, "most", "most-all"), (under, "least", "least-all")):
        together += min(COST[all_] * raised + COST[each] * sum(max(0, s - raised) for s in shortage) for raised in range(8))  # type: ignore[index]
    if problem.max_per_municipality is not None:
        places = Counter((person.municipality, seating[person.id]) for person in problem.people if person.municipality)
        together += COST["municipality"] * max(0, max(places.values(), default=0) - problem.max_per_municipality)
    for wish in wishes_of(problem):
        met = {seating[person] for person in wish.people}
        together += COST[wish.kind] * (len(met) != (1 if wish.kind == "together" else len(wish.people)))
    together += COST["pin"] * sum(seating[person] != group for person, group in problem.pins.items())
    for group in problem.groups:
        if group.leader is not None:
            together += COST["leader"] * (seating[group.leader] != group.id)
        elif group.needs_leader and sizes[group.id]:
            together += COST["can-lead"] * (not any(one.can_lead for one in problem.people if seating[one.id] == group.id))
    return together


def best_by_trying(problem: Problem) -> tuple[int, ...] | None:
    """The profile that is best from the back, and among those what is nice, by trying all."""
    good = [seating for seating in seatings(problem) if not given_up(problem, seating)]
    return min((profile_of(problem, seating) for seating in good), key=lambda profile: profile[::-1], default=None)


def nice(problem: Problem, seating: Seating) -> tuple[int, int]:
    """How many groups have somebody who can lead, and how many askers have a solver beside them."""
    led = sum(
        any(one.can_lead and seating[one.id] == group.id for one in problem.people) for group in problem.groups if group.leader is None
    )
    beside = sum(
        any(other.id != one.id and group in other.solves and seating[other.id] == group for other in problem.people)
        for one in problem.people
        for group in one.asks
        if seating[one.id] == group
    )
    return (led if problem.prefer_leaders else 0, beside)


def only(problem: Problem, clash: Clash, without: Named | None = None) -> Problem:
    """The problem with nothing asked but what clashes, and not that one."""
    kept = [wish for wish in clash.wishes if wish != without]
    kinds = {(wish.kind, wish.group) for wish in kept}
    groups = tuple(
        Group(
            one.id,
            one.least if ("least", one.id) in kinds else 0,
            one.most if ("most", one.id) in kinds else None,
            one.leader if ("leader", one.id) in kinds else None,
            ("can-lead", one.id) in kinds,
        )
        for one in problem.groups
    )
    wishes = tuple(Wish(wish.kind, wish.people) for wish in kept if wish.kind in ("together", "apart"))  # type: ignore[arg-type]
    pins = {wish.people[0]: wish.group for wish in kept if wish.kind == "pin" and wish.group is not None}
    towns = {wish.municipality for wish in kept if wish.kind == "municipality"}
    people = tuple(
        Person(p.id, p.municipality if p.municipality in towns else "", p.choices, p.asks, p.solves, p.can_lead) for p in problem.people
    )
    return Problem(groups, people, problem.max_per_municipality if towns else None, wishes, pins)


def possible(problem: Problem) -> bool:
    return any(not given_up(problem, seating) for seating in seatings(problem))


@pytest.mark.parametrize("seeds", [range(start, start + 40) for start in range(0, 80, 40)], ids=lambda seeds: f"from-{seeds.start}")
def test_as_good_as_trying_everything(seeds: range) -> None:
    kinds: Counter[str] = Counter()
    for seed in seeds:
        problem = a_problem(seed)
        wanted = best_by_trying(problem)
        found = solve(problem)
        if wanted is None:
            assert not found.assignment and not found.optimal
            kinds["none"] += 1
            check_why_not(problem, found, seed)
            continue
        kinds["found"] += 1
        assert found.optimal and not found.clashes and not found.relaxations, seed
        seating = dict(found.assignment)
        assert given_up(problem, seating) == 0, seed
        assert found.profile == profile_of(problem, seating) == wanted, seed
        equals = [s for s in seatings(problem) if not given_up(problem, s) and profile_of(problem, s) == wanted]
        assert nice(problem, seating) == max(nice(problem, s) for s in equals), seed
    assert min(kinds["none"], kinds["found"]) >= 5, "both kinds occur, or this proves little"


def check_why_not(problem: Problem, found: Outcome, seed: int) -> None:
    least = min(given_up(problem, seating) for seating in seatings(problem))
    assert found.relaxations[0].size == least, seed
    for relaxation in found.relaxations:
        assert solve(relaxed(problem, relaxation)).assignment, (seed, relaxation)
    assert found.clashes, seed
    seen: set[Named] = set()
    for clash in found.clashes:
        assert clash.wishes and not seen.intersection(clash.wishes), seed
        seen.update(clash.wishes)
        assert not possible(only(problem, clash)), (seed, clash)
        for wish in clash.wishes:
            assert possible(only(problem, clash, wish)), (seed, clash, wish)
