"""A chain as a picture: boxes in layers with lines between them, from left to right on a wide screen, from top to bottom on a phone.

An SVG that the server draws, without a script. What can be seen is one image with a title and a description (``role="img"``); above it
lie links, box by box, for the keyboard and the finger. Colours come by class and kind from ``static/css/chain.css``, so that light, dark
and paper follow the page. Next to it belongs the same in words, in the same order (``templates/archive/_chain.html``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from kennislab.archive import folding, layering
from kennislab.archive.provenance import PLACES, Chain, Edge, Node
from kennislab.core.charts.drawing import wrapped

Text = Callable[[Node], tuple[str, str, str]]
"""What a box says: what it is, its words, and when and where."""
Heading = Callable[[Collection[str]], str]
"""What stands above a column in which there are these kinds of nodes; may be empty."""
HEAD, BODY, FOOT = 12.5, 14.0, 12.0
LINE, PAD, ICON = 17.5, 9.0, 13.0
WIDE, PLACE, DOT, GAP, ROW = 176.0, 128.0, 22.0, 30.0, 14.0
TOP = 34.0
"""Above the boxes, for the heads of the columns."""
PAGE, SLIMMEST, NARROWEST = 1140.0, 0.78, 114.0
"""What fits beside each other; with many layers the boxes get slimmer, down to this part of their width, before the whole gets smaller."""
PHONE, LANE, STEP = 358.0, 11.0, 20.0
MOST_LANES = 7
ICONS: Mapping[str, str] = {
    "lab": "calendar", "theme": "group", "group": "people", "step": "clock", "outcome": "place", "correction": "edit",
    "paragraph": "document", "hidden": "lock", "more": "more",
}  # fmt: skip
"""Kind of node → its icon; a kind of item has its own."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node on paper; x and y of its upper left corner."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    head: str
    lines: Sequence[str]
    foot: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Where everything stands: boxes in the order of the chain, and lines as path data with whether they are dashed."""

    width: float
    height: float
    boxes: Sequence[Box]
    paths: Sequence[tuple[str, str, Edge]] = field(default_factory=list)
    """(line, arrow head, edge)"""
    lanes: Sequence[tuple[float, float, str]] = field(default_factory=list)
    """(x, width, head) of each column"""


# --- what is drawn ------------------------------------------------------------------------------------------------------------


def in_order(chain: Chain) -> Chain:
    """The same chain with its nodes as a picture has them: layer by layer, each from top to bottom. For the words beside it."""
    rows, _edges, _layer = _laid(chain)
    return Chain([chain[key] for row in rows for key in row if isinstance(key, str)], chain.edges, chain.roots, chain.cut)


Key = str | tuple[str, str, int]
"""A node, or a bend of a long line: (from, to, layer)."""


def _laid(chain: Chain) -> tuple[list[list[Key]], list[tuple[Key, Key]], dict[Key, int]]:
    """The layers in order, with bends where a line passes a layer; the edges from layer to layer."""
    keys = [node.key for node in chain.nodes]
    straight = layering.forward(keys, [(edge.earlier, edge.later) for edge in chain.edges])
    column = folding.columns(chain)
    layer: dict[Key, int] = {key: column[key] for key in keys}
    edges: list[tuple[Key, Key]] = []
    for start, end in straight:
        before: Key = start
        for at in range(layer[start] + 1, layer[end]):
            bend = (start, end, at)
            layer[bend] = at
            edges.append((before, bend))
            before = bend
        edges.append((before, end))
    return layering.ordered(layer, edges), edges, layer


# --- from left to right -------------------------------------------------------------------------------------------------------


def wide(chain: Chain, text: Text, heading: Heading | None = None) -> Picture:
    """Layers beside each other. Each box stands as near as can be to the middle of what it is tied to. ``heading``: see there."""
    rows, edges, _layer = _laid(chain)
    boxes: dict[str, Box] = {}
    left: list[float] = []
    widths: list[float] = []
    kinds = [{chain[key].kind for key in row if isinstance(key, str)} for row in rows]
    of_more = [{chain[key].detail for key in row if isinstance(key, str) and chain[key].kind == "more"} for row in rows]
    x = 1.0 + (GAP / 2 if heading else 0)
    for some in kinds:
        widths.append(DOT if some <= {"hidden"} else PLACE if some <= {*PLACES, "more", "hidden"} else WIDE)
    slim = max(SLIMMEST, min(1.0, (PAGE - GAP * len(rows)) / max(sum(widths), 1)))
    for at, width in enumerate(widths):
        left.append(x)
        widths[at] = width if width == DOT else max(width * slim, NARROWEST)
        x += widths[at] + GAP
    for at, row in enumerate(rows):
        for key in row:
            if isinstance(key, str):
                boxes[key] = _box(chain[key], left[at], 0, widths[at], text)
    tall: dict[Key, float] = {key: boxes[key].height if isinstance(key, str) else 8.0 for row in rows for key in row}
    middle = _down_the_page(rows, edges, tall)
    top = min((middle[key] - tall[key] / 2 for key in middle), default=0) - (TOP if heading else 3)
    for key, box in boxes.items():
        boxes[key] = _moved(box, box.x, middle[key] - tall[key] / 2 - top)
    height = max((middle[key] + tall[key] / 2 for key in middle), default=0) - top + (12 if heading else 3)
    lanes = []
    if heading:
        for at, some in enumerate(kinds):
            head = heading((some - {"more"}) | of_more[at])
            lanes.append((left[at] - GAP / 2, widths[at] + GAP, wrapped(head, widths[at] + GAP - 6, HEAD, 1, True)[0] if head else ""))
    paths = []
    for edge in chain.edges:
        one, other = boxes[edge.earlier], boxes[edge.later]
        if one.x >= other.x:  # a circle: the line leads back
            one, other = other, one
        points = [
            (left[at], left[at] + widths[at], middle[bend] - top)
            for at in range(len(rows))
            if (bend := (one.node.key, other.node.key, at)) in middle
        ]
        paths.append((*_across(one, other, points), edge))
    return Picture(x - GAP / (2 if heading else 1) + 1, height, [boxes[node.key] for node in _as_laid(chain, rows)], paths, lanes)


def _as_laid(chain: Chain, rows: Sequence[Sequence[Key]]) -> list[Node]:
    return [chain[key] for row in rows for key in row if isinstance(key, str)]


def _down_the_page(rows: Sequence[Sequence[Key]], edges: Sequence[tuple[Key, Key]], tall: Mapping[Key, float]) -> dict[Key, float]:
    """The middle of each box: in the order of its layer, apart, and near to its neighbours."""
    near: dict[Key, list[tuple[Key, int]]] = {key: [] for key in tall}
    for start, end in edges:
        pull = (1, 3, 12)[(not isinstance(start, str)) + (not isinstance(end, str))]  # long lines want to be straight
        near[start].append((end, pull))
        near[end].append((start, pull))
    middle: dict[Key, float] = {}
    for row in rows:
        y = -sum(tall[key] + ROW for key in row) / 2
        for key in row:
            middle[key] = y + tall[key] / 2
            y += tall[key] + ROW
    for sweep in range(40):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [
                sum(middle[one] * pull for one, pull in near[key]) / sum(pull for _one, pull in near[key]) if near[key] else middle[key]
                for key in row
            ]
            apart = [0.0, *((tall[one] + tall[other]) / 2 + ROW for one, other in zip(row, row[1:], strict=False))]
            middle |= dict(zip(row, layering.spread(wanted, apart), strict=True))
    return middle


def _across(one: Box, other: Box, bends: Sequence[tuple[float, float, float]]) -> tuple[str, str]:
    """A line from the right side of one to the left side of the other, flat through the layers between."""
    x, y = one.x + one.width, one.y + one.height / 2
    path = f"M{x:.1f} {y:.1f}"
    for start, end, at in [*bends, (other.x - 6, other.x - 6, other.y + other.height / 2)]:
        half = (x + start) / 2
        path += f"C{half:.1f} {y:.1f} {half:.1f} {at:.1f} {start:.1f} {at:.1f}"
        if end > start:
            path += f"H{end:.1f}"
        x, y = end, at
    return path, f"M{other.x - 8:.1f} {y - 4.5:.1f}L{other.x - 1:.1f} {y:.1f}L{other.x - 8:.1f} {y + 4.5:.1f}Z"


# --- from top to bottom -------------------------------------------------------------------------------------------------------


def narrow(chain: Chain, text: Text) -> Picture:
    """Boxes under each other, lines in lanes beside them: from each box one, with a branch to all that followed from it."""
    rows, _edges, _layer = _laid(chain)
    order = [node.key for node in _as_laid(chain, rows)]
    number = {key: at for at, key in enumerate(order)}
    ahead: dict[int, list[int]] = {}
    for edge in chain.edges:
        start, end = sorted((number[edge.earlier], number[edge.later]))
        ahead.setdefault(start, []).append(end)
    lanes = _lanes({start: max(ends) for start, ends in ahead.items() if max(ends) > start + 1})
    used = max(lanes.values(), default=-1) + 1
    gutter = 2.0 + min(used, MOST_LANES) * LANE + (6 if used else 0)
    apart = LANE * min(1.0, MOST_LANES / used) if used else LANE
    boxes: list[Box] = []
    y = 2.0
    for key in order:
        dot = chain[key].kind == "hidden"
        boxes.append(_box(chain[key], gutter + (24 - DOT / 2 if dot else 0), y, PHONE - gutter - 2, text))
        y += boxes[-1].height + STEP
    paths = []
    for edge in chain.edges:
        start, end = sorted((number[edge.earlier], number[edge.later]))
        one, other = boxes[start], boxes[end]
        if end == start + 1:
            paths.append((*_straight_down(gutter + 24, one.y + one.height, other.y), edge))
        else:
            paths.append((*_beside(gutter - 10 - lanes[start] * apart, one, other), edge))
    return Picture(PHONE, y - STEP + 2, boxes, paths)


def _straight_down(x: float, start: float, end: float) -> tuple[str, str]:
    return f"M{x:.1f} {start:.1f}V{end - 6:.1f}", f"M{x - 4.5:.1f} {end - 8:.1f}L{x:.1f} {end - 1:.1f}L{x + 4.5:.1f} {end - 8:.1f}Z"


def _beside(lane: float, one: Box, other: Box) -> tuple[str, str]:
    """A line out of the left side of one, along a lane, and into the left side of the other."""
    low, high, turn = one.y + one.height - 11, other.y + min(16, other.height / 2), lane + 5
    line = f"M{one.x:.1f} {low:.1f}H{turn:.1f}Q{lane:.1f} {low:.1f} {lane:.1f} {low + 5:.1f}V{high - 5:.1f}"
    line += f"Q{lane:.1f} {high:.1f} {turn:.1f} {high:.1f}H{other.x - 5:.1f}"
    return line, f"M{other.x - 7:.1f} {high - 4:.1f}L{other.x - 1:.1f} {high:.1f}L{other.x - 7:.1f} {high + 4:.1f}Z"


def _lanes(ends: Mapping[int, int]) -> dict[int, int]:
    """Start → the nearest lane that is free until its end."""
    free: list[int] = []
    lanes: dict[int, int] = {}
    for start in sorted(ends):
        lane = next((at for at, until in enumerate(free) if until <= start), len(free))
        free[lane : lane + 1] = [ends[start]]
        lanes[start] = lane
    return lanes


# --- the drawing --------------------------------------------------------------------------------------------------------------


def _box(node: Node, x: float, y: float, width: float, text: Text) -> Box:
    if node.kind == "hidden":  # a dot: there is nothing to say
        return Box(node, x, y, DOT, DOT, "", [], "")
    head, words, foot = text(node)
    room = width - 2 * PAD - 6
    lines = wrapped(words, room, BODY, most=3 if node.kind in (*PLACES, "more", "hidden") else 5) if words else []
    height = 2 * PAD + LINE * (len(lines) + 1) + (LINE - 2 if foot else 0)
    return Box(node, x, y, width, height, wrapped(head, room - ICON - 5, HEAD, 1, True)[0], lines, wrapped(foot, room, FOOT, 1)[0])


def _moved(box: Box, x: float, y: float) -> Box:
    return Box(box.node, x, y, box.width, box.height, box.head, box.lines, box.foot)


DASHED = frozenset({"came_back", "asked_again", "belongs_with", "linked"})


def svg(picture: Picture, chain: Chain, title: str, description: str, names: Text, icons: Mapping[str, str]) -> Markup:
    """The picture as SVG. ``icons``: name → its drawing in 24 × 24. The roots are marked; ``names``: what a link says in full."""
    key = (
        "chain-"
        + hashlib.sha256(f"{title}\0{description}\0{picture.width}\0{[box.node.key for box in picture.boxes]}".encode()).hexdigest()[:10]
    )
    size = f'width="{picture.width:.0f}" height="{picture.height:.0f}" viewBox="0 0 {picture.width:.0f} {picture.height:.0f}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chain-svg" {size}>',
        f'<g role="img" aria-labelledby="{key}-n {key}-d">',
        f'<title id="{key}-n">{escape(title)}</title><desc id="{key}-d">{escape(description)}</desc>',
    ]
    for number, (x, width, head) in enumerate(picture.lanes):
        if number % 2 == 0:
            parts.append(f'<rect class="chain-lane" x="{x:.1f}" y="0" width="{width:.1f}" height="{picture.height:.0f}"/>')
        at = f'x="{x + width / 2:.1f}" y="19" text-anchor="middle" font-size="{HEAD}"'
        parts.append(f'<text class="chain-lane-head" {at}>{escape(head)}</text>')
    for line, head, edge in picture.paths:
        strong = " chain-line--own" if edge.earlier in chain.roots or edge.later in chain.roots else ""
        dashed = " chain-line--loose" if edge.kind in DASHED else ""
        parts.append(f'<path class="chain-line{strong}{dashed}" d="{line}"/><path class="chain-head{strong}" d="{head}"/>')
    parts += [_drawn(box, chain, icons) for box in picture.boxes]
    parts.append("</g><g>")
    for box in picture.boxes:
        if box.node.url and box.node.key not in chain.roots:
            says = ": ".join(one for one in names(box.node)[:2] if one)
            rect = f'<rect class="chain-hit" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8"/>'
            parts.append(f'<a href="{escape(box.node.url)}" aria-label="{escape(says)}">{rect}</a>')
    parts.append("</g></svg>")
    return Markup("".join(parts))


def _drawn(box: Box, chain: Chain, icons: Mapping[str, str]) -> str:
    node = box.node
    sort = "place" if node.kind in PLACES else node.kind if node.kind in ("hidden", "more") else "card"
    own = " chain-box--own" if node.key in chain.roots else ""
    detail = f' data-detail="{escape(node.detail)}"' if node.kind == "outcome" else ""
    if sort == "hidden":
        at = f'cx="{box.x + DOT / 2:.1f}" cy="{box.y + DOT / 2:.1f}"'
        return (
            f'<g class="chain-box chain-box--hidden{own}" data-kind="hidden" data-key="{escape(node.key)}">'
            f'<circle class="chain-paper" {at} r="{DOT / 2 - 1:.1f}"/><circle class="chain-dot" {at} r="3.5"/></g>'
        )
    icon = icons.get(ICONS.get(node.kind, node.kind), "")
    left, top = box.x + PAD + 4, box.y + PAD
    parts = [
        f'<g class="chain-box chain-box--{sort}{own}" data-kind="{escape(node.kind)}" data-key="{escape(node.key)}"{detail}>',
        f'<rect class="chain-paper" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8"/>',
    ]
    if sort == "card":
        parts.append(
            f'<path class="chain-edge" d="M{box.x + 8:.1f} {box.y:.1f}a8 8 0 0 0 -8 8V{box.y + box.height - 8:.1f}a8 8 0 0 0 8 8'
            f'H{box.x + 5:.1f}V{box.y:.1f}Z"/>'
        )
    if icon:
        at = f'x="{left:.1f}" y="{top:.1f}" width="{ICON:.0f}" height="{ICON:.0f}" viewBox="0 0 24 24"'
        parts.append(f'<svg class="chain-icon" {at}>{icon}</svg>')
    y = top + 11
    parts.append(f'<text class="chain-kind" x="{left + ICON + 5:.1f}" y="{y:.1f}" font-size="{HEAD}">{escape(box.head)}</text>')
    for line in box.lines:
        y += LINE
        parts.append(f'<text class="chain-words" x="{left:.1f}" y="{y:.1f}" font-size="{BODY}">{escape(line)}</text>')
    if box.foot:
        y += LINE - 1
        parts.append(f'<text class="chain-foot" x="{left:.1f}" y="{y:.1f}" font-size="{FOOT}">{escape(box.foot)}</text>')
    parts.append("</g>")
    return "".join(parts)
