"""Plays a method in a room without database: at every position every phone tries everything, and the script says what should come of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kennislab.core.errors import DomainError
from kennislab.live.messages import KINDS
from kennislab.live.methods import rules
from kennislab.live.methods.plan import WRITING
from kennislab.live.methods.schema import BUILT_IN
from kennislab.live.policies import LiveActor
from kennislab.live.room import turns
from kennislab.live.room.audience import Audience, audience_of
from kennislab.live.room.fold import fold
from kennislab.live.room.runs_state import Run, written
from tests.live.reducer import reduce
from tests.live.rooms import LEADER, PEOPLE, Room

GROUP = "g1"


def phone(name: str) -> LiveActor:
    """Somebody with a phone."""
    return LiveActor(name, "participant", 1, name.title(), city_of(name))


def city_of(name: str) -> str:
    """Eighteen municipalities among them."""
    return f"GM{int(name[1:]) % 18:04d}" if name[1:].isdigit() else "GM0855"


@dataclass
class Player:
    """One method, so many phones in one group (or, ``group`` None, everybody). ``thorough``: two phones of every role try every kind."""

    key: str
    people: int
    group: str | None = GROUP
    thorough: bool = True
    room: Room = field(default_factory=Room)
    names: list[str] = field(default_factory=list)
    followers: dict[str, dict[str, Any]] = field(default_factory=dict)
    run_id: str = ""
    accepted: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.room.open()
        for name in PEOPLE:
            self.ok(LEADER, "participant.remove", participant=name)
        for number in range(self.people):
            self.join(f"p{number}")

    # -- moving on

    @property
    def run(self) -> Run:
        """The run, as it stands."""
        return self.room.state.runs[self.run_id]

    def ok(self, actor: LiveActor, type_: str, **fields: Any) -> dict[str, Any]:
        """An op that has to be taken."""
        told = self.room.do(actor, type_, **fields)
        assert isinstance(told, dict), (self.key, self.where(), actor.key, type_, fields, told)
        return told

    def no(self, actor: LiveActor, type_: str, **fields: Any) -> DomainError:
        """An op that has to be refused, with a sentence that says what to do."""
        told = self.room.do(actor, type_, **fields)
        assert isinstance(told, DomainError), (self.key, self.where(), actor.key, type_, fields, told)
        assert told.title and told.detail
        self.refused[told.type] = self.refused.get(told.type, 0) + 1
        return told

    def where(self) -> str:
        """For messages of tests."""
        return f"{self.key} {written(self.run.position)}" if self.run_id else self.key

    def join(self, name: str) -> None:
        """Somebody comes in, as the database would have it."""
        from kennislab.live.room.topics.people import arrivals

        self.names.append(name)
        joined = {"participant": name, "name": name.title(), "municipality": city_of(name), "group": self.group}
        self.room.record("participant.joined", joined, name)
        for entry in arrivals(self.room.state, name):
            self.room.record(entry.type, entry.data, entry.actor)

    def leave(self, name: str) -> None:
        """Somebody goes away for good."""
        self.ok(LEADER, "participant.remove", participant=name)
        self.names.remove(name)
        self.followers.pop(name, None)

    def start(self, **fields: Any) -> None:
        """Begins the method."""
        self.run_id = self.ok(LEADER, "run.start", group=self.group, method=self.key, **fields)["run"]
        self.followers = {self._name(a): self.room.snapshot(a) for a in self.audiences()}

    def go(self, to: Any = "next") -> None:
        """On to the next position."""
        self.ok(LEADER, "run.go", run=self.run_id, rev=self.run.rev, to=to)
        self.catch_up()

    # -- looking

    def _name(self, audience: Audience) -> str:
        return audience.id or audience.kind

    def audiences(self) -> list[Audience]:
        """Everybody who looks."""
        own = [audience_of(self.room.state, name) for name in [*self.names[:4], *self.names[-4:]]]
        return [Audience("facilitators", "f:1"), Audience("projector"), Audience("everyone"), *dict.fromkeys(own)]

    def turn(self, name: str) -> dict[str, Any]:
        """What this phone is asked to do."""
        told = self.me(name)["turn"]
        assert told is not None, (self.where(), name)
        return told  # type: ignore[no-any-return]

    def me(self, name: str) -> dict[str, Any]:
        """What is this phone's alone."""
        from kennislab.live.room.views import me

        return me(self.room.state, audience_of(self.room.state, name))

    def sees(self, name: str) -> str:
        """All that a phone (or ``projector``, ``f:1``) has, as text."""
        kinds = {"projector": Audience("projector"), "f:1": Audience("facilitators", "f:1")}
        return json.dumps(self.room.snapshot(kinds.get(name) or audience_of(self.room.state, name)), ensure_ascii=False)

    def catch_up(self) -> None:
        """Everybody hears what happened, each from where they were: then everybody has what a newcomer gets."""
        for audience in self.audiences():
            name = self._name(audience)
            now = self.room.snapshot(audience)
            if name in self.followers:
                state = reduce(self.followers[name], self.room.frame(audience, self.followers[name]["seq"]))
                assert state == now, (self.where(), name, [key for key in now if state[key] != now[key]])
            self.followers[name] = now

    # -- trying

    def try_everything(self) -> None:
        """Every phone votes, marks and writes; two of every role try all kinds. Accepted or refused as the script has it."""
        slot = turns.slot_at(self.run)
        tried: dict[str, int] = {}
        for name in list(self.names):
            role = self.turn(name)["role"]
            tried[role] = tried.get(role, 0) + 1
            self._try_writing(name, slot, KINDS if self.thorough and tried[role] <= 2 else self.turn(name)["write"][:1])
            self._try_voting(name, slot)
            self._try_marking(name, slot)
        self.check_hidden()
        self.check_places()
        self.catch_up()

    def _try_writing(self, name: str, slot: Any, kinds: Sequence[str]) -> None:
        turn = self.turn(name)
        role = turn["role"]
        for kind in kinds:
            allowed = rules.may_write(slot, role, kind) is True
            assert (kind in turn["write"]) == allowed, (self.where(), name, role, kind)
            text = f"{self.where()} {name} {kind}"
            if not allowed:
                told = self.no(phone(name), "contribution.add", kind=kind, text=text)
                if turn["listening"]:
                    assert told.type == "you-listen" and told.title == "Je luistert nu"
                elif kind in ("advice", "solution") and turn["write"] and "question" in slot.kinds and slot.input in WRITING:
                    assert told.type == "no-advice-now"
                continue
            made = self.ok(phone(name), "contribution.add", kind=kind, text=text)["contribution"]
            self.accepted += 1
            one = self.room.state.contributions[made]
            assert (one.run, one.position, one.group) == (self.run_id, written(self.run.position), self.group)
            if slot.hidden:
                assert one.unrevealed
                self.secrets[made] = (name, text)
            if slot.input in ("text", "choice_with_reason") and not rules.may_capture(slot, role):
                assert self.no(phone(name), "contribution.add", kind=kind, text=text + " nog een").type == "one-each"
                assert kind in self.turn(name)["once"]

    def _try_voting(self, name: str, slot: Any) -> None:
        turn = self.turn(name)
        ballots = [self.room.state.ballots[id_] for id_ in self.run.ballots.values()]
        for ballot in ballots:
            if not ballot.choices:
                continue
            mine = turn["vote"] == ballot.id
            choice = ballot.choices[-1]["id"]
            if ballot.cards is not None:
                card = turn["card"]
                if card is None:
                    continue
                assert self.room.state.contributions[card].author != name, "nobody scores an own card"
                other = next((one["id"] for one in ballot.choices if one["id"] not in self._held(name)), None)
                if other is not None:
                    assert self.no(phone(name), "vote.cast", ballot=ballot.id, choices={other: 3}).type == "other-card"
                choice = card
            if mine:
                reason = {"reason": "Daarom"} if ballot.kind == "choice" else {}
                self.ok(
                    phone(name), "vote.cast", ballot=ballot.id, choices={choice: 1 + int(name[1:]) % 5 if ballot.cards else 1}, **reason
                )
            else:
                self.no(phone(name), "vote.cast", ballot=ballot.id, choices={choice: 1})
        assert slot.input in rules.VOTES or turn["vote"] is None

    def _held(self, name: str) -> set[str | None]:
        return {held.get(name) for held in self.run.cards[: self.run.unit + 1]}

    def _try_marking(self, name: str, slot: Any) -> None:
        questions = [one for one in self.room.state.contributions.values() if one.run == self.run_id and one.kind == "question"]
        if not questions:
            return
        if self.turn(name)["mark"]:
            for number, one in enumerate(questions):
                self.ok(phone(name), "question.mark", contribution=one.id, warmth=("warm", "neutral", "cold")[number % 3])
        else:
            self.no(phone(name), "question.mark", contribution=questions[0].id, warmth="warm")

    # -- what must hold at every position

    def check_hidden(self) -> None:
        """What is hidden is with its author only, and no ids of it leave."""
        hidden = {id_: who for id_, (who, _) in self.secrets.items() if self.room.state.contributions[id_].unrevealed}
        if not hidden:
            return
        for name in [*self.names[:3], "projector", "f:1"]:
            seen = self.sees(name)
            for id_, author in hidden.items():
                assert (id_ in seen) == (author == name), (self.where(), name, author)

    def check_places(self) -> None:
        """Everybody knows where to go: at exactly one table with who sits there, and at a station its number."""
        run, state = self.run, self.room.state
        if turns.mode_of(run) not in turns.AT_TABLES:
            return
        seated = [one for table in run.tables for one in table]
        assert sorted(seated) == sorted(self.names), self.where()
        for name in self.names:
            turn = self.turn(name)
            table = run.tables[int(turn["table"]) - 1]
            assert name in table
            assert len(turn["with"]) == len(table) - 1
            assert {one["name"] for one in turn["with"]} == {state.people[one].name for one in table} - {state.people[name].name}
            assert (turn["station"] == turn["table"]) == turns.by_station(run)

    def play(self) -> list[str]:
        """From the first position to the last; the positions that were passed."""
        self.start()
        passed = []
        while self.run.on:
            passed.append(written(self.run.position))
            self.try_everything()
            self.go()
        assert fold(self.room.rows) == self.room.state
        assert all(not self.room.state.contributions[id_].unrevealed for id_ in self.secrets)
        return passed


ALL = list(BUILT_IN)
