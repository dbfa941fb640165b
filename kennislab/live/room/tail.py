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
from kennislab.live.room.topics.contributions_seen import may_see
from kennislab.live.room.views import Change

REMEMBERED = 3000
"""How many facts a reader may be behind before it takes a snapshot instead."""


def dumps(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as it goes over the wire, per audience: JSON text, or empty when that audience sees nothing of it.

    ``shared``: everyone, facilitators, projector, and seats for which it differs; ``moved``: who sits elsewhere since: participant → (seat
    before, seat after); ``transits``: what it is for who went from the one to the other. For single people: ``own`` instead of that, where
    they are few, else ``besides``: a second line, so that what is for all is encoded once.
    """

    seq: int
    shared: dict[Audience, str]
    own: dict[str, str]
    moved: dict[str, tuple[Seat, Seat]]
    transits: dict[tuple[Seat, Seat], str]
    besides: dict[str, str]


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
            self.facts.append(_fact(row, views.advance(self.state, row)))
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
            if mine in fact.moved:
                seat = fact.moved[mine][1]
            line = fact.own.get(mine)
            if line is None and mine in fact.moved:
                line = fact.transits[fact.moved[mine]]
            if line is None:
                line = shared_line(fact, Audience(audience.shared.kind, seat=seat))
            found += [part for part in (line, fact.besides.get(mine)) if part]
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


FEW = 8
"""For so many people a line of their own is made from what is for all and what is theirs."""
NOTHING: Change = {}
BESIDES = "me.changed"
"""Type of a second line of one fact: what it changed for one person alone."""


def _fact(row: Row, told: views.Advance) -> Fact:
    head, at = f'{{"seq":{row.seq},"type":', f',"at":"{iso(row.at)}"'
    made: dict[int, str] = {}
    for_all = told.shared.get(EVERYONE, {})

    def line(change: Change, type_: str) -> str:
        return f"{head}{dumps(type_)}{at},{dumps(change)[1:]}" if change else ""

    def encode(change: Change) -> str:
        """Once for each change, and for what is the same as for everyone."""
        if id(change) not in made:
            made[id(change)] = made[id(for_all)] if id(for_all) in made and change == for_all else line(change, row.type)
        return made[id(change)]

    shared = {audience: encode(told.shared.get(audience, NOTHING)) for audience in (EVERYONE, FACILITATORS, PROJECTOR)}
    shared |= {audience: encode(change) for audience, change in told.shared.items() if audience not in shared}
    transits = {way: encode(change) for way, change in told.transits.items()}
    own: dict[str, str] = {}
    besides: dict[str, str] = {}
    few = len(told.own) <= FEW
    for id_, (path, change) in told.own.items():
        if few:
            own[id_] = line(views.merged(path, change), row.type)
        else:
            besides[id_] = line(change, BESIDES if path else row.type)
    return Fact(row.seq, shared, own, told.moved, transits, besides)
