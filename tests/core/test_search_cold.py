"""The first question of a process, of which the columns know next to nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from kennislab.core import search
from kennislab.core.db import db
from kennislab.core.search import columns
from kennislab.core.transaction import transaction

AT = datetime(2026, 1, 1, tzinfo=UTC)
MINE = {"programme:1"}
FAR = {
    "sqlite": "UPDATE sqlite_sequence SET seq = 50000 WHERE name = 'search_document'",
    "postgresql": "SELECT setval(pg_get_serial_sequence('search_document', 'id'), 50000)",
}


def _put(key: str, title: str) -> None:
    with transaction() as tx:
        search.index(tx, search.Document("lesson", key, title, "", "programme:1", "/", AT))


def test_what_is_left_out_may_be_far_beyond_what_is_known(app: Flask) -> None:
    with app.app_context():
        _put("appel", "Appels plukken")
        with transaction() as tx:
            tx.session.execute(sa.text(FAR[db.engine.dialect.name]))
        _put("peer", "Peren plukken")
        since = datetime.now(UTC) - timedelta(hours=1)
        for wanted in ("appels -peren", "pluk -peren", '"appels plukken" -peren'):
            columns._of_database.clear()
            assert [hit.key for hit in search.search(db.session(), wanted, MINE).hits] == ["appel"]
            columns._of_database.clear()
            assert [hit.key for hit in search.search(db.session(), wanted, MINE, order="date").hits] == ["appel"]
            columns._of_database.clear()
            assert search.newer(db.session(), wanted, MINE, {}, since).total == 1
