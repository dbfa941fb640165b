"""Tables that people send in and take out.

:func:`read` makes rows of text of a CSV or XLSX, whatever wrote it; :func:`keep` lets them wait for a look at the preview;
:func:`write_csv`, :func:`write_xlsx` and :func:`write_book` make every table that can be downloaded.
"""

from __future__ import annotations

from kennislab.core.sheets.drafts import SheetDraft, choose, keep, take, throw_away
from kennislab.core.sheets.reading import match, read
from kennislab.core.sheets.shapes import MOST_BYTES, MOST_ROWS, Note, Sheet, refusal
from kennislab.core.sheets.writing import CSV_TYPE, XLSX_TYPE, Cell, defused, write_book, write_csv, write_xlsx

__all__ = [
    "CSV_TYPE", "MOST_BYTES", "MOST_ROWS", "XLSX_TYPE", "Cell", "Note", "Sheet", "SheetDraft",
    "choose", "defused", "keep", "match", "read", "refusal", "take", "throw_away", "write_book", "write_csv", "write_xlsx",
]  # fmt: skip
