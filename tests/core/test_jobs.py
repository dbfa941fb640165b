"""Work that comes later: done once, tried again, found back; by the server itself or by a worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.core import clock, jobs, mail
from kennislab.core.db import db
from kennislab.core.jobs import Job
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction

ROOT = Path(__file__).resolve().parents[2]
calls: list[Any] = []


@jobs.job("test-count")
def count(progress: jobs.Progress, to: int) -> int:
    """Counts, and says how far it is."""
    for number in range(1, to + 1):
        progress(100 * number // to, "bezig")
    calls.append(to)
    return to


@jobs.job("test-fail")
def fail(progress: jobs.Progress) -> None:
    calls.append("fail")
    raise ValueError("never works")


@pytest.fixture(autouse=True)
def _nothing_called_yet() -> None:
    calls.clear()


def _queue(app: Flask, name: str, **arguments: Any) -> str:
    with app.app_context(), transaction() as tx:
        return jobs.enqueue(tx, name, **arguments).public_id


def _state(app: Flask, public_id: str) -> Job:
    with app.app_context():
        found = jobs.state_of(db.session(), public_id)
        assert found is not None
        return found


def test_a_job_is_done_once_and_found_back(app: Flask) -> None:
    public_id = _queue(app, "test-count", to=3)
    assert _state(app, public_id).state == "queued"
    assert jobs.run_all(app) == 1
    done = _state(app, public_id)
    assert (done.state, done.percent, done.result, calls) == ("done", 100, "3", [3])
    assert jobs.run_all(app) == 0


def test_a_job_that_fails_is_tried_three_times_later_each_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    public_id = _queue(app, "test-fail")
    now = clock.now()
    for tries in (1, 2, 3):
        assert jobs.run_all(app) == 1
        assert _state(app, public_id).tries == tries
        assert jobs.run_all(app) == 0
        now += timedelta(minutes=10)
        monkeypatch.setattr(clock, "now", lambda: now)  # noqa: B023
    failed = _state(app, public_id)
    assert (failed.state, calls) == ("failed", ["fail"] * 3)
    assert "never works" in failed.note


def test_a_job_of_a_transaction_that_fails_was_never_queued(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError), transaction() as tx:
        jobs.enqueue(tx, "test-count", to=1)
        raise RuntimeError
    assert jobs.run_all(app) == 0


def test_an_unknown_kind_is_a_mistake_at_once(app: Flask) -> None:
    with app.app_context(), pytest.raises(KeyError), transaction() as tx:
        jobs.enqueue(tx, "no-such-job")


def test_what_was_running_when_the_process_died_is_done_again(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    public_id = _queue(app, "test-count", to=1)
    with app.app_context(), transaction() as tx:
        tx.session.execute(sa.update(Job).values(state="running"))
    with app.app_context(), transaction() as tx:
        jobs.revive(tx)
    assert jobs.run_all(app) == 1 and _state(app, public_id).state == "done"


def test_periodic_jobs_are_queued_when_due_and_never_twice(app: Flask) -> None:
    with app.app_context():
        for _ in range(2):
            with transaction() as tx:
                jobs.queue_periodic(tx)
        names = db.session.scalars(sa.select(Job.name)).all()
    assert names.count("publish-products") == 1


def test_mail_without_a_server_stays_in_the_outbox(app: Flask) -> None:
    with app.app_context(), transaction() as tx:
        mail.release(tx, mail.draft(tx, to="a@voorbeeld.example", subject="Twee\nregels", body="Dag"))
    assert jobs.run_all(app) == 1
    with app.app_context():
        row = db.session.query(Mail).one()
        assert (row.state, row.subject) == ("released", "Twee regels")


@pytest.mark.redis
@pytest.mark.slow
def test_a_worker_does_it_when_there_is_redis(make_app: Callable[..., Flask], sqlite_url: str, redis_url: str, tmp_path: Path) -> None:
    """`kennislab worker` in a process of its own takes what this process queued."""
    app = make_app(sqlite_url)
    environment = {
        **os.environ,
        "KENNISLAB_DATABASE_URL": sqlite_url,
        "KENNISLAB_REDIS_URL": redis_url,
        "KENNISLAB_DATA_DIR": str(tmp_path),
        "KENNISLAB_LOG_LEVEL": "ERROR",
    }
    worker = subprocess.Popen([sys.executable, "-m", "kennislab", "worker"], cwd=ROOT, env=environment)
    try:
        public_id = _queue(app, "publish-products")
        until = time.monotonic() + 60
        while _state(app, public_id).state != "done" and time.monotonic() < until:
            time.sleep(0.1)
        assert _state(app, public_id).state == "done"
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
