"""Asking: from a question to a page of results, and from a text to what looks like it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core.search import counting, finding, letters, meanings
from kennislab.core.search import question as questions
from kennislab.core.search.columns import View
from kennislab.core.search.engines import NONE, Ids
from kennislab.core.search.finding import Found, Scores
from kennislab.core.search.shapes import SPOKEN, Hit, Results
from kennislab.core.search.snippets import mark, snippet
from kennislab.core.search.tables import DOCUMENT

_POOL = 60
"""So many of the best by their words are compared letter by letter."""
_LETTERS = np.float32(0.3)
"""How much the letters count, the words the rest. Between 0.2 and 0.6 it hardly matters."""
_MEANING = np.float32(1 / 3)
"""How much the meaning counts, where both texts have a vector: words, letters and meaning are three judges. From 0.2 to 0.5 it hardly
matters."""
_NEAR = 0.45
"""What shares no telling word must be so near in meaning to be shown: 19 of 20 arbitrary questions of one programme are further apart."""


def search(
    session: Session,
    query: str,
    audiences: Collection[str],
    facets: Mapping[str, Collection[str]] | None = None,
    limit: int = 20,
    offset: int = 0,
    *,
    order: Literal["relevance", "date"] = "relevance",
    half_typed: bool = False,
    widen: bool = False,
    means: finding.Means | None = None,
) -> Results:
    """What ``audiences`` may see of what ``query`` asks for.

    ``query``: words (all of them; word forms, compounds and typing mistakes included), ``"a phrase"``, ``-excluded``; any text will
    do, an empty one asks for everything. ``facets``: name → wanted values; several values of one name widen, several names narrow;
    :data:`~.shapes.NONE` among them: those without any value, too. Equal scores: newest first.
    ``widen``: when few hold all words, those that hold some, or share a part with them, come after (``Results.whole`` says how many come
    first); with ``means``, which gives the vector of a text, what is near in meaning, too.
    """
    wanted = {name: values for name, values in (facets or {}).items() if values}
    asked = questions.read(query, half_typed)
    found = finding.find(session, asked, sorted(audiences), widen=widen, means=means) if audiences else None
    if found is None:
        return _nothing(wanted)
    return _page(session, found, wanted, limit, offset, order)


def newer(
    session: Session,
    query: str,
    audiences: Collection[str],
    facets: Mapping[str, Collection[str]] | None,
    since: datetime,
    limit: int = 20,
    until: datetime | None = None,
) -> Results:
    """The same, of what these audiences may see since ``since`` only, newest first. What holds some words only does not fit.

    A document counts from when it was put in, or from when another audience got it; other words do not make it new. ``until``: not
    younger than this. Who asks again and again gives *now* less :data:`~.shapes.SETTLED` and keeps that as the next ``since``: what a
    transaction has put in and not yet committed would be passed over otherwise.
    """
    wanted = {name: values for name, values in (facets or {}).items() if values}
    found = finding.find(session, questions.read(query), sorted(audiences)) if audiences else None
    if found is None or found.relaxed:
        return _nothing(wanted)
    came = found.columns.came[: len(found.mask)]
    found.mask &= came > since.timestamp()
    if until is not None:
        found.mask &= came <= until.timestamp()
    return _page(session, found, wanted, limit, 0, "date")


def _page(session: Session, found: Found, wanted: counting.Wanted, limit: int, offset: int, order: str) -> Results:
    counted = counting.count(found, wanted)
    ids = np.flatnonzero(counted.mask)
    keys = found.columns.at[: len(found.mask)] if order == "date" else _with_date(found, ids)
    top = _top(ids, keys, offset + max(limit, 0))[offset:]
    hits = hits_of(session, top, found.score, found.stems, found.alike)
    whole = len(ids) if found.whole is None else int(np.count_nonzero(found.whole[ids]))
    return Results(len(ids), hits, counted.facets, counted.without, found.relaxed, found.corrections, whole)


def similar(
    session: Session,
    text: str,
    kinds: Collection[str],
    audiences: Collection[str],
    limit: int = 5,
    *,
    half_typed: bool = False,
    besides: Collection[tuple[str, str]] = (),
    least: float = 0.1,
    meaning: meanings.Meaning | None = None,
) -> list[Hit]:
    """What is most like ``text``: documents of these kinds (none named: any) that share its telling words.

    ``score``, 0 to 1: most of it the share of the text's weight that a document holds, the rest (:data:`_LETTERS`) how alike text and
    title look letter by letter; below ``least`` it is not like it. ``besides``: (kind, key) that must not be among them.
    ``half_typed``: the last word may still be growing. ``meaning``: the text's vector; then what means the same in other words is found
    too, and how near it is counts for :data:`_MEANING`. A document without a vector is judged by words and letters alone.
    """
    asked = questions.read(text, half_typed)
    asked.words = [*asked.words, *(token for phrase in asked.phrases for token in phrase)][: questions.MOST_WORDS]
    asked.phrases, asked.without = [], []
    if not audiences or not asked.words or limit < 1:
        return []
    found = finding.find(session, asked, sorted(audiences), any_of=True)
    if found is None:
        if meaning is None:
            return []
        found = finding.combine(View(session, sorted(audiences)), 0, [], [], any_of=True)
    mask = counting.chosen(found, {"kind": kinds} if kinds else {})
    most = max(_POOL, limit + len(besides))
    pool = best(found, np.flatnonzero(mask), most)
    near = np.full(len(pool), np.nan, np.float32)
    if meaning is not None:
        pool, near = _with_meaning(session, found, meaning, kinds, pool, most)
    pool, near = _look_closer(session, text, asked.half, found, pool, near)
    known = ~np.isnan(near)
    enough = (found.score[pool] >= least) | (known & (near >= _NEAR))
    found.score[pool[known]] += _MEANING * (np.maximum(near[known], 0) - found.score[pool[known]])
    ids = pool[enough]
    hits = hits_of(session, best(found, ids, limit + len(besides)), found.score, found.stems)
    return [hit for hit in hits if (hit.kind, hit.key) not in set(besides)][:limit]


def _with_meaning(
    session: Session, found: Found, meaning: meanings.Meaning, kinds: Collection[str], pool: Ids, most: int
) -> tuple[Ids, Scores]:
    """The pool with what is nearest in meaning, and how near each is (NaN: not known). All of it is for these audiences to see."""
    numbers, cosines = meanings.compare(session, meaning, found.view.audiences, kinds)
    if not len(numbers):
        return pool, np.full(len(pool), np.nan, np.float32)
    nearest = np.argsort(-cosines, kind="stable")[:most] if len(cosines) <= most else np.argpartition(-cosines, most)[:most]
    pool = np.union1d(pool, numbers[nearest[cosines[nearest] >= _NEAR]])
    pool = found.view.visible_of(pool)
    size = len(found.view.visible)
    found.score = np.pad(found.score, (0, size - len(found.score)))
    by_number = np.full(max(size, int(numbers.max()) + 1), np.nan, np.float32)
    by_number[numbers] = cosines
    return pool, by_number[pool]


def _look_closer(session: Session, text: str, half: str, found: Found, pool: Ids, near: Scores) -> tuple[Ids, Scores]:
    """Mixes how alike the letters are into the score of these documents. One without a title is compared by its text.

    Returns those that are there still.
    """
    chosen = sa.select(DOCUMENT.c.id, DOCUMENT.c.title, DOCUMENT.c.text).where(DOCUMENT.c.id.in_(pool.tolist()))
    shown = {number: title or body for number, title, body in session.connection().execute(chosen)}
    there = np.array([number in shown for number in pool.tolist()], bool)
    if not there.all():
        meanings.drop(session, pool[~there])
        pool, near = pool[there], near[there]
    alike = letters.likeness(text, [shown[number] for number in pool.tolist()], half)
    found.score[pool] = (1 - _LETTERS) * found.score[pool] + _LETTERS * alike
    return pool, near


def best(found: Found, ids: Ids, most: int) -> Ids:
    """The ``most`` best of these, best first."""
    return _top(ids, _with_date(found, ids), most)


def _with_date(found: Found, ids: Ids) -> npt.NDArray[np.float64]:
    """Score, and among equals the newest."""
    at = found.columns.at[: len(found.score)]
    if not len(ids):
        return at
    first, last = float(at[ids].min()), float(at[ids].max())
    return np.round(found.score.astype(np.float64), 4) + 5e-5 * (at - first) / max(last - first, 1.0)


def _top(ids: Ids, keys: npt.NDArray[np.float64], most: int) -> Ids:
    """The ``most`` best of ``ids``, best first; the lowest number first among equals."""
    chosen = keys[ids]
    if len(ids) > most > 0:
        edge = np.partition(chosen, len(ids) - most)[len(ids) - most]
        ids, chosen = ids[chosen >= edge], chosen[chosen >= edge]
    return ids[np.lexsort((ids, -chosen))][:most]


def hits_of(session: Session, ids: Ids, score: Scores, stems: set[str], alike: Ids = NONE) -> list[Hit]:
    """The documents themselves, in this order. ``alike``: which of them are near in meaning."""
    if not len(ids):
        return []
    found = session.connection().execute(sa.select(DOCUMENT).where(DOCUMENT.c.id.in_(ids.tolist())))
    rows: dict[int, Any] = {row.id: row for row in found}
    hits, meant = [], set(alike.tolist())
    for number in ids.tolist():
        row = rows[number]
        title, text = mark(row.title, stems), mark(row.text, stems)
        facets = {"kind": [row.kind], **json.loads(row.facets)}
        spoken = [piece for name in SPOKEN for value in facets.get(name, []) for piece in mark(value, stems)]
        why = list(dict.fromkeys(piece for piece, marked in [*title, *text, *spoken] if marked))
        near, so = number in meant, round(float(score[number]), 4)
        hits.append(Hit(row.kind, row.key, row.title, title, snippet(text), row.url, so, row.at, why, facets, near))
    return hits


def _nothing(wanted: Mapping[str, Collection[str]]) -> Results:
    """No documents, with what was chosen."""
    return Results(0, [], {name: counting.listed({}, values) for name, values in wanted.items()}, dict.fromkeys(wanted, 0), whole=0)
