"""Mail that comes back: a delivery status notification (RFC 3464) becomes a state of the mail that it is about.

The notification is a message from outside, so nothing of it is believed but what points at a mail of ours: the envelope id or the
Message-ID that we gave (both unguessable), or else the address, for a mail that left in the last days.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message

import sqlalchemy as sa

from kennislab.core import clock
from kennislab.core.mail import Mail
from kennislab.core.transaction import Tx

RECENT = timedelta(days=7)
MOST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Notification:
    """What a notification says about one recipient. ``action``: failed, delayed, delivered, relayed or expanded."""

    address: str
    action: str
    status: str
    diagnosis: str
    envelope_id: str
    message_ids: tuple[str, ...]


def read(data: bytes) -> list[Notification]:
    """What a message tells about deliveries; empty when it is no delivery status notification (an answer, a holiday message)."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    parts = list(message.walk())
    report = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if report is None or not isinstance(report.get_payload(), list):
        return []
    blocks = [block for block in report.get_payload() if isinstance(block, Message)]
    envelope_id = next((_line(block, "Original-Envelope-Id") for block in blocks if block["Original-Envelope-Id"]), "")
    ids = tuple(dict.fromkeys(_ids(parts)))
    found = []
    for block in blocks:
        address = _address(block)
        if address:
            status, diagnosis = _line(block, "Status"), _line(block, "Diagnostic-Code").partition(";")[2].strip()
            found.append(Notification(address, _line(block, "Action").lower(), status, diagnosis, envelope_id, ids))
    return found


def _line(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())[:500]


def _address(block: Message) -> str:
    """``rfc822; fatma@voorbeeld.example`` → the address; the original one goes first, as lists and forwards change it."""
    for name in ("Original-Recipient", "Final-Recipient"):
        if text := _line(block, name).partition(";")[2]:
            return text.strip().strip("<>").casefold()
    return ""


def _ids(parts: list[Message]) -> Iterator[str]:
    """Every Message-ID that the notification names: of what came back, and of what it answers."""
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            part = email.message_from_bytes(text if isinstance(text, bytes) else b"", policy=email.policy.compat32)
            yield from _in(part, "Message-ID")
        elif part.get_content_type() == "message/rfc822":
            inside = part.get_payload()
            if isinstance(inside, list) and inside and isinstance(inside[0], Message):
                yield from _in(inside[0], "Message-ID")
    yield from (one for name in ("In-Reply-To", "References") for one in _in(parts[0], name))


def _in(message: Message, name: str) -> list[str]:
    return re.findall(r"<[^<>\s]{1,190}>", str(message.get(name, "")))


def take(tx: Tx, notifications: list[Notification]) -> list[Mail]:
    """Marks what has bounced, once; a delay is no bounce. The mails that it was about."""
    found = []
    for one in notifications:
        if one.action != "failed":
            continue
        row = _mail(tx, one)
        if row is not None and row.state in ("sent", "sending", "failed"):
            row.state, row.bounced_at, row.rev = "bounced", clock.now(), row.rev + 1
            row.error = " ".join(part for part in (_answer(one), one.diagnosis) if part)[:1000] or "5.0.0"
            found.append(row)
    return found


def _answer(one: Notification) -> str:
    return "" if one.status and one.status in one.diagnosis else one.status


def _mail(tx: Tx, one: Notification) -> Mail | None:
    ours = sa.select(Mail).with_for_update()
    if one.envelope_id and (row := tx.session.scalar(ours.where(Mail.public_id == one.envelope_id))):
        return row
    if one.message_ids and (row := tx.session.scalar(ours.where(Mail.message_id.in_(one.message_ids)).limit(1))):
        return row
    recent = ours.where(sa.func.lower(Mail.to) == one.address, Mail.state == "sent", Mail.sent_at > clock.now() - RECENT)
    return tx.session.scalar(recent.order_by(Mail.sent_at.desc(), Mail.id.desc()).limit(1))
