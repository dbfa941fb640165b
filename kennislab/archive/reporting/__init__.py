"""The report of a lab: one structure (:func:`build`), written as a page, PDF, DOCX, ODT, XLSX, CSV or JSON.

Each writer is a module with ``TYPE`` and ``write(report) -> bytes``; the same report gives the same bytes. They write in Dutch, the
language of what is in it. Nothing of who made the file, or when, is in a file.
"""

from __future__ import annotations

from kennislab.archive.reporting.data import build
from kennislab.archive.reporting.plain import as_data
from kennislab.archive.reporting.shapes import CHAPTERS, EVERYTHING, ORDERS, Report, Wanted

__all__ = ["CHAPTERS", "EVERYTHING", "ORDERS", "Report", "Wanted", "as_data", "build"]
