"""The text index on both databases: the same exact answers from each."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kennislab.core import search
from kennislab.core.db import db, engine_options
from kennislab.core.search import Document, Hit, engines, remembering
from kennislab.core.transaction import transaction

START = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = {
    "wijkbudget": "Geef bewoners een wijkbudget en laat ze zelf kiezen.",
    "budget": "Er is geen budget voor de wijk, dus het plan ligt stil.",
    "warmtenet": "Het warmtenet komt pas na 2030; vertel dat eerlijk.",
    "vve": "Kleine VvE's hebben geen reserve voor isolatie.",
    "coach": "Energiecoaches uit de buurt komen wel binnen, een coach van buiten niet.",
    "kans": "Koppelkansen tussen sociaal en fysiek vind je aan de keukentafel.",
    "stad": "De steden leren van elkaar over draagvlak bij bewoners.",
    "avond": "Een bewonersavond trekt steeds dezelfde mensen.",
    "planeet": "Er zijn acht planeten.",
}


def document(
    key: str, text: str, audience: str = "programme:1", kind: str = "bottleneck", days: int = 0, title: str = "", **facets: list[str]
) -> Document:
    return Document(kind, key, title, text, audience, f"/archief/{key}", START + timedelta(days=days), facets)


@pytest.fixture
def index(database_url: str) -> Iterator[Flask]:
    """The core alone, without any feature, on both databases."""
    small = Flask("index")
    small.config.update(SQLALCHEMY_DATABASE_URI=database_url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(database_url))
    db.init_app(small)
    with small.app_context():
        db.create_all()
        yield small
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def filled(index: Flask) -> Flask:
    with transaction() as tx:
        search.index_all(tx, [document(key, text) for key, text in TEXTS.items()])
    return index


def keys(hits: Iterable[Hit]) -> list[str]:
    return [hit.key for hit in hits]


def found(query: str, *audiences: str, **options: object) -> list[str]:
    return keys(search.search(db.session(), query, set(audiences) or {"programme:1"}, **options).hits)  # type: ignore[arg-type]


FORMS = [
    ("warmtenet", ["warmtenet"]),
    ("warmtenetten", ["warmtenet"]),
    ("WARMTENET", ["warmtenet"]),
    ("vve", ["vve"]),
    ("VvE's", ["vve"]),
    ("coaches", ["coach"]),
    ("koppelkans", ["kans"]),
    ("stad", ["stad"]),
    ("geïsoleerd", ["vve"]),
    ("warmtent", ["warmtenet"]),
    ("wamrtenet", ["warmtenet"]),
    ("bewonersaavnd", ["avond"]),
    ("net", []),
    ("2030", ["warmtenet"]),
    ("draagvlak bewoners", ["stad"]),
    ("de het een", sorted(TEXTS)),
    ("xyzzyplugh", []),
]


def test_finds_words_in_any_form(filled: Flask) -> None:
    for query, expected in FORMS:
        assert sorted(found(query)) == expected, query


def test_a_part_of_a_compound_finds_it_after_the_word_itself(filled: Flask) -> None:
    assert found("budget") == ["budget", "wijkbudget"]


def test_a_compound_finds_its_parts_after_itself(filled: Flask) -> None:
    assert found("wijkbudget") == ["wijkbudget", "budget"]


def test_half_typed_words_find_what_they_may_become(filled: Flask) -> None:
    assert found("warmten", half_typed=True) == ["warmtenet"]
    assert found("energieco", half_typed=True) == ["coach"]
    assert found("warmten ", half_typed=True) == ["warmtenet"]  # taken for a typing mistake
    assert found("sociaal en fy", half_typed=True) == ["kans"]


def test_phrases_keep_their_order(filled: Flask) -> None:
    assert found('"steden leren"') == ["stad"]
    assert found('"leren steden"') == []
    assert found('"draagvlak bij bewoners"') == ["stad"]
    assert found("„steden leren”") == ["stad"]


def test_excluded_words_and_phrases(filled: Flask) -> None:
    assert sorted(found("bewoners -wijkbudget")) == ["avond", "stad"]
    assert sorted(found('bewoners -"zelf kiezen"')) == ["avond", "stad"]
    assert sorted(found("-bewoners -planeten")) == sorted(set(TEXTS) - {"wijkbudget", "stad", "planeet"})


def test_when_nothing_holds_all_words_some_will_do(filled: Flask) -> None:
    results = search.search(db.session(), "warmtenet koppelkansen", {"programme:1"})
    assert results.relaxed
    assert sorted(keys(results.hits)) == ["kans", "warmtenet"]


def test_says_what_it_took_a_word_for(filled: Flask) -> None:
    assert search.search(db.session(), "warmtent", {"programme:1"}).corrections == [("warmtent", "warmtenet")]


def test_snippet_and_why(filled: Flask) -> None:
    hit = search.search(db.session(), "energiecoach", {"programme:1"}).hits[0]
    assert hit.snippet == [("Energiecoaches", True), (" uit de buurt komen wel binnen, een coach van buiten niet.", False)]
    assert hit.why[0] == "Energiecoaches"


def test_snippet_shows_the_part_that_matters(index: Flask) -> None:
    text = (
        "Inleiding zonder belang. " * 30
        + "Dan komt het warmtenet ter sprake, met de warmtenetten van elders. "
        + "Slot zonder belang. " * 30
    )
    with transaction() as tx:
        search.index(tx, document("lang", text))
    hit = search.search(db.session(), "warmtenet", {"programme:1"}).hits[0]
    whole = "".join(piece for piece, _ in hit.snippet)
    assert [piece for piece, marked in hit.snippet if marked] == ["warmtenet", "warmtenetten"]
    assert whole.startswith("… ") and whole.endswith(" …") and len(whole) <= 290


def test_title_counts_more(index: Flask) -> None:
    with transaction() as tx:
        search.index(tx, document("a", "Over het warmtenet in de wijk", title="Plan"))
        search.index(tx, document("b", "Over de aanpak in de wijk", title="Warmtenet"))
    assert found("warmtenet") == ["b", "a"]
    hit = search.search(db.session(), "warmtenet", {"programme:1"}).hits[0]
    assert hit.title_marked == [("Warmtenet", True)]


def test_equal_hits_newest_first_and_pages(index: Flask) -> None:
    with transaction() as tx:
        search.index_all(tx, [document(f"d{i}", "hetzelfde warmtenet", days=i) for i in range(25)])
    results = search.search(db.session(), "warmtenet", {"programme:1"}, limit=10)
    assert results.total == 25
    assert keys(results.hits) == [f"d{i}" for i in range(24, 14, -1)]
    assert found("warmtenet", limit=10, offset=20) == [f"d{i}" for i in range(4, -1, -1)]
    assert found("", limit=3) == ["d24", "d23", "d22"]
    assert found("warmtenet", limit=3, order="date") == ["d24", "d23", "d22"]


def test_a_new_version_takes_the_place_of_the_old(filled: Flask) -> None:
    with transaction() as tx:
        search.index(tx, document("warmtenet", "Nu gaat het over schulden."))
    assert found("warmtenet") == []
    assert found("schuld") == ["warmtenet"]
    with transaction() as tx:
        search.remove(tx, "bottleneck", "warmtenet")
        search.remove(tx, "bottleneck", "nooit geweest")
    assert found("schuld") == []
    assert len(found("")) == len(TEXTS) - 1


def test_what_fails_leaves_nothing_behind(filled: Flask) -> None:
    with pytest.raises(RuntimeError), transaction() as tx:
        search.index(tx, document("nieuw", "Een geheim plan", audience="facilitators:1"))
        assert keys(search.search(tx.session, "geheim", {"facilitators:1"}).hits) == ["nieuw"]
        raise RuntimeError
    assert found("geheim", "facilitators:1") == []
    with transaction() as tx:  # may get the number that the failed one had
        search.index(tx, document("anders", "Een openbaar plan", audience="public"))
    assert found("plan", "public") == ["anders"]
    assert found("plan", "facilitators:1") == []


AUDIENCES = ("public", "programme:1", "programme:2", "facilitators:1", "group:7")


@pytest.fixture
def shared(index: Flask) -> Flask:
    with transaction() as tx:
        for number, audience in enumerate(AUDIENCES):
            search.index(
                tx,
                document(
                    f"k{number}", f"warmtenet van geheimwoord{audience.replace(':', '')}", audience=audience, theme=[f"thema {audience}"]
                ),
            )
    return index


def test_only_what_you_may_see_in_hits_counts_suggestions_and_snippets(shared: Flask) -> None:
    mine = {"public", "programme:1"}
    for query in ("warmtenet", "warmtent", "warmte", "", "geheimwoordgroup7", "geheimwoordgroup", "geheimwordgroup7"):
        results = search.search(db.session(), query, mine, half_typed=True)
        assert set(keys(results.hits)) <= {"k0", "k1"}
        assert results.total == len(results.hits)
        assert {value for value, _ in results.facets.get("theme", [])} <= {"thema public", "thema programme:1"}
        assert all("group" not in meant for _, meant in results.corrections)
    assert search.search(db.session(), "warmtenet", mine).total == 2
    assert search.search(db.session(), "warmtenet", set()).total == 0
    assert search.search(db.session(), "", {"programme:9"}).total == 0
    assert keys(search.similar(db.session(), "een warmtenet", [], {"group:7"})) == ["k4"]


def test_facets_count_within_the_other_choices(index: Flask) -> None:
    rows = [
        ("1", "bottleneck", ["energie", "armoede"], "GM0014"),
        ("2", "bottleneck", ["energie"], "GM0014"),
        ("3", "solution", ["energie"], "GM0503"),
        ("4", "solution", ["groen"], "GM0503"),
        ("5", "solution", [], "GM0599"),
    ]
    with transaction() as tx:
        for key, kind, themes, municipality in rows:
            search.index(tx, document(key, "de wijk", kind=kind, theme=themes, municipality=[municipality]))
    everything = search.search(db.session(), "wijk", {"programme:1"})
    assert everything.total == 5
    assert everything.facets == {
        "kind": [("solution", 3), ("bottleneck", 2)],
        "theme": [("energie", 3), ("armoede", 1), ("groen", 1)],
        "municipality": [("GM0014", 2), ("GM0503", 2), ("GM0599", 1)],
    }
    chosen = search.search(db.session(), "wijk", {"programme:1"}, {"kind": ["solution"], "theme": ["energie", "groen"]})
    assert sorted(keys(chosen.hits)) == ["3", "4"]
    assert chosen.facets == {
        "kind": [("bottleneck", 2), ("solution", 2)],
        "theme": [("energie", 1), ("groen", 1)],
        "municipality": [("GM0503", 2)],
    }
    assert everything.without == {"kind": 0, "theme": 1, "municipality": 0}
    nothing = search.search(db.session(), "wijk", {"programme:1"}, {"kind": ["raar'; --"], "bestaat niet": ["x"]})
    assert (nothing.total, nothing.hits) == (0, [])


def test_what_was_chosen_stays_listed_and_no_value_can_be_chosen(index: Flask) -> None:
    rows = [("1", "solution", ["worked"], "Delft"), ("2", "solution", [], "Delft"), ("3", "bottleneck", [], "Emmen")]
    with transaction() as tx:
        for key, kind, outcome, place in rows:
            search.index(tx, document(key, "de wijk", kind=kind, outcome=outcome, municipality=[place]))
    untried = search.search(db.session(), "wijk", {"programme:1"}, {"kind": ["solution"], "outcome": [search.NONE]})
    assert keys(untried.hits) == ["2"]
    assert (untried.facets["outcome"], untried.without["outcome"]) == ([("worked", 1)], 1), "solutions without evidence"
    assert untried.facets["municipality"] == [("Delft", 1)]
    both = search.search(db.session(), "wijk", {"programme:1"}, {"outcome": ["worked", search.NONE], "municipality": ["Emmen", "Delft"]})
    assert both.total == 3
    gone = search.search(db.session(), "wijk", {"programme:1"}, {"municipality": ["Emmen", "Assen"], "kind": ["solution"]})
    assert gone.total == 0
    assert gone.facets["municipality"] == [("Delft", 2), ("Assen", 0), ("Emmen", 0)], "chosen, and nothing left of it"
    assert gone.facets["kind"] == [("bottleneck", 1), ("solution", 0)]
    nowhere = search.search(db.session(), "xyzzyplugh", {"programme:1"}, {"municipality": ["Delft"]})
    assert (nowhere.total, nowhere.facets, nowhere.without) == (0, {"municipality": [("Delft", 0)]}, {"municipality": 0})
    assert search.search(db.session(), "wijk", {"programme:1"}, {"nergens": [search.NONE]}).total == 3


WRITTEN = {
    "apart": "Co-creatie met bewoners", "samen": "We doen aan cocreatie", "getal": "We drukken 2.400 stuks", "slot": "inbraakwerend",
    "streep": "Er is een wijk-budget", "woord": "Het wijkbudget is op", "moe": "Participatiemoeheid na jaren", "net": "het warmtenet",
    "coop": "Een energiecoöperatie", "mail": "Een e-mail naar de VvE", "kans": "gemeten", "kans2": "de gemeente", "kans3": "die gemeente",
}  # fmt: skip
ASKED = [
    ("cocreatie", ["apart", "samen"]), ("co-creatie", ["apart", "samen"]), ("co creatie", ["apart", "samen"]), ("2400", ["getal"]),
    ("2.400", ["getal"]), ("wijk-budget", ["streep", "woord"]), ("wijk budget", ["streep", "woord"]), ('"budget"', ["streep"]),
    ("budget", ["streep", "woord"]), ('"wijkbudgetten"', ["streep", "woord"]), ('"wijkbudgt"', []), ("participatiemoe", ["moe"]),
    ("email", ["mail"]), ("E-MAIL", ["mail"]), ("energiecooperatie", ["coop"]), ("warmte net", ["net"]), ("inbraak", ["slot"]),
    ("inbraken", ["slot"]), ("gemente", ["kans", "kans2", "kans3"]), ("wijkbudget -wijk-budget", []),
    ("-co-creatie -2.400", sorted(set(WRITTEN) - {"apart", "samen", "getal"})), ("bewoners \u2212co-creatie", []),
    ("' - \u2013 \" -", sorted(WRITTEN)), ("x" * 3000, []),
]  # fmt: skip


def test_finds_words_however_they_are_written(index: Flask) -> None:
    with transaction() as tx:
        search.index_all(tx, [document(key, text) for key, text in WRITTEN.items()])
    assert {query[:40]: sorted(found(query)) for query, _ in ASKED} == {query[:40]: expected for query, expected in ASKED}
    assert search.search(db.session(), "gemente", {"programme:1"}).corrections == [("gemente", "gemeente")], "the commonest of the nearest"
    hit = search.search(db.session(), "cocreatie", {"programme:1"}, limit=9).hits
    assert {one.key: one.why for one in hit} == {"apart": ["Co-creatie"], "samen": ["cocreatie"]}


def test_what_was_looked_up_is_remembered_until_something_changes(filled: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "_EVERY", 2)
    monkeypatch.setattr(remembering, "_KEPT", 0)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("looked up again")

    assert found("budget") == ["budget", "wijkbudget"]
    with monkeypatch.context() as patched:
        for engine in (engines.Fts5, engines.Postgres):
            patched.setattr(engine, "holding", refuse)
            patched.setattr(engine, "words", refuse)
        assert found("budget") == ["budget", "wijkbudget"]
        with pytest.raises(AssertionError, match="again"):
            found("draagvlak")
    for number in range(5):
        db.session.rollback()
        with transaction() as tx:
            search.index(tx, document(f"new{number}", "Nog meer budget"))
            tx.session.flush()
            with Session(db.engine) as other:
                assert len(search.search(other, "budget", {"programme:1"}).hits) == 2 + number, "not before it is committed"
        assert len(found("budget")) == 3 + number
    db.session.rollback()
    with transaction() as tx:
        search.remove(tx, "bottleneck", "budget")
    assert "budget" not in found("budget")
    assert db.session.scalar(sa.text("SELECT count(*) FROM search_change")) <= 2, "old rows are taken away now and then"


def test_more_when_few_hold_all_words(filled: Flask) -> None:
    results = search.search(db.session(), "draagvlak bewoners", {"programme:1"}, widen=True)
    assert (results.whole, results.relaxed) == (1, False)
    assert keys(results.hits) == ["stad", "wijkbudget"]
    assert results.total == len(results.hits)
    narrowed = search.search(db.session(), 'draagvlak bewoners "steden leren" -avond', {"programme:1"}, widen=True)
    assert keys(narrowed.hits) == ["stad"], "a phrase and what is left out hold for all of it"
    assert search.search(db.session(), "draagvlak bewoners", {"programme:1"}).total == 1, "only when it is asked for"
    assert search.search(db.session(), "budgetgesprek", {"programme:1"}, widen=True).whole == 0
    assert sorted(found("budgetgesprek", widen=True)) == ["budget", "wijkbudget"], "what shares a part with a word that nothing holds"
    assert search.search(db.session(), "bewoners", {"programme:1"}, widen=True).whole == 3


def test_similar_finds_what_shares_the_telling_words(filled: Flask) -> None:
    hits = search.similar(db.session(), "Hoe komen we aan draagvlak bij de bewoners van de stad?", ["bottleneck"], {"programme:1"}, 3)
    assert hits[0].key == "stad"
    assert 0.5 < hits[0].score <= 1.6
    assert "draagvlak" in hits[0].why
    assert search.similar(db.session(), "Hoe komen we aan draagvlak?", ["solution"], {"programme:1"}) == []
    assert keys(search.similar(db.session(), "draagvlak stad", [], {"programme:1"}, besides={("bottleneck", "stad")})) == []
    assert search.similar(db.session(), "...", [], {"programme:1"}) == []


def test_rebuilding_keeps_what_is_found_and_forgets_words_nobody_uses(filled: Flask) -> None:
    with transaction() as tx:
        search.index(tx, document("weg", "Jansen vertrekt"))
        search.remove(tx, "bottleneck", "weg")
    before = [found(query) for query in ("budget", "warmtent", "", "coaches")]
    with transaction() as tx:
        assert search.rebuild(tx) == len(TEXTS)
    assert [found(query) for query in ("budget", "warmtent", "", "coaches")] == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(search.SearchWord).where(search.SearchWord.word == "jansen")) == 0


NASTY = [
    "", " ", '"', '"""', "-", "--", '-"', "NEAR(", "a AND", "OR", "NOT x", "*", "x*", "col:x", "title_stems : x", "(", ")", "'", "';--",
    "\\", "%", "_", "\x00", "\U0001f600", "a" * 5000, '"a b' * 200, "{}", "^x", "x & y | !z", ":*", "<->", "日本語", "ﷺ", "-" * 300,
    "a\u0300\u0301\u0302", "\u202eabc", "\ud800", "x " * 3000, "vve's'", "’’’", "0", "+-1", "ſ", "ǆ", "İ", "- x", '-"" x', '""',
]  # fmt: skip


def test_no_text_is_an_error(filled: Flask) -> None:
    for query in NASTY:
        for half in (False, True):
            search.search(db.session(), query, {"programme:1"}, half_typed=half)
            search.similar(db.session(), query, [], {"programme:1"}, half_typed=half)

    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(max_size=80))
    def any_text(query: str) -> None:
        search.search(db.session(), query, {"programme:1"}, half_typed=True)

    any_text()


def test_any_text_can_be_put_in_and_found_whole(index: Flask) -> None:
    for text in (text for text in NASTY if "\x00" not in text and "\ud800" not in text):
        with transaction() as tx:
            search.index(tx, document("x", text, title=text[:200]))
        hit = search.search(db.session(), "", {"programme:1"}).hits[0]
        assert hit.title == text[:200]
        assert "".join(piece for piece, _ in hit.title_marked) == text[:200]


def test_both_databases_agree_with_a_plain_look_through_everything(index: Flask) -> None:
    """Against the definition itself: a document answers when it holds the stem, or a compound of it, and is for me."""
    from kennislab.core import language  # only this test needs it

    chance = random.Random(7)
    vocabulary = (
        "wijk budget wijkbudget warmte warmtenet bewoner bewonersavond schuld huur huurder isolatie renovatie energie armoede plan"
    ).split()
    made = {
        f"d{i}": (" ".join(chance.choices(vocabulary, k=chance.randint(1, 6))), chance.choice(["public", "programme:1", "group:2"]))
        for i in range(200)
    }
    with transaction() as tx:
        search.index_all(tx, [document(key, text, audience) for key, (text, audience) in made.items()])
    for word in vocabulary:
        stem = language.stem(word)
        expected = {
            key
            for key, (text, audience) in made.items()
            if audience != "group:2" and any(s == stem or language.holds_as_part(s, stem) for s in language.stems(text))
        }
        split = language.parts(word, lambda words: set(words) & set(vocabulary))
        if len(word) >= 8 and split:
            expected |= {k for k, (t, a) in made.items() if a != "group:2" and {language.stem(p) for p in split} <= set(language.stems(t))}
        assert set(found(word, "public", "programme:1", limit=300)) == expected


def test_places_and_themes_are_words_to_find_by(index: Flask) -> None:
    with transaction() as tx:
        search.index(tx, document("a", "Zonder plaats in de tekst", municipality=["Delft"], theme=["Draagvlak"], quarter=["2026-Q4"]))
    hit = search.search(db.session(), "draagvlak delft", {"programme:1"}).hits[0]
    assert hit.why == ["Draagvlak", "Delft"]
    assert hit.snippet == [("Zonder plaats in de tekst", False)]
    assert found("2026") == []


def test_similar_texts_share_parts_of_words(index: Flask) -> None:
    with transaction() as tx:
        search.index(tx, document("renovatie", "Gebruik de renovatie om mensen aan werk te helpen"))
        search.index(tx, document("figuur", "Welke rol spelen sleutelfiguren in de buurt"))
    assert keys(search.similar(db.session(), "banen met een renovatieproject", [], {"programme:1"})) == ["renovatie"]
    assert keys(search.similar(db.session(), "sleutelpersonen vinden", [], {"programme:1"})) == ["figuur"]
    assert found("renovatieproject") == [], "who searches asks for the word itself"
