"""How wide the columns of a table are in files to write on in: as wide as what is in them, and long texts share what is left."""

from __future__ import annotations

from kennislab.archive.reporting.chapters import Table

PAGE = 16.2
"""Centimetres between the margins."""
FEW = 12
"""A table of no more rows than this stays on one page, when its texts are short."""
WHOLE = 600
"""A row with no longer text than this stays on one page."""
_LETTER, _HEAD, _PADDING = 0.205, 0.235, 0.75
_NARROW = 28
"""A column of texts no longer than this stays on one line."""


def columns(table: Table) -> list[float]:
    """Centimetres of each column; together at most :data:`PAGE`. A small table stays small: eyes must cross it."""
    longest = [max((len(row[place]) for row in table.rows), default=0) for place in range(len(table.columns))]
    heads = [len(head) * _HEAD for head in table.columns]
    wanted = [max(length * _LETTER, head) + _PADDING for length, head in zip(longest, heads, strict=True)]
    if sum(wanted) <= PAGE:
        return [round(width, 2) for width in wanted]
    long = [place for place, length in enumerate(longest) if length > _NARROW] or list(range(len(longest)))
    left = max(PAGE - sum(width for place, width in enumerate(wanted) if place not in long), PAGE / 3)
    weights = {place: min(longest[place], 120) for place in long}
    total = sum(weights.values())
    shared = [left * weights[place] / total if place in weights else width for place, width in enumerate(wanted)]
    over = max(sum(shared) / PAGE, 1.0)
    return [round(width / over, 2) for width in shared]


def whole(table: Table) -> bool:
    """Whether it is small enough to stay on one page."""
    return len(table.rows) <= FEW and all(len(cell) < WHOLE / FEW for row in table.rows for cell in row)
