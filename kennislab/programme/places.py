"""The official list of municipalities, as shipped: ``data/municipalities.csv`` (TOOI register), code and dates of validity."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "municipalities.csv"


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the list."""

    code: str
    name: str
    province: str
    valid_from: date | None
    valid_until: date | None
    tooi: str


@cache
def official(file: Path = FILE) -> tuple[Place, ...]:
    """Every municipality in the file. Raises KeyError or ValueError for a file that is not in this shape."""
    with file.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Place(row["code"], row["name"], row["province"], _day(row["valid_from"]), _day(row["valid_until"]), row["tooi"])
            for row in csv.DictReader(lines)
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
