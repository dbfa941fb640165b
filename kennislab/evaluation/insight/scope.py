"""What is looked at: which programme, as whom, over which quarters, and for which themes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kennislab.core.charts import Column

MOST_COLUMNS = 12
"""More quarters than this are shown by year."""


@dataclass(frozen=True, slots=True)
class Scope:
    """``first`` and ``last``: quarters such as ``2026-Q4``, both included. ``open_end``: nothing was sealed after ``last``.

    ``staff`` sees all that was sealed; others what may be seen in the whole programme: what stayed in a group is not counted for them.
    Without ``themes`` all count.
    """

    programme_id: int
    staff: bool
    first: str
    last: str
    open_end: bool = True
    themes: tuple[str, ...] = ()

    @property
    def years(self) -> range:
        """The years that it touches."""
        return range(int(self.first[:4]), int(self.last[:4]) + 1)

    @property
    def days(self) -> tuple[date, date]:
        """First and last day; the last one far away when the end is open."""
        return _first_day(self.first), date.max if self.open_end else _first_day(_next(self.last)) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A column over time: a quarter, or a year. ``key``: ``2026-Q1`` or ``2026``."""

    key: str
    quarters: tuple[str, ...]

    @property
    def column(self) -> Column:
        """As a drawing heads it."""
        return (self.key[:4], self.key[5:]) if len(self.key) > 4 else self.key


def _next(quarter: str) -> str:
    year, number = int(quarter[:4]), int(quarter[6])
    return f"{year}-Q{number + 1}" if number < 4 else f"{year + 1}-Q1"


def _first_day(quarter: str) -> date:
    return date(int(quarter[:4]), 3 * int(quarter[6]) - 2, 1)


def quarters_between(first: str, last: str) -> list[str]:
    """Every quarter from the one to the other, whether there was a lab in it or not."""
    told = [first]
    while told[-1] < last:
        told.append(_next(told[-1]))
    return told


def periods(scope: Scope) -> list[Period]:
    """The columns: quarters, or years when there are too many quarters."""
    quarters = quarters_between(scope.first, scope.last)
    if len(quarters) <= MOST_COLUMNS:
        return [Period(quarter, (quarter,)) for quarter in quarters]
    return [Period(str(year), tuple(quarter for quarter in quarters if quarter[:4] == str(year))) for year in scope.years]


def scope_of(programme_id: int, staff: bool, held: Sequence[str], first: str, last: str, themes: Sequence[str]) -> Scope | None:
    """What was asked for, made whole: unknown quarters become the last three years, a turned-round period is turned back.

    ``held``: the quarters with sealed labs, oldest first; None without any.
    """
    if not held:
        return None
    usual = [quarter for quarter in held if quarter in quarters_between(held[0], held[-1])[-MOST_COLUMNS:]]
    begin = first if first in held else usual[0]
    end = last if last in held else held[-1]
    begin, end = min(begin, end), max(begin, end)
    return Scope(programme_id, staff, begin, end, end == held[-1], tuple(dict.fromkeys(theme for theme in themes if theme))[:20])
