"""Packages that are made in a job, kept for a week in the data folder, for the staff of the programme."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.accounts.queries import actor_of
from kennislab.archive import policies, produced, queries, sealing
from kennislab.archive.models import ArchiveItem, Consent, ProducedFile, Status
from kennislab.archive.sealed import package
from kennislab.archive.sealed.mdto import Keeping
from kennislab.core import jobs
from kennislab.core.db import db
from kennislab.core.errors import N_, DomainError, Invalid, require
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.programme.models import Lab

KIND = "package"
JOB = "make-archive-package"
MOST_YEARS = 100
MOST = 6
"""So many packages of a lab are shown."""


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
    asked = {"maker": name, "years": None if appraisal == "B" else number}
    return produced.queue(tx, JOB, KIND, lab, by, "zip", f"archiefpakket-{lab.quarter}-{lab.id}.zip", asked)


def files_of(session: Session, lab_id: int) -> Sequence[tuple[ProducedFile, jobs.Job | None]]:
    """The packages of a lab that are there or being made, newest first, each with its job."""
    return produced.there(session, produced.rows_of(lab_id, KIND).limit(MOST))


def file_of(session: Session, lab_id: int, file_id: str) -> ProducedFile | None:
    """One package, once it is there."""
    return produced.ready(session, produced.rows_of(lab_id, KIND), file_id)


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
    maker = _maker(session, row)
    try:
        size, sha256 = produced.put(file_id, lambda out: package.write(session, lab, maker, keeping, folder, out))
    except DomainError as error:
        return {"size": 0, "refused": error.detail, "params": error.params}
    finally:
        session.rollback()
    produced.note(file_id, size, sha256)
    return {"size": size}


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
