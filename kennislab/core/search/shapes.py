"""What goes into the index and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Marked = list[tuple[str, bool]]
"""A text in pieces; ``True`` for a piece that matches the question."""


SPOKEN = ("theme", "municipality", "district")
"""Facets whose values are words that people type: *Delft*, *draagvlak*."""


SETTLED = timedelta(minutes=2)
"""No transaction takes longer: what was put in before that is either there or will never be."""

NONE = ""
"""As a wanted value of a facet: documents without any value of it."""


@dataclass(frozen=True, slots=True)
class Document:
    """Something that can be found. ``kind`` + ``key`` name it; putting it in again replaces it.

    ``audience``: the one group that may find it. ``facets``: name → values, any number; ``kind`` is a facet of itself, and values of
    :data:`SPOKEN` facets are words to find it by as well.
    """

    kind: str
    key: str
    title: str
    text: str
    audience: str
    url: str
    at: datetime
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found. ``why``: its own words that matched, as written; ``score`` counts within one answer only. ``alike``: it
    does not hold all words, and is near in meaning.
    """

    kind: str
    key: str
    title: str
    title_marked: Marked
    snippet: Marked
    url: str
    score: float
    at: datetime
    why: list[str]
    facets: dict[str, list[str]]
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that may be meant. Choosing it puts ``query`` in the search box.

    ``kind``: ``word`` (``text``: the question with its last word finished), ``facet`` (``facet`` and ``value`` to filter by; ``query`` is
    the question without the words that named it) or ``title`` (at ``url``; ``value``: its kind). ``count``: the documents that choosing it
    gives.
    """

    text: str
    kind: Literal["word", "facet", "title"]
    facet: str | None
    value: str | None
    count: int
    query: str
    url: str


@dataclass(frozen=True, slots=True)
class Results:
    """An answer. ``total`` and ``facets`` count everything found, ``hits`` is the page that was asked for.

    ``facets``: name → [(value, count)], most first; a facet's own choice does not narrow its own counts, and what was chosen is listed
    even when nothing is left of it. ``without``: name → how many have no value of it, counted in the same way.
    ``relaxed``: nothing held all words, so these hold some. ``whole``: so many hold all words; they come first.
    ``corrections``: [(typed, taken for)].
    """

    total: int
    hits: list[Hit]
    facets: dict[str, list[tuple[str, int]]]
    without: dict[str, int] = field(default_factory=dict)
    relaxed: bool = False
    corrections: list[tuple[str, str]] = field(default_factory=list)
    whole: int = 0
