"""Old snapshot + events = new snapshot, for every op and audience; and what one may not see never leaves."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kennislab.core.clock import iso
from kennislab.core.errors import DomainError
from kennislab.live.messages import OPS
from kennislab.live.room.audience import Audience, audience_of
from kennislab.live.room.fold import fold
from kennislab.live.room.topics.people import arrivals
from kennislab.live.room.views import entity
from tests.live.reducer import reduce
from tests.live.rooms import LEADER, PEOPLE, Room, participant

FIXTURES = Path(__file__).parent / "fixtures"


_METHOD_STORY: list[tuple[str, str, dict[str, Any]]] = [
    ("f", "group.make", {"how": "by_municipality", "number": 2}),
    ("f", "group.add", {"name": "Buiten"}),
    ("f", "group.rename", {"group": "$g", "name": "Tuin"}),
    *[("f", "participant.move", {"participant": who, "group": "$g"}) for who in ("anna", "bram", "chris")],
    ("f", "group.say", {"group": "$g", "text": "Nog tien minuten"}),
    ("f", "group.say", {"text": "Koffie staat klaar"}),
    ("anna", "case.pitch", {"text": "Hoe houd ik de woningbouwvereniging erbij?", "confidential": True}),
    ("bram", "case.pitch", {"text": "Mijn wethouder wil te snel"}),
    ("bram", "case.edit", {"case": "$case", "text": "Mijn wethouder wil te veel tegelijk"}),
    ("bram", "case.withdraw", {"case": "$case"}),
    ("f", "run.start", {"group": "$g", "method": "wise_crowds", "minutes": 70}),
    ("f", "contribution.add", {"kind": "question", "text": "Wie hoort bij wie?", "group": "$g", "run": "$run", "position": "0/0/0"}),
    ("f", "run.go", {"run": "$run", "rev": 0}),
    ("f", "group.gather", {"on": True}),
    ("f", "group.gather", {"on": False}),
    ("f", "run.timer", {"run": "$run", "change": "extend", "seconds": 60}),
    ("f", "run.role", {"run": "$run", "participant": "anna", "role": "discussion_leader"}),
    ("anna", "run.go", {"run": "$run", "rev": 1, "to": {"step": 1}}),
    ("f", "run.end", {"run": "$run"}),
    ("anna", "case.choose", {"case": "$first case"}),
    ("f", "run.start", {"group": "$g", "method": "tienstappenmethode"}),
    ("f", "run.go", {"run": "$run", "rev": 0}),
    *[(who, "contribution.add", {"kind": "question", "text": f"Wat wil {who}?"}) for who in ("bram", "chris")],
    ("f", "participant.move", {"participant": "chris", "group": None}),
    ("f", "run.reveal", {"run": "$run"}),
    ("f", "run.go", {"run": "$run", "rev": 1}),
    ("anna", "question.mark", {"contribution": "$last", "warmth": "cold"}),
    ("f", "run.end", {"run": "$run"}),
    ("anna", "case.harvest", {"case": "$first case", "yes": True}),
    ("f", "group.remove", {"group": "$g"}),
]
"""Groups, cases and methods: the second half of the story."""


def _story() -> list[tuple[str, str, dict[str, Any]]]:
    """Who does what: every op at least once. ``$name`` stands for an id that an earlier op gave."""
    return [
        ("f", "step.go", {"to": "2", "step_rev": 0}),
        ("anna", "contribution.add", {"kind": "bottleneck", "text": "Drie loketten voor één huishouden", "themes": ["samenwerking"]}),
        (
            "bram",
            "contribution.add",
            {"kind": "solution", "text": "Eén vast gezicht in de wijk", "answers": "$1", "consent": "public_anonymous"},
        ),
        ("anna", "contribution.edit", {"contribution": "$1", "base_rev": 1, "text": "Drie loketten, één huishouden"}),
        ("f", "contribution.add", {"kind": "linking_opportunity", "text": "Isolatie en schuldhulp", "on_behalf_of": "mevrouw Jansen"}),
        ("f", "contribution.move", {"contribution": "$2", "themes": ["vertrouwen"], "kind": "insight"}),
        ("f", "contribution.move", {"contribution": "$2", "recalls": "eerder2"}),
        ("f", "question.mark", {"contribution": "$2", "warmth": "warm"}),
        ("f", "contribution.split", {"contribution": "$2", "texts": ["Eén vast gezicht", "In de wijk", "Op vaste tijden"]}),
        ("f", "contribution.unsplit", {"contribution": "$2"}),
        ("f", "contribution.split", {"contribution": "$2", "texts": ["Eén vast gezicht", "In de wijk"]}),
        ("f", "contribution.merge", {"into": "$3", "from": ["$1"], "text": "Drie loketten, en isolatie met schuldhulp"}),
        ("f", "contribution.unmerge", {"contribution": "$3"}),
        ("f", "contribution.hide", {"contribution": "$1"}),
        ("f", "contribution.show", {"contribution": "$1"}),
        ("chris", "action.add", {"text": "Wijkteam bellen", "owner": "Chris", "due": "2026-12-01"}),
        ("chris", "hand.raise", {"up": True}),
        ("bram", "ready.set", {"at": "s1"}),
        ("chris", "ready.set", {"up": True}),
        ("bram", "ready.set", {"up": False}),
        ("f", "moderation.set", {"mode": "pre"}),
        ("bram", "contribution.add", {"kind": "bottleneck", "text": "Wacht op goedkeuring", "recalls": "eerder1"}),
        ("f", "contribution.show", {"contribution": "$5"}),
        ("f", "moderation.set", {"mode": "post"}),
        ("f", "moderation.set", {"participant": "chris", "held": True}),
        ("chris", "contribution.add", {"kind": "bottleneck", "text": "Vastgehouden"}),
        ("f", "participant.move", {"participant": "anna", "group": "g1"}),
        ("f", "participant.move", {"participant": "bram", "group": "g2"}),
        ("anna", "contribution.add", {"kind": "insight", "text": "Alleen voor onze groep", "consent": "group"}),
        ("f", "participant.move", {"participant": "bram", "group": "g1"}),
        ("f", "participant.move", {"participant": "anna", "group": None}),
        ("f", "step.go", {"to": "3", "step_rev": 1}),
        ("anna", "contribution.add", {"kind": "advice", "text": "Nog even geheim"}),
        ("bram", "contribution.add", {"kind": "insight", "text": "Ook geheim"}),
        ("bram", "contribution.retract", {"contribution": "$9"}),
        ("f", "reveal", {}),
        ("f", "timer.extend", {"seconds": 60}),
        ("f", "timer.pause", {}),
        ("f", "timer.extend", {"seconds": 30}),
        ("f", "timer.resume", {}),
        ("f", "round.close", {}),
        ("f", "round.open", {}),
        ("f", "step.go", {"to": "4", "step_rev": 2}),
        ("f", "round.open", {"ballot": {"title": "Wat eerst?", "budget": 3}}),
        ("anna", "vote.cast", {"ballot": "$b", "choices": {"$1": 2, "$3": 1}}),
        ("bram", "vote.cast", {"ballot": "$b", "choices": {"$3": 3}}),
        ("anna", "vote.cast", {"ballot": "$b", "choices": {"$1": 1}}),
        ("f", "vote.cast", {"ballot": "$b", "choices": {"$1": 1}}),
        ("f", "ballot.count", {"ballot": "$b", "hands": 3, "choices": {"$1": 4, "$3": 5}}),
        ("f", "round.close", {"ballot": "$b"}),
        ("f", "round.open", {"ballot": {"title": "Wat eerst, nu we alles hoorden?", "again": "$b"}}),
        ("anna", "vote.cast", {"ballot": "$b", "choices": {"$3": 3}}),
        ("f", "round.close", {"ballot": "$b"}),
        ("f", "participant.move", {"participant": "anna", "group": "g1"}),
        ("anna", "contribution.add", {"kind": "bottleneck", "text": "Van onze groep"}),
        ("f", "round.open", {"ballot": {"title": "Eén van ons", "kind": "choice", "group": "g1", "secret": False}}),
        ("anna", "vote.cast", {"ballot": "$b", "choices": {"$10": 1}, "reason": "Dit raakt ons het meest"}),
        ("f", "participant.move", {"participant": "bram", "group": None}),
        ("f", "participant.move", {"participant": "bram", "group": "g1"}),
        ("f", "round.close", {"ballot": "$b"}),
        ("f", "reason.hide", {"ballot": "$b", "text": "Dit raakt ons het meest"}),
        ("f", "projector.show", {"scene": "ballot", "ballot": "$b", "follow": False}),
        ("f", "projector.blank", {"on": True}),
        ("f", "projector.blank", {"on": False}),
        ("f", "projector.show", {"scene": "wall", "by": "theme"}),
        ("f", "projector.show", {"scene": "text", "text": "Lunch tot 13.15 uur"}),
        ("f", "agenda.set", {"step": "4", "minutes": 6}),
        ("f", "step.go", {"to": "1", "step_rev": 3}),
        ("f", "agenda.fit", {"until": "2026-11-19T09:40:00Z"}),
        ("anna", "action.report", {"action": "act1", "state": "carried_on"}),
        ("f", "action.report", {"action": "act1", "state": "done", "note": "Gebeld"}),
        ("bram", "evidence.report", {"item": "sol1", "outcome": "worked"}),
        ("f", "evidence.report", {"item": "sol1", "outcome": "failed", "note": "Te duur", "municipality": "GM0503"}),
        ("f", "step.go", {"to": "2", "step_rev": 4}),
        ("anna", "contribution.add", {"kind": "question", "text": "Wie betaalt het?"}),
        ("bram", "support.give", {"contribution": "$q"}),
        ("chris", "support.give", {"contribution": "$q"}),
        ("bram", "support.give", {"contribution": "$q", "on": False}),
        ("f", "question.answer", {"contribution": "$q", "answered": "parked"}),
        ("f", "plan.add", {"title": "Schuldhulp", "kind": "deep_dive", "when": "februari"}),
        ("anna", "plan.join", {"plan": "$p", "how": "lead"}),
        ("bram", "plan.join", {"plan": "$p", "how": "join"}),
        ("bram", "plan.join", {"plan": "$p", "how": None}),
        ("f", "plan.edit", {"plan": "$p", "place": "Delft"}),
        ("f", "plan.remove", {"plan": "$p"}),
        ("f", "plan.remove", {"plan": "$p", "on": False}),
        ("anna", "evaluation.answer", {"question": "1", "text": "Veel"}),
        ("bram", "evaluation.answer", {"question": "1", "text": "Goede gesprekken"}),
        ("chris", "evaluation.answer", {"question": "1", "text": "Een plan"}),
        ("anna", "evaluation.answer", {"question": "2", "score": 4}),
        *_METHOD_STORY,
        ("f", "participant.remove", {"participant": "chris"}),
    ]


def _fill(value: Any, made: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {_fill(k, made): _fill(v, made) for k, v in value.items()}
    if isinstance(value, list):
        return [_fill(v, made) for v in value]
    return made.get(value, value) if isinstance(value, str) else value


def play(monkeypatch: Any) -> list[dict[str, Any]]:
    """Plays the story; for every step and audience what it had, what it got, and what it should have then."""
    count = iter(range(1, 1000))
    monkeypatch.setattr("kennislab.live.room.decision.new_id", lambda: f"id{next(count):03d}")
    room, made, cases = Room().open(), {}, []
    number = 0
    for who, type_, fields in _story():
        actor = LEADER if who == "f" else participant(who)
        before = {a.id or a.kind: (a, room.snapshot(a)) for a in room.audiences()}
        seq = room.tail.seq
        extra = room.do(actor, type_, **_fill(fields, made))
        assert isinstance(extra, dict), f"{who} {type_}: {extra}"
        if "contribution" in extra:
            number += 1
            made[f"${number}"] = extra["contribution"]
        if "contribution" in extra and fields.get("kind") == "question":
            made["$q"] = extra["contribution"]
        for name, short in (("case", "$case"), ("run", "$run"), ("group", "$g"), ("contribution", "$last")):
            if name in extra:
                made[short] = extra[name]
                made.setdefault(f"$first {name}", extra[name])
        if "plan" in extra:
            made["$p"] = extra["plan"]
        if "ballot" in extra:
            made["$b"] = extra["ballot"]
        for name, (audience, snapshot) in before.items():
            after = audience_of(room.state, name) if audience.kind == "participant" else audience
            cases.append(
                {"op": type_, "audience": name, "snapshot": snapshot, "frames": [room.frame(after, seq)], "expected": room.snapshot(after)}
            )
    return cases


def test_every_op_is_in_the_story() -> None:
    names = {op.model_fields["type"].annotation.__args__[0] for op in OPS}  # type: ignore[union-attr]
    elsewhere = {"lab.open", "lab.close", "quarantine.accept", "quarantine.reject"}  # these need a lab: see test_live_ops.py
    assert names - {type_ for _, type_, _ in _story()} == elsewhere


def test_old_snapshot_and_events_make_the_new_snapshot(monkeypatch: Any) -> None:
    for case in play(monkeypatch):
        state = case["snapshot"]
        for frame in case["frames"]:
            state = reduce(state, frame)
        assert state == case["expected"], (case["op"], case["audience"])


CHAIN = 30


def _chained(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same story for each audience in chains of thirty ops: a snapshot, the frames after it, and the snapshot at the end."""
    chains = []
    for audience in dict.fromkeys(case["audience"] for case in cases):
        mine = [case for case in cases if case["audience"] == audience]
        for at in range(0, len(mine), CHAIN):
            part = mine[at : at + CHAIN]
            frames = [frame for case in part for frame in case["frames"]]
            chains.append({"audience": audience, "snapshot": part[0]["snapshot"], "frames": frames, "expected": part[-1]["expected"]})
    return chains


def test_the_browser_has_the_same_cases(monkeypatch: Any) -> None:
    """``tests/js`` replays this file. When it is stale, run the tests once with KENNISLAB_WRITE_FIXTURES=1."""
    import os

    lines = [json.dumps(case, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for case in _chained(play(monkeypatch))]
    told = "[\n" + ",\n".join(lines) + "\n]\n"
    path = FIXTURES / "room.json"
    if os.environ.get("KENNISLAB_WRITE_FIXTURES"):
        FIXTURES.mkdir(exist_ok=True)
        path.write_text(told, "utf-8")
    assert path.read_text("utf-8") == told


def test_hidden_text_does_not_leave() -> None:
    room = Room().open()
    room.do(LEADER, "step.go", to="3", step_rev=0)
    room.do(participant("anna"), "contribution.add", kind="advice", text="geheim van anna")
    for audience in room.audiences():
        seen = json.dumps(room.snapshot(audience)) + json.dumps(room.frame(audience, 0))
        assert ("geheim van anna" in seen) == (audience.id == "anna")
        assert room.snapshot(audience)["counts"]["hidden"] == 1
    room.do(LEADER, "reveal")
    assert all("geheim van anna" in json.dumps(room.snapshot(a)) for a in room.audiences())


def test_anonymous_is_anonymous_for_the_facilitator_too() -> None:
    room = Room().open()
    room.do(participant("anna"), "contribution.add", kind="bottleneck", text="zonder naam", consent="public_anonymous")
    (seen,) = room.snapshot(Audience("facilitators", "f:1"))["contributions"].values()
    assert (seen["author"], seen["municipality"]) == (None, None)
    assert "anna" not in json.dumps([room.frame(Audience("facilitators", "f:1"), 4), room.frame(Audience("projector"), 0)])


def test_group_contributions_stay_in_the_group() -> None:
    room = Room().open()
    room.do(LEADER, "participant.move", participant="anna", group="g1")
    room.do(LEADER, "participant.move", participant="bram", group="g1")
    room.do(participant("anna"), "contribution.add", kind="insight", text="onder ons", consent="group")
    who = {(a.id or a.kind): "onder ons" in json.dumps(room.snapshot(a)) + json.dumps(room.frame(a, 5)) for a in room.audiences()}
    assert who == {"f:1": True, "projector": False, "anna": True, "bram": True, "chris": False}


def test_two_facilitators_and_one_step() -> None:
    room = Room().open()
    assert room.do(LEADER, "step.go", to="2", step_rev=0) == {"step_rev": 1}
    refused = room.do(LEADER, "step.go", to="3", step_rev=0)
    assert isinstance(refused, DomainError) and (refused.type, refused.status) == ("step-moved", 409)
    assert room.state.step.id == "2"


def test_a_sentence_begun_in_time_comes_in_late() -> None:
    room = Room().open()
    room.do(LEADER, "step.go", to="2", step_rev=0)
    room.now += timedelta(minutes=16)
    room.do(participant("anna"), "contribution.add", kind="bottleneck", text="net te laat")
    room.do(LEADER, "step.go", to="1", step_rev=1)
    refused = room.do(participant("anna"), "contribution.add", kind="bottleneck", text="hier niet")
    assert isinstance(refused, DomainError) and refused.type == "not-now"
    room.do(participant("anna"), "contribution.add", kind="bottleneck", text="uit de vorige stap", step="2")
    late = {c.text: (c.late, c.step) for c in room.state.contributions.values()}
    assert late == {"net te laat": (True, "2"), "uit de vorige stap": (True, "2")}


def test_a_name_that_looks_like_another_is_marked() -> None:
    room = Room().open()  # Anna, Bram and Chris of Tilburg; Fatima leads
    for id_, name, municipality in (
        ("d", "F\u0430tima", "GM0855"),
        ("e", "Anna", "GM0503"),
        ("f", "\u0410nna", "GM0503"),
        ("g", "ANNA", "GM0855"),
        ("h", None, None),
    ):
        room.record("participant.joined", {"participant": id_, "name": name, "municipality": municipality, "group": None}, id_)
    people = room.snapshot(Audience("facilitators", "f:1"))["people"]
    assert {id_: people[id_]["looks_like"] for id_ in "defgh"} == {"d": "Fatima", "e": None, "f": "Anna", "g": "Anna", "h": None}
    assert people["anna"]["looks_like"] is None


def test_answers_about_the_day_have_no_author() -> None:
    room = Room().open()
    seen = Audience("facilitators", "f:1")
    for number, who in enumerate(PEOPLE, 1):
        room.do(participant(who), "evaluation.answer", question="1", text=f"Van {who}")
        (text, _score) = room.snapshot(seen)["evaluation"]["results"]
        assert (text["answers"], len(text["texts"])) == (number, 3 if number == 3 else 0)
    assert {row.actor for row in room.rows if row.type == "evaluation.answered"} == {None}
    refused = room.do(participant("anna"), "evaluation.answer", question="1", text="Nog een")
    assert isinstance(refused, DomainError) and refused.type == "enough"
    assert "Van anna" not in json.dumps([room.frame(audience_of(room.state, "bram"), 0), room.frame(Audience("projector"), 0)])


texts = st.text(min_size=1, max_size=40).filter(lambda t: t.strip())


class AnyRoom(RuleBasedStateMachine):
    """Whatever people do in whatever order: every follower that hears it, at its own pace, ends with what a newcomer sees."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room().open()
        self.followers = {a.id or a.kind: self.room.snapshot(a) for a in self.room.audiences()}

    def _some(self, data: st.DataObject, things: Any) -> str:
        every = list(things)  # by their place: ids are made anew in every run
        return every[data.draw(st.integers(0, len(every) - 1))] if every else "none"

    @rule(
        who=st.sampled_from(PEOPLE),
        text=texts,
        kind=st.sampled_from(["bottleneck", "insight", "advice"]),
        consent=st.sampled_from(["group", "programme", "public_anonymous"]),
    )
    def add(self, who: str, text: str, kind: str, consent: str) -> None:
        self.room.do(participant(who), "contribution.add", text=text, kind=kind, consent=consent)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), text=texts)
    def edit(self, data: st.DataObject, who: str, text: str) -> None:
        self.room.do(
            participant(who), "contribution.edit", contribution=self._some(data, self.room.state.contributions), base_rev=1, text=text
        )

    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def retract(self, data: st.DataObject, who: str) -> None:
        self.room.do(participant(who), "contribution.retract", contribution=self._some(data, self.room.state.contributions))

    @rule(data=st.data(), type_=st.sampled_from(["contribution.hide", "contribution.show"]))
    def hide_or_show(self, data: st.DataObject, type_: str) -> None:
        self.room.do(LEADER, type_, contribution=self._some(data, self.room.state.contributions))

    @rule(data=st.data(), group=st.sampled_from([None, "g1", "g2"]), kind=st.sampled_from(["bottleneck", "solution"]))
    def place(self, data: st.DataObject, group: str | None, kind: str) -> None:
        self.room.do(LEADER, "contribution.move", contribution=self._some(data, self.room.state.contributions), group=group, kind=kind)

    @rule(data=st.data(), texts=st.lists(texts, min_size=2, max_size=3))
    def split(self, data: st.DataObject, texts: list[str]) -> None:
        self.room.do(LEADER, "contribution.split", contribution=self._some(data, self.room.state.contributions), texts=texts)

    @rule(data=st.data(), text=st.none() | texts)
    def merge(self, data: st.DataObject, text: str | None) -> None:
        into, other = (self._some(data, self.room.state.contributions) for _ in range(2))
        self.room.do(LEADER, "contribution.merge", into=into, **{"from": [other]}, text=text)

    @rule(data=st.data(), type_=st.sampled_from(["contribution.unsplit", "contribution.unmerge"]))
    def undo(self, data: st.DataObject, type_: str) -> None:
        self.room.do(LEADER, type_, contribution=self._some(data, self.room.state.contributions))

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        one, other = (self._some(data, self.room.state.contributions) for _ in range(2))
        self.room.do(LEADER, "contribution.move", contribution=one, answers=other)

    @rule(who=st.sampled_from(PEOPLE), group=st.sampled_from([None, "g1", "g2"]))
    def regroup(self, who: str, group: str | None) -> None:
        self.room.do(LEADER, "participant.move", participant=who, group=group)

    @rule(to=st.sampled_from(["1", "2", "3", "4"]), behind=st.sampled_from([0, 0, 1]))
    def go(self, to: str, behind: int) -> None:
        self.room.do(LEADER, "step.go", to=to, step_rev=max(0, self.room.state.step.rev - behind))

    @rule(type_=st.sampled_from(["reveal", "timer.pause", "timer.resume", "round.open", "round.close", "projector.blank"]))
    def lead(self, type_: str) -> None:
        self.room.do(LEADER, type_)

    @rule(mode=st.sampled_from(["pre", "post"]), who=st.sampled_from(PEOPLE), held=st.booleans())
    def moderate(self, mode: str, who: str, held: bool) -> None:
        self.room.do(LEADER, "moderation.set", mode=mode)
        self.room.do(LEADER, "moderation.set", participant=who, held=held)

    @rule()
    def ballot(self) -> None:
        self.room.do(LEADER, "round.open", ballot={"title": "Wat eerst?"})

    @rule(group=st.sampled_from(["g1", "g2"]), secret=st.booleans())
    def ballot_of_a_group(self, group: str, secret: bool) -> None:
        self.room.do(LEADER, "round.open", ballot={"title": "Wat eerst?", "group": group, "secret": secret})

    @rule(data=st.data(), hands=st.integers(0, 4))
    def count(self, data: st.DataObject, hands: int) -> None:
        if self.room.state.ballots:
            ballot = self.room.state.ballots[self._some(data, self.room.state.ballots)]
            self.room.do(LEADER, "ballot.count", ballot=ballot.id, hands=hands, choices={ballot.choices[0]["id"]: hands})
            self.room.do(LEADER, "round.open", ballot={"title": "Nog eens", "again": ballot.id})

    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def vote(self, data: st.DataObject, who: str) -> None:
        if self.room.state.ballots:
            ballot = self.room.state.ballots[self._some(data, self.room.state.ballots)]
            self.room.do(
                participant(who),
                "vote.cast",
                ballot=ballot.id,
                choices={data.draw(st.sampled_from(ballot.choices))["id"]: data.draw(st.integers(0, 4))},
            )

    @rule(data=st.data())
    def close_ballot(self, data: st.DataObject) -> None:
        self.room.do(LEADER, "round.close", ballot=self._some(data, self.room.state.ballots))

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), on=st.booleans(), answered=st.sampled_from([None, "parked"]))
    def question(self, data: st.DataObject, who: str, on: bool, answered: str | None) -> None:
        self.room.do(participant(who), "contribution.add", kind="question", text="Wie betaalt?")
        id_ = self._some(data, self.room.state.contributions)
        self.room.do(participant(who), "support.give", contribution=id_, on=on)
        self.room.do(LEADER, "question.answer", contribution=id_, answered=answered)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), how=st.sampled_from(["join", "lead", None]), gone=st.booleans())
    def plan(self, data: st.DataObject, who: str, how: str | None, gone: bool) -> None:
        self.room.do(LEADER, "plan.add", title="Verder")
        id_ = self._some(data, self.room.state.plans)
        self.room.do(participant(who), "plan.join", plan=id_, how=how)
        self.room.do(LEADER, "plan.remove", plan=id_, on=gone)

    @rule(who=st.sampled_from(PEOPLE), state=st.sampled_from(["done", "dropped"]), outcome=st.sampled_from(["worked", "not_yet"]))
    def look_back(self, who: str, state: str, outcome: str) -> None:
        self.room.do(participant(who), "action.report", action="act1", state=state)
        self.room.do(participant(who), "evidence.report", item="sol1", outcome=outcome)
        self.room.do(participant(who), "evaluation.answer", question="2", score=3)

    @rule(minutes=st.integers(1, 200), step=st.sampled_from(["1", "2", "3", "4"]), scene=st.sampled_from(["previous", "questions", "wall"]))
    def time(self, minutes: int, step: str, scene: str) -> None:
        self.room.do(LEADER, "agenda.set", step=step, minutes=minutes)
        self.room.do(LEADER, "agenda.fit", until=iso(self.room.now + timedelta(minutes=minutes)))
        self.room.do(LEADER, "projector.show", scene=scene, by="group")

    @rule(who=st.sampled_from(PEOPLE), up=st.booleans())
    def hand(self, who: str, up: bool) -> None:
        self.room.do(participant(who), "hand.raise", up=up)

    @rule(who=st.sampled_from(PEOPLE))
    def remove(self, who: str) -> None:
        if sum(not p.gone for p in self.room.state.people.values()) > 1:
            self.room.do(LEADER, "participant.remove", participant=who)

    @rule(
        group=st.sampled_from([None, "g1", "g2"]),
        method=st.sampled_from(["1_2_4_all", "tienstappenmethode", "vragencarrousel", "25_10_crowdsourcing", "incidentmethode"]),
    )
    def play(self, group: str | None, method: str) -> None:
        self.room.do(LEADER, "run.start", group=group, method=method)

    @rule(
        data=st.data(),
        to=st.sampled_from(["next", "next", "next", "previous", {"step": 1}, {"step": 3}]),
        behind=st.sampled_from([0, 0, 0, 1]),
    )
    def go_on(self, data: st.DataObject, to: Any, behind: int) -> None:
        if self.room.state.runs:
            run = self.room.state.runs[self._some(data, self.room.state.runs)]
            self.room.do(LEADER, "run.go", run=run.id, rev=max(0, run.rev - behind), to=to)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), change=st.sampled_from(["reveal", "end", "pause", "resume", "case_owner", None]))
    def lead_run(self, data: st.DataObject, who: str, change: str | None) -> None:
        run = self._some(data, self.room.state.runs)
        if change in ("reveal", "end"):
            self.room.do(LEADER, f"run.{change}", run=run)
        elif change in ("pause", "resume"):
            self.room.do(participant(who), "run.timer", run=run, change=change)
        else:
            self.room.do(LEADER, "run.role", run=run, participant=who, role=change)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), position=st.sampled_from(["0/0/0", "1/0/0", "1/1/0"]), text=texts)
    def add_late(self, data: st.DataObject, who: str, position: str, text: str) -> None:
        kind = data.draw(st.sampled_from(["question", "solution", "bottleneck"]))
        run = self._some(data, self.room.state.runs)
        self.room.do(participant(who), "contribution.add", kind=kind, text=text, run=run, position=position)

    @rule(who=st.sampled_from(PEOPLE), secret=st.booleans())
    def pitch(self, who: str, secret: bool) -> None:
        self.room.do(participant(who), "case.pitch", text="Mijn casus", confidential=secret)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), what=st.sampled_from(["choose", "edit", "withdraw", "harvest"]))
    def handle_case(self, data: st.DataObject, who: str, what: str) -> None:
        more = {"edit": {"text": "Anders"}, "harvest": {"yes": True}}.get(what, {})
        actor = LEADER if what == "choose" else participant(who)
        self.room.do(actor, f"case.{what}", case=self._some(data, self.room.state.cases), **more)

    @rule(what=st.sampled_from(["make", "say", "gather", "back", "remove"]))
    def group_all(self, what: str) -> None:
        if what == "make":
            self.room.do(LEADER, "group.make", how="count_off", number=2)
        elif what == "say":
            self.room.do(LEADER, "group.say", text="Koffie")
        elif what == "remove":
            self.room.do(LEADER, "group.remove", group="g2")
        else:
            self.room.do(LEADER, "group.gather", on=what == "gather")

    @rule(who=st.sampled_from(PEOPLE), name=st.sampled_from(["Anna", "Bram", None]))
    def come_back(self, who: str, name: str | None) -> None:
        person = self.room.state.people[who]
        joined = {"participant": who, "name": name, "municipality": "GM0855", "group": person.group}
        self.room.record("participant.joined", joined, who)
        for entry in arrivals(self.room.state, who):
            self.room.record(entry.type, entry.data, entry.actor)

    @rule(who=st.sampled_from(sorted(["f:1", "projector", *PEOPLE])), twice=st.booleans())
    def hears(self, who: str, twice: bool) -> None:
        """One follower gets what it missed; perhaps twice, perhaps from an older number on. Who was taken out hears nothing more."""
        if who in self.room.state.people and self.room.state.people[who].gone:
            return
        state = self.followers[who]
        since = state["seq"] - 1 if twice and state["seq"] > 4 else state["seq"]
        frame = self.room.frame(self._audience(who), since)
        state = reduce(state, frame)
        self.followers[who] = reduce(state, frame) if twice else state
        assert self.followers[who] == self.room.snapshot(self._audience(who))

    @rule()
    def restart(self) -> None:
        """A process that starts again reads the same room from the journal."""
        assert fold(self.room.rows) == self.room.state

    @invariant()
    def nobody_sees_what_is_not_for_them(self) -> None:
        for who in PEOPLE:
            seen = self.room.snapshot(self._audience(who))["contributions"]
            for id_ in seen:
                one = self.room.state.contributions[id_]
                assert not one.retracted
                assert one.author == who or not (one.unrevealed or one.hidden or one.pending or one.merged)
        for id_ in self.room.snapshot(Audience("projector"))["contributions"]:
            one = self.room.state.contributions[id_]
            assert not (one.unrevealed or one.hidden or one.pending or one.retracted or (one.consent == "group" and one.group))
            assert not one.confidential and not (one.run and self.room.state.runs[one.run].on and self.room.state.runs[one.run].group)

    @invariant()
    def what_is_confidential_stays_in_its_group(self) -> None:
        state = self.room.state
        closed = [one for one in state.contributions.values() if one.confidential]
        for one in closed:
            group = state.cases[one.case or ""].group
            for audience in (Audience("facilitators"), Audience("projector"), *(audience_of(state, who) for who in PEOPLE)):
                seen = entity(state, audience, ("contributions", one.id))
                inside = audience.group == group and audience.kind == "participant"
                assert seen is None or inside or audience.id == one.author or (group is None and audience.kind != "projector")

    def _audience(self, who: str) -> Audience:
        if who == "projector":
            return Audience("projector")
        return Audience("facilitators", who) if who.startswith("f:") else audience_of(self.room.state, who)


# The suite plays the same rooms every time; who looks for new ones sets KENNISLAB_ANY_ROOMS to how many.
ROOMS = int(os.environ.get("KENNISLAB_ANY_ROOMS", 0))
AnyRoom.TestCase.settings = settings(max_examples=ROOMS or 60, stateful_step_count=40, deadline=None, derandomize=not ROOMS)
TestAnyRoom = AnyRoom.TestCase
