"""Vectors of documents: what a text means, beside the words in it. Another part of the house makes them, with an encoder that it names.

A vector is kept as 8-bit whole numbers (a byte per dimension; the cosine changes by less than 0.01) and belongs to one version of a
document: what is changed, withdrawn or erased loses it in the same statement. In memory stands one matrix per database and audience, read
when it is first asked for and let go by :func:`forget`; afterwards only what came since is read. Vectors get their numbers in the order of
their commits (writers wait for each other), so "what came since" misses none. A document that has gone is noticed when it is looked up:
what is found here says only *perhaps*, the caller reads the document itself.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core import jobs, journal
from kennislab.core.search.columns import is_writing, note_writing
from kennislab.core.search.engines import NONE, Ids
from kennislab.core.search.tables import DOCUMENT, VECTOR
from kennislab.core.transaction import Tx

Numbers = npt.NDArray[np.float32]

_AT_ONCE = 2_000
"""So many vectors are read at a time: the first answers after a start in a large archive go without the rest."""
_BLOCK = 1_024
_MANY = 20_000
"""From so many on they are compared beside the hub: 100 000 take some 18 ms of a processor."""


@dataclass(frozen=True)
class Meaning:
    """A text as a vector of this encoder; only vectors of the same encoder are compared with it."""

    encoder: str
    vector: Numbers


@dataclass
class _Matrix:
    """Vectors of the documents of one audience, ``count`` of them; the arrays may have room for more."""

    numbers: Ids
    kinds: npt.NDArray[np.int16]
    rows: npt.NDArray[np.int8]
    lengths: Numbers
    count: int = 0

    @classmethod
    def empty(cls, dimensions: int) -> _Matrix:
        return cls(NONE, np.zeros(0, np.int16), np.zeros((0, dimensions), np.int8), np.zeros(0, np.float32))

    def add(self, numbers: Sequence[int], kinds: Sequence[int], rows: npt.NDArray[np.int8]) -> None:
        end = self.count + len(numbers)
        if end > len(self.numbers):
            more = max(end, len(self.numbers) * 5 // 4) - len(self.numbers)
            self.numbers, self.kinds = np.pad(self.numbers, (0, more)), np.pad(self.kinds, (0, more))
            self.rows, self.lengths = np.pad(self.rows, ((0, more), (0, 0))), np.pad(self.lengths, (0, more))
        self.numbers[self.count : end], self.kinds[self.count : end], self.rows[self.count : end] = numbers, kinds, rows
        self.lengths[self.count : end] = np.maximum(np.linalg.norm(rows.astype(np.float32), axis=1), 1e-9)
        self.count = end

    def without(self, gone: Ids) -> _Matrix:
        """A new one: somebody may be comparing with this one."""
        n = self.count
        keep = ~np.isin(self.numbers[:n], gone)
        return _Matrix(self.numbers[:n][keep], self.kinds[:n][keep], self.rows[:n][keep], self.lengths[:n][keep], int(keep.sum()))


@dataclass
class _Known:
    """What is in memory of one database, of one encoder. ``last``: the number of the newest vector that was read."""

    encoder: str
    last: int = 0
    matrices: dict[str, _Matrix] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)

    def take(self, connection: sa.Connection) -> int:
        """Reads what came since, :data:`_AT_ONCE` at most; returns how many."""
        V, D = VECTOR.c, DOCUMENT.c
        chosen = sa.select(V.id, D.id.label("number"), D.audience, D.kind, V.data).join_from(VECTOR, DOCUMENT, V.document_id == D.id)
        found = connection.execute(chosen.where(V.id > self.last, V.encoder == self.encoder).order_by(V.id).limit(_AT_ONCE)).all()
        with _lock:
            new = [row for row in found if row.id > self.last]  # another reader may have been here meanwhile
            for audience in dict.fromkeys(row.audience for row in new):
                own = [row for row in new if row.audience == audience]
                rows = np.array([np.frombuffer(row.data, np.int8) for row in own])
                matrix = self.matrices.setdefault(audience, _Matrix.empty(rows.shape[1]))
                matrix.add([row.number for row in own], [self.kinds.setdefault(row.kind, len(self.kinds)) for row in own], rows)
            if new:
                self.last = new[-1].id
        return len(found)


_of_database: WeakKeyDictionary[sa.Engine, _Known] = WeakKeyDictionary()
_lock = threading.Lock()


def _known(connection: sa.Connection, encoder: str) -> _Known:
    known = _of_database.get(connection.engine)
    if known is None or known.encoder != encoder:
        known = _of_database[connection.engine] = _Known(encoder)
    return known


def short(vectors: Numbers) -> npt.NDArray[np.int8]:
    """(n, d) vectors of any length as whole numbers from −127 to 127; only their direction counts."""
    most = np.maximum(np.abs(vectors).max(axis=-1, keepdims=True), 1e-9)
    return np.asarray(np.rint(vectors * (127 / most)), np.int8)


def without_vector(session: Session, encoder: str, kinds: Collection[str], url_begins: str, most: int) -> list[tuple[int, str]]:
    """(number, title) of documents of these kinds, at such an address, that have no vector of this encoder yet."""
    V, D = VECTOR.c, DOCUMENT.c
    there = sa.exists().where(V.document_id == D.id, V.encoder == encoder)
    chosen = sa.select(D.id, D.title).where(D.kind.in_(kinds), D.url.startswith(url_begins), D.title != "", ~there)
    return [(number, title) for number, title in session.execute(chosen.order_by(D.id).limit(most))]


def any_vectors(session: Session, encoder: str) -> bool:
    """Whether there is anything to compare with."""
    return bool(session.scalar(sa.select(sa.exists().where(VECTOR.c.encoder == encoder))))


def store_vectors(tx: Tx, encoder: str, made: Mapping[int, Numbers]) -> int:
    """Keeps vectors by document number, in the place of older ones; of a document that has gone since, none. Returns how many."""
    journal.hold(tx, "search-vectors")
    note_writing(tx.session)
    there = set(tx.session.scalars(sa.select(DOCUMENT.c.id).where(DOCUMENT.c.id.in_(made)).order_by(DOCUMENT.c.id).with_for_update()))
    tx.session.execute(sa.delete(VECTOR).where(VECTOR.c.document_id.in_(there)))
    rows = [
        {"document_id": number, "encoder": encoder, "data": short(vector).tobytes()} for number, vector in made.items() if number in there
    ]
    if rows:
        tx.session.execute(sa.insert(VECTOR), rows)
    return len(rows)


def refresh(session: Session, encoder: str) -> bool:
    """Reads some of what came since. Returns whether that was all; a transaction that is writing documents reads nothing."""
    if is_writing(session):
        return True
    connection = session.connection()
    return _known(connection, encoder).take(connection) < _AT_ONCE


def compare(session: Session, meaning: Meaning, audiences: Sequence[str], kinds: Collection[str]) -> tuple[Ids, Numbers]:
    """Documents of these audiences and kinds (none named: any) that have a vector, and how near theirs is: −1 to 1 (the same)."""
    refresh(session, meaning.encoder)
    known = _known(session.connection(), meaning.encoder)
    asked = np.asarray(meaning.vector / max(float(np.linalg.norm(meaning.vector)), 1e-9), np.float32)
    numbers, near = [NONE], [np.zeros(0, np.float32)]
    for audience in audiences:
        matrix = known.matrices.get(audience)
        if matrix is None:
            continue
        n = matrix.count
        arrays = (matrix.numbers[:n], matrix.kinds[:n], matrix.rows[:n], matrix.lengths[:n])
        cosines = jobs.off_hub(_cosines, *arrays[2:], asked) if n > _MANY else _cosines(*arrays[2:], asked)
        chosen = np.isin(arrays[1], [known.kinds[kind] for kind in kinds if kind in known.kinds]) if kinds else slice(None)
        numbers.append(arrays[0][chosen])
        near.append(cosines[chosen])
    return np.concatenate(numbers), np.concatenate(near)


def _cosines(rows: npt.NDArray[np.int8], lengths: Numbers, asked: Numbers) -> Numbers:
    """In one thread, so not by BLAS: its threads wait for each other by spinning, which cost twenty times as much on a busy machine."""
    products = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), _BLOCK):
        products[start : start + _BLOCK] = np.einsum("ij,j->i", rows[start : start + _BLOCK].astype(np.float32), asked)
    return np.asarray(products / lengths, np.float32)


def drop(session: Session, gone: Ids) -> None:
    """Lets go of documents that turned out to be there no longer."""
    known = _of_database.get(session.connection().engine)
    if known is not None and len(gone):
        with _lock:
            for audience, matrix in known.matrices.items():
                known.matrices[audience] = matrix.without(gone)


def forget() -> None:
    """Lets go of everything in memory; it is read again when it is asked for."""
    with _lock:
        _of_database.clear()


def _forget(target: sa.Table, connection: sa.Connection, **_: object) -> None:
    _of_database.pop(connection.engine, None)


sa.event.listen(VECTOR, "after_create", _forget)
