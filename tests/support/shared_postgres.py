"""One PostgreSQL for all processes of a test run.

The first process that needs it starts it and writes down where it is, in a folder that all processes of the run share. The
process that leads the run stops it at the end, when the others are gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.support.services import Postgres, destroy_postgres, start_postgres

NOTE = "postgres.json"


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with open(folder / "postgres.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def obtain(folder: Path) -> Postgres:
    """The run's server; started when nobody has yet."""
    with _alone(folder):
        note = folder / NOTE
        if not note.exists():
            note.write_text(json.dumps(asdict(start_postgres())))
        return Postgres(**json.loads(note.read_text()))


def close(folder: Path) -> None:
    """Stops the run's server, if there is one."""
    note = folder / NOTE
    if note.exists():
        destroy_postgres(Postgres(**json.loads(note.read_text())))
        note.unlink(missing_ok=True)
