"""A database for every test, with the app's tables already in it.

Making the tables takes longer than most tests. So they are made once per process and kind of database, and copied. On PostgreSQL
a copy takes as long as a test, too: one that a test has left behind is emptied and used again, if its tables are as they were.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from tests.support.many_apps import keep_compiled_routes, keep_compiled_statements, keep_compiled_templates
from tests.support.services import Postgres

_number = itertools.count(1)

SHAPE = """
SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace), (SELECT max(oid)::text FROM pg_class),
    (SELECT count(*) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped),
    (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_proc),
    (SELECT count(*) FROM pg_namespace)
"""
"""What changes when a test changes tables, and not what is in them."""
EMPTY = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE format('DELETE FROM public.%I', name); END LOOP;
    PERFORM setval(format('public.%I', sequencename)::regclass, start_value, false) FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""

keep_compiled_routes()


def settings(folder: Path, database_url: str, **more: Any) -> dict[str, Any]:
    """What create_app gets in tests. Forms need no CSRF token and nothing is rate-limited, unless ``more`` says so."""
    return {
        "TESTING": True,
        "SECRET_KEY": "a key for tests only, of enough characters",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder / "data"),
        "REDIS_URL": "",
        "RUN_JOBS": False,
        "LOG_LEVEL": "WARNING",
        "WTF_CSRF_ENABLED": False,
        "RATELIMIT_ENABLED": False,
        "SERVER_NAME": None,
        **more,
    }


def unique_name() -> str:
    """A name that no other test of this run has taken, in whatever process."""
    return f"t{os.getpid()}_{next(_number)}"


@dataclass
class Databases:
    """Makes databases for one test process. ``folder`` is this process's own; ``server`` starts PostgreSQL when first asked."""

    folder: Path
    server: Callable[[], Postgres]
    _sqlite_model: Path | None = None
    _postgres_model: str | None = None
    _shape: tuple[Any, ...] | None = None
    _made: list[str] = field(default_factory=list)
    _lent: list[str] = field(default_factory=list)
    _free: list[str] = field(default_factory=list)

    def empty(self, kind: str, folder: Path) -> str:
        """The address of a database without tables. ``folder`` is where an SQLite file goes."""
        if kind == "sqlite":
            return f"sqlite:///{folder / 'test.sqlite3'}"
        name = unique_name()
        self._made.append(name)
        return self.server().create_database(name)

    def filled(self, kind: str, folder: Path) -> str:
        """The address of a database with all tables, and nothing in them."""
        if kind == "sqlite":
            target = folder / "test.sqlite3"
            target.write_bytes(self._sqlite().read_bytes())
            return f"sqlite:///{target}"
        model = self._postgres()
        if self._free:
            self._lent.append(self._free.pop())
            return self.server().url(self._lent[-1])
        name = unique_name()
        self._lent.append(name)
        return self.server().create_database(name, template=model)

    def drop(self) -> None:
        """Removes what was made on the server for the test that ends here; what may be used again is emptied and kept."""
        while self._made:
            self.server().drop_database(self._made.pop())
        while self._lent:
            name = self._lent.pop()
            if self._emptied(name):
                self._free.append(name)
            else:
                self.server().drop_database(name)

    def _emptied(self, name: str) -> bool:
        """Whether this database is as new again: nobody connected, the tables as they were made, and nothing in them."""
        try:
            with self.server().admin(name) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                if connection.execute(SHAPE).fetchone() != self._shape:
                    return False
                connection.execute(EMPTY)
                return True
        except psycopg.Error:
            return False

    def _sqlite(self) -> Path:
        if self._sqlite_model is None:
            path = self.folder / "model.sqlite3"
            self._make_tables(f"sqlite:///{path}")
            with sqlite3.connect(path) as connection:  # so that the file alone is the whole database
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            self._sqlite_model = path
        return self._sqlite_model

    def _postgres(self) -> str:
        if self._postgres_model is None:
            name = f"model_{unique_name()}"
            self._make_tables(self.server().create_database(name))
            with self.server().admin(name) as connection:
                self._shape = connection.execute(SHAPE).fetchone()
            self._postgres_model = name
        return self._postgres_model

    def _make_tables(self, url: str) -> None:
        app = create_app(settings(self.folder, url))
        from kennislab.core.db import db  # not before create_app: a broken app should show as itself

        with app.app_context():
            db.create_all()
            db.session.remove()
        dispose(app)


def create_app(overrides: dict[str, Any]) -> Flask:
    from kennislab.app import create_app as create  # not at the top: tests of tools run without the app
    from kennislab.core.db import db

    app = create(overrides)
    keep_compiled_templates(app)
    with app.app_context():
        for engine in db.engines.values():
            keep_compiled_statements(engine)
    return app


def dispose(app: Flask) -> None:
    """Closes every connection that an app still has."""
    from kennislab.core.db import db  # not at the top: tests of tools run without the app

    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
