"""Tables to download: a CSV that a Dutch spreadsheet opens at a double click, and a workbook. No cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from kennislab.core import clock

Cell = str | int | float | bool | date | datetime | None

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_CHARACTERS = 32_000  # a cell in Excel holds 32 767


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula: with an apostrophe before what could begin one. Our own reading takes it off."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) else text


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with its mark, semicolons, CRLF: what Excel in Dutch expects."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([defused(column) for column in columns])
    for row in rows:
        writer.writerow([_text(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, datetime):
        return cell.astimezone(clock.LOCAL).strftime("%d-%m-%Y %H:%M")
    if isinstance(cell, date):
        return cell.strftime("%d-%m-%Y")
    if isinstance(cell, str):
        return defused(_printable(cell))
    return str(cell).replace(".", ",")


def write_xlsx(columns: Sequence[str], rows: Iterable[Sequence[Cell]], title: str = "Blad1") -> bytes:
    """A workbook with one sheet: names in bold that stay in sight, columns as wide as what is in them, every text a text."""
    return write_book([(title, columns, rows)])


def write_book(tables: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]) -> bytes:
    """A workbook with a sheet for each (title, columns, rows)."""
    from openpyxl import Workbook  # slow to import, and only needed here

    book = Workbook(write_only=True)
    for title, columns, rows in tables:
        _add_sheet(book, title, columns, [list(row) for row in rows])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _add_sheet(book: Any, title: str, columns: Sequence[str], table: list[list[Cell]]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet = book.create_sheet("".join(one for one in title if one not in "[]:*?/\\")[:31] or "Blad1")
    sheet.freeze_panes = "A2"
    wrapped, above, bold = Alignment(wrap_text=True, vertical="top"), Alignment(vertical="top"), Font(name="Calibri", size=11, bold=True)
    widths = []
    for place, column in enumerate(columns):
        longest = max([len(column), *(len(_text(row[place])) for row in table if place < len(row))])
        widths.append(min(60, max(10, longest + 2)))
        sheet.column_dimensions[get_column_letter(place + 1)].width = widths[-1]
    if columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(table) + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"

    def made(cell: Cell, head: bool = False) -> Any:
        value: Any = cell
        if isinstance(cell, bool):
            value = _text(cell)
        elif isinstance(cell, str):
            value = defused(_printable(cell))[:_MOST_CHARACTERS]
        elif isinstance(cell, datetime):
            value = cell.astimezone(clock.LOCAL).replace(tzinfo=None)
        one = WriteOnlyCell(sheet, value=value)
        if isinstance(value, str):
            one.data_type = "s"
            one.alignment = wrapped
        else:
            one.alignment = above
        if isinstance(value, date):
            one.number_format = "dd-mm-yyyy hh:mm" if isinstance(value, datetime) else "dd-mm-yyyy"
        if head:
            one.font = bold
        return one

    sheet.append([made(column, head=True) for column in columns])
    for number, row in enumerate(table, 2):
        if (lines := max((_lines(cell, width) for cell, width in zip(row, widths, strict=False)), default=1)) > 1:
            sheet.row_dimensions[number].height = min(_MOST_POINTS, 15 * lines)
        sheet.append([made(cell) for cell in row])


_MOST_POINTS = 409
"""A row cannot be higher."""


def _lines(cell: Cell, width: int) -> int:
    """About how many lines a text takes: not every reader of workbooks reckons it out."""
    return sum(1 + max(0, len(line) - 1) // width for line in cell.split("\n")) if isinstance(cell, str) else 1


def _printable(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(
        one for one in text if one in "\t\n\r" or (ord(one) >= 32 and not 0xD800 <= ord(one) <= 0xDFFF and ord(one) not in (0xFFFE, 0xFFFF))
    )
