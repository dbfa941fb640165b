"""From a file that somebody sent to a table with named columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from kennislab.core.errors import N_
from kennislab.core.jobs import off_hub
from kennislab.core.sheets import separated, workbook
from kennislab.core.sheets.shapes import (
    EMPTY,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    ONLY_NAMES,
    TOO_LARGE,
    TOO_MANY_COLUMNS,
    TOO_MANY_ROWS,
    Note,
    Sheet,
    refusal,
)
from kennislab.core.text import tidy

_BELOW = N_("De kolomnamen staan in rij %(row)s; wat daarboven staat, is overgeslagen.")
_NO_NAMES = N_("Er staan geen kolomnamen boven. Wijs zelf aan wat in welke kolom staat.")
_TWICE = N_("Een kolomnaam komt vaker voor; de tweede heeft een nummer gekregen.")
_LOOKED_AT = 10
"""The names of the columns stand in one of the first ten rows."""


def read(name: str, data: bytes) -> Sheet:
    """A CSV or XLSX as a table; ``name``: what the sender called it. Raises Invalid (field ``file``) with what is wrong and what to do.

    Read up to ``MOST_BYTES + 1`` bytes of an upload, so that what is too large is told from what is not.
    """
    return off_hub(_read, name, data)


def _read(name: str, data: bytes) -> Sheet:
    if len(data) > MOST_BYTES:
        raise refusal(TOO_LARGE)
    if not data.strip():
        raise refusal(EMPTY)
    workbook.refuse_old(data)
    rows, notes = workbook.rows_of(data) if data.startswith(b"PK\x03\x04") else separated.rows_of(data)
    cleaned = [(number, [_cell(cell) for cell in row]) for number, row in rows]
    sheet = _with_columns([(number, row) for number, row in cleaned if any(row)], notes)
    sheet.name = " ".join(tidy(name).replace("\\", "/").rsplit("/", 1)[-1].split())[:160]
    return sheet


def _cell(text: str) -> str:
    text = tidy(text.replace("\xa0", " "))
    return tidy(re.sub(r"^'(?=[=+\-@＝＋－＠\s])", "", text))  # our own exports put that mark before what looks like a formula


def _with_columns(rows: list[tuple[int, list[str]]], notes: list[Note]) -> Sheet:
    if not rows:
        raise refusal(EMPTY)
    head = _head(rows)
    body = rows if head is None else rows[head + 1 :]
    if not body:
        raise refusal(ONLY_NAMES)
    if len(body) > MOST_ROWS:
        raise refusal(TOO_MANY_ROWS)
    given = [] if head is None else [" ".join(cell.split())[:120] for cell in rows[head][1]]
    width = max(len(given), max(len(row) for _number, row in body))
    given += [""] * (width - len(given))
    texts = [row + [""] * (width - len(row)) for _number, row in body]
    kept = [place for place in range(width) if given[place] or any(row[place] for row in texts)]
    if len(kept) > MOST_COLUMNS:
        raise refusal(TOO_MANY_COLUMNS)
    columns, twice = _named([(place, given[place]) for place in kept])
    if head is None:
        notes = [*notes, Note(_NO_NAMES)]
    elif head > 0:
        notes = [*notes, Note(_BELOW, {"row": rows[head][0]})]
    if twice:
        notes = [*notes, Note(_TWICE)]
    return Sheet(columns, [[row[place] for place in kept] for row in texts], notes, [number for number, _row in body])


def _named(given: list[tuple[int, str]]) -> tuple[list[str], bool]:
    """A name for every column, no name twice."""
    names: list[str] = []
    twice = False
    for place, name in given:
        wish = name or f"Kolom {_letters(place)}"
        number = 2
        while (wish if number == 2 else f"{wish} ({number - 1})").casefold() in {one.casefold() for one in names}:
            number += 1
        twice = twice or number > 2
        names.append(wish if number == 2 else f"{wish} ({number - 1})")
    return names, twice


def _letters(place: int) -> str:
    """A → 0, as a spreadsheet names its columns."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def _head(rows: list[tuple[int, list[str]]]) -> int | None:
    """Which row names the columns; None when none does."""
    first = rows[: _LOOKED_AT * 2]
    filled = [sum(bool(cell) for cell in row) for _number, row in first]
    widest = max(filled)
    place = next(at for at, count in enumerate(filled) if count >= max(min(2, widest), (widest + 1) // 2))
    if place >= _LOOKED_AT:
        place = 0
    cells = [cell for cell in rows[place][1] if cell]
    if any(re.search(r"\S@\S+\.\S", cell) for cell in cells):
        return None
    if widest == 1 and cells[0].endswith("?") and sum(row[0][-1:] == "?" for _n, row in rows if row) > len(rows) / 2:
        return None
    return place


def match(columns: Sequence[str], wanted: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Which column holds which field: field → index in ``columns``. ``wanted``: field → what people call it; no column serves two fields.

    First the names that are exactly so, but for capitals, accents and signs; then those that hold the words ("Je e-mailadres (werk)").
    """
    plain = [_plain(column) for column in columns]
    found: dict[str, int] = {}
    for exact in (True, False):
        for name, aliases in wanted.items():
            if name in found:
                continue
            for alias in (_plain(one) for one in aliases):
                at = next(
                    (
                        place
                        for place, column in enumerate(plain)
                        if place not in found.values() and (_joined(column) == _joined(alias) if exact else f" {alias} " in f" {column} ")
                    ),
                    None,
                )
                if at is not None:
                    found[name] = at
                    break
    return found


def _plain(text: str) -> str:
    letters = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters.replace("e-mail", "email")).split())


def _joined(text: str) -> str:
    return text.replace(" ", "")
