"""How much two short texts look alike letter by letter: for compounds, half-typed words and forms that stems do not join.

Words that carry no meaning are left out. A gram counts less the more of the compared texts hold it, so what all of them share (the word
that they were found by, say) decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log, sqrt

from kennislab.core import language

SIZES = (3, 4, 5)
MOST = 400
"""Characters of a text that are compared."""


@lru_cache(maxsize=1 << 14)
def _of_word(word: str, growing: bool = False) -> tuple[str, ...]:
    padded = f" {word}" if growing else f" {word} "
    return tuple(padded[i : i + size] for size in SIZES for i in range(len(padded) - size + 1))


@lru_cache(maxsize=1 << 13)
def _of_text(text: str) -> Counter[str]:
    return Counter(gram for token in language.tokens(text[:MOST]) if token.stem for gram in _of_word(token.word))


def _of_question(text: str, half: str) -> Counter[str]:
    """``half``: the last word, still growing: where it ends is not known yet."""
    words = [token.word for token in language.tokens(text[:MOST]) if token.stem or token.word == half]
    grams: Counter[str] = Counter()
    for place, word in enumerate(words, 1):
        grams.update(_of_word(word, bool(half) and place == len(words) and word == half))
    return grams


def likeness(text: str, others: Sequence[str], half: str = "") -> list[float]:
    """For each of ``others``: 0 (nothing in common) to 1 (the same letters); the cosine of TF-IDF over threes to fives of letters."""
    asked = _of_question(text, half)
    known = [_of_text(other) for other in others]
    spread = Counter(gram for own in known for gram in own)
    rarity = {gram: log(1 + (len(known) + 1) / (times + 0.5)) for gram, times in spread.items()}
    most = log(1 + (len(known) + 1) / 0.5)
    weights = {gram: (1 + log(times)) * rarity.get(gram, most) for gram, times in asked.items()}
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    found = []
    for own in known:
        size = sqrt(sum(((1 + log(times)) * rarity[gram]) ** 2 for gram, times in own.items())) or 1.0
        shared = sum(weights[gram] * (1 + log(times)) * rarity[gram] for gram, times in own.items() if gram in weights)
        found.append(shared / (length * size))
    return found
