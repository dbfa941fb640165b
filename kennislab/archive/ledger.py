"""A ledger read honestly: what became of something, place by place, counted and put into words. Reads no database.

A place is a municipality, or a district of it. The last word about a place counts. Who names no district means the only place of that
municipality that was spoken of before; with several, or none, the municipality as a whole. A plan of the municipality goes on in the
first district that tells of it. A district that was given another name is the same place; one that was taken off the list keeps its name
of then. What was withdrawn counts nowhere and can still be read (:func:`story`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kennislab.archive.models import Evidence, Outcome
from kennislab.core.errors import N_

SEEN = (Outcome.TRIED, Outcome.WORKED, Outcome.PARTLY, Outcome.FAILED)
"""What can only be said by who did something."""
MOST_REASONS = 3
_RANK = {Outcome.WORKED: 0, Outcome.PARTLY: 1, Outcome.FAILED: 2, Outcome.TRIED: 3, Outcome.PLANNED: 4, Outcome.PROPOSED: 5}
MOST_REASON = 160
_CONJUNCTION = re.compile(r"(omdat|want|doordat) ", re.IGNORECASE)

Clause = tuple[str, Mapping[str, str | int]]
"""A message id, and what is filled in."""


@dataclass(frozen=True, slots=True)
class Life:
    """What was said about one place, oldest first. ``district`` is empty for the municipality as a whole; ``withdrawn``: what does not
    count any more."""

    code: str
    municipality: str
    district: str
    lines: Sequence[Evidence]
    withdrawn: Sequence[Evidence] = ()

    @property
    def last(self) -> Evidence:
        """The word that counts. Only where something stands."""
        return self.lines[-1]

    @property
    def every(self) -> list[Evidence]:
        """All that was said, also what was withdrawn, oldest first."""
        return in_order([*self.lines, *self.withdrawn])

    @property
    def place(self) -> str:
        """Its name: *Poptahof (Delft)*, or *Delft*."""
        return f"{self.district} ({self.municipality})" if self.district else self.municipality

    @property
    def turned(self) -> bool:
        """Whether it failed there first and works now."""
        return self.last.status is Outcome.WORKED and any(line.status is Outcome.FAILED for line in self.lines)


def in_order(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The lines by day, and of one day as they came in."""
    return sorted(evidence, key=lambda line: (line.at, line.id or 0))


def lives(evidence: Sequence[Evidence]) -> list[Life]:
    """What stands of the ledger, place by place, what worked first."""
    places: dict[tuple[str, str], list[Evidence]] = {}
    for line in in_order([line for line in evidence if line.stands]):
        key = _place(places, line)
        places.setdefault(key, []).append(line)
    found = [Life(code, lines[-1].municipality.name, district, lines) for (code, district), lines in places.items()]
    return sorted(found, key=lambda life: (_RANK[life.last.status], life.place.casefold()))


def story(evidence: Sequence[Evidence]) -> list[Life]:
    """The whole ledger to be read, with what was withdrawn where it was said. Places of which nothing stands come last, without lines."""
    found = lives(evidence)
    bare: dict[tuple[str, str], Life] = {}
    for line in in_order([line for line in evidence if not line.stands]):
        there = [life for life in found if life.code == line.municipality_code]
        only = there[0] if len(there) == 1 and not line.place else None
        same = next((life for life in there if life.district == line.place), only)
        if same is not None:
            found[found.index(same)] = replace(same, withdrawn=[*same.withdrawn, line])
            continue
        key = (line.municipality_code, line.place)
        known = bare.get(key) or Life(line.municipality_code, line.municipality.name, line.place, ())
        bare[key] = replace(known, withdrawn=[*known.withdrawn, line])
    return found + sorted(bare.values(), key=lambda life: life.place.casefold())


def _place(places: dict[tuple[str, str], list[Evidence]], line: Evidence) -> tuple[str, str]:
    """Which place a line is about, given what was said before it."""
    code, whole = line.municipality_code, (line.municipality_code, "")
    if not line.place:
        known = [key for key in places if key[0] == code]
        return known[0] if len(known) == 1 else whole
    key = (code, line.place)
    if key not in places and whole in places and places[whole][-1].status not in SEEN:
        places[key] = places.pop(whole)  # what was planned in the municipality is done here
    return key


@dataclass(frozen=True, slots=True)
class Outcomes:
    """A ledger in numbers: in how many places. ``planned`` counts what was only proposed along."""

    tried: int = 0
    worked: int = 0
    partly: int = 0
    failed: int = 0
    planned: int = 0

    @property
    def best(self) -> Outcome | None:
        """One word for it, as a facet: *worked* if it did anywhere, else *partly*, *failed*, *tried*, *planned*; None without a ledger."""
        if self.worked:
            return Outcome.WORKED
        if self.partly:
            return Outcome.PARTLY
        if self.failed:
            return Outcome.FAILED
        if self.tried:
            return Outcome.TRIED
        return Outcome.PLANNED if self.planned else None


def outcomes(evidence: Sequence[Evidence]) -> Outcomes:
    """Sums up a ledger: the last word of each place counts."""
    words = [life.last.status for life in lives(evidence)]
    return Outcomes(
        tried=sum(word in SEEN for word in words),
        worked=words.count(Outcome.WORKED),
        partly=words.count(Outcome.PARTLY),
        failed=words.count(Outcome.FAILED),
        planned=words.count(Outcome.PLANNED) + words.count(Outcome.PROPOSED),
    )


def summary(evidence: Sequence[Evidence], *, places: bool = True) -> list[Clause]:
    """The ledger in clauses, to be translated one by one and shown behind each other: *3 keer geprobeerd*, *2 keer gewerkt*, *in Delft
    niet: “…”*. What did not work is told with its place and, in the words of who reported it, its reason; nothing is left out unsaid.

    ``places``: whether it may be told where; without, only how often.
    """
    told = lives(evidence)
    number = outcomes(evidence)
    clauses: list[Clause] = []
    if number.tried:
        clauses.append(_times(number.tried, N_("één keer geprobeerd"), N_("%(n)s keer geprobeerd")))
    if number.worked:
        clauses.append(_times(number.worked, N_("één keer gewerkt"), N_("%(n)s keer gewerkt")))
    if places:
        clauses += [(N_("in %(place)s eerst niet, later wel"), {"place": life.place}) for life in told if life.turned][:MOST_REASONS]
        less = [life for life in told if life.last.status in (Outcome.PARTLY, Outcome.FAILED)]
        clauses += [_why(life) for life in less[:MOST_REASONS]]
        if (more := len(less) - MOST_REASONS) > 0:
            clauses.append(
                _times(more, N_("op één andere plek ook niet of maar deels"), N_("op %(n)s andere plekken ook niet of maar deels"))
            )
    else:
        if number.partly:
            clauses.append(_times(number.partly, N_("één keer deels gewerkt"), N_("%(n)s keer deels gewerkt")))
        if number.failed:
            clauses.append(_times(number.failed, N_("één keer niet gewerkt"), N_("%(n)s keer niet gewerkt")))
    open_ = number.tried - number.worked - number.partly - number.failed
    if open_:
        clauses.append(
            _times(open_, N_("van één keer weten we nog niet of het werkte"), N_("van %(n)s keer weten we nog niet of het werkte"))
        )
    planned = [life for life in told if life.last.status is Outcome.PLANNED]
    if planned:
        clauses.append(_times(len(planned), N_("op één plek gepland"), N_("op %(n)s plekken gepland")))
    proposed = number.planned - len(planned)
    if proposed:
        clauses.append(_times(proposed, N_("op één plek voorgesteld"), N_("op %(n)s plekken voorgesteld")))
    return clauses


def _times(n: int, one: str, more: str) -> Clause:
    return (one, {}) if n == 1 else (more, {"n": n})


def _why(life: Life) -> Clause:
    why = reason(life.last.note)
    failed = life.last.status is Outcome.FAILED
    values = {"place": life.place, "why": why}
    if not why:
        return (N_("in %(place)s niet") if failed else N_("in %(place)s deels")), {"place": life.place}
    if _CONJUNCTION.match(why):
        values["why"] = why[0].lower() + why[1:].rstrip(".")
        return (N_("in %(place)s niet, %(why)s") if failed else N_("in %(place)s deels, %(why)s")), values
    return (N_("in %(place)s niet: “%(why)s”") if failed else N_("in %(place)s deels: “%(why)s”")), values


def reason(note: str) -> str:
    """The first sentence of a note, without its full stop and no longer than fits in a line or two."""
    first = re.split(r"(?<=[.!?])\s", " ".join(note.split()), maxsplit=1)[0]
    if len(first) > MOST_REASON:
        return first[: MOST_REASON - 1].rsplit(" ", 1)[0] + "…"
    return first.removesuffix(".")
