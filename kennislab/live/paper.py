"""Cards on paper, for a room without phones or without power: their numbers, and reading what was typed over from them. Pure."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kennislab.core.errors import N_
from kennislab.core.ids import CODE_ALPHABET
from kennislab.core.text import tidy
from kennislab.live.messages import KINDS, MOST_TEXT
from kennislab.live.room.state import RoomState

PRINTED = ("question", "bottleneck", "solution", "insight", "linking_opportunity", "lesson", "advice", "action")
"""Kinds that a sheet is offered for, in the order of a day."""
MOST_CARDS = 480
MOST_ROWS = 400
_WEIGHTS = (7, 5, 3, 2)
_COLUMNS = ("kind", "text", "municipality", "group", "card")
_MARKS = re.compile(r"^\s*(?:[-*•–—·▪◦]|\d{1,3}[.)]|[a-z][.)])\s+")
_NUMBER = re.compile(r"(\d{1,4})\s*-?\s*([A-Z0-9])")


def card_number(lab_id: int, number: int) -> str:
    """``0017-K``: the character at the end shows a digit that was read wrong, two that were swapped, and a card of another lab."""
    digits = f"{number:04d}"
    total = lab_id * 11 + sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return f"{digits}-{CODE_ALPHABET[total % 29]}"


def read_card(lab_id: int, typed: str) -> str | None:
    """The number as it is printed, from what was typed (``17k``, ``0017 K``); None when the character at the end does not fit."""
    found = _NUMBER.fullmatch(typed.strip().upper())
    if found is None:
        return None
    whole = card_number(lab_id, int(found.group(1)))
    return whole if whole[-1] == found.group(2) else None


@dataclass(slots=True)
class Row:
    """One card as it was typed over. ``wrong``: field → message id and its values."""

    kind: str = ""
    text: str = ""
    municipality: str = ""
    group: str = ""
    card: str = ""
    wrong: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Nothing was written: a row to be passed over."""
        return not self.text and not self.card


def rows_of(form: Mapping[str, list[str]]) -> list[Row]:
    """The rows of the form: fields with the same name, in order. Missing ones are empty."""
    most = min(MOST_ROWS, max((len(form.get(name, [])) for name in _COLUMNS), default=0))
    rows = []
    for number in range(most):
        kind, text, place, group, card = (tidy((form.get(name, [])[number : number + 1] or [""])[0]) for name in _COLUMNS)
        rows.append(Row(kind, text, place, group, card))
    return rows


def pasted(text: str, kind: str, words: Mapping[str, str]) -> list[Row]:
    """Rows from a pasted list: a line each, without its bullet or number; or cells of a sheet (kind, text, municipality, group, card).

    ``words``: what kinds, municipalities and groups are called, in lower case → their key.
    """
    rows = []
    for line in text.splitlines()[:MOST_ROWS]:
        cells = [tidy(cell) for cell in line.split("\t")]
        if not any(cells):
            continue
        if len(cells) == 1:
            rows.append(Row(kind=kind, text=_MARKS.sub("", cells[0])))
            continue
        if (first := words.get(cells[0].lower())) in KINDS:
            cells[0] = str(first)
        else:
            cells.insert(0, kind)
        cells = (cells + [""] * 5)[:5]
        cells[2:4] = [words.get(cell.lower(), "") for cell in cells[2:4]]
        rows.append(Row(cells[0], cells[1], cells[2], cells[3], cells[4]))
    return rows


def check(rows: list[Row], lab_id: int, state: RoomState, municipalities: set[str]) -> bool:
    """Says of each row what is wrong with it, double numbers among them; whether all can be entered. Numbers become as printed."""
    there = [one for one in state.contributions.values() if one.paper and not one.retracted]
    known = {card: one.text for one in there if one.paper and (card := one.paper["card"])}
    here: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        row.wrong = {}
        if row.empty:
            continue
        if not row.text:
            row.wrong["text"] = (N_("Vul in wat er op de kaart staat."), {})
        elif len(row.text) > MOST_TEXT:
            row.wrong["text"] = (N_("Maak de tekst korter dan 2000 tekens."), {})
        if row.kind not in KINDS:
            row.wrong["kind"] = (N_("Kies een soort."), {})
        if row.municipality and row.municipality not in municipalities:
            row.wrong["municipality"] = (N_("Kies een gemeente uit de lijst."), {})
        if row.group and row.group not in state.groups:
            row.wrong["group"] = (N_("Kies een groep uit de lijst."), {})
        if row.card:
            _check_card(row, lab_id, number, known, here)
    return not any(row.wrong for row in rows)


def _check_card(row: Row, lab_id: int, number: int, known: dict[str, str], here: dict[str, int]) -> None:
    card = read_card(lab_id, row.card)
    if card is None:
        row.wrong["card"] = (N_("Dit nummer klopt niet. Kijk nog eens op de kaart, of laat het leeg."), {})
        return
    row.card = card
    if card in known:
        text = known[card]
        row.wrong["card"] = (N_("Deze kaart is al ingevoerd: “%(text)s”."), {"text": text if len(text) <= 60 else text[:59] + "…"})
    elif card in here:
        row.wrong["card"] = (N_("Dit nummer staat ook in rij %(row)s."), {"row": str(here[card])})
    here.setdefault(card, number)


def ops_of(rows: list[Row], batch: uuid.UUID, consent: str, step: str | None) -> list[dict[str, Any]]:
    """The ops that put the filled rows on the wall. The same form sent twice makes the same ops, which count once."""
    ops = []
    for number, row in enumerate(rows):
        if row.empty:
            continue
        op: dict[str, Any] = {
            "id": str(uuid.uuid5(batch, f"{number}")),
            "type": "contribution.add",
            "kind": row.kind,
            "text": row.text,
            "consent": consent,
            "paper": {"card": row.card or None, "municipality": row.municipality or None},
        }
        if row.group:
            op["group"] = row.group
        if step:
            op["step"] = step
        ops.append(op)
    return ops
