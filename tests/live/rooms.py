"""A room without database: ops go in, facts come out, every audience looks on."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from kennislab.core.errors import DomainError
from kennislab.core.journal import Row
from kennislab.live.messages import parse
from kennislab.live.policies import LiveActor
from kennislab.live.room.audience import Audience, audience_of
from kennislab.live.room.decide import decide
from kennislab.live.room.fold import apply
from kennislab.live.room.state import RoomState
from kennislab.live.room.tail import Tail

START = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)


def _step(number: int, title: str, minutes: int, input_: str, kinds: list[str], hidden: bool = False) -> dict[str, Any]:
    return {
        "id": str(number),
        "position": number - 1,
        "title": title,
        "instruction": f"{title}.",
        "block": "bottlenecks",
        "minutes": minutes,
        "input": input_,
        "kinds": kinds,
        "hidden_until_reveal": hidden,
    }


AGENDA = [
    _step(1, "Welkom", 10, "none", []),
    _step(2, "Knelpunten", 15, "text", []),
    _step(3, "Stil schrijven", 5, "text", ["insight", "advice"], hidden=True),
    _step(4, "Stemmen", 0, "vote", []),
]
GROUPS = [{"id": "g1", "name": "Draagvlak"}, {"id": "g2", "name": "Geld"}]
PREVIOUS = {
    "lab": {"id": 7, "title": "Vorige keer", "quarter": "2026-Q3"},
    "actions": [{"id": "act1", "text": "Corporatie bellen", "owner": "Anna", "due": "2026-10-01", "municipality": "GM0855"}],
    "answers": [{"id": "sol1", "question": "Hoe bereik je huurders?", "text": "Keukentafelgesprekken", "municipality": "GM0503"}],
}
EVALUATION = [{"id": "1", "title": "Wat neem je mee?", "kind": "text"}, {"id": "2", "title": "Hoe zinvol was deze dag?", "kind": "score"}]
PEOPLE = ("anna", "bram", "chris")


def participant(name: str) -> LiveActor:
    """A participant of the room."""
    return LiveActor(name, "participant", 1, name.title(), "GM0855")


LEADER = LiveActor("f:1", "facilitator", 1, "Fatima")


def op_id(n: int) -> str:
    """A fixed UUID without a time in it."""
    return str(uuid.UUID(int=n, version=4))


@dataclass
class Room:
    """The writer's state, a reader's tail, and the journal between them."""

    now: datetime = START
    rows: list[Row] = field(default_factory=list)
    state: RoomState = field(default_factory=RoomState)
    tail: Tail = field(default_factory=lambda: Tail(1, "epoch0"))
    count: int = 0

    def record(self, type_: str, data: dict[str, Any], actor: str | None = None) -> None:
        """Puts one fact in the journal, as the database would: through JSON."""
        row = Row(len(self.rows) + 1, type_, self.now, actor, json.loads(json.dumps(data)))
        self.rows.append(row)
        apply(self.state, row)
        assert self.tail.take([Row(row.seq, row.type, row.at, row.actor, json.loads(json.dumps(data)))])

    def open(self) -> Room:
        """Opens it, with three people in."""
        self.record(
            "lab.opened",
            {
                "starts_at": "2026-11-19T09:00:00.000Z",
                "previous": PREVIOUS,
                "evaluation": EVALUATION,
                "leaders": ["Fatima"],
                "lab": 1,
                "title": "Koppelkansen",
                "quarter": "2026-Q4",
                "agenda": AGENDA,
                "groups": GROUPS,
                "join": {"code": "ABCD-EFGH", "path": "/j/x"},
            },
        )
        for name in PEOPLE:
            self.record("participant.joined", {"participant": name, "name": name.title(), "municipality": "GM0855", "group": None}, name)
        return self

    def do(self, actor: LiveActor, type_: str, **fields: Any) -> dict[str, Any] | DomainError:
        """One op by one actor: what its maker is told, or the refusal."""
        self.count += 1
        self.now += timedelta(seconds=1)
        op = parse({"id": op_id(self.count), "type": type_, **fields})
        try:
            decision = decide(self.state, actor, op, self.now)
        except DomainError as error:
            return error
        for entry in decision.entries:
            self.record(entry.type, entry.data, entry.actor)
        return decision.extra

    def audiences(self) -> list[Audience]:
        """Everybody who may look."""
        return [
            Audience("facilitators", "f:1"),
            Audience("projector"),
            *(audience_of(self.state, name) for name in PEOPLE if name in self.state.people),
        ]

    def snapshot(self, audience: Audience) -> dict[str, Any]:
        """What this audience gets when it asks for all."""
        found: dict[str, Any] = json.loads(self.tail.snapshot(audience, {"id": audience.id}, self.now))
        found.pop("now")
        return found

    def frame(self, audience: Audience, since: int) -> dict[str, Any]:
        """What this audience gets when it was at ``since``."""
        lines = self.tail.lines(audience, since)
        assert lines is not None
        found: dict[str, Any] = json.loads(self.tail.frame(since, self.tail.seq, lines))
        return found
