"""How long assigning people takes: ``kennislab bench assign``. Random labs of two sizes, from easy to hard; the same each time.

*loose*: twice the room that is needed. *normal*: groups two smaller or three bigger than even. *tight*: exactly even. *skewed*: exactly
even, and half of all people want the same group first. *alike*: everybody wants the same, in the same order. *clash*: one seat too few,
and the time is that of naming it. With three wishes each, six, and a rank for every group. Importing scipy is not counted: a server pays
for it once, the command line each time (half a second).
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kennislab.grouping.assign import Group, Person, Problem, solve

KINDS = ("loose", "normal", "tight", "skewed", "alike", "clash")
SIZES = ((300, 15, 1.0), (1000, 40, 10.0))
TOWNS = 18


def a_lab(people: int, groups: int, kind: str, wishes: int, seed: int = 1) -> Problem:
    """A lab of so many people from eighteen municipalities, some with many more people than others."""
    some = random.Random(seed)
    names = [f"g{number}" for number in range(groups)]
    even = people // groups
    least, most = {"loose": (0, 2 * even), "normal": (even - 2, even + 3), "clash": (0, even)}.get(kind, (even, -(-people // groups)))
    everybody = []
    for number in range(people):
        choices = some.sample(names, wishes)
        if kind == "skewed" and some.random() < 0.5:
            choices = [names[0], *(one for one in choices if one != names[0])][:wishes]
        if kind == "alike":
            choices = names[:wishes]
        everybody.append(Person(f"p{number}", f"m{int(some.random() ** 1.5 * TOWNS)}", tuple(choices)))
    sizes = [Group(name, least, most - (kind == "clash" and name == names[-1])) for name in names]
    towns = [person.municipality for person in everybody]
    largest = max(towns.count(town) for town in set(towns))
    return Problem(tuple(sizes), tuple(everybody), -(-largest // groups) + 1)


def seconds(problem: Problem) -> tuple[float, str]:
    """(how long, what came of it)."""
    start = time.perf_counter()
    found = solve(problem)
    taken = time.perf_counter() - start
    if not found.assignment:
        return taken, f"{sum(len(clash.wishes) for clash in found.clashes)} wishes clash, {len(found.relaxations)} ways out"
    head = " ".join(str(count) for count in found.profile[:4])
    return taken, f"{'optimal' if found.optimal else 'NOT PROVEN'}: {head}{' …' if len(found.profile) > 4 else ''}"


def main() -> None:
    """Prints a table, and says when something is too slow."""
    import scipy.optimize  # noqa: F401  a process pays for its import once

    slow = False
    for people, groups, limit in SIZES:
        print(f"\n{people} people, {groups} groups (at most {limit:.0f} s)")
        for kind in KINDS:
            for wishes in (3, 6, groups):
                taken, told = seconds(a_lab(people, groups, kind, wishes))
                slow = slow or taken > limit
                print(f"  {kind:<7} {wishes:>2} wishes  {taken:6.2f} s  {told}{'   TOO SLOW' if taken > limit else ''}", flush=True)
    raise SystemExit(slow)


if __name__ == "__main__":
    main()
