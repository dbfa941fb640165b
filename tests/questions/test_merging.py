"""Merging and splitting questions, and both taken back whole, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.accounts import operations as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Role
from kennislab.core import clock, search
from kennislab.core.errors import Conflict, Invalid
from kennislab.core.transaction import Tx, transaction
from kennislab.programme.models import Lab
from kennislab.questions import lineage, merging, notices, operations, queries, splitting
from kennislab.questions.models import CoAsker, KnowledgeQuestion, Lineage, Notice, QuestionStatus, Support
from kennislab.questions.operations import QuestionData
from tests.factories.world import World, make_world

Q1 = "Hoe bereik je bewoners die nooit naar een bewonersavond komen?"
Q2 = "Wat werkt om mensen te bereiken die wegblijven?"
Q3 = "Hoe krijg je wie nooit komt toch aan tafel?"
S = QuestionStatus


class Room:
    """One transaction with a lab in it, and people by letter."""

    def __init__(self, tx: Tx, world: World) -> None:
        self.tx, self.world = tx, world
        self.lab = tx.session.get_one(Lab, world.lab_id)
        self.by = Actor(world.people["facilitator"], "Facilitator", None, {world.programme_id: Role.FACILITATOR})
        self.people: dict[str, int] = {}
        for letter in "abcdefg":
            person = accounts.create_person(tx, name=letter.upper(), email=f"{letter}@voorbeeld.example", municipality_code="GM0503")
            accounts.set_role(tx, person, world.programme_id, Role.PARTICIPANT)
            self.people[letter] = person.id

    def ask(self, letter: str, text: str, supported_by: str = "") -> KnowledgeQuestion:
        asker = Actor(self.people[letter], letter.upper(), "GM0503")
        question = operations.submit(self.tx, self.lab, asker, QuestionData(text, municipality_code="GM0503"))
        for one in supported_by:
            operations.support(self.tx, question, self.people[one])
        return question

    def supporters(self, question: KnowledgeQuestion) -> str:
        letters = {id_: letter for letter, id_ in self.people.items()}
        rows = self.tx.session.scalars(sa.select(Support.person_id).where(Support.question_id == question.id))
        return "".join(sorted(letters[one] for one in rows))

    def told(self, letter: str) -> list[str]:
        return sorted(one.kind for one in notices.unread(self.tx.session, self.people[letter], self.lab.id))

    def found(self) -> set[str]:
        audience = {f"programme:{self.world.programme_id}"}
        return {
            hit.title
            for word in ("bewoners", "mensen", "wie")
            for hit in search.search(self.tx.session, word, audience, {"kind": ["question"]}).hits
        }

    def everything(self) -> dict[str, list[str]]:
        """All that merging touches, to see that undoing it leaves nothing behind. Times and revisions are left out."""
        self.tx.session.flush()
        Q, C = KnowledgeQuestion, CoAsker

        def rows(*columns: object) -> list[str]:
            return sorted(repr(tuple(row)) for row in self.tx.session.execute(sa.select(*columns)))  # type: ignore[call-overload]

        return {
            "questions": rows(
                Q.id, Q.status, Q.text, Q.original_text, Q.edited_by_id, Q.edited_by_name, Q.edited_at, Q.remark, Q.submitted_at
            ),
            "supports": rows(Support.question_id, Support.person_id),
            "askers": rows(C.question_id, C.person_id, C.name, C.text, C.how),
            "lines": rows(Lineage.question_id, Lineage.from_id),
            "notices": rows(Notice.person_id, Notice.kind),
            "found": sorted(self.found()),
        }


@pytest.fixture
def room(app: Flask, app_context: Flask) -> Iterator[Room]:
    """On both databases."""
    world = make_world(app, "collecting")
    with transaction() as tx:
        yield Room(tx, world)


@pytest.fixture
def lite(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[Room]:
    """On SQLite only: what is told there does not depend on the database."""
    app = make_app(sqlite_url)
    world = make_world(app, "collecting")
    with app.app_context(), transaction() as tx:
        yield Room(tx, world)


def test_askers_and_supporters_come_along_and_everything_goes_back(room: Room) -> None:
    one = room.ask("a", Q1, "de")
    two = room.ask("b", Q2, "aef")  # a supports what she asks herself from now on
    three = room.ask("a", Q3, "g")  # the same asker as the first
    room.tx.session.add(CoAsker(question_id=two.id, person_id=room.people["d"], name="D", text="Zo vroeg ik het", how="joined"))
    room.tx.session.add(CoAsker(question_id=two.id, person_id=None, name="Truus", text="", how="named"))
    room.tx.session.flush()
    room.tx.session.expire(two)
    before = room.everything()

    merging.merge(room.tx, one, [two, three, two], room.by)
    assert (one.status, two.status, three.status) == (S.SUBMITTED, S.MERGED, S.MERGED)
    assert [(who.name, who.how, who.text) for who in one.co_askers] == [
        ("B", "merged", Q2),
        ("D", "joined", "Zo vroeg ik het"),
        ("Truus", "named", ""),
    ]
    assert room.supporters(one) == "efg"  # d asks along now, and a is the asker
    assert [q.id for q in queries.of_lab(room.tx.session, room.lab.id)] == [one.id]
    assert room.found() == {Q1}
    assert lineage.goes_on_in(room.tx.session, three) == [one]
    assert lineage.merged_counts(room.tx.session, [one.id]) == {one.id: 2}
    assert (room.told("b"), room.told("d")) == (["merged"], ["merged"])
    assert room.told("a") == ["joined", "merged"]

    merging.unmerge(room.tx, two, room.by)
    assert (two.status, room.supporters(one), room.told("b")) == (S.SUBMITTED, "deg", [])
    merging.unmerge(room.tx, three, room.by)
    assert room.everything() == before
    with pytest.raises(Conflict):
        merging.unmerge(room.tx, three, room.by)


def test_another_text_is_an_edit_that_goes_back_too(lite: Room) -> None:
    one, two, three = lite.ask("a", Q1), lite.ask("b", Q2), lite.ask("c", Q3)
    before = lite.everything()
    merging.merge(lite.tx, one, [two, three], lite.by, "Hoe bereik je wie wegblijft?")
    assert (one.text, one.original_text, one.edited_by_name) == ("Hoe bereik je wie wegblijft?", Q1, "Facilitator")
    merging.unmerge(lite.tx, three, lite.by)
    assert one.text == "Hoe bereik je wie wegblijft?"  # it still speaks for two
    merging.unmerge(lite.tx, two, lite.by)
    assert lite.everything() == before
    merging.merge(lite.tx, one, [two], lite.by, "Hoe bereik je wie wegblijft?")
    operations.light_edit(lite.tx, one, "Hoe spreek je iedereen?", lite.by, one.rev)
    merging.unmerge(lite.tx, two, lite.by)
    assert one.text == "Hoe spreek je iedereen?"  # what somebody wrote after it stays


def test_what_others_did_meanwhile_stays(lite: Room) -> None:
    one, two, three = lite.ask("a", Q1), lite.ask("b", Q2, "ef"), lite.ask("c", Q3, "e")
    merging.merge(lite.tx, one, [two], lite.by)
    merging.merge(lite.tx, one, [three], lite.by)
    operations.support(lite.tx, one, lite.people["g"])
    operations.unsupport(lite.tx, one, lite.people["f"])
    notices.mark_read(lite.tx, lite.people["b"], [n.id for n in notices.unread(lite.tx.session, lite.people["b"], lite.lab.id)])
    merging.unmerge(lite.tx, two, lite.by)
    assert lite.supporters(two) == "e"  # f took it back while it was merged
    assert lite.supporters(one) == "eg"  # e supports the third, which is still in it
    assert lite.told("b") == ["unmerged"]
    merging.unmerge(lite.tx, three, lite.by)
    assert (lite.supporters(one), lite.supporters(three)) == ("g", "e")


def test_chains_are_followed_and_undone_from_the_end(lite: Room) -> None:
    one, two, three = lite.ask("a", Q1), lite.ask("b", Q2), lite.ask("c", Q3)
    merging.merge(lite.tx, two, [three], lite.by)
    merging.merge(lite.tx, one, [two], lite.by)
    assert lineage.goes_on_in(lite.tx.session, three) == [one]
    assert [who.name for who in one.co_askers] == ["B", "C"]
    with pytest.raises(Conflict):
        merging.unmerge(lite.tx, three, lite.by)
    merging.unmerge(lite.tx, two, lite.by)
    merging.unmerge(lite.tx, three, lite.by)
    assert len(queries.of_lab(lite.tx.session, lite.lab.id)) == 3 and one.co_askers == [] and two.co_askers == []


def test_who_withdraws_takes_back_only_their_own(lite: Room) -> None:
    one, two = lite.ask("a", Q1), lite.ask("b", Q2)
    merging.merge(lite.tx, one, [two], lite.by)
    operations.withdraw(lite.tx, one)
    assert (one.status, two.status) == (S.WITHDRAWN, S.SUBMITTED)
    assert lite.found() == {Q2}


def test_what_cannot_be_merged(lite: Room) -> None:
    one, two = lite.ask("a", Q1), lite.ask("b", Q2)
    with pytest.raises(Invalid):
        merging.merge(lite.tx, one, [one], lite.by)
    operations.withdraw(lite.tx, two)
    with pytest.raises(Conflict):
        merging.merge(lite.tx, one, [two], lite.by)
    with pytest.raises(Conflict):
        splitting.split(lite.tx, two, [Q2, Q3], lite.by)
    for texts in ([Q1], [Q1, "kort"], [Q1, "x" * 501], [Q1] * 7):
        with pytest.raises(Invalid):
            splitting.split(lite.tx, one, texts, lite.by)
    assert one.status is S.SUBMITTED and clock.now() > one.updated_at


def test_split_and_back(room: Room) -> None:
    one = room.ask("a", Q1 + " En hoe houd je ze erbij?", "de")
    room.tx.session.add(CoAsker(question_id=one.id, person_id=room.people["b"], name="B", text="", how="joined"))
    room.tx.session.flush()
    room.tx.session.expire(one)
    before = room.everything()
    left, right = splitting.split(room.tx, one, [Q1, " En hoe houd je ze erbij? ", "  "], room.by)
    assert (one.status, left.text, right.text) == (S.SPLIT, Q1, "En hoe houd je ze erbij?")
    assert (left.asker_id, right.municipality_code, left.submitted_at) == (one.asker_id, "GM0503", one.submitted_at)
    assert room.supporters(left) == room.supporters(right) == "de"
    assert [who.name for who in right.co_askers] == ["B"]
    assert lineage.goes_on_in(room.tx.session, one) == [left, right]
    assert room.told("a") == ["split", "split"] and room.told("b") == ["split", "split"]
    splitting.unsplit(room.tx, one, room.by)
    assert room.everything() == before

    left, right = splitting.split(room.tx, one, [Q2, Q3], room.by)
    operations.support(room.tx, left, room.people["f"])
    operations.unsupport(room.tx, left, room.people["d"])
    operations.unsupport(room.tx, right, room.people["d"])
    room.tx.session.add(CoAsker(question_id=right.id, person_id=room.people["g"], name="G", text="ook ik", how="joined"))
    room.tx.session.flush()
    room.tx.session.expire(right)
    splitting.unsplit(room.tx, one, room.by)
    assert (room.supporters(one), [who.name for who in one.co_askers]) == ("ef", ["B", "G"])

    left, right = splitting.split(room.tx, one, [Q2, Q3], room.by)
    merging.merge(room.tx, left, [right], room.by)
    with pytest.raises(Conflict):
        splitting.unsplit(room.tx, one, room.by)
    merging.unmerge(room.tx, right, room.by)
    splitting.unsplit(room.tx, one, room.by)
    with pytest.raises(Conflict):
        splitting.unsplit(room.tx, one, room.by)
