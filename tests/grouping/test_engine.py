"""The engine on our own questions: deterministic, faithful to what people fixed, honest about the rest, readable labels."""

from __future__ import annotations

import platform
import socket
import sys
from statistics import median
from typing import Any

import numpy as np
import pytest

from kennislab.grouping.engine import Seed, default_encoder, propose, similar, suggested_groups, themes
from kennislab.grouping.engine.clusters import cluster, hierarchy
from kennislab.grouping.engine.compass import STORED, compass_for, learn, read_fields
from kennislab.grouping.engine.encoder import LexicalEncoder, SentenceEncoder, SmallTransformer, letter_weights
from kennislab.grouping.engine.labels import candidates, label_groups
from kennislab.grouping.engine.similar import close_pairs, likeness
from kennislab.grouping.engine.space import theme_space
from kennislab.grouping.engine.words import content, is_verb
from tests.grouping.boards import DATA, rows

TEXTS = [text for _, text in rows()]


def adjusted_rand(one: list[Any], other: list[int]) -> float:
    _, a = np.unique(one, return_inverse=True)
    _, b = np.unique(other, return_inverse=True)
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)

    def pairs(counts: Any) -> float:
        return float((counts * (counts - 1) / 2).sum())

    chance = pairs(table.sum(1)) * pairs(table.sum(0)) / (len(a) * (len(a) - 1) / 2)
    return (pairs(table) - chance) / ((pairs(table.sum(1)) + pairs(table.sum(0))) / 2 - chance)


def all_items(found: Any) -> list[int]:
    return sorted([item for group in found["groups"] for item in group["items"]] + found["rest"])


@pytest.mark.parametrize(("n", "groups"), [(0, 0), (1, 1), (3, 1), (4, 2), (12, 4), (30, 5), (100, 7), (300, 9), (5000, 10)])
def test_the_suggested_number_of_groups(n: int, groups: int) -> None:
    assert suggested_groups(n) == groups


@pytest.mark.slow
def test_the_same_input_gives_the_same_themes_and_every_text_stands_once() -> None:
    first = themes(TEXTS)
    assert first == themes(TEXTS)
    assert all_items(first) == list(range(len(TEXTS)))
    assert len(first["groups"]) == suggested_groups(len(TEXTS))
    for group in first["groups"]:
        assert group["label"]
        assert group["subtitle"] in [TEXTS[item] for item in group["items"]]


@pytest.mark.slow
def test_as_many_groups_as_asked() -> None:
    for groups in (2, 5, 12, 20):
        assert len(themes(TEXTS, groups)["groups"]) == groups


@pytest.mark.parametrize(
    "texts", [[], ["x"], ["", "?"], ["Hoe?"] * 3, ["Hoe kan ik isoleren?"] * 9, ["1", "2", "3"], ["draagvlak bij bewoners", ""]]
)
def test_odd_input(texts: list[str]) -> None:
    found = themes(texts)
    assert all_items(found) == list(range(len(texts)))
    assert all_items(themes(texts, 4)) == list(range(len(texts)))
    assert similar(texts, "draagvlak")[:1] == similar(texts, "draagvlak")[:1]
    assert sorted(one["item"] for one in similar(texts, "draagvlak")) == list(range(len(texts)))


def test_the_same_text_nine_times_is_one_theme() -> None:
    found = themes(["Hoe kan ik isoleren?"] * 9)
    assert found["rest"] == []
    assert max(len(group["items"]) for group in found["groups"]) >= 5


def test_texts_without_a_word_go_to_the_rest() -> None:
    found = themes([*TEXTS[:20], "?", "12 34"])
    assert {20, 21} <= set(found["rest"])


def test_it_groups_better_than_it_must() -> None:
    """Median of ten seeded samples of 100 with the true number of themes; 0 is chance."""
    encoder = default_encoder()
    vectors = encoder.encode(TEXTS)
    scores = []
    for seed in range(10):
        items = np.sort(np.random.default_rng(seed).choice(len(TEXTS), 100, replace=False))
        space = theme_space(vectors[items], [TEXTS[i] for i in items], encoder.name)
        scores.append(adjusted_rand([rows()[i][0] for i in items], cluster(space, 10)[0].tolist()))
    assert median(scores) >= 0.13


def test_a_true_theme_gets_a_label_of_its_own_words() -> None:
    encoder = default_encoder()
    names, number = np.unique([theme for theme, _ in rows()], return_inverse=True)
    labels = label_groups(TEXTS, encoder.encode(TEXTS), number, encoder)
    assert len(labels) == len(names)
    said = [term for label, _ in labels for term in label.lower().replace(" en ", ", ").split(", ")]
    assert len(said) == len(set(said))
    for group, (label, central) in enumerate(labels):
        terms = label.replace(" en ", ", ").split(", ")
        assert 1 <= len(terms) <= 3
        own = " ".join(TEXTS[i] for i in np.flatnonzero(number == group)).lower()
        assert all(term.lower() in own for term in terms)
        assert number[central] == group


@pytest.mark.parametrize(
    "verb", ["organiseer", "voorkom", "combineer", "koppelt", "isoleren", "bereikt", "aanpakken", "gebruiken", "isoleer", "betaalt"]
)
def test_verbs_are_known_and_never_a_label(verb: str) -> None:
    assert is_verb(verb)
    assert verb not in {one.form for one in candidates([f"Hoe {verb} je de wijk?", f"Kun je de straat {verb}?"]).values()}


def test_candidates_are_nouns_and_phrases_in_the_form_that_people_wrote() -> None:
    found = {
        one.form
        for one in candidates(
            ["Wat is de invloed van groen op sociale cohesie?", "Hoe gaan we om met netcongestie?", "Kan een fonds werken voor VvE’s?"]
        ).values()
    }
    assert {"sociale cohesie", "cohesie", "netcongestie", "fonds", "VvE’s"} <= found
    assert not {"invloed", "hoe", "gaan", "kan", "werken"} & found


def test_a_group_without_a_certain_noun_gets_the_word_that_it_shares() -> None:
    texts = ["Hoe krijg je jongeren mee?", "Wat doe je tegen zwerfafval?", "Hoe bereik je jongeren?", "Afval op straat, wat helpt?"]
    found = themes(texts, 2)
    assert [(group["label"], group["items"]) for group in found["groups"]] == [("Jongeren", [0, 2]), ("Zwerfafval en straat", [1, 3])]


def test_what_people_fixed_stays_and_a_title_attracts() -> None:
    encoder = default_encoder()
    vectors = encoder.encode(TEXTS)
    fixed = (0, 50, 100)
    found = propose(
        TEXTS, vectors, encoder, groups=6, seeds=[Seed("", fixed), Seed("Warmtepompen en isolatie"), Seed("Leeg thema", ())], parked=(3, 4)
    )
    assert set(fixed) <= set(found.groups[0]["items"])
    assert [group["label"] for group in found.groups[1:3]] == ["Warmtepompen en isolatie", "Leeg thema"]
    drawn = [TEXTS[i] for i in found.groups[1]["items"]]
    assert "Is een hybride warmtepomp een zinvolle tussenstap?" in drawn
    assert {3, 4} <= set(found.rest)
    placed = sorted(item for group in found.groups for item in group["items"])
    assert sorted(placed + found.rest) == list(range(len(TEXTS)))


def test_two_lists_of_fixed_items_are_never_one_group() -> None:
    encoder = default_encoder()
    space = theme_space(encoder.encode(TEXTS), TEXTS, encoder.name)
    labels, alone = cluster(space, 2, fixed=[[0, 1], [2, 3], [4]])
    assert labels[:5].tolist() == [0, 0, 1, 1, 2]
    assert not alone[:5].any()


def test_no_group_is_larger_than_allowed_but_by_hand() -> None:
    encoder = default_encoder()
    space = theme_space(encoder.encode(TEXTS), TEXTS, encoder.name)
    labels, _ = cluster(space, 8, largest=17)
    assert np.bincount(labels).max() <= 17
    labels, _ = cluster(space, 8, fixed=[list(range(25))], largest=17)
    assert np.bincount(labels)[0] == 25
    assert np.bincount(labels)[1:].max() <= 17


def test_the_hierarchy_is_that_of_average_linkage() -> None:
    """Against the textbook: every pair of clusters compared anew at every step."""
    points = np.random.default_rng(3).normal(size=(24, 3))
    distance = np.linalg.norm(points[:, None] - points[None], axis=2).astype(np.float32)
    clusters = [[i] for i in range(24)]
    while len(clusters) > 5:
        pairs = [(distance[np.ix_(a, b)].mean(), i, j) for i, a in enumerate(clusters) for j, b in enumerate(clusters) if i < j]
        _, i, j = min(pairs)
        clusters[i] += clusters.pop(j)
    labels = hierarchy(distance, ward=False).cut(5)
    assert sorted(sorted(one) for one in clusters) == sorted(np.flatnonzero(labels == g).tolist() for g in range(5))


def test_paraphrases_are_found() -> None:
    lines = [line.split("\t") for line in (DATA / "paraphrases.tsv").read_text(encoding="utf-8").splitlines()]
    close = [(question, other) for kind, question, other in lines if kind == "dichtbij"]
    texts = TEXTS + [other for _, other in close]
    encoder = default_encoder()
    like = likeness(encoder.encode(texts), texts, encoder.name)
    true = {(texts.index(question), len(TEXTS) + i) for i, (question, _) in enumerate(close)}
    scored = sorted(((float(like[i, j]), (i, j) in true) for i in range(len(texts)) for j in range(i + 1, len(texts))), reverse=True)
    found, total = 0, 0.0
    for place, (_, hit) in enumerate(scored, 1):
        found += hit
        total += found / place if hit else 0
    assert total / found >= 0.83
    pairs = {(i, j) for i, j, _ in close_pairs(encoder.encode(texts), texts, encoder.name)}
    assert len(pairs & true) >= 14
    assert len(pairs - true) <= 8


def test_the_nearest_is_named_first() -> None:
    best = similar(TEXTS, "Hoe kun je sociaal eigenaarschap stimuleren?")[0]
    assert TEXTS[best["item"]] == "Hoe stimuleer je sociaal eigenaarschap in de straat?"
    assert similar(TEXTS, TEXTS[7])[0]["item"] == 7


def test_without_the_encoder_letters_do_what_they_can() -> None:
    encoder = LexicalEncoder()
    assert compass_for(encoder.name) is None
    found = themes(TEXTS, 8, encoder=encoder)
    assert found == themes(TEXTS, 8, encoder=LexicalEncoder())
    assert all_items(found) == list(range(len(TEXTS)))
    assert similar(TEXTS, "Sociaal eigenaarschap in de straat stimuleren", encoder=encoder)[0]["item"] == 6


def test_who_names_an_encoder_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    default_encoder.cache_clear()
    try:
        monkeypatch.setenv("KENNISLAB_ENCODER", "letters")
        assert isinstance(default_encoder(), LexicalEncoder)
        default_encoder.cache_clear()
        monkeypatch.setenv("KENNISLAB_ENCODER", "letter")
        with pytest.raises(ValueError, match="transformer, sentence, letters"):
            default_encoder()
    finally:
        default_encoder.cache_clear()


@pytest.mark.slow
def test_the_small_transformer_tells_paraphrases_from_neighbours() -> None:
    """Twenty questions and their paraphrases: the own one is nearest for nearly all. Where there is no package, it says so."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        with pytest.raises(ImportError):
            SmallTransformer()
        return
    lines = [line.split("\t") for line in (DATA / "paraphrases.tsv").read_text(encoding="utf-8").splitlines()]
    close = [(question, other) for kind, question, other in lines if kind == "dichtbij"]
    encoder = SmallTransformer()
    texts = [question for question, _ in close] + [other for _, other in close]
    vectors = encoder.encode(texts)
    assert vectors.shape == (40, encoder.dimensions)
    assert compass_for(encoder.name) is not None
    like = likeness(vectors, texts, encoder.name)[:20, 20:]
    assert int((like.argmax(1) == np.arange(20)).sum()) >= 19


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("the engine wanted the network")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert SentenceEncoder().encode(["Hoe organiseer je draagvlak bij bewoners?"]).shape == (1, 1024)


def test_a_vector_does_not_depend_on_its_neighbours() -> None:
    encoder = default_encoder()
    together = encoder.encode(TEXTS[:9])
    assert np.allclose(together[4], encoder.encode([TEXTS[4]])[0], atol=1e-4)


def test_the_frame_of_a_question_is_left_out() -> None:
    assert content("Hoe organiseer je draagvlak bij bewoners?") == "organiseer draagvlak bewoners"
    assert content("Hoe dan?") == "Hoe dan?"


def test_letters_that_nothing_shares_weigh_nothing() -> None:
    weights = letter_weights(["warmtepomp", "warmtenet", "xyz"])
    assert weights[0] @ weights[1] > 0.2
    assert not weights[2].any()


@pytest.mark.slow
def test_the_stored_compass_is_what_the_fields_teach() -> None:
    stored, learnt = compass_for(SentenceEncoder.name), learn(SentenceEncoder())
    assert stored is not None
    assert STORED[SentenceEncoder.name].stat().st_size < 100_000
    assert len(read_fields()) > 500
    # The signs of the axes are free, so what is compared is the likeness that they give.
    rows_ = np.random.default_rng(1).normal(size=(40, 512))
    mine, theirs = rows_ @ learnt.map, rows_ @ stored.map
    assert np.allclose(mine @ mine.T, theirs @ theirs.T, rtol=0.02, atol=0.02 * float(np.abs(mine @ mine.T).max()))
    assert np.allclose(stored.mean, learnt.mean, atol=2e-3)


def test_no_question_of_the_sets_stands_in_the_fields() -> None:
    fields = (STORED[SentenceEncoder.name].with_name("fields.tsv")).read_text(encoding="utf-8").lower()
    assert not [text for text in TEXTS if text.lower().rstrip("?") in fields]
