"""A real mail server on the loopback address, that takes mail, or misbehaves for the addresses that a test names."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.ports import free_port


@dataclass
class Taken:
    """One mail that the server took. ``sender`` and ``to`` are the envelope's; ``options``: what the sender asked of the server."""

    sender: str
    to: str
    data: bytes
    options: str

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.data, policy=policy.default)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


@dataclass
class MailServer:
    """``refuse``: address → the answer to RCPT, such as ``550 5.1.1 nobody``; ``refuse_data``: the same after the text. ``cut``: addresses
    for which the line is cut before the text; ``cut_after``: the mail is taken, and the line is cut before the answer; ``hang``:
    no answer."""

    port: int
    taken: list[Taken] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    refuse_data: dict[str, str] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    cut_after: set[str] = field(default_factory=set)
    hang: set[str] = field(default_factory=set)
    connections: int = 0
    options: str = ""
    controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self) -> list[str]:
        """The addresses of what was taken, in order."""
        return [one.to for one in self.taken]

    def up(self) -> None:
        self.controller = _Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def down(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    # --- what aiosmtpd calls ---

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if address in self.cut:
            server.transport.abort()
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        address = str(envelope.rcpt_tos[0])
        if address in self.hang:
            await asyncio.sleep(30)
        if address in self.refuse_data:
            return self.refuse_data[address]
        assert isinstance(envelope.content, bytes)
        self.taken.append(Taken(str(envelope.mail_from), address, envelope.content, self.options))
        if address in self.cut_after:
            server.transport.abort()
        return "250 OK"


class _Server(SMTP):
    """Offers delivery status notifications (RFC 3461), which aiosmtpd does not know: what is asked for is noted."""

    async def smtp_EHLO(self, hostname: str) -> None:
        self.event_handler.connections += 1
        await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, arg: str) -> None:
        self.event_handler.options = arg
        await super().smtp_MAIL(re.sub(r" (RET|ENVID)=\S+", "", arg))

    async def smtp_RCPT(self, arg: str) -> None:
        self.event_handler.options += f" {arg}"
        await super().smtp_RCPT(re.sub(r" NOTIFY=\S+", "", arg))

    async def push(self, status: Any) -> None:
        await super().push(status.replace("250 HELP", "250-DSN\r\n250 HELP") if isinstance(status, str) else status)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, hostname="mail.voorbeeld.example", enable_SMTPUTF8=True)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server that listens until the block ends."""
    server = MailServer(free_port())
    server.up()
    try:
        yield server
    finally:
        server.down()
