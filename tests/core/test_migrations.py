"""Up, down and up again, on both databases; afterwards the tables are those of the models."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from kennislab.core import mail, search
from kennislab.core.clock import now
from kennislab.core.db import db
from kennislab.core.search import Document, is_own_table
from kennislab.core.transaction import transaction


def _tables() -> set[str]:
    return {name for name in sa.inspect(db.engine).get_table_names() if not name.startswith("sqlite_")}


def _use() -> None:
    """Writes and finds something, so that the tables are not only there but work."""
    with transaction() as tx:
        mail.draft(tx, to="a@voorbeeld.example", subject="x", body="y")
        search.index(tx, Document("test", "1", "Wijkbudget", "geld voor de buurt", "public", "/x", now(), {}))
    assert [hit.key for hit in search.search(db.session(), "budget", {"public"}, {}, 5, 0).hits] == ["1"]
    db.session.rollback()


def test_up_down_and_up_again(make_app: Callable[..., Flask], database_url: str) -> None:
    app = make_app(database_url)
    with app.app_context():
        upgrade()
        first = _tables()
        _use()
        downgrade(revision="base")
        assert {name for name in _tables() if name != "alembic_version"} == set()
        upgrade()
        assert _tables() == first
        _use()


def test_head_and_models_agree(make_app: Callable[..., Flask], database_url: str) -> None:
    app = make_app(database_url)
    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            options = {
                "compare_type": True,
                "include_object": lambda thing, name, type_, *_: not (type_ == "table" and is_own_table(name)),
            }
            context = MigrationContext.configure(connection, opts=options)
            differences = compare_metadata(context, db.metadata)
    assert differences == []
