"""Personal data whose time is up: what it is, and throwing it away after somebody has said yes.

A programme keeps personal data for so many months. Two things fall outside that: labs that ended before (who was there, who was invited,
who said what), and people of whom nothing was heard since. What was learned stays. Nothing goes by itself: a page shows it, a coordinator
says yes, and only what was shown then goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask import render_template
from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from kennislab.accounts import forgetting
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Membership, Person, Role, SignIn
from kennislab.core import clock, jobs, mail
from kennislab.core.db import Base, UtcDateTime, db
from kennislab.core.errors import N_, Conflict
from kennislab.core.mail import Mail
from kennislab.core.transaction import Tx, transaction
from kennislab.programme.models import Lab, LabState, Programme, Purge

REMINDER = "retention-due"
REMIND_EVERY = timedelta(days=30)

Clears = Callable[[Tx, Sequence[int]], dict[str, int]]
_clears: list[Clears] = []


def clears(fn: Clears) -> Clears:
    """A later feature takes the names out of labs whose time is up: ``fn(tx, lab ids) -> what went``. Called before the tables are."""
    if fn not in _clears:
        _clears.append(fn)
    return fn


@dataclass(frozen=True, slots=True)
class Over:
    """What is past its time. ``before``: the day; ``rows``: Dutch name → number of rows of those labs; ``leaving``: people to be forgotten,
    or (``elsewhere``) only taken out of this programme, because they are in another one too."""

    before: date
    labs: tuple[Lab, ...]
    rows: dict[str, int]
    leaving: tuple[Person, ...]
    elsewhere: frozenset[int]

    @property
    def anything(self) -> bool:
        """Whether there is anything to throw away."""
        return bool(self.rows or self.leaving)

    @property
    def fingerprint(self) -> str:
        """Stands for exactly this: a yes to it is no yes to something else."""
        told = [self.before.isoformat(), sorted(lab.id for lab in self.labs), sorted(self.rows.items()), sorted(p.id for p in self.leaving)]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:24]

    def plan(self) -> dict[str, Any]:
        """Numbers, for the record; no names."""
        return {"labs": len(self.labs), "people": len(self.leaving), "rows": self.rows}


OWN_OF_A_LAB = {
    "invitation": N_("uitnodigingen"),
    "ranking": N_("keuzes van thema’s"),
    "group_member": N_("plaatsen in groepen"),
    "notice": N_("berichten over vragen"),
    "personal_link": N_("persoonlijke links"),
}
"""Rows of a lab that are about one person and nothing else; they go."""
NAMED_IN_A_LAB = {
    "participant": N_("mensen die meededen"),
    "knowledge_question": N_("vragen met een naam"),
    "archive_item": N_("kaarten met een naam"),
}
"""Rows of a lab that stay, without who it was."""


def before_of(programme: Programme, today: date) -> date:
    """What happened before this day is past its time."""
    months = today.year * 12 + today.month - 1 - programme.retention_months
    year, month = divmod(months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(today.day, last))


def over(session: Session, programme: Programme) -> Over:
    """What is past its time in this programme, today."""
    before = before_of(programme, clock.now().astimezone(clock.LOCAL).date())
    moment = datetime.combine(before, time(), clock.LOCAL).astimezone(UTC)
    labs = tuple(
        session.scalars(
            sa.select(Lab)
            .where(Lab.programme_id == programme.id, Lab.state == LabState.ARCHIVED, Lab.ends_at < moment)
            .order_by(Lab.starts_at)
        )
    )
    ids = [lab.id for lab in labs]
    rows = {name: number for name, number in _rows(session, ids).items() if number}
    members = session.scalars(
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.programme_id == programme.id, Membership.role == Role.PARTICIPANT, Person.created_at < moment)
        .order_by(Person.name, Person.id)
    ).all()
    heard = _heard_of(session, [one.id for one in members], moment)
    leaving = tuple(one for one in members if one.id not in heard)
    others = sa.select(Membership.person_id).where(Membership.programme_id != programme.id)
    elsewhere = frozenset(session.scalars(others.where(Membership.person_id.in_([one.id for one in leaving]))))
    return Over(before, labs, rows, leaving, elsewhere)


def _rows(session: Session, lab_ids: Sequence[int]) -> dict[str, int]:
    found = {}
    for name, title in {**OWN_OF_A_LAB, **NAMED_IN_A_LAB}.items():
        table = Base.metadata.tables.get(name)
        if table is None:
            continue
        wanted: list[sa.ColumnElement[bool]] = [table.c.lab_id.in_(lab_ids)]
        if name in NAMED_IN_A_LAB:
            person = next(column for column in forgetting.references() if column.table is table)
            named = [beside.is_not(None) & (beside != "") for beside in forgetting.names_beside(person)]
            wanted.append(sa.or_(person.is_not(None), *named))
        found[title] = session.scalar(sa.select(sa.func.count()).select_from(table).where(*wanted)) or 0
    mails = sa.select(sa.func.count()).where(Mail.lab_id.in_(lab_ids))
    return {**found, N_("mails"): session.scalar(mails) or 0}


MOMENTS = ("at", "created_at", "joined_at", "answered_at", "updated_at", "last_seen_at")


def _heard_of(session: Session, person_ids: Sequence[int], since: datetime) -> set[int]:
    """Who of these did something, signed in, or had a lab ahead of them since then; seen from whatever table refers to them."""
    signed_in = sa.select(SignIn.person_id).where(SignIn.person_id.in_(person_ids), SignIn.last_seen_at >= since)
    heard = set(session.scalars(signed_in))
    lab = Base.metadata.tables["lab"]
    for column in sorted(forgetting.references(), key=lambda column: column.table.name.startswith("archive_")):  # the large ones last
        table = column.table
        if table.name in ("membership", "magic_link", "access_token"):
            continue
        recent: list[sa.ColumnElement[bool]] = [
            table.c[name] >= since for name in MOMENTS if name in table.c and isinstance(table.c[name].type, UtcDateTime)
        ]
        if "lab_id" in table.c:
            recent.append(table.c.lab_id.in_(sa.select(lab.c.id).where(lab.c.ends_at >= since)))
        waiting = [one for one in person_ids if one not in heard]
        if recent and waiting:
            heard |= set(session.scalars(sa.select(column).where(column.in_(waiting), sa.or_(*recent)).distinct()))
    return heard


def purge(tx: Tx, programme: Programme, fingerprint: str, by: Actor) -> Purge:
    """Throws away what was shown. Raises Conflict when it is something else by now, or nothing."""
    now = over(tx.session, programme)
    if not now.anything or now.fingerprint != fingerprint:
        raise Conflict(
            "retention-changed",
            N_("Er is intussen iets veranderd"),
            N_("Er is niets weggegooid. Kijk opnieuw wat er weg zou gaan, en bevestig dat."),
        )
    ids = [lab.id for lab in now.labs]
    done: dict[str, int] = {}
    for name, number in ((name, number) for fn in _clears for name, number in fn(tx, ids).items()):
        done[name] = done.get(name, 0) + number
    _clear_tables(tx, ids)
    for person in now.leaving:
        if person.id in now.elsewhere:
            tx.session.execute(sa.delete(Membership).where(Membership.person_id == person.id, Membership.programme_id == programme.id))
        else:
            forgetting.forget(tx, person.id, "retention")
    record = Purge(programme_id=programme.id, before=now.before, plan=now.plan(), done=done, by_name=by.name, at=clock.now())
    tx.session.add(record)
    tx.session.flush()
    return record


def _clear_tables(tx: Tx, lab_ids: Sequence[int]) -> None:
    tx.session.execute(sa.delete(Mail).where(Mail.lab_id.in_(lab_ids)))
    for name in OWN_OF_A_LAB:
        table = Base.metadata.tables.get(name)
        if table is not None:
            tx.session.execute(sa.delete(table).where(table.c.lab_id.in_(lab_ids)))
    for column in forgetting.references():
        table = column.table
        if "lab_id" not in table.c or not column.nullable:
            continue
        empty = {one.name: None if one.nullable else "" for one in forgetting.names_beside(column)}
        tx.session.execute(sa.update(table).where(table.c.lab_id.in_(lab_ids)).values({column.name: None, **empty}))
    tx.session.expire_all()


# --- being reminded -----------------------------------------------------------------------------------------------------------


@jobs.every(24 * 3600, "retention-reminders")
def remind(progress: jobs.Progress) -> int:
    """Mails coordinators of programmes in which something is past its time, once a month; returns how many mails."""
    sent = 0
    for programme_id in list(db.session.scalars(sa.select(Programme.id))):
        with transaction() as tx:
            programme = tx.session.get_one(Programme, programme_id)
            now = over(tx.session, programme)
            last = tx.session.scalar(
                sa.select(sa.func.max(Mail.created_at)).where(Mail.programme_id == programme_id, Mail.purpose == REMINDER)
            )
            if not now.anything or (last is not None and clock.now() - last < REMIND_EVERY):
                continue
            sent += _tell_coordinators(tx, programme, now)
    return sent


def _tell_coordinators(tx: Tx, programme: Programme, now: Over) -> int:
    coordinators = tx.session.scalars(
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.programme_id == programme.id, Membership.role == Role.COORDINATOR, Person.email.is_not(None))
    ).all()
    for person in coordinators:
        with force_locale(person.language):
            subject = gettext("Bewaartermijn: er kan iets weg in %(programme)s", programme=programme.name)
            body = render_template(
                "programme/mail_retention.txt", person=person, programme=programme, over=now,
                link=mail.site_address(f"/programmas/{programme.id}/bewaren"),
            )  # fmt: skip
        made = mail.draft(
            tx, to=str(person.email), subject=subject, body=body, purpose=REMINDER, programme_id=programme.id, person_id=person.id,
            language=person.language,
        )  # fmt: skip
        mail.release(tx, made)
    return len(coordinators)
