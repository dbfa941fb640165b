"""What somebody may be about to ask: words, values of facets and titles, from what they may see and from nothing else.

Every number is what choosing the suggestion gives. Which words are tried first goes by how often the newest documents of these audiences
hold them; the words themselves are shown as those documents write them (*VvE*, *coöperatie*).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core import language
from kennislab.core.language import Token
from kennislab.core.search import finding, joining
from kennislab.core.search import question as questions
from kennislab.core.search.columns import View, one_of
from kennislab.core.search.engines import NONE, Ids
from kennislab.core.search.finding import Found
from kennislab.core.search.reading import best, hits_of
from kennislab.core.search.shapes import SPOKEN, Suggestion
from kennislab.core.search.tables import DOCUMENT
from kennislab.core.search.terms import Finder

FACETS = (*SPOKEN, "lab")
"""Facets whose values are words that people type."""

_SAMPLE = 2_000
"""So many of the newest documents of an audience say which words are common; what a rarer word begins with is looked up."""
_PREFIXED = 300
_SHOWN_FROM = 6
"""So many documents say how a word is written."""
_MOST_WORDS, _MOST_FACETS, _MOST_TITLES = 5, 3, 3
_TRIED = 12
"""So many words that no newest document holds are tried, shortest first."""
_LONGEST_TITLE = 120
_NAMES = 3
"""Letters that tell something of a title."""
_TELLING = 4
"""Letters that name a value by another word than its first."""
_MOST_NAMED = 4
"""Words of a facet's value that are looked at: *Kennislab najaar 2026*."""


@dataclass
class _Typed:
    """What stands in the search box: ``last`` is the word under the cursor (``before``: the text before it), None after a space."""

    view: View
    text: str
    last: Token | None
    before: str
    contexts: dict[str, Found | None] = field(default_factory=dict)

    def context(self, text: str) -> Found | None:
        """What answers to all of this; None when nothing does."""
        text = text.strip()
        if text not in self.contexts:
            found = finding.find(self.view.session, questions.read(text), self.view.audiences, view=self.view)
            self.contexts[text] = None if found is None or found.relaxed else found
        return self.contexts[text]


def suggest(session: Session, typed: str, audiences: Collection[str], limit: int = 8) -> list[Suggestion]:
    """At most ``limit``: words first (what the last word may become, or was meant to be), then values of facets, then titles.

    Inside a phrase and behind a minus nothing is suggested.
    """
    text = typed[: questions.MOST_CHARACTERS].replace("\x00", " ")
    if not audiences or limit < 1 or not text.strip() or _inside(text):
        return []
    view = View(session, sorted(audiences))
    if not view.total():
        return []
    asked = _read(view, text)
    facets = _facets(view, asked)[:_MOST_FACETS]
    titles = _titles(asked)[:_MOST_TITLES]
    named = {language.fold(one.text) for one in facets}
    words = _words(view, asked, min(max(limit - len(facets) - len(titles), 2), limit, _MOST_WORDS), named)
    first = (
        [facets, words]
        if facets and " " in facets[0].text and asked.before.strip() and facets[0].query != asked.before.rstrip()
        else [words, facets]
    )
    return [*first[0], *first[1], *titles][:limit]


def _inside(text: str) -> bool:
    """Whether the cursor stands in a phrase or in a word that is to be left out."""
    plain = text.translate(questions.QUOTES)
    return plain.count('"') % 2 == 1 or plain.split(" ")[-1][:1] in questions.MINUS


def _read(view: View, text: str) -> _Typed:
    tokens: list[Token] = list(language.tokens(text))
    if not tokens or not text[-1].isalnum():
        return _Typed(view, text, None, text)
    whole = [token for token in joining.joined(text) if token.end == tokens[-1].end]
    last = whole[0] if whole else replace(tokens[-1], stem=language.stem(tokens[-1].word))  # "de" may become "deelauto"
    return _Typed(view, text, last, text[: last.start])


def _asks(before: str) -> bool:
    asked = questions.read(before)
    return bool(asked.asks or asked.without)


def _words(view: View, asked: _Typed, most: int, named: Collection[str]) -> list[Suggestion]:
    """``named``: what is suggested already as the value of a facet."""
    if asked.last is None or len(asked.last.word) < 2:
        return []
    context = asked.context(asked.before) if _asks(asked.before) else None
    if context is None and _asks(asked.before):
        return []
    finder = Finder(view.session.connection(), view, 1, 0)
    begun = asked.last.word
    stems = {stem for word, stem in finder.words([f" {begun}"], _PREFIXED) if word.startswith(begun)}
    ids = np.flatnonzero(context.mask) if context is not None else NONE
    samples = [_sample_of(view, ids)] if context is not None else _samples(view)
    common = {stem for sample in samples for stem in sample if stem in stems or stem.startswith(begun)}
    rest = [] if 0 < len(ids) <= _SAMPLE // 4 else sorted(stems - common, key=lambda stem: (len(stem), stem))[:_TRIED]
    ranked = [*sorted(common, key=lambda stem: (-sum(sample[stem] for sample in samples), len(stem), stem)), *rest]
    known = {language.fold(asked.text[asked.last.start :]), *named}
    found = list(islice(_completed(view, asked, context, finder, ranked, begun, known), most))
    if not ranked and (meant := finder.meant(asked.last)):
        found = list(_completed(view, asked, context, finder, [language.stem(meant)], "", known))
    return sorted(found, key=lambda one: (-one.count, len(one.text), one.text))


def _completed(
    view: View, asked: _Typed, context: Found | None, finder: Finder, stems: Sequence[str], begun: str, known: Collection[str]
) -> Iterator[Suggestion]:
    """The question with these words for its last one, as far as something answers to it."""
    for stem, written in _as_written(view, context, finder, stems, begun):
        if not written or language.fold(written) in known:
            continue
        text = asked.before + written
        count = _count(view, finder, text, stem, context)
        if count:
            yield Suggestion(text, "word", None, None, count, text, "")


def _count(view: View, finder: Finder, text: str, stem: str, context: Found | None) -> int:
    """What searching for this finds. With the words before it known, only the last one is looked up; unless the two are one word, too."""
    words = questions.read(text).words
    finder.siblings.clear()
    if context is not None:
        finder.write_together(words[-2:])
    if context is None or finder.siblings or len(words) < 2 or words[-1].stem != stem:
        answer = finding.find(view.session, questions.read(text), view.audiences, view=view)
        return 0 if answer is None or answer.relaxed else int(np.count_nonzero(answer.mask))
    return len(_with(context, finder, words[-1]))


def _with(context: Found, finder: Finder, word: Token, half: bool = False) -> Ids:
    """Those of the context that hold this word, too."""
    held = np.zeros(len(context.mask), dtype=bool)
    term = finder.term(word, half)
    for _, ids in term.found:
        held[ids[ids < len(held)]] = True
    context.stems |= term.stems | set(term.parts)
    return np.flatnonzero(held & context.mask)


def _as_written(view: View, context: Found | None, finder: Finder, stems: Sequence[str], begun: str) -> Iterator[tuple[str, str]]:
    """(stem, the commonest way in which the newest documents with it write it, empty when none has it), a few at a time."""
    for start in range(0, len(stems), _MOST_WORDS):
        newest: dict[str, list[int]] = {}
        for stem in stems[start : start + _MOST_WORDS]:
            ids = finder.holding(stem)
            ids = ids[context.mask[ids]] if context is not None and len(ids) else ids
            newest[stem] = np.sort(ids)[-_SHOWN_FROM:].tolist()
        wanted = sorted({number for some in newest.values() for number in some})
        chosen = sa.select(DOCUMENT.c.id, DOCUMENT.c.title, DOCUMENT.c.text).where(DOCUMENT.c.id.in_(wanted))
        shown = {number: (title, text) for number, title, text in view.session.connection().execute(chosen)} if wanted else {}
        for stem, numbers in newest.items():
            yield stem, _commonest([text for number in numbers for text in shown.get(number, ())], stem, begun)


def _commonest(texts: Sequence[str], stem: str, begun: str) -> str:
    """How these texts write a stem; what only begins a text loses its capital."""
    ways: Counter[str] = Counter()
    for text in texts:
        for token in (*language.tokens(text), *joining.joined(text)):
            if token.stem == stem and token.word.startswith(begun):
                written = text[token.start : token.end]
                opens = not text[: token.start].rstrip(" ‘'“\"").rstrip() or text[: token.start].rstrip(" ‘'“\"")[-1] in ".!?:\n"
                plain = opens and written[1:].islower()
                ways[written.lower() if plain else written] += 1 if plain else 3
    return min(ways, key=lambda way: (-ways[way], len(way), way), default="")


def _samples(view: View) -> list[Counter[str]]:
    """Per audience: in how many of its newest documents a stem is. Made anew when one came."""
    made = []
    connection, known = view.session.connection(), view.columns.samples
    for audience in view.audiences:
        newest = view.columns.totals.get(audience, (0, 0))[0]
        if newest and known.get(audience, (0, None))[0] != newest:
            own = DOCUMENT.c.audience == audience
            rows = connection.execute(
                sa.select(DOCUMENT.c.title_stems, DOCUMENT.c.text_stems).where(own).order_by(DOCUMENT.c.id.desc()).limit(_SAMPLE)
            )
            known[audience] = (newest, Counter(stem for row in rows for stem in {*row.title_stems.split(), *row.text_stems.split()}))
        if newest:
            made.append(known[audience][1])
    return made


def _sample_of(view: View, ids: Ids) -> Counter[str]:
    """The same, of the newest of these."""
    chosen = sa.select(DOCUMENT.c.title_stems, DOCUMENT.c.text_stems).where(DOCUMENT.c.id.in_(np.sort(ids)[-_SAMPLE // 4 :].tolist()))
    rows = view.session.connection().execute(chosen)
    return Counter(stem for row in rows for stem in {*row.title_stems.split(), *row.text_stems.split()})


def _facets(view: View, asked: _Typed) -> list[Suggestion]:
    """Values that the last words name, the most words first; how many documents have it, among those that hold the words before."""
    tokens = list(language.tokens(asked.text))
    view.load()
    for number in range(min(_MOST_NAMED, len(tokens)), 0, -1):
        tail = tokens[-number:]
        named = [(name, value) for name in FACETS for value in _values(view, name) if _names(value, tail, asked.last is not None)]
        if not named:
            continue
        rest = asked.text[: tail[0].start].rstrip()
        made = _counted(view, asked, named, rest)
        if made:
            return made
    return []


def _values(view: View, name: str) -> list[str]:
    facet = view.columns.facets.get(name)
    return facet.values[1:] if facet else []


def _names(value: str, tail: Sequence[Token], growing: bool) -> bool:
    """Whether these words are words of the value, next to each other; the last may still be growing. One letter names nothing."""
    words = [token.word for token in language.tokens(value)]
    wanted = [token.word for token in tail]
    if not words or len("".join(wanted)) < 2 or (len(wanted) == 1 and not growing and not tail[0].stem):
        return False
    short = len(wanted) == 1 and len(wanted[0]) < _TELLING
    for start in range(1 if short else len(words) - len(wanted) + 1):
        last = words[start + len(wanted) - 1]
        whole = last.startswith(wanted[-1]) if growing else last == wanted[-1]
        if whole and words[start : start + len(wanted) - 1] == wanted[:-1]:
            return True
    return False


def _counted(view: View, asked: _Typed, named: Sequence[tuple[str, str]], rest: str) -> list[Suggestion]:
    if _asks(rest):
        context = asked.context(rest)
        ids = np.flatnonzero(context.mask) if context is not None else np.zeros(0, np.int64)
    else:
        ids = view.everything()
    made = []
    for name, value in named:
        facet = view.columns.facets[name]
        count = int(one_of(facet.rows[ids], [facet.codes[value]]).any(axis=1).sum())
        if count:
            made.append(Suggestion(value, "facet", name, value, count, rest, ""))
    return sorted(made, key=lambda one: (-one.count, one.text))


def _titles(asked: _Typed) -> list[Suggestion]:
    """Short titles that hold what was typed."""
    view = asked.view
    if asked.last is not None and _asks(asked.before):
        found = asked.context(asked.before)
        ids = np.flatnonzero(found.mask) if found else NONE
        if found and len(asked.last.word) > 1:
            ids = _with(found, Finder(view.session.connection(), view, 1, 0), asked.last, half=True)
    else:
        if asked.last is not None and len(asked.last.word) < _NAMES:
            return []  # all that begins so would be put together
        found = finding.find(view.session, questions.read(asked.text, True), view.audiences, view=view)
        ids = np.flatnonzero(found.mask) if found and not found.relaxed else NONE
    if found is None or not found.stems or not len(ids):
        return []
    hits = hits_of(view.session, best(found, ids, 2 * _MOST_TITLES), found.score, found.stems)
    return [
        Suggestion(hit.title, "title", None, hit.kind, 1, hit.title, hit.url)
        for hit in hits
        if 0 < len(hit.title) <= _LONGEST_TITLE and any(marked for _, marked in hit.title_marked)
    ]
