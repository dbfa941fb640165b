"""A room full of phones, on Kennislab or on the Node room: they come in, listen and write; every arrival is timed.

What a frame says is read once per distinct frame; for each phone only the moment of arrival is kept. Loss and duplicates are
counted exactly: a phone knows up to which number it has been told, and how many operations it has seen.
"""

from __future__ import annotations

import json
import random
import re
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.benchmarks.wire import Http, Loop, Phone

_SPAN = re.compile(rb'"from":(\d+),"to":(\d+)')
_SEQ = re.compile(rb'\{"seq":(\d+),"type":')
_MARK = re.compile(rb"\[meting (\d+)\]")
_TEXT = "Bewoners haken af zodra het plan al vaststaat; wie vroeg meepraat, blijft langer betrokken en denkt verder mee"


@dataclass(slots=True)
class Said:
    """A distinct frame: which numbers it covers, which operations of ours it shows, and when it reached whom."""

    since: int
    until: int
    first: int
    ops: list[int]
    arrived: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Member:
    """One phone: its token, its connections, how far it is."""

    number: int
    token: str = ""
    cookie: str = ""
    lab: int = 0
    seq: int = 0
    ops: int = 0
    socket: Phone | None = None
    http: Http | None = None
    following: bool = False


@dataclass
class Numbers:
    """What one measurement gave. Milliseconds."""

    asked: float
    sent: int
    accepted: int
    refused: int
    answer: list[float]
    screens: list[float]
    lost: int
    doubled: int
    gaps: int
    server_cpu: float
    cpu_ms_per_op: float
    rss_mb: float
    client: dict[str, float]

    def told(self) -> dict[str, Any]:
        names = ("p50", "p95", "p99")
        return {
            "rate": self.asked,
            "sent": self.sent,
            "accepted": self.accepted,
            "refused": self.refused,
            "answer_ms": dict(zip(names, self.answer, strict=True)),
            "screens_ms": dict(zip(names, self.screens, strict=True)),
            "lost": self.lost,
            "doubled": self.doubled,
            "gaps": self.gaps,
            "server_cpu": self.server_cpu,
            "cpu_ms_per_op": self.cpu_ms_per_op,
            "rss_mb": self.rss_mb,
            "client": self.client,
        }


class Crowd(ABC):
    """Common to both rooms; `Kennislab` and `NodeRoom` say how one comes in and how one writes."""

    numbered = True

    def __init__(self, loop: Loop, served: Any) -> None:
        self.loop = loop
        self.served = served
        self.members: list[Member] = []
        self.said: dict[bytes, Said] = {}
        self.by_socket: dict[Phone, Member] = {}
        self.sent: dict[int, float] = {}
        self.answered: list[float] = []
        self.accepted: set[int] = set()
        self.refused: list[str] = []
        self.gaps = self.doubled = 0
        self._next = 0

    # coming in

    def enter(self, phones: int, at_once: int = 40) -> None:
        """Everybody in, connected and following. Raises TimeoutError."""
        self.members = [Member(number) for number in range(phones)]
        self._each(self.members, self.join, at_once, "join")
        self._each(self.members, self.connect, at_once, "connect")

    def _each(
        self, members: list[Member], act: Callable[[Member, Callable[[], None]], None], at_once: int, what: str, seconds: float = 120
    ) -> None:
        waiting, done = list(reversed(members)), [0]

        def another() -> None:
            if waiting:
                act(waiting.pop(), finished)

        def finished() -> None:
            done[0] += 1
            another()

        for _ in range(at_once):
            another()
        if not self.loop.run(lambda: done[0] >= len(members), seconds):
            raise TimeoutError(f"{what}: {done[0]} of {len(members)} within {seconds} s; {self.refused[:3]}")

    def join(self, member: Member, done: Callable[[], None]) -> None:
        done()

    def auth(self, member: Member) -> dict[str, Any]:
        return {}

    def snapshot(self, member: Member, then: Callable[[int], None]) -> None:
        """Reads the state first, as a phone does; `then` gets the number it stands at."""
        then(0)

    def connect(self, member: Member, done: Callable[[], None]) -> None:
        """Snapshot, socket, follow."""

        def at(seq: int) -> None:
            member.seq = seq
            socket = Phone(self.loop, self.served.url, self.heard, self.auth(member))
            member.socket, member.following = socket, False
            self.by_socket[socket] = member
            socket.on_join = lambda phone: phone.emit("follow", {"since": member.seq}, ack=1)
            socket.on_ack = acknowledged

        def acknowledged(phone: Phone, packet: bytes) -> None:
            member.following = True
            done()

        self.snapshot(member, at)

    # listening

    def heard(self, phone: Phone, packet: bytes) -> None:
        if not packet.startswith(b'["events"'):
            return
        now = time.perf_counter()
        said = self.said.get(packet)
        if said is None:
            said = self.said[packet] = read(packet)
        said.arrived.append(now)
        member = self.by_socket[phone]
        if self.numbered:
            if said.since > member.seq:
                self.gaps += 1
            if said.ops and said.first <= member.seq:
                self.doubled += 1
            member.seq = max(member.seq, said.until)
        member.ops += len(said.ops)

    # writing

    @abstractmethod
    def send(self, member: Member, op: int) -> None:
        """What each kind does in its own way."""

    def _line(self, member: Member) -> Http:
        if member.http is None or member.http.closed:
            member.http = Http(self.loop, self.served.url)
        return member.http

    def _answer(self, op: int, status: int, body: bytes) -> None:
        self.answered.append(time.perf_counter() - self.sent[op])
        if status == 200 and json.loads(body)["results"][0]["status"] == "accepted":
            self.accepted.add(op)
        else:
            self.refused.append(f"{status} {body[:300]!r}")

    def body(self, op: int) -> dict[str, Any]:
        return {"id": str(uuid.uuid4()), "type": "contribution.add", "kind": "bottleneck", "text": f"{_TEXT} [meting {op}]."}

    # measuring

    def measure(self, rate: float, seconds: float) -> Numbers:
        """Writes `rate` operations a second at random moments (open loop: it does not wait for answers), and times all that follows."""
        chance = random.Random(round(rate))
        self.said.clear(), self.sent.clear(), self.answered.clear(), self.accepted.clear(), self.refused.clear()
        self.gaps = self.doubled = 0
        before = {member.number: member.ops for member in self.members}
        start, moment, count = time.perf_counter() + 0.1, 0.0, 0
        writers = list(self.members)
        chance.shuffle(writers)
        while (moment := moment + chance.expovariate(rate)) < seconds:
            self._next += 1
            count += 1
            op, member = self._next, writers[count % len(writers)]
            self.loop.at(start + moment, lambda op=op, member=member: self._write(member, op))  # type: ignore[misc]  # binds the loop's values
        self.loop.start_report()
        cpu, wall = self.served.cpu(), time.perf_counter()
        self.loop.run(lambda: False, seconds + 0.1)
        client, wall = self.loop.report(), time.perf_counter() - wall
        cpu = (self.served.cpu() - cpu) / wall
        self.loop.run(lambda: len(self.answered) >= count and self._arrived(before), 15)
        expected = len(self.accepted) * len(self.members)
        seen = sum(member.ops - before[member.number] for member in self.members)
        return Numbers(
            asked=rate,
            sent=count,
            accepted=len(self.accepted),
            refused=count - len(self.accepted),
            answer=spread(np.array(self.answered)),
            screens=spread(self._screens()),
            lost=max(0, expected - seen),
            doubled=max(0, seen - expected) + self.doubled,
            gaps=self.gaps,
            server_cpu=round(cpu, 2),
            cpu_ms_per_op=round(cpu * wall / max(1, count) * 1000, 2),
            rss_mb=round(self.served.rss() / 1e6, 1),
            client=client,
        )

    def _write(self, member: Member, op: int) -> None:
        self.sent[op] = time.perf_counter()
        self.send(member, op)

    def _arrived(self, before: dict[int, int]) -> bool:
        return all(member.ops - before[member.number] >= len(self.accepted) for member in self.members)

    def _screens(self) -> np.ndarray:
        """From sending to arrival, for every operation on every phone."""
        parts = []
        for said in self.said.values():
            sent = [self.sent[op] for op in said.ops if op in self.sent]
            if sent and said.arrived:
                parts.append(np.subtract.outer(np.array(said.arrived), np.array(sent)).ravel())
        return np.concatenate(parts) if parts else np.array([])

    def leave(self) -> None:
        for member in self.members:
            for line in (member.socket, member.http):
                if line is not None:
                    line.close()
            member.http = None
        self.by_socket.clear()


def read(packet: bytes) -> Said:
    """The numbers in a frame. The marks are in texts that only operations of this benchmark have."""
    span, first = _SPAN.search(packet), _SEQ.search(packet)
    since, until = (int(span[1]), int(span[2])) if span else (0, 0)
    return Said(since, until, int(first[1]) if first else until, [int(mark) for mark in _MARK.findall(packet)])


def spread(values: np.ndarray) -> list[float]:
    """p50, p95 and p99 of seconds, in milliseconds."""
    if not len(values):
        return [float("inf")] * 3
    return [round(float(value) * 1000, 1) for value in np.percentile(values, (50, 95, 99))]


class Kennislab(Crowd):
    """By the live protocol, as a program does it: POST /join, snapshot, socket, follow, ops."""

    def __init__(self, loop: Loop, served: Any) -> None:
        super().__init__(loop, served)
        self.code = served.said["join"]["code"]

    def join(self, member: Member, done: Callable[[], None]) -> None:
        line = Http(self.loop, self.served.url)

        def answer(status: int, body: bytes) -> None:
            line.close()
            if status != 201:
                self.refused.append(f"join {status} {body[:200]!r}")
                return
            joined = json.loads(body)
            member.token, member.lab = joined["token"], joined["lab"]["id"]
            done()

        body = json.dumps({"code": self.code, "name": f"Deelnemer {member.number}", "municipality": None}).encode()
        line.request("POST", "/join", answer, body, "Accept: application/json\r\n")

    def auth(self, member: Member) -> dict[str, Any]:
        return {"lab": member.lab, "token": member.token}

    def snapshot(self, member: Member, then: Callable[[int], None]) -> None:
        line = Http(self.loop, self.served.url)

        def answer(status: int, body: bytes) -> None:
            line.close()
            if status != 200:
                self.refused.append(f"snapshot {status} {body[:200]!r}")
                return
            found = re.match(rb'\{"epoch":"[^"]*","seq":(\d+)', body)
            then(int(found[1]) if found else json.loads(body)["seq"])

        line.request("GET", f"/live/{member.lab}/snapshot", answer, b"", self._bearer(member))

    def _bearer(self, member: Member) -> str:
        return f"Authorization: Bearer {member.token}\r\n"

    def send(self, member: Member, op: int) -> None:
        body = json.dumps({"ops": [self.body(op)]}).encode()
        self._line(member).request(
            "POST", f"/live/{member.lab}/ops", lambda status, answer: self._answer(op, status, answer), body, self._bearer(member)
        )

    def reload(self, seconds: float) -> dict[str, float]:
        """All pages go away and come back at once: page, snapshot, socket. Seconds until half, 95 % and all follow again."""
        self.leave()
        self.loop.run(lambda: False, 1)
        start, back = time.perf_counter(), []

        def again(member: Member, done: Callable[[], None]) -> None:
            line = Http(self.loop, self.served.url)

            def page(status: int, body: bytes) -> None:
                line.close()
                if status != 200:
                    self.refused.append(f"page {status} {body[:200]!r}")
                    return
                self.connect(member, here)

            def here() -> None:
                back.append(time.perf_counter() - start)
                done()

            line.request("GET", f"/live/{member.lab}", page, b"", f"Accept: text/html\r\nCookie: kl_live_{member.lab}={member.token}\r\n")

        cpu = self.served.cpu()
        self._each(self.members, again, len(self.members), "reload", seconds)
        half, most = np.percentile(np.array(back), (50, 95))
        return {
            "phones": len(back),
            "half_s": round(float(half), 2),
            "p95_s": round(float(most), 2),
            "all_s": round(back[-1], 2),
            "cpu_s": round(self.served.cpu() - cpu, 2),
        }


class NodeRoom(Crowd):
    """The yardstick: the same contribution, one commit and one emit for each."""

    numbered = False  # several commits at once may be emitted in another order; only counting is fair

    def send(self, member: Member, op: int) -> None:
        body = json.dumps(self.body(op)).encode()
        self._line(member).request("POST", "/ops", lambda status, answer: self._answer(op, status, answer), body)
