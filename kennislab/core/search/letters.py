"""How much two short texts look alike letter by letter: for compounds, half-typed words and forms that stems do not join.

Words that carry no meaning are left out. A gram counts less the more of the compared texts hold it, so what all of them share (the word
that they were found by, say) decides nothing. Grams are numbered by their checksum: two that share a number among 262 144 do no harm.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from kennislab.core import language

SIZES = (3, 4, 5)
MOST = 400
"""Characters of a text that are compared."""
_NUMBERS = 1 << 18

Grams = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]
"""Numbers of the grams of a text, and how much each counts there: 1 + log(times)."""


@lru_cache(maxsize=1 << 14)
def _of_word(word: str, growing: bool = False) -> tuple[int, ...]:
    padded = f" {word}" if growing else f" {word} "
    return tuple(zlib.crc32(padded[i : i + size].encode()) % _NUMBERS for size in SIZES for i in range(len(padded) - size + 1))


def _counted(words: Iterable[tuple[int, ...]]) -> Grams:
    times = Counter(number for word in words for number in word)
    if not times:
        return np.zeros(1, np.int64), np.zeros(1, np.float32)
    numbers = np.fromiter(times.keys(), np.int64, len(times))
    return numbers, np.asarray(1 + np.log(np.fromiter(times.values(), np.float32, len(times))), np.float32)


@lru_cache(maxsize=1 << 12)
def _of_text(text: str) -> Grams:
    return _counted(_of_word(token.word) for token in language.tokens(text) if token.stem)


def _of_question(text: str, half: str) -> Grams:
    """``half``: the last word, still growing: where it ends is not known yet."""
    words = [token.word for token in language.tokens(text) if token.stem or token.word == half]
    return _counted(_of_word(word, bool(half) and place == len(words) and word == half) for place, word in enumerate(words, 1))


def likeness(text: str, others: Sequence[str], half: str = "") -> npt.NDArray[np.float32]:
    """For each of ``others``: 0 (nothing in common) to 1 (the same letters); the cosine of TF-IDF over threes to fives of letters."""
    if not others:
        return np.zeros(0, np.float32)
    known = [_of_text(other[:MOST]) for other in others]
    starts = np.cumsum([0, *(len(numbers) for numbers, _ in known[:-1])])
    every = np.concatenate([numbers for numbers, _ in known])
    spread = np.bincount(every, minlength=_NUMBERS)

    def weighed(grams: Grams) -> npt.NDArray[np.float32]:
        return np.asarray(grams[1] * np.log(1 + (len(known) + 1) / (spread[grams[0]] + 0.5)), np.float32)

    weights = weighed((every, np.concatenate([own for _, own in known])))
    asked = _of_question(text[-MOST:], half)
    wanted = np.zeros(_NUMBERS, np.float32)
    wanted[asked[0]] = weighed(asked)
    shared = np.add.reduceat(weights * wanted[every], starts)
    lengths = np.sqrt(np.add.reduceat(weights * weights, starts)) * np.linalg.norm(wanted)
    return np.asarray(np.where(lengths > 0, shared / np.maximum(lengths, 1e-9), 0), np.float32)
