"""An assignment in words: why somebody sits where they sit, what clashes, and what would help. Whole sentences with names filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kennislab.core.errors import N_
from kennislab.grouping.assign.explain import Hindrance, Reason
from kennislab.grouping.assign.problem import Change, Clash, Id, Named, Problem

Sentence = tuple[str, dict[str, Any]]
"""(Dutch message id, its values)."""


@dataclass(frozen=True, slots=True)
class Names:
    """What groups, people and municipalities are called; who is not in it is called by their id."""

    groups: Mapping[Id, str] = field(default_factory=dict)
    people: Mapping[Id, str] = field(default_factory=dict)
    municipalities: Mapping[str, str] = field(default_factory=dict)

    def group(self, id_: Id | None) -> str:
        return self.groups.get(id_, str(id_)) if id_ is not None else ""

    def persons(self, ids: tuple[Id, ...]) -> str:
        return ", ".join(self.people.get(one, str(one)) for one in ids)

    def municipality(self, code: str | None) -> str:
        return self.municipalities.get(code or "", code or "")


_RANKS = {1: N_("Eerste keus"), 2: N_("Tweede keus"), 3: N_("Derde keus")}


def rank(number: int | None) -> Sentence:
    """Which wish it is, from 1; None: none of theirs."""
    if number is None:
        return N_("Geen eigen keus"), {}
    return _RANKS.get(number, N_("Keus %(number)s")), {"number": number}


def profile(counts: tuple[int, ...] | list[int]) -> list[tuple[Sentence, int]]:
    """(which wish, how many got it), for those that somebody got; the first wish and none of them always."""
    last = len(counts) - 1
    return [
        (rank(None if place == last else place + 1), count)
        for place, count in enumerate(counts)
        if count or place == last or (place == 0 and last > 0)
    ]


def stored(reason: Reason, key: str) -> dict[str, Any]:
    """A reason as it is kept with the member. ``key``: choice, question (their own question's theme), open (nothing chosen), leader."""
    return {
        "key": key,
        "because": [{"why": one.why, "group": one.group, "number": one.number, "people": list(one.people)} for one in reason.hindrances],
        "beside": list(reason.beside),
    }


def headline(kept: Mapping[str, Any], number: int | None) -> Sentence | None:
    """What a kept reason says in two or three words; None: placed by hand."""
    match kept.get("key"):
        case "choice":
            return rank(number)
        case "question":
            return N_("Bij de eigen vraag"), {}
        case "open":
            return N_("Koos niets"), {}
        case "leader":
            return N_("Leidt de groep"), {}
    return None


def because(kept: Mapping[str, Any], municipality: str, names: Names) -> list[Sentence]:
    """The sentences of a kept reason. What is about a group that went is left out."""
    found = [Hindrance(one["why"], one["group"], one["number"], tuple(one["people"])) for one in kept.get("because", [])]
    out = [hindrance(one, municipality, names) for one in found if one.group in names.groups]
    if kept.get("beside"):
        out.append((N_("Zit bij %(people)s, die dit eerder oploste."), {"people": names.persons(tuple(kept["beside"]))}))
    return out


def hindrance(one: Hindrance, municipality: str, names: Names) -> Sentence:
    """Why a better wish did not come out."""
    values = {"group": names.group(one.group), "people": names.persons(one.people), "number": one.number, "municipality": municipality}
    match one.why:
        case "full":
            return N_("“%(group)s” zat vol."), values
        case "closed":
            return N_("“%(group)s” is dicht."), values
        case "municipality" if one.number == 1:
            return N_("In “%(group)s” zat al iemand van %(municipality)s."), values
        case "municipality":
            return N_("In “%(group)s” zaten al %(number)s mensen van %(municipality)s."), values
        case "least":
            return N_("“%(group)s” had anders te weinig mensen."), values
        case "together":
            return N_("Hoort bij %(people)s te zitten, en dat kon niet in “%(group)s”."), values
        case "apart":
            return N_("In “%(group)s” zit %(people)s; zij zitten uit elkaar."), values
        case "leader":
            return N_("“%(group)s” had anders niemand die kan leiden."), values
    return N_("“%(group)s” kwam voor anderen slechter uit."), values


def wish(one: Named, names: Names) -> Sentence:
    """A wish that takes part in a clash."""
    values = {
        "group": names.group(one.group),
        "people": names.persons(one.people),
        "number": one.number,
        "municipality": names.municipality(one.municipality),
    }
    match one.kind:
        case "most":
            return N_("In “%(group)s” zitten er hoogstens %(number)s."), values
        case "least":
            return N_("In “%(group)s” zitten er minstens %(number)s."), values
        case "municipality":
            return N_("Van %(municipality)s zitten er hoogstens %(number)s in één groep."), values
        case "together":
            return N_("%(people)s zitten bij elkaar."), values
        case "apart":
            return N_("%(people)s zitten uit elkaar."), values
        case "pin":
            return N_("%(people)s blijft in “%(group)s”."), values
        case "leader":
            return N_("%(people)s leidt “%(group)s”."), values
    return N_("In “%(group)s” zit iemand die kan leiden."), values


def clash(problem: Problem, one: Clash, names: Names) -> Sentence:
    """What is the matter, in one sentence; with :func:`wish` for each of its wishes under it."""
    kinds = {named.kind for named in one.wishes}
    people = len(problem.people)
    if not one.wishes:
        return N_("Er zijn geen groepen om mensen in te delen."), {}
    if kinds == {"most"}:
        return N_("Er zijn %(people)s mensen. In de groepen passen er samen %(room)s."), {
            "people": people,
            "room": sum(named.number or 0 for named in one.wishes),
        }
    if kinds == {"least"}:
        return N_("De groepen vragen samen minstens %(least)s mensen. Er zijn er %(people)s."), {
            "people": people,
            "least": sum(named.number or 0 for named in one.wishes),
        }
    if kinds == {"municipality"} and len(one.wishes) == 1:
        named = one.wishes[0]
        return N_("Van %(municipality)s zijn er %(count)s mensen. Met hoogstens %(number)s per groep passen er %(room)s."), {
            "municipality": names.municipality(named.municipality),
            "count": sum(person.municipality == named.municipality for person in problem.people),
            "number": named.number,
            "room": (named.number or 0) * len(problem.groups),
        }
    return N_("Deze wensen gaan niet samen."), {}


def change(one: Change, names: Names) -> Sentence:
    """One change of a relaxation: what would be so from then on."""
    values = {"group": names.group(one.group), "people": names.persons(one.people), "by": one.by, "to": one.to}
    match one.kind:
        case "most":
            return N_("In “%(group)s” mogen er %(to)s."), values
        case "most-all":
            return N_("In elke groep mogen er %(by)s meer."), values
        case "least" if not one.to:
            return N_("“%(group)s” mag leeg blijven."), values
        case "least":
            return N_("In “%(group)s” zijn %(to)s genoeg."), values
        case "least-all":
            return N_("In elke groep mogen er %(by)s minder."), values
        case "municipality":
            return N_("Van één gemeente mogen er %(to)s in een groep."), values
        case "together":
            return N_("%(people)s hoeven niet bij elkaar."), values
        case "apart":
            return N_("%(people)s mogen bij elkaar zitten."), values
        case "pin":
            return N_("%(people)s hoeft niet in “%(group)s” te blijven."), values
        case "leader":
            return N_("%(people)s hoeft “%(group)s” niet te leiden."), values
    return N_("In “%(group)s” hoeft niemand te zitten die kan leiden."), values
