"""Writing questions, on both databases; and what stands in the text index after it."""

from __future__ import annotations

import pytest
from flask import Flask

from kennislab.accounts.actors import Actor
from kennislab.core import search
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid
from kennislab.core.transaction import transaction
from kennislab.programme import operations as programmes
from kennislab.programme.models import Lab, LabState
from kennislab.questions import operations, queries
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from kennislab.questions.operations import QuestionData
from kennislab.questions.signals import question_changed
from tests.factories.world import World, make_world

TEXT = "Hoe bereik je bewoners die nooit naar een bewonersavond komen?"


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app, "collecting")


def asker(world: World, role: str = "participant") -> Actor:
    return Actor(world.people[role], role.title(), "GM0855")


def found(world: World, words: str) -> list[str]:
    return [hit.title for hit in search.search(db.session(), words, {f"programme:{world.programme_id}"}).hits]


def test_from_draft_to_submitted_and_back(world: World, app_context: Flask) -> None:
    heard: list[str] = []

    def hear(sender: object, **payload: object) -> None:
        heard.append(str(payload["what"]))

    with question_changed.connected_to(hear):
        with transaction() as tx:
            lab = tx.session.get_one(Lab, world.lab_id)
            draft = operations.save_draft(tx, lab, asker(world), QuestionData(text="Hoe"))
            assert (draft.status, draft.text, draft.rev) == (QuestionStatus.DRAFT, "Hoe", 1)
            again = operations.save_draft(tx, lab, asker(world), QuestionData(text="Hoe bereik"), draft)
            assert again is draft and draft.rev == 2
            assert queries.draft_of(tx.session, lab.id, world.people["participant"]) is draft
        assert (heard, list(queries.of_lab(db.session(), world.lab_id))) == ([], [])
        with transaction() as tx:
            lab = tx.session.get_one(Lab, world.lab_id)
            known = tx.session.get_one(KnowledgeQuestion, draft.id)
            data = QuestionData(TEXT, "We zien steeds dezelfde mensen.", "Flyers.", " draagvlak  en zo ", "GM0855")
            question = operations.submit(tx, lab, asker(world), data, known)
            assert question.id == draft.id and question.submitted_at is not None
            assert (question.theme_hint, question.asker_name) == ("draagvlak en zo", "Participant")
        assert heard == ["submitted"]
        assert [q.text for q in queries.of_lab(db.session(), world.lab_id)] == [TEXT]
        assert queries.count_of_lab(db.session(), world.lab_id) == 1
        assert found(world, "bewonersavonden") == [TEXT]
        assert found(world, "flyers") == [TEXT]
        with transaction() as tx:
            operations.withdraw(tx, tx.session.get_one(KnowledgeQuestion, draft.id))
        assert heard == ["submitted", "gone"]
        assert found(world, "bewonersavonden") == [] and queries.count_of_lab(db.session(), world.lab_id) == 0


def test_a_draft_that_is_thrown_away_is_gone(world: World, app_context: Flask) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        draft = operations.save_draft(tx, lab, asker(world), QuestionData(text="Hoe"))
        operations.withdraw(tx, draft)
        assert queries.by_public_id(tx.session, draft.public_id) is None


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (QuestionData(""), {"text"}),
        (QuestionData("Te kort"), {"text"}),
        (QuestionData("x" * 501), {"text"}),
        (QuestionData(TEXT, context="x" * 2001, tried="y" * 2001, theme_hint="z" * 81), {"context", "tried", "theme_hint"}),
        (QuestionData(TEXT, municipality_code="GM9999"), {"municipality_code"}),
        (QuestionData(TEXT, asker_name="   "), {"asker_name"}),
    ],
)
def test_what_cannot_be_sent(world: World, app_context: Flask, data: QuestionData, fields: set[str]) -> None:
    with transaction() as tx, pytest.raises(Invalid) as refused:
        operations.submit(tx, tx.session.get_one(Lab, world.lab_id), asker(world), data)
    assert set(refused.value.fields) == fields
    assert db.session.query(KnowledgeQuestion).count() == 0


def test_a_question_of_exactly_the_longest_length(world: World, app_context: Flask) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        assert len(operations.submit(tx, lab, asker(world), QuestionData("é" * 500)).text) == 500


def test_for_somebody_else(world: World, app_context: Flask) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        question = operations.submit(
            tx, lab, asker(world, "facilitator"), QuestionData(TEXT, asker_name="Truus", municipality_code="GM0503")
        )
        assert (question.asker_id, question.asker_name, question.municipality_code) == (None, "Truus", "GM0503")


def test_light_edit_keeps_the_original_and_the_askers_edit_takes_over(world: World, app_context: Flask) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        question = operations.submit(tx, lab, asker(world), QuestionData(TEXT))
        rev = question.rev
        by = asker(world, "facilitator")
        operations.light_edit(tx, question, "Hoe bereik je mensen die wegblijven?", by, rev)
        operations.light_edit(tx, question, "Hoe bereik je wie wegblijft?", by, rev + 1)
        assert (question.text, question.original_text, question.edited_by_name) == ("Hoe bereik je wie wegblijft?", TEXT, "Facilitator")
        with pytest.raises(Conflict):
            operations.light_edit(tx, question, "Nog een keer anders geschreven", by, rev)
        with pytest.raises(Conflict):
            operations.edit(tx, question, asker(world), QuestionData(TEXT), rev)
        with pytest.raises(Invalid):
            operations.light_edit(tx, question, "", by, rev + 2)
        lab_id = lab.id
    assert found(world, "wegblijft") == ["Hoe bereik je wie wegblijft?"]
    with transaction() as tx:
        question = queries.of_lab(tx.session, lab_id)[0]
        operations.light_edit(tx, question, TEXT, by, question.rev)
        assert (question.original_text, question.edited_by_id, question.edited_at) == (None, None, None)
        operations.light_edit(tx, question, "Hoe bereik je wie wegblijft?", by, question.rev)
        operations.edit(tx, question, asker(world), QuestionData("Wie komt er nooit, en waarom niet?"), question.rev)
        assert (question.text, question.original_text) == ("Wie komt er nooit, en waarom niet?", None)
    assert found(world, "wegblijft") == []


def test_returned_with_a_remark_and_sent_in_again(world: World, app_context: Flask) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        question = operations.submit(tx, lab, asker(world), QuestionData(TEXT))
        first = question.submitted_at
        with pytest.raises(Invalid):
            operations.return_to_asker(tx, question, "  ")
        operations.return_to_asker(tx, question, "Voor welke wijk geldt dit?")
        assert list(queries.of_lab(tx.session, lab.id)) == [] and list(queries.returned_of_lab(tx.session, lab.id)) == [question]
        operations.submit(tx, lab, asker(world), QuestionData(TEXT + " In Noord."), question)
        assert (question.status, question.remark, question.submitted_at) == (QuestionStatus.SUBMITTED, "", first)


def test_support_counts_once(world: World, app_context: Flask) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        one = operations.submit(tx, lab, asker(world), QuestionData(TEXT))
        two = operations.submit(tx, lab, asker(world), QuestionData(TEXT + " En hoe vaak?"))
        staff = [world.people["facilitator"], world.people["coordinator"]]
        for person in (*staff, staff[0]):
            operations.support(tx, one, person)
        assert queries.support_counts(tx.session, [one.id, two.id]) == {one.id: 2}
        assert queries.supported_by(tx.session, lab.id, staff[0]) == {one.id}
        operations.unsupport(tx, one, staff[0])
        operations.unsupport(tx, one, staff[0])
        assert queries.support_counts(tx.session, [one.id, two.id]) == {one.id: 1}


def test_a_lab_with_questions_is_not_taken_away(world: World, app_context: Flask) -> None:
    with transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        operations.save_draft(tx, lab, asker(world), QuestionData(text="Hoe"))
        programmes.move_lab(tx, lab, LabState.PLANNED, asker(world, "coordinator"))
        with pytest.raises(Conflict):
            programmes.delete_lab(tx, lab)
