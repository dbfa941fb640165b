"""Work that takes long or comes later: a row in ``job`` is the truth, whoever runs it only follows.

By default every serving process runs them, one at a time, in a task of its own. Database work stays in short transactions under
the same write lock; what computes for long goes through :func:`off_hub`, so that no phone waits for it. With Redis and RUN_JOBS
off, huey workers (``kennislab worker``) run them instead, and the server only queues.
"""

from __future__ import annotations

import json
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy.orm import Mapped, Session, mapped_column

from kennislab.core import clock, journal
from kennislab.core.db import Base, UtcDateTime, db
from kennislab.core.ids import new_id
from kennislab.core.signals import job_queued
from kennislab.core.transaction import Tx, transaction

log = structlog.get_logger(__name__)
T = TypeVar("T")
Progress = Callable[[int, str], None]
"""``progress(percent 0–100, Dutch sentence)``."""

MOST_TRIES = 3


class Job(Base):
    """One piece of work and how it stands. ``public_id`` is for addresses."""

    __tablename__ = "job"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(60))
    arguments: Mapped[str] = mapped_column(sa.Text, default="{}")
    state: Mapped[str] = mapped_column(sa.String(12), default="queued", index=True)  # queued, running, done, failed
    percent: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    result: Mapped[str | None] = mapped_column(sa.Text)
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


_kinds: dict[str, Callable[..., Any]] = {}
_periodic: list[tuple[str, float]] = []


def job(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares a kind of job: ``def fn(progress, **arguments) -> JSON-able result``, called in an app context."""

    def declare(fn: Callable[..., Any]) -> Callable[..., Any]:
        _kinds[name] = fn
        return fn

    return declare


def every(seconds: float, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares a job that is queued again every so many seconds (never twice at once)."""

    def declare(fn: Callable[..., Any]) -> Callable[..., Any]:
        _periodic.append((name, seconds))
        return job(name)(fn)

    return declare


def enqueue(tx: Tx, name: str, *, delay: timedelta | None = None, **arguments: Any) -> Job:
    """Queues work in the caller's transaction. Raises KeyError for an unknown kind."""
    if name not in _kinds:
        raise KeyError(name)
    work = Job(name=name, arguments=json.dumps(arguments), not_before=clock.now() + (delay or timedelta()))
    tx.session.add(work)
    tx.session.flush()
    tx.after_commit(job_queued, job=work.id)
    return work


def off_hub(fn: Callable[..., T], *arguments: Any) -> T:
    """Runs pure computing in a native thread when the event loop must go on; else right here. ``fn`` may not touch the database."""
    try:
        from gevent import get_hub, monkey  # gevent is there wherever a server runs
    except ImportError:
        return fn(*arguments)
    if not monkey.is_module_patched("threading"):
        return fn(*arguments)
    return get_hub().threadpool.apply(fn, arguments)


def within(seconds: float, fn: Callable[..., T], *arguments: Any) -> T | None:
    """What ``fn`` gives, or None when it waits longer for what runs off the hub. It may not touch the database either."""
    try:
        from gevent import Timeout, monkey
    except ImportError:
        return fn(*arguments)
    if not monkey.is_module_patched("threading"):
        return fn(*arguments)
    with Timeout(seconds, False):
        return fn(*arguments)
    return None


def run_next(app: Flask) -> bool:
    """Takes one due job and runs it. Returns whether there was one."""
    with app.app_context():
        with transaction() as tx:
            due = (
                sa.select(Job)
                .where(Job.state == "queued", Job.not_before <= clock.now())
                .order_by(Job.not_before, Job.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            work = tx.session.scalar(due)
            if work is None:
                return False
            work.state, work.tries = "running", work.tries + 1
            job_id, name, arguments = work.id, work.name, json.loads(work.arguments)

        def progress(percent: int, note: str = "") -> None:
            with transaction() as tx:
                tx.session.execute(sa.update(Job).where(Job.id == job_id).values(percent=percent, note=note))

        try:
            result, failure = _kinds[name](progress, **arguments), None
        except Exception as error:
            log.exception("job failed", job=name)
            result, failure = None, f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=3)}"
        db.session.rollback()
        with transaction() as tx:
            work = tx.session.get_one(Job, job_id)
            if failure is None:
                work.state, work.percent, work.result, work.finished_at = "done", 100, json.dumps(result), clock.now()
            elif work.tries < MOST_TRIES:
                work.state, work.note, work.not_before = "queued", failure, clock.now() + timedelta(seconds=30 * 2**work.tries)
            else:
                work.state, work.note, work.finished_at = "failed", failure, clock.now()
        return True


def run_all(app: Flask) -> int:
    """Runs everything that is due; for tests and the command line. Returns how many."""
    count = 0
    while run_next(app):
        count += 1
    return count


def revive(tx: Tx) -> None:
    """What was running when a process died goes back in the queue: at once on SQLite (one process), else after an hour."""
    lost = sa.update(Job).where(Job.state == "running")
    if tx.session.get_bind().dialect.name != "sqlite":
        lost = lost.where(Job.not_before < clock.now() - timedelta(hours=1))
    tx.session.execute(lost.values(state="queued"))


def queue_periodic(tx: Tx) -> None:
    """Queues the periodic jobs that are due; one process at a time."""
    journal.hold(tx, "periodic-jobs")
    for name, seconds in _periodic:
        last = tx.session.scalar(sa.select(sa.func.max(Job.created_at)).where(Job.name == name))
        open_ = tx.session.scalar(sa.select(sa.func.count()).where(Job.name == name, Job.state.in_(("queued", "running"))))
        if not open_ and (last is None or (clock.now() - last).total_seconds() >= seconds):
            enqueue(tx, name)
    tx.session.execute(
        sa.delete(Job).where(
            Job.name.in_([n for n, _ in _periodic]), Job.state == "done", Job.created_at < clock.now() - timedelta(hours=2)
        )
    )


class Runner:
    """Follows the queue in this process until told to stop."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.wake = threading.Event()
        self.stopping = False
        job_queued.connect(self._on_queued)

    def _on_queued(self, sender: object, **payload: Any) -> None:
        self.wake.set()

    def loop(self) -> None:
        """Runs for the life of the process; a failing job or database never ends it."""
        with self.app.app_context(), transaction() as tx:
            revive(tx)
        checked = 0.0
        while not self.stopping:
            try:
                if time.monotonic() - checked > 15:
                    checked = time.monotonic()
                    with self.app.app_context(), transaction() as tx:
                        queue_periodic(tx)
                if not run_next(self.app):
                    self.wake.wait(timeout=2)
                    self.wake.clear()
            except Exception:
                log.exception("job runner stumbled")
                time.sleep(2)


def state_of(session: Session, public_id: str) -> Job | None:
    """A job by its public id."""
    return session.scalar(sa.select(Job).where(Job.public_id == public_id))
