"""The report: one structure, and nothing in it that should not be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.archive import operations, queries
from kennislab.archive import reporting as report
from kennislab.archive.models import Consent
from kennislab.archive.reporting import chapters
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab, LabState
from kennislab.questions import merging
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from tests.archive.opened import WRITERS, everything_in
from tests.archive.rooms import SAID, Said, hold_a_lab
from tests.programme.worlds import signed_in
from tests.support import databases


@pytest.fixture
def app(make_app: Any, sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


@pytest.fixture
def sealed(app: Flask) -> Said:
    return hold_a_lab(app, LabState.ARCHIVED)


@pytest.fixture(scope="module")
def shared(_databases: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Said]]:
    """A sealed lab for tests that change nothing in it."""
    folder = tmp_path_factory.mktemp("sealed")
    app = databases.create_app(databases.settings(folder, _databases.filled("sqlite", folder)))
    yield app, hold_a_lab(app, LabState.ARCHIVED)
    databases.dispose(app)


def built(app: Flask, said: Said, role: str = "coordinator", wanted: report.Wanted = report.EVERYTHING) -> report.Report:
    with app.app_context():
        return report.build(db.session(), db.session.get_one(Lab, said.world.lab_id), said.actor(role), wanted)


def test_chapters_hold_what_was_learned(shared: tuple[Flask, Said]) -> None:
    app, sealed = shared
    made = built(app, sealed)
    assert [entry.text for entry in made.questions] == ["Hoe organiseer je draagvlak bij bewoners?"]
    assert sorted(entry.text for entry in made.bottlenecks) == sorted([SAID["slow"]["text"], SAID["twin"]["text"]])
    slow = next(entry for entry in made.bottlenecks if entry.text == SAID["slow"]["text"])
    assert [answer.text for answer in slow.answers] == [SAID["purse"]["text"]]
    assert made.solutions == [], "a solution stands with the bottleneck that it solves"
    assert [(action.text, action.owner, str(action.due)) for action in made.actions] == [("Nabellen", "Pia", "2027-01-15")]
    assert (made.people, made.participation, made.kept_in_groups) == (1, [("Tilburg", 1)], 1)
    assert [step.title for step in made.agenda] == ["Welkom", "Knelpunten", "Stil schrijven"]
    assert (made.draft, made.sealed_by, len(made.head)) == (False, "Coordinator", 64)
    assert made.totals["bottleneck"] == 2


def test_before_the_seal_it_is_a_draft_of_what_is_confirmed(app: Flask) -> None:
    made = built(app, hold_a_lab(app))
    assert made.draft and made.bottlenecks == [] and made.people == 1


@pytest.mark.parametrize("role", ["participant", "facilitator", "coordinator"])
def test_what_must_not_be_in_it_is_in_no_form_of_it(shared: tuple[Flask, Said], role: str) -> None:
    app, sealed = shared
    client = signed_in(app, sealed.world, role)
    page = client.get(f"/kennislabs/{sealed.world.lab_id}/verslag").text
    data = client.get(f"/kennislabs/{sealed.world.lab_id}/verslag.json")
    assert data.headers["Content-Disposition"].startswith("attachment")
    for form in (page, data.get_data(as_text=True)):
        assert SAID["secret"]["text"] not in form and "wethouder" not in form
        assert SAID["inside"]["text"] in form
    lesson = data.get_json()["lessen"][0]
    assert (lesson["tekst"], lesson["gemeente"], lesson["groep"]) == (SAID["unnamed"]["text"], "", "")
    assert not {"tijd", "created_at", "person_id", "bron"} & lesson.keys()
    assert sealed.ids["unnamed"] not in json.dumps(data.get_json())


@pytest.mark.parametrize("name", WRITERS)
def test_what_must_not_be_in_a_file_is_nowhere_in_it(shared: tuple[Flask, Said], name: str) -> None:
    """Looked for with another reader, in all that a file holds: words, metadata, names of parts, attributes."""
    app, sealed = shared
    inside, outside = built(app, sealed, "participant"), built(app, sealed, "participant", report.Wanted(public=True))
    with app.app_context():
        everything, public = everything_in(name, WRITERS[name](inside)), everything_in(name, WRITERS[name](outside))
    for said in (SAID["slow"], SAID["unnamed"], SAID["inside"]):
        assert said["text"] in everything
    for hidden in ("wethouder", *sealed.ids.values(), str(sealed.world.people["participant"]) + "@", "voorbeeld.example"):
        assert hidden not in everything and hidden not in public
    assert SAID["slow"]["text"] in public and SAID["unnamed"]["text"] in public
    for hidden in (SAID["inside"]["text"], SAID["twin"]["text"], "draagvlak bij bewoners", "Nabellen", "Pia", "Coordinator"):
        assert hidden not in public, hidden


def test_nothing_leads_back_to_who_is_anonymous(app: Flask, sealed: Said) -> None:
    """Neither municipality, group nor the order of things tells whose it is."""
    lesson = built(app, sealed).lessons[0]
    assert (lesson.text, lesson.where, lesson.group) == (SAID["unnamed"]["text"], "", "")
    assert not hasattr(lesson, "at") and not hasattr(lesson, "position")
    with app.app_context(), transaction() as tx:
        for number, item in enumerate(queries.items_of(tx.session, sealed.world.lab_id)):
            item.group_name, item.consent, item.position, item.kind = "Warmte", Consent.PUBLIC_ANONYMOUS, -number, "lesson"
    made = built(app, sealed)
    assert len(made.lessons) > 5 and {(entry.where, entry.group) for entry in made.lessons} == {("", "")}
    by_hash = sorted((entry.text for entry in made.lessons), key=lambda text: hashlib.sha256(text.encode()).hexdigest())
    assert [entry.text for entry in made.lessons] == by_hash
    assert {asked.where for asked in made.asked} <= {""}, "nor does the question behind it bring it back"


def test_chapters_and_order_are_chosen(shared: tuple[Flask, Said]) -> None:
    app, sealed = shared
    made = built(app, sealed, wanted=report.Wanted(frozenset({"samenvatting", "lessen", "oplossingen"})))
    assert (made.bottlenecks, made.questions, made.actions, made.agenda, made.asked) == ([], [], [], [], [])
    assert [entry.text for entry in made.solutions] == [SAID["purse"]["text"]], "with no bottlenecks to stand with, it stands alone"
    with app.app_context():
        assert [one.title for one in chapters.document(made).chapters] == ["Samenvatting", "Oplossingen", "Lessen"]
        by_theme = chapters.document(built(app, sealed, wanted=report.Wanted(order="thema")))
    titles = [one.title for one in by_theme.chapters]
    assert titles[2:6] == ["Thema’s", "Draagvlak", "Geld", "Zonder thema"], "one theme, however it is written"
    texts = {one.text for block in by_theme.chapters[4].blocks if isinstance(block, chapters.Entries) for one in block.entries}
    assert texts == {SAID["slow"]["text"], SAID["twin"]["text"]}


def test_the_appendix_has_every_question_with_what_was_told_with_it(app: Flask) -> None:
    said = hold_a_lab(app)
    with app.app_context(), transaction() as tx:
        question = tx.session.scalars(sa.select(KnowledgeQuestion)).one()
        question.context, question.tried = "Wij zijn klein.", "Een brief."
        other = KnowledgeQuestion(
            lab_id=said.world.lab_id, text="Hoe krijg je mensen mee?", municipality_code="GM0503", status=QuestionStatus.SUBMITTED
        )  # fmt: skip
        tx.session.add(other)
        tx.session.flush()
        merging.merge(tx, question, [other], said.actor("coordinator"))
        operations.confirm_all(tx, tx.session.get_one(Lab, said.world.lab_id))
    asked = {one.text: one for one in built(app, said).asked}
    told = asked["Hoe organiseer je draagvlak bij bewoners?"]
    assert (told.where, told.context, told.tried) == ("Tilburg", "Wij zijn klein.", "Een brief.")
    assert (asked["Hoe krijg je mensen mee?"].where, asked["Hoe krijg je mensen mee?"].became) == ("Delft", (told.text,))
    assert built(app, said, wanted=report.Wanted(public=True)).asked == []
    with app.app_context(), transaction() as tx:
        item = next(one for one in queries.items_of(tx.session, said.world.lab_id) if one.kind == "question")
        item.consent = Consent.GROUP
    assert built(app, said).asked == [], "what stays in a group does not come back through the question behind it"


def test_a_report_of_a_lab_where_nothing_was_said(app: Flask) -> None:
    said = hold_a_lab(app)
    with app.app_context():
        lab = db.session.get_one(Lab, said.world.lab_id)
        lab_without = Lab(id=999, programme=lab.programme, programme_id=lab.programme_id, title="Leeg", kind=lab.kind, quarter="2026-Q4")
        lab_without.starts_at = lab_without.ends_at = lab.starts_at
        with db.session.no_autoflush:
            made = report.build(db.session(), lab_without, said.actor("coordinator"))
        db.session.rollback()
    assert (made.questions, made.ballots, made.participation, made.people) == ([], [], [], 0)
