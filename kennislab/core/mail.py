"""Outgoing mail: every mail is a row that can be read before it leaves; a job sends what is released."""

from __future__ import annotations

import smtplib
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from kennislab.core import clock, jobs
from kennislab.core.db import Base, UtcDateTime, db
from kennislab.core.ids import new_id
from kennislab.core.transaction import Tx, transaction


class Mail(Base):
    """One mail. ``state``: draft (waits for somebody to release it), held (somebody stopped it), released (waits for ``send_after`` and
    the job), sent, failed (the mail server refused it), bounced (came back later), skipped (no longer needed when its turn came).

    ``to`` is the address as it was; ``person_id``, ``programme_id`` and ``lab_id`` say whom and what it is about (features later in the
    order, so only their keys are known here). ``wave_id``: the wave that it left in. The body holds placeholders such as
    ``[persoonlijke link]`` instead of secrets; they are filled in while sending, see ``fills``. ``calendar``: an iCalendar text that goes
    along. ``message_id``: how the mail server and a bounce name it. ``tries``: attempts so far.
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
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rev: Mapped[int] = mapped_column(default=1)


def draft(tx: Tx, *, to: str, subject: str, body: str, purpose: str = "", programme_id: int | None = None) -> Mail:
    """Writes a mail that waits to be read and released."""
    mail = Mail(to=to, subject=" ".join(subject.split()), body=body, purpose=purpose, programme_id=programme_id)
    tx.session.add(mail)
    tx.session.flush()
    return mail


def release(tx: Tx, mail: Mail) -> None:
    """Lets a mail go: a job sends it."""
    mail.state = "released"
    jobs.enqueue(tx, "deliver-mail", mail=mail.id)


@jobs.job("deliver-mail")
def deliver(progress: jobs.Progress, mail: int) -> Any:
    """Sends one mail. Without SMTP_URL it stays in the outbox, marked so. Raises on a mail server that refuses (the job tries again)."""
    row = db.session.get_one(Mail, mail)
    if row.state == "sent":
        return "already sent"
    address = current_app.config["SMTP_URL"]
    failure = ""
    if address:
        try:
            _send(address, row)
        except (OSError, smtplib.SMTPException) as error:
            failure = f"{type(error).__name__}: {error}"
    with transaction() as tx:
        fresh = tx.session.get_one(Mail, mail)
        if failure:
            fresh.state, fresh.error = "failed", failure
        elif address:
            fresh.state, fresh.sent_at, fresh.error = "sent", clock.now(), ""
    if failure:
        raise RuntimeError(failure)
    return "sent" if address else "kept in the outbox: no SMTP_URL"


def _send(address: str, row: Mail) -> None:
    parts = urlsplit(address)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = current_app.config["MAIL_FROM"], row.to, row.subject
    message["Date"] = row.created_at
    message.set_content(row.body)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname or "localhost", parts.port or 0, timeout=20) as server:
        if parts.scheme == "smtp+tls":
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
