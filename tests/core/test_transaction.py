"""One commit site: alone or shared, all or nothing, and announced only when it is on disk."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.core import journal, mail
from kennislab.core.db import db
from kennislab.core.journal import Entry
from kennislab.core.mail import Mail
from kennislab.core.signals import signal
from kennislab.core.transaction import Tx, share, transaction

happened = signal("test-happened", "For these tests. what: str.")


def _subjects() -> list[str]:
    return list(db.session.scalars(sa.select(Mail.subject).order_by(Mail.id)))


def test_an_exception_leaves_nothing(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(RuntimeError, match="stop"), transaction() as tx:
            mail.draft(tx, to="a@voorbeeld.example", subject="een", body="")
            raise RuntimeError("stop")
        assert _subjects() == []


def test_a_transaction_in_a_transaction_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="inside a transaction"), transaction(), transaction():
        pass


def test_changing_outside_a_transaction_is_refused(app: Flask) -> None:
    with app.app_context():
        with transaction() as tx:
            written = mail.draft(tx, to="a@voorbeeld.example", subject="een", body="")
        written.subject = "stiekem"
        with pytest.raises(RuntimeError, match="outside a transaction"), transaction():
            pass
        db.session.rollback()
        assert _subjects() == ["een"]


def test_what_was_read_before_is_read_again_under_the_lock(app: Flask) -> None:
    with app.app_context():
        with transaction() as tx:
            written = mail.draft(tx, to="a@voorbeeld.example", subject="een", body="")
        share(lambda tx: tx.session.execute(sa.update(Mail).values(subject="twee")))
        with transaction() as tx:
            assert written.subject == "twee"


def test_signals_come_after_the_commit(app: Flask) -> None:
    heard: list[tuple[str, list[str]]] = []

    def hear(sender: object, what: str) -> None:
        with app.app_context():
            heard.append((what, _subjects()))

    happened.connect(hear)
    with app.app_context(), transaction() as tx:
        mail.draft(tx, to="a@voorbeeld.example", subject="een", body="")
        tx.after_commit(happened, what="x")
        assert heard == []
    assert heard == [("x", ["een"])]


def test_one_bad_share_spoils_only_itself(app: Flask) -> None:
    """Many at once in shared commits; the guilty get their own error, the others their own result, each exactly once."""
    answers: dict[int, Any] = {}

    def one(number: int) -> None:
        def work(tx: Tx) -> int:
            row = journal.append(tx, "room", [Entry("said", {"who": number})])[0]
            if number % 7 == 0:
                raise KeyError(number)
            return row.seq

        with app.app_context():
            try:
                answers[number] = share(work, "room")
            except KeyError as error:
                answers[number] = error.args[0]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with app.app_context():
        rows = journal.read(db.session(), "room")
    good = {row.data["who"]: row.seq for row in rows}
    assert [row.seq for row in rows] == list(range(1, 35))
    assert answers == good | {number: number for number in range(0, 40, 7)}


def test_what_was_changed_outside_is_undone(app: Flask) -> None:
    undone: list[str] = []

    def work(tx: Tx) -> None:
        tx.on_rollback(lambda: undone.append("undone"))
        raise LookupError

    with app.app_context(), pytest.raises(LookupError):
        share(work)
    assert undone == ["undone"]
