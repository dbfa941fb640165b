"""The journal has no gaps, whoever writes at once and whatever fails meanwhile."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest
from flask import Flask

from kennislab.core import journal
from kennislab.core.db import db
from kennislab.core.journal import Entry
from kennislab.core.signals import journal_grew
from kennislab.core.transaction import Tx, share, transaction


def _write(app: Flask, number: int, shared: bool) -> None:
    """Four writes by one of fifty: some fail on purpose, after having written."""

    def work(tx: Tx, failing: bool) -> None:
        journal.append(tx, "room", [Entry("said", {"who": number})])
        if failing:
            raise ValueError("on purpose")

    with app.app_context():
        for turn in range(4):
            failing = (number + turn) % 5 == 0
            try:
                if shared:
                    share(lambda tx, failing=failing: work(tx, failing), "room")  # type: ignore[misc]  # a lambda with a default
                else:
                    with transaction() as tx:
                        work(tx, failing)
            except ValueError:
                assert failing


@pytest.mark.parametrize("mixed", [False, True], ids=["own commits", "own and shared commits"])
def test_fifty_writers_leave_no_gap(app: Flask, mixed: bool) -> None:
    announced: list[int] = []
    lock = threading.Lock()

    def hear(sender: object, *, stream: str, rows: list[journal.Row]) -> None:
        with lock:
            announced.extend(row.seq for row in rows)

    journal_grew.connect(hear)
    writers = [threading.Thread(target=_write, args=(app, number, mixed and random.random() < 0.5)) for number in range(50)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    expected = sum((number + turn) % 5 != 0 for number in range(50) for turn in range(4))
    with app.app_context():
        rows = journal.read(db.session(), "room")
        assert [row.seq for row in rows] == list(range(1, expected + 1))
        assert journal.head(db.session(), "room") == expected
        assert sorted(announced) == list(range(1, expected + 1))


def test_streams_count_by_themselves(app: Flask) -> None:
    with app.app_context(), transaction() as tx:
        journal.append(tx, "a", [Entry("x", {}), Entry("y", {})])
        rows = journal.append(tx, "b", [Entry("z", {"n": 1}, actor="p:1")])
    assert [(row.seq, row.type, row.actor, row.data) for row in rows] == [(1, "z", "p:1", {"n": 1})]
    with app.app_context():
        assert [row.type for row in journal.read(db.session(), "a", since=1)] == ["y"]


def test_nothing_is_announced_when_it_failed(app: Flask) -> None:
    heard: list[Any] = []

    def hear(sender: object, **payload: Any) -> None:
        heard.append(payload)

    journal_grew.connect(hear)
    with app.app_context():
        with pytest.raises(ValueError, match="no"), transaction() as tx:
            journal.append(tx, "a", [Entry("x", {})])
            raise ValueError("no")
        assert (heard, journal.head(db.session(), "a")) == ([], 0)
