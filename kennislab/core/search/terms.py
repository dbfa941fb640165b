"""From a word that was typed to the documents that answer to it: the word, its compounds, what it may become, what it was meant to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from kennislab.core import language
from kennislab.core.language import Token
from kennislab.core.search.columns import View
from kennislab.core.search.engines import NONE, Group, Ids, engine_of
from kennislab.core.search.joining import Joined
from kennislab.core.search.tables import WORD, WORD_OF

IN_TITLE, EXACT, GROWING, COMPOUND, IN_PARTS, KIN_BY_LAST, KIN, MEANT = 1.5, 1.0, 0.9, 0.75, 0.5, 0.5, 0.4, 0.4
"""How much a match counts, by the way it matches. The last part of a compound says what the thing is, so it counts more than the first."""

ENOUGH = 2
"""When some words will do and so many have answered: the commonest are left alone, and what nothing holds is not mended."""

_KIN = 5
"""Letters that make a part of a word tell something by itself."""

_UNFINISHED = 4
"""Letters of a word that may stand for what begins with it, when nothing holds the word itself."""

_HALF_TAIL = 4
"""Letters of a growing second part that tell something."""

MOST_PARTS = 3
"""Parts of one word that are looked up by themselves, longest first."""

MOST_STEMS = 80
"""A short word such as *wijk* is part of hundreds of others; the shortest count."""


@dataclass
class Term:
    """What one word of a question found: (weight, documents), light first, so that the heaviest match counts last and for good."""

    word: str
    found: list[tuple[float, Ids]] = field(default_factory=list)
    kin: list[tuple[float, Ids]] = field(default_factory=list)
    """Other words that share a part with it, each by itself: what a rare part says is not drowned by a common one."""
    stems: set[str] = field(default_factory=set)
    parts: tuple[str, ...] = ()
    meant: str = ""
    passed_over: int = 0
    """Not looked up, as so many documents hold it."""

    @property
    def answers(self) -> bool:
        """Whether anything answers to it that the asker may see."""
        return any(len(ids) for _, ids in (*self.found, *self.kin))

    @property
    def group(self) -> list[tuple[str, ...]]:
        """The same as a condition for a next look-up."""
        return [*((stem,) for stem in sorted(self.stems)), *([self.parts] if self.parts else [])]


def _spellings(stem: str) -> list[str]:
    """A stem as it may stand inside a compound: *inbrak* in *inbraakwerend*, *brief* in *brievenbus*."""
    ways = [stem]
    if len(stem) > 3 and stem[-1] not in "aeiouy" and stem[-2] in "aeou" and stem[-3] not in "aeiouy":
        ways.append(stem[:-1] + stem[-2:])
    if stem[-1] in "fs":
        ways.append(stem[:-1] + ("v" if stem[-1] == "f" else "z"))
    return ways


class Finder:
    """Looks the words of one question up.

    ``view`` says whether the asker may see any of what was found, so that nothing else can show, not even in a correction. ``rare``: when
    all words must be there and one is held by fewer documents than this, the words after it are looked up among those only: a third of
    a large archive holds *bewoners*, and a rare word leaves little of that. 0: some of the words will do; of a word that more than
    ``common`` documents hold, compounds and kin are then left alone.
    """

    def __init__(self, connection: sa.Connection, view: View, rare: int, common: int) -> None:
        self.connection, self.view, self.rare, self.common = connection, view, rare, common
        self.engine = engine_of(connection)
        self.within: list[Group] = []
        self.siblings: dict[str, set[str]] = {}
        """Word → stems of what it is with the word before or after it: of *warmte net*, both may be *warmtenet*."""
        self.answered = 0
        """How many words of the question found anything so far."""

    def write_together(self, words: Sequence[Token]) -> None:
        """Notes which words of the question, in its order, are one word together: people write compounds apart."""
        pairs = {(one.word, other.word) for one, other in zip(words, words[1:], strict=False)}
        whole = {one + joint + other: (one, other) for one, other in sorted(pairs) for joint in ("", "s") if len(one) + len(other) > 5}
        for word, stem in self._known(whole).items() if whole else ():
            for part in whole[word]:
                self.siblings.setdefault(part, set()).add(stem)

    def term(self, token: Token, half: bool = False) -> Term:
        """What answers to this word. ``half``: it may still be growing. When nothing answers, other spellings are tried."""
        if not self.rare and len(self._holding([token.stem])) > self.common:
            return self.plain(token)
        growing = self._growing(token.word) - {token.stem} if half else set()
        compounds = (self._compounds(token.stem) if len(token.stem) >= 4 else set()) - growing
        compounds |= self.siblings.get(token.word, set())
        term = Term(token.word, stems={token.stem} | compounds | growing, parts=self._parts(token))
        term.found = self._look(token, term, compounds, growing)
        if not self.rare:
            self._relate(token, term, half)
        leave = not self.rare and (half or self.answered >= ENOUGH)
        if not term.answers and not leave and not (self.within and self._anything(term)):
            self._mend(token, term)
            self._finish(token, term)
        if self.rare and not self.within and sum(len(ids) for _, ids in term.found) < self.rare:
            self.within = [term.group]
        return term

    def plain(self, token: Token) -> Term:
        """The same for one of many words of a long text: the word itself in any of its forms is enough, others tell what it is about."""
        return Term(token.word, [(EXACT, self.exact(token))], stems={token.stem})

    def _look(self, token: Token, term: Term, compounds: set[str], growing: set[str]) -> list[tuple[float, Ids]]:
        found = [
            (IN_PARTS, self._holding([term.parts[0]], [[term.parts]]) if term.parts else NONE),
            (COMPOUND, self._holding(sorted(compounds))),
            (GROWING, self._holding(sorted(growing))),
            (EXACT, self.exact(token)),
        ]
        if self.rare and self.view.columns.titles:  # what is alike is compared letter by letter with the titles afterwards
            found.append((IN_TITLE, self._holding([token.stem], title=True)))
        return found

    def _anything(self, term: Term) -> bool:
        """Whether it answers outside what the other words leave."""
        within, self.within = self.within, []
        found = any(len(self._holding([way[0]], [[way]])) for way in term.group)
        self.within = within
        return found

    def holding(self, stem: str) -> Ids:
        """Documents that hold this stem itself."""
        return self._holding([stem])

    def meant(self, token: Token) -> str:
        """What a word that nothing holds may have been meant to be; empty when there is no telling."""
        term = Term(token.word, stems={token.stem or language.stem(token.word)})
        self._mend(token, term)
        return term.meant

    def _anywhere(self, stem: str) -> int:
        """How many documents that the asker may see hold it, whatever the other words of the question leave."""
        within, self.within = self.within, []
        found = len(self._holding([stem]))
        self.within = within
        return found

    def exact(self, token: Token) -> Ids:
        """Documents that hold this word, in any of its forms."""
        ids = self._holding([token.stem])
        if not self.within:
            self.view.note_common(token.stem, len(ids))
        return ids

    def phrase(self, tokens: list[Token]) -> Ids:
        """Documents that hold these words right after each other."""
        stems = [token.stem for token in tokens]
        if self.within:
            return self.view.visible_of(self.engine.phrase(self.connection, stems, self.within))
        ids = self.view.memory.get(("phrase", *stems), lambda: self.engine.phrase(self.connection, stems), len)
        return self.view.visible_of(ids)

    def _holding(self, stems: list[str], more: Sequence[Group] = (), title: bool = False) -> Ids:
        if not stems:
            return NONE
        name: tuple[bool | str, ...] = (title, *stems)
        if self.within or more:
            ids = self.engine.holding(self.connection, stems, [*self.within, *more], title)
        elif name in self.view.looked_up:
            return self.view.looked_up[name]
        else:
            ids = self.view.memory.get(("holding", *name), lambda: self.engine.holding(self.connection, stems, title=title), len)
        ids = self.view.visible_of(ids)
        if not (self.within or more):
            self.view.looked_up[name] = ids
        return ids

    def _compounds(self, stem: str) -> set[str]:
        """Stems of which this one is a part of its own: *budget* → *wijkbudget*."""
        spelled = _spellings(stem)
        held = self.words(spelled, 600)
        found = [stem_of for word, stem_of in held if any(language.holds_as_part(one, way) for one in (word, stem_of) for way in spelled)]
        most = MOST_STEMS if self.rare else MOST_STEMS // 2
        return self._telling(set([other for other in dict.fromkeys(found) if other != stem][:most]))

    def _growing(self, word: str) -> set[str]:
        """Stems of the words that begin with this one. Beside other words two letters tell nothing, and three not much."""
        least, most = (2, MOST_STEMS) if self.rare else (3, MOST_STEMS // 2 if len(word) > 3 else MOST_STEMS // 4)
        if len(word) < least:
            return set()
        found = self.words([f" {word}"], most)
        return self._telling({stem for other, stem in found if other.startswith(word)})

    def _telling(self, stems: set[str]) -> set[str]:
        """Where some words will do, and others did: without those that so many documents hold that they tell nothing."""
        if self.rare or not self.answered:
            return stems
        known = self.view.common
        return {stem for stem in stems if known.get(stem, 0) <= self.common}

    def _parts(self, token: Token) -> tuple[str, ...]:
        """Stems of the two parts of a compound: *wijkbudget* also finds *budget voor de wijk*; of what is written in pieces, of those."""
        if isinstance(token, Joined):
            return token.pieces
        split = language.parts(token.word, lambda words: set(self._known(words))) if len(token.word) >= 8 else None
        return tuple(language.stem(part) for part in split) if split else ()

    def _kin(self, token: Token) -> list[tuple[float, set[str]]]:
        """Stems that share a part with this word, together with the compounds of that part: *renovatieproject* → *renovatie*,
        *huiseigenaar* → *eigenaar*, *woningeigenaar*; and those that begin alike: *sleutelpersoon* → *sleutelfiguur*.
        """
        word = token.word
        if len(word) < _KIN + 2:
            return []
        ends = {word[:cut] for cut in range(_KIN, len(word) - 1)} | {word[cut:] for cut in range(2, len(word) - _KIN + 1)}
        known = self._known(ends - language.STOP_WORDS)
        longest = sorted(((other, stem) for other, stem in known.items() if stem != token.stem), key=lambda row: (-len(row[0]), row[0]))
        parts: dict[str, float] = {}
        for other, stem in longest:
            parts.setdefault(stem, KIN_BY_LAST if word.endswith(other) else KIN)
        begin_alike = {stem for _, stem in self.words([f" {word[: _KIN + 1]}"], MOST_STEMS)}
        return [*((weight, {stem} | self._compounds(stem)) for stem, weight in list(parts.items())[:MOST_PARTS]), (KIN, begin_alike)]

    def _half_compound(self, word: str) -> set[str]:
        """Stems for a last word that may be a compound of which the second part is still growing: *straatverli* → *verlichting*,
        *huiseigen* → *eigenaar*, *woningeigenaar*.
        """
        heads = [word[:cut] for cut in range(4, len(word) - _HALF_TAIL + 1)]
        known = self._known([form for head in heads for form in {head, head.removesuffix("s"), head.removesuffix("en")}]).keys()
        tails = [word[len(head) :] for head in heads if {head, head.removesuffix("s"), head.removesuffix("en")} & known]
        if not tails:
            return set()
        tail = min(tails, key=len)
        return {stem for other, stem in self.words([tail], MOST_STEMS) if tail in other}

    def _relate(self, token: Token, term: Term, half: bool) -> None:
        """Adds what shares a part with this word, where some words will do."""
        for weight, stems in [*self._kin(token), *([(KIN_BY_LAST, self._half_compound(token.word))] if half else [])]:
            stems -= term.stems
            term.kin.append((weight, self._holding(sorted(stems))))
            term.stems |= stems

    def _known(self, words: Iterable[str]) -> dict[str, str]:
        """Those of these words that the asker's documents have, with their stems."""
        has = sa.exists().where(WORD_OF.c.audience.in_(self.view.audiences), WORD_OF.c.word_id == WORD.c.id)
        found = self.connection.execute(sa.select(WORD.c.word, WORD.c.stem).where(WORD.c.word.in_(list(words)), has))
        return {row.word: row.stem for row in found}

    def words(self, fragments: Sequence[str], most: int) -> list[tuple[str, str]]:
        """(word, stem) of the shortest words of the asker's documents that hold one of these."""
        name = ("words", most, self.view.audiences, *fragments)
        return self.view.memory.get(
            name, lambda: self.engine.words(self.connection, fragments, most, self.view.audiences), lambda found: 20 * len(found)
        )

    def _mend(self, token: Token, term: Term) -> None:
        """The nearest words within the mistakes that a word of this length may have.

        A word with k mistakes keeps at least one of k + 1 pieces whole, so only words that share a piece are compared. Two letters that
        changed places across a cut spoil both pieces; the cut one letter further along catches those.
        """
        most = language.mistakes_allowed(token.word)
        if not most:
            return
        word = token.word
        size = len(word) // (most + 1)
        cuts = [0, *(size * i for i in range(1, most + 1)), len(word)]
        padded = f" {word} "
        middle = [word[a:b] for a, b in zip(cuts[1:-2], cuts[2:-1], strict=True)]
        fragments = [padded[: cuts[1] + 1], *middle, padded[cuts[-2] + 1 :], padded[cuts[-2] + 2 :]]
        near: dict[str, int] = {}
        for other, stem in self.words(fragments, 4000):
            mistakes = min(language.distance(word, other, most), language.distance(token.stem, stem, most) if len(stem) > 4 else most + 1)
            if mistakes <= most:
                near[other] = mistakes
        self._take_for(term, sorted(near, key=lambda w: (near[w], abs(len(w) - len(word)), w))[:12], near)

    def _finish(self, token: Token, term: Term) -> None:
        """What begins with a word that nothing holds, when it is not mended either: *participatiemoe* → *participatiemoeheid*."""
        if term.answers or term.meant or len(token.word) < _UNFINISHED:
            return
        longer = [other for other, _ in self.words([f" {token.word}"], 12) if other.startswith(token.word)]
        self._take_for(term, longer, dict.fromkeys(longer, 0))

    def _take_for(self, term: Term, others: Sequence[str], mistakes: Mapping[str, int]) -> None:
        """Takes the nearest of these for what was meant, and all that are as near; of those the commonest is told."""
        held = [(mistakes[other], -self._anywhere(language.stem(other)), place, other) for place, other in enumerate(others)]
        for far, number, _, other in sorted(held):
            if not number or (term.meant and far > mistakes[term.meant]):
                continue
            if not term.meant:
                term.meant, term.stems, term.parts = other, set(), ()
            term.found.append((MEANT, self._holding([language.stem(other)])))
            term.stems.add(language.stem(other))
