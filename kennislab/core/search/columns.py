"""The documents' audience, date, length and facets as arrays by document number, kept in memory, one set per database.

A number never changes its meaning (a changed document gets a new one, numbers are not used again), so nothing here can grow stale and
nothing has to be invalidated: what an answer names and is not here yet, is read. Only what a transaction has not committed yet is
not kept, as its numbers come free again when it fails. Costs about 70 bytes per document.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core.search.engines import Ids, engine_of
from kennislab.core.search.remembering import Memory, note_change, state_of
from kennislab.core.search.tables import DOCUMENT

Audiences = tuple[str, ...]

_WRITING = "kl_search_writing"
_COMMON = 500
"""Documents that make a stem worth remembering as common."""
_ASKERS = 200
"""So many different sets of audiences have their common stems remembered."""
_SPREAD = 2_000
"""More unknown documents than this are read as one range instead of by number."""


@dataclass
class Facet:
    """One facet: a code per value (from 1), and per document a row of codes, filled up with 0."""

    codes: dict[str, int] = field(default_factory=dict)
    values: list[str] = field(default_factory=lambda: [""])
    rows: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 1), dtype=np.int32))

    def code(self, value: str) -> int:
        if value not in self.codes:
            self.codes[value] = len(self.values)
            self.values.append(value)
        return self.codes[value]


class Columns:
    """What is known of the documents of one database."""

    def __init__(self) -> None:
        self.known = np.zeros(0, dtype=bool)
        self.audience = np.zeros(0, dtype=np.int32)
        self.at = np.zeros(0, dtype=np.float64)
        self.came = np.zeros(0, dtype=np.float64)
        self.length = np.zeros(0, dtype=np.float32)
        self.audiences: dict[str, int] = {}
        self.facets: dict[str, Facet] = {}
        self.titles = False
        """Whether any document has a title of its own."""
        self.common: dict[Audiences, dict[str, int]] = {}
        """Who asks → how many documents of theirs held a common stem when it was last looked up."""
        self.memory = Memory()
        self.samples: dict[str, tuple[int, Counter[str]]] = {}
        """Audience → (number of its newest document, in how many of its newest documents a stem is)."""
        self.totals: dict[str, tuple[int, int]] = {}
        """Audience → (number of its newest document, how many it has), as they were last counted."""

    def copy(self) -> Columns:
        """A set of its own, for a reader that sees what others may not."""
        other = Columns()
        other.known, other.audience, other.length = self.known.copy(), self.audience.copy(), self.length.copy()
        other.at, other.came = self.at.copy(), self.came.copy()
        other.audiences, other.titles, other.totals = dict(self.audiences), self.titles, dict(self.totals)
        other.common = {name: dict(stems) for name, stems in self.common.items()}
        other.facets = {name: Facet(dict(f.codes), list(f.values), f.rows.copy()) for name, f in self.facets.items()}
        return other

    def unknown(self, ids: Ids) -> Ids:
        """Those of ``ids`` that are not here yet."""
        if not len(ids):
            return ids
        beyond = ids >= len(self.known)
        return np.concatenate([ids[~beyond][~self.known[ids[~beyond]]], ids[beyond]]) if beyond.any() else ids[~self.known[ids]]

    def room(self, size: int) -> None:
        """Makes room for numbers below ``size``."""
        have = len(self.known)
        if size <= have:
            return
        more = max(size, have * 5 // 4, 1024) - have
        self.known = np.pad(self.known, (0, more))
        self.audience = np.pad(self.audience, (0, more))
        self.at = np.pad(self.at, (0, more))
        self.came = np.pad(self.came, (0, more))
        self.length = np.pad(self.length, (0, more))
        for facet in self.facets.values():
            facet.rows = np.pad(facet.rows, ((0, more), (0, 0)))

    def take(self, rows: list[Any]) -> None:
        """Takes in rows (id, kind, audience, at, indexed_at, length, facets, title_stems)."""
        if not rows:
            return
        self.room(max(row.id for row in rows) + 1)
        for row in rows:
            number = row.id
            self.audience[number] = self.audiences.setdefault(row.audience, len(self.audiences) + 1)
            self.at[number] = row.at.timestamp()
            self.came[number] = row.indexed_at.timestamp()
            self.length[number] = row.length
            self.titles |= row.title_stems != ""
            self._put(number, "kind", [row.kind])
            for name, values in json.loads(row.facets).items():
                if name != "kind":
                    self._put(number, name, values)
            self.known[number] = True

    def _put(self, number: int, name: str, values: list[str]) -> None:
        facet = self.facets.get(name)
        if facet is None:
            facet = self.facets[name] = Facet(rows=np.zeros((len(self.known), 1), dtype=np.int32))
        if len(values) > facet.rows.shape[1]:
            facet.rows = np.pad(facet.rows, ((0, 0), (0, len(values) - facet.rows.shape[1])))
        facet.rows[number, : len(values)] = [facet.code(value) for value in values]


_of_database: WeakKeyDictionary[sa.Engine, Columns] = WeakKeyDictionary()
_lock = threading.Lock()


def note_writing(session: Session) -> None:
    """Remembers that the present transaction of this session has put documents in."""
    connection = session.connection()
    if not is_writing(session):
        note_change(connection)
    session.info[_WRITING] = session.get_transaction()


def is_writing(session: Session) -> bool:
    """Whether the present transaction of this session has put documents in."""
    return session.info.get(_WRITING) is not None and session.info[_WRITING] is session.get_transaction()


class View:
    """The columns for one question: as this session sees the documents, and which of them are for these audiences."""

    def __init__(self, session: Session, audiences: Sequence[str]) -> None:
        self.session, self.audiences = session, tuple(audiences)
        self._total: int | None = None
        self.looked_up: dict[tuple[bool | str, ...], Ids] = {}
        """What this question has asked the database already, as far as it is for these audiences."""
        connection = session.connection()
        self.columns = _of_database.setdefault(connection.engine, Columns())
        if is_writing(session):
            self.columns = self.columns.copy()  # with a memory of its own
        state = state_of(connection)
        if self.columns.memory.state != state:
            self.columns.memory = Memory(state)
        self.memory = self.columns.memory
        if len(self.columns.common) > _ASKERS:
            self.columns.common.clear()
        self.common = self.columns.common.setdefault(self.audiences, {})
        self._mask()

    def total(self) -> int:
        """How many documents are for these audiences, as of one question. Counted anew when one came; one that only went is noticed by
        then.
        """
        if self._total is None:
            self._total = self._counted()
        return self._total

    def _counted(self) -> int:
        connection, totals = self.session.connection(), self.columns.totals
        count = 0
        for audience in self.audiences:
            of_audience = DOCUMENT.c.audience == audience
            newest = connection.scalar(sa.select(sa.func.max(DOCUMENT.c.id)).where(of_audience)) or 0
            if totals.get(audience, (0, 0))[0] != newest:
                counted = connection.scalar(sa.select(sa.func.count()).select_from(DOCUMENT).where(of_audience))
                totals[audience] = (newest, int(counted or 0))
            count += totals[audience][1] if newest else 0
        return count

    def load(self) -> None:
        """Sees to it that all their documents are in the columns; those that have gone may be there, too."""
        if np.count_nonzero(self.visible) < self.total():
            self.everything()

    def everything(self) -> Ids:
        """All documents of these audiences."""
        connection = self.session.connection()
        ids = self.memory.get(("everything", self.audiences), lambda: engine_of(connection).of_audience(connection, self.audiences), len)
        return self.visible_of(ids)

    def note_common(self, stem: str, documents: int) -> None:
        """Remembers a stem that many of their documents hold."""
        if documents > _COMMON:
            self.common[stem] = documents
        else:
            self.common.pop(stem, None)

    def _mask(self) -> None:
        codes = [self.columns.audiences[name] for name in self.audiences if name in self.columns.audiences]
        self.visible = one_of(self.columns.audience, codes)
        """Per document number: is it for one of these audiences."""

    def visible_of(self, ids: Ids) -> Ids:
        """Those of ``ids`` that are for these audiences. Afterwards all of them are in the columns."""
        if not len(ids):
            return ids
        unknown = self.columns.unknown(ids)
        if len(unknown):
            rows = _read(self.session.connection(), unknown)
            with _lock:
                self.columns.take(rows)
        if len(unknown) or len(self.visible) != len(self.columns.known):
            self._mask()
        ids = ids[ids < len(self.visible)]  # what has gone since it was named, is in nobody's columns
        return ids[self.visible[ids]]


def one_of(codes: npt.NDArray[np.int32], wanted: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Where ``codes`` is one of a few wanted ones."""
    mask = np.zeros(codes.shape, dtype=bool)
    for code in wanted:
        mask |= codes == code
    return mask


def _read(connection: sa.Connection, ids: Ids) -> list[Any]:
    C = DOCUMENT.c
    chosen = sa.select(C.id, C.kind, C.audience, C.at, C.indexed_at, C.length, C.facets, C.title_stems)
    if len(ids) > _SPREAD:
        return list(connection.execute(chosen.where(DOCUMENT.c.id.between(int(ids.min()), int(ids.max())))))
    return list(connection.execute(chosen.where(DOCUMENT.c.id.in_(ids.tolist()))))


def _forget(target: sa.Table, connection: sa.Connection, **_: Any) -> None:
    """Tables made anew start counting anew."""
    _of_database.pop(connection.engine, None)


sa.event.listen(DOCUMENT, "after_create", _forget)
