"""Puts what was mailed before the demo began where its mail server would have put it, so that it can be read and its links followed."""

from __future__ import annotations

import mailbox
import re
import time
from collections.abc import Sequence
from email.utils import format_datetime
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from kennislab.core import clock, delivery, jobs
from kennislab.core.db import db
from kennislab.core.errors import DomainError
from kennislab.core.ids import new_id
from kennislab.core.mail import Mail, filled
from kennislab.core.transaction import Tx, transaction

JOB = "demo.post"
AT_ONCE = 10
PATIENCE = 10.0
"""Seconds until the server says at which address it listens."""


@jobs.job(JOB)
def hand_over(progress: jobs.Progress, people: list[int], purposes: Sequence[str] = ()) -> int:
    """The mails to these people (all, when empty), or of these purposes, that left already; returns how many.

    A job, because what their links lead to is only known once the demo is served.
    """
    if not current_app.config["DEMO"] or not current_app.config["SMTP_URL"]:
        return 0
    until = time.monotonic() + PATIENCE
    while not current_app.config.get("SERVED_AT") and time.monotonic() < until:
        time.sleep(0.1)
    sent = sa.select(Mail.id).where(Mail.state == "sent").order_by(Mail.sent_at, Mail.id)
    ids = list(db.session.scalars(sent.where(Mail.person_id.in_(people) | Mail.purpose.in_(purposes)) if people else sent))
    db.session.rollback()
    box = mailbox.Maildir(Path(current_app.config["DATA_DIR"]) / "mail")
    count = 0
    for start in range(0, len(ids), AT_ONCE):
        with transaction() as tx:
            letters = [letter for id_ in ids[start : start + AT_ONCE] if (letter := _letter(tx, tx.session.get_one(Mail, id_)))]
        for letter in letters:
            box.add(letter)
        count += len(letters)
        time.sleep(0)  # others are waiting for a page
    return count


def _letter(tx: Tx, mail: Mail) -> bytes | None:
    """A mail as its server had it, with the date of then; None when it cannot be made any more."""
    mail.message_id = mail.message_id or f"<{mail.public_id}.{new_id()}@localhost>"
    try:
        data = delivery.message_of(mail, filled(tx, mail))
    except DomainError:
        return None
    date = format_datetime((mail.sent_at or clock.now()).astimezone(clock.LOCAL))
    return re.sub(rb"(?m)^Date: [^\r\n]*", f"Date: {date}".encode(), data, count=1)
