"""Files that a job made and that are kept for a week: a row for each, and its bytes in the data folder under the row's id."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.archive.models import ProducedFile
from kennislab.core import clock, jobs
from kennislab.core.transaction import Tx, transaction
from kennislab.programme.models import Lab

KEPT = timedelta(days=7)
FOLDER = "produced"
P = ProducedFile


def place_of(folder: Path, file_id: str) -> Path:
    """Where a file's bytes are, in the data folder."""
    return folder / FOLDER / file_id


def queue(tx: Tx, job: str, kind: str, lab: Lab, by: Actor, format_: str, name: str, options: Mapping[str, Any]) -> ProducedFile:
    """A new row, and the job that will make its bytes: it is called with ``file_id``."""
    row = P(
        lab_id=lab.id,
        kind=kind,
        format=format_,
        name=name,
        options=dict(options),
        by_id=by.person_id,
        at=clock.now(),
        expires_at=clock.now() + KEPT,
    )
    tx.session.add(row)
    tx.session.flush()
    row.job = jobs.enqueue(tx, job, file_id=row.id).public_id
    return row


def rows_of(lab_id: int, kind: str, *of: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The rows of a lab and a kind, newest first."""
    return sa.select(P).where(P.lab_id == lab_id, P.kind == kind, *of).order_by(P.at.desc(), P.id)


def there(session: Session, rows: sa.Select[Any]) -> Sequence[tuple[ProducedFile, jobs.Job | None]]:
    """Those of these that are kept still, made or being made, each with its job."""
    found: Sequence[ProducedFile] = session.scalars(rows.where(P.expires_at > clock.now())).all()
    return [(row, jobs.state_of(session, row.job) if row.job else None) for row in found]


def ready(session: Session, rows: sa.Select[Any], file_id: str) -> ProducedFile | None:
    """One of these, once its bytes are there."""
    found: ProducedFile | None = session.scalar(rows.where(P.id == file_id, P.sha256 != "", P.expires_at > clock.now()))
    return found


def put(file_id: str, write: Callable[[BinaryIO], object]) -> tuple[int, str]:
    """Has the bytes written and puts them in their place when they are whole. Returns how many, and their SHA-256."""
    place = place_of(Path(current_app.config["DATA_DIR"]), file_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    try:
        with part.open("wb") as out:
            write(out)
        with part.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = part.stat().st_size
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    return size, sha256


def note(file_id: str, size: int, sha256: str) -> None:
    """Writes down that the bytes are there; when the row was taken away meanwhile, the next tidying takes them too."""
    with transaction() as tx:
        row = tx.session.get(P, file_id)
        if row is not None:
            row.size, row.sha256 = size, sha256


@jobs.every(3600, "tidy-produced-files")
def tidy(progress: jobs.Progress) -> dict[str, int]:
    """Throws away what is older than a week, and bytes that belong to nothing any more."""
    with transaction() as tx:
        tx.session.execute(sa.delete(P).where(P.expires_at <= clock.now()))
        kept = set(tx.session.scalars(sa.select(P.id)))
    folder = Path(current_app.config["DATA_DIR"]) / FOLDER
    gone = [path for path in folder.glob("*") if path.is_file() and path.stem not in kept] if folder.is_dir() else []
    for path in gone:
        path.unlink(missing_ok=True)
    return {"gone": len(gone)}
