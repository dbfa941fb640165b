"""Searching for what means about the same, beside the words."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import sqlalchemy as sa
from flask import Flask

from kennislab.core import search
from kennislab.core.db import db
from kennislab.core.transaction import transaction

AT = datetime(2025, 1, 1, tzinfo=UTC)
EAST, NORTH = np.eye(8, dtype=np.float32)[:2]
HALF = EAST + NORTH
TEXTS = {
    "both": "Moeite met brieven lezen",
    "one": "Brieven komen te laat",
    "near": "Het formulier is onbegrijpelijk",
    "other": "Het formulier is op papier",
    "far": "Er is te weinig groen",
    "theirs": "Formulieren zijn onbegrijpelijk",
    "gone": "Niemand snapt de folder",
}
asked: list[str] = []


def _means(text: str) -> search.Meaning:
    asked.append(text)
    return search.Meaning("test", EAST)


def _fill() -> None:
    with transaction() as tx:
        for key, title in TEXTS.items():
            audience = "programme:2" if key == "theirs" else "programme:1"
            search.index(tx, search.Document("lesson", key, title, "", audience, "/archief/x", AT, {"theme": [f"t-{key}"]}))
    with transaction() as tx:
        numbers = dict(tx.session.execute(sa.select(search.SearchDocument.key, search.SearchDocument.id)).all())
        near = {"near": EAST, "other": HALF, "theirs": EAST, "gone": EAST, "one": HALF, "far": -EAST}
        search.store_vectors(tx, "test", {numbers[key]: vector for key, vector in near.items()})


def _ask(query: str, **more: object) -> search.Results:
    found = search.search(db.session(), query, {"programme:1"}, widen=True, means=_means, **more)  # type: ignore[arg-type]
    db.session.rollback()
    return found


def test_what_is_near_in_meaning_comes_after_the_words(app: Flask) -> None:
    with app.app_context():
        _fill()
        found = _ask("brieven lezen")
        assert found.whole == 1 and found.total == len(found.hits) == 5
        assert found.hits[0].key == "both" and not found.hits[0].alike, "all words come first, whatever it means"
        assert [hit.key for hit in found.hits[1:3]] == ["one", "near"] and {hit.key for hit in found.hits[3:]} == {"gone", "other"}
        assert [(hit.alike, hit.why) for hit in found.hits[1:3]] == [(True, ["Brieven"]), (True, [])]
        assert sorted(found.facets["theme"]) == [(f"t-{key}", 1) for key in ("both", "gone", "near", "one", "other")], (
            "counts what is listed"
        )
        assert [hit.key for hit in _ask("brieven lezen", facets={"theme": ["t-near"]}).hits] == ["near"]

        asked.clear()
        assert {hit.key for hit in _ask("laaggeletterden -papier").hits} == {"near", "one", "gone"}
        assert asked == ["laaggeletterden"], "what is left out does not tell what is meant"
        assert [hit.key for hit in _ask('"formulier is" laaggeletterden').hits] == ["near", "other"], "a phrase holds"
        assert _ask("laaggeletterden").relaxed and _ask("").hits and _ask("-papier").total == 5

        with transaction() as tx:
            search.remove(tx, "lesson", "gone")
        again = _ask("brieven lezen")
        assert {hit.key for hit in again.hits} == {"both", "one", "near", "other"} and again.total == 4, "while its vector was in memory"

        db.session.rollback()
        assert search.search(db.session(), "laaggeletterden", {"programme:1"}, widen=True, means=lambda _: None).total == 0
        assert search.search(db.session(), "laaggeletterden", {"programme:1"}, means=_means).total == 0, "only where more is asked for"
        assert search.search(db.session(), "laaggeletterden", {"programme:3"}, widen=True, means=_means).total == 0


def test_enough_answers_ask_for_no_meaning(app: Flask) -> None:
    with app.app_context():
        with transaction() as tx:
            for number in range(10):
                search.index(tx, search.Document("lesson", str(number), "Brieven lezen", "", "programme:1", "/archief/x", AT))
        asked.clear()
        assert _ask("brieven lezen").whole == 10 and asked == []
