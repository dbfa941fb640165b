"""A mail server for the example: it takes everything and delivers nothing, so that what would be sent can be read.

``python -m kennislab.core.postbox FOLDER`` is the server: SMTP on a free port of the loopback address, each mail a file in a Maildir. It
says its port on stdout and ends when its stdin closes, so it never outlives who started it, however that ends.
"""

from __future__ import annotations

import email
import email.policy
import mailbox
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from kennislab.core import clock

MOST = 300
"""So many mails a page shows."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a calendar file says, for a person. ``method``: REQUEST, CANCEL, …; ``text``: the file."""

    method: str
    title: str
    starts: datetime | None
    ends: datetime | None
    place: str
    sequence: int
    text: str


@dataclass(frozen=True, slots=True)
class Caught:
    """One mail that was caught."""

    key: str
    to: str
    sender: str
    subject: str
    at: datetime
    text: str
    meetings: tuple[Meeting, ...]


# --- reading ----------------------------------------------------------------------------------------------------------------


def caught(folder: Path, to: str = "") -> list[Caught]:
    """The latest mails, newest first; ``to``: only those of which the address or subject holds this."""
    if not (folder / "new").is_dir():
        return []
    box = mailbox.Maildir(folder, create=False)
    found = [_read(key, box.get_bytes(key)) for key in box.keys()]  # a Maildir is no dict
    wanted = to.casefold()
    found = [one for one in found if wanted in one.to.casefold() or wanted in one.subject.casefold()]
    return sorted(found, key=lambda one: (one.at, one.key), reverse=True)[:MOST]


def one(folder: Path, key: str) -> Caught | None:
    """One mail by its key."""
    return next((mail for mail in caught(folder) if mail.key == key), None)


def _read(key: str, data: bytes) -> Caught:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    date = message["Date"]
    return Caught(
        key.partition(":")[0],
        str(message["To"] or message["X-RcptTo"] or ""),
        str(message["From"] or ""),
        str(message["Subject"] or ""),
        date.datetime.astimezone(UTC) if date is not None and date.datetime is not None else clock.now(),
        str(body.get_content()).replace("\r\n", "\n") if body is not None else "",
        tuple(_meeting(part) for part in message.walk() if part.get_content_type() == "text/calendar"),
    )


def _meeting(part: EmailMessage) -> Meeting:
    from icalendar import Calendar  # only where a calendar is read

    data = part.get_payload(decode=True)
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else ""
    try:
        calendar = Calendar.from_ical(text)
        event = next(iter(calendar.walk("VEVENT")))
        starts, ends = event.decoded("DTSTART"), event.decoded("DTEND")
        return Meeting(
            str(calendar.get("METHOD", "")), str(event.get("SUMMARY", "")),
            starts if isinstance(starts, datetime) else None, ends if isinstance(ends, datetime) else None,
            str(event.get("LOCATION", "")), int(event.get("SEQUENCE", 0)), text.replace("\r\n", "\n"),
        )  # fmt: skip
    except (ValueError, KeyError, StopIteration):
        return Meeting("", "", None, None, "", 0, text)


# --- the server -------------------------------------------------------------------------------------------------------------


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Starts the server; it listens once :func:`address` has been asked."""
    return subprocess.Popen(
        [sys.executable, "-m", "kennislab.core.postbox", str(folder)],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def address(server: subprocess.Popen[bytes]) -> str:
    """Where it listens, as SMTP_URL; empty when it did not start. Waits for it."""
    assert server.stdout is not None
    line = server.stdout.readline().strip()
    return f"smtp://127.0.0.1:{int(line)}" if line.isdigit() else ""


def _main(folder: Path) -> None:
    import asyncio
    import signal
    import threading

    from aiosmtpd.handlers import Mailbox
    from aiosmtpd.smtp import SMTP

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for who started us
    loop = asyncio.new_event_loop()

    def until_alone() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(loop.stop)

    async def listen() -> int:
        folder.parent.mkdir(parents=True, exist_ok=True)
        handler = Mailbox(folder)
        server = await loop.create_server(lambda: SMTP(handler, hostname="localhost", loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    print(loop.run_until_complete(listen()), flush=True)
    threading.Thread(target=until_alone, daemon=True).start()
    loop.run_forever()


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
