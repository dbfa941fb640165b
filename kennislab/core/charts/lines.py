"""Lines over time, each with its name at its end and a shape at each point."""

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
