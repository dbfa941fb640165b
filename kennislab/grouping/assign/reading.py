"""A problem from a JSON file, and an outcome as JSON: what `kennislab assign` takes and gives."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from kennislab.core.errors import N_
from kennislab.grouping.assign.problem import Group, Id, Person, Problem, Wish

MOST_NUMBER = 1_000_000


class Unreadable(ValueError):
    """``text``: a Dutch sentence with ``%(name)s`` for the values."""

    def __init__(self, text: str, **values: Any) -> None:
        super().__init__(text % values)
        self.text, self.values = text, values


def problem_from(text: str) -> Problem:
    """Reads ``{"groups": [{"id", "min", "max"}], "people": [{"id", "municipality", "choices"}], "max_per_municipality": k}``.

    ``min``, ``max``, ``municipality``, ``choices`` and ``max_per_municipality`` may be left out or null: then nothing is asked. Also
    understood: of a group ``leader`` (a person) and ``needs_leader``; of a person ``can_lead``, ``asks`` and ``solves`` (groups); and
    ``together`` and ``apart`` (lists of people) and ``pins`` (person → group). Raises Unreadable.
    """
    try:
        data = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Unreadable(N_("Het bestand is geen JSON: %(why)s"), why=error) from error
    if not isinstance(data, dict):
        raise Unreadable(N_("Het bestand moet een object zijn, met “groups” en “people”."))
    groups = [_group(one, place) for place, one in enumerate(_list(data, "groups"), 1)]
    known_groups = _known([group.id for group in groups], "groups")
    people = [_person(one, place, known_groups) for place, one in enumerate(_list(data, "people"), 1)]
    known_people = _known([person.id for person in people], "people")
    if people and not groups:
        raise Unreadable(N_("Er zijn wel mensen, maar geen groepen."))
    for group in groups:
        if group.leader is not None and str(group.leader) not in known_people:
            raise Unreadable(
                N_("Groep “%(group)s” heeft een leider die niet bij “people” staat: “%(id)s”."), group=group.id, id=group.leader
            )
    groups = [_with_leader(group, known_people) for group in groups]
    kinds: tuple[Literal["together", "apart"], ...] = ("together", "apart")
    wishes = [Wish(kind, tuple(_one_of(ids, known_people, kind))) for kind in kinds for ids in _list(data, kind, needed=False)]
    pins = data.get("pins") or {}
    if not isinstance(pins, dict):
        raise Unreadable(N_("“%(field)s” moet een object zijn: van mens naar groep."), field="pins")
    pinned = {_one_of([who], known_people, "pins")[0]: _one_of([group], known_groups, "pins")[0] for who, group in pins.items()}
    limit = _number(data, "max_per_municipality", N_("het bestand"))
    return Problem(tuple(groups), tuple(people), limit, tuple(wishes), pinned)


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _list(data: dict[str, Any], name: str, needed: bool = True) -> list[Any]:
    found = data.get(name)
    if found is None and not needed:
        return []
    if not isinstance(found, list):
        raise Unreadable(N_("“%(field)s” ontbreekt of is geen lijst."), field=name)
    return found


def _id(value: Any, field: str, place: int) -> Id:
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise Unreadable(N_("Nummer %(place)s van “%(field)s” heeft geen “id” (een tekst of een getal)."), field=field, place=place)
    if isinstance(value, str) and not value.isprintable():
        raise Unreadable(N_("De “id” van nummer %(place)s van “%(field)s” bevat onleesbare tekens."), field=field, place=place)
    return value


def _known(ids: Sequence[Id], field: str) -> dict[str, Id]:
    known: dict[str, Id] = {}
    for one in ids:
        if str(one) in known:
            raise Unreadable(N_("“%(id)s” staat twee keer in “%(field)s”."), id=one, field=field)
        known[str(one)] = one
    return known


def _number(data: dict[str, Any], name: str, where: str) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_NUMBER:
        raise Unreadable(N_("“%(field)s” van %(where)s moet een heel getal zijn, nul of meer."), field=name, where=where)
    return value


def _one_of(ids: Any, known: dict[str, Id], field: str) -> list[Id]:
    if not isinstance(ids, list):
        raise Unreadable(N_("“%(field)s” moet een lijst van lijsten zijn."), field=field)
    for one in ids:
        if isinstance(one, bool) or not isinstance(one, int | str) or str(one) not in known:
            raise Unreadable(N_("“%(field)s” noemt “%(id)s”, maar die bestaat niet."), field=field, id=one)
    return [known[str(one)] for one in ids]


def _object(one: Any, field: str, place: int) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise Unreadable(N_("Nummer %(place)s van “%(field)s” is geen object."), field=field, place=place)
    return one


def _group(one: Any, place: int) -> Group:
    data = _object(one, "groups", place)
    id_ = _id(data.get("id"), "groups", place)
    where = f"groep “{id_}”"
    least, most = _number(data, "min", where) or 0, _number(data, "max", where)
    if most is not None and least > most:
        raise Unreadable(N_("Van groep “%(group)s” is “min” (%(least)s) groter dan “max” (%(most)s)."), group=id_, least=least, most=most)
    leader = data.get("leader")
    return Group(id_, least, most, None if leader is None else _id(leader, "groups", place), data.get("needs_leader") is True)


def _with_leader(group: Group, known: dict[str, Id]) -> Group:
    return group if group.leader is None else Group(group.id, group.least, group.most, known[str(group.leader)], group.needs_leader)


def _person(one: Any, place: int, groups: dict[str, Id]) -> Person:
    data = _object(one, "people", place)
    id_ = _id(data.get("id"), "people", place)
    municipality = data.get("municipality")
    if municipality is not None and (isinstance(municipality, bool) or not isinstance(municipality, int | str)):
        raise Unreadable(N_("“municipality” van “%(id)s” moet een tekst zijn."), id=id_)
    named: list[tuple[Id, ...]] = []
    for field in ("choices", "asks", "solves"):
        listed = data.get(field)
        if listed is not None and not isinstance(listed, list):
            raise Unreadable(N_("“%(field)s” van “%(id)s” moet een lijst zijn."), field=field, id=id_)
        for group in listed or []:
            if isinstance(group, bool) or not isinstance(group, int | str) or str(group) not in groups:
                raise Unreadable(N_("“%(id)s” kiest groep “%(group)s”, maar die bestaat niet."), id=id_, group=group)
        named.append(tuple(groups[str(group)] for group in listed or []))
    town = "" if municipality is None else str(municipality).strip()
    choices, asks, solves = named
    return Person(id_, town, choices, asks, solves, data.get("can_lead") is True)
