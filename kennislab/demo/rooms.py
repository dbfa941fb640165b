"""Plays labs in the live room: people join, the agenda goes on, contributions and votes come in, as its rules allow."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from kennislab.core import clock, journal
from kennislab.core.ids import new_id
from kennislab.core.journal import Entry, Row
from kennislab.core.transaction import Tx
from kennislab.demo.groups import Groups
from kennislab.demo.history import Times, at
from kennislab.demo.people import Cast
from kennislab.demo.shapes import Content, Item, Lab, Person
from kennislab.live import operations as live
from kennislab.live import queries as live_queries
from kennislab.live.messages import parse
from kennislab.live.models import Participant, stream
from kennislab.live.policies import LiveActor
from kennislab.live.room.decide import decide
from kennislab.live.room.fold import apply
from kennislab.live.room.state import RoomState
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab as LabRow
from kennislab.programme.models import LabState

LATE = timedelta(hours=72)
FIRST = ("bottleneck", "question")
"""What others answer: it has to be there before its answer."""


class Refused(RuntimeError):
    """The room did not take something that the demo's content says: the content is wrong."""


@dataclass
class Room:
    """A lab's room while it is being played. ``ids``: the contribution that became of an item."""

    tx: Tx
    content: Content
    cast: Cast
    lab: Lab
    row: LabRow
    groups: Groups = field(default_factory=Groups)
    actors: dict[str, LiveActor] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    step_rev: int = 0

    @property
    def leader(self) -> LiveActor:
        """The facilitator of this lab."""
        row = self.cast.row(self.lab.facilitator)
        return LiveActor(f"f:{row.id}", "facilitator", self.row.id, row.name, None, row.id)

    def open(self, moment: datetime) -> None:
        """Opens the room, and lets in everybody who says or votes something, each in their working group."""
        with at(moment):
            programmes.move_lab(self.tx, self.row, LabState.LIVE, self.cast.actor(self.lab.facilitator))
        for number, person in enumerate(self._people()):
            self._join(person, moment + timedelta(seconds=40 + 7 * number))

    def _people(self) -> list[Person]:
        speakers = [item.by for item in self.lab.items]
        voters = [person for person, _ in self.lab.ballot.votes] if self.lab.ballot else []
        return [person for person in dict.fromkeys((*speakers, *voters)) if person.city is not None]

    def _join(self, person: Person, moment: datetime) -> None:
        row = self.cast.row(person)
        with at(moment):
            joined = live.join(self.tx, self.row.id, row.name, row.municipality_code, row.id)
        self._has_joined(person, joined.participant.id)

    def _has_joined(self, person: Person, key: str) -> None:
        row = self.cast.row(person)
        self.actors[person.slug] = LiveActor(key, "participant", self.row.id, row.name, row.municipality_code, row.id)

    def go(self, number: int, moment: datetime) -> None:
        """Everybody to this agenda item."""
        item = sorted(self.row.agenda, key=lambda one: one.position)[number]
        result = self.do(self.leader, moment, {"type": "step.go", "to": str(item.id), "step_rev": self.step_rev})[0]
        self.step_rev = result["step_rev"]

    def known(self) -> RoomState:
        """The room as it is now."""
        return live_queries.state_of(self.tx.session, self.row.id)

    def to_advice(self, moment: datetime) -> None:
        """Every group's method to the step in which all give advice."""
        for id_ in list(self.known().active.values()):
            run = self.known().runs[id_]
            steps = enumerate(run.method.steps)
            step = next(number for number, one in steps if "advies" in one.outputs and one.mode == "plenary" and one.input == "multi_text")
            self.do(self.leader, moment, {"type": "run.go", "run": id_, "rev": run.rev, "to": {"step": step}})

    def say(self, items: Iterable[Item], moment: datetime, apart: timedelta = timedelta(0)) -> None:
        """Sends these in, what is answered before its answers: ``apart`` one after the other, or each person's at once."""
        in_order = sorted(items, key=lambda one: one.kind not in FIRST)
        for first, batch in groupby(in_order, key=lambda one: one.kind in FIRST):
            del first
            said = list(batch)
            turns = (
                [[item] for item in said]
                if apart
                else [[item for item in said if item.by == by] for by in dict.fromkeys(i.by for i in said)]
            )
            for turn in turns:
                actor = self.actors.get(turn[0].by.slug, self.leader)
                results = self.do(actor, moment, *(self._body(item, actor) for item in turn))
                self.ids |= {item.slug: result["contribution"] for item, result in zip(turn, results, strict=True)}
                moment += apart or timedelta(seconds=20)

    def _body(self, item: Item, actor: LiveActor) -> dict[str, Any]:
        if item.kind == "action":
            owner = self.cast.row(item.owner or item.by).name
            return {"type": "action.add", "text": item.text, "owner": owner, "due": item.due.isoformat() if item.due else None}
        group = self.groups.ids.get(item.group) if item.group else None
        own_group = group if actor.leads or group == self.groups.of.get(item.by.slug) else None
        return {
            "type": "contribution.add",
            "kind": item.kind,
            "text": item.text,
            "answers": self.ids[item.answers] if item.answers else None,
            "themes": [self.content.themes[slug].label for slug in item.themes],
            "consent": item.consent,
            "group": own_group,
        }

    def vote(self, moment: datetime) -> None:
        """Opens the lab's vote, lets everybody vote, and closes it."""
        ballot = self.lab.ballot
        if ballot is None:
            return
        choices = [self.ids[slug] for slug in ballot.choices]
        draft = {"title": ballot.title, "kind": ballot.kind, "budget": ballot.budget, "choices": choices}
        opened = self.do(self.leader, moment, {"type": "round.open", "ballot": draft})[0]["ballot"]
        for number, (person, dots) in enumerate(ballot.votes):
            cast = dict(zip(choices, dots, strict=True))
            later = moment + timedelta(seconds=20 + 7 * number)
            self.do(self.actors[person.slug], later, {"type": "vote.cast", "ballot": opened, "choices": cast})
        self.do(self.leader, moment + timedelta(minutes=4), {"type": "round.close", "ballot": opened})

    def close(self, moment: datetime) -> None:
        """Closes the room; the lab is being harvested from then on."""
        with at(moment):
            programmes.move_lab(self.tx, self.row, LabState.HARVESTING, self.cast.actor(self.lab.facilitator))

    def do(self, actor: LiveActor, moment: datetime, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
        """Ops of one actor, at that moment. Raises Refused when the room does not take one."""
        if not bodies:
            return []
        ops = [{"id": op_id(moment), **{name: value for name, value in body.items() if value is not None}} for body in bodies]
        with at(moment):
            results = live.apply_ops(self.tx, actor, [live.asked(op, parse(op)) for op in ops], LATE).results
        for op, result in zip(ops, results, strict=True):
            if result["status"] != "accepted":
                raise Refused(json.dumps({"lab": self.lab.quarter, "op": op, "result": result}, ensure_ascii=False, default=str))
        return results


@dataclass
class PastRoom(Room):
    """A room that nobody was in: its facts are decided as in a live one, and written in the journal in one go when it closes."""

    state: RoomState = field(default_factory=RoomState)
    facts: list[Entry] = field(default_factory=list)
    guests: list[Participant] = field(default_factory=list)

    def open(self, moment: datetime) -> None:
        """As the real one."""
        with at(moment):
            programmes.move_lab(self.tx, self.row, LabState.LIVE, self.cast.actor(self.lab.facilitator))
        self.state = live_queries.state_of(self.tx.session, self.row.id)
        for number, person in enumerate(self._people()):
            self._join(person, moment + timedelta(seconds=40 + 7 * number))
        self.tx.session.add_all(self.guests)
        self.tx.session.flush()

    def known(self) -> RoomState:
        """As it was decided so far."""
        return self.state

    def _join(self, person: Person, moment: datetime) -> None:
        row, key = self.cast.row(person), new_id()
        who = {"name": row.name, "municipality_code": row.municipality_code, "person_id": row.id}
        self.guests.append(Participant(id=key, lab_id=self.row.id, joined_at=moment, **who))
        joined = {"participant": key, "name": row.name, "municipality": row.municipality_code, "group": self.groups.of.get(person.slug)}
        self._record(Entry("participant.joined", joined, key, moment))
        self._has_joined(person, key)

    def do(self, actor: LiveActor, moment: datetime, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
        """As the real one, without remembering the ops: no phone will ask again. Raises DomainError for what may not be."""
        results = []
        for body in bodies:
            op = {"id": op_id(moment), **{name: value for name, value in body.items() if value is not None}}
            decision = decide(self.state, actor, parse(op), moment)
            for entry in decision.entries:
                self._record(Entry(entry.type, entry.data, entry.actor, moment))
            results.append(decision.extra)
        return results

    def _record(self, entry: Entry) -> None:
        self.facts.append(entry)
        apply(self.state, Row(self.state.seq + 1, entry.type, entry.at or clock.now(), entry.actor, entry.data))

    def close(self, moment: datetime) -> None:
        """As the real one."""
        journal.append(self.tx, stream(self.row.id), self.facts)
        super().close(moment)


def op_id(moment: datetime) -> str:
    """A UUID version 7 (RFC 9562) as a phone would have made it at that moment."""
    milliseconds = int(moment.timestamp() * 1000)
    value = (milliseconds & (2**48 - 1)) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def play_day(room: Room, times: Times) -> None:
    """A whole day in the past: every step, everything that was said where it belongs, the vote, and the door closed."""
    lab = room.lab
    room.open(times.starts - timedelta(minutes=5))
    wall = next(number for number, step in enumerate(lab.agenda) if step.block == "bottlenecks")
    early, later = lab.items[: lab.now], lab.items[lab.now :]
    for number, step in enumerate(lab.agenda):
        moment = times.step(lab, number)
        room.go(number, moment)
        if number == wall:
            room.say(early, moment + timedelta(minutes=2))
        if step.input == "vote":
            room.vote(moment + timedelta(minutes=1))
            continue
        if step.method is not None:
            room.to_advice(moment + timedelta(minutes=13))
        room.say([item for item in later if _place(lab, item, wall) == number], moment + timedelta(minutes=14))
        if step.hidden:
            room.do(room.leader, moment + timedelta(minutes=40), {"type": "reveal"})
    look_back(room, times.ends - timedelta(minutes=6))
    room.close(times.ends + timedelta(minutes=5))


TAKEN_ALONG = (
    "Bel eerst, schrijf daarna.",
    "Dat anderen hetzelfde meemaken.",
    "Eén gezicht per straat.",
    "Niet wachten op het hele plaatje.",
)
BETTER = ("Meer tijd om elkaar te spreken.", "Minder presentaties.", "Zet de namen op de tafels.")


def look_back(room: Room, moment: datetime) -> None:
    """The three questions afterwards: most people give a mark, some write something."""
    for number, actor in enumerate(room.actors.values()):
        answers: list[dict[str, Any]] = [{"question": "2", "score": (4, 5, 4, 3, 5)[number % 5]}]
        if number < len(TAKEN_ALONG):
            answers.append({"question": "1", "text": TAKEN_ALONG[number]})
        if number < len(BETTER):
            answers.append({"question": "3", "text": BETTER[number]})
        room.do(actor, moment, *({"type": "evaluation.answer", **answer} for answer in answers))


def _place(lab: Lab, item: Item, wall: int) -> int:
    """During which agenda item something was said."""
    wanted = {
        "solution": "working_groups",
        "linking_opportunity": "working_groups",
        "advice": "peer_consultation",
        "association": "peer_consultation",
        "insight": "harvest",
        "lesson": "harvest",
        "action": "closing" if lab.agenda[-1].input != "none" else "harvest",
    }.get(item.kind)
    if item.kind == "association" and any(step.block == wanted and step.method is not None for step in lab.agenda):
        return wall  # a method asks for its own kinds
    return next((number for number, step in enumerate(lab.agenda) if step.block == wanted), wall)


def play_until_now(room: Room, times: Times) -> None:
    """Stage live: the room is at the step that asks for everything, with what was sent so far; the vote is still to come."""
    room.open(times.starts)
    here = next(number for number, step in enumerate(room.lab.agenda) if step.here)
    for number in range(here + 1):
        room.go(number, times.step(room.lab, number))
    room.say(
        room.lab.items[: room.lab.now],
        min(times.step(room.lab, here) + timedelta(minutes=2), clock.now() - timedelta(minutes=12)),
        timedelta(seconds=45),
    )
