"""The spaces in which questions are compared: one for themes, one for likeness of two texts.

Rows have length 1; their product is the likeness.
"""

from __future__ import annotations

import numpy as np

from kennislab.grouping.engine.compass import compass_for
from kennislab.grouping.engine.encoder import Matrix, letter_weights, unit

_PRIOR = 10.0
"""So many imaginary questions stand for the general mean: with three real ones their own mean would be most of them."""


def _centred(half: Matrix, prior: Matrix | None) -> Matrix:
    own = half.mean(0)
    mean = own if prior is None else (len(half) * own + _PRIOR * prior) / (len(half) + _PRIOR)
    if prior is None and len(half) < 5:
        mean = np.zeros_like(own)
    return unit(half - mean)


def theme_space(vectors: Matrix, texts: list[str], encoder_name: str) -> Matrix:
    """(n, d): subjects. Centred vectors of text and content words through the compass, a little of the vector itself, and letters."""
    if len(texts) == 0:
        return np.zeros((0, 1), np.float32)
    half = vectors.shape[1] // 2
    compass = compass_for(encoder_name)
    letters = letter_weights(texts)
    if compass is None:
        return unit(np.hstack([0.3 * vectors[:, half:], letters]))
    whole, words = _centred(vectors[:, :half], compass.mean), _centred(vectors[:, half:], compass.mean)
    letters = unit(letters - letters.mean(0)) if len(texts) > 4 else letters
    return unit(np.hstack([unit(whole @ compass.map), unit(words @ compass.map), 0.5 * whole, 0.6 * letters]))


def likeness_space(vectors: Matrix, texts: list[str], encoder_name: str) -> Matrix:
    """(n, d): do two texts ask the same? The vectors count, not their subject; letters help with names and rare words."""
    half = vectors.shape[1] // 2
    letters = letter_weights(texts)
    compass = compass_for(encoder_name)
    if compass is None:
        return unit(np.hstack([0.5 * vectors, letters]))
    return unit(np.hstack([_centred(vectors[:, :half], compass.mean), 0.8 * _centred(vectors[:, half:], compass.mean), 0.9 * letters]))
