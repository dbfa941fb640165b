"""Which texts ask (nearly) the same."""

from __future__ import annotations

import numpy as np

from kennislab.grouping.engine.encoder import Encoder, Matrix, default_encoder
from kennislab.grouping.engine.space import likeness_space

CLOSE = 0.42
"""From this likeness on, two questions are worth showing side by side as perhaps the same."""


def likeness(vectors: Matrix, texts: list[str], encoder_name: str) -> Matrix:
    """(n, n): −1…1, about 0 for two arbitrary questions, 1 for the same."""
    rows = likeness_space(vectors, texts, encoder_name)
    return np.asarray(rows @ rows.T, np.float32)


def ranked(texts: list[str], to: str, *, encoder: Encoder | None = None, vectors: Matrix | None = None) -> list[tuple[int, float]]:
    """(item, likeness to ``to``), best first; ties in the order of the texts."""
    if not texts:
        return []
    encoder = encoder or default_encoder()
    own = encoder.encode(texts) if vectors is None else vectors
    rows = likeness_space(np.vstack([own, encoder.encode([to])]), [*texts, to], encoder.name)
    score = rows[:-1] @ rows[-1]
    return [(int(i), float(score[i])) for i in np.argsort(-score, kind="stable")]


def close_pairs(vectors: Matrix, texts: list[str], encoder_name: str, *, least: float = CLOSE) -> list[tuple[int, int, float]]:
    """(item, item, likeness) of all pairs from ``least`` on, closest first."""
    like = likeness(vectors, texts, encoder_name)
    first, second = np.nonzero(np.triu(like >= least, 1))
    order = np.argsort(-like[first, second], kind="stable")
    return [(int(first[i]), int(second[i]), float(like[first[i], second[i]])) for i in order]
