"""The picture of a chain: well-formed, every node once, no box over another, every line between its boxes, links that lead there."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Sequence

import pytest

from kennislab.archive import drawing, folding, layering
from kennislab.archive.drawing import Box, Picture
from kennislab.archive.provenance import Chain, Edge, Node

SVG = "{http://www.w3.org/2000/svg}"


def text(node: Node) -> tuple[str, str, str]:
    return node.kind, f"en nog {node.count}" if node.kind == "more" else node.label, ""


def chain_of(*pairs: str, roots: Sequence[str] = ("c",)) -> Chain:
    """``"a>b"`` for each edge; a node's words are long enough to be wrapped."""
    edges = [Edge("drawn_from", *pair.split(">")) for pair in pairs]
    keys = dict.fromkeys(key for edge in edges for key in (edge.earlier, edge.later))
    nodes = [Node("solution", key, f"Een <lange> zin & over {key} die niet op één regel past", f"/archief/{key}?x=1&y=2") for key in keys]
    return Chain(nodes, edges, roots)


PLAIN = chain_of("a>c", "b>c", "c>d", "c>e", "a>d", "e>f", "b>f", "d>f")
MANY = chain_of("a>c", *(f"c>x{number}" for number in range(30)), *(f"x{number}>y{number}" for number in range(10)))
ROUND = chain_of("a>b", "b>c", "c>a")


def over_each_other(boxes: Sequence[Box]) -> list[tuple[str, str]]:
    return [
        (one.node.key, other.node.key)
        for one, other in itertools.combinations(boxes, 2)
        if one.x < other.x + other.width and other.x < one.x + one.width and one.y < other.y + other.height and other.y < one.y + one.height
    ]


@pytest.mark.parametrize("make", [drawing.wide, drawing.narrow], ids=["wide", "narrow"])
@pytest.mark.parametrize("chain", [PLAIN, MANY, ROUND], ids=["plain", "many", "round"])
def test_every_node_once_and_nothing_over_another(make: object, chain: Chain) -> None:
    picture: Picture = make(chain, text)  # type: ignore[operator]
    assert sorted(box.node.key for box in picture.boxes) == sorted(node.key for node in chain.nodes)
    assert [box.node.key for box in picture.boxes] == [node.key for node in drawing.in_order(chain).nodes]
    assert over_each_other(picture.boxes) == []
    assert all(
        0 <= box.x and box.x + box.width <= picture.width and 0 <= box.y and box.y + box.height <= picture.height for box in picture.boxes
    )
    assert [edge for _line, _head, edge in picture.paths] == list(chain.edges)
    by_key = {box.node.key: box for box in picture.boxes}
    straight = set(layering.forward([node.key for node in chain.nodes], [(edge.earlier, edge.later) for edge in chain.edges]))
    for one, other in straight:  # what comes later stands further to the right, or lower
        first, second = by_key[one], by_key[other]
        assert first.x + first.width < second.x if make is drawing.wide else first.y + first.height < second.y


def test_the_drawing_is_well_formed_said_and_linked() -> None:
    picture = drawing.wide(PLAIN, text)
    told = str(drawing.svg(picture, PLAIN, "Titel & zo", "Wat er <staat>", text, {"solution": '<path d="M0 0"/>'}))
    root = ET.fromstring(told)
    [image] = root.findall(f"{SVG}g[@role='img']")
    title, said = image.find(f"{SVG}title"), image.find(f"{SVG}desc")
    assert title is not None and said is not None and (title.text, said.text) == ("Titel & zo", "Wat er <staat>")
    assert image.attrib["aria-labelledby"] == f"{title.attrib['id']} {said.attrib['id']}"
    assert image.findall(f".//{SVG}a") == []  # nothing to step into inside an image
    drawn = [box.attrib["data-key"] for box in image.findall(f".//{SVG}g[@data-key]")]
    assert sorted(drawn) == ["a", "b", "c", "d", "e", "f"]
    links = {link.attrib["aria-label"].split(" over ")[1].split(" ")[0]: link.attrib["href"] for link in root.iter(f"{SVG}a")}
    assert links == {key: f"/archief/{key}?x=1&y=2" for key in "abdef"}  # not to where one is
    [own] = [box for box in image.iter(f"{SVG}g") if "chain-box--own" in box.attrib.get("class", "")]
    assert own.attrib["data-key"] == "c"
    assert "style=" not in told and "onclick" not in told
    again = str(drawing.svg(drawing.wide(PLAIN, text), PLAIN, "Titel & zo", "Wat er <staat>", text, {"solution": '<path d="M0 0"/>'}))
    assert again == told
    phone = str(drawing.svg(drawing.narrow(PLAIN, text), PLAIN, "Titel & zo", "Wat er <staat>", text, {}))
    assert title.attrib["id"] not in phone  # both stand on one page


def test_what_is_too_much_is_folded_per_layer_around_the_root() -> None:
    folded = folding.folded(MANY, 16, 4, "/heel")
    more = [node for node in folded.nodes if node.kind == "more"]
    assert [(node.count, node.url) for node in more] == [(26, "/heel"), (6, "/heel")]
    assert len(folded.nodes) == 2 + 4 + 4 + 2 and "c" in {node.key for node in folded.nodes}
    assert ("c", more[0].key) in {(edge.earlier, edge.later) for edge in folded.edges}
    assert (more[0].key, more[1].key) in {(edge.earlier, edge.later) for edge in folded.edges}
    assert over_each_other(drawing.wide(folded, text).boxes) == []
    assert folding.folded(PLAIN, 16, 4, "/heel") is PLAIN


def test_what_is_of_one_stage_stands_in_one_column_under_its_head() -> None:
    kinds = {"l": "lab", "q": "question", "t": "theme", "h": "hidden", "b": "bottleneck", "s": "solution", "i": "insight", "p": "paragraph"}
    nodes = [Node(kind, key, f"Over {key}", hidden=kind == "hidden") for key, kind in kinds.items()]
    ties = ["lq", "qt", "th", "hb", "qb", "bs", "qi", "sp", "bp"]
    chain = Chain(nodes, [Edge("linked", *tie) for tie in ties])
    assert folding.columns(chain) == {"l": 0, "q": 1, "t": 2, "h": 3, "b": 4, "i": 3, "s": 5, "p": 6}
    picture = drawing.wide(chain, text, lambda some: "+".join(sorted(some)))
    assert [head for _x, _width, head in picture.lanes] == [
        "lab", "question", "theme", "hidden+insight", "bottleneck", "solution", "paragraph",
    ]  # fmt: skip
    by_key = {box.node.key: box for box in picture.boxes}
    assert (by_key["h"].width, by_key["h"].height, by_key["h"].lines) == (drawing.DOT, drawing.DOT, [])
    for key, (x, width, _head) in zip("lqt", picture.lanes, strict=False):
        assert x <= by_key[key].x and by_key[key].x + by_key[key].width <= x + width
    late = [Node("question", "q", "Q"), Node("lab", "l", "L"), Node("question", "r", "R")]
    assert folding.columns(Chain(late, [Edge("asked_again", "q", "r"), Edge("asked_in", "l", "r")])) == {"q": 0, "l": 0, "r": 1}
    assert min(box.y for box in picture.boxes) >= drawing.TOP and over_each_other(picture.boxes) == []
    told = str(drawing.svg(picture, chain, "T", "D", text, {}))
    assert told.count('class="chain-lane-head"') == 7 and told.count('class="chain-dot"') == 1 and "Over h" not in told


def test_few_lines_cross() -> None:
    keys = [*"abcd", *"wxyz"]
    edges = [("a", "z"), ("b", "y"), ("c", "x"), ("d", "w")]
    assert layering.crossings([[*"abcd"], [*"wxyz"]], edges) == 6
    assert layering.crossings(layering.ordered(layering.layers(keys, edges), edges), edges) == 0


def test_places_are_as_near_as_can_be_and_apart() -> None:
    assert layering.spread([0, 0, 10], [0, 4, 4]) == [-2, 2, 10]
    assert layering.spread([5, 1], [0, 2]) == [2, 4]
