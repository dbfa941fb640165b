"""Lines over time: together, each with its name at its end and a shape at each point; or below each other, each on a line of its own."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from kennislab.core.charts.drawing import SERIES, SHAPES, Drawing, number, shortened, spread, ticks, width_of
from kennislab.core.charts.rows import NARROW, Column, heads

SIZE = 13.0


def lines(
    columns: Sequence[Column],
    series: Sequence[tuple[str, Sequence[float | None]]],
    title: str,
    description: str,
    *,
    width: float = 640,
    standalone: bool = False,
) -> Markup:
    """A line for each (name, value at each column); None leaves a gap. Names stand at the ends; at most eight."""
    if len(series) > len(SERIES):
        raise ValueError("more lines than shapes")
    narrow = width < NARROW
    ends = [next((value for value in reversed(values) if value is not None), 0.0) for _name, values in series]
    said = [f"{name} {number(end)}" for (name, _values), end in zip(series, ends, strict=True)]
    behind = min(max((width_of(one, SIZE, True) for one in said), default=0) + 20, width * (0.42 if narrow else 0.34))
    scale = ticks(max((value for _name, values in series for value in values if value is not None), default=1))
    before = max(width_of(number(one), 12) for one in scale) + 10
    grouped = any(isinstance(column, tuple) for column in columns)
    high, top = max(210.0 if narrow else 250.0, 18.0 * len(series) + 20), 12.0
    drawing = Drawing(width, top + high + (46 if grouped else 28), title, description, standalone)
    room = width - before - behind
    xs = [before + 6 + (room - 12) * (at / (len(columns) - 1) if len(columns) > 1 else 0.5) for at in range(len(columns))]

    def y_of(value: float) -> float:
        return top + high * (1 - value / scale[-1])

    for one in scale:
        drawing.add("path", "chart-axis" if one == 0 else "chart-rule", d=f"M{before:.1f} {y_of(one):.1f}H{width - behind:.1f}")
        drawing.text(before - 7, y_of(one) + 4, number(one), "chart-ink-2", 12, "end")
    heads(drawing, columns, xs, top + high + (38 if grouped else 20), room / max(len(columns), 1))
    for part, (_name, values) in reversed(list(enumerate(series))):
        _line(drawing, part, [(x, y_of(value)) if value is not None else None for x, value in zip(xs, values, strict=True)])
    places = spread([y_of(end) for end in ends], 17, top + 4, top + high - 2)
    for part, (words, end, place) in enumerate(zip(said, ends, places, strict=True)):
        x = width - behind
        if abs(place - y_of(end)) > 3:
            drawing.add("path", f"chart-line{part}", d=f"M{xs[-1] + 7:.1f} {y_of(end):.1f}L{x + 11:.1f} {place:.1f}", stroke_width=1)
        name, _, value = words.rpartition(" ")
        name = shortened(name, behind - 16 - width_of(f" {value}", SIZE, True), SIZE, True)
        drawing.text(x + 14, place + 4.5, f"{name} {value}", f"chart-fill{part}", SIZE, bold=True)
    return drawing.done()


def _line(drawing: Drawing, part: int, points: Sequence[tuple[float, float] | None]) -> None:
    path, open_ = "", False
    for point in points:
        if point is None:
            open_ = False
            continue
        path += f"{'L' if open_ else 'M'}{point[0]:.1f} {point[1]:.1f}"
        open_ = True
    if path:
        drawing.add("path", f"chart-line{part}", d=path, stroke_width=2, stroke_linejoin="round")
    for point in points:
        if point is not None:
            drawing.mark(SHAPES[part], point[0], point[1], 4.2, f"chart-fill{part} chart-rim")


def trends(
    columns: Sequence[Column],
    rows: Sequence[tuple[str, Sequence[float | None]]],
    title: str,
    description: str,
    *,
    width: float = 640,
    standalone: bool = False,
) -> Markup:
    """A small line for each (name, value at each column), all on one scale: for many lines, and for lines that jump.

    The highest value of a row and its last one are written; None leaves a gap.
    """
    above = width < NARROW
    behind = 30.0
    before = 0.0 if above else min(max((width_of(label, SIZE) for label, _values in rows), default=0) + 14, width * 0.4)
    high, step = 22.0, 58.0 if above else 40.0
    grouped = any(isinstance(column, tuple) for column in columns)
    foot = 44.0 if grouped else 26.0
    drawing = Drawing(width, step * len(rows) + foot, title, description, standalone)
    room = width - before - behind
    xs = [before + 8 + (room - 16) * (at / (len(columns) - 1) if len(columns) > 1 else 0.5) for at in range(len(columns))]
    highest = max((value for _label, values in rows for value in values if value is not None), default=1) or 1
    for row, (label, values) in enumerate(rows):
        base = row * step + step - 4
        if above:
            drawing.text(0, base - high - 17, shortened(label, width * 0.8, SIZE), size=SIZE)
        else:
            drawing.text(before - 10, base - 2, shortened(label, before - 14, SIZE), size=SIZE, anchor="end")
        drawing.add("path", "chart-rule", d=f"M{before:.1f} {base:.1f}H{width - behind:.1f}")
        points = [(x, base - high * value / highest) if value is not None else None for x, value in zip(xs, values, strict=True)]
        _area(drawing, points, base)
        there = [at for at, value in enumerate(values) if value is not None]
        if not there:
            continue
        top = max(there, key=lambda at: (values[at] or 0, at))
        for at in {top, there[-1]}:
            x, y = points[at] or (0.0, 0.0)
            drawing.mark("circle", x, y, 3.6, "chart-fill0 chart-rim")
        (x, y), most = points[top] or (0.0, 0.0), number(values[top] or 0)
        if top != there[-1]:
            drawing.text(x, y - 6, most, "chart-ink chart-halo", 12, "middle", True)
        drawing.text(width - behind + 4, base - 2, number(values[there[-1]] or 0), "chart-fill0", SIZE, bold=True)
    heads(drawing, columns, xs, step * len(rows) + foot - 6, room / max(len(columns), 1))
    return drawing.done()


def _area(drawing: Drawing, points: Sequence[tuple[float, float] | None], base: float) -> None:
    """The line with what is below it filled lightly, stretch by stretch between gaps."""
    stretch: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            stretch.append(point)
        elif stretch:
            line = "L".join(f"{x:.1f} {y:.1f}" for x, y in stretch)
            drawing.add(
                "path", "chart-fill0", d=f"M{stretch[0][0]:.1f} {base:.1f}L{line}L{stretch[-1][0]:.1f} {base:.1f}Z", fill_opacity=0.14
            )
            drawing.add("path", "chart-line0", d=f"M{line}", stroke_width=2, stroke_linejoin="round")
            stretch = []
