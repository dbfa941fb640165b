"""Reading invitations, their answers, and what was mailed about a lab."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from kennislab.accounts.models import Person
from kennislab.core.mail import Mail
from kennislab.invitations.models import Answer, Invitation, Wave

_SEQUENCE = re.compile(r"^SEQUENCE:(\d{1,6})\s*$", re.MULTILINE)
UNSENT = ("draft", "held", "released", "sending")
"""States of a mail that may still arrive."""


def by_id(session: Session, invitation_id: int) -> Invitation | None:
    """One invitation with its lab and person."""
    whole = (joinedload(Invitation.lab), joinedload(Invitation.person))
    return session.scalar(sa.select(Invitation).where(Invitation.id == invitation_id).options(*whole))


def invitation_of(session: Session, lab_id: int, person_id: int) -> Invitation | None:
    """Somebody's invitation to a lab."""
    return session.scalar(sa.select(Invitation).where(Invitation.lab_id == lab_id, Invitation.person_id == person_id))


def of_lab(session: Session, lab_id: int) -> Sequence[Invitation]:
    """All invitations of a lab with their people, by name."""
    rows = session.scalars(sa.select(Invitation).where(Invitation.lab_id == lab_id).options(joinedload(Invitation.person))).all()
    return sorted(rows, key=lambda one: (one.person.name.casefold(), one.id))


def of_person(session: Session, person_id: int, lab_ids: Collection[int]) -> Sequence[Invitation]:
    """Somebody's invitations to these labs."""
    return session.scalars(sa.select(Invitation).where(Invitation.person_id == person_id, Invitation.lab_id.in_(lab_ids))).all()


def answers(session: Session, lab_id: int) -> dict[int, Answer]:
    """Person id → answer, for who is invited."""
    rows = session.execute(sa.select(Invitation.person_id, Invitation.answer).where(Invitation.lab_id == lab_id))
    return {int(person): answer for person, answer in rows}


def not_coming(session: Session, lab_id: int) -> set[int]:
    """Ids of the people who said that they do not come."""
    return {person for person, answer in answers(session, lab_id).items() if answer is Answer.NOT_COMING}


def coming(session: Session, lab_id: int) -> set[int]:
    """Ids of the people who said that they come."""
    return {person for person, answer in answers(session, lab_id).items() if answer is Answer.COMING}


def count_coming(session: Session, lab_id: int) -> int:
    """How many said that they come."""
    return len(coming(session, lab_id))


def waves_of(session: Session, lab_id: int) -> Sequence[Wave]:
    """The waves of a lab, planned ones first by when they are due, then latest first."""
    rows = session.scalars(sa.select(Wave).where(Wave.lab_id == lab_id).order_by(Wave.id.desc())).all()
    planned = sorted((w for w in rows if w.prepared_at is None and w.send_at), key=lambda w: (w.send_at, w.id))
    return [*planned, *(w for w in rows if w not in planned)]


def wave(session: Session, public_id: str) -> Wave | None:
    """One wave by its public id, with its lab."""
    return session.scalar(sa.select(Wave).where(Wave.public_id == public_id).options(joinedload(Wave.lab)))


def mails_of_wave(session: Session, wave_id: int) -> Sequence[Mail]:
    """The mails of a wave in the order in which they were written (by name)."""
    return session.scalars(sa.select(Mail).where(Mail.wave_id == wave_id).order_by(Mail.id)).all()


def counts_of_waves(session: Session, lab_id: int) -> dict[int, dict[str, int]]:
    """Wave id → state of a mail → how many."""
    counted: dict[int, dict[str, int]] = {}
    rows = session.execute(
        sa.select(Mail.wave_id, Mail.state, sa.func.count())
        .where(Mail.lab_id == lab_id, Mail.wave_id.is_not(None))
        .group_by(Mail.wave_id, Mail.state)
    )
    for wave_id, state, count in rows:
        if wave_id is not None:
            counted.setdefault(wave_id, {})[state] = count
    return counted


@dataclass(frozen=True, slots=True)
class Mailed:
    """One mail about a lab, as far as waves need to know."""

    person_id: int
    to: str
    purpose: str
    state: str


def mailed(session: Session, lab_id: int) -> list[Mailed]:
    """What was written to whom about a lab, oldest first."""
    M = Mail
    rows = session.execute(
        sa.select(M.person_id, M.to, M.purpose, M.state).where(M.lab_id == lab_id, M.person_id.is_not(None)).order_by(M.id)
    )
    return [Mailed(person, to, purpose, state) for person, to, purpose, state in rows if person is not None]


def sequence_in(calendar: str) -> int | None:
    """The SEQUENCE of a calendar text; None when there is none."""
    found = _SEQUENCE.search(calendar)
    return int(found[1]) if found else None


def told(session: Session, lab_id: int) -> dict[int, int]:
    """Person id → the latest SEQUENCE of this lab in their calendar, as far as mails brought it there."""
    M = Mail
    latest: dict[int, int] = {}
    rows = session.execute(
        sa.select(M.person_id, M.calendar).where(M.lab_id == lab_id, M.person_id.is_not(None), M.calendar != "", M.state == "sent")
    )
    for person, calendar in rows:
        sequence = sequence_in(calendar)
        if sequence is not None and person is not None:
            latest[person] = max(sequence, latest.get(person, 0))
    return latest


def person(session: Session, person_id: int) -> Person | None:
    """One person."""
    return session.get(Person, person_id)
