"""Text to rows: which separator, and cells with line ends and separators within quotation marks."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from kennislab.core.errors import N_
from kennislab.core.sheets.decoding import decode
from kennislab.core.sheets.shapes import (
    MOST_CELL,
    MOST_ROWS,
    NOT_A_TABLE,
    OPEN_QUOTE,
    TOO_MANY_ROWS,
    WEB_PAGE,
    Note,
    refusal,
)

_SEPARATORS = (";", ",", "\t", "|")
_NOTES = {
    ";": N_("De kolommen zijn gescheiden door puntkomma’s."),
    ",": N_("De kolommen zijn gescheiden door komma’s."),
    "\t": N_("De kolommen zijn gescheiden door tabs."),
    "|": N_("De kolommen zijn gescheiden door rechte strepen."),
}
_PAGE = re.compile(r"\s*(<!doctype|<html|<table|<\?xml|<head|<meta|<body|mime-version:)", re.I)
_SAMPLE = 60
_MOST_LINE_ENDS = 60
"""In one cell. A cell with more has swallowed the rest of the table."""


def rows_of(data: bytes) -> tuple[list[tuple[int, list[str]]], list[Note]]:
    """The rows that are not empty, each with its number, and how they were read. Raises Invalid."""
    text, notes = decode(data)
    if _PAGE.match(text):
        raise refusal(WEB_PAGE)
    if text.lstrip()[:1] in ("{", "[") or text.startswith("%PDF-"):
        raise refusal(NOT_A_TABLE)
    said = re.match(r"sep=(.)\r?\n", text)
    if said:
        text = text[said.end() :]
    separator = said[1] if said else _separator(text)
    if separator is not None and separator in _NOTES:
        notes.append(Note(_NOTES[separator]))
    return _read(text, separator or ";"), notes


def _separator(text: str) -> str | None:
    """The one that cuts most rows into the same number of cells; None when there is one column."""
    best, found = (0.0, 0), None
    for one in _SEPARATORS:
        widths = []
        try:
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=one):
                if any(cell.strip() for cell in row):
                    widths.append(len(row))
                if len(widths) == _SAMPLE:
                    break
        except csv.Error:
            continue
        width, count = max(Counter(width for width in widths if width > 1).items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        if not count or count < 0.5 * len(widths):
            continue
        if (score := (count / len(widths), width)) > best:
            best, found = score, one
    return found


def _read(text: str, separator: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            for cell in row:
                if len(cell) > MOST_CELL or cell.count("\n") > _MOST_LINE_ENDS:
                    raise refusal(OPEN_QUOTE, row=number)
            if any(cell.strip() for cell in row):
                rows.append((number, row))
            if len(rows) > MOST_ROWS + 20:
                raise refusal(TOO_MANY_ROWS)
    except csv.Error as error:
        raise refusal(OPEN_QUOTE, row=number + 1) from error
    _no_open_quote(text, separator, rows)
    return rows


def _no_open_quote(text: str, separator: str, rows: list[tuple[int, list[str]]]) -> None:
    """A quotation mark that opens and does not close where it should swallows the next rows: nothing would tell that they are missing."""
    number = 0
    try:
        for _row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            number += 1
    except csv.Error as error:
        if any("\n" in cell for cell in dict(rows).get(number + 1, ())):
            raise refusal(OPEN_QUOTE, row=number + 1) from error
