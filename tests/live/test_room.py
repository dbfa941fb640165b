"""A room without database, a few ops, and exactly what each audience has then: what one may not see never leaves."""

from __future__ import annotations

import json
from datetime import timedelta

from kennislab.core.errors import DomainError
from kennislab.live.room.audience import Audience, audience_of
from tests.live.rooms import LEADER, PEOPLE, Room, participant


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
