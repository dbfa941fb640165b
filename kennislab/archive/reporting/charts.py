"""The report's drawings: the same one on the page and in the PDF, and as a picture in files that know no SVG."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kennislab.archive.reporting.chapters import Figure
from kennislab.archive.reporting.letters import FONTS, printable
from kennislab.core import charts, jobs

WIDTH = 640
"""Pixels of a drawing in a file: letters come out as large as the text around it."""

_SOURCE = Path(__file__).resolve().parents[1] / "data" / "tekening.typ"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with what it says in words, and how high it is for its width."""

    title: str
    description: str
    data: bytes
    ratio: float


def svg(figure: Figure, *, width: float = WIDTH, standalone: bool = True) -> str:
    """The drawing; ``standalone``: with its colours in it."""
    rows = [(printable(label) if standalone else label, value) for label, value in figure.rows]
    return str(charts.bars(rows, figure.title, figure.description, width=width, standalone=standalone))


def pictures(figures: Sequence[Figure]) -> list[Picture]:
    """The drawings as PNG, made by what makes the PDF."""
    if not figures:
        return []
    made = jobs.off_hub(_drawn, json.dumps([svg(figure) for figure in figures]))
    found = []
    for figure, data in zip(figures, made, strict=True):
        across, down = struct.unpack_from(">LL", data, 16)
        found.append(Picture(figure.title, figure.description, data, down / across))
    return found


def _drawn(data: str) -> list[bytes]:
    import typst  # native code of 40 MB, only needed here

    made = typst.compile(_SOURCE, font_paths=[FONTS], ignore_system_fonts=True, sys_inputs={"data": data}, format="png", ppi=144)
    return made if isinstance(made, list) else [made]
