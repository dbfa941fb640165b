"""Packages that are made in a job, kept for a week in the data folder, for the staff of the programme."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.accounts.queries import actor_of
from kennislab.archive import policies, queries, sealing
from kennislab.archive.models import ArchiveItem, Consent, ProducedFile, Status
from kennislab.archive.sealed import package
from kennislab.archive.sealed.mdto import Keeping
from kennislab.core import clock, jobs
from kennislab.core.db import db
from kennislab.core.errors import N_, DomainError, Invalid, require
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx, transaction
from kennislab.programme.models import Lab

KEPT = timedelta(days=7)
KIND = "package"
JOB = "make-archive-package"
MOST_YEARS = 100


def ask(tx: Tx, lab: Lab, by: Actor, maker: str, appraisal: str, years: str) -> ProducedFile:
    """Queues the making of a package. ``appraisal``: B (for ever) or V (so many ``years``). A seal of the first sort gets its chain now.

    Raises Invalid, the policy's refusal, or Conflict when that seal does not hold any more.
    """
    require(policies.may_pack(by, lab))
    wrong: dict[str, str] = {}
    name = " ".join(tidy(maker).split())
    if not 1 <= len(name) <= 160:
        wrong["archiefvormer"] = N_("Vul in welke organisatie verantwoordelijk is, in hoogstens 160 tekens.")
    if appraisal not in ("B", "V"):
        wrong["waardering"] = N_("Kies of het blijvend of tijdelijk bewaard wordt.")
    number = int(years) if years.strip().isascii() and years.strip().isdecimal() and len(years.strip()) < 4 else 0
    if appraisal == "V" and not 1 <= number <= MOST_YEARS:
        wrong["jaren"] = N_("Vul een aantal jaren in, van 1 tot 100.")
    if wrong:
        raise Invalid(fields=wrong)
    sealing.strengthen(tx, lab)
    row = ProducedFile(
        lab_id=lab.id,
        kind=KIND,
        format="zip",
        name=f"archiefpakket-{lab.quarter}-{lab.id}.zip",
        options={"maker": name, "years": None if appraisal == "B" else number},
        by_id=by.person_id,
        at=clock.now(),
        expires_at=clock.now() + KEPT,
    )
    tx.session.add(row)
    tx.session.flush()
    row.job = jobs.enqueue(tx, JOB, file_id=row.id).public_id
    return row


def place_of(folder: Path, file_id: str) -> Path:
    """Where a package's bytes are, in the data folder: with the other files that were made, which are tidied together."""
    return folder / "produced" / file_id


def files_of(session: Session, lab_id: int) -> Sequence[tuple[ProducedFile, jobs.Job | None]]:
    """The packages of a lab that are there or being made, newest first, each with its job."""
    P = ProducedFile
    mine = sa.select(P).where(P.lab_id == lab_id, P.kind == KIND, P.expires_at > clock.now()).order_by(P.at.desc(), P.id).limit(6)
    return [(row, jobs.state_of(session, row.job) if row.job else None) for row in session.scalars(mine)]


def file_of(session: Session, lab_id: int, file_id: str) -> ProducedFile | None:
    """One package, once it is there."""
    P = ProducedFile
    return session.scalar(
        sa.select(P).where(P.lab_id == lab_id, P.kind == KIND, P.id == file_id, P.sha256 != "", P.expires_at > clock.now())
    )


@jobs.job(JOB)
def make_archive_package(progress: jobs.Progress, file_id: str) -> dict[str, Any]:
    """Makes one, with the rights that who asked has now. What cannot be packed says so in the job's result."""
    progress(10, N_("Verslag schrijven en keten verzamelen"))
    session = db.session()
    row = session.get(ProducedFile, file_id)
    lab = session.get(Lab, row.lab_id) if row else None
    if row is None or lab is None:
        return {"size": 0}
    keeping = Keeping(row.options["maker"], row.options["years"], open=_open(session, lab.id))
    folder = Path(current_app.config["DATA_DIR"])
    place = place_of(folder, file_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    refusal: DomainError | None = None
    try:
        with part.open("wb") as out:
            package.write(session, lab, _maker(session, row), keeping, folder, out)
    except DomainError as error:
        refusal = error
    session.rollback()
    if refusal is not None:
        part.unlink(missing_ok=True)
        return {"size": 0, "refused": refusal.detail, "params": refusal.params}
    with part.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    part.replace(place)
    with transaction() as tx:
        fresh = tx.session.get(ProducedFile, file_id)
        if fresh is not None:
            fresh.size, fresh.sha256 = place.stat().st_size, sha256
    return {"size": place.stat().st_size}


def _maker(session: Session, row: ProducedFile) -> Actor:
    person = session.get(Person, row.by_id) if row.by_id is not None else None
    return actor_of(session, person) if person is not None else Actor(None, "")


def _open(session: Session, lab_id: int) -> bool:
    """Whether everything that may leave the lab may go outside the programme, too."""
    told = [item.consent for item in queries.items_of(session, lab_id, Status.CONFIRMED) if item.consent is not Consent.GROUP]
    return Consent.PROGRAMME not in told


def withheld(session: Session, lab_id: int) -> int:
    """How many items are in the chain without their words: kept in their group, left out or merged."""
    A = ArchiveItem
    closed = sa.or_(A.consent == Consent.GROUP, A.status != Status.CONFIRMED)
    return session.scalar(sa.select(sa.func.count()).select_from(A).where(A.lab_id == lab_id, closed)) or 0
