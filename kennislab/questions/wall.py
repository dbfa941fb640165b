"""All questions of a lab to read before the day: which of them, and in which order."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kennislab.questions.models import KnowledgeQuestion

ORDERS = ("nieuw", "steun")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader wants to see. Empty: everything. ``theme``: as the askers wrote it, capitals aside."""

    words: str = ""
    place: str = ""
    theme: str = ""
    order: str = "nieuw"


def plain(text: str) -> str:
    """Without capitals and accents, so that *Financien* finds *Financiën*."""
    return "".join(one for one in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(one))


def chosen(
    questions: Sequence[KnowledgeQuestion], wish: Wish, counts: Mapping[int, int], names: Mapping[str, str]
) -> list[KnowledgeQuestion]:
    """The questions that hold all words, of that municipality and theme. ``counts``: support by id; ``names``: by municipality code."""
    words = plain(wish.words).split()
    kept = []
    for one in reversed(questions):
        if wish.place and one.municipality_code != wish.place:
            continue
        if wish.theme and plain(one.theme_hint) != plain(wish.theme):
            continue
        parts = (one.text, one.context, one.tried, one.theme_hint, one.asker_name, names.get(one.municipality_code or "", ""))
        text = plain(" ".join(parts))
        if all(word in text for word in words):
            kept.append(one)
    if wish.order == "steun":
        kept.sort(key=lambda one: -counts.get(one.id, 0))
    return kept


def themes(questions: Sequence[KnowledgeQuestion]) -> list[tuple[str, int]]:
    """(theme as it was written first, how many questions), most first."""
    often: Counter[str] = Counter()
    written: dict[str, str] = {}
    for one in questions:
        if one.theme_hint:
            written.setdefault(plain(one.theme_hint), one.theme_hint)
            often[plain(one.theme_hint)] += 1
    return [(written[key], count) for key, count in sorted(often.items(), key=lambda pair: (-pair[1], pair[0]))]
