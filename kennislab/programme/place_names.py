"""From what somebody wrote in a table to a municipality: by code, official name, former name or what everybody calls it.

``data/municipality_names.csv``: other names, and the municipalities that were merged since 2009 (nothing after ``now``: it was divided).
"""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kennislab.core.errors import N_
from kennislab.programme.models import Municipality

FILE = Path(__file__).parent / "data" / "municipality_names.csv"

UNKNOWN = N_("De gemeente “%(typed)s” staat niet in de lijst.")
UNKNOWN_BUT = N_("De gemeente “%(typed)s” staat niet in de lijst. Bedoel je %(guess)s?")
SEVERAL = N_("Met “%(typed)s” kunnen meer gemeenten bedoeld zijn: %(names)s.")
DIVIDED = N_("De gemeente %(typed)s bestaat niet meer en is verdeeld over andere gemeenten. Vul in welke het nu is.")
ENDED = N_("De gemeente %(typed)s bestaat niet meer. Vul in waar zij nu bij hoort.")


@dataclass(frozen=True, slots=True)
class Found:
    """A municipality; or, without one, why not (a Dutch message id and what it is filled with)."""

    municipality: Municipality | None
    problem: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OtherName:
    """``name`` means ``now``; as a municipality of its own it existed until ``merged_on``."""

    name: str
    now: str
    merged_on: date | None


@cache
def other_names(file: Path = FILE) -> tuple[OtherName, ...]:
    """Everything in the file."""
    with file.open(encoding="utf-8", newline="") as lines:
        return tuple(
            OtherName(row["name"], row["now"], date.fromisoformat(row["merged_on"]) if row["merged_on"] else None)
            for row in csv.DictReader(lines)
        )


def _key(name: str) -> str:
    """The name without capitals, accents, signs and spaces: ``'s-Gravenhage`` and ``s gravenhage`` are the same."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))
    plain = re.sub(r"^\s*(gemeente|gem\.)\s+", "", plain)
    return re.sub(r"[^a-z0-9]+", "", plain)


class PlaceNames:
    """Looks names up, as they are understood on one day."""

    def __init__(self, municipalities: Iterable[Municipality], day: date) -> None:
        self._all = {place.code: place for place in municipalities}
        self._there = {code: place for code, place in self._all.items() if place.valid_on(day)}
        self._names: dict[str, list[Municipality]] = {}
        for place in self._there.values():
            self._name(_key(place.name), place)
            if "(" in place.name:  # Bergen (NH) is called Bergen, too
                self._name(_key(place.name.partition("(")[0]), place)
        self._gone = {_key(place.name) for code, place in self._all.items() if code not in self._there}
        official = {_key(place.name): place for place in self._there.values()}
        for other in other_names():
            heir = official.get(_key(other.now)) if other.now else None
            if heir is not None and _key(other.name) not in official:
                self._name(_key(other.name), heir)
            elif other.merged_on is not None and not other.now:
                self._gone.add(_key(other.name))
        self._asked: dict[str, Found] = {}
        self._divided = {_key(other.name) for other in other_names() if not other.now}

    def _name(self, key: str, place: Municipality) -> None:
        places = self._names.setdefault(key, [])
        if place not in places:
            places.append(place)

    def find(self, typed: str) -> Found:
        """The municipality that is meant, or why none can be told."""
        if typed not in self._asked:
            self._asked[typed] = self._look_up(typed)
        return self._asked[typed]

    def _look_up(self, typed: str) -> Found:
        if code := re.fullmatch(r"\s*(?:GM)?(\d{1,4})\s*", typed, re.I):
            place = self._there.get(f"GM{code[1].zfill(4)}")
            ended = place is None and f"GM{code[1].zfill(4)}" in self._all
            return Found(place) if place else Found(None, ENDED if ended else UNKNOWN, {"typed": typed.strip()})
        key = _key(typed)
        places = self._names.get(key, [])
        if len(places) == 1:
            return Found(places[0])
        if places:
            return Found(None, SEVERAL, {"typed": typed, "names": ", ".join(sorted(place.name for place in places))})
        if key in self._gone:
            return Found(None, DIVIDED if key in self._divided else ENDED, {"typed": typed})
        near = difflib.get_close_matches(key, self._names, n=1, cutoff=0.8)
        if near:
            return Found(None, UNKNOWN_BUT, {"typed": typed, "guess": self._names[near[0]][0].name})
        return Found(None, UNKNOWN, {"typed": typed})


def place_names(session: Session, day: date) -> PlaceNames:
    """Names as they are understood on ``day``: a municipality that has been merged since is found as itself before, as its heir after."""
    return PlaceNames(session.scalars(select(Municipality)), day)
