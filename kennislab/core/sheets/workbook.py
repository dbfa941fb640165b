"""An Excel workbook to rows: the first sheet with something in it, with values as people read them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from kennislab.core.errors import N_, DomainError
from kennislab.core.sheets.shapes import (
    BINARY_EXCEL,
    BROKEN,
    LOCKED,
    MOST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    NOT_A_TABLE,
    OLD_EXCEL,
    OPEN_DOCUMENT,
    TOO_MANY_COLUMNS,
    TOO_MANY_ROWS,
    UNPACKS_TOO_LARGE,
    Note,
    refusal,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_UNPACKED = 25 * 1024 * 1024
_MOST_PARTS = 400
_WIDEST = 256
"""How far to the right is looked for cells with something in them."""

_MOST_BLANK = 20_000
"""Rows that are in the file without anything in them, such as those of a column that was coloured all the way down."""

_SHEET = N_("Gelezen is werkblad “%(sheet)s”; op de andere werkbladen is niet gekeken.")
_UNCOUNTED = N_("Er staan formules in waarvan de uitkomst niet is bewaard; die cellen zijn leeg. Open het bestand in Excel en bewaar het.")
_MERGED = N_("Samengevoegde cellen zijn uitgevuld: wat er staat geldt voor elke rij ervan.")

Rows = list[tuple[int, list[str]]]


def refuse_old(data: bytes) -> None:
    """Old Excel files, and new ones with a password: both look like this outside. Raises Invalid."""
    if data.startswith(OLE):
        raise refusal(LOCKED if "EncryptedPackage".encode("utf-16-le") in data else OLD_EXCEL)


def rows_of(data: bytes) -> tuple[Rows, list[Note]]:
    """The rows that are not empty, each with its number, and how they were read. Raises Invalid."""
    parts = _parts(data)
    from openpyxl import load_workbook  # slow to import, and only needed here

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()
            rows = _rows(sheet)
            if rows:
                return _finished(data, parts, sheet, rows, [one for one in book.worksheets if one is not sheet])
    except DomainError:
        raise
    except Exception as error:  # what a parser may say of a file that somebody else made, or broke
        raise refusal(BROKEN) from error
    return [], []


def _parts(data: bytes) -> dict[str, bytes]:
    """The XML of the workbook's sheets by name, once it is sure that nothing in it is there to do harm."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            entries = box.infolist()
            if len(entries) > _MOST_PARTS or sum(one.file_size for one in entries) > _MOST_UNPACKED:
                raise refusal(UNPACKS_TOO_LARGE)
            if any(one.flag_bits & 1 for one in entries):
                raise refusal(LOCKED)
            names = {one.filename for one in entries}
            if "xl/workbook.xml" not in names:
                if "xl/workbook.bin" in names:
                    raise refusal(BINARY_EXCEL)
                raise refusal(OPEN_DOCUMENT if {"mimetype", "content.xml"} <= names else NOT_A_TABLE)
            found = {}
            for one in entries:
                if not one.filename.endswith((".xml", ".rels")):
                    continue
                text = box.read(one)
                if b"<!DOCTYPE" in text or b"<!ENTITY" in text or text[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in text[:200]:
                    raise refusal(BROKEN)
                if one.filename.startswith("xl/worksheets/"):
                    found[one.filename] = text
            return found
    except DomainError:
        raise
    except Exception as error:  # of the archive or of what is packed in it
        raise refusal(BROKEN) from error


def _rows(sheet: Any) -> Rows:
    rows: Rows = []
    missing: Any = None  # what stands for every row that is not in the file
    blank = 0
    for number, cells in enumerate(sheet.iter_rows(max_col=_WIDEST), 1):
        if cells is missing:
            continue
        texts = [_shown(cell)[:MOST_CELL] for cell in cells]
        while texts and not texts[-1].strip():
            texts.pop()
        if not texts:
            missing, blank = cells, blank + 1
            if blank > _MOST_BLANK:
                raise refusal(UNPACKS_TOO_LARGE)
            continue
        if len(texts) > MOST_COLUMNS:
            raise refusal(TOO_MANY_COLUMNS)
        rows.append((number, texts))
        if len(rows) > MOST_ROWS + 20:
            raise refusal(TOO_MANY_ROWS)
    return rows


def _shown(cell: Any) -> str:
    """A cell as it stands on somebody's screen, in Dutch."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "waar" if value else "onwaar"
    if isinstance(value, datetime):
        return value.strftime("%d-%m-%Y" if value.time() == time() else "%d-%m-%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d-%m-%Y")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    return _number(value, str(cell.number_format or ""))


def _number(value: Any, how: str) -> str:
    if "%" in how and '"' not in how:
        return _decimal(float(value) * 100) + "%"
    if re.fullmatch(r"0{2,12}", how) and float(value).is_integer():
        return str(int(value)).zfill(len(how))
    return _decimal(value)


def _decimal(value: Any) -> str:
    if isinstance(value, int) or (abs(value) < 1e18 and float(value).is_integer()):
        return str(int(value))
    return format(value, ".15g").replace(".", ",")


def _finished(data: bytes, parts: dict[str, bytes], sheet: Any, rows: Rows, others: list[Any]) -> tuple[Rows, list[Note]]:
    notes = []
    if others:
        notes.append(Note(_SHEET, {"sheet": str(sheet.title)[:60]}))
    xml = parts.get(str(getattr(sheet, "_worksheet_path", "")).lstrip("/"), b"")
    if _fill_merged(xml, rows):
        notes.append(Note(_MERGED))
    if re.search(rb"</f>\s*(<v\s*/>|<v>\s*</v>|</c>)|<f\s*/>\s*</c>", xml):
        notes.append(Note(_UNCOUNTED))
    return rows, notes


def _fill_merged(xml: bytes, rows: Rows) -> bool:
    """Puts what stands in a merged cell into every row of it. Returns whether there was anything to fill."""
    by_number = dict(rows)
    filled = False
    for column, first, last in _merged(xml):
        source = by_number.get(first)
        if source is None or len(source) <= column or not source[column].strip():
            continue
        for number in range(first + 1, last + 1):
            row = by_number.get(number)
            if row is None:  # a row with nothing of its own: no person, no question
                continue
            row.extend([""] * (column + 1 - len(row)))
            if not row[column]:
                row[column] = source[column]
                filled = True
    return filled


def _merged(xml: bytes) -> Iterator[tuple[int, int, int]]:
    """(column from 0, first row, last row) of merged cells over more than one row."""
    for letters, first, last in re.findall(rb'<mergeCell ref="([A-Z]{1,2})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"', xml)[:5000]:
        if int(last) > int(first):
            column = 0
            for one in letters:
                column = column * 26 + one - 64
            yield column - 1, int(first), min(int(last), int(first) + MOST_ROWS)
