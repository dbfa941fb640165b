"""What hangs together with what: nodes and edges, laid out without chance, so that the same data gives the same picture.

Distances on paper follow the number of steps between two nodes (stress majorisation: Gansner, Koren and North, 2004), each connected
part by itself, parts beside each other; then nodes are pushed apart until their names can be read.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kennislab.core.charts.drawing import SERIES, SHAPES, Drawing, number, width_of, wrapped
from kennislab.core.charts.rows import NARROW

SIZE = 13.0
ROUNDS = 60
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """``key`` names it in edges. ``weight`` is shown as size. ``part``: its sort, shown as colour and shape (0 to 7)."""

    key: str
    label: str
    weight: float = 1
    part: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    """Between two nodes, by key. ``weight`` is shown as thickness and, from 2 on, as a number."""

    one: str
    other: str
    weight: float = 1


def network(
    nodes: Sequence[Node], edges: Sequence[Edge], title: str, description: str, *, width: float = 640, standalone: bool = False
) -> Markup:
    """Nodes and edges. Edges to what is not among the nodes, and from a node to itself, are left out. Up to about sixty nodes."""
    keys = {node.key for node in nodes}
    kept = [edge for edge in edges if edge.one in keys and edge.other in keys and edge.one != edge.other]
    narrow = width < NARROW
    labels = {node.key: wrapped(node.label, 108 if narrow else 124, SIZE, most=3, bold=True) for node in nodes}
    height = max(180.0, 34.0 * len(nodes) + 80) if narrow else max(220.0, min(820.0, 120 + 27.0 * len(nodes)))
    heaviest = max((node.weight for node in nodes), default=1) or 1
    radius = {node.key: 5 + 8 * math.sqrt(max(node.weight, 0) / heaviest) for node in nodes}
    at = _fitted(nodes, kept, labels, radius, width, height)
    drawing = Drawing(width, height, title, description, standalone)
    thickest = max((edge.weight for edge in kept), default=1)
    for edge in kept:
        (x, y), (x2, y2) = at[edge.one], at[edge.other]
        drawing.add("path", "chart-edge", d=f"M{x:.1f} {y:.1f}L{x2:.1f} {y2:.1f}", stroke_width=1.2 + 4.3 * edge.weight / max(thickest, 3))
    for node in nodes:
        x, y = at[node.key]
        drawing.mark(SHAPES[node.part % len(SHAPES)], x, y, radius[node.key], f"chart-fill{node.part % len(SERIES)} chart-rim")
    for edge in kept:
        if edge.weight >= 2:
            x, y = _clear(at[edge.one], at[edge.other], at, radius, labels)
            drawing.text(x, y + 4, number(edge.weight), "chart-ink-2 chart-halo", 12, "middle", True)
    for node in nodes:
        x, y = at[node.key]
        for row, line in enumerate(labels[node.key]):
            drawing.text(x, y + radius[node.key] + 14 + 15 * row, line, "chart-ink chart-halo", SIZE, "middle", True)
    return drawing.done()


def _clear(one: Point, other: Point, at: Mapping[str, Point], radius: Mapping[str, float], labels: Mapping[str, Sequence[str]]) -> Point:
    """A place on an edge for its number, as near the middle as can be without covering a node or its name."""
    points = [
        (one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part) for part in (0.5, 0.42, 0.58, 0.34, 0.66, 0.28, 0.72)
    ]
    for x, y in points:
        for key, (nx, ny) in at.items():
            half = max(radius[key], max(width_of(line, SIZE, True) for line in labels[key]) / 2) + 5
            inside = abs(x - nx) < half and ny + radius[key] - 2 < y < ny + radius[key] + 15 * len(labels[key]) + 8
            if inside or math.dist((x, y), (nx, ny)) < radius[key] + 9:
                break
        else:
            return x, y
    return points[0]


def layout(keys: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, Point]:
    """Places in a plane of no particular size, each connected part in a square of about the root of its number. Same in, same out."""
    near: dict[str, list[str]] = {key: [] for key in keys}
    for one, other in edges:
        if other not in near[one]:
            near[one].append(other)
            near[other].append(one)
    parts: list[list[str]] = []
    seen: set[str] = set()
    for key in keys:
        if key not in seen:
            parts.append(list(_steps(key, near)))
            seen.update(parts[-1])
    parts.sort(key=lambda part: (-len(part), keys.index(part[0])))
    placed = [_majorised(sorted(part, key=keys.index), near) for part in parts]
    return _beside_each_other(placed)


def _steps(start: str, near: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many steps each reachable node is away."""
    away, waiting = {start: 0}, deque([start])
    while waiting:
        here = waiting.popleft()
        for other in near[here]:
            if other not in away:
                away[other] = away[here] + 1
                waiting.append(other)
    return away


def _majorised(part: Sequence[str], near: Mapping[str, Sequence[str]]) -> dict[str, Point]:
    if len(part) < 3:
        return {key: (float(at), 0.0) for at, key in enumerate(part)}
    away = {key: _steps(key, near) for key in part}
    # Around a circle in the order of a walk along the edges, so that neighbours begin as neighbours.
    hub = max(part, key=lambda key: (len(near[key]), -part.index(key)))
    walk = list(_steps(hub, near))
    turn = 2 * math.pi / len(walk)
    x = {key: math.cos(turn * at) * len(walk) / 4 for at, key in enumerate(walk)}
    y = {key: math.sin(turn * at) * len(walk) / 4 for at, key in enumerate(walk)}
    for _round in range(ROUNDS):
        for key in part:
            sum_x = sum_y = sum_w = 0.0
            for other in part:
                if other == key:
                    continue
                steps = away[key][other]
                weight = 1.0 / (steps * steps)
                dx, dy = x[key] - x[other], y[key] - y[other]
                far = math.hypot(dx, dy) or 1e-6
                sum_x += weight * (x[other] + steps * dx / far)
                sum_y += weight * (y[other] + steps * dy / far)
                sum_w += weight
            x[key], y[key] = sum_x / sum_w, sum_y / sum_w
    return {key: _turned(x[key], y[key], x, y) for key in part}


def _turned(px: float, py: float, x: Mapping[str, float], y: Mapping[str, float]) -> Point:
    """The point after turning the whole so that its longest side lies flat."""
    count = len(x)
    mx, my = sum(x.values()) / count, sum(y.values()) / count
    xx = sum((one - mx) ** 2 for one in x.values())
    yy = sum((one - my) ** 2 for one in y.values())
    xy = sum((x[key] - mx) * (y[key] - my) for key in x)
    angle = 0.5 * math.atan2(2 * xy, xx - yy)
    c, s = math.cos(-angle), math.sin(-angle)
    return (px - mx) * c - (py - my) * s, (px - mx) * s + (py - my) * c


def _beside_each_other(parts: Sequence[Mapping[str, Point]]) -> dict[str, Point]:
    """Parts on shelves: the largest first, a new shelf when one is as wide as the largest part, or as a square of all."""
    most = max((_size(part)[0] for part in parts), default=0)
    shelf = max(most, math.sqrt(sum((_size(part)[0] + 1) * (_size(part)[1] + 1) for part in parts)) * 1.3)
    told: dict[str, Point] = {}
    x = y = high = 0.0
    for part in parts:
        wide, tall = _size(part)
        if x and x + wide > shelf:
            x, y, high = 0.0, y + high + 1, 0.0
        left, top = min(px for px, _ in part.values()), min(py for _, py in part.values())
        told |= {key: (px - left + x, py - top + y) for key, (px, py) in part.items()}
        x, high = x + wide + 1, max(high, tall)
    return told


def _size(part: Mapping[str, Point]) -> Point:
    xs, ys = [x for x, _ in part.values()], [y for _, y in part.values()]
    return max(xs) - min(xs), max(ys) - min(ys)


def _fitted(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    labels: Mapping[str, Sequence[str]],
    radius: Mapping[str, float],
    width: float,
    height: float,
) -> dict[str, Point]:
    """Places on the paper: node with name inside it, no two over each other as far as there is room."""
    keys = [node.key for node in nodes]
    raw = layout(keys, [(edge.one, edge.other) for edge in edges])
    if width < height:
        raw = {key: (y, x) for key, (x, y) in raw.items()}
    half = {key: max(radius[key], max(width_of(line, SIZE, True) for line in labels[key]) / 2) + 3 for key in keys}
    over = {key: radius[key] + 3 for key in keys}
    under = {key: radius[key] + 15 * len(labels[key]) + 5 for key in keys}
    wide, tall = (max(one) for one in zip(*[(x, y) for x, y in raw.values()], strict=True)) if raw else (1.0, 1.0)
    low_x, low_y = (min(one) for one in zip(*[(x, y) for x, y in raw.values()], strict=True)) if raw else (0.0, 0.0)
    side = max(half.values(), default=0)
    foot, head = max(under.values(), default=0), max(over.values(), default=0)
    x = {key: side + (width - 2 * side) * ((raw[key][0] - low_x) / (wide - low_x) if wide > low_x else 0.5) for key in keys}
    y = {key: head + (height - head - foot) * ((raw[key][1] - low_y) / (tall - low_y) if tall > low_y else 0.5) for key in keys}
    for _round in range(80):
        moved = False
        for at, one in enumerate(keys):
            for other in keys[at + 1 :]:
                upper, lower = (one, other) if y[one] <= y[other] else (other, one)
                push_x = half[one] + half[other] - abs(x[one] - x[other])
                push_y = under[upper] + over[lower] - (y[lower] - y[upper])
                if push_x <= 0.5 or push_y <= 0.5:
                    continue
                moved = True
                if push_x < push_y:
                    way = 1 if x[one] <= x[other] else -1
                    x[one] -= way * push_x / 2
                    x[other] += way * push_x / 2
                else:
                    y[upper] -= push_y / 2
                    y[lower] += push_y / 2
        for key in keys:
            x[key] = min(max(x[key], half[key]), width - half[key])
            y[key] = min(max(y[key], over[key]), height - under[key])
        if not moved:
            break
    return {key: (x[key], y[key]) for key in keys}


__all__ = ["Edge", "Node", "layout", "network"]
