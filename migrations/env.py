"""Runs migrations on the app's own engine, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from kennislab.core.db import UtcDateTime
from kennislab.core.search import is_own_table

target = current_app.extensions["migrate"].db


def _ours(thing: object, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:
    """Tables that the search index makes for itself (per dialect) are not the models' business."""
    return not (type_ == "table" and name is not None and is_own_table(name))


def _written(type_: str, thing: Any, autogen: Any) -> str | bool:
    """A migration names plain types: it must run when the app's own have long changed."""
    return "sa.DateTime(timezone=True)" if type_ == "type" and isinstance(thing, UtcDateTime) else False


def run() -> None:
    """Online only: a migration with data cannot be a script."""
    with target.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection = connection.execution_options(kl_write=True)
        context.configure(
            connection=connection,
            target_metadata=target.metadata,
            render_as_batch=True,
            compare_type=True,
            include_object=_ours,
            render_item=_written,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
