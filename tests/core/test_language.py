"""Dutch word forms, compounds and mistakes: exact outcomes, and better than either Snowball stemmer alone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import snowballstemmer

from kennislab.core import language

FAMILIES = [
    "koppelkans koppelkansen", "kans kansen", "wens wensen", "stad steden stads", "vve vve's vves VvE", "coach coaches coachen",
    "huis huizen", "prijs prijzen", "brief brieven", "glas glazen", "advies adviezen", "gas gassen", "les lessen", "bedrijf bedrijven",
    "subsidie subsidies", "corporatie corporaties", "renovatie renovaties renoveren", "studie studies", "commissie commissies",
    "goed goede", "oud oude ouderen", "jong jonge jongeren", "duurzaam duurzame", "kwetsbaar kwetsbare", "raam ramen", "dak daken",
    "weg wegen", "lid leden", "kind kinderen", "schuld schulden", "gezin gezinnen", "mens mensen", "grens grenzen",
    "warmtenet warmtenetten", "wijkbudget wijkbudgetten", "warmtepomp warmtepompen", "energiecoach energiecoaches",
    "binnenstad binnensteden", "huurder huurders", "bewoner bewoners", "woning woningen", "gemeente gemeenten",
    "eigenaar eigenaren eigenaars", "oplossing oplossingen", "knelpunt knelpunten", "mogelijkheid mogelijkheden", "opgave opgaven",
    "werkgroep werkgroepen", "samenwerken samenwerking samenwerkt", "besparen besparing", "verduurzamen verduurzaming",
    "betrekken betrekt", "bereiken bereikt bereik", "organiseren organiseert georganiseerd organisatie",
    "isoleren isoleert geïsoleerd isolatie", "participeren participatie", "programma programma's", "flat flats", "lab labs",
    "kennislab Kennislabs", "idee ideeën", "betalen betaalt betaald", "wonen woont", "kosten kost", "proces processen",
    "traject trajecten", "fiets fietsen", "praktijk praktijken",
]  # fmt: skip
APART = [
    "gezin zin", "kans kan", "wens wen", "woord woon", "kaart kaal", "markt mark", "beeld beel", "les led", "huur huis", "stad staf",
    "verlies verlei", "station state", "raad raam", "buurt buur", "gemeente gemeen", "wijk wijs", "warmte warm", "net nest",
]  # fmt: skip


def _held(stem: object) -> int:
    return sum(len({stem(word) for word in family.split()}) == 1 for family in FAMILIES)  # type: ignore[operator]


@pytest.mark.parametrize("family", FAMILIES)
def test_word_forms_share_a_stem(family: str) -> None:
    assert len({language.stem(word) for word in family.split()}) == 1, [(w, language.stem(w)) for w in family.split()]


@pytest.mark.parametrize("pair", APART)
def test_other_words_do_not(pair: str) -> None:
    one, other = pair.split()
    assert language.stem(one) != language.stem(other)


def test_better_than_either_stemmer_alone() -> None:
    def fixed(name: str) -> object:
        stemmer = snowballstemmer.stemmer(name)

        def stem(word: str) -> str:
            word = language.fold(word)
            while (shorter := stemmer.stemWord(word)) != word:
                word = shorter
            return word

        return stem

    assert _held(language.stem) == len(FAMILIES)
    assert _held(fixed("dutch")) < len(FAMILIES) * 0.75
    assert _held(fixed("dutch_porter")) < len(FAMILIES) * 0.75


def test_tokens_know_where_they_stand_and_what_does_not_count() -> None:
    text = "Hoe betrek je VvE’s bij het warmtenet?"
    found = list(language.tokens(text))
    assert [text[t.start : t.end] for t in found] == ["Hoe", "betrek", "je", "VvE’s", "bij", "het", "warmtenet"]
    assert [t.word for t in found] == ["hoe", "betrek", "je", "vve", "bij", "het", "warmtenet"]
    assert [t.stem for t in found] == ["", "betrek", "", "vve", "", "", "warmtenet"]


def test_stop_words_are_judged_as_written() -> None:
    assert language.stems("Dat kan een kans zijn") == ["kans"]


def test_accents_case_and_stray_signs_do_not_matter() -> None:
    assert language.stems("GEÏSOLEERDE coöperaties") == language.stems("geisoleerde cooperatie")
    assert language.stems("'' _ — 70% \u202e😀 naïef_2030") == ["70", "naief", "2030"]


def test_a_stem_never_needs_quoting() -> None:
    for word in ("a'b", 'x"y', "foo*", "日本語", "ﬁets", "İstanbul", "straße", "e\u0301e\u0301n", "'", "9'9"):
        assert all(stem.isalnum() for stem in language.stems(word))


def test_compound_is_split_in_words_that_exist() -> None:
    known = {"wijk", "budget", "bewoner", "avond", "energie", "armoede"}

    def look(words: Iterable[str]) -> set[str]:
        return known & set(words)

    assert language.parts("wijkbudget", look) == ("wijk", "budget")
    assert language.parts("bewonersavond", look) == ("bewoner", "avond")
    assert language.parts("energiearmoede", look) == ("energie", "armoede")
    assert language.parts("planeten", look) is None


def test_a_part_stands_at_an_end() -> None:
    assert language.holds_as_part("wijkbudget", "budget")
    assert language.holds_as_part("budgetcoach", "budget")
    assert not language.holds_as_part("budget", "budget")
    assert not language.holds_as_part("planeten", "net")
    assert not language.holds_as_part("onbudgettair", "budget")


@pytest.mark.parametrize(
    ("one", "other", "mistakes"),
    [
        ("warmtent", "warmtenet", 1),
        ("wamrtenet", "warmtenet", 1),
        ("bewoenrs", "bewoners", 1),
        ("gemente", "gemeente", 1),
        ("zonneboiler", "zonnebloem", 4),
        ("a", "a", 0),
    ],
)
def test_mistakes_are_counted(one: str, other: str, mistakes: int) -> None:
    assert language.distance(one, other, 4) == mistakes
    assert language.distance(other, one, 4) == mistakes
    assert language.distance(one, other, mistakes) == mistakes


def test_counting_stops_early() -> None:
    assert language.distance("aaaaaaaa", "bbbbbbbb", 2) == 3


def test_trigrams_mark_the_ends() -> None:
    assert language.trigrams("net") == [" ne", "net", "et "]
