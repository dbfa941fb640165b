"""The report as one PDF that is PDF/UA-1 (readable for everybody) and PDF/A-2a (readable for ever) at once.

Typst gets the report as data and never as source, so that no text can do anything there. PDF/A refuses letters that no font has, such as
emoji: those are written out (``[thumbs up sign]``, see ``letters``).
"""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import Any

from flask_babel import force_locale

from kennislab.archive.reporting import chapters, charts, widths
from kennislab.archive.reporting.letters import FONTS, printable
from kennislab.archive.reporting.shapes import Report
from kennislab.core import clock, jobs

TYPE = "application/pdf"
_SOURCE = Path(__file__).resolve().parents[1] / "data" / "verslag.typ"


def write(report: Report) -> bytes:
    """The PDF. Computes off the hub: a phone in a room does not wait for it."""
    with force_locale("nl"):
        data = _data(report)
    day = report.dated.astimezone(UTC)
    return jobs.off_hub(_compile, json.dumps(_drawable(data)), int(day.timestamp()))


def _compile(data: str, timestamp: int) -> bytes:
    import typst  # native code of 40 MB, only needed here

    return typst.compile(
        _SOURCE,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        format="pdf",
        pdf_standards=["ua-1", "a-2a"],
        timestamp=timestamp,
    )


def _data(report: Report) -> dict[str, Any]:
    made = chapters.document(report)
    day = report.dated.astimezone(clock.LOCAL)
    return {
        "title": made.title,
        "over": made.over,
        "lead": made.lead,
        "held": made.held,
        "contents": made.contents,
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "notices": made.notices,
        "seal": made.seal,
        "chapters": [{"title": one.title, "blocks": [_block(block, one.title) for block in one.blocks]} for one in made.chapters],
    }


def _block(block: chapters.Block, chapter: str) -> dict[str, Any]:
    match block:
        case chapters.Text():
            return {"type": "text", "text": block.text, "small": block.small}
        case chapters.Heading():
            return {"type": "heading", "text": block.text}
        case chapters.Totals():
            return {"type": "totals", "rows": block.rows}
        case chapters.Entries():
            return {"type": "entries", "entries": [_entry(entry) for entry in block.entries]}
        case chapters.Figure():
            return {
                "type": "figure",
                "alt": f"{block.title}{'' if block.title.endswith('?') else '.'} {block.description}",
                "svg": charts.svg(block),
            }
        case chapters.Table():
            return {
                "type": "table",
                "title": block.caption if block.title else "",
                "caption": "" if block.title or block.caption == chapter else block.caption,
                "columns": block.columns,
                "rows": block.rows,
                "numbers": sorted(block.numbers),
                "widths": _widths(block),
                "whole": widths.whole(block),
            }


def _widths(table: chapters.Table) -> list[str]:
    """Columns of long texts share what the others, as wide as what is in them, leave. A small table stays small: eyes must cross it."""
    longest = [max((len(row[place]) for row in table.rows), default=0) for place in range(len(table.columns))]
    return ["1fr" if length > 28 else "auto" for length in longest]


def _entry(entry: chapters.Shown) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "label": entry.label,
        "text": entry.text,
        "about": [text for text, _tone in entry.about],
        "themes": entry.themes,
        "remarks": entry.remarks,
        "gap": entry.gap,
        "answers": [_entry(answer) for answer in entry.answers],
    }


def _drawable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: one if name in ("type", "kind", "svg") else _drawable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(one) for one in value]
    return value
