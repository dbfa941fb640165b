"""Cases, rounds and groups side by side; and what goes wrong in a real room."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kennislab.core.errors import DomainError
from kennislab.live.room.audience import Audience, audience_of
from tests.live.methods_in_room.player import GROUP, Player, phone
from tests.live.rooms import GROUPS, LEADER


def _told(room: Any, *whos: str) -> list[str]:
    """All that these got and have: snapshot and every frame since the beginning."""
    kinds = {"projector": Audience("projector"), "f:1": Audience("facilitators", "f:1")}
    audiences = [kinds.get(who) or audience_of(room.state, who) for who in whos]
    return [json.dumps([room.snapshot(one), room.frame(one, 0)], ensure_ascii=False) for one in audiences]


def test_pitch_vote_round_and_the_next_case() -> None:
    player = Player("incidentmethode", 6)
    player.start()
    player.go()
    assert player.room.snapshot(player.audiences()[0])["runs"][player.run_id]["slot"]["cases"] is True
    first = player.ok(phone("p0"), "case.pitch", text="De eigenaar wil niet")["case"]
    player.go()
    (ballot,) = player.run.ballots.values()
    second = player.ok(phone("p1"), "case.pitch", text="Te late aanvraag")["case"]  # still during the vote
    assert [choice["id"] for choice in player.room.state.ballots[ballot].choices] == [first, second]
    player.ok(phone("p2"), "vote.cast", ballot=ballot, choices={second: 1})
    player.catch_up()
    player.go()
    assert (player.run.case, player.turn("p1")["role"]) == (second, "case_owner")
    assert player.room.state.cases[second].state == "chosen"
    leader = next(one for one in player.names if player.turn(one)["leads"])
    told = player.no(phone(leader), "case.edit", case=second, text="x")
    assert told.type == "no-such-thing", "only its owner edits a case"
    assert player.no(phone("p1"), "case.withdraw", case=second).type == "case-taken-up"
    player.ok(phone(leader), "run.end", run=player.run_id)
    assert player.room.state.cases[second].state == "done"
    player.run_id = player.ok(phone(leader), "run.start", group=GROUP, method="incidentmethode", case=first)["run"]
    assert player.run.skip == ["inbreng", "keuze"] and player.turn("p0")["role"] == "case_owner"
    player.go()
    assert player.run.method.steps[player.run.step].id == "vragenronde", "collecting and choosing is passed over"


def test_a_question_on_the_wall_can_be_the_case() -> None:
    player = Player("balintmethode", 5)
    player.start()
    made = player.ok(phone("p3"), "contribution.add", kind="question", text="Hoe zeg ik nee?")["contribution"]
    player.go()
    player.go()
    (case,) = player.room.state.cases.values()
    assert (case.owner, case.contribution, player.run.case, player.turn("p3")["role"]) == ("p3", made, case.id, "case_owner")


@pytest.mark.parametrize("group", [GROUP, None])
def test_a_method_about_a_case_that_nobody_brings_says_so_until_somebody_does(group: str | None) -> None:
    player = Player("roddelmethode", 6, group)

    def lacks() -> set[bool]:
        return {player.room.snapshot(one)["runs"][player.run_id]["lacks_case"] for one in player.audiences() if one.kind != "everyone"}

    player.start()
    assert lacks() == {True}
    if group is None:  # people may be in groups all the same
        player.ok(LEADER, "participant.move", participant="p2", group=GROUP)
    case = player.ok(phone("p2"), "case.pitch", text="Mijn wethouder wil te snel")["case"]
    assert player.room.state.cases[case].group == group and lacks() == {True}, "bringing in is not choosing"
    leader = next((phone(one) for one in player.names if player.turn(one)["leads"]), LEADER)
    player.ok(leader, "case.choose", case=case)
    player.catch_up()
    assert (player.run.case, player.turn("p2")["role"], lacks()) == (case, "case_owner", {False})
    player.leave("p2")
    assert lacks() == {True}
    player.ok(LEADER, "run.role", run=player.run_id, participant="p3", role="case_owner")
    player.catch_up()
    assert lacks() == {False}
    player.ok(LEADER, "run.role", run=player.run_id, participant="p3", role=None)
    player.ok(LEADER, "run.end", run=player.run_id)
    assert lacks() == {False}


def test_only_after_the_choosing_step_a_case_is_missed() -> None:
    player, lacking = Player("incidentmethode", 6), []
    player.start()
    while player.run.on:
        told = player.room.snapshot(player.audiences()[0])["runs"][player.run_id]
        lacking.append((player.run.method.steps[player.run.step].id, told["lacks_case"]))
        player.go()
    choosing = [name for name, _ in lacking].index("keuze")
    assert [lacks for _, lacks in lacking] == [False] * (choosing + 1) + [True] * (len(lacking) - choosing - 1)
    other = Player("1_2_4_all", 6)
    other.start()
    assert other.room.snapshot(other.audiences()[0])["runs"][other.run_id]["lacks_case"] is False


def test_own_knowledge_questions_only() -> None:
    player = Player("roddelmethode", 4)
    player.room.state.people["p0"].questions = [{"id": "q1", "text": "Hoe dan?"}]
    player.ok(phone("p0"), "case.pitch", text="Hoe dan?", question="q1")
    assert player.no(phone("p1"), "case.pitch", text="Hoe dan?", question="q1").type == "not-your-question"
    assert player.no(LEADER, "case.pitch", text="x").type == "participants-only"


def test_a_confidential_case_stays_in_its_group() -> None:
    player = Player("incidentmethode", 5)
    player.group = "g2"
    player.join("p9")
    player.group = GROUP
    secret = "Wethouder heeft iets gezegd"
    case = player.ok(phone("p0"), "case.pitch", text=secret, confidential=True)["case"]
    player.start(case=case)
    while player.run.on:
        for one in player.names[:5]:
            for kind in player.turn(one)["write"]:
                player.ok(phone(one), "contribution.add", kind=kind, text=f"{secret} {kind} {player.run.step}")
        player.ok(LEADER, "run.go", run=player.run_id, rev=player.run.rev)
    made = [one for one in player.room.state.contributions.values() if one.run == player.run_id]
    assert made and all(one.confidential for one in made)
    for seen in _told(player.room, "f:1", "projector", "p9"):
        assert secret not in seen and not any(one.id in seen for one in made)
    inside, run = _told(player.room, "p1")[0], player.room.snapshot(Audience("facilitators", "f:1"))["runs"][player.run_id]
    assert inside.count(secret) >= len(made) and run["case"] == {"id": case, "confidential": True}
    player.ok(LEADER, "participant.move", participant="p1", group="g2")
    assert not any(one.id in player.sees("p1") for one in made if one.author != "p1")
    assert player.no(phone("p1"), "case.harvest", case=case, yes=True).type == "no-such-thing"
    player.ok(phone("p0"), "case.harvest", case=case, yes=True)
    assert player.room.state.cases[case].closed_off is False


def test_what_may_not_be_touched_cannot_be_touched_by_its_id_either() -> None:
    player = Player("roddelmethode", 4)
    case = player.ok(phone("p0"), "case.pitch", text="geheim", confidential=True)["case"]
    player.start(case=case)
    made = player.ok(phone("p0"), "contribution.add", kind="question", text="geheim?")["contribution"]
    for type_, more in (
        ("contribution.edit", {"base_rev": 1, "text": "x"}),
        ("contribution.hide", {}),
        ("contribution.move", {"group": None}),
        ("question.mark", {"warmth": "warm"}),
        ("contribution.retract", {}),
    ):
        assert player.no(LEADER, type_, contribution=made, **more).status == 404
    told = player.room.do(LEADER, "round.open", ballot={"title": "x", "choices": [made]})
    assert isinstance(told, DomainError)


def test_each_group_at_its_own_pace() -> None:
    player = Player("roddelmethode", 4)
    player.group = "g2"
    for number in range(4, 9):
        player.join(f"p{number}")
    player.group = GROUP
    player.start()
    other = player.ok(LEADER, "run.start", group="g2", method="1_2_4_all")["run"]
    assert player.no(LEADER, "run.start", method="triz").type == "groups-busy"
    assert player.no(LEADER, "run.start", group=GROUP, method="triz").type == "groups-busy"
    leader = next(one for one in player.names[4:] if player.turn(one)["leads"])
    player.ok(phone(leader), "run.go", run=other, rev=0)
    assert player.no(phone(leader), "run.go", run=player.run_id, rev=0).type == "leader-only"
    assert (player.run.rev, player.room.state.runs[other].rev) == (0, 1)
    player.ok(phone(leader), "run.timer", run=other, change="extend", seconds=60)
    player.ok(LEADER, "group.say", group="g2", text="Nog vijf minuten")
    desk = player.room.snapshot(Audience("facilitators", "f:1"))["groups"]
    assert (desk["g1"]["people"], desk["g2"]["people"], desk["g2"]["leader"], desk["g2"]["run"]) == (4, 5, leader, other)
    phones = [player.room.snapshot(audience_of(player.room.state, one))["groups"]["g2"]["message"] for one in ("p0", "p5")]
    assert (phones[0], phones[1]["text"]) == (None, "Nog vijf minuten")
    first = next(one for one in player.names[:4] if player.turn(one)["leads"])
    player.ok(LEADER, "group.gather", on=True)
    assert player.me("p0")["turn"] is None and player.run.clock.paused_at is not None
    player.ok(phone(first), "contribution.add", kind="question", text="net niet af", run=player.run_id, position="0/0/0")
    player.no(phone("p0"), "contribution.add", kind="fact", text="x", run=player.run_id, position="0/0/0")
    player.ok(LEADER, "group.gather", on=False)
    assert player.me("p0")["turn"] is not None and player.run.clock.paused_at is None


@pytest.mark.parametrize("how", ["count_off", "by_municipality", "by_hand"])
def test_groups_made_on_the_spot(how: str) -> None:
    player = Player("roddelmethode", 12, group=None)
    groups = player.ok(LEADER, "group.make", how=how, number=3)["groups"]
    sizes = [player.room.snapshot(Audience("facilitators", "f:1"))["groups"][id_]["people"] for id_ in groups]
    assert sizes == ([0, 0, 0] if how == "by_hand" else [4, 4, 4])
    assert set(player.room.snapshot(Audience("projector"))["groups"]) == set(groups), "the old ones are gone"
    if how == "count_off":
        assert [player.room.state.people[f"p{number}"].group for number in range(3)] == groups
    assert player.no(LEADER, "participant.move", participant="p0", group=GROUPS[0]["id"]).type == "no-such-thing"
    player.ok(LEADER, "group.remove", group=groups[0])
    assert player.room.snapshot(Audience("facilitators", "f:1"))["people"]["p0"]["group"] in (None, *groups[1:])


def test_who_comes_late_is_placed_and_who_moves_leaves_words_behind() -> None:
    player = Player("troika_consulting", 6)
    player.start()
    player.go()
    before = [list(table) for table in player.run.tables]
    player.join("p6")
    assert sum("p6" in table for table in player.run.tables) == 1
    assert [[one for one in table if one != "p6"] for table in player.run.tables] == before, "nobody else moves"
    player.catch_up()
    client = next(one for one in player.names if player.turn(one)["write"])
    player.ok(phone(client), "contribution.add", kind="question", text="Waar blijft mijn tekst?")
    player.ok(LEADER, "participant.move", participant=client, group="g2")
    assert all(client not in table for table in player.run.tables) and player.me(client)["turn"] is None
    (one,) = [one for one in player.room.state.contributions.values() if one.author == client]
    assert one.group == GROUP
    player.leave(next(name for name in player.names if name != client))
    player.catch_up()
    player.ok(LEADER, "participant.move", participant=client, group=GROUP)
    assert sum(client in table for table in player.run.tables) == 1
    player.catch_up()


def test_a_late_comer_gets_a_card_too() -> None:
    player = Player("25_10_crowdsourcing", 12)
    player.start()
    player.go({"step": 1})
    for one in player.names:
        player.ok(phone(one), "contribution.add", kind="solution", text=f"idee {one}")
    player.go()
    held = {one: player.turn(one)["card"] for one in player.names}
    player.join("p12")
    player.leave("p3")
    assert all(player.turn(one)["card"] == card for one, card in held.items() if one != "p3"), "what is in hand stays in hand"
    for _ in range(4):
        player.go()
        cards = [player.turn(one)["card"] for one in player.names]
        given = [card for card in cards if card]
        assert len(given) == len(set(given)) >= 11
        assert all(player.room.state.contributions[card].author != one for one, card in zip(player.names, cards, strict=True) if card)
    assert player.turn("p12")["card"]


def test_the_discussion_leader_goes_home() -> None:
    player = Player("roddelmethode", 6)
    player.start()
    leader = next(one for one in player.names if player.turn(one)["leads"])
    player.leave(leader)
    following = [one for one in player.names if player.turn(one)["leads"]]
    assert len(following) == 1
    player.ok(phone(following[0]), "run.go", run=player.run_id, rev=0)
    other = next(one for one in player.names if one not in following)
    player.ok(phone(following[0]), "run.role", run=player.run_id, participant=other, role="discussion_leader")
    assert [one for one in player.names if player.turn(one)["leads"]] == [other]
    assert player.no(phone(following[0]), "run.go", run=player.run_id, rev=1).type == "leader-only"
    player.catch_up()


def test_two_leaders_race() -> None:
    player = Player("roddelmethode", 4)
    player.start()
    leader = next(one for one in player.names if player.turn(one)["leads"])
    player.ok(phone(leader), "run.go", run=player.run_id, rev=0)
    lost = player.room.do(LEADER, "run.go", run=player.run_id, rev=0)
    assert isinstance(lost, DomainError) and (lost.type, lost.status) == ("run-moved", 409)
    assert getattr(lost, "state")["rev"] == 1 == player.run.rev  # noqa: B009
    assert player.run.step == 1


def test_back_and_forth_and_the_clock() -> None:
    player = Player("roddelmethode", 4)
    player.start()
    assert player.no(LEADER, "run.go", run=player.run_id, rev=0, to="previous").type == "no-such-position"
    assert player.no(LEADER, "run.go", run=player.run_id, rev=0, to={"step": 9}).type == "no-such-position"
    player.go({"step": 3})
    player.go("previous")
    assert player.run.step == 2
    began = player.run.clock.ends_at
    player.ok(LEADER, "run.timer", run=player.run_id, change="pause")
    player.ok(LEADER, "run.timer", run=player.run_id, change="extend", seconds=30)
    player.ok(LEADER, "run.timer", run=player.run_id, change="resume")
    assert began is not None and player.run.clock.ends_at is not None and player.run.clock.ends_at > began
    player.catch_up()


def test_the_agenda_starts_the_method_in_every_group_and_ends_it() -> None:
    player = Player("roddelmethode", 4)
    player.room.state.agenda["2"]["method"] = "roddelmethode"
    player.room.tail.state.agenda["2"]["method"] = "roddelmethode"
    player.ok(LEADER, "step.go", to="2", step_rev=0)
    state = player.room.state
    assert set(state.active) == {"g1", "g2"} and {run.method.id for run in state.runs.values()} == {"roddelmethode"}
    player.run_id = state.active["g1"]
    player.go({"step": 2})
    player.ok(LEADER, "step.go", to="3", step_rev=1)
    assert not state.active and all(run.state == "ended" for run in state.runs.values())
    player.catch_up()


def test_with_everybody_there_is_no_leader_among_them() -> None:
    player = Player("25_10_crowdsourcing", 12, group=None)
    player.run_id = player.ok(LEADER, "run.start", method="25_10_crowdsourcing")["run"]
    assert not any(player.turn(one)["leads"] for one in player.names)
    wall = player.room.snapshot(audience_of(player.room.state, "p0"))["runs"][player.run_id]
    assert (wall["tables"], wall["roles"]) == ([], {}), "nobody gets a list of people on a phone"
