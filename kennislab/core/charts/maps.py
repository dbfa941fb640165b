"""The Netherlands with municipalities as dots, and what travelled between them.

``data/netherlands-outline.json``: the country's outline, rings of [longitude, latitude] (Natural Earth by way of world-atlas, ISC licence).
``data/municipalities.csv``: about where each municipality's main town lies, to a hundredth of a degree (GeoNames, CC BY 4.0, and by hand).
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from markupsafe import Markup

from kennislab.core.charts.drawing import Anchor, Drawing, number, width_of

DATA = Path(__file__).parent / "data"
WEST, EAST, SOUTH, NORTH = 3.2, 7.3, 50.72, 53.58
NARROWER = math.cos(math.radians(52.15))
"""A degree of longitude, as a share of one of latitude, in the middle of the country."""

SIZE = 12.0
Point = tuple[float, float]
Box = tuple[float, float, float, float]


@cache
def outline() -> tuple[tuple[Point, ...], ...]:
    """The rings of the country's outline, [longitude, latitude]."""
    return tuple(tuple((x, y) for x, y in ring) for ring in json.loads((DATA / "netherlands-outline.json").read_text(encoding="utf-8")))


@cache
def places() -> Mapping[str, Point]:
    """Code of a municipality (``GM0503``), existing or not any more → longitude and latitude."""
    with (DATA / "municipalities.csv").open(encoding="utf-8", newline="") as rows:
        return {row["code"]: (float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(rows)}


def map_of(
    points: Mapping[str, float],
    title: str,
    description: str,
    *,
    names: Mapping[str, str],
    routes: Sequence[tuple[str, str, float]] = (),
    width: float = 640,
    standalone: bool = False,
) -> Markup:
    """A dot for each municipality, by code, as large as its value, with its name and the value. ``routes``: arrows (from, to, how many).

    A code that has no place in the list is left out; so is an arrow to it. A value of 0 is an open dot.
    """
    scale = width / ((EAST - WEST) * NARROWER)
    height = (NORTH - SOUTH) * scale

    def xy(place: Point) -> Point:
        return (place[0] - WEST) * NARROWER * scale, (NORTH - place[1]) * scale

    at = {code: xy(places()[code]) for code in points if code in places()}
    drawing = Drawing(width, height, title, description, standalone)
    land = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(xy, ring)) + "Z" for ring in outline())
    drawing.add("path", "chart-land", d=land)
    largest = max((points[code] for code in at), default=1) or 1
    most = 12.0 if width >= 480 else 9.0
    radius = {code: 3.5 + (most - 3.5) * math.sqrt(max(points[code], 0) / largest) for code in at}
    strongest = max((count for _one, _other, count in routes), default=1)
    bends = [_bend(at[one], at[other], radius[other]) for one, other, _count in routes if one in at and other in at and one != other]
    strengths = [count for one, other, count in routes if one in at and other in at and one != other]
    for (path, _head), count in zip(bends, strengths, strict=True):
        drawing.add("path", "chart-line1", d=path, stroke_width=1.3 + 2.2 * count / max(strongest, 2), stroke_opacity=0.75)
    for code in sorted(at, key=lambda code: (-radius[code], code)):
        x, y = at[code]
        if points[code] > 0:
            drawing.add("circle", "chart-fill0 chart-see chart-rim", cx=x, cy=y, r=radius[code])
        else:
            drawing.add("circle", "chart-line0 chart-open", cx=x, cy=y, r=3.5, stroke_width=1.5)
    for (_path, head), _count in zip(bends, strengths, strict=True):
        drawing.add("polygon", "chart-fill1", points=head)
    said = {code: f"{names.get(code, code)} {number(points[code])}" for code in at}
    for code, (x, y, anchor, lead) in _named(at, radius, said, width, height).items():
        if lead:
            drawing.add("path", "chart-axis", d=f"M{at[code][0]:.1f} {at[code][1]:.1f}L{lead[0]:.1f} {lead[1]:.1f}", stroke_width=0.8)
        drawing.text(x, y, said[code], "chart-ink chart-halo", SIZE, anchor)
    return drawing.done()


def _bend(start: Point, end: Point, stop: float) -> tuple[str, str]:
    """A bent arrow that ends at the rim of a dot: its line, and the corners of its head."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    far = math.hypot(dx, dy) or 1.0
    mid = (start[0] + end[0]) / 2 - dy * 0.18, (start[1] + end[1]) / 2 + dx * 0.18
    ux, uy = end[0] - mid[0], end[1] - mid[1]
    length = math.hypot(ux, uy) or 1.0
    ux, uy = ux / length, uy / length
    tip = end[0] - ux * (stop + 1.5), end[1] - uy * (stop + 1.5)
    size = min(8.0, far / 3)
    foot = tip[0] - ux * size, tip[1] - uy * size
    head = f"{tip[0]:.1f},{tip[1]:.1f} {foot[0] - uy * size * 0.5:.1f},{foot[1] + ux * size * 0.5:.1f} "
    head += f"{foot[0] + uy * size * 0.5:.1f},{foot[1] - ux * size * 0.5:.1f}"
    return f"M{start[0]:.1f} {start[1]:.1f}Q{mid[0]:.1f} {mid[1]:.1f} {foot[0]:.1f} {foot[1]:.1f}", head


Named = tuple[float, float, Anchor, Point | None]


def _named(at: Mapping[str, Point], radius: Mapping[str, float], said: Mapping[str, str], width: float, height: float) -> dict[str, Named]:
    """Where each name goes: beside its dot, or further off with a line to it, over no dot and no other name as far as that can be."""
    dots = [(x - radius[code], y - radius[code], x + radius[code], y + radius[code]) for code, (x, y) in at.items()]
    taken: list[Box] = []
    told: dict[str, Named] = {}
    crowd = {code: sum(math.hypot(x - x2, y - y2) < 60 for x2, y2 in at.values()) for code, (x, y) in at.items()}
    for code in sorted(at, key=lambda code: (-crowd[code], at[code][0], code)):
        best: tuple[float, Named, Box] | None = None
        long = width_of(said[code], SIZE)
        for cost, x, y, anchor, lead in _tries(at[code], radius[code]):
            if best is not None and best[0] <= cost:
                break  # they come from cheap to dear
            left = x if anchor == "start" else x - long if anchor == "end" else x - long / 2
            box = (left - 1, y - SIZE * 0.8, left + long + 1, y + SIZE * 0.25)
            worse = cost + sum(_shared(box, other) for other in taken) * 2 + sum(_shared(box, dot) for dot in dots)
            worse += 1000 * (box[0] < 0 or box[2] > width or box[1] < 0 or box[3] > height)
            if lead is not None:
                worse += sum(8.0 for other in taken if _shared(_around(at[code], lead), other) > 0)
            if best is None or worse < best[0]:
                best = worse, (x, y, anchor, lead), box
        assert best is not None
        told[code] = best[1]
        taken.append(best[2])
    return told


def _tries(at: Point, radius: float) -> list[tuple[float, float, float, Anchor, Point | None]]:
    """Places for a name, with what each costs beforehand: right of the dot is best, far off with a line is worst."""
    x, y = at
    tries: list[tuple[float, float, float, Anchor, Point | None]] = [
        (0, x + radius + 4, y + 4, "start", None),
        (2, x - radius - 4, y + 4, "end", None),
        (4, x, y - radius - 5, "middle", None),
        (4, x, y + radius + 13, "middle", None),
        (6, x + radius * 0.7 + 3, y - radius * 0.7 - 3, "start", None),
        (6, x + radius * 0.7 + 3, y + radius * 0.7 + 10, "start", None),
        (7, x - radius * 0.7 - 3, y - radius * 0.7 - 3, "end", None),
        (7, x - radius * 0.7 - 3, y + radius * 0.7 + 10, "end", None),
    ]
    for far in (26.0, 42.0, 60.0, 80.0):
        for turn in range(16):
            angle = math.pi * turn / 8
            x2, y2 = x + far * math.cos(angle), y + far * math.sin(angle)
            anchor: Anchor = "start" if math.cos(angle) > 0.3 else "end" if math.cos(angle) < -0.3 else "middle"
            nudge = 3 if anchor == "start" else -3 if anchor == "end" else 0
            tries.append((20 + far / 3, x2 + nudge, y2 + 4, anchor, (x2, y2)))
    return tries


def _around(one: Point, other: Point) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])


def _shared(one: Box, other: Box) -> float:
    """How much two boxes cover of each other."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return wide * tall if wide > 0 and tall > 0 else 0.0
