"""Arbitrary rooms: whatever people do in whatever order, every follower ends with what a newcomer sees, and nobody sees too much.

The suite plays the same sixty rooms every time. Who looks for new ones says how many:

    KENNISLAB_ANY_ROOMS=3000 python -m pytest tests/live/test_room_fold.py
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kennislab.core.clock import iso
from kennislab.live.room.audience import Audience, audience_of
from kennislab.live.room.fold import fold
from kennislab.live.room.topics.people import arrivals
from kennislab.live.room.views import entity
from tests.live.reducer import reduce
from tests.live.rooms import LEADER, PEOPLE, Room, participant

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


ROOMS = int(os.environ.get("KENNISLAB_ANY_ROOMS", 0))
AnyRoom.TestCase.settings = settings(max_examples=ROOMS or 60, stateful_step_count=40, deadline=None, derandomize=not ROOMS)
TestAnyRoom = AnyRoom.TestCase
