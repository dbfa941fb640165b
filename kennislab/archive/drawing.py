"""A chain as a picture: boxes in layers with lines between them, from left to right on a wide screen, from top to bottom on a phone.

An SVG that the server draws, without a script. What can be seen is one image with a title and a description (``role="img"``); above it
lie links, box by box, for the keyboard and the finger. Colours come by class and kind from ``static/css/chain.css``, so that light, dark
and paper follow the page. Next to it belongs the same in words, in the same order (``templates/archive/_chain.html``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from kennislab.archive import layering
from kennislab.archive.provenance import PLACES, Chain, Edge, Node
from kennislab.core.charts.drawing import wrapped

Text = Callable[[Node], tuple[str, str, str]]
"""What a box says: what it is, its words, and when and where."""
HEAD, BODY, FOOT = 12.5, 14.0, 12.0
LINE, PAD, ICON = 17.5, 9.0, 13.0
WIDE, PLACE, GAP, ROW = 176.0, 128.0, 32.0, 14.0
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


# --- what is drawn ------------------------------------------------------------------------------------------------------------


def folded(chain: Chain, most: int, layer_most: int, url: str) -> Chain:
    """At most about ``most`` boxes, ``layer_most`` in a layer: what is nearest to the roots stays, the rest is "en nog 14" per layer.

    ``url``: where the whole can be seen.
    """
    ties = [(edge.earlier, edge.later) for edge in chain.edges]
    keys = [node.key for node in chain.nodes]
    layer, away = layering.layers(keys, ties), _steps_from(chain)
    places = {node.key: node.kind in PLACES for node in chain.nodes}
    by_nearness = sorted(keys, key=lambda key: (away[key], not places[key], keys.index(key)))
    kept: set[str] = set()
    number: dict[int, int] = {}
    for key in by_nearness:
        if key in chain.roots or (len(kept) < most and number.get(layer[key], 0) < layer_most):
            kept.add(key)
            number[layer[key]] = number.get(layer[key], 0) + 1
    out: dict[int, list[str]] = {}
    for key in keys:
        if key not in kept:
            out.setdefault(layer[key], []).append(key)
    for at, gone in list(out.items()):
        if len(gone) == 1:
            kept.add(gone[0])
            del out[at]
    if not out:
        return chain
    name = {key: key for key in kept} | {key: f"meer-{at}" for at, gone in out.items() for key in gone}
    nodes = [node for node in chain.nodes if node.key in kept]
    nodes += [Node("more", f"meer-{at}", "", url, count=len(gone)) for at, gone in sorted(out.items())]
    edges: dict[tuple[str, str], Edge] = {}
    for edge in chain.edges:
        start, end = name[edge.earlier], name[edge.later]
        whole = start in kept and end in kept
        if whole or layer[edge.earlier] < layer[edge.later]:
            edges.setdefault((start, end), Edge(edge.kind if whole else "linked", start, end))
    at_layer = {key: layer[key] for key in kept} | {f"meer-{at}": at for at in out}
    nodes.sort(key=lambda node: (at_layer[node.key], node.kind == "more"))
    return Chain(nodes, list(edges.values()), chain.roots, chain.cut)


def _steps_from(chain: Chain) -> dict[str, int]:
    """How many lines each node is away from the nearest root."""
    near: dict[str, list[str]] = {node.key: [] for node in chain.nodes}
    for edge in chain.edges:
        near[edge.earlier].append(edge.later)
        near[edge.later].append(edge.earlier)
    away = {key: 0 for key in near if key in chain.roots}
    waiting = list(away)
    for here in waiting:
        for there in near[here]:
            if there not in away:
                away[there] = away[here] + 1
                waiting.append(there)
    return {key: away.get(key, len(near)) for key in near}


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
    layer: dict[Key, int] = dict(layering.layers(keys, straight))
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


def wide(chain: Chain, text: Text) -> Picture:
    """Layers beside each other. Each box stands as near as can be to the middle of what it is tied to."""
    rows, edges, _layer = _laid(chain)
    boxes: dict[str, Box] = {}
    left: list[float] = []
    widths: list[float] = []
    x = 1.0
    for row in rows:
        kinds = {chain[key].kind for key in row if isinstance(key, str)}
        widths.append(PLACE if kinds <= {*PLACES, "more"} else WIDE)
    slim = max(SLIMMEST, min(1.0, (PAGE - GAP * len(rows)) / max(sum(widths), 1)))
    for at, width in enumerate(widths):
        left.append(x)
        widths[at] = max(width * slim, NARROWEST)
        x += widths[at] + GAP
    for at, row in enumerate(rows):
        for key in row:
            if isinstance(key, str):
                boxes[key] = _box(chain[key], left[at], 0, widths[at], text)
    tall: dict[Key, float] = {key: boxes[key].height if isinstance(key, str) else 8.0 for row in rows for key in row}
    middle = _down_the_page(rows, edges, tall)
    top = min((middle[key] - tall[key] / 2 for key in middle), default=0) - 3
    for key, box in boxes.items():
        boxes[key] = _moved(box, box.x, middle[key] - tall[key] / 2 - top)
    height = max((middle[key] + tall[key] / 2 for key in middle), default=0) - top + 3
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
    return Picture(x - GAP + 1, height, [boxes[node.key] for node in _as_laid(chain, rows)], paths)


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
        boxes.append(_box(chain[key], gutter, y, PHONE - gutter - 2, text))
        y += boxes[-1].height + STEP
    paths = []
    for edge in chain.edges:
        start, end = sorted((number[edge.earlier], number[edge.later]))
        one, other = boxes[start], boxes[end]
        if end == start + 1:
            paths.append((*_straight_down(other.x + 24, one.y + one.height, other.y), edge))
        else:
            paths.append((*_beside(gutter - 10 - lanes[start] * apart, one, other), edge))
    return Picture(PHONE, y - STEP + 2, boxes, paths)


def _straight_down(x: float, start: float, end: float) -> tuple[str, str]:
    return f"M{x:.1f} {start:.1f}V{end - 6:.1f}", f"M{x - 4.5:.1f} {end - 8:.1f}L{x:.1f} {end - 1:.1f}L{x + 4.5:.1f} {end - 8:.1f}Z"


def _beside(lane: float, one: Box, other: Box) -> tuple[str, str]:
    """A line out of the left side of one, along a lane, and into the left side of the other."""
    low, high, turn = one.y + one.height - 12, other.y + 16, lane + 5
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
