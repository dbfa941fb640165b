"""What look-ups gave, kept in memory until the index changes: the commonest words are asked for the most and cost the most.

Every transaction that changes the index leaves a row in ``search_change``; a row is seen from the moment that what it stands for is seen.
So a question that finds the same rows as the one before it may use what that one found, in whatever process the change was made. Rows are
only added, and now and then the oldest are taken away: their number, their sum and the newest together say whether they are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa

from kennislab.core.search.tables import CHANGE

T = TypeVar("T")

MOST = 3_000_000
"""So much is kept of one database: a document number is one, and takes eight bytes."""
_EVERY, _KEPT = 500, 50

State = tuple[Any, ...]


@dataclass
class Memory:
    """What was found while the index was as ``state`` says."""

    state: State = ()
    found: dict[Hashable, Any] = field(default_factory=dict)
    size: int = 0

    def get(self, name: Hashable, look: Callable[[], T], size: Callable[[T], int]) -> T:
        """What ``look`` gives, or gave before."""
        if name in self.found:
            kept: T = self.found[name]
            return kept
        made = look()
        self.size += size(made) + 20
        if self.size > MOST:
            self.found, self.size = {}, size(made) + 20
        self.found[name] = made
        return made


def state_of(connection: sa.Connection) -> State:
    """How the index is, as this connection sees it."""
    seen = sa.select(sa.func.count(), sa.func.max(CHANGE.c.id), sa.func.sum(CHANGE.c.id))
    return tuple(int(number or 0) for number in connection.execute(seen).one())


def note_change(connection: sa.Connection) -> None:
    """Leaves the row of this transaction."""
    number = int(connection.execute(sa.insert(CHANGE).returning(CHANGE.c.id)).scalar_one())
    if number % _EVERY == 0:
        connection.execute(sa.delete(CHANGE).where(CHANGE.c.id < number - _KEPT))
