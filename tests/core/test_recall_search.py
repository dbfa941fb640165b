"""Recall finds what was asked before while a sentence is still being typed; tests/benchmarks/recall.py prints the same numbers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.core import search
from kennislab.core.db import db
from kennislab.core.search import meanings
from kennislab.core.search.letters import likeness
from kennislab.core.transaction import transaction
from kennislab.live import recall_meaning
from tests.benchmarks.recall import (
    WAYS,
    amended_pairs,
    asked_before,
    close_pairs,
    found_share,
    index_questions,
    store_meanings,
    widened_share,
)


@pytest.mark.slow
def test_the_close_question_is_among_the_first_five(app: Flask) -> None:
    known = asked_before()
    with app.app_context():
        index_questions(known)
        found = {name: found_share(close_pairs(known), way) for name, way in WAYS.items()}
        assert found["half"] >= 0.70
        assert found["cut"] >= 0.60
        assert found["whole"] >= 0.95
        store_meanings()
        mixed = {name: found_share(close_pairs(known), way, meaning=True) for name, way in WAYS.items()}
        assert all(mixed[name] >= found[name] for name in WAYS), "meaning takes nothing away"
        assert mixed["whole"] >= 0.95
        assert found_share(close_pairs(known, "ver"), WAYS["whole"], meaning=True) >= 0.20, "other words for the same thing"
        words, also = (widened_share(known, meaning) for meaning in (False, True))
        assert words >= 0.5 and also >= words + 0.05, "search: what is asked in three words, in other words"
        assert found_share(amended_pairs(known)[:40], WAYS["half"], meaning=True) >= 0.75
        recall_meaning.let_go()


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


AT = datetime(2025, 1, 1, tzinfo=UTC)
EAST, NORTH = np.eye(8, dtype=np.float32)[:2]


def _put(key: str, title: str, audience: str = "programme:1", kind: str = "bottleneck") -> None:
    with transaction() as tx:
        search.index(tx, search.Document(kind, key, title, "", audience, "/archief/x", AT))


def _give(encoder: str, vectors: dict[str, np.ndarray]) -> None:
    with transaction() as tx:
        numbers = dict(tx.session.execute(sa.select(search.SearchDocument.key, search.SearchDocument.id)).all())
        search.store_vectors(tx, encoder, {numbers[key]: vector for key, vector in vectors.items()})


def _alike(vector: np.ndarray, audience: str = "programme:1", encoder: str = "test", text: str = "subsidie zoeken") -> list[str]:
    hits = search.similar(db.session(), text, ["bottleneck"], {audience}, meaning=search.Meaning(encoder, vector))
    db.session.rollback()
    return [hit.key for hit in hits]


def test_the_same_in_other_words_is_found_only_by_who_may_see_it(make_app: Callable[..., Flask], database_url: str) -> None:
    app: Flask = make_app(database_url)
    with app.app_context():
        db.create_all()
        _put("near", "Bewoners voelen zich niet gehoord")
        _put("far", "De parkeerplaats staat vol")
        _put("theirs", "Geld komt te laat", "programme:2")
        _put("group", "Wethouder houdt tegen", "group:1")
        _put("other", "Bewoners doen mee", kind="lab")
        _give("test", {"near": EAST, "far": NORTH, "theirs": EAST, "group": EAST, "other": EAST})
        assert _alike(EAST) == ["near"], "not another programme's, not a group's, not another kind"
        assert _alike(EAST, "programme:2") == ["theirs"]
        assert _alike(EAST, "programme:3") == []
        assert _alike(EAST, encoder="another") == [], "vectors of another encoder say nothing"
        assert _alike(EAST + 0.2 * NORTH) == ["near"] and _alike(-EAST) == []
        assert _alike(EAST, text="de parkeerplaats staat vol") == ["far", "near"], "words and meaning together"

        _put("near", "Bewoners voelen zich wel gehoord")  # changed: a new version, without a vector
        assert _alike(EAST) == []
        assert [title for _, title in search.without_vector(db.session(), "test", ["bottleneck"], "/archief/", 9)] == [
            "Bewoners voelen zich wel gehoord"
        ]
        _give("test", {"near": EAST})
        assert _alike(EAST) == ["near"]
        with transaction() as tx:
            search.remove(tx, "bottleneck", "near")
        assert _alike(EAST) == [], "withdrawn or erased, while its vector was in memory"
        stored = db.session.scalar(sa.select(sa.func.count()).select_from(meanings.VECTOR))
        assert stored == 4, "and its vector has gone with it"
        assert len(search.without_vector(db.session(), "newer", ["bottleneck"], "/archief/", 9)) == 3, "another encoder makes all anew"
        db.session.rollback()


def test_vectors_in_whole_numbers_say_nearly_the_same() -> None:
    rows = np.random.default_rng(3).standard_normal((50, 512)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    short = meanings.short(rows).astype(np.float32)
    short /= np.linalg.norm(short, axis=1, keepdims=True)
    assert np.abs(short @ short.T - rows @ rows.T).max() < 0.01
    assert meanings.short(np.zeros((1, 8), np.float32)).tolist() == [[0] * 8]


@pytest.mark.slow
def test_typing_never_waits_for_the_encoder(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        recall_meaning.let_go()
        assert recall_meaning.of(db.session(), "het budget") is None
        assert not recall_meaning.held(), "there is nothing to compare with, so nothing is loaded"
        _put("near", "Bewoners voelen zich niet gehoord")
        _give(recall_meaning.NAME, {"near": EAST})
        monkeypatch.setattr(recall_meaning, "_LOOK_SECONDS", 0.01)
        assert recall_meaning.of(db.session(), "het budget") is None, "by words and letters, while it loads"
        (keeper,) = [one for one in threading.enumerate() if one.name == "recall-meaning"]
        while not recall_meaning.ready():
            assert keeper.is_alive()
            time.sleep(0.01)
        told = recall_meaning.of(db.session(), "het budget komt")
        assert told is not None and told.vector.shape == (512,)
        monkeypatch.setattr(recall_meaning, "MOST_AT_ONCE", 0)
        again = recall_meaning.of(db.session(), "het budget komt")
        assert again is not None and again.vector is told.vector, "known already"
        assert recall_meaning.of(db.session(), "een ander begin") is None, "busy: by words and letters"
        db.session.rollback()
        monkeypatch.setattr(recall_meaning, "IDLE_SECONDS", 0.0)
        keeper.join(60)
        assert not recall_meaning.ready() and not recall_meaning.held(), "after a quiet time it has gone again"
