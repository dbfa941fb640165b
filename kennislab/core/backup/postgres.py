"""Every table of a PostgreSQL database, as COPY gives it, out of one snapshot. Needs no programs beside Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import sqlalchemy as sa

from kennislab.core.backup.shape import HOUSE, LATEST, BackupError
from kennislab.core.backup.sqlite import house

if TYPE_CHECKING:
    import psycopg

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY tablename"
_COLUMNS = (
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'"
    " ORDER BY ordinal_position"
)


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of our own, beside SQLAlchemy's. Raises BackupError when the server cannot be reached."""
    import psycopg  # an extra: only where PostgreSQL is used

    address = sa.engine.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(address, connect_timeout=20, autocommit=True)
    except psycopg.OperationalError as error:
        raise BackupError("De database is niet te bereiken. Kijk of PostgreSQL draait, en of KENNISLAB_DATABASE_URL klopt.") from error
    try:
        yield connection
    finally:
        connection.close()


class Snapshot:
    """The database as it was at one moment, to be read table by table while others go on writing."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        self._connection = connection
        self.tables = [str(row[0]) for row in connection.execute(_TABLES).fetchall()]
        self.columns = {table: [str(row[0]) for row in connection.execute(_COLUMNS, (table,)).fetchall()] for table in self.tables}

    def read(self, table: str) -> Iterator[bytes]:
        """The rows of a table as COPY's text format, in pieces; one line per row."""
        from psycopg import sql  # see above

        columns = sql.SQL(", ").join(sql.Identifier(name) for name in self.columns[table])
        with self._connection.cursor().copy(sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), columns)) as copy:
            for piece in copy:
                yield bytes(piece)

    def rows(self, tables: Iterable[str]) -> dict[str, int]:
        """How many rows these have; one that is not there is passed over."""
        from psycopg import sql  # see above

        found = {}
        for table in tables:
            if table in self.columns:
                row = self._connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
                found[table] = int(row[0]) if row else 0
        return found

    def told(self) -> tuple[str, str, str]:
        """Revision of the tables, which house it is, moment of the newest change."""
        known = set(self.tables)
        has = self._connection.execute("SELECT to_regclass('public.alembic_version')").fetchone()
        revision = self._connection.execute("SELECT version_num FROM alembic_version").fetchone() if has and has[0] else None
        first = self._connection.execute(HOUSE).fetchone() if "programme" in known else None
        newest: list[datetime] = []
        for table, column in LATEST:
            if table in known and column in self.columns[table]:
                row = self._connection.execute(f"SELECT max({column}) FROM {table}").fetchone()
                newest += [row[0]] if row and row[0] else []
        latest = max(newest).astimezone(UTC).isoformat(timespec="microseconds") if newest else ""
        return str(revision[0]) if revision else "", house(first), latest


def others(connection: psycopg.Connection[Any]) -> int:
    """How many others are connected to this database: a restore needs it for itself."""
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    ).fetchone()
    return int(row[0]) if row else 0


def empty(connection: psycopg.Connection[Any]) -> None:
    """Takes every table of the database away."""
    from psycopg import sql  # see above

    with connection.transaction():
        for (table,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))


def fill(url: str, columns: dict[str, list[str]], opened: Any) -> dict[str, int]:
    """Fills the tables, which are there and of the right revision, from ``opened(table) -> readable``; all or nothing.

    Returns how many rows each has afterwards. Tables that point at others come after them.
    """
    from psycopg import sql  # see above

    engine = sa.create_engine(url)
    try:
        reflected = sa.MetaData()
        reflected.reflect(engine)
        order = [table.name for table in reflected.sorted_tables if table.name != "alembic_version"]
    finally:
        engine.dispose()
    if missing := set(columns) - set(order):
        raise BackupError(f"De back-up heeft tabellen die deze Kennislab niet kent: {', '.join(sorted(missing))}.")
    counts: dict[str, int] = {}
    with connected(url) as connection, connection.transaction():
        if order:
            connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(sql.Identifier(name) for name in order)))
        for table in (name for name in order if name in columns):
            names = sql.SQL(", ").join(sql.Identifier(name) for name in columns[table])
            cursor = connection.cursor()
            stream: IO[bytes]
            with opened(table) as stream, cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)) as copy:
                while piece := stream.read(1 << 16):
                    copy.write(piece)
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            counts[table] = int(row[0]) if row else 0
            for name in columns[table]:
                _count_on(connection, table, name)
    return counts


def _count_on(connection: psycopg.Connection[Any], table: str, column: str) -> None:
    """Lets a column that numbers itself go on after what was put back."""
    from psycopg import sql  # see above

    row = connection.execute("SELECT pg_get_serial_sequence(%s, %s)", (f'public."{table}"', column)).fetchone()
    if row and row[0]:
        command = sql.SQL("SELECT setval(%s, coalesce((SELECT max({}) FROM {}), 0) + 1, false)")
        connection.execute(command.format(sql.Identifier(column), sql.Identifier(table)), (row[0],))
