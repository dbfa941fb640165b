"""The report: one structure, and nothing in it that should not be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from kennislab.archive import reporting as report
from kennislab.core.db import db
from kennislab.programme.models import Lab, LabState
from tests.archive.rooms import SAID, Said, hold_a_lab
from tests.programme.worlds import signed_in


@pytest.fixture
def app(make_app: Any, sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


@pytest.fixture
def sealed(app: Flask) -> Said:
    return hold_a_lab(app, LabState.ARCHIVED)


def built(app: Flask, said: Said, role: str = "coordinator") -> report.Report:
    with app.app_context():
        return report.build(db.session(), db.session.get_one(Lab, said.world.lab_id), said.actor(role))


def test_chapters_hold_what_was_learned(app: Flask, sealed: Said) -> None:
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
def test_what_must_not_be_in_it_is_in_no_form_of_it(app: Flask, sealed: Said, role: str) -> None:
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
