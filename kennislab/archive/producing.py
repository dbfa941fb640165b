"""Files of a report that are made in a job, kept for a week in the data folder, and only for who asked for them.

What is in a file is decided when it is made: by the rights that its maker has at that moment, and never more than when it was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person, Role
from kennislab.accounts.queries import actor_of
from kennislab.archive import policies, produced
from kennislab.archive.models import ProducedFile
from kennislab.archive.reporting import CHAPTERS, EVERYTHING, ORDERS, Report, Wanted, build, docx, odt, pdf, plain, sheets
from kennislab.core import jobs
from kennislab.core.db import db
from kennislab.core.errors import N_, Invalid
from kennislab.core.transaction import Tx, transaction
from kennislab.programme.models import Lab

KIND = "report"
JOB = "make-report-file"
MOST = 12
"""Files that somebody has of one lab; the oldest goes when there are more."""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: what it is called, what it is good for (message ids), its media type, and who writes it."""

    name: str
    about: str
    media: str
    write: Callable[[Report], bytes]


FORMATS: Mapping[str, Format] = {
    "pdf": Format(N_("PDF"), N_("Om te lezen, te printen en te bewaren. Toegankelijk."), pdf.TYPE, pdf.write),
    "docx": Format(N_("Word"), N_("Om in verder te schrijven (DOCX)."), docx.TYPE, docx.write),
    "odt": Format(N_("OpenDocument"), N_("Om in verder te schrijven (ODT)."), odt.TYPE, odt.write),
    "xlsx": Format(N_("Excel"), N_("Een werkmap met een blad per onderdeel."), sheets.TYPE, sheets.write),
    "csv": Format(N_("CSV"), N_("Eén tabel met alle inbreng en acties."), sheets.CSV_TYPE, sheets.write_csv),
    "json": Format(N_("JSON"), N_("Alles als gegevens, voor een ander programma."), plain.TYPE, plain.write),
}


def wanted_of(options: Mapping[str, Any]) -> Wanted:
    """What was asked, as it is kept; what we do not know is left out. The summary is always there."""
    chosen = {one for one in options.get("chapters", []) if one in CHAPTERS}
    order = options.get("order")
    return Wanted(
        chapters=frozenset(chosen | {"samenvatting"}) if chosen else EVERYTHING.chapters,
        order=order if order in ORDERS else EVERYTHING.order,
        public=bool(options.get("public")),
    )


def ask(tx: Tx, lab: Lab, by: Actor, format_: str, wanted: Wanted) -> ProducedFile:
    """Queues the making of a file. Raises Invalid for a format that we do not write."""
    if format_ not in FORMATS:
        raise Invalid(fields={"vorm": N_("Kies een van de bestanden.")})
    mine = _of(lab.id, by.person_id).offset(MOST - 1)
    for old in tx.session.scalars(mine):
        tx.session.delete(old)  # its bytes go with the next tidying
    role = by.roles.get(lab.programme_id)
    name = f"verslag-{lab.quarter}-{lab.id}{'-openbaar' if wanted.public else ''}.{format_}"
    asked = {"chapters": sorted(wanted.chapters), "order": wanted.order, "public": wanted.public, "role": role.value if role else ""}
    return produced.queue(tx, JOB, KIND, lab, by, format_, name, asked)


def _of(lab_id: int, person_id: int | None) -> sa.Select[Any]:
    return produced.rows_of(lab_id, KIND, ProducedFile.by_id == person_id, ProducedFile.by_id.is_not(None))


def files_of(session: Session, lab_id: int, person_id: int | None) -> Sequence[tuple[ProducedFile, jobs.Job | None]]:
    """Somebody's files of a lab that are there or being made, newest first; each with its job."""
    return produced.there(session, _of(lab_id, person_id))


def file_of(session: Session, lab_id: int, person_id: int | None, file_id: str) -> ProducedFile | None:
    """One of somebody's own files, once it is there."""
    return produced.ready(session, _of(lab_id, person_id), file_id)


@jobs.job(JOB)
def make_report_file(progress: jobs.Progress, file_id: str) -> dict[str, int]:
    """Makes one. When whoever asked may not read the report any more, or took it away, there is no file."""
    progress(10, N_("Inbreng verzamelen"))
    session = db.session()
    row = session.get(ProducedFile, file_id)
    lab = session.get(Lab, row.lab_id) if row else None
    if row is None or lab is None:
        return {"size": 0}
    actor = _maker(session, row, lab)
    report = build(session, lab, actor, wanted_of(row.options)) if actor and policies.may_read_report(actor, lab) is True else None
    format_ = FORMATS[row.format]
    session.rollback()
    if report is None:
        with transaction() as tx:
            if (fresh := tx.session.get(ProducedFile, file_id)) is not None:
                tx.session.delete(fresh)
        return {"size": 0}
    progress(40, N_("Bestand schrijven"))
    data = format_.write(report)
    size, sha256 = produced.put(file_id, lambda out: out.write(data))
    produced.note(file_id, size, sha256)
    return {"size": size}


def _maker(session: Session, row: ProducedFile, lab: Lab) -> Actor | None:
    """Who asked, with the role of now; not a higher one than when it was asked (a personal link makes nobody staff)."""
    person = session.get(Person, row.by_id) if row.by_id is not None else None
    if person is None:
        return None
    role = actor_of(session, person).roles.get(lab.programme_id)
    if role is not None and row.options.get("role") == Role.PARTICIPANT.value:
        role = Role.PARTICIPANT
    return Actor(person.id, person.name, person.municipality_code, {lab.programme_id: role} if role else {})
