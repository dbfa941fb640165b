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
from kennislab.core.transaction import Tx, transaction


class Mail(Base):
    """One mail. ``state``: draft (waits for somebody to release it), released, sent, failed."""

    __tablename__ = "mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    to: Mapped[str] = mapped_column(sa.String(320))
    subject: Mapped[str] = mapped_column(sa.String(300))
    body: Mapped[str] = mapped_column(sa.Text)
    programme_id: Mapped[int | None] = mapped_column(index=True)
    purpose: Mapped[str] = mapped_column(sa.String(40), default="")
    state: Mapped[str] = mapped_column(sa.String(12), default="draft", index=True)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
