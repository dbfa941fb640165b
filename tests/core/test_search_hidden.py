"""What somebody may not see changes nothing of what they get: not a hit, a number, an order, a correction or a suggestion."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kennislab.core import search
from kennislab.core.db import db, engine_options
from kennislab.core.search import columns, finding
from kennislab.core.transaction import transaction

START = datetime(2026, 1, 1, tzinfo=UTC)
MINE = {"public", "programme:1"}
VISIBLE = "wijk budget wijkbudget warmtenet bewoner bewonersavond schuld schuldhulp huurder isolatie energie energiecoach plan".split()
HIDDEN = "wijkbudgetten wijkagent warmtenetwerk bewonerz schulden schuldsanering energiecoachz geheimplan wijkgeheim budgetgeheim".split()
QUESTIONS = [
    "wijkbudget", "warmtent", "bewonerz", "schuldhulp energie", "wijkgehei", "plan -wijk", "wijk bud", "warmte net",
    "huurder schuldsanering", "", "wi", "gron",
]  # fmt: skip


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The core alone, on both databases."""
    small = Flask("hidden")
    small.config.update(SQLALCHEMY_DATABASE_URI=database_url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(database_url))
    db.init_app(small)
    with small.app_context():
        db.create_all()
        yield small
        db.session.remove()
        db.engine.dispose()


def _documents() -> list[search.Document]:
    """Visible and hidden ones in turn; the hidden ones hold the same words often, and others that look like them."""
    chance = random.Random(11)
    made = []
    for i in range(120):
        hidden = i % 3 == 1
        words = chance.choices([*VISIBLE, *HIDDEN, *VISIBLE] if hidden else VISIBLE, k=chance.randint(2, 7))
        place = chance.choice(["Delft", "Groningen", "Geheimstad"] if hidden else ["Delft", "Emmen"])
        audience = chance.choice(["programme:2", "group:7", "facilitators:1"]) if hidden else chance.choice(sorted(MINE))
        themes = chance.sample(["thema groen", "thema geheim" if hidden else "thema geld"], chance.randint(0, 2))
        key, at = f"{'h' if hidden else 'v'}{i}", START + timedelta(hours=i)
        facets = {"municipality": [place], "theme": themes}
        made.append(search.Document("bottleneck", key, " ".join(words), chance.choice(words), audience, "/x", at, facets))
    return made


def _everything() -> dict[str, Any]:
    """All answers to all questions."""
    read, told = db.session(), {}
    for question in QUESTIONS:
        for name, results in (
            ("search", search.search(read, question, MINE, limit=200)),
            ("half", search.search(read, question, MINE, half_typed=True, limit=200)),
            ("wide", search.search(read, question, MINE, {"municipality": ["Delft", "Geheimstad"]}, widen=True, limit=200)),
            ("newer", search.newer(read, question, MINE, {}, START - timedelta(days=1), 200)),
        ):
            hits = [(hit.key, hit.score, hit.why, hit.snippet) for hit in results.hits]
            told[f"{name} {question}"] = (
                results.total,
                results.whole,
                results.relaxed,
                results.corrections,
                results.facets,
                results.without,
                hits,
            )
        told[f"suggest {question}"] = search.suggest(read, question, MINE)
        told[f"similar {question}"] = [(hit.key, hit.score) for hit in search.similar(read, f"{question} voor de wijk", [], MINE, 50)]
    db.session.rollback()
    return told


def test_with_and_without_what_is_hidden_every_answer_is_the_same(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "_MANY", 10)  # as if the archive were large
    monkeypatch.setattr(columns, "_COMMON", 5)
    made = _documents()
    with transaction() as tx:
        search.index_all(tx, made)
    with_hidden = _everything()
    with transaction() as tx:
        for one in made:
            if one.audience not in MINE:
                search.remove(tx, one.kind, one.key)
    with transaction() as tx:
        assert search.rebuild(tx) == 80
    columns._of_database.clear()
    without = _everything()
    assert {name: (with_hidden[name], answer) for name, answer in without.items() if with_hidden[name] != answer} == {}
    assert "geheim" not in str({name: answer for name, answer in without.items() if "gehei" not in name}).lower().replace(
        "geheimstad', 0", ""
    )
    assert [one.text for one in without["suggest wijk bud"] if one.kind == "word"] == ["wijk budget"]
    assert sum(len(answer) for name, answer in without.items() if name.startswith("suggest")) > 12
    assert db.session.scalar(sa.text("SELECT count(*) FROM search_document")) == 80
