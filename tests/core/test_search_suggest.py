"""What search suggests while somebody types, and what it says is new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from kennislab.core import clock, search
from kennislab.core.db import db, engine_options
from kennislab.core.search import Document
from kennislab.core.transaction import transaction

START = datetime(2026, 1, 1, tzinfo=UTC)
MINE = {"programme:1"}
TEXTS = {
    "a": ("Slapende VvE’s wakker maken", "De VvE vergadert niet.", {"municipality": ["Leiden"]}),
    "b": ("Een VvE-wekker belt aan", "", {"municipality": ["Den Haag"]}),
    "c": ("Het wijkbudget is op", "Geld voor de wijk.", {"theme": ["Geld en wonen"], "municipality": ["Den Haag"]}),
    "d": ("Wijkbudgetten per straat", "Bewoners beslissen.", {"theme": ["Geld en wonen"]}),
    "e": ("Energiecoöperatie van bewoners", "", {"lab": ["Samen opwekken"]}),
    "f": ("Het warmtenet komt later", "Zeg dat eerlijk tegen bewoners.", {"municipality": ["Delft"]}),
    "g": ("Warmte net zo duur als gas", "", {}),
}


@pytest.fixture
def index(database_url: str) -> Iterator[None]:
    small = Flask("suggest")
    small.config.update(SQLALCHEMY_DATABASE_URI=database_url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(database_url))
    db.init_app(small)
    with small.app_context():
        db.create_all()
        _put(*TEXTS)
        yield
        db.session.remove()
        db.engine.dispose()


def _put(*keys: str, audience: str = "programme:1", more: str = "") -> None:
    made = []
    for key in keys:
        title, text, facets = TEXTS[key]
        made.append(Document("lesson", key, title, text + more, audience, f"/archief/{key}", START, facets))
    with transaction() as tx:
        search.index_all(tx, made)


def _told(typed: str, kind: str) -> list[tuple[str, int]]:
    return [(one.text, one.count) for one in search.suggest(db.session(), typed, MINE) if one.kind == kind]


def test_words_facets_and_titles_with_the_number_that_choosing_them_gives(index: None) -> None:
    assert _told("wijkb", "word") == [("wijkbudget", 2)]
    assert _told("vv", "word") == [("VvE", 2), ("VvE-wekker", 1)], "as the documents write it; a word in pieces is one"
    assert _told("energiecoop", "word") == [("energiecoöperatie", 1)]
    assert _told("warmtent", "word") == [("warmtenet", 1)], "what was meant, when nothing begins so"
    assert _told("bewoners wij", "word") == [("bewoners wijkbudgetten", 1)], "only what goes with the words before"
    assert _told("warmte ne", "word") == [("warmte net", 2)], "counted as search counts, which reads the two as one word, too"
    assert _told("den h", "facet") == [("Den Haag", 2)]
    assert search.suggest(db.session(), "wijkbudget den h", MINE)[0] == search.Suggestion(
        "Den Haag", "facet", "municipality", "Den Haag", 1, "wijkbudget", ""
    )
    assert _told("samen op", "facet") == [("Samen opwekken", 1)]
    assert _told("wonen", "facet") == [("Geld en wonen", 2)]
    title = next(one for one in search.suggest(db.session(), "slapende v", MINE) if one.kind == "title")
    assert (title.text, title.url, title.value) == ("Slapende VvE’s wakker maken", "/archief/a", "lesson")
    for typed in ("wi", "bew", "de", "v", "warmte n", "geld en wo", "vve w", "wijk op wijk", "straat wi wij", "wijk de", "bewoners van"):
        for one in search.suggest(db.session(), typed, MINE):
            chosen = {one.facet: [one.value]} if one.facet and one.value else {}
            if one.kind != "title":
                assert search.search(db.session(), one.query, MINE, chosen).total == one.count > 0, (typed, one)
    assert len(search.suggest(db.session(), "w", MINE, limit=2)) <= 2
    for nothing in ("", "  ", '"samen op', "-wij", "xq", "bestaatniet wij", "\x00", "\ud800"):
        assert [one for one in search.suggest(db.session(), nothing, MINE) if one.kind == "word"] == []
    assert search.suggest(db.session(), "wij", set()) == search.suggest(db.session(), "wij", {"group:9"}) == []


def test_new_is_what_came_into_sight_and_nothing_twice(index: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first = clock.now()
    monkeypatch.setattr(clock, "now", lambda: first + timedelta(hours=1))
    assert _new(first, "") == []
    numbers = _numbers()
    _put(*TEXTS)
    assert _numbers() == numbers, "what says the same is left alone: its number stays, and its vector with it"
    _put("c", more=" Nieuw: het wijkbudget komt terug.")
    assert _numbers() != numbers and _new(first, "") == [], "other words do not make it new"
    with transaction() as tx:
        search.rebuild(tx)
    assert _new(first, "") == []
    _put("f", audience="group:3")
    assert _new(first, "") == []
    _put("f")
    assert _new(first, "") == ["f"], "another audience got it, and this one got it back"
    TEXTS_NEW = Document("action", "n", "Een wijkbudget aanvragen", "", "programme:1", "/n", START, {"municipality": ["Delft"]})
    with transaction() as tx:
        search.index(tx, TEXTS_NEW)
        search.index(tx, Document("action", "h", "Een wijkbudget weigeren", "", "group:3", "/h", START, {}))
    assert _new(first, "wijkbudget") == ["n"]
    assert _new(first, "", {"municipality": ["Delft"]}) == ["f", "n"]
    assert _new(first, "wijkbudget", {"municipality": ["Leiden"]}) == []
    assert _new(first, "wijkbudget vleermuis") == [], "what holds some of the words does not fit"
    assert _new(first + timedelta(hours=1), "") == []
    until = search.newer(db.session(), "", MINE, {}, first, until=first + timedelta(minutes=59))
    assert (until.total, until.hits) == (0, []), "too young: for the next round"


def _numbers() -> list[int]:
    found = [row.id for row in db.session.query(search.SearchDocument).order_by(search.SearchDocument.id)]
    db.session.rollback()
    return found


def _new(since: datetime, query: str, facets: dict[str, list[str]] | None = None) -> list[str]:
    results = search.newer(db.session(), query, MINE, facets, since)
    assert results.total == len(results.hits)
    db.session.rollback()
    return sorted(hit.key for hit in results.hits)
