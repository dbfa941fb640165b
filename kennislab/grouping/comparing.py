"""Two groupings of the same questions side by side: how much they agree, and what moved where. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kennislab.core.errors import N_


@dataclass(frozen=True, slots=True)
class Part:
    """A theme with its questions. ``key``: the same in both groupings when it is the same theme; None: what had no theme (the pile)."""

    key: int | None
    title: str
    questions: Sequence[int]


@dataclass(frozen=True, slots=True)
class Match:
    """Two themes that are taken for the same one; ``stayed``: the questions that are in both. One of the two may be missing."""

    before: Part | None
    after: Part | None
    stayed: list[int]


@dataclass(frozen=True, slots=True)
class Move:
    """Questions that went from one theme (None: the pile) to another."""

    before: Part | None
    after: Part | None
    questions: list[int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``agreement``: adjusted Rand index over what has a theme in both (0 by chance, 1 when equal); None with fewer than two of those.

    ``only_before`` and ``only_after``: questions that the other grouping does not know at all.
    """

    agreement: float | None
    matches: list[Match]
    moves: list[Move]
    only_before: list[int]
    only_after: list[int]

    @property
    def in_words(self) -> str:
        """Message id of a sentence about the agreement."""
        if not self.moves and all(match.before and match.after for match in self.matches):
            return N_("De twee indelingen zijn hetzelfde.")
        if self.agreement is None:
            return N_("Er zijn te weinig vragen die in beide indelingen een thema hebben om te vergelijken.")
        for least, words in _WORDS:
            if self.agreement >= least:
                return words
        return _WORDS[-1][1]


_WORDS = (
    (0.9, N_("De twee indelingen zijn bijna hetzelfde.")),
    (0.6, N_("De twee indelingen lijken veel op elkaar.")),
    (0.3, N_("De twee indelingen lijken een beetje op elkaar.")),
    (-1.0, N_("De twee indelingen zijn heel verschillend.")),
)


def adjusted_rand(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Agreement of two groupings; ``pairs``: per item its group in the one and in the other (Hubert and Arabie, 1985)."""
    if len(pairs) < 2:
        return None

    def together(counts: Counter[object]) -> float:
        return sum(count * (count - 1) / 2 for count in counts.values())

    both, one, other = together(Counter(pairs)), together(Counter(a for a, _ in pairs)), together(Counter(b for _, b in pairs))
    chance = one * other / (len(pairs) * (len(pairs) - 1) / 2)
    most = (one + other) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def compare(before: Sequence[Part], after: Sequence[Part]) -> Comparison:
    """What became of ``before`` in ``after``. The same key is the same theme; for the rest, those that share most questions."""
    where = {question: part for part in before for question in part.questions}
    now = {question: part for part in after for question in part.questions}
    common = [question for question in where if question in now]
    themes, later = [part for part in before if part.key is not None], [part for part in after if part.key is not None]
    to = _matched(themes, later)
    number = {id(part): place for place, part in enumerate([*themes, *later])}
    placed = [
        (number[id(where[question])], number[id(now[question])])
        for question in common
        if where[question].key is not None and now[question].key is not None
    ]
    moved: dict[tuple[int, int], list[int]] = {}
    by_id = {id(part): part for part in [*before, *after]}
    for question in common:
        old, new = where[question], now[question]
        same = to.get(id(old)) is new if old.key is not None else new.key is None
        if not same:
            moved.setdefault((id(old), id(new)), []).append(question)
    matched = [
        Match(part, other, [q for q in part.questions if now.get(q) is other] if other else [])
        for part in themes
        for other in [to.get(id(part))]
    ]
    fresh = [Match(None, part, []) for part in later if part not in [match.after for match in matched]]
    moves = [Move(_theme(by_id[a]), _theme(by_id[b]), questions) for (a, b), questions in moved.items()]
    moves.sort(key=lambda move: -len(move.questions))
    return Comparison(
        adjusted_rand(placed),
        [*matched, *fresh],
        moves,
        [question for question in where if question not in now],
        [question for question in now if question not in where],
    )


def _theme(part: Part) -> Part | None:
    return None if part.key is None else part


def _matched(themes: Sequence[Part], later: Sequence[Part]) -> dict[int, Part]:
    """id(theme before) → the theme after that is taken for the same."""
    by_key = {part.key: part for part in later}
    to = {id(part): by_key[part.key] for part in themes if part.key in by_key}
    free = [part for part in later if part.key not in {one.key for one in themes}]
    shared = [
        (len(set(part.questions) & set(other.questions)), -place, -spot, part, other)
        for place, part in enumerate(themes)
        if id(part) not in to
        for spot, other in enumerate(free)
    ]
    taken: set[int] = set()
    for count, _, _, part, other in sorted(shared, key=lambda one: one[:3], reverse=True):
        if count and id(part) not in to and id(other) not in taken:
            to[id(part)] = other
            taken.add(id(other))
    return to
