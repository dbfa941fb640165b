"""Outgoing mail: every mail is a row that can be read, edited and stopped before it leaves. How it leaves: :mod:`.delivery`.

A mail is drafted (``draft``), read, and let go (``release``), at once or after a while in which it can still be edited or held. What
must not lie about in a table (a personal link, a code) is written as a placeholder in square brackets and filled in while sending
(``fill``); what need not go any more when its turn has come is asked then (``needed``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, Session, mapped_column

from kennislab.core import clock, jobs, mail_words
from kennislab.core.backup.afterwards import after_restore
from kennislab.core.db import Base, UtcDateTime
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.ids import new_id
from kennislab.core.transaction import Tx

SIGN_IN = "sign-in"
URGENT = frozenset({SIGN_IN})
"""Purposes of mails that somebody is waiting for: they go before all others, and are not tried for long."""

WAITING = frozenset({"draft", "held", "released"})
"""States in which a mail has not left yet, so that its words may change."""


class Mail(Base):
    """One mail. ``state``: draft (waits for somebody to release it), held (somebody stopped it), released (waits for ``send_after`` and
    the job), sending (the mail server has it in hand), sent, failed (it was refused, or nobody knows), bounced (came back later),
    skipped (no longer needed when its turn came).

    ``to`` is the address as it was; ``person_id``, ``programme_id`` and ``lab_id`` say whom and what it is about (features later in the
    order, so only their keys are known here). ``wave_id``: the wave that it left in. The body holds placeholders such as
    ``[persoonlijke link]`` instead of secrets; they are filled in while sending, see ``fill``. ``calendar``: an iCalendar text that goes
    along. ``message_id``: how the mail server and a bounce name it, one for the life of the row. ``tries``: attempts so far.
    ``taken_at``: when it was last handed to the mail server.
    """

    __tablename__ = "mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, index=True, default=new_id)
    to: Mapped[str] = mapped_column(sa.String(320))
    subject: Mapped[str] = mapped_column(sa.String(300))
    body: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(2), default="nl")
    calendar: Mapped[str] = mapped_column(sa.Text, default="")
    programme_id: Mapped[int | None] = mapped_column(index=True)
    lab_id: Mapped[int | None] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(index=True)
    wave_id: Mapped[int | None] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(sa.String(40), default="")
    state: Mapped[str] = mapped_column(sa.String(12), default="draft", index=True)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    tries: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[str | None] = mapped_column(sa.String(200), unique=True, index=True)
    edited_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    send_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rev: Mapped[int] = mapped_column(default=1)


# --- what features add ------------------------------------------------------------------------------------------------------

Filler = Callable[[Tx, Mail], str]
Question = Callable[[Session, Mail], bool]
_fills: dict[str, Filler] = {}
_fills_of: dict[tuple[str, str], Filler] = {}
_needed: dict[str, Question] = {}


def fill(name: str, *purposes: str) -> Callable[[Filler], Filler]:
    """Declares how ``[name]`` in a body is filled in while sending: ``fn(tx, mail) -> text``, in the transaction that takes the mail.

    With ``purposes``: only in mails of these; they go before who fills it in everywhere. What it raises as DomainError makes the mail
    fail with that sentence.
    """

    def declare(fn: Filler) -> Filler:
        if purposes:
            _fills_of.update({(name, purpose): fn for purpose in purposes})
        else:
            _fills[name] = fn
        return fn

    return declare


def needed(purpose: str) -> Callable[[Question], Question]:
    """Declares who is asked, at the moment of sending, whether a mail of this purpose is still needed: ``fn(session, mail) -> bool``."""

    def declare(fn: Question) -> Question:
        _needed[purpose] = fn
        return fn

    return declare


def secret_names() -> frozenset[str]:
    """The placeholders that are only filled in while sending."""
    return frozenset(_fills) | {name for name, _purpose in _fills_of}


def still_needed(session: Session, mail: Mail) -> bool:
    """Whether the mail still makes sense; yes when nobody has an opinion."""
    return _needed[mail.purpose](session, mail) if mail.purpose in _needed else True


def filled(tx: Tx, mail: Mail) -> str:
    """The body as it goes out, secrets and all. Never stored, never shown."""

    def one(found: re.Match[str]) -> str:
        filler = _fills_of.get((found[1], mail.purpose)) or _fills.get(found[1])
        return filler(tx, mail) if filler is not None else found[0]

    return re.sub(r"\[([^\[\]\n]{1,60})\]", one, mail.body)


def site_address(path: str = "") -> str:
    """A whole address of this site, for in a mail: the configured one, else where this process serves. ``path`` begins with a slash."""
    base = str(current_app.config["PUBLIC_URL"] or current_app.config.get("SERVED_AT") or "http://localhost:5000")
    return base.rstrip("/") + path


# --- verbs ------------------------------------------------------------------------------------------------------------------


def draft(
    tx: Tx,
    *,
    to: str,
    subject: str,
    body: str,
    purpose: str = "",
    programme_id: int | None = None,
    lab_id: int | None = None,
    person_id: int | None = None,
    language: str = "nl",
    calendar: str = "",
    wave_id: int | None = None,
) -> Mail:
    """Writes a mail that waits to be read and released."""
    mail = Mail(
        to=to.strip(),
        subject=" ".join(subject.split())[:300],
        body=body,
        purpose=purpose,
        programme_id=programme_id,
        lab_id=lab_id,
        person_id=person_id,
        language=language,
        calendar=calendar,
        wave_id=wave_id,
    )
    tx.session.add(mail)
    tx.session.flush()
    return mail


def release(tx: Tx, mail: Mail, after: datetime | None = None) -> None:
    """Lets a mail go, not before ``after`` (aware; None: now). A job sends it; until then it can be edited and held.

    Raises Conflict when it has left already.
    """
    _not_gone(mail)
    mail.state, mail.send_after, mail.error, mail.rev = "released", after or clock.now(), "", mail.rev + 1
    if mail.purpose in URGENT:
        jobs.enqueue(tx, "deliver-mail", delay=timedelta(days=-1), mail=mail.id)  # in front of whatever else waits
        return
    wait = max(timedelta(), mail.send_after - clock.now())
    told: set[int] = tx.memo.setdefault("deliver-mails", set())
    if (minute := int(mail.send_after.timestamp() // 60)) not in told:  # one job for a whole wave
        told.add(minute)
        jobs.enqueue(tx, "deliver-mails", delay=wait)


def hold(tx: Tx, mail: Mail) -> None:
    """Stops a mail that has not left yet, until somebody releases it. Raises Conflict when it has left already."""
    _not_gone(mail)
    mail.state, mail.send_after, mail.rev = "held", None, mail.rev + 1


def edit(tx: Tx, mail: Mail, subject: str, body: str, rev: int, by: str) -> None:
    """Other words for a mail that has not left yet, or did not arrive. ``by``: the name of who did it.

    Raises Invalid for empty words, Conflict when somebody else changed it meanwhile or when it has left.
    """
    if mail.state not in ("failed", "bounced"):
        _not_gone(mail)
    if mail.rev != rev:
        raise Conflict(
            "mail-changed",
            N_("Deze mail is intussen veranderd"),
            N_("Iemand anders heeft de mail aangepast of laten gaan. Kijk hoe hij nu is en pas hem dan opnieuw aan."),
        )
    wrong = {}
    if not subject.strip():
        wrong["subject"] = N_("Vul een onderwerp in.")
    if not body.strip():
        wrong["body"] = N_("Vul een tekst in.")
    if wrong:
        raise Invalid(fields=wrong)
    mail.subject, mail.body = " ".join(subject.split())[:300], body.replace("\r\n", "\n").strip() + "\n"
    mail.edited_by_name, mail.rev = by, mail.rev + 1


def retry(tx: Tx, mail: Mail) -> None:
    """Sends a mail that failed or bounced once more, from the first try on. Raises Conflict for a mail that did neither."""
    if mail.state not in ("failed", "bounced"):
        raise Conflict(
            "mail-not-failed", N_("Deze mail is niet mislukt"), N_("Alleen een mail die niet aankwam, kan opnieuw verstuurd worden.")
        )
    mail.state, mail.tries, mail.bounced_at = "draft", 0, None
    release(tx, mail)


def _not_gone(mail: Mail) -> None:
    if mail.state not in WAITING:
        raise Conflict("mail-gone", N_("Deze mail is al weg"), N_("Wat verstuurd is, kan niet meer tegengehouden of veranderd worden."))


# --- reading ----------------------------------------------------------------------------------------------------------------


def reason(mail: Mail) -> str:
    """Why it has not arrived (yet): a Dutch message id; empty when nothing went wrong."""
    return mail_words.reason(mail.error)


def by_public_id(session: Session, public_id: str) -> Mail | None:
    """A mail by its public id."""
    return session.scalar(sa.select(Mail).where(Mail.public_id == public_id))


def of_person(session: Session, person_id: int, programme_id: int | None = None, limit: int = 50) -> Sequence[Mail]:
    """The mails to one person, latest first; sign-in mails are not told."""
    theirs = sa.select(Mail).where(Mail.person_id == person_id, Mail.purpose.not_in(URGENT))
    if programme_id is not None:
        theirs = theirs.where(Mail.programme_id == programme_id)
    return session.scalars(theirs.order_by(Mail.created_at.desc(), Mail.id.desc()).limit(limit)).all()


def trouble(session: Session, addresses: Collection[str | None]) -> dict[str, Mail]:
    """Address → its latest mail, for the addresses whose latest mail that left came back or was refused. Keys as given in ``to``."""
    wanted = {address for address in addresses if address}
    if not wanted:
        return {}
    ended = sa.select(sa.func.max(Mail.id)).where(Mail.to.in_(wanted), Mail.state.in_(("sent", "failed", "bounced"))).group_by(Mail.to)
    rows = session.scalars(sa.select(Mail).where(Mail.id.in_(ended), Mail.state != "sent")).all()
    return {row.to: row for row in rows}


# --- after a restore --------------------------------------------------------------------------------------------------------


def _hold_all(tx: Tx) -> int:
    """What was on its way when the backup was made may have arrived since: somebody looks before it leaves."""
    waiting = sa.update(Mail).where(Mail.state.in_(("released", "sending"))).values(state="held", rev=Mail.rev + 1)
    return len(tx.session.scalars(waiting.returning(Mail.id)).all())


after_restore("mails die misschien al weg waren, worden eerst tegengehouden", _hold_all)
