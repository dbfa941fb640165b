"""Making the rest of a day fit: whole minutes, in proportion, and nothing so short that it makes no sense. Pure.

The desk shows beforehand what comes of it, so ``static/js/live/day.js`` does the same sum; ``tests/live/fixtures/fit.json`` holds them
to each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LEAST = 3
LEAST_BREAK = 5
_BREAK = re.compile(r"pauze|lunch|koffie|break", re.IGNORECASE)


def floor_of(block: str, title: str, minutes: int) -> int:
    """The fewest minutes that this step may get: five for a break, else three; never more than it has."""
    return min(minutes, LEAST_BREAK if block == "break" or _BREAK.search(title) else LEAST)


def fit(minutes: Sequence[int], floors: Sequence[int], available: int) -> list[int]:
    """So many minutes for each step that together they take ``available``, in proportion to what they had.

    No step goes under its floor; when the floors alone take more, they are what comes out. A step of 0 minutes stays so.
    """
    if available <= sum(floors) or not sum(minutes):
        return list(floors)
    fixed: dict[int, int] = {}
    while True:
        free = [i for i in range(len(minutes)) if i not in fixed]
        rest, total = available - sum(fixed.values()), sum(minutes[i] for i in free)
        low = [i for i in free if total and minutes[i] * rest < floors[i] * total]
        if not low:
            break
        fixed |= {i: floors[i] for i in low}
    shares = {i: divmod(minutes[i] * rest, total) for i in free} if total else {}
    left = rest - sum(whole for whole, _ in shares.values())
    richest = sorted(shares, key=lambda i: (-shares[i][1], i))
    extra = {i for i in richest[:left] if minutes[i]}
    return [fixed.get(i, shares[i][0] + (i in extra) if i in shares else 0) for i in range(len(minutes))]
