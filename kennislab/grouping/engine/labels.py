"""Readable names for groups of questions: nouns and noun phrases as people wrote them, in contrast with the other groups.

Candidates are single nouns and *adjective + noun*, found by position (after *de*, *van*, …), by ending, and by what is not a verb.
A candidate's score: how well its meaning points to this group rather than to the others (needs the encoder), and how much more
often it stands here than elsewhere. Three terms at most, no two of one stem in the whole set.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from kennislab.core.language import fold, holds_as_part, stem
from kennislab.grouping.engine import words
from kennislab.grouping.engine.clusters import Labels
from kennislab.grouping.engine.compass import compass_for
from kennislab.grouping.engine.encoder import Encoder, Matrix, unit

MOST_TERMS = 3
_TRIED = 14
"""So many candidates per group are compared by meaning; the rest occur too seldom to matter."""


@dataclass
class Candidate:
    """A possible term: its surface forms with counts, and in which items it stands."""

    key: str
    forms: Counter[str] = field(default_factory=Counter)
    items: set[int] = field(default_factory=set)
    sure: int = 0

    @property
    def form(self) -> str:
        """The commonest form; of equals the shortest, then the first in the alphabet."""
        return min(self.forms, key=lambda one: (-self.forms[one], len(one), one))


_SENTENCE = re.compile(r"[.?!;:]+\s+|\s[-–—]\s|\s*[\"“”„()\[\]]\s*")


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    low: str
    kind: str  # noun (sure), maybe, adjective, no


def _kind(text: str, low: str, before: str, before_kind: str, first: bool, titled: bool, last: bool, modal: bool) -> str:
    """What a word is, from its form and the word before it."""
    if low in words.EMPTY or len(low) < 3 or low.isdigit() or text[0].isdigit():
        return "no"
    if text[0].isupper() and not first and words.is_bare_adjective(low):
        return "no"
    introduced = before in words.DETERMINERS or before in words.PREPOSITIONS or before in ("en", "of")
    if words.is_adjective(low) and not words.ends_like_noun(low):
        return "adjective"
    if words.is_verb(low):
        noun_like = before in ("de", "het", "een", "van", "bij") and not low.endswith(("en", "de", "te", "t", "d"))
        return "maybe" if noun_like else "no"
    if text[0].isupper() and not first:
        return "noun"
    if words.is_bare_adjective(low):
        return "no"
    if words.ends_like_noun(low):
        return "noun"
    if before == "te" or (last and modal and low.endswith("en") and not introduced and before_kind != "adjective"):
        return "no"
    if (introduced and before not in ("en", "of", "te")) or before_kind == "adjective":
        return "noun"
    if first and not titled:
        return "no"
    if low.endswith(("en", "end", "t", "d")) and not titled and not introduced:
        return "maybe" if len(low) > 6 else "no"
    return "maybe"


def _words(text: str) -> list[list[_Word]]:
    """The words of each sentence with their kind. A sentence that asks nothing is read as a title: it is full of nouns."""
    sentences = []
    for sentence in _SENTENCE.split(text):
        found = words.WORD.findall(re.sub(r"\w+-(?=\s|,|$)", "", sentence or ""))
        lows = [fold(word).strip("'’") for word in found]
        if not found:
            continue
        titled = lows[0] not in words.ASKING and lows[0] not in words.MODALS and "?" not in text
        modal = any(low in words.MODALS for low in lows)
        row: list[_Word] = []
        for i, (word, low) in enumerate(zip(found, lows, strict=True)):
            before, before_kind = (lows[i - 1], row[-1].kind) if i else ("", "")
            row.append(_Word(word, low, _kind(word, low, before, before_kind, i == 0, titled, i == len(found) - 1, modal)))
        sentences.append(row)
    return sentences


def candidates(texts: list[str], *, doubtful: bool = False) -> dict[str, Candidate]:
    """Every possible term of these texts by key (its stems); ``doubtful``: those too that are a noun only perhaps."""
    out: dict[str, Candidate] = {}
    known: set[str] = set()
    names: set[str] = set()  # what has a capital in the middle of a sentence keeps it
    rows = [_words(text) for text in texts]
    for sentences in rows:
        known.update(word.low for row in sentences for word in row if word.kind == "noun")
        names.update(word.low for row in sentences for word in row[1:] if word.text[0].isupper())

    def add(key: str, form: str, item: int, sure: bool) -> None:
        one = out.setdefault(key, Candidate(key))
        one.forms[form] += 1
        one.items.add(item)
        one.sure += sure

    for item, sentences in enumerate(rows):
        for row in sentences:
            for i, word in enumerate(row):
                if word.kind not in ("noun", "maybe"):
                    continue
                ends = (word.low[start:] for start in range(len(word.low)))
                compound = any(end in known and holds_as_part(word.low, end) for end in ends)
                sure = word.kind == "noun" or word.low in known or compound
                form = (word.text if word.low in names or sum(c.isupper() for c in word.text) > 1 else word.text.lower()).rstrip("'’")
                add(stem(word.low), form, item, sure)
                if i and row[i - 1].kind == "adjective" and word.kind == "noun":
                    adjective = row[i - 1].text if i > 1 else row[i - 1].text.lower()
                    add(f"{stem(row[i - 1].low)} {stem(word.low)}", f"{adjective} {form}", item, True)
    return {key: one for key, one in out.items() if one.sure or doubtful}


_seen: dict[tuple[str, str], Matrix] = {}


def _term_vectors(encoder: Encoder, terms: list[str]) -> Matrix:
    """Vectors of terms, kept from one proposal to the next (at most 20 000 terms of 2 KB)."""
    new = [term for term in dict.fromkeys(terms) if (encoder.name, term) not in _seen]
    if len(_seen) + len(new) > 20_000:
        _seen.clear()
        new = list(dict.fromkeys(terms))
    for term, vector in zip(new, encoder.encode_terms(new), strict=True):
        _seen[encoder.name, term] = vector
    return np.array([_seen[encoder.name, term] for term in terms], np.float32)


def label_groups(texts: list[str], vectors: Matrix, labels: Labels, encoder: Encoder) -> list[tuple[str, int]]:
    """(label, most central item) per group 0…; items with label −1 are left out. A label may be empty when a group has no noun at all."""
    count = int(labels.max()) + 1 if len(labels) else 0
    if not count:
        return []
    pool = candidates(texts)
    size = np.bincount(labels[labels >= 0], minlength=count)
    spread = np.zeros((count, len(pool)), np.float32)
    ordered = list(pool.values())
    for place, one in enumerate(ordered):
        for item in one.items:
            if labels[item] >= 0:
                spread[labels[item], place] += 1
    share = spread / np.maximum(size, 1)[:, None]
    elsewhere = (spread.sum(0)[None] - spread) / np.maximum(size.sum() - size, 1)[:, None]
    often = np.sqrt(share) * (share / (share + elsewhere + 1e-9)) * (1 - np.exp(-spread))
    places = _places(vectors, labels, count, encoder.name)
    score = 0.0 + often
    tried = [np.argsort(-often[g], kind="stable")[:_TRIED] for g in range(count)]
    compass = compass_for(encoder.name)
    if compass is not None and ordered:
        columns = sorted({int(c) for row in tried for c in row})
        meaning = _term_vectors(encoder, [ordered[c].form for c in columns])
        meaning = unit(meaning - compass.mean)
        meaning = np.hstack([unit(meaning @ compass.map), 0.6 * meaning])
        like = unit(meaning) @ places.centre.T
        other = np.where(np.eye(count, dtype=bool)[None], -1.0, like[:, None, :]).max(2) if count > 1 else np.zeros_like(like)
        points = np.zeros_like(score)
        points[:, columns] = (like + 0.5 * (like - other)).T
        score = often + 1.2 * points
    names: list[list[str]] = [[] for _ in range(count)]
    taken: set[str] = set()
    best_first = sorted(range(count), key=lambda g: -int(size[g]))
    for turn in range(MOST_TERMS):
        for group in best_first:
            column = _next_term(ordered, tried[group], score[group], spread[group], taken, names[group], turn)
            if column is not None:
                names[group].append(ordered[column].form)
                taken.update(ordered[column].key.split())
    for group in range(count):
        if not names[group]:
            names[group] = _doubtful(texts, labels, group, taken)
    return [(_joined(names[g]), int(places.central[g])) for g in range(count)]


def _doubtful(texts: list[str], labels: Labels, group: int, taken: set[str]) -> list[str]:
    """Where no word is a noun for certain: what most of the group's texts have and the others have not, if it is perhaps a noun."""
    inside = {int(i) for i in np.flatnonzero(labels == group)}
    found = [one for one in candidates(texts, doubtful=True).values() if one.items & inside and not taken & set(one.key.split())]
    if not found:
        return []
    best = max(found, key=lambda one: (len(one.items & inside) - len(one.items - inside), one.sure, -len(one.form)))
    taken.update(best.key.split())
    return [best.form]


@dataclass(frozen=True)
class _Places:
    centre: Matrix
    central: Labels


def _places(vectors: Matrix, labels: Labels, count: int, encoder_name: str) -> _Places:
    """Each group's centre in the space where terms are compared, and its most central item."""
    half = vectors.shape[1] // 2
    compass = compass_for(encoder_name)
    if compass is None:
        rows = unit(vectors[:, half:])
    else:
        rows = np.zeros((len(vectors), compass.map.shape[1] + half), np.float32)
        for part in (vectors[:, :half], vectors[:, half:]):
            plain = unit(part - compass.mean)
            rows += np.hstack([unit(plain @ compass.map), 0.6 * plain])
        rows = unit(rows)
    centre = np.zeros((count, rows.shape[1]), np.float32)
    central = np.zeros(count, np.int64)
    for group in range(count):
        items = np.flatnonzero(labels == group)
        if len(items):
            centre[group] = unit(rows[items].mean(0))
            central[group] = items[int((rows[items] @ rows[items].T).sum(1).argmax())]
    return _Places(centre, central)


def _next_term(
    ordered: list[Candidate], tried: Labels, score: Matrix, spread: Matrix, taken: set[str], names: list[str], turn: int
) -> int | None:
    """The best term that is still free. Second and third terms must be nearly as good and say something else."""
    open_ = [int(c) for c in tried if spread[c] > 0 and not taken & set(ordered[c].key.split())]
    open_ = [c for c in open_ if not any(_overlap(fold(ordered[c].form), fold(name)) for name in names)]
    if not open_:
        return None
    column = max(open_, key=lambda c: (float(score[c]), -len(ordered[c].form)))
    best = float(score[tried].max())
    return column if turn == 0 or score[column] >= (0.45 if turn == 1 else 0.55) * best else None


def _overlap(one: str, other: str) -> bool:
    """Whether two terms say the same in part: *warmte* and *warmtenet*, *huurder* and *huurders*."""
    pairs = [(stem(a), stem(b)) for a in one.split() for b in other.split()]
    return any(a == b or holds_as_part(a, b) or holds_as_part(b, a) for a, b in pairs)


def _joined(terms: list[str]) -> str:
    """*Warmtenet, isolatie en zonnepanelen*. Dutch, as the questions are; a person renames it where they want."""
    if not terms:
        return ""
    text = terms[0] if len(terms) == 1 else f"{', '.join(terms[:-1])} en {terms[-1]}"
    return text[0].upper() + text[1:]
