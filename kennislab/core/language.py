"""Dutch as this programme writes it: tokens, word stems, stop words, compounds, typing mistakes.

Snowball has two Dutch stemmers. ``dutch`` (Kraaij-Pohlmann) joins huis/huizen but parts goed/goede and makes *zin* of *gezin*;
``dutch_porter`` joins the adjectives but parts huis/huizen, coach/coaches and subsidie/subsidies. Neither is finished after one
pass (kansen → kans → kan). So: ``dutch_porter`` to its fixed point, and around it a few rules and the programme's own words.
``tests/core/test_language.py`` holds word families against all three.

Everything here is a pure function; a stem consists of lower-case letters and digits only, so it needs no quoting in any query.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

LONGEST = 40
"""Characters of a word that count; what is longer is an address or a slip."""

STOP_WORDS = frozenset(
    """
    aan al alle alleen als altijd andere anders ben bent bij binnen daar daarbij daarmee daarom daarvoor dan dat de deze die dit
    doe doen doet door dus e een echt echter eens eigen elk elke en enkele er ermee ervoor erg ga gaan gaat gedaan geen gehad
    geweest had hadden hallo heb hebben hebt heeft heel hem hen het hier hierbij hoe hun iedere iemand iets ik in is ja je jij jou
    jouw jullie kan kon konden kun kunnen kunt laat laten maar maak maakt maken mag me meer meest men met mij mijn moest moet
    moeten na naar nee niemand niet niets nog nogal nu of om omdat ondanks onder ons ook onze op over per s samen soms t te tegen
    ten ter terwijl toch toe toen tot tussen u uit uw van vanuit veel vele verder vol volgens voor vooral waar waarbij waarin
    waarom waarmee wanneer waren was wat we weer wel welk welke werd werden wie wij wil wilde willen word worden wordt zal ze zeer
    zei zelf zelfs zich zij zijn zo zodat zoals zon zou zouden zullen
    """.split()
)
"""Words that carry no meaning of their own. Judged on the word as written: *kan* is one, *kans* is not."""

_WHOLE = {
    "coach": "coach", "coaches": "coach", "coachen": "coach", "coacht": "coach", "gecoacht": "coach",
    "coaching": "coach", "leden": "lid", "lid": "lid", "ledes": "lid", "wegen": "weg",
    "schepen": "schip", "kinderen": "kind", "kinders": "kind", "eieren": "ei", "ideeen": "idee",
    "idee": "idee", "zeeen": "zee", "knieen": "knie", "lessen": "les", "les": "les",
    "vve": "vve", "vves": "vve", "vvs": "vve", "labs": "lab", "gezin": "gezin",
    "gezinnen": "gezin", "goederen": "goeder", "gas": "gas", "gassen": "gas", "gasloos": "gasloos",
    "bus": "bus", "bussen": "bus", "fiets": "fiets", "fietsen": "fiets", "fietst": "fiets",
    "huis": "huis", "thuis": "thuis", "kosten": "kost", "markt": "markt", "markten": "markt",
    "college": "college", "musea": "museum", "jongeren": "jong", "ouderen": "oud", "data": "data",
    "media": "media", "praktijk": "praktijk", "praktijken": "praktijk", "mensen": "mens", "mens": "mens",
    "grens": "grens", "grenzen": "grens", "prijs": "prijs", "basis": "basis", "crisis": "crisis",
    "crises": "crisis",
}  # fmt: skip
_ENDINGS = (
    ("kansen", "kans"), ("kans", "kans"), ("wensen", "wens"), ("wens", "wens"),
    ("steden", "stad"), ("coaches", "coach"), ("coach", "coach"), ("woningen", "woning"),
    ("bestuursleden", "bestuurslid"), ("raadsleden", "raadslid"), ("teamleden", "teamlid"), ("groepsleden", "groepslid"),
    ("schulden", "schuld"), ("schuld", "schuld"), ("lasten", "last"), ("subsidieren", "subsidie"),
    ("subsidieert", "subsidie"), ("gesubsidieerd", "subsidie"), ("trajecten", "traject"), ("traject", "traject"),
    ("proces", "proces"), ("processen", "proces"), ("mensen", "mens"), ("ideeen", "idee"),
)  # fmt: skip
_SINGULAR_IES = ("advies", "verlies", "precies", "kies", "vies", "spies", "vlies", "bries", "fries")
_PLURAL_S = ("ees", "oes", "ues", "eaus", "ers", "els", "ens", "ems", "aars")
_VOWEL = "aeiouy"

_stemmer = snowballstemmer.stemmer("dutch_porter")
_TOKEN = re.compile(r"[^\W_]+(?:['’`´][^\W_]+)*['’]?")
_SHORT = re.compile(r"['’`´](?:s|er|ers|en|tje|tjes|t|n)?$")
_SPOKEN = re.compile(r"(?<=[a-z]{2})(?:aties?|ator(?:en)?|eren|eert|eerde?n?|ering|eer)$")
_PERFECT = re.compile(r"(?<=aal|oon|ool|oop|eel|oel|oem)[td]$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word where it stands: ``text[start:end]``, folded to ``word``, reduced to ``stem`` (empty for a stop word)."""

    start: int
    end: int
    word: str
    stem: str


def fold(text: str) -> str:
    """Lower case without accents: *Geïsoleerd* → *geisoleerd*. Length may change."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=1 << 15)
def _word(raw: str) -> str:
    """The folded word of a token, without a genitive or plural after an apostrophe: *VvE's* → *vve*, *programma's* → *programma*."""
    plain = fold(_SHORT.sub("", raw))
    return "".join(c for c in plain if c.isalnum())[:LONGEST]


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """The stem of a word, whatever its form. ``stem(stem(w))`` need not be ``stem(w)``: stems are keys, not words."""
    word = _word(word)
    if len(word) < 3 or not word.isascii() or any(c.isdigit() for c in word):
        return word
    if word in _WHOLE:
        return _WHOLE[word]
    for ending, base in _ENDINGS:
        if word.endswith(ending):
            return word[: -len(ending)] + base
    return _tidy(_fixed_point(_before(word)))


def _before(word: str) -> str:
    """Endings that the stemmer leaves, or takes for something else."""
    if word.endswith("ies") and not word.endswith(_SINGULAR_IES) and len(word) > 4:
        word = word[:-1]
    if len(word) > 4 and word.endswith(_PLURAL_S) and not word.endswith(("grens", "vrees", "vlees")):
        word = word[:-1]
    if len(word) > 6 and word.startswith("ge") and re.search(r"eer(?:d|de)$", word):
        word = word[2:]
    if word.endswith("kt") and not word.endswith("markt"):
        word = word[:-1]
    if not word.endswith("beeld"):
        word = _PERFECT.sub("", word)
    shorter = _SPOKEN.sub("er", word)
    if shorter != word and sum(c in _VOWEL for c in shorter[:-2]) >= 1 and len(shorter) >= 6:
        word = shorter
    return word


def _fixed_point(word: str) -> str:
    for _ in range(6):
        shorter = _stemmer.stemWord(word)
        if shorter == word or len(shorter) < 2:
            break
        word = shorter
    return str(word)


def _tidy(word: str) -> str:
    """One spelling per stem: briev → brief, huiz → huis, gezinn → gezin, raam → ram."""
    if len(word) > 2 and word[-1] == word[-2] and word[-1] not in _VOWEL:
        word = word[:-1]
    if len(word) > 2 and word[-1] in "vz":
        word = word[:-1] + ("f" if word[-1] == "v" else "s")
    if len(word) > 3 and word[-1] not in _VOWEL and word[-2] == word[-3] and word[-2] in "aeou":
        word = word[:-2] + word[-1]
    return word


def tokens(text: str) -> Iterator[Token]:
    """The words of a text, in order, stop words included (with an empty stem)."""
    for match in _TOKEN.finditer(text):
        word = _word(match.group())
        if word:
            yield Token(match.start(), match.end(), word, "" if word in STOP_WORDS else stem(word))


def stems(text: str) -> list[str]:
    """The stems of a text in order, without stop words."""
    return [token.stem for token in tokens(text) if token.stem]


def trigrams(word: str) -> list[str]:
    """The overlapping threes of letters of a folded word, its ends marked with a space: *net* → [' ne', 'net', 'et ']. No repeats."""
    padded = f" {word} "
    return list(dict.fromkeys(padded[i : i + 3] for i in range(len(padded) - 2)))


_JOINTS = ("", "s", "en", "e", "n")


def parts(word: str, known: Callable[[Iterable[str]], set[str]], shortest: int = 4) -> tuple[str, str] | None:
    """Splits a compound in two known words: *wijkbudget* → (*wijk*, *budget*), *bewonersavond* → (*bewoner*, *avond*).

    ``known`` gets candidate words and returns those that exist. The longest last part wins, as that says what the thing is.
    """
    choices: list[tuple[str, str]] = []
    for cut in range(shortest, len(word) - shortest + 1):
        head, tail = word[:cut], word[cut:]
        for joint in _JOINTS:
            if (not joint or head.endswith(joint)) and len(head) - len(joint) >= shortest:
                choices.append((head[: len(head) - len(joint)], tail))
    if not choices:
        return None
    exist = known({part for choice in choices for part in choice})
    return next((choice for choice in choices if choice[0] in exist and choice[1] in exist), None)


def holds_as_part(compound: str, word: str) -> bool:
    """Whether ``word`` begins or ends ``compound`` as a part of its own: *budget* in *wijkbudget*, not *net* in *planeten*."""
    if compound == word or len(word) < 4:
        return False
    if compound.endswith(word):
        return len(compound) - len(word) >= 3
    return compound.startswith(word) and len(compound) - len(word) >= 4


def distance(one: str, other: str, most: int) -> int:
    """Typing mistakes between two words (letter more, less, other, or two swapped); ``most + 1`` as soon as it is more than ``most``."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, previous[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def mistakes_allowed(word: str) -> int:
    """How many typing mistakes a word of this length may have before it is another word."""
    return 0 if len(word) < 5 else 1 if len(word) < 9 else 2
