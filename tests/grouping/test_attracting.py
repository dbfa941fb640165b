"""A title, or cards that were put together, attract what belongs with them; what fits nowhere is not offered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from flask import Flask

from kennislab.core.db import db
from kennislab.core.errors import Invalid
from kennislab.core.transaction import transaction
from kennislab.grouping import attracting, operations, queries
from kennislab.grouping.engine.encoder import default_encoder
from kennislab.programme.models import Lab
from tests.grouping.boards import person, rows, with_questions


def test_a_title_finds_its_theme_on_a_set_with_known_themes() -> None:
    """Mean average precision of ten titles over 120 questions: 0.47 now; by chance it would be about 0.1."""
    encoder = default_encoder()
    titles, texts = zip(*rows(), strict=True)
    vectors = encoder.encode(list(texts))
    precision = []
    for title in sorted(set(titles)):
        order = np.argsort(-attracting.measured(texts, vectors, encoder, title, []), kind="stable")
        hits = np.array([titles[place] == title for place in order])
        precision.append(float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean()))
    assert np.mean(precision) > 0.4


def test_five_cards_put_together_attract_and_a_title_with_them_more() -> None:
    encoder = default_encoder()
    titles, texts = zip(*rows(), strict=True)
    vectors = encoder.encode(list(texts))
    alone, both = [], []
    for title in sorted(set(titles)):
        own = [place for place, one in enumerate(titles) if one == title]
        for scores, name in ((alone, ""), (both, title)):
            measure = attracting.measured(texts, vectors, encoder, name, own[:5])
            others = [place for place in np.argsort(-measure) if place not in own[:5]][:7]
            scores.append(sum(titles[place] == title for place in others) / 7)
    assert np.mean(alone) > 0.25
    assert np.mean(both) >= np.mean(alone)


def test_nothing_to_go_by_and_nothing_to_compare() -> None:
    encoder = default_encoder()
    vectors = encoder.encode(["Hoe betaal je een warmtenet?"])
    assert attracting.measured(["Hoe betaal je een warmtenet?"], vectors, encoder, "", []).tolist() == [0.0]
    assert attracting.measured(["Hoe betaal je een warmtenet?"], vectors, encoder, "", [0]).tolist() == [0.0]


def test_what_a_person_placed_is_shown_but_not_ticked(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world, ids = with_questions(app, 60)
    by = person(world, "facilitator")
    with app.app_context():
        free = attracting.attracted(db.session(), world.lab_id, "Energiearmoede en schulden", [])
        assert free.title == "Energiearmoede en schulden"
        assert free.given == []
        best = free.found[0]
        assert (best.level, best.taken) == ("strong", True)
        assert [one.percent for one in free.found] == sorted((one.percent for one in free.found), reverse=True)
        assert not any(one.taken for one in free.found if one.level == "weak")
        chosen = best.card.question.id
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        theme = operations.create_theme(tx, lab, by, "Elders", [chosen]).id
    with app.app_context():
        again = attracting.attracted(db.session(), world.lab_id, "Energiearmoede en schulden", [])
        assert [(one.level, one.taken) for one in again.found if one.card.question.id == chosen] == [("strong", False)]
        more = attracting.attracted(db.session(), world.lab_id, "Elders", [], theme)
        assert more.given == []
        assert chosen not in [one.card.question.id for one in more.found]
        named = attracting.attracted(db.session(), world.lab_id, "", ids[:5])
        assert named.title
        assert [card.question.id for card in named.given] == ids[:5]
        with pytest.raises(Invalid):
            attracting.attracted(db.session(), world.lab_id, "  ", [])
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        operations.fill_theme(tx, lab, by, theme, [ids[0]])
        assert queries.history(tx.session, lab.id)[0].verb == "fill"
