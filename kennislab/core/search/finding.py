"""From a question to the documents that answer to it, with how well they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core import language
from kennislab.core.search import meanings
from kennislab.core.search import question as questions
from kennislab.core.search.columns import Columns, View
from kennislab.core.search.engines import NONE, Ids
from kennislab.core.search.tables import DOCUMENT
from kennislab.core.search.terms import ENOUGH, Finder, Term

Scores = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Means = Callable[[str], "meanings.Meaning | None"]
"""Gives the vector of a text; None when that cannot be told at once."""

_PHRASE = 2.0
_TOO_COMMON = 0.08
_MANY = 500
"""In a small archive no word is too common to look further."""
_WHOLLY = 8
"""So many words of a long text are looked up with their compounds and kin; of the others the word itself is enough."""
FEW = 10
"""Fewer answers than this ask for more."""
_FEWEST_AFTER, _MOST_AFTER = 0.3, 20
"""The same where more is asked for, and how many of them there may be, equals apart."""
_FEWEST = 0.4
"""When nothing holds all words: how much of the best score a hit must have to be shown."""
_ALIKE = 0.25
"""What holds none of the words must be so near in meaning to be shown. Of short questions made from the knowledge questions and their
paraphrases that grouping is tested with, 99 of 100 questions about another theme are further apart."""
_MEANING = np.float32(1 / 3)
"""How much the meaning counts among what holds some of the words, as while typing."""


@dataclass
class Found:
    """Documents (dense by number) with their score, and the stems that made them match."""

    view: View
    mask: Mask
    score: Scores
    stems: set[str]
    relaxed: bool
    corrections: list[tuple[str, str]]
    whole: Mask | None = None
    """Which of them hold all words, when not all of them do."""
    alike: Ids = field(default_factory=lambda: NONE)
    """Which of the others are near in meaning."""

    @property
    def columns(self) -> Columns:
        """What is known of all documents."""
        return self.view.columns


def find(
    session: Session,
    asked: questions.Question,
    audiences: Sequence[str],
    any_of: bool = False,
    view: View | None = None,
    widen: bool = False,
    means: Means | None = None,
) -> Found | None:
    """The documents that answer, with their scores; None when there is nothing that this audience may see.

    Without ``any_of`` they hold all words; when none does, some of them (``relaxed``). ``widen``: when few do, what holds some of the words
    or shares a part of them comes after those, too; ``means``: and what is near in meaning.
    """
    connection = session.connection()
    view = view or View(session, audiences)
    total = view.total()
    if not total:
        return None
    common = max(int(_TOO_COMMON * total), _MANY)
    finder = Finder(connection, view, 0 if any_of else total // 30 + 1, common)
    terms, phrases = _look_up(finder, asked, total)
    if asked.asks:
        found = combine(view, total, terms, phrases, any_of)
    else:
        everything = view.everything()
        found = combine(view, total, [], [], any_of=True)
        found.mask[everything] = True
    found.stems.update(token.stem for phrase in asked.phrases for token in phrase)
    _leave_out(found, finder, asked)
    number = np.count_nonzero(found.mask)
    if asked.words and not any_of and (number == 0 or (widen and number < FEW)):
        more = _wider(view, _as_meant(asked, terms), total, common, widen, means)
        if more is not None:
            return _after(found, more) if number else more
    return found if number else None


def _leave_out(found: Found, finder: Finder, asked: questions.Question) -> None:
    for without in asked.without:
        ids = finder.phrase(without) if len(without) > 1 else finder.exact(without[0])
        found.mask[ids[ids < len(found.mask)]] = False  # what was not known yet when the others were put together is not among them


def _as_meant(asked: questions.Question, terms: Sequence[Term]) -> questions.Question:
    """The same question with words that were mended in the place of the mistakes."""
    meant = {term.word: term.meant for term in terms if term.meant}
    words = [
        replace(word, word=meant[word.word], stem=language.stem(meant[word.word])) if word.word in meant else word for word in asked.words
    ]
    return replace(asked, words=words)


def _wider(view: View, asked: questions.Question, total: int, common: int, parts: bool, means: Means | None) -> Found | None:
    """What holds some of the words, and every phrase. ``parts``: of a single word, too, what shares a part with it."""
    if len(asked.words) < 2 and not parts or (asked.phrases and not parts):
        return None
    finder = Finder(view.session.connection(), view, 0, common)
    terms, phrases = _look_up(finder, asked, total)
    found = combine(view, total, terms, phrases, any_of=True)
    if found.mask.any():
        found.mask &= found.score >= (_FEWEST_AFTER if parts else _FEWEST) * found.score[found.mask].max()
    if parts and means is not None:
        _add_alike(found, means(_plainly(asked)))
    for ids in phrases:
        held = np.zeros(len(found.mask), dtype=bool)
        held[ids] = True
        found.mask &= held
    _leave_out(found, finder, asked)
    if not found.mask.any():
        return None
    if parts and np.count_nonzero(found.mask) > _MOST_AFTER:
        found.mask &= found.score >= np.partition(found.score[found.mask], -_MOST_AFTER)[-_MOST_AFTER]
    found.alike = found.alike[found.mask[found.alike]]
    found.stems.update(token.stem for phrase in asked.phrases for token in phrase)
    found.relaxed = True
    found.whole = np.zeros(len(found.mask), dtype=bool)
    return found


def _plainly(asked: questions.Question) -> str:
    """The words and phrases of a question in their order, without what is left out."""
    tokens = [*asked.words, *(token for phrase in asked.phrases for token in phrase)]
    return " ".join(token.word for token in sorted(tokens, key=lambda token: token.start))


def _add_alike(found: Found, meaning: meanings.Meaning | None) -> None:
    """Adds what is near in meaning, and orders what holds some of the words by its meaning, too."""
    if meaning is None:
        return
    view = found.view
    numbers, cosines = meanings.compare(view.session, meaning, view.audiences, ())
    near = np.flatnonzero(cosines >= _ALIKE)
    near = near[np.argsort(-cosines[near], kind="stable")[: 2 * _MOST_AFTER]]
    chosen = sa.select(DOCUMENT.c.id).where(DOCUMENT.c.id.in_(numbers[near].tolist()), DOCUMENT.c.audience.in_(view.audiences))
    there = np.isin(numbers[near], list(view.session.connection().scalars(chosen)))
    meanings.drop(view.session, numbers[near[~there]])
    found.alike = view.visible_of(numbers[near[there]])
    size = len(view.visible)
    found.mask, found.score = np.pad(found.mask, (0, size - len(found.mask))), np.pad(found.score, (0, size - len(found.score)))
    found.mask[found.alike] = True
    inside = numbers < size
    numbers, cosines = numbers[inside], np.maximum(cosines[inside], 0)
    told = found.mask[numbers]
    found.score[numbers[told]] += _MEANING * (cosines[told] - found.score[numbers[told]])


def _after(found: Found, more: Found) -> Found:
    """These, and after them the others."""
    size = len(more.mask)
    found.whole = np.pad(found.mask, (0, size - len(found.mask)))
    score = np.pad(found.score, (0, size - len(found.score)))
    found.score = np.where(found.whole, 1 + score, np.minimum(more.score, np.float32(0.999)))
    found.mask = found.whole | more.mask
    found.alike = more.alike[~found.whole[more.alike]]
    found.stems |= more.stems
    return found


def _look_up(finder: Finder, asked: questions.Question, total: int) -> tuple[list[Term], list[Ids]]:
    """Phrases and words, rarest first. Where *some* words will do, the commonest are left alone; the one still growing comes last."""
    phrases = [finder.phrase(phrase) for phrase in asked.phrases]
    common = finder.view.common
    terms: list[Term] = []
    if finder.rare and len(asked.words) > 1:
        finder.write_together(asked.words)
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


def combine(view: View, total: int, terms: Sequence[Term], phrases: Sequence[Ids], any_of: bool) -> Found:
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
        rarity = float(np.log1p(total / (passed_over or np.count_nonzero(one) + 0.5))) if any_of else 1.0
        one *= np.float32(rarity)
        for weight, ids in kin:
            if len(ids):
                one[ids] = np.maximum(one[ids], np.float32(weight * min(rarity, np.log1p(total / (len(ids) + 0.5)))))
        score += one
        hits += one > 0
        most += rarity * best
    mask = hits > 0 if any_of else hits == max(len(ways), 1)
    lengths = view.columns.length[:size]  # another question may have made the columns longer meanwhile
    if most and mask.any():
        usual = np.float32(max(float(lengths[mask].mean()), 1.0))
        score /= np.float32(most) * (0.8 + 0.2 * np.minimum(lengths / usual, 4.0))
    corrections = [(term.word, term.meant) for term in terms if term.meant]
    return Found(view, mask, score, {stem for term in terms for stem in (*term.stems, *term.parts)}, False, corrections)
