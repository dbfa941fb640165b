"""What a report in words is made of: a few kinds of blocks, which every writer knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; line breaks in it count. ``small``: said in passing."""

    type: ClassVar[str] = "text"
    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a chapter."""

    type: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Totals:
    """How many there are of what: (kind, its plural, number)."""

    type: ClassVar[str] = "totals"
    rows: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; the first column names the row. ``numbers``: which columns hold numbers. ``title``: it is a heading too;
    ``drawn``: a drawing before it says the same.
    """

    type: ClassVar[str] = "table"
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    title: bool = False
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A contribution as it is shown. ``label``: what it is, where the chapter does not say so. ``about``: (text, tone) of where and what
    came of it; ``remarks``: sentences below it; ``gap``: what is missing.
    """

    id: str
    kind: str
    label: str
    text: str
    about: tuple[tuple[str, str], ...] = ()
    themes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    answers: tuple[Shown, ...] = ()
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Entries:
    """Contributions, as a list."""

    type: ClassVar[str] = "entries"
    entries: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """Numbers to be drawn as bars; ``description`` says them in words, and their table stands beside it."""

    type: ClassVar[str] = "figure"
    title: str
    description: str
    rows: tuple[tuple[str, float], ...]


Block = Text | Heading | Totals | Table | Entries | Figure


@dataclass(frozen=True, slots=True)
class Chapter:
    """``key``: its place in the page's address."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report. ``over``: what it is, above the title; ``held``: when and where; ``notices``: what who reads it must know first;
    ``seal``: below it. ``contents``: the heading of a list of its chapters, empty when there are too few to look for.
    """

    title: str
    over: str
    lead: str
    chapters: tuple[Chapter, ...]
    notices: tuple[str, ...] = ()
    seal: tuple[str, ...] = ()
    held: str = ""
    contents: str = ""
