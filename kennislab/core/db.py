"""The database: declarative base, naming convention, aware times, and the engine options of both dialects."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every model's base."""

    metadata = sa.MetaData(naming_convention=NAMING)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. A naive one is refused: it is a bug where it was made."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


db: SQLAlchemy = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": True})

WRITE = "kl_write"
"""Execution option of the connection of a write transaction (set by :mod:`kennislab.core.transaction` only)."""


def engine_options(url: str) -> dict[str, Any]:
    """Engine options for this address. SQLite: a file, WAL, a real transaction also for reading; PostgreSQL: read committed, pre-ping."""
    if url.startswith("sqlite"):
        return {"pool_size": 16, "max_overflow": 64, "connect_args": {"timeout": 10, "check_same_thread": False}}
    return {"pool_size": 16, "max_overflow": 32, "pool_pre_ping": True, "pool_timeout": 10}


@sa.event.listens_for(sa.Engine, "connect")
def _on_connect(connection: Any, record: Any) -> None:
    """WAL and full sync: an answer of *accepted* is on disk. The driver's own BEGIN is switched off; :func:`_on_begin` does it."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@sa.event.listens_for(sa.Engine, "begin")
def _on_begin(connection: sa.Connection) -> None:
    """Reads see one state of the database; writes take the write lock at once, so that they never fail halfway with 'locked'."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITE) else "BEGIN DEFERRED")
