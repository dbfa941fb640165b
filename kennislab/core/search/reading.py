"""Asking: from a question to a page of results, and from a text to what looks like it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core.search import letters, meanings
from kennislab.core.search import question as questions
from kennislab.core.search.columns import Columns, View, one_of
from kennislab.core.search.engines import NONE, Ids, engine_of
from kennislab.core.search.shapes import SPOKEN, Hit, Results
from kennislab.core.search.snippets import mark, snippet
from kennislab.core.search.tables import DOCUMENT
from kennislab.core.search.terms import ENOUGH, Finder, Term

Scores = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

MOST_FACET_VALUES = 60
_PHRASE = 2.0
_TOO_COMMON = 0.08
_MANY = 500
"""In a small archive no word is too common to look further."""
_WHOLLY = 8
"""So many words of a long text are looked up with their compounds and kin; of the others the word itself is enough."""
_POOL = 60
"""So many of the best by their words are compared letter by letter."""
_LETTERS = np.float32(0.3)
"""How much the letters count, the words the rest. Between 0.2 and 0.6 it hardly matters."""
_MEANING = np.float32(1 / 3)
"""How much the meaning counts, where both texts have a vector: words, letters and meaning are three judges. From 0.2 to 0.5 it hardly
matters."""
_NEAR = 0.45
"""What shares no telling word must be so near in meaning to be shown: 19 of 20 arbitrary questions of one programme are further apart."""
_FEWEST = 0.4
"""When nothing holds all words: how much of the best score a hit must have to be shown."""


@dataclass
class _Found:
    """Documents (dense by number) with their score, and the stems that made them match."""

    view: View
    mask: Mask
    score: Scores
    stems: set[str]
    relaxed: bool
    corrections: list[tuple[str, str]]

    @property
    def columns(self) -> Columns:
        """What is known of all documents."""
        return self.view.columns


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
) -> Results:
    """What ``audiences`` may see of what ``query`` asks for.

    ``query``: words (all of them; word forms, compounds and typing mistakes included), ``"a phrase"``, ``-excluded``; any text will
    do, an empty one asks for everything. ``facets``: name → wanted values; several values of one name widen, several names narrow.
    Equal scores: newest first.
    """
    if not audiences:
        return Results(0, [], {})
    found = _find(session, questions.read(query, half_typed), sorted(audiences))
    if found is None:
        return Results(0, [], {})
    counts, mask = _filter(found, {name: values for name, values in (facets or {}).items() if values})
    ids = np.flatnonzero(mask)
    keys = found.columns.at if order == "date" else _with_date(found, ids)
    top = _top(ids, keys, offset + max(limit, 0))[offset:]
    hits = _hits(session, top, found.score, found.stems)
    return Results(len(ids), hits, counts, found.relaxed, found.corrections)


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
    found = _find(session, asked, sorted(audiences), any_of=True)
    if found is None:
        if meaning is None:
            return []
        found = _combine(View(session, sorted(audiences)), 0, [], [], any_of=True)
    _, mask = _filter(found, {"kind": kinds} if kinds else {})
    most = max(_POOL, limit + len(besides))
    pool = _top(np.flatnonzero(mask), _with_date(found, np.flatnonzero(mask)), most)
    near = np.full(len(pool), np.nan, np.float32)
    if meaning is not None:
        pool, near = _with_meaning(session, found, meaning, kinds, pool, most)
    pool, near = _look_closer(session, text, asked.half, found, pool, near)
    known = ~np.isnan(near)
    enough = (found.score[pool] >= least) | (known & (near >= _NEAR))
    found.score[pool[known]] += _MEANING * (np.maximum(near[known], 0) - found.score[pool[known]])
    ids = pool[enough]
    hits = _hits(session, _top(ids, _with_date(found, ids), limit + len(besides)), found.score, found.stems)
    return [hit for hit in hits if (hit.kind, hit.key) not in set(besides)][:limit]


def _with_meaning(
    session: Session, found: _Found, meaning: meanings.Meaning, kinds: Collection[str], pool: Ids, most: int
) -> tuple[Ids, Scores]:
    """The pool with what is nearest in meaning, and how near each is (NaN: not known). All of it is for these audiences to see."""
    numbers, cosines = meanings.compare(session, meaning, found.view.audiences, kinds)
    if not len(numbers):
        return pool, np.full(len(pool), np.nan, np.float32)
    nearest = np.argsort(-cosines, kind="stable")[:most] if len(cosines) <= most else np.argpartition(-cosines, most)[:most]
    pool = np.union1d(pool, numbers[nearest[cosines[nearest] >= _NEAR]])
    found.view.any_visible(pool)  # afterwards they are in the columns
    pool = pool[pool < len(found.view.visible)]
    pool = pool[found.view.visible[pool]]
    size = len(found.view.visible)
    found.score = np.pad(found.score, (0, size - len(found.score)))
    by_number = np.full(max(size, int(numbers.max()) + 1), np.nan, np.float32)
    by_number[numbers] = cosines
    return pool, by_number[pool]


def _look_closer(session: Session, text: str, half: str, found: _Found, pool: Ids, near: Scores) -> tuple[Ids, Scores]:
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


def _find(session: Session, asked: questions.Question, audiences: Sequence[str], any_of: bool = False) -> _Found | None:
    """The documents that answer, with their scores; None when there is nothing that this audience may see."""
    connection = session.connection()
    view = View(session, audiences)
    total = int(connection.scalar(sa.select(sa.func.max(DOCUMENT.c.id))) or 0)
    common = max(int(_TOO_COMMON * total), _MANY)
    finder = Finder(connection, view, 0 if any_of else total // 30 + 1, common)
    terms, phrases = _look_up(finder, asked, total)
    everything = NONE if asked.asks else engine_of(connection).of_audience(connection, audiences)
    if not asked.asks:
        if not view.any_visible(everything):
            return None
        found = _combine(view, total, [], [], any_of=True)
        found.mask[everything] = True
    else:
        found = _combine(view, total, terms, phrases, any_of)
        if not found.mask.any():
            if any_of or phrases or len(asked.words) < 2:
                return None
            finder = Finder(connection, view, 0, common)
            terms, phrases = _look_up(finder, asked, total)
            found = _combine(view, total, terms, phrases, any_of=True)
            if not found.mask.any():
                return None
            found.relaxed = True
            found.mask &= found.score >= _FEWEST * found.score[found.mask].max()
    for without in asked.without:
        found.mask[finder.phrase(without) if len(without) > 1 else finder.exact(without[0])] = False
    found.stems.update(token.stem for phrase in asked.phrases for token in phrase)
    return found


def _look_up(finder: Finder, asked: questions.Question, total: int) -> tuple[list[Term], list[Ids]]:
    """Phrases and words, rarest first. Where *some* words will do, the commonest are left alone; the one still growing comes last."""
    phrases = [finder.phrase(phrase) for phrase in asked.phrases]
    common = finder.view.columns.common
    terms: list[Term] = []
    for token in sorted(asked.words, key=lambda word: (not finder.rare and word.word == asked.half, common.get(word.stem, 0))):
        enough = not finder.rare and finder.answered >= ENOUGH
        if enough and common.get(token.stem, 0) > _TOO_COMMON * total:
            terms.append(Term(token.word, passed_over=common[token.stem]))
        elif not finder.rare and len(terms) >= _WHOLLY and token.word != asked.half:
            terms.append(finder.plain(token))
        else:
            terms.append(finder.term(token, half=token.word == asked.half))
        finder.answered += terms[-1].answers
        if finder.rare and not terms[-1].answers:
            break  # nothing can hold all words
    return terms, phrases


def _combine(view: View, total: int, terms: Sequence[Term], phrases: Sequence[Ids], any_of: bool) -> _Found:
    """Adds up. Where some words will do, a rare word counts more (inverse document frequency). A short text counts a little more."""
    size = len(view.visible)
    score = np.zeros(size, dtype=np.float32)
    hits = np.zeros(size, dtype=np.int8)
    most = 0.0
    ways = [(term.found, 1.0, term.passed_over, term.kin) for term in terms] + [([(_PHRASE, ids)], _PHRASE, 0, []) for ids in phrases]
    for found, best, passed_over, kin in ways:
        one = np.zeros(size, dtype=np.float32)
        for weight, ids in sorted(found, key=lambda pair: pair[0]):
            one[ids] = weight
        one *= view.visible
        rarity = float(np.log1p(total / (passed_over or np.count_nonzero(one) + 0.5))) if any_of else 1.0
        one *= np.float32(rarity)
        for weight, ids in kin:
            theirs = ids[view.visible[ids]]
            if len(theirs):
                one[theirs] = np.maximum(one[theirs], np.float32(weight * min(rarity, np.log1p(total / (len(theirs) + 0.5)))))
        score += one
        hits += one > 0
        most += rarity * best
    mask = hits > 0 if any_of else hits == max(len(ways), 1)
    lengths = view.columns.length
    if most and mask.any():
        usual = np.float32(max(float(lengths[mask].mean()), 1.0))
        score /= np.float32(most) * (0.8 + 0.2 * np.minimum(lengths / usual, 4.0))
    corrections = [(term.word, term.meant) for term in terms if term.meant]
    return _Found(view, mask, score, {stem for term in terms for stem in (*term.stems, *term.parts)}, False, corrections)


def _filter(found: _Found, wanted: Mapping[str, Collection[str]]) -> tuple[dict[str, list[tuple[str, int]]], Mask]:
    """Counts per facet, each within the choices made in the others; and what all choices leave."""
    ids = np.flatnonzero(found.mask)
    kept: dict[str, Mask] = {}
    for name, values in wanted.items():
        facet = found.columns.facets.get(name)
        codes = [facet.codes[value] for value in values if value in facet.codes] if facet else []
        kept[name] = np.zeros(len(ids), dtype=bool)
        if facet and codes:
            kept[name] |= one_of(facet.rows[ids], codes).any(axis=1)
    counts: dict[str, list[tuple[str, int]]] = {}
    for name, facet in found.columns.facets.items():
        others = [mask for other, mask in kept.items() if other != name]
        within = ids[np.all(others, axis=0)] if others else ids
        tally = np.bincount(facet.rows[within].ravel(), minlength=len(facet.values))
        tally[0] = 0
        values_found = [(facet.values[code], int(tally[code])) for code in np.flatnonzero(tally)]
        counts[name] = sorted(values_found, key=lambda pair: (-pair[1], pair[0]))[:MOST_FACET_VALUES]
    mask = found.mask.copy()
    for chosen in kept.values():
        mask[ids] &= chosen
    return {name: values for name, values in counts.items() if values}, mask


def _with_date(found: _Found, ids: Ids) -> npt.NDArray[np.float64]:
    """Score, and among equals the newest."""
    at = found.columns.at
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


def _hits(session: Session, ids: Ids, score: Scores, stems: set[str]) -> list[Hit]:
    if not len(ids):
        return []
    found = session.connection().execute(sa.select(DOCUMENT).where(DOCUMENT.c.id.in_(ids.tolist())))
    rows: dict[int, Any] = {row.id: row for row in found}
    hits = []
    for number in ids.tolist():
        row = rows[number]
        title, text = mark(row.title, stems), mark(row.text, stems)
        facets = {"kind": [row.kind], **json.loads(row.facets)}
        spoken = [piece for name in SPOKEN for value in facets.get(name, []) for piece in mark(value, stems)]
        why = list(dict.fromkeys(piece for piece, marked in [*title, *text, *spoken] if marked))
        hits.append(Hit(row.kind, row.key, row.title, title, snippet(text), row.url, round(float(score[number]), 4), row.at, why, facets))
    return hits
