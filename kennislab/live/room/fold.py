"""State = fold(facts): how each fact of the journal changes a room; nothing else may change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kennislab.core.journal import Row
from kennislab.live.room.state import Key, RoomState
from kennislab.live.room.topics import TOPICS

APPLY: dict[str, Callable[[RoomState, Row, dict[str, Any]], None]] = {name: how for topic in TOPICS for name, how in topic.APPLY.items()}
TOUCHES: dict[str, Callable[[RoomState, Row], list[Key]]] = {name: how for topic in TOPICS for name, how in topic.TOUCHES.items()}


ERASABLE = frozenset({"participant.joined"})
"""Facts that can have been erased whole (no data, no actor): see kennislab/archive/forgetting.py."""


def touches(state: RoomState, row: Row) -> list[Key]:
    """Every object whose view may differ after ``row``; asked before it is applied."""
    return TOUCHES[row.type](state, row)


def apply(state: RoomState, row: Row) -> None:
    """Changes ``state`` by one fact. Facts come in order; ``state.seq`` follows.

    Of a sealed lab a fact can have been erased for somebody's sake: then it says nothing any more, and who it was about has no name.
    """
    if row.data or row.actor is not None or row.type not in ERASABLE:
        APPLY[row.type](state, row, row.data)
    state.seq = row.seq


def fold(rows: list[Row], state: RoomState | None = None) -> RoomState:
    """The state after these facts."""
    state = state or RoomState()
    for row in rows:
        apply(state, row)
    return state
