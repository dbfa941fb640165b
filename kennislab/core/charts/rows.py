"""Rows of numbers: bars, bars in parts, and a table in colours."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from kennislab.core.charts.drawing import STEPS, Drawing, number, shortened, width_of

Column = str | tuple[str, str]
"""The head of a column; or the group that it is in and its own, such as ``("2026", "Q1")``: the group is written once."""

SIZE = 13.0
NARROW = 480
"""Below this width (a phone) labels stand above the bars instead of before them."""


def bars(
    rows: Sequence[tuple[str, float]], title: str, description: str, *, width: float = 640, unit: str = "", standalone: bool = False
) -> Markup:
    """One bar for each (label, value), in the order given; the value stands behind its bar."""
    parts = [(label, [value]) for label, value in rows]
    return _bars(parts, [""], title, description, width, unit, standalone)


def stacked(
    rows: Sequence[tuple[str, Sequence[float]]],
    parts: Sequence[str],
    title: str,
    description: str,
    *,
    width: float = 640,
    unit: str = "",
    looks: Sequence[int] = (),
    standalone: bool = False,
) -> Markup:
    """A bar for each (label, value of each part). Parts are told apart by colour and texture, named once above, numbered within.

    ``looks``: which colour and texture each part has; without it the first has the first, and so on.
    """
    return _bars(rows, parts, title, description, width, unit, standalone, looks)


def _bars(
    rows: Sequence[tuple[str, Sequence[float]]],
    parts: Sequence[str],
    title: str,
    description: str,
    width: float,
    unit: str,
    standalone: bool,
    looks: Sequence[int] = (),
) -> Markup:
    looks = looks or range(len(parts))
    above = width < NARROW
    totals = [sum(values) for _label, values in rows]
    behind = max((width_of(number(total) + unit, SIZE, True) for total in totals), default=0) + 10
    before = 0.0 if above else min(max((width_of(label, SIZE) for label, _values in rows), default=0) + 14, width * 0.42)
    room = width - before - behind
    bar, step = 20.0, 46.0 if above else 30.0
    named = len(parts) > 1
    names, top = _names(parts, width) if named else ([], 2.0)
    drawing = Drawing(width, top + step * len(rows) + 2, title, description, standalone)
    for part, name, x, y in names:
        _key(drawing, looks[part], name, x, y)
    highest = max([*totals, 1])
    for row, (label, values) in enumerate(rows):
        y = top + row * step + (22 if above else (step - bar) / 2)
        if above:
            drawing.text(0, y - 7, shortened(label, width, SIZE), size=SIZE)
        else:
            drawing.text(before - 10, y + 14.5, shortened(label, before - 14, SIZE), size=SIZE, anchor="end")
        drawing.add("rect", "chart-track", x=before, y=y, width=room, height=bar, rx=3)
        x = before
        for part, value in enumerate(values):
            long = room * value / highest
            if value <= 0:
                continue
            classes, texture = drawing.texture(looks[part])
            drawing.add("rect", f"{classes} chart-rim" if named else classes, x=x, y=y, width=max(long, 1.5), height=bar, rx=3)
            if texture:
                drawing.add("rect", "", x=x, y=y, width=max(long, 1.5), height=bar, rx=3, **texture)
            said = number(value)
            if named and width_of(said, 12, True) + 10 <= long:
                if texture:
                    wide = width_of(said, 12, True) + 6
                    drawing.add("rect", classes, x=x + (long - wide) / 2, y=y + 3, width=wide, height=bar - 6, rx=2)
                drawing.text(x + long / 2, y + 14.3, said, "chart-on", 12, "middle", True)
            x += long
        drawing.text(before + room * totals[row] / highest + 7, y + 14.7, number(totals[row]) + unit, size=SIZE, bold=True)
    return drawing.done()


def _names(parts: Sequence[str], width: float) -> tuple[list[tuple[int, str, float, float]], float]:
    """Where the name of each part goes, in the order of the parts, over as many lines as they need; and where the bars begin."""
    placed: list[tuple[int, str, float, float]] = []
    x, y = 0.0, 14.0
    for part, name in enumerate(parts):
        wide = 20 + width_of(name, SIZE, True) + 18
        if x and x + wide - 18 > width:
            x, y = 0.0, y + 22
        placed.append((part, name, x, y))
        x += wide
    return placed, y + 14


def _key(drawing: Drawing, part: int, name: str, x: float, y: float) -> None:
    classes, texture = drawing.texture(part)
    drawing.add("rect", classes, x=x, y=y - 11, width=14, height=14, rx=3)
    if texture:
        drawing.add("rect", "", x=x, y=y - 11, width=14, height=14, rx=3, **texture)
    drawing.text(x + 20, y, name, size=SIZE, bold=True)


def heat(
    columns: Sequence[Column],
    rows: Sequence[tuple[str, Sequence[float | None]]],
    title: str,
    description: str,
    *,
    width: float = 640,
    standalone: bool = False,
) -> Markup:
    """A table in colours: the more, the darker; each number is written. None: nothing to count there (a dot), which is not zero."""
    before = min(max((width_of(label, SIZE) for label, _values in rows), default=0) + 12, width * 0.34)
    room = (width - before) / max(len(columns), 1)
    cell = min(room, 76.0)
    high, grouped = 26.0, any(isinstance(column, tuple) for column in columns)
    top = 40.0 if grouped else 22.0
    drawing = Drawing(width, top + high * len(rows) + 2, title, description, standalone)
    heads(drawing, columns, [before + cell * (at + 0.5) for at in range(len(columns))], top - 8, cell)
    highest = max((value for _label, values in rows for value in values if value is not None), default=1) or 1
    size = 13.0 if cell >= 26 else 11.0
    for row, (label, values) in enumerate(rows):
        y = top + row * high
        drawing.text(before - 10, y + 17.5, shortened(label, before - 12, SIZE), size=SIZE, anchor="end")
        for column, value in enumerate(values):
            x = before + column * cell
            if value is None:
                drawing.add("circle", "chart-ink-2", cx=x + cell / 2, cy=y + high / 2, r=1.5)
                continue
            step = 0 if value <= 0 else 1 + min(4, int(5 * (value - 0.001) / highest))
            drawing.add("rect", f"chart-step{step}", x=x + 1, y=y + 1, width=cell - 2, height=high - 2, rx=3)
            ink = "chart-on" if step >= len(STEPS) - 2 else "chart-ink-2" if step == 0 else "chart-ink"
            drawing.text(x + cell / 2, y + 17.5, number(value), ink, size, "middle", step >= len(STEPS) - 2)
    return drawing.done()


def heads(drawing: Drawing, columns: Sequence[Column], middles: Sequence[float], y: float, room: float) -> None:
    """Heads above (or below) columns: of each group its name at its first column, then each one's own; what does not fit is left out."""
    own = [column[1] if isinstance(column, tuple) else column for column in columns]
    groups = [column[0] if isinstance(column, tuple) else "" for column in columns]
    widest = max((width_of(head, 12) for head in own), default=0)
    each = max(1, -int(-(widest + 3) // room)) if room else 1
    until = -1e9
    for at, (head, middle) in enumerate(zip(own, middles, strict=True)):
        if (len(own) - 1 - at) % each == 0:
            drawing.text(middle, y, head, "chart-ink-2", 12, "middle")
        fresh = groups[at] and (at == 0 or groups[at] != groups[at - 1])
        if fresh and middle - 14 > until:
            drawing.text(middle - width_of(head, 12) / 2 if room >= 20 else middle - 6, y - 16, groups[at], "chart-ink", 12, bold=True)
            until = middle + width_of(groups[at], 12, True)
