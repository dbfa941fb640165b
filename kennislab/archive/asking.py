"""What somebody asks of the archive: words, filters, a period and an order, as they stand in an address; and who may see the answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.archive import meaning
from kennislab.core import search
from kennislab.core.errors import N_
from kennislab.core.search import Results

FACETS: Mapping[str, tuple[str, str]] = {
    "soort": ("kind", N_("Soort")),
    "thema": ("theme", N_("Thema")),
    "resultaat": ("outcome", N_("Heeft het gewerkt?")),
    "stand": ("state", N_("Stand van de actie")),
    "gemeente": ("municipality", N_("Gemeente")),
    "wijk": ("district", N_("Wijk")),
    "kwartaal": ("quarter", N_("Kwartaal")),
    "lab": ("lab", N_("Kennislab")),
}
"""Name in the address → (facet in the index, heading)."""

MOST_QUERY = 500
MOST_VALUES = 20
_QUARTER = re.compile(r"20\d\d-Q[1-4]")


def audiences_of(actor: Actor) -> set[str]:
    """Whose documents this actor may find: the public's, their programmes', and what makers see where they are one."""
    found = {"public"}
    for programme_id in actor.roles:
        found.add(f"programme:{programme_id}")
        if actor.is_staff(programme_id):
            found.update((f"facilitators:{programme_id}", "facilitators"))
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. ``chosen``: name of :data:`FACETS` → values; ``since``, ``until``: quarters (``2026-Q4``), both included, or empty."""

    query: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: str = ""
    until: str = ""
    newest: bool = False

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Asked:
        """What these parameters ask; what makes no sense, or was not known when they were kept, is left out."""
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            given.setdefault(name, []).append(" ".join(value.replace("\x00", " ").split())[:MOST_QUERY])
        chosen = {name: tuple(dict.fromkeys(value for value in given.get(name, ()) if value))[:MOST_VALUES] for name in FACETS}

        def quarter(name: str) -> str:
            value = given.get(name, [""])[0]
            return value if _QUARTER.fullmatch(value) else ""

        since, until = quarter("van"), quarter("tot")
        if since and until and until < since:
            since, until = until, since
        return cls(
            given.get("q", [""])[0],
            {name: values for name, values in chosen.items() if values},
            since,
            until,
            given.get("volgorde", [""])[0] == "nieuw",
        )

    @classmethod
    def kept(cls, query: Mapping[str, Any]) -> Asked:
        """The question in a saved search: ``{name: [values]}``."""
        lists = {name: values if isinstance(values, list) else [values] for name, values in query.items()}
        return cls.of((name, str(value)) for name, values in lists.items() for value in values)

    @property
    def asks(self) -> bool:
        """Whether anything is asked, or everything shown."""
        return bool(self.query or self.filtered)

    @property
    def filtered(self) -> bool:
        """Whether it narrows by more than words."""
        return bool(self.chosen or self.since or self.until)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of its address, in one order, so that the same question has one address."""
        every = [("q", self.query), *((name, value) for name in FACETS for value in self.chosen.get(name, ()))]
        every += [("van", self.since), ("tot", self.until), ("volgorde", "nieuw" if self.newest else "")]
        return [pair for pair in every if pair[1]]

    @property
    def address(self) -> str:
        """The part of its address after the question mark."""
        return urlencode(self.pairs)

    def as_kept(self) -> dict[str, list[str]]:
        """As a saved search keeps it."""
        kept: dict[str, list[str]] = {}
        for name, value in self.pairs:
            kept.setdefault(name, []).append(value)
        return kept

    def with_value(self, name: str, value: str) -> Asked:
        """The same with one more choice."""
        return replace(self, chosen={**self.chosen, name: (*self.chosen.get(name, ()), value)})

    def without_value(self, name: str, value: str) -> Asked:
        """The same without this choice."""
        left = tuple(one for one in self.chosen.get(name, ()) if one != value)
        return replace(
            self, chosen={**{other: values for other, values in self.chosen.items() if other != name}, **({name: left} if left else {})}
        )

    def facets(self) -> dict[str, list[str]]:
        """The choices as the index knows them. A period is a choice of quarters."""
        wanted = {FACETS[name][0]: list(values) for name, values in self.chosen.items()}
        if self.since or self.until:
            wanted["quarter"] = [quarter for quarter in wanted.get("quarter") or _QUARTERS if self.in_period(quarter)]
            wanted["quarter"] = wanted["quarter"] or ["-"]  # no such quarter: an empty choice would be no choice
        return wanted

    def in_period(self, quarter: str) -> bool:
        """Whether a quarter is within what was asked."""
        return (not self.since or quarter >= self.since) and (not self.until or quarter <= self.until)


_QUARTERS = [f"{year}-Q{number}" for year in range(2000, 2100) for number in range(1, 5)]


def found(session: Session, asked: Asked, audiences: Collection[str], limit: int, offset: int = 0, *, widen: bool = False) -> Results:
    """The answer for these audiences. ``widen``: when few hold all words, what holds some of them, or means about the same, comes after."""
    order: Literal["relevance", "date"] = "date" if asked.newest else "relevance"
    means = meaning.of_questions(session) if widen else None
    return search.search(session, asked.query, audiences, asked.facets(), limit=limit, offset=offset, order=order, widen=widen, means=means)


@dataclass(frozen=True, slots=True)
class WayOut:
    """Something that does give results. ``what``: word, filter, filters or all; ``text``: which; ``total``: how many then."""

    what: str
    text: str
    asked: Asked
    total: int


def ways_out(session: Session, asked: Asked, audiences: Collection[str]) -> tuple[list[WayOut], list[str]]:
    """For who found nothing: what does give results, and which words nothing here has."""

    def count(other: Asked) -> int:
        return found(session, other, audiences, 0).total

    ways: list[WayOut] = []
    if asked.filtered:
        bare = Asked(asked.query)
        if total := count(bare):
            ways.append(WayOut("filters", "", bare, total))
        single = [(name, value) for name, values in asked.chosen.items() for value in values]
        if len(single) > 1:
            for name, value in single[:8]:
                other = asked.without_value(name, value)
                if total := count(other):
                    ways.append(WayOut(f"filter:{name}", value, other, total))
        if asked.since or asked.until:
            other = replace(asked, since="", until="")
            if asked.chosen and (total := count(other)):
                ways.append(WayOut("period", "", other, total))
    words = list(dict.fromkeys(re.findall(r"[^\W_][\w'’-]*", re.sub(r'(?<!\S)-("[^"]*"|\S+)', " ", asked.query))))[:8]
    nowhere: list[str] = []
    for word in words:
        other = Asked(word)
        total = count(other)
        if not total:
            nowhere.append(word)
        elif len(words) > 1 or '"' in asked.query or "-" in asked.query:
            ways.append(WayOut("word", word, other, total))
    return ways, nowhere
