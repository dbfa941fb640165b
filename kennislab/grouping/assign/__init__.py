"""Placing people in groups so that as many wishes as can be are met, proven. See decisions/0013."""

from __future__ import annotations

import time

from kennislab.grouping.assign.clashes import relaxed, why_not
from kennislab.grouping.assign.problem import (
    Change,
    Clash,
    Group,
    Id,
    Named,
    Outcome,
    Person,
    Problem,
    Relaxation,
    Wish,
    profile_of,
)
from kennislab.grouping.assign.ranks import best

__all__ = [
    "Change",
    "Clash",
    "Group",
    "Id",
    "Named",
    "Outcome",
    "Person",
    "Problem",
    "Relaxation",
    "Wish",
    "profile_of",
    "relaxed",
    "solve",
]

SECONDS = 30.0


def solve(problem: Problem, seconds: float = SECONDS) -> Outcome:
    """The best answer, or why there is none. Takes ``seconds`` at most for each of the two; on ordinary labs a tenth of a second."""
    import scipy.optimize  # noqa: F401  the first time it takes a while, which is not the problem's

    found = best(problem, time.monotonic() + seconds)
    if found is not None:
        return found
    clashes, relaxations = why_not(problem, time.monotonic() + seconds)
    return Outcome({}, (), False, clashes, relaxations)
