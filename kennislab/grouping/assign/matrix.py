"""A small way to write an integer programme down and have it solved. scipy is imported when something is solved, and nowhere else."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

INFINITE = math.inf


@dataclass(slots=True)
class Answer:
    """``values`` per column, rounded; None: there is no answer (``proven``), or none was found in time."""

    values: list[int] | None
    proven: bool


@dataclass(slots=True)
class Programme:
    """Columns (variables, whole numbers unless said otherwise) and rows (sums between two bounds)."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    _rows: list[int] = field(default_factory=list)
    _columns: list[int] = field(default_factory=list)
    _factors: list[float] = field(default_factory=list)
    _least: list[float] = field(default_factory=list)
    _most: list[float] = field(default_factory=list)
    _built: tuple[tuple[int, int], Any] | None = None

    def column(self, most: float, whole: bool = True) -> int:
        """A new variable between 0 and ``most``; returns its place."""
        self.lower.append(0.0)
        self.upper.append(most)
        self.whole.append(int(whole))
        return len(self.upper) - 1

    def row(self, terms: Iterable[tuple[int, float]], least: float = -INFINITE, most: float = INFINITE) -> None:
        """``least`` ≤ sum of column × factor ≤ ``most``."""
        place = len(self._least)
        for column, factor in terms:
            self._rows.append(place)
            self._columns.append(column)
            self._factors.append(factor)
        self._least.append(least)
        self._most.append(most)

    def forbid(self, columns: Iterable[int]) -> None:
        """These variables are 0 from now on."""
        for column in columns:
            self.upper[column] = 0.0

    def solve(self, cost: Sequence[float], deadline: float, upper: Sequence[float] | None = None) -> Answer:
        """The least total cost, proven when there was time until ``deadline`` (of ``time.monotonic``). ``upper`` replaces the bounds."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csc_array

        shape = (len(self._least), len(self.upper))
        if self._built is None or self._built[0] != shape:
            self._built = (shape, csc_array((self._factors, (self._rows, self._columns)), shape=shape))
        if not self.upper:
            met = all(least <= 0 <= most for least, most in zip(self._least, self._most, strict=True))
            return Answer([] if met else None, True)
        rows = [LinearConstraint(self._built[1], self._least, self._most)] if self._least else []
        found = milp(
            cost,
            integrality=np.array(self.whole),
            bounds=Bounds(self.lower, np.array(self.upper if upper is None else upper)),
            constraints=rows,
            options={"mip_rel_gap": 0.0, "time_limit": max(0.05, deadline - time.monotonic())},
        )
        values = None if found.x is None else np.rint(found.x).astype(int).tolist()
        return Answer(values, found.status in (0, 2) or (found.status == 4 and values is None and "nfeasible" in found.message))
