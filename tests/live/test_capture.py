"""Cards that are split, merged and linked, and votes in all their forms: in the fold, and over HTTP up to the harvest and the report."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts.models import Role
from kennislab.archive.models import ArchiveItem, ItemLink, LinkKind, Status
from kennislab.core.db import db
from kennislab.core.errors import DomainError
from kennislab.core.transaction import transaction
from kennislab.grouping.models import Theme
from kennislab.live.policies import LiveActor
from kennislab.live.queries import ChoiceRow, ballots_of, themes_for
from kennislab.live.room.audience import Audience
from kennislab.programme.models import Lab
from tests.factories.world import World, make_world
from tests.live.phones import Phone
from tests.live.rooms import LEADER, Room, participant

DESK = Audience("facilitators", "f:1")


def done(answer: dict[str, Any] | DomainError) -> dict[str, Any]:
    assert isinstance(answer, dict), answer
    return answer


def refused(answer: dict[str, Any] | DomainError) -> str:
    assert isinstance(answer, DomainError), answer
    return answer.type


@pytest.fixture
def room() -> Room:
    room = Room().open()
    room.do(LEADER, "step.go", to="2", step_rev=0)
    return room


def say(room: Room, who: str | LiveActor, text: str, **more: Any) -> str:
    actor = participant(who) if isinstance(who, str) else who
    return str(done(room.do(actor, "contribution.add", **{"kind": "bottleneck", "text": text, **more}))["contribution"])


def wall(room: Room, audience: Audience = DESK) -> dict[str, dict[str, Any]]:
    return {one["text"]: one for one in room.snapshot(audience)["contributions"].values()}


# -- cards


def test_splitting_keeps_whose_it_was_and_can_be_undone(room: Room) -> None:
    whole = say(room, "anna", "Drie loketten en geen tijd", themes=["samenwerking"])
    solution = say(room, "bram", "Meer tijd", kind="solution", answers=whole)
    done(room.do(LEADER, "contribution.split", contribution=whole, texts=["Drie loketten", "Geen tijd"]))
    now = wall(room)
    part = now["Geen tijd"]
    assert now["Drie loketten"]["id"] == whole and part["origin"] == whole and part["themes"] == ["samenwerking"]
    assert part["author"] == {"id": "anna", "name": "Anna"} and part["municipality"] == "GM0855"
    assert room.snapshot(Audience("participant", "anna"))["me"]["contributions"] == sorted([whole, part["id"]])
    done(room.do(LEADER, "contribution.move", contribution=solution, answers=part["id"]))
    done(room.do(LEADER, "contribution.unsplit", contribution=whole))
    now = wall(room)
    assert set(now) == {"Drie loketten en geen tijd", "Meer tijd"} and now["Meer tijd"]["answers"] == whole
    assert refused(room.do(LEADER, "contribution.unsplit", contribution=whole)) == "no-such-thing"


def test_splitting_keeps_a_text_that_was_edited_since(room: Room) -> None:
    whole = say(room, "anna", "Eén en twee")
    room.do(LEADER, "contribution.split", contribution=whole, texts=["Eén", "Twee"])
    room.do(participant("anna"), "contribution.edit", contribution=whole, base_rev=2, text="Eén, maar dan beter")
    room.do(LEADER, "contribution.unsplit", contribution=whole)
    assert set(wall(room)) == {"Eén, maar dan beter"}


def test_merging_takes_the_others_under_it(room: Room) -> None:
    first, second, third = say(room, "anna", "Te weinig tijd", themes=["tijd"]), say(room, "bram", "Geen tijd"), say(room, "chris", "Druk")
    solution = say(room, "chris", "Iemand erbij", kind="solution", answers=second)
    done(room.do(LEADER, "contribution.merge", into=first, **{"from": [second]}))
    done(room.do(LEADER, "contribution.merge", into=third, **{"from": [first]}, text="Altijd te druk"))
    now = wall(room)
    assert set(now) == {"Altijd te druk", "Iemand erbij"}
    card = now["Altijd te druk"]
    assert (card["times"], card["also"], card["themes"]) == (3, ["Te weinig tijd", "Geen tijd"], ["tijd"])
    assert now["Iemand erbij"]["answers"] == third
    hers = wall(room, Audience("participant", "anna"))
    assert hers["Te weinig tijd"]["status"] == "merged" and hers["Altijd te druk"]["also"] is None
    assert set(wall(room, Audience("projector"))) == {"Altijd te druk", "Iemand erbij"}
    assert refused(room.do(LEADER, "contribution.merge", into=second, **{"from": [third]})) == "no-such-thing"
    done(room.do(LEADER, "contribution.unmerge", contribution=third))
    done(room.do(LEADER, "contribution.unmerge", contribution=first))
    now = wall(room)
    assert set(now) == {"Te weinig tijd", "Geen tijd", "Druk", "Iemand erbij"}
    assert now["Iemand erbij"]["answers"] == second and now["Te weinig tijd"]["times"] == 1
    assert room.state.contributions[solution].answers == second


def test_taking_back_a_merged_card_gives_the_others_back(room: Room) -> None:
    first, second = say(room, "anna", "Van Anna"), say(room, "bram", "Van Bram")
    room.do(LEADER, "contribution.merge", into=first, **{"from": [second]})
    done(room.do(participant("anna"), "contribution.retract", contribution=first))
    assert set(wall(room)) == {"Van Bram"}


@pytest.mark.parametrize(
    ("consents", "text", "expected"),
    [
        (("programme", "public_city"), None, "programme"),
        (("public_city", "programme"), None, "public_city"),
        (("public_city", "programme"), "Samen", "programme"),
        (("programme", "public_anonymous"), "Samen", "programme"),
        (("public_city", "public_anonymous"), "Samen", "public_anonymous"),
        (("public_anonymous", "programme"), "Samen", "anonymous-consent"),
        (("public_anonymous", "programme"), None, "public_anonymous"),
        (("programme", "group"), None, "group-consent"),
    ],
)
def test_words_go_no_further_than_whoever_said_them_wants(room: Room, consents: tuple[str, str], text: str | None, expected: str) -> None:
    room.do(LEADER, "participant.move", participant="bram", group="g1")
    ids = [say(room, who, who, consent=consent) for who, consent in zip(("anna", "bram"), consents, strict=True)]
    answer = room.do(LEADER, "contribution.merge", into=ids[0], **{"from": [ids[1]]}, text=text)
    assert (answer.type if isinstance(answer, DomainError) else room.state.contributions[ids[0]].consent) == expected


def test_what_the_desk_does_not_see_it_does_not_merge(room: Room) -> None:
    room.do(LEADER, "step.go", to="3", step_rev=1)
    secret = say(room, "anna", "Nog geheim", kind="insight")
    mine = say(room, LEADER, "Van mij", kind="insight")
    assert refused(room.do(LEADER, "contribution.merge", into=mine, **{"from": [secret]})) == "no-such-thing"
    assert refused(room.do(LEADER, "contribution.split", contribution=secret, texts=["a", "b"])) == "no-such-thing"
    assert refused(room.do(participant("anna"), "contribution.split", contribution=secret, texts=["a", "b"])) == "facilitator-only"


def test_a_card_does_not_answer_itself(room: Room) -> None:
    first = say(room, "anna", "Knelpunt")
    second = say(room, "bram", "Oplossing", kind="solution", answers=first)
    assert refused(room.do(LEADER, "contribution.move", contribution=first, answers=second)) == "answers-itself"
    assert refused(room.do(LEADER, "contribution.move", contribution=first, answers=first)) == "answers-itself"
    done(room.do(LEADER, "contribution.move", contribution=second, answers=None))


def test_a_card_says_where_it_came_from_and_never_who_was_anonymous(room: Room) -> None:
    say(room, "anna", "Zonder naam", consent="public_anonymous")
    say(room, LEADER, "Gehoord", on_behalf_of="mevrouw Jansen")
    now = wall(room)
    assert [now[t]["via"] for t in ("Zonder naam", "Gehoord")] == ["phone", "desk"]
    assert (now["Zonder naam"]["author"], now["Zonder naam"]["municipality"]) == (None, None)
    assert now["Gehoord"]["on_behalf_of"] == "mevrouw Jansen"
    assert "Jansen" not in json.dumps(room.snapshot(Audience("projector")))


# -- votes


def opened(room: Room, **draft: Any) -> str:
    return str(done(room.do(LEADER, "round.open", ballot={"title": "Wat eerst?", **draft}))["ballot"])


def ballot(room: Room, id_: str, audience: Audience = DESK) -> dict[str, Any]:
    found: dict[str, Any] = room.snapshot(audience)["ballots"][id_]
    return found


def test_two_rounds_with_hands_side_by_side(room: Room) -> None:
    a, b, c = (say(room, who, who) for who in ("anna", "bram", "chris"))
    first = opened(room)
    done(room.do(participant("anna"), "vote.cast", ballot=first, choices={a: 2, b: 1}))
    assert refused(room.do(LEADER, "round.open", ballot={"title": "Nog eens", "again": first})) == "first-round-open"
    assert refused(room.do(LEADER, "ballot.count", ballot=first, hands=2, choices={c: 7})) == "impossible-count"
    done(room.do(LEADER, "ballot.count", ballot=first, hands=2, choices={c: 6}))
    assert [ballot(room, first)[k] for k in ("result", "voters", "counted", "hands")] == [None, None, {c: 6}, 2]
    phone = ballot(room, first, Audience("participant", "anna"))
    assert [phone[k] for k in ("result", "voters", "counted", "hands")] == [None, None, None, 2]
    done(room.do(LEADER, "round.close", ballot=first))
    phone = ballot(room, first, Audience("participant", "anna"))
    assert [phone[k] for k in ("result", "voters", "counted")] == [{a: 2, b: 1, c: 6}, 1, {c: 6}]
    second = opened(room, again=first, choices=[a, c])
    again = ballot(room, second)
    assert [choice["id"] for choice in again["choices"]] == [a, c] and again["previous"] == first and again["kind"] == "dots"
    assert refused(room.do(participant("anna"), "vote.cast", ballot=second, choices={b: 1})) == "no-such-choice"
    me = room.snapshot(Audience("participant", "anna"))["me"]
    assert me["votes"] == {first: {a: 2, b: 1}}


def test_one_choice_with_a_reason(room: Room) -> None:
    a, b = say(room, "anna", "a"), say(room, "bram", "b")
    vote = opened(room, kind="choice")
    assert refused(room.do(participant("anna"), "vote.cast", ballot=vote, choices={a: 1, b: 1})) == "one-choice"
    assert refused(room.do(participant("anna"), "vote.cast", ballot=vote, choices={a: 2})) == "one-choice"
    done(room.do(participant("bram"), "vote.cast", ballot=vote, choices={b: 1}, reason="Zo gezegd"))
    done(room.do(participant("anna"), "vote.cast", ballot=vote, choices={b: 1}, reason="Daar begint het"))
    room.do(LEADER, "moderation.set", participant="chris", held=True)
    done(room.do(participant("chris"), "vote.cast", ballot=vote, choices={a: 1}, reason="Onaardig"))
    assert (
        ballot(room, vote)["reasons"] == [] and room.snapshot(Audience("participant", "anna"))["me"]["reasons"][vote] == "Daar begint het"
    )
    room.do(LEADER, "round.close", ballot=vote)
    two = [{"choice": b, "text": "Daar begint het"}, {"choice": b, "text": "Zo gezegd"}]
    assert ballot(room, vote, Audience("participant", "anna"))["reasons"] == two
    assert ballot(room, vote, Audience("projector"))["reasons"] == []
    assert [(one["text"], one["hidden"]) for one in ballot(room, vote)["reasons"]] == [
        ("Onaardig", True), ("Daar begint het", False), ("Zo gezegd", False),
    ]  # fmt: skip
    done(room.do(LEADER, "reason.hide", ballot=vote, text="Zo gezegd"))
    assert ballot(room, vote, Audience("participant", "anna"))["reasons"] == two[:1]
    done(room.do(LEADER, "reason.hide", ballot=vote, text="Zo gezegd", on=False))
    assert ballot(room, vote, Audience("participant", "anna"))["reasons"] == two


def test_marks_are_averaged_over_who_gave_them(room: Room) -> None:
    a, b = say(room, "anna", "a"), say(room, "bram", "b")
    vote = opened(room, kind="rating")
    done(room.do(participant("anna"), "vote.cast", ballot=vote, choices={a: 5, b: 3}))
    done(room.do(participant("bram"), "vote.cast", ballot=vote, choices={a: 4}))
    assert refused(room.do(LEADER, "ballot.count", ballot=vote, hands=2, choices={a: 11}, rated={a: 2})) == "impossible-count"
    assert refused(room.do(LEADER, "ballot.count", ballot=vote, hands=1, choices={a: 5}, rated={a: 2})) == "impossible-count"
    done(room.do(LEADER, "ballot.count", ballot=vote, hands=2, choices={a: 3}, rated={a: 2}))
    room.do(LEADER, "round.close", ballot=vote)
    seen = ballot(room, vote)
    assert (seen["result"], seen["rated"], seen["counted"], seen["counted_rated"]) == ({a: 12, b: 3}, {a: 4, b: 1}, {a: 3}, {a: 2})


def test_a_vote_of_a_group_stays_there(room: Room) -> None:
    room.do(LEADER, "participant.move", participant="anna", group="g1")
    say(room, "anna", "Van ons")
    vote = opened(room, group="g1", secret=False)
    card = next(iter(room.state.contributions))
    assert refused(room.do(participant("bram"), "vote.cast", ballot=vote, choices={card: 1})) == "no-such-ballot"
    done(room.do(participant("anna"), "vote.cast", ballot=vote, choices={card: 1}))
    seen = {(a.id or a.kind): room.snapshot(a) for a in room.audiences()}
    assert {who: vote in json.dumps(snapshot) for who, snapshot in seen.items()} == {
        "f:1": True, "projector": False, "anna": True, "bram": False, "chris": False,
    }  # fmt: skip
    assert seen["anna"]["ballots"][vote]["result"] == {card: 1}  # not secret: everybody of the group watches it grow
    assert seen["projector"]["projector"]["scene"] == "step"


def test_cards_that_are_handed_round(room: Room) -> None:
    a, b = say(room, "anna", "a"), say(room, "bram", "b")
    choices = [{"id": a, "text": "a", "contribution": a}, {"id": b, "text": "b", "contribution": b}]
    fact = {"id": "rond", "title": "25/10", "kind": "rating", "budget": 5, "choices": choices, "voters": ["anna", "bram"]}
    room.record("ballot.opened", {**fact, "cards": {"anna": b, "bram": a}}, "f:1")
    assert refused(room.do(participant("anna"), "vote.cast", ballot="rond", choices={a: 5})) == "other-card"
    assert refused(room.do(participant("chris"), "vote.cast", ballot="rond", choices={a: 5})) == "not-your-vote"
    done(room.do(participant("anna"), "vote.cast", ballot="rond", choices={b: 5}))
    assert room.state.ballots["rond"].cast == {"anna": {b: 5}}


def test_a_journal_from_before_still_folds(room: Room) -> None:
    a = say(room, "anna", "a")
    room.record(
        "ballot.opened",
        {"id": "oud", "title": "Oud", "kind": "dots", "budget": 3, "choices": [{"id": a, "text": "a", "contribution": a}]},
        "f:1",
    )
    room.record("vote.cast", {"ballot": "oud", "choices": {a: 2}}, "anna")
    room.record("ballot.closed", {"id": "oud"}, "f:1")
    assert ballot(room, "oud")["result"] == {a: 2}


THEMES = [("Geld", False), ("Weg", True), ("Tijd", False), ("geld", False)]


# -- over HTTP, on both databases, to the harvest and the report


def test_lineage_and_votes_reach_the_harvest_and_the_report(app: Flask, client: FlaskClient) -> None:
    world: World = make_world(app)
    leader, anna, bram = (
        Phone(client, world.lab_id, world.tokens["facilitator"]),
        Phone.join(client, world),
        Phone.join(client, world, "Bram"),
    )

    def add(phone: Phone, text: str, kind: str = "bottleneck", **more: Any) -> str:
        return str(phone.do("contribution.add", kind=kind, text=text, **more)["contribution"])

    with app.app_context(), transaction() as tx:
        tx.session.add_all(Theme(lab_id=world.lab_id, title=title, position=n, gone=gone) for n, (title, gone) in enumerate(THEMES))
    one, two, three = add(anna, "Eén loket en geen tijd"), add(bram, "Nergens tijd voor"), add(bram, "Te duur")
    add(bram, "Iemand erbij", "solution", answers=two)
    assert leader.do("contribution.split", contribution=one, texts=["Eén loket\u202e", "Geen tijd"])["status"] == "accepted"
    part = next(id_ for id_, card in leader.follow()["contributions"].items() if card["origin"] == one)
    assert leader.follow()["contributions"][one]["text"] == "Eén loket"  # tidied, inside a list too
    assert leader.do("contribution.merge", into=part, **{"from": [two]})["status"] == "accepted"
    first = leader.do("round.open", ballot={"title": "Wat eerst?"})["ballot"]
    anna.do("vote.cast", ballot=first, choices={one: 3})
    leader.do("round.close", ballot=first)
    second = leader.do("round.open", ballot={"title": "En nu?", "again": first})["ballot"]
    anna.do("vote.cast", ballot=second, choices={part: 2, three: 1})
    leader.do("ballot.count", ballot=second, hands=1, choices={part: 2})
    leader.do("round.close", ballot=second)
    assert leader.do("lab.close")["status"] == "accepted"
    with app.app_context():
        session = db.session()
        lab = session.get_one(Lab, world.lab_id)
        assert themes_for(session, lab) == ["Geld", "Tijd"]
        (row,) = ballots_of(session, world.lab_id)
        assert (row.title, row.rounds, row.outcome[0]) == (
            "En nu?", ((1, 0), (1, 1)), ("Geen tijd", (ChoiceRow(0, 0, 0), ChoiceRow(4, 2, 1))),
        )  # fmt: skip
        items = {item.source_id: item for item in session.query(ArchiveItem).filter_by(lab_id=world.lab_id)}
        assert items[two].status is Status.MERGED and items[two].merged_into_id == items[part].id
        assert {text: item.votes for text, item in ((i.text, i) for i in items.values())} == {
            "Eén loket": 0, "Geen tijd": 4, "Nergens tijd voor": 0, "Te duur": 1, "Iemand erbij": 0,
        }  # fmt: skip
        (solution,) = [item for item in items.values() if item.kind == "solution"]
        assert solution.answers_id == items[part].id
        (link,) = session.query(ItemLink).filter_by(kind=LinkKind.ORIGIN)
        assert (link.from_id, link.to_id) == (items[part].id, items[one].id)
    page = client.get(f"/kennislabs/{world.lab_id}/verslag", headers=world.bearer(Role.COORDINATOR.value))
    assert page.status_code == 200
    for words in ("Stippen, ronde 1", "Stippen, ronde 2", "Waarvan met de hand", "1 daarvan stak een hand op."):
        assert words in page.text
