"""Who is at the board, and which cards they have picked up just now, for the others to see.

No part of the board's history: nothing of it stands in the journal, and who gives no sign of life for a minute is not there.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Membership, Role
from kennislab.core import clock, journal
from kennislab.core.transaction import Tx
from kennislab.grouping import queries
from kennislab.grouping.models import BoardSelection
from kennislab.grouping.signals import hands_moved
from kennislab.programme.models import Lab

ALIVE = timedelta(seconds=60)
MOST_PICKED = 500
TONES = 6
"""So many colours tell hands apart; the initials beside them always do."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody at the board. ``tone``: 1…TONES, the same for everybody who looks."""

    person_id: int
    name: str
    initials: str
    tone: int
    cards: list[int]


def pick_up(tx: Tx, lab: Lab, by: Actor, cards: Iterable[int]) -> None:
    """These cards, and no others, are in this person's hands; none: they only look on. Counts as a sign of life."""
    if by.person_id is None:
        return
    wanted = sorted(set(cards))[:MOST_PICKED]
    stream = queries.stream_of(lab.id)
    journal.hold(tx, stream)  # two tabs of one person must not both make the row
    row = tx.session.get(BoardSelection, (lab.id, by.person_id))
    was = None if row is None or row.at < clock.now() - ALIVE else list(row.cards)
    if row is None:
        row = BoardSelection(lab_id=lab.id, person_id=by.person_id, name=by.name)
        tx.session.add(row)
    row.name, row.cards, row.at = by.name, wanted, clock.now()
    tx.session.flush()
    if was != wanted:
        tx.after_commit(hands_moved, stream=stream)


def leave(tx: Tx, lab: Lab, by: Actor) -> None:
    """This person is no longer at the board."""
    S = BoardSelection
    gone = tx.session.execute(sa.delete(S).where(S.lab_id == lab.id, S.person_id == by.person_id))
    if getattr(gone, "rowcount", 0):
        tx.after_commit(hands_moved, stream=queries.stream_of(lab.id))


def hands_of(session: Session, lab: Lab, besides: int | None) -> list[Hand]:
    """Who is at the board now, without ``besides``, in a fixed order."""
    S = BoardSelection
    there = sa.select(S).where(S.lab_id == lab.id, S.person_id != (besides or 0), S.at >= clock.now() - ALIVE).order_by(S.person_id)
    rows = session.scalars(there).all()
    if not rows:
        return []
    M = Membership
    staff = sa.select(M.person_id).where(M.programme_id == lab.programme_id, M.role != Role.PARTICIPANT).order_by(M.person_id)
    place = {person_id: number for number, person_id in enumerate(session.scalars(staff))}
    return [
        Hand(row.person_id, row.name, initials(row.name), place.get(row.person_id, row.person_id) % TONES + 1, list(row.cards))
        for row in rows
    ]


def initials(name: str) -> str:
    """The first letter of the first and of the last word."""
    parts = name.split()
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper() if parts else "?"


def stamp(hands: list[Hand]) -> str:
    """Changes when anything of it does."""
    return f"{zlib.crc32(repr([(hand.person_id, hand.name, hand.cards) for hand in hands]).encode()):08x}"
