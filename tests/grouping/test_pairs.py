"""Questions that look alike, side by side until somebody decides; and the vectors that this takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from kennislab.accounts.actors import Actor
from kennislab.core import jobs
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.grouping import pairs, proposing, queries
from kennislab.grouping.engine.encoder import default_encoder
from kennislab.programme.models import Lab, LabState
from kennislab.questions import later, lineage
from kennislab.questions import operations as questions
from kennislab.questions import queries as asked
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from tests.factories.world import World
from tests.programme.worlds import signed_in, world_in

ALIKE = (
    "Hoe bereik je bewoners die nooit naar een bewonersavond komen?",
    "Hoe bereiken we bewoners die nooit op een bewonersavond komen?",
    "Hoe bereik je de bewoners die niet naar bewonersavonden komen?",
)
OTHERS = ("Wie betaalt het warmtenet als de gasprijs daalt?", "Mag een school haar plein in de avond openstellen?")


def ask(app: Flask, world: World, *texts: str) -> list[str]:
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        by = Actor(world.people["participant"], "Participant")
        return [questions.submit(tx, lab, by, questions.QuestionData(text)).public_id for text in texts]


def found(app: Flask, world: World, make: bool = False) -> list[tuple[str, str]]:
    with app.app_context():
        return [(one.first.text, one.second.text) for one in pairs.close_pairs_of(db.session(), world.lab_id, make=make)]


def vectors(app: Flask, world: World) -> int:
    with app.app_context():
        ids = [one.id for one in asked.of_lab(db.session(), world.lab_id)]
        return len(queries.vectors_of(db.session(), ids, default_encoder().name))


def test_vectors_are_made_when_a_question_comes_in(app: Flask) -> None:
    world = world_in(app)
    ids = ask(app, world, *ALIKE, *OTHERS)
    assert found(app, world) == [] and len(found(app, world, make=True)) == 3
    with app.app_context():
        waiting = db.session.query(jobs.Job).filter_by(name=proposing.VECTORS, state="queued").count()
    assert waiting == 1  # one for all that came at once
    jobs.run_all(app)
    assert vectors(app, world) == 5
    assert {frozenset(one) for one in found(app, world)} == {frozenset((a, b)) for a in ALIKE for b in ALIKE if a < b}
    with app.app_context(), transaction() as tx:
        one = asked.by_public_id(tx.session, ids[2])
        assert one is not None and later.alike(tx.session, world.lab_id) == 3
        questions.edit(
            tx, one, Actor(world.people["participant"], "Participant"), questions.QuestionData(OTHERS[0] + " En wie niet?"), one.rev
        )
    assert len(found(app, world)) == 1  # the old vector is of another text
    jobs.run_all(app)
    assert {frozenset(one) for one in found(app, world)} == {
        frozenset(ALIKE[:2]), frozenset((OTHERS[0], OTHERS[0] + " En wie niet?"))
    }  # fmt: skip


def test_different_is_not_asked_again_until_it_is_taken_back(app: Flask) -> None:
    world = world_in(app)
    ids = ask(app, world, *ALIKE)
    by = Actor(world.people["facilitator"], "Facilitator")
    for back, left in ((False, 2), (False, 2), (True, 3)):
        with app.app_context(), transaction() as tx:
            first, second = (tx.session.query(KnowledgeQuestion).filter_by(public_id=one).one() for one in (ids[1], ids[0]))
            if back:
                pairs.take_back_different(tx, first, second)
            else:
                pairs.say_different(tx, first, second, by)
        assert len(found(app, world, make=True)) == left


@pytest.mark.parametrize(
    ("first", "second", "differs"),
    [
        ("Hoe bereik je bewoners?", "Hoe bereik je huurders?", (["bewoners?"], ["huurders?"])),
        ("hoe bereik je: bewoners", "Hoe bereik je bewoners?", ([], [])),
        ("Wie betaalt dit?", "En wie betaalt dit straks?", ([], ["En", "straks?"])),
        ("Één modern huis", "Een modem huis", (["modern"], ["modem"])),
        ("", "Iets", ([], ["Iets"])),
    ],
)
def test_what_differs_is_marked(first: str, second: str, differs: tuple[list[str], list[str]]) -> None:
    sides = pairs.marked(first, second)
    assert tuple([words for words, other in side if other] for side in sides) == differs
    assert tuple(" ".join(words for words, _ in side) for side in sides) == (first, second)


def test_pair_by_pair_through_the_pages(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, LabState.GROUPING)
    client = signed_in(app, world, "facilitator")
    path = f"/kennislabs/{world.lab_id}/vragen/dubbel"
    assert "Geen vragen die op elkaar lijken" in client.get(path).text
    ids = ask(app, world, *ALIKE, *OTHERS)
    page = client.get(path).text
    assert "Paar 1 van 3" in page and "<mark>" in page
    assert "Paar 2 van 3" in client.get(f"{path}?paar=1").text
    assert "Dat waren ze allemaal" in client.get(f"{path}?paar=3").text and client.get(f"{path}?paar=kat").status_code == 200

    data = {"een": ids[0], "ander": ids[1], "paar": "1"}
    assert client.post(f"{path}/anders", data=data).location == f"{path}?paar=1"
    page = client.get(f"{path}?paar=1").text
    assert "Paar 2 van 2" in page and "Genoteerd" in page and "Ongedaan maken" in page
    assert client.post(f"{path}/anders", data=data | {"terug": "1"}).status_code == 303
    assert "Paar 1 van 3" in client.get(path).text
    assert client.post(f"{path}/anders", data=data | {"ander": "nergens"}).status_code == 404
    assert client.post(f"{path}/anders", data=data | {"ander": ids[0]}).status_code == 404
    assert signed_in(app, world, "participant").post(f"{path}/anders", data=data).status_code == 403

    got = client.post(f"/kennislabs/{world.lab_id}/vragen/samenvoegen", data={"into": ids[1], "v": ids[0], "back": f"{path}?paar=0"})
    assert got.location == f"{path}?paar=0"
    page = client.get(got.location).text
    assert "Paar 1 van 1" in page and "De vragen zijn samengevoegd" in page and "Ongedaan maken" in page
    with app.app_context():
        gone = asked.by_public_id(db.session(), ids[0])
        assert gone is not None and gone.status is QuestionStatus.MERGED
        assert [one.public_id for one in lineage.goes_on_in(db.session(), gone)] == [ids[1]]
    got = client.post(f"/kennislabs/{world.lab_id}/vragen/samenvoegen", data={"into": ids[1], "v": ids[0], "back": f"{path}?paar=0"})
    assert "intussen veranderd" in client.get(got.location).text
