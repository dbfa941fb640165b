"""A room as its readers follow it: the fold of what is committed, and the recent past per audience, encoded once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kennislab.core.clock import iso
from kennislab.core.journal import Row
from kennislab.live.room import views
from kennislab.live.room.audience import EVERYONE, FACILITATORS, PROJECTOR, Audience, Seat
from kennislab.live.room.fold import apply
from kennislab.live.room.state import RoomState
from kennislab.live.room.topics.contributions import may_see
from kennislab.live.room.views import Change

REMEMBERED = 3000
"""How many facts a reader may be behind before it takes a snapshot instead."""


def dumps(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as it goes over the wire, per audience: JSON text, or empty when that audience sees nothing of it.

    ``shared``: everyone, facilitators, projector, and seats for which it differs; ``own``: people for whom it differs.
    ``moved``: who sits elsewhere since: participant → (seat before, seat after).
    """

    seq: int
    shared: dict[Audience, str]
    own: dict[str, str]
    moved: dict[str, tuple[Seat, Seat]]


class Tail:
    """Follows one room. Not for several threads at once: its owner holds a lock."""

    def __init__(self, lab_id: int, epoch: str) -> None:
        self.lab_id, self.epoch = lab_id, epoch
        self.state = RoomState(lab_id=lab_id)
        self.facts: list[Fact] = []
        self._shared_json: dict[Audience, tuple[int, str]] = {}

    @property
    def seq(self) -> int:
        """Number of the last fact taken in."""
        return self.state.seq

    @property
    def oldest(self) -> int:
        """A reader at this number or later can be told what it missed."""
        return self.facts[0].seq - 1 if self.facts else self.seq

    def load(self, rows: list[Row]) -> None:
        """The beginning: all rows there are."""
        for row in rows[:-REMEMBERED]:
            apply(self.state, row)
        self.take(rows[-REMEMBERED:])

    def take(self, rows: Iterable[Row]) -> bool:
        """Takes in rows in order; those already known are passed over. False when there is a gap (nothing after it is taken)."""
        for row in rows:
            if row.seq <= self.seq:
                continue
            if row.seq != self.seq + 1:
                return False
            self.facts.append(_fact(row, *views.advance(self.state, row)))
        if len(self.facts) > 2 * REMEMBERED:
            del self.facts[:-REMEMBERED]
        return True

    def between(self, since: int, until: int) -> list[Fact]:
        """The facts after ``since``, up to and including ``until``; the caller has seen that they are still there."""
        first = self.oldest
        return self.facts[since - first : until - first]

    def lines(self, audience: Audience, since: int, until: int | None = None) -> list[str] | None:
        """Encoded events after ``since`` for this audience, or None when that is too long ago (or in the future)."""
        if since < self.oldest or since > self.seq:
            return None
        until = self.seq if until is None else until
        facts = self.between(since, until)
        mine = audience.id or ""
        seat = next((fact.moved[mine][0] for fact in facts if mine in fact.moved), audience.seat)
        found = []
        for fact in facts:
            line = fact.own.get(audience.id) if audience.id is not None else None
            if line is None:
                line = shared_line(fact, Audience(audience.shared.kind, seat=seat))
            if line:
                found.append(line)
            if mine in fact.moved:
                seat = fact.moved[mine][1]
        return found

    def frame(self, since: int, until: int, lines: list[str]) -> str:
        """The body of an ``events`` answer or frame."""
        return f'{{"epoch":"{self.epoch}","from":{since},"to":{until},"head":{self.seq},"events":[{",".join(lines)}]}}'

    def reset(self) -> str:
        """What a reader gets that has to take a snapshot."""
        return dumps({"epoch": self.epoch, "reset": True, "head": self.seq})

    def snapshot(self, audience: Audience, who: dict[str, Any], now: datetime) -> str:
        """All that this audience sees, encoded. ``who``: id, role, name, municipality of the one who asks."""
        me = dumps({**who, **views.me(self.state, audience)})
        head = f'{{"epoch":"{self.epoch}","seq":{self.seq},"now":"{iso(now)}","me":{me},'
        return head + self._content(audience)[1:]

    def _content(self, audience: Audience) -> str:
        shared = audience.shared
        person = self.state.people.get(audience.id or "")
        own = (
            person.contributions if person else [c.id for c in self.state.contributions.values() if audience.id and c.author == audience.id]
        )
        if any(not may_see(self.state, shared, self.state.contributions[id_]) for id_ in own):
            return dumps(views.everything(self.state, audience))
        cached = self._shared_json.get(shared)
        if cached is None or cached[0] != self.seq:
            cached = (self.seq, dumps(views.everything(self.state, shared)))
            self._shared_json[shared] = cached
        return cached[1]


def shared_line(fact: Fact, audience: Audience) -> str:
    """What this fact is for an audience that has no own version of it."""
    for one in views.fallbacks(audience):
        if (line := fact.shared.get(one)) is not None:
            return line
    return ""


def _fact(row: Row, changes: dict[Audience, Change], moved: dict[str, tuple[Seat, Seat]]) -> Fact:
    head = f'{{"seq":{row.seq},"type":{dumps(row.type)},"at":"{iso(row.at)}"'
    known: list[tuple[Change, str]] = []

    def encode(change: Change) -> str:
        if not change:
            return ""
        for other, line in known:
            if other == change:
                return line
        line = head + "," + dumps(change)[1:]
        known.append((change, line))
        return line

    shared = {a: encode(changes.get(a, {})) for a in (EVERYONE, FACILITATORS, PROJECTOR)}
    own: dict[str, str] = {}
    for audience, change in changes.items():
        if audience.id is not None:
            own[audience.id] = encode(change)
        elif audience not in shared:
            shared[audience] = encode(change)
    return Fact(row.seq, shared, own, moved)
