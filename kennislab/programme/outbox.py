"""The outbox of a programme: finding mails, and doing something with many at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.models import Person
from kennislab.core import mail
from kennislab.core.errors import N_, Conflict
from kennislab.core.mail import Mail
from kennislab.core.transaction import Tx

GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "draft": (N_("Concept"), ("draft",)),
    "released": (N_("Gaat weg"), ("released", "sending")),
    "held": (N_("Tegengehouden"), ("held",)),
    "sent": (N_("Verstuurd"), ("sent",)),
    "failed": (N_("Niet aangekomen"), ("failed", "bounced")),
    "skipped": (N_("Niet meer nodig"), ("skipped",)),
}
"""How the outbox is divided: key in the address → what it is called, and the states in it."""

PER_PAGE = 50
MOST_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the outbox is looked at. ``state``: a key of GROUPS or a state of Mail; empty: all."""

    state: str = ""
    lab: int | None = None
    wave: int | None = None
    person: int | None = None
    kind: str = ""
    text: str = ""


def _all(programme_id: int, wish: Filter, with_state: bool = True) -> sa.Select[Mail]:
    found = sa.select(Mail).where(Mail.programme_id == programme_id, Mail.purpose.not_in(mail.URGENT))
    for column, value in ((Mail.lab_id, wish.lab), (Mail.wave_id, wish.wave), (Mail.person_id, wish.person)):
        if value is not None:
            found = found.where(column == value)
    if wish.kind:
        found = found.where(Mail.purpose == wish.kind)
    for word in wish.text.split()[:6]:
        named = sa.select(Person.id).where(Person.name.icontains(word, autoescape=True))
        found = found.where(
            sa.or_(Mail.to.icontains(word, autoescape=True), Mail.subject.icontains(word, autoescape=True), Mail.person_id.in_(named))
        )
    if with_state and wish.state:
        states = GROUPS[wish.state][1] if wish.state in GROUPS else (wish.state,)
        found = found.where(Mail.state.in_(states))
    return found


def find(session: Session, programme_id: int, wish: Filter, page: int = 1) -> Sequence[Mail]:
    """One page of the outbox, latest first."""
    latest = _all(programme_id, wish).order_by(Mail.created_at.desc(), Mail.id.desc())
    return session.scalars(latest.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()


def counts(session: Session, programme_id: int, wish: Filter) -> dict[str, int]:
    """Key of GROUPS → how many mails, within the other filters."""
    inside = _all(programme_id, wish, with_state=False).subquery()
    rows = session.execute(sa.select(inside.c.state, sa.func.count()).group_by(inside.c.state)).all()
    per_state = {str(state): int(count) for state, count in rows}
    return {key: sum(per_state.get(state, 0) for state in states) for key, (_name, states) in GROUPS.items()}


def one(session: Session, programme_id: int, public_id: str) -> Mail | None:
    """One mail of this programme's outbox."""
    return session.scalar(_all(programme_id, Filter()).where(Mail.public_id == public_id))


def people(session: Session, mails: Collection[Mail]) -> dict[int, Person]:
    """Person id → the person, for those who still exist."""
    ids = {row.person_id for row in mails if row.person_id}
    return {person.id: person for person in session.scalars(sa.select(Person).where(Person.id.in_(ids)))} if ids else {}


def kinds(session: Session, programme_id: int) -> list[str]:
    """The kinds of mail that this outbox holds."""
    inside = _all(programme_id, Filter()).subquery()
    return [str(kind) for kind in session.scalars(sa.select(inside.c.purpose).distinct().order_by(inside.c.purpose)) if kind]


def missed(session: Session, lab_ids: Collection[int]) -> dict[int, int]:
    """Lab id → how many of its mails did not arrive, for the labs that have any."""
    M = Mail
    rows = session.execute(
        sa.select(M.lab_id, sa.func.count()).where(M.lab_id.in_(list(lab_ids)), M.state.in_(GROUPS["failed"][1])).group_by(M.lab_id)
    )
    return {lab: int(count) for lab, count in rows if lab is not None}


# --- verbs ------------------------------------------------------------------------------------------------------------------


def let_go(tx: Tx, row: Mail, after: datetime | None = None) -> None:
    """Releases, or releases again, a mail that waits."""
    mail.release(tx, row, after)


def send_again(tx: Tx, row: Mail) -> None:
    """Once more what did not arrive: to the address that the person has now."""
    person = tx.session.get(Person, row.person_id) if row.person_id else None
    mail.retry(tx, row)
    if person is not None and person.email:
        row.to = person.email


VERBS: Mapping[str, Callable[[Tx, Mail], None]] = {"release": let_go, "hold": mail.hold, "retry": send_again}
"""What can be done with many at once."""


def do(tx: Tx, programme_id: int, verb: str, public_ids: Collection[str] | None, wish: Filter) -> tuple[int, int]:
    """Does ``verb`` with these mails, or (None) with all that the filter shows. (done, could not be done any more)."""
    found = _all(programme_id, wish if public_ids is None else Filter()).order_by(Mail.id).limit(MOST_AT_ONCE)
    if public_ids is not None:
        found = found.where(Mail.public_id.in_(list(public_ids)[:MOST_AT_ONCE]))
    done = left = 0
    for row in tx.session.scalars(found.with_for_update()).all():
        try:
            VERBS[verb](tx, row)
            done += 1
        except Conflict:
            left += 1
    return done, left
