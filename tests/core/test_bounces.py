"""Mail that comes back: what the mail server's pipe gives `kennislab bounce`, and what becomes of the mail."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from kennislab.core import bounces, clock, mail
from kennislab.core.db import db
from kennislab.core.mail import Mail
from kennislab.core.transaction import transaction

ROOT = Path(__file__).resolve().parents[2]

NOTIFICATION = """\
Return-Path: <>
From: MAILER-DAEMON@mail.voorbeeld.example (Mail Delivery System)
To: terug@kennislab.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="grens"

--grens
Content-Type: text/plain; charset=us-ascii

This is the mail system. Your message could not be delivered.

--grens
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.voorbeeld.example
{envelope}Arrival-Date: Thu, 19 Nov 2026 09:30:00 +0100

Final-Recipient: rfc822; Fatma@voorbeeld.example
Original-Recipient: rfc822;Fatma@voorbeeld.example
Action: {action}
Status: 5.1.1
Remote-MTA: dns; mx.voorbeeld.example
Diagnostic-Code: smtp; 550 5.1.1 <Fatma@voorbeeld.example>: Recipient address
    rejected: User unknown

--grens
Content-Type: {original}

From: Kennislab <post@kennislab.example>
To: Fatma@voorbeeld.example
Message-ID: {id}
Subject: Kom je ook?

--grens--
"""


def notification(
    *, action: str = "failed", envelope: str = "", id: str = "<elders@voorbeeld.example>", original: str = "text/rfc822-headers"
) -> bytes:
    line = f"Original-Envelope-Id: {envelope}\n" if envelope else ""
    return NOTIFICATION.format(action=action, envelope=line, id=id, original=original).encode()


@pytest.fixture
def sent(make_app: Callable[..., Flask], sqlite_url: str) -> tuple[Flask, Mail]:
    """A mail that left an hour ago, and an older one to the same address."""
    app = make_app(sqlite_url)
    with app.app_context(), transaction() as tx:
        for days in (2, 0):
            row = mail.draft(tx, to="Fatma@voorbeeld.example", subject="Kom je ook?", body="Dag")
            row.state, row.sent_at = "sent", clock.now() - timedelta(days=days, hours=1)
            row.message_id = f"<{row.public_id}.x@kennislab.example>"
    return app, row


def state(app: Flask) -> list[str]:
    with app.app_context():
        return [row.state for row in db.session.query(Mail).order_by(Mail.id)]


def take(app: Flask, data: bytes) -> int:
    with app.app_context(), transaction() as tx:
        return len(bounces.take(tx, bounces.read(data)))


@pytest.mark.parametrize("original", ["text/rfc822-headers", "message/rfc822"])
def test_found_by_the_name_that_we_gave(sent: tuple[Flask, Mail], original: str) -> None:
    app, row = sent
    with app.app_context():
        first = db.session.query(Mail).order_by(Mail.id).first()
    assert take(app, notification(id=first.message_id, original=original)) == 1
    assert state(app) == ["bounced", "sent"]
    assert take(app, notification(id=first.message_id, original=original)) == 0  # told twice
    assert take(app, notification(envelope=row.public_id)) == 1
    assert state(app) == ["bounced", "bounced"]
    with app.app_context():
        again = db.session.get_one(Mail, row.id)
        assert again.error == "550 5.1.1 <Fatma@voorbeeld.example>: Recipient address rejected: User unknown"
        assert mail.reason(again).startswith("Dit adres bestaat niet") and again.bounced_at is not None
        assert list(mail.trouble(db.session(), ["Fatma@voorbeeld.example"])) == ["Fatma@voorbeeld.example"]


def test_else_by_address_the_latest_of_these_days(sent: tuple[Flask, Mail], monkeypatch: pytest.MonkeyPatch) -> None:
    app, _row = sent
    assert take(app, notification(action="delayed")) == 0
    assert take(app, notification()) == 1
    assert state(app) == ["sent", "bounced"]
    much_later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: much_later)
    assert take(app, notification()) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff" * 500,
        b"From: fatma@voorbeeld.example\nSubject: Ik ben met vakantie\n\nTot maandag!\n",
        b"Content-Type: message/delivery-status\n\nplat",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\n\n--x--\n",
        notification().replace(b"message/delivery-status", b"text/plain"),
    ],
)
def test_what_is_no_notification_changes_nothing(sent: tuple[Flask, Mail], data: bytes) -> None:
    assert take(sent[0], data) == 0 and state(sent[0]) == ["sent", "sent"]


@pytest.mark.slow
def test_the_pipe_of_the_mail_server(sent: tuple[Flask, Mail], sqlite_url: str, tmp_path: Path) -> None:
    app, row = sent
    environment = {**os.environ, "KENNISLAB_DATABASE_URL": sqlite_url, "KENNISLAB_DATA_DIR": str(tmp_path), "KENNISLAB_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "kennislab", "bounce"]
    done = subprocess.run(command, input=notification(envelope=row.public_id), cwd=ROOT, env=environment, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr.decode().strip()) == (0, "Teruggekomen: Fatma@voorbeeld.example")
    assert state(app) == ["sent", "bounced"]
