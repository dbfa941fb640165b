"""The journal: append-only facts per stream, numbered without gaps, written in the caller's transaction.

A stream is a name such as ``live:42``. Numbers start at 1. Readers follow it by number; nobody removes a row, and nobody changes one but
:func:`rewrite`, for the sake of somebody who is forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from kennislab.core import clock
from kennislab.core.db import Base, UtcDateTime
from kennislab.core.signals import journal_grew, journal_rewriting
from kennislab.core.transaction import Tx


class JournalStream(Base):
    """How far each stream is. The row is the lock: whoever raises ``head`` holds the stream until the commit."""

    __tablename__ = "journal_stream"
    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    head: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class JournalEntry(Base):
    """One fact."""

    __tablename__ = "journal_entry"
    stream: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(sa.String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str | None] = mapped_column(sa.String(60))
    data: Mapped[str] = mapped_column(sa.Text)


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact to be appended. ``actor`` is an opaque key such as ``p:ab12…``; ``data`` is plain JSON."""

    type: str
    data: dict[str, Any]
    actor: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A fact as it stands in the journal."""

    seq: int
    type: str
    at: datetime
    actor: str | None
    data: dict[str, Any]


_STREAM = cast(sa.Table, JournalStream.__table__)
_ENTRY = cast(sa.Table, JournalEntry.__table__)


_HEAD = sa.text("SELECT head FROM journal_stream WHERE name = :name")
_HOLD = sa.text("SELECT head FROM journal_stream WHERE name = :name FOR UPDATE")
_RAISE = sa.text("UPDATE journal_stream SET head = :head WHERE name = :name")
_INSERT = sa.insert(_ENTRY)


@dataclass(slots=True)
class _Held:
    """A stream that this transaction holds, and what it has appended but not yet sent to the database."""

    head: int
    unsent: list[Row]


def hold(tx: Tx, stream: str) -> int:
    """Takes the stream for this transaction (creating it when new) and returns its head. Others wait until the commit."""
    return _hold(tx, stream).head


def _hold(tx: Tx, stream: str) -> _Held:
    held: _Held | None = tx.memo.get(("journal", stream))
    if held is not None:
        return held
    connection = tx.session.connection()
    sqlite_ = connection.dialect.name == "sqlite"  # there the write lock is held already
    look = _HEAD if sqlite_ else _HOLD
    head = connection.scalar(look, {"name": stream})
    if head is None:
        new = (sqlite if sqlite_ else postgresql).insert(_STREAM).values(name=stream, head=0).on_conflict_do_nothing()
        connection.execute(new)
        head = connection.scalar(look, {"name": stream})
    held = tx.memo["journal", stream] = _Held(int(head or 0), [])
    tx.before_commit(lambda: flush(tx, stream))
    return held


def append(tx: Tx, stream: str, entries: list[Entry]) -> list[Row]:
    """Appends in order; returns the rows with their numbers. Announced after the commit as ``journal_grew``.

    In a shared commit the rows of all are sent to the database together, just before it; whoever reads them back through the
    session before that calls :func:`flush` first.
    """
    if not entries:
        return []
    held = _hold(tx, stream)
    now = clock.now()
    rows = [Row(held.head + i, e.type, e.at or now, e.actor, e.data) for i, e in enumerate(entries, 1)]
    held.head = rows[-1].seq
    held.unsent += rows
    if not tx.shared:
        flush(tx, stream)
    return rows


def flush(tx: Tx, stream: str) -> None:
    """Sends what was appended to the database, still inside the transaction."""
    held: _Held | None = tx.memo.get(("journal", stream))
    if held is None or not held.unsent:
        return
    rows, held.unsent = held.unsent, []
    connection = tx.session.connection()
    connection.execute(
        _INSERT,
        [
            {
                "stream": stream,
                "seq": r.seq,
                "type": r.type,
                "at": r.at,
                "actor": r.actor,
                "data": json.dumps(r.data, ensure_ascii=False, separators=(",", ":")),
            }
            for r in rows
        ],
    )
    connection.execute(_RAISE, {"head": held.head, "name": stream})
    tx.after_commit(journal_grew, stream=stream, rows=rows)


def read(session: Session | sa.Connection, stream: str, since: int = 0, limit: int = 10_000) -> list[Row]:
    """Rows after number ``since``, in order, at most ``limit``."""
    found = session.execute(
        sa.select(_ENTRY.c.seq, _ENTRY.c.type, _ENTRY.c.at, _ENTRY.c.actor, _ENTRY.c.data)
        .where(_ENTRY.c.stream == stream, _ENTRY.c.seq > since)
        .order_by(_ENTRY.c.seq)
        .limit(limit)
    )
    return [Row(seq, type_, at, actor, json.loads(data)) for seq, type_, at, actor, data in found]


def head(session: Session | sa.Connection, stream: str) -> int:
    """Number of the last row, 0 for a stream that has none."""
    return int(session.execute(sa.select(_STREAM.c.head).where(_STREAM.c.name == stream)).scalar() or 0)


def rewrite(tx: Tx, stream: str, change: Callable[[Row], Row | None]) -> int:
    """Takes a name out of facts: ``change(row)`` gives the row as it should be (None: as it is). Returns how many changed.

    Only for forgetting somebody (decision 0015). Who keeps a seal over the journal hears of it first, through ``journal_rewriting``.
    Type, number and moment stay. Servers that hold the room in memory keep what they have until they let go of it.
    """
    hold(tx, stream)
    flush(tx, stream)
    session = tx.session
    changes = [[row, new] for row in read(session, stream, 0, 1_000_000_000) if (new := change(row)) is not None and new != row]
    if not changes:
        return 0
    journal_rewriting.send(None, tx=tx, stream=stream, changes=changes)
    session.connection().execute(
        sa.update(_ENTRY)
        .where(_ENTRY.c.stream == stream, _ENTRY.c.seq == sa.bindparam("number"))
        .values(actor=sa.bindparam("who"), data=sa.bindparam("what")),
        [
            {"number": new.seq, "who": new.actor, "what": json.dumps(new.data, ensure_ascii=False, separators=(",", ":"))}
            for _, new in changes
        ],
    )
    return len(changes)
