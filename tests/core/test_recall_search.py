"""Recall finds what was asked before while a sentence is still being typed; tests/benchmarks/recall.py prints the same numbers."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask

from kennislab.core import search
from kennislab.core.db import db
from kennislab.core.search.letters import likeness
from kennislab.core.transaction import transaction
from tests.benchmarks.recall import WAYS, asked_before, close_pairs, found_share, index_questions


def test_the_close_question_is_among_the_first_five(app: Flask) -> None:
    known = asked_before()
    with app.app_context():
        index_questions(known)
        found = {name: found_share(close_pairs(known), way) for name, way in WAYS.items()}
    assert found["half"] >= 0.70
    assert found["cut"] >= 0.60
    assert found["whole"] >= 0.95


def _titles(typed: str) -> list[str]:
    return [hit.title for hit in search.similar(db.session(), typed, [], {"programme:1"}, half_typed=True)]


def test_a_compound_that_is_still_growing_and_one_that_shares_its_last_part(app: Flask) -> None:
    texts = [
        "Helpt meer verlichting tegen inbraken?",
        "Stille armoede bij woningeigenaren",
        "Meer banken in de straat",
        "Eigenaren spreken",
        "Huis aan huis",
    ]
    with app.app_context():
        with transaction() as tx:
            at = datetime(2025, 1, 1, tzinfo=UTC)
            search.index_all(tx, [search.Document("bottleneck", text, text, "", "programme:1", "/", at) for text in texts])
        assert _titles("straatverli") == [texts[2], texts[0]]
        assert _titles("huiseigenaren in armoe")[0] == texts[1]
        assert set(_titles("huiseigen")) == {texts[1], texts[3]}


def test_letters_say_how_alike_two_texts_are() -> None:
    same, part, other = likeness("warmtenet in de buurt", ["Warmtenet in de buurt", "warmtenetten", "fietsenstalling"])
    assert same > 0.999
    assert 0.2 < part < same
    assert other == 0.0
    assert likeness("warmten", ["warmtenet"], "warmten")[0] > likeness("warmten", ["warmtenet"])[0]
    assert list(likeness("", ["iets"])) == [0.0]
    assert list(likeness("iets", [])) == []
