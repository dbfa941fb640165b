"""What the archive tells of the questions of a harvested lab, for who takes the open ones along."""

from __future__ import annotations

from flask import Flask

from kennislab.archive import queries as archive
from kennislab.archive.answered import answered_questions
from kennislab.archive.models import Status
from kennislab.core.transaction import transaction
from kennislab.questions import later, queries
from tests.archive.rooms import hold_a_lab, item_of


def test_a_question_is_open_until_something_answers_it(app: Flask) -> None:
    said = hold_a_lab(app)
    lab_id = said.world.lab_id
    with app.app_context(), transaction() as tx:
        assert answered_questions(tx.session, [lab_id, 999]) == {lab_id: set()}
        asked = queries.of_lab(tx.session, lab_id)[0]
        purse = item_of(tx, said, "purse")
        question = next(one for one in archive.items_of(tx.session, lab_id) if one.kind == "question")
        purse.answers_id = question.id
        tx.session.flush()
        assert later.answered(tx.session, [lab_id]) == {lab_id: {asked.public_id}}
        question.source_id = None  # anonymous and sealed: the words tell
        tx.session.flush()
        assert answered_questions(tx.session, [lab_id]) == {lab_id: {asked.public_id}}
        purse.status = Status.DROPPED
        tx.session.flush()
        assert answered_questions(tx.session, [lab_id]) == {lab_id: set()}
