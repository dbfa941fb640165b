"""A copy of an SQLite database, made page by page while others write, and looked through."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from kennislab.core.backup.shape import HOUSE, LATEST, BackupError

ENTRY = "kennislab.sqlite3"


def path_of(url: str) -> Path:
    """The file behind the address."""
    name = sa.engine.make_url(url).database
    if not name or name == ":memory:":
        raise BackupError("Een database in het geheugen is niet te bewaren. Stel KENNISLAB_DATABASE_URL of KENNISLAB_DATA_DIR in.")
    return Path(name)


def snapshot(source: Path, target: Path) -> None:
    """Copies the database as it is at this moment. In one step: with WAL writers go on, and the copy never has to begin again."""
    if not source.exists():
        raise BackupError(f"Er is geen database: {source} bestaat niet.")
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing, pages=-1)


def _read_only(path: Path) -> sqlite3.Connection:
    """A connection to a file that nobody else uses; nothing is written beside it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def problems(path: Path) -> list[str]:
    """What SQLite itself finds wrong: pages, indexes, and rows that point at nothing."""
    try:
        with closing(_read_only(path)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
            wrong = [] if found == ["ok"] else found
            loose = connection.execute("PRAGMA foreign_key_check").fetchmany(5)
            return wrong + [f"{table}: een rij verwijst naar iets in {other} dat er niet is" for table, _, other, _ in loose]
    except sqlite3.DatabaseError as error:
        return [str(error)]


def rows(path: Path) -> dict[str, int]:
    """How many rows each table has; what an index keeps for itself is not counted."""
    with closing(_read_only(path)) as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
        virtual = tuple(f"{name}_" for name, sql in tables if sql.upper().startswith("CREATE VIRTUAL"))
        plain = [name for name, sql in tables if not sql.upper().startswith("CREATE VIRTUAL") and not name.startswith(virtual or ("\0",))]
        return {name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in sorted(plain)}


def _one(connection: sqlite3.Connection, sql: str) -> tuple[object, ...] | None:
    try:
        found: tuple[object, ...] | None = connection.execute(sql).fetchone()
    except sqlite3.OperationalError:  # the table is not there
        return None
    return found


def told(path: Path) -> tuple[str, str, str]:
    """Revision of the tables, which house it is, moment of the newest change."""
    with closing(_read_only(path)) as connection:
        revision = _one(connection, "SELECT version_num FROM alembic_version")
        first = _one(connection, HOUSE)
        newest = [row[0] for table, column in LATEST if (row := _one(connection, f"SELECT max({column}) FROM {table}")) and row[0]]
    return str(revision[0]) if revision else "", house(first), max((_iso(str(one)) for one in newest), default="")


def _iso(text: str) -> str:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).isoformat(timespec="microseconds")


def house(first: tuple[object, ...] | None) -> str:
    """A short name of the database that holds this first programme; empty without one."""
    if first is None:
        return ""
    moment = first[1].astimezone(UTC).isoformat(timespec="microseconds") if isinstance(first[1], datetime) else _iso(str(first[1]))
    return hashlib.sha256(f"{first[0]} {moment}".encode()).hexdigest()[:16]


def put(fresh: Path, path: Path) -> None:
    """Takes ``fresh`` as the database from now on; what SQLite kept beside the old one goes with it."""
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    os.replace(fresh, path)
