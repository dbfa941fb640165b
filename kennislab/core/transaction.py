"""The only place that commits.

``with transaction() as tx`` is one commit of its own. ``share(work)`` runs ``work(tx)`` in a commit that it shares with
whoever else is waiting: the first to get the turn does the work of all (so there is no writer task that could die), and
everybody gets an answer only after the commit, that is: when it is on disk.

SQLite has one writer: a process-wide lock, BEGIN IMMEDIATE, nothing that waits or yields inside. PostgreSQL serialises by row locks.
All database work happens in the process's main thread (or, without gevent, in whatever threads a test makes): gevent's locks do
not reach across native threads (see decision 0002).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
import structlog
from blinker import NamedSignal
from flask import current_app
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kennislab.core.db import WRITE, db
from kennislab.core.errors import DomainError, Unavailable

log = structlog.get_logger(__name__)
T = TypeVar("T")

MOST_PER_COMMIT = 200
WAIT_SECONDS = 20.0


class Tx:
    """A write in progress. Whoever has one in hand may write; its presence as first parameter says so.

    ``shared``: whether others write in the same commit; ``memo``: what the work done so far in this transaction wants to remember.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._after: list[tuple[NamedSignal, dict[str, Any]]] = []
        self._on_rollback: list[Callable[[], None]] = []
        self._before: list[Callable[[], None]] = []
        self.shared = False
        self.memo: dict[Any, Any] = {}

    def after_commit(self, signal: NamedSignal, **payload: Any) -> None:
        """Announces ``signal`` once the commit has succeeded; never when it has not."""
        self._after.append((signal, payload))

    def on_rollback(self, undo: Callable[[], None]) -> None:
        """Calls ``undo`` when this transaction fails: for what was changed outside the database."""
        self._on_rollback.append(undo)

    def before_commit(self, last: Callable[[], None]) -> None:
        """Calls ``last`` just before the commit: for rows that are written together."""
        self._before.append(last)

    def _finish(self) -> None:
        for last in self._before:
            last()

    def _announce(self) -> None:
        for signal, payload in self._after:
            try:
                signal.send(None, **payload)
            except Exception:  # a receiver's fault must not look like a failed write
                log.exception("signal receiver failed", signal=signal.name)

    def _undo(self) -> None:
        for undo in reversed(self._on_rollback):
            undo()


class _Locks:
    """Per process: who writes to SQLite, and whose turn it is to commit for all."""

    def __init__(self) -> None:
        self.write = threading.Lock()
        self.turn = threading.Lock()


_locks = _Locks()


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


@contextmanager
def _held(lock: threading.Lock) -> Iterator[None]:
    if not lock.acquire(timeout=WAIT_SECONDS):
        raise Unavailable()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _written(session: Session) -> Iterator[Tx]:
    """One transaction on ``session``: commit at the end, roll back on any exception. Database trouble becomes Unavailable."""
    tx = Tx(session)
    try:
        session.connection(execution_options={WRITE: True})
        yield tx
        tx._finish()
        session.flush()
        session.commit()
    except BaseException as error:
        session.rollback()
        tx._undo()
        if isinstance(error, OperationalError) or (isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated):
            log.warning("database not available", error=str(error.orig)[:200])
            raise Unavailable() from error
        raise


@contextmanager
def transaction() -> Iterator[Tx]:
    """One write transaction on the request's session; commits at the end of the block, rolls back on an exception.

    What the session had read before is read again inside, under the lock. Raises RuntimeError when nested or when
    something was changed in the session outside a transaction; Unavailable when the database cannot take it now.
    """
    session = db.session()
    if session.info.get("kl_tx"):
        raise RuntimeError("a transaction inside a transaction: pass `tx` on instead")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changed outside a transaction: change things inside `with transaction()` only")
    session.rollback()
    session.expire_all()
    session.info["kl_tx"] = True
    try:
        if _is_sqlite():
            with _held(_locks.write), _written(session) as tx:
                yield tx
        else:
            with _written(session) as tx:
                yield tx
    finally:
        session.info.pop("kl_tx", None)
    tx._announce()


class _Item(Generic[T]):
    """One caller's share: its work, and what became of it."""

    __slots__ = ("done", "error", "key", "result", "work")

    def __init__(self, work: Callable[[Tx], T], key: str) -> None:
        self.work, self.key, self.done = work, key, False
        self.result: T | None = None
        self.error: BaseException | None = None


_waiting: deque[_Item[Any]] = deque()


def _gather() -> None:
    """Lets the requests that have already arrived join this commit: one turn of the loop, no waiting."""
    time.sleep(0)


def share(work: Callable[[Tx], T], key: str = "") -> T:
    """Runs ``work(tx)`` in a commit shared with others and returns its result after the commit.

    ``key`` names the row that the work locks first (a journal stream): batches take their locks in that order, so that two
    workers never wait for each other.

    ``work`` may run twice (when somebody else's share made the common commit fail), so it changes nothing but the database
    and what it undoes through ``tx.on_rollback``. Errors of ``work`` are raised to its own caller only.
    """
    item: _Item[T] = _Item(work, key)
    _waiting.append(item)
    try:
        with _held(_locks.turn):
            if not item.done:
                _gather()
                batch = [_waiting.popleft() for _ in range(min(len(_waiting), MOST_PER_COMMIT))]
                if item not in batch:
                    _waiting.remove(item)
                    batch.append(item)
                _run(sorted(batch, key=lambda one: one.key))
    finally:
        if not item.done and item in _waiting:
            _waiting.remove(item)
    if item.error is not None:
        raise item.error
    return item.result  # type: ignore[return-value]  # set whenever error is not


def _run(batch: list[_Item[Any]]) -> None:
    """All of a batch in one commit; when that fails, each on its own, so that only the guilty one fails."""
    try:
        _commit_together(batch)
    except BaseException as error:
        if len(batch) == 1 or not isinstance(error, Exception):
            for item in batch:
                item.error, item.done = error, True
            if not isinstance(error, Exception):
                raise
            if not isinstance(error, DomainError):
                log.exception("a shared write failed")
            return
        for item in batch:
            _run([item])


def _commit_together(batch: list[_Item[Any]]) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy would not survive the context switch
    with app.app_context():
        session = Session(db.engine, expire_on_commit=False)
        try:
            lock = _locks.write if _is_sqlite() else threading.Lock()
            with _held(lock), _written(session) as tx:
                tx.shared = True
                results = [item.work(tx) for item in batch]
        finally:
            session.close()
    for item, result in zip(batch, results, strict=True):
        item.result, item.done = result, True
    tx._announce()
