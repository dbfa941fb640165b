"""Facets: how many of what was found have which value, and what is left after choosing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from kennislab.core.search.columns import Facet, one_of
from kennislab.core.search.engines import Ids
from kennislab.core.search.finding import Found, Mask
from kennislab.core.search.shapes import NONE

MOST_FACET_VALUES = 60


@dataclass
class Counted:
    """Facets with their numbers, and the documents (dense by number) that all choices leave."""

    facets: dict[str, list[tuple[str, int]]]
    without: dict[str, int]
    mask: Mask


Wanted = Mapping[str, Collection[str]]


def chosen(found: Found, wanted: Wanted) -> Mask:
    """What all choices leave."""
    ids = np.flatnonzero(found.mask)
    return _left(found, ids, _choices(found, ids, wanted))


def _left(found: Found, ids: Ids, kept: Mapping[str, Mask]) -> Mask:
    mask = found.mask.copy()
    for one in kept.values():
        mask[ids] &= one
    return mask


def _choices(found: Found, ids: Ids, wanted: Wanted) -> dict[str, Mask]:
    """Facet → which of these documents it keeps."""
    kept: dict[str, Mask] = {}
    for name, values in wanted.items():
        facet = found.columns.facets.get(name)
        if facet is None:
            kept[name] = np.full(len(ids), NONE in values)
            continue
        rows = facet.rows[ids]
        fits = one_of(rows, [facet.codes[value] for value in values if value in facet.codes])
        kept[name] = np.any(fits, axis=1) | (~np.any(rows, axis=1) if NONE in values else False)
    return kept


def count(found: Found, wanted: Wanted) -> Counted:
    """Counts per facet, each within the choices made in the others; and what all choices leave."""
    ids = np.flatnonzero(found.mask)
    facets = found.columns.facets
    kept = _choices(found, ids, wanted)
    counts: dict[str, list[tuple[str, int]]] = {}
    without: dict[str, int] = {}
    for name in sorted({*facets, *wanted}):
        others = [mask for other, mask in kept.items() if other != name]
        within = ids[np.all(others, axis=0)] if others else ids
        facet = facets.get(name, Facet(rows=np.zeros((len(found.mask), 1), dtype=np.int32)))
        rows = facet.rows[within]
        tally = np.bincount(rows.ravel(), minlength=len(facet.values))
        tally[0] = 0
        shown = listed({facet.values[code]: int(tally[code]) for code in np.flatnonzero(tally)}, wanted.get(name, ()))
        if shown or name in wanted:
            counts[name], without[name] = shown, int(np.count_nonzero(~rows.any(axis=1)))
    return Counted(counts, without, _left(found, ids, kept))


def listed(numbers: Mapping[str, int], picked: Collection[str]) -> list[tuple[str, int]]:
    """Most first, the longest tail left off; what was chosen always among them."""
    every = sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = every[:MOST_FACET_VALUES]
    there = {value for value, _ in shown}
    return shown + [(value, numbers.get(value, 0)) for value in sorted(set(picked) - there - {NONE})]
