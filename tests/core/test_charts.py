"""Drawings: the words, the numbers and the shapes in them; the same one in a page and by itself; nobody's text becomes markup."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from markupsafe import Markup

from kennislab.core import charts
from kennislab.core.charts.drawing import PAINT, SERIES, shortened, spread, ticks, width_of, wrapped
from kennislab.core.charts.network import layout

SVG = "{http://www.w3.org/2000/svg}"
CSS = Path(__file__).parents[2] / "static" / "css"
QUARTERS: list[charts.Column] = [("2025", "Q4"), ("2026", "Q1"), ("2026", "Q2")]
CITIES = {"GM0503": "Delft", "GM0014": "Groningen", "GM0599": "Rotterdam", "GM0606": "Schiedam", "GM0518": "Den Haag"}
NASTY = '<script>alert("1")</script> & zo'

Make = Callable[[float, bool], Markup]
EVERY: dict[str, Make] = {
    "bars": lambda w, s: charts.bars([(NASTY, 3), ("Geld", 1.5)], NASTY, NASTY, width=w, standalone=s),
    "stacked": lambda w, s: charts.stacked([(NASTY, [3, 0, 2])], ["Open", NASTY, "Opgelost"], NASTY, NASTY, width=w, standalone=s),
    "lines": lambda w, s: charts.lines(QUARTERS, [(NASTY, [1, None, 4]), ("Geld", [2, 2, 2])], NASTY, NASTY, width=w, standalone=s),
    "trends": lambda w, s: charts.trends(QUARTERS, [(NASTY, [1, 9, 4]), ("Geld", [None, 2, None])], NASTY, NASTY, width=w, standalone=s),
    "heat": lambda w, s: charts.heat(QUARTERS, [(NASTY, [0, None, 12])], NASTY, NASTY, width=w, standalone=s),
    "network": lambda w, s: charts.network(
        [charts.Node("a", NASTY), charts.Node("b", "Geld", part=1)], [charts.Edge("a", "b", 2)], NASTY, NASTY, width=w, standalone=s
    ),
    "map_of": lambda w, s: charts.map_of(
        {"GM0503": 3, "GM0014": 0}, NASTY, NASTY, names={"GM0503": NASTY}, routes=[("GM0503", "GM0014", 1)], width=w, standalone=s
    ),
}


def _texts(drawing: Markup) -> list[str]:
    return [text.text or "" for text in ET.fromstring(str(drawing)).iter(f"{SVG}text")]


@pytest.mark.parametrize("width", [358, 720])
@pytest.mark.parametrize("name", EVERY)
def test_a_drawing_says_what_it_is_and_takes_its_colours_from_the_page_or_with_it(name: str, width: float) -> None:
    page, alone = EVERY[name](width, False), EVERY[name](width, True)
    assert page == EVERY[name](width, False), "the same in, the same out"
    assert "<script" not in page and " style=" not in page
    styled = (CSS / "charts.css").read_text(encoding="utf-8")
    for drawing in (page, alone):
        root = ET.fromstring(str(drawing))
        title, description = root[0], root[1]
        assert (title.tag, title.text, description.tag, description.text) == (f"{SVG}title", NASTY, f"{SVG}desc", NASTY)
        assert root.get("role") == "img" and root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert len(ids) == len(set(ids)) and all(f"#{key}" in drawing for key in ids if "-t" in str(key))
    used = {one for classes in re.findall(r'class="([^"]+)"', page) for one in classes.split()}
    assert all(f".{one}" in styled for one in used), "every class has a colour on the page"
    assert used - {"chart"} <= PAINT.keys() and "class=" not in str(alone).removeprefix('<svg class="chart"')
    assert len(ET.fromstring(str(alone)).findall(".//*")) == len(ET.fromstring(str(page)).findall(".//*"))


@pytest.mark.parametrize("width", [358, 720])
@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_drawn_outside_the_paper(name: str, width: float) -> None:
    root = ET.fromstring(str(EVERY[name](width, False)))
    wide, high = (float(number) for number in root.get("viewBox", "").split()[2:])
    for text in root.iter(f"{SVG}text"):
        long = width_of(text.text or "", float(text.get("font-size", "0")))
        x = float(text.get("x", "0"))
        left = {"start": x, "middle": x - long / 2, "end": x - long}[text.get("text-anchor", "start")]
        assert left >= -1 and left + long <= wide + 4 and 0 <= float(text.get("y", "0")) <= high, text.text


def test_the_page_and_the_drawing_by_itself_have_the_same_colours() -> None:
    """The light tokens behind ``.chart-fill0`` … are the ones that a PDF gets."""
    tokens = dict(re.findall(r"(--kl-[a-z-]+): (#[0-9a-f]{6})", (CSS / "tokens.css").read_text(encoding="utf-8").split("@media screen")[0]))
    filled = re.findall(r"\.chart-fill(\d) { fill: var\((--kl-[a-z-]+)\)", (CSS / "charts.css").read_text(encoding="utf-8"))
    assert [tokens[token] for _number, token in filled] == list(SERIES)


def test_bars_carry_their_numbers_and_are_as_long_as_they_count() -> None:
    drawing = charts.bars([("Vertrouwen", 12), ("Geld", 3)], "Thema’s", "", width=600, unit=" ×")
    assert _texts(drawing) == ["Vertrouwen", "12 ×", "Geld", "3 ×"]
    long = [float(bar.get("width", "0")) for bar in ET.fromstring(str(drawing)).iter(f"{SVG}rect") if bar.get("class") == "chart-fill0"]
    assert long[0] == pytest.approx(4 * long[1], rel=0.01)


def test_parts_of_a_bar_differ_in_texture_and_each_is_named_and_numbered() -> None:
    drawing = charts.stacked([("Delft", [4, 3, 2]), ("Tilburg", [1, 0, 0])], ["Open", "Geprobeerd", "Opgelost"], "Stand", "")
    assert _texts(drawing) == ["Open", "Geprobeerd", "Opgelost", "Delft", "4", "3", "2", "9", "Tilburg", "1", "1"]
    assert len(set(re.findall(r'fill="url\(#(chart-[0-9a-f]+-t\d)\)"', drawing))) == 2
    worst_first = charts.stacked([("Delft", [4, 3])], ["Open", "Opgelost"], "Stand", "", looks=(1, 0))
    assert re.findall(r'class="chart-fill(\d)[" ]', worst_first)[:2] == ["1", "0"]


def test_lines_end_in_their_names_have_shapes_and_leave_gaps() -> None:
    drawing = charts.lines(QUARTERS, [("Samenwerking", [12, 14, 13]), ("Vertrouwen", [12, None, 13])], "Thema’s", "")
    texts = _texts(drawing)
    assert "Samenwerking 13" in texts and "Vertrouwen 13" in texts and texts.count("2026") == 1 and texts.count("2025") == 1
    ends = [text for text in ET.fromstring(str(drawing)).iter(f"{SVG}text") if (text.text or "").endswith(" 13")]
    assert abs(float(ends[0].get("y", "0")) - float(ends[1].get("y", "0"))) >= 16, "names do not cover each other"
    assert drawing.count("<circle") == 3 and len(re.findall(r'<rect [^>]*class="chart-fill1|<rect class="chart-fill1', drawing)) == 2
    with pytest.raises(ValueError, match="more lines"):
        charts.lines(QUARTERS, [(str(n), [1, 2, 3]) for n in range(9)], "", "")


def test_small_lines_say_their_highest_and_their_last() -> None:
    drawing = charts.trends(QUARTERS, [("Vertrouwen", [12, 48, 6]), ("Geld", [None, 3, 9]), ("Niets", [None, None, None])], "Thema’s", "")
    assert _texts(drawing)[:6] == ["Vertrouwen", "48", "6", "Geld", "9", "Niets"], "the highest is written once when it is the last"
    assert drawing.count('class="chart-line0"') == 2 and drawing.count("<circle") == 3


def test_a_table_in_colours_tells_nothing_from_zero() -> None:
    drawing = charts.heat(QUARTERS, [("Delft", [0, None, 12])], "Deelname", "")
    assert _texts(drawing)[-3:] == ["Delft", "0", "12"] and drawing.count("<circle") == 1
    assert re.findall(r"chart-step\d", drawing) == ["chart-step0", "chart-step5"]


def test_the_network_keeps_neighbours_near_and_names_apart() -> None:
    keys = [f"n{at}" for at in range(14)]
    edges = [(keys[at], keys[at + 1]) for at in range(9)] + [(keys[0], keys[2]), (keys[11], keys[12])]
    first = layout(keys, edges)
    assert first == layout(keys, edges)
    near = [math.dist(first[one], first[other]) for one, other in edges]
    assert max(near) < 2 and math.dist(first["n0"], first["n9"]) > 4
    names = ["Isolatie van portiekflats", "Schuldhulp", "Eén loket", "Wijkbudget", "Veiligheid", "Warmtenet", "Corporatie"] * 2
    nodes = [charts.Node(key, name) for key, name in zip(keys, names, strict=True)]
    for width in (358, 720):
        drawing = charts.network(
            nodes, [charts.Edge(*edge) for edge in edges] + [charts.Edge("n1", "weg")], "Koppelkansen", "", width=width
        )
        assert drawing.count('class="chart-edge"') == len(edges)
        boxes = _boxes(ET.fromstring(str(drawing)).iter(f"{SVG}text"))
        assert not [(a[0], b[0]) for at, a in enumerate(boxes) for b in boxes[at + 1 :] if _cover(a, b)]


def test_the_map_names_every_municipality_beside_the_others() -> None:
    for width in (358, 720):
        points = dict.fromkeys(CITIES, 2.0) | {"GM0014": 0.0, "GM9999": 4.0}
        drawing = charts.map_of(points, "Waar", "", names=CITIES, routes=[("GM0503", "GM0014", 1), ("GM0503", "GM9999", 3)], width=width)
        texts = list(ET.fromstring(str(drawing)).iter(f"{SVG}text"))
        assert {text.text for text in texts} == {"Delft 2", "Groningen 0", "Rotterdam 2", "Schiedam 2", "Den Haag 2"}
        boxes = _boxes(texts)
        assert not [(a[0], b[0]) for at, a in enumerate(boxes) for b in boxes[at + 1 :] if _cover(a, b)]
        assert drawing.count("<polygon") == 1, "an arrow only to where there is a place"


def test_every_municipality_has_a_place_in_the_country() -> None:
    lines = (Path(__file__).parents[2] / "kennislab/programme/data/municipalities.csv").read_text(encoding="utf-8").splitlines()
    assert {line.split(",")[0] for line in lines[1:]} == set(charts.places())
    assert all(3.3 < x < 7.3 and 50.7 < y < 53.6 for x, y in charts.places().values())


Box = tuple[str, float, float, float, float]


def _boxes(texts: object) -> list[Box]:
    told: list[Box] = []
    for text in texts:  # type: ignore[attr-defined]
        size, long = float(text.get("font-size")), width_of(text.text, float(text.get("font-size")))
        x, y = float(text.get("x")), float(text.get("y"))
        left = {"start": x, "middle": x - long / 2, "end": x - long}[text.get("text-anchor", "start")]
        told.append((text.text, left, y - size * 0.7, left + long, y + size * 0.15))
    return told


def _cover(one: Box, other: Box) -> bool:
    return min(one[3], other[3]) - max(one[1], other[1]) > 1 and min(one[4], other[4]) - max(one[2], other[2]) > 1


def _apart(places: Sequence[float]) -> float:
    return min(b - a for a, b in zip(places, places[1:], strict=False))


def test_small_things_that_drawings_stand_on() -> None:
    assert [ticks(highest) for highest in (0, 3, 7, 26, 130)] == [
        [0, 1], [0, 1, 2, 3], [0, 2, 4, 6, 8], [0, 10, 20, 30], [0, 50, 100, 150]
    ]  # fmt: skip
    assert shortened("Energiecoach mag niet doorverwijzen", 90, 13) == "Energiecoach…" and shortened("Geld", 90, 13) == "Geld"
    assert wrapped("Eén loket voor alles", 80, 13) == ["Eén loket", "voor alles"]
    assert _apart(spread([10, 11, 12], 17, 0, 100)) > 16.9
