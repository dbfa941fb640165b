"""How mails leave: taken one by one in a transaction, handed to the mail server, and what it said written down.

**Never twice by itself.** Before a mail is handed over it stands in the table as ``sending`` with its Message-ID. When the process dies
then, or the connection is cut after the last byte, nobody knows whether the server has it; such a mail becomes ``failed`` with that
reason, and a person decides. Sent again it carries the same Message-ID, by which mailboxes know a copy.

**Again when it helps.** A temporary refusal (4xx) of one mail postpones that mail; a server that cannot be reached, or that refuses us
altogether, postpones all that wait. The pauses grow. A permanent refusal (5xx) fails at once.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from email.utils import format_datetime, parseaddr
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
import structlog
from flask import Flask, current_app

from kennislab.core import clock, jobs
from kennislab.core.db import db
from kennislab.core.errors import N_, DomainError, Unavailable
from kennislab.core.ids import new_id
from kennislab.core.mail import URGENT, Mail, filled, still_needed
from kennislab.core.mail_words import AWAY, BECAUSE, GAVE_UP, UNSURE
from kennislab.core.transaction import Tx, transaction

log = structlog.get_logger(__name__)

PAUSES = tuple(timedelta(minutes=m) for m in (1, 3, 10, 30, 60, 120, 240, 480, 720, 1440))
"""How long to wait after the first temporary refusal, the second, …; after the last one the mail has failed: two days in all."""
URGENT_PAUSES = tuple(timedelta(seconds=s) for s in (15, 30, 60, 120, 240))
"""The same for mails that somebody waits for; what they carry is worth ten minutes."""
TURN_SECONDS = 8.0
"""So long one job goes on; then others (a sign-in mail, a grouping) get their turn."""
LOST_AFTER = timedelta(minutes=5)
"""A mail that is being handed over for so long is not being handed over any more: its process is gone."""
REACH_SECONDS, ANSWER_SECONDS = 10.0, 60.0
"""Patience with a server that must be reached, and with one that is looking at a mail."""

OUR_FAULT = N_("Er ging bij ons iets mis met deze mail. Het is genoteerd; probeer het later opnieuw.")
NOT_TO_BE_MADE = N_("Van dit adres of onderwerp is geen mail te maken. Kijk of ze goed geschreven zijn.")

SCHEMES = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
"""How SMTP_URL may begin, with the usual port."""


class Temporary(Exception):
    """Not now; for this mail only."""


class Permanent(Exception):
    """Never, in these words."""


class Unsure(Exception):
    """The connection went after the last byte and before the answer."""


class Unreachable(Exception):
    """The server is not there, or refuses us: for every mail."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is handed over: everything that sending needs, so that no transaction is open meanwhile."""

    mail_id: int
    public_id: str
    to: str
    data: bytes


# --- jobs -------------------------------------------------------------------------------------------------------------------


@jobs.job("deliver-mail")
def deliver(progress: jobs.Progress, mail: int) -> str:
    """One mail that somebody waits for, at once and over a connection of its own."""
    return _turn(lambda tx: tx.session.scalar(_due().where(Mail.id == mail).with_for_update(skip_locked=True)), urgent=True)


@jobs.every(60, "deliver-mails")
def deliver_all(progress: jobs.Progress) -> str:
    """What is due, over one connection, for as long as a turn lasts; the rest in a next turn."""
    _give_up_lost()

    def first(tx: Tx) -> Mail | None:
        waiting = _due().order_by(Mail.purpose.not_in(URGENT), Mail.send_after, Mail.id)
        return tx.session.scalar(waiting.limit(1).with_for_update(skip_locked=True))

    return _turn(first, urgent=False)


def _due() -> sa.Select[Mail]:
    return sa.select(Mail).where(Mail.state == "released", sa.or_(Mail.send_after.is_(None), Mail.send_after <= clock.now()))


def _turn(choose: Callable[[Tx], Mail | None], urgent: bool) -> str:
    """Sends what ``choose`` gives, until it gives nothing or the turn is over. What became of it, in a few English words."""
    address = str(current_app.config["SMTP_URL"])
    if not address:
        return "kept in the outbox: no SMTP_URL"
    if db.session.scalar(sa.select(_due().exists())) is not True:
        return "nothing due"
    sent, until = 0, monotonic() + TURN_SECONDS
    try:
        with _connected(address) as server:
            while True:
                parcel = _take(choose)
                if parcel is None:
                    return f"sent {sent}"
                sent += _hand_over(server, parcel)
                if urgent:
                    return f"sent {sent}"
                if monotonic() > until:
                    with transaction() as tx:
                        jobs.enqueue(tx, "deliver-mails")
                    return f"sent {sent}, more to come"
    except Unreachable as trouble:
        _postpone_all(str(trouble), urgent)
        return f"sent {sent}; {trouble}"


def _take(choose: Callable[[Tx], Mail | None]) -> Parcel | None:
    """The next mail, marked as being handed over. Skips on the way what is no longer needed, and fails what cannot be made."""
    while True:
        chosen: int | None = None
        try:
            with transaction() as tx:
                row = choose(tx)
                if row is None:
                    return None
                chosen = row.id
                if (parcel := _prepared(tx, row)) is not None:
                    return parcel
        except Unavailable:
            raise
        except Exception:  # a feature's mistake about one mail must not keep all others waiting behind it
            if chosen is None:
                raise
            log.exception("mail could not be made", mail=chosen)
            with transaction() as tx:
                _fail(tx.session.get_one(Mail, chosen, with_for_update=True), BECAUSE + OUR_FAULT)


def _prepared(tx: Tx, row: Mail) -> Parcel | None:
    """The mail as it is handed over, its row marked so; None when it need not or cannot go, which is written down too."""
    row.rev += 1
    if not still_needed(tx.session, row):
        row.state = "skipped"
        return None
    row.message_id = row.message_id or f"<{row.public_id}.{new_id()}@{_domain()}>"
    try:
        data = _data(row, filled(tx, row))
    except (DomainError, ValueError, UnicodeError) as error:
        _fail(row, BECAUSE + (error.title if isinstance(error, DomainError) else NOT_TO_BE_MADE))
        return None
    row.state, row.tries, row.taken_at = "sending", row.tries + 1, clock.now()
    return Parcel(row.id, row.public_id, row.to, data)


def _hand_over(server: smtplib.SMTP, parcel: Parcel) -> int:
    """Hands one mail over and writes down what became of it. 1 when the server took it. Raises Unreachable when the server left."""
    trouble: Exception | None = None
    try:
        _give(server, parcel)
    except (Temporary, Permanent, Unsure, Unreachable) as error:
        trouble = error
    with transaction() as tx:
        row = tx.session.get_one(Mail, parcel.mail_id, with_for_update=True)
        if trouble is None:
            row.state, row.sent_at, row.error = "sent", clock.now(), ""
        elif isinstance(trouble, Permanent):
            _fail(row, str(trouble))
        elif isinstance(trouble, Unsure):
            _fail(row, UNSURE)
        elif isinstance(trouble, Temporary):
            _postpone(tx, row, str(trouble))
        else:  # counted with all the others
            row.state, row.tries = "released", row.tries - 1
        row.rev += 1
    if isinstance(trouble, Unreachable):
        raise trouble
    if isinstance(trouble, Unsure):
        raise Unreachable(str(trouble))
    return int(trouble is None)


def _fail(row: Mail, error: str) -> None:
    row.state, row.error = "failed", error
    log.warning("mail failed", mail=row.public_id, purpose=row.purpose, error=error[:200])


def _postpone(tx: Tx, row: Mail, error: str) -> None:
    """Another try after a pause, or none when that was the last. Expects ``tries`` to count the one that just failed."""
    pauses = URGENT_PAUSES if row.purpose in URGENT else PAUSES
    if row.tries > len(pauses):
        _fail(row, f"{GAVE_UP}: {error}")
        return
    pause = pauses[max(0, row.tries - 1)]
    row.state, row.error, row.send_after = "released", error, clock.now() + pause
    if row.purpose in URGENT:
        jobs.enqueue(tx, "deliver-mail", delay=pause, mail=row.id)


def _postpone_all(error: str, urgent: bool) -> None:
    """The server is away: everything that is due waits. An urgent mail speaks for urgent mails only; the others find out themselves."""
    with transaction() as tx:
        due = _due().where(Mail.purpose.in_(URGENT) if urgent else Mail.purpose.not_in(URGENT))
        for row in tx.session.scalars(due.with_for_update(skip_locked=True)):
            row.tries += 1
            row.rev += 1
            _postpone(tx, row, error)


def _give_up_lost() -> None:
    with transaction() as tx:
        lost = sa.select(Mail).where(Mail.state == "sending", Mail.taken_at < clock.now() - LOST_AFTER)
        for row in tx.session.scalars(lost.with_for_update(skip_locked=True)):
            _fail(row, UNSURE)
            row.rev += 1


# --- the message ------------------------------------------------------------------------------------------------------------


def _domain() -> str:
    return parseaddr(current_app.config["MAIL_FROM"])[1].rpartition("@")[2] or "localhost"


def _envelope(address: str) -> str:
    """An address as it goes on the envelope: an international domain in ASCII."""
    name, at, domain = address.rpartition("@")
    return address if domain.isascii() else name + at + domain.encode("idna").decode()


def _data(row: Mail, body: str) -> bytes:
    """The whole message, lines ending in CRLF. Raises ValueError for an address or subject that no mail can have."""
    message = EmailMessage(policy=CRLF)
    message["From"], message["To"], message["Subject"] = current_app.config["MAIL_FROM"], _envelope(row.to), row.subject
    message["Date"] = format_datetime(clock.now().astimezone(clock.LOCAL))
    message["Message-ID"] = row.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday messages in return
    message.set_content(body)
    if row.calendar:
        method = re.search(r"^METHOD:([A-Z]+)\s*$", row.calendar, re.MULTILINE)
        message.add_attachment(
            row.calendar.encode(),
            maintype="text",
            subtype="calendar",
            filename="kennislab.ics",
            params={"charset": "utf-8", "method": method[1] if method else "PUBLISH"},
        )
    message["Content-Language"] = row.language  # last: setting content takes away what describes it
    return message.as_bytes()


# --- the mail server --------------------------------------------------------------------------------------------------------


@contextmanager
def _connected(address: str) -> Iterator[smtplib.SMTP]:
    """A connection that has said hello and, when so configured, is encrypted and signed in. Raises Unreachable."""
    parts = urlsplit(address)
    where = (parts.hostname or "localhost", parts.port or SCHEMES[parts.scheme])
    try:
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(*where, local_hostname=_domain(), timeout=REACH_SECONDS, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(*where, local_hostname=_domain(), timeout=REACH_SECONDS)
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(f"{AWAY}: {type(error).__name__}: {error}") from error
    try:
        try:
            if parts.scheme == "smtp+tls":
                server.starttls(context=ssl.create_default_context())
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(f"{AWAY}: {_without_secrets(error)}") from error
        if server.sock is not None:
            server.sock.settimeout(ANSWER_SECONDS)
        yield server
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def _without_secrets(error: Exception) -> str:
    """What went wrong with signing in, without what was sent for it."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}: {_reply(error.smtp_code, error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _reply(code: int, text: Any) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{code} {' '.join(words.split())}"[:500]


def _judge(code: int, text: bytes) -> None:
    """Turns a refusal into its exception. 421: the server is closing, for everybody."""
    if code == 421 or code < 0:
        raise Unreachable(f"{AWAY}: {_reply(code, text)}")
    raise (Temporary if 400 <= code < 500 else Permanent)(_reply(code, text))


def _give(server: smtplib.SMTP, parcel: Parcel) -> None:
    """One mail over an open connection. Raises Temporary, Permanent, Unsure or Unreachable; the connection is then ready for a next one."""
    sender = current_app.config["MAIL_BOUNCES"] or parseaddr(current_app.config["MAIL_FROM"])[1]
    to = _envelope(parcel.to)
    options, wishes = [f"SIZE={len(parcel.data)}"] if server.has_extn("size") else [], []
    if not to.isascii():
        if not server.has_extn("smtputf8"):
            raise Permanent("553 5.6.7 the mail server cannot send to this address")
        options += ["SMTPUTF8", "BODY=8BITMIME"]
        server.command_encoding = "utf-8"
    if server.has_extn("dsn"):  # RFC 3461: what comes back names the mail and does not bring its text along
        options += ["RET=HDRS", f"ENVID={parcel.public_id}"]
        wishes = ["NOTIFY=FAILURE"]
    finished = False
    try:
        code, text = server.mail(_envelope(sender), options)
        if code == 250:
            code, text = server.rcpt(to, wishes)
        if code in (250, 251):
            code, text = server.docmd("DATA")
            if code == 354:
                server.send(re.sub(rb"(?m)^\.", b"..", parcel.data))
                finished = True
                server.send(b".\r\n")
                code, text = server.getreply()
                if code == 250:
                    return
        if code not in (-1, 421):
            server.rset()
    except (OSError, smtplib.SMTPException) as error:
        if finished:
            raise Unsure(f"{AWAY}: {type(error).__name__}") from error
        raise Unreachable(f"{AWAY}: {type(error).__name__}: {error}") from error
    finally:
        server.command_encoding = "ascii"
    if finished and code == -1:
        raise Unsure(f"{AWAY}: no answer")
    _judge(code, text)


def init(app: Flask) -> None:
    """Called once by the composition root. Raises ValueError for an SMTP_URL that says no way to a server."""
    if app.config["SMTP_URL"] and urlsplit(app.config["SMTP_URL"]).scheme not in SCHEMES:
        raise ValueError("SMTP_URL begins with smtp://, smtp+tls:// or smtps://")
