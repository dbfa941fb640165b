"""What every chart is drawn with: one SVG, its words for who cannot see it, text that is measured without a browser, and colours by name.

On a page the colours come from ``static/css/charts.css`` by class, so that light and dark follow the page and nothing needs a style
attribute. Standing alone (in a PDF, a file) the same classes become attributes with the light colours. Colour never says something
by itself: there is always a word, a number, a shape or a texture that says it too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

from markupsafe import Markup, escape

FONT = "Source Sans 3, Source Sans 3 Variable, sans-serif"
INK, INK_2, RULE, RULE_STRONG, SURFACE, LAND, SHORE = "#14261f", "#4a5a53", "#d9d6cb", "#7d857f", "#ffffff", "#e9ede8", "#aab8af"
SERIES = ("#0b5c4a", "#a33016", "#24509c", "#7a5600", "#5a3d9e", "#8c2668", "#0a6070", "#645b4e")
"""The colours of the parts of a drawing, in order; each reads as text on white. ``charts.css`` has the same ones as tokens."""

STEPS = ("#ece9df", "#d8e5e2", "#b1cbc5", "#8ab0a8", "#377a6b", "#0b5c4a")
"""From nothing to much, for a table of colours."""

SHAPES = ("circle", "square", "triangle", "diamond", "down", "cross", "ring", "bar")
"""Each part of a drawing has a shape besides its colour."""

PAINT: dict[str, dict[str, str]] = {
    "chart-ink": {"fill": INK},
    "chart-ink-2": {"fill": INK_2},
    "chart-on": {"fill": SURFACE},
    "chart-halo": {"stroke": SURFACE, "stroke-width": "3.5", "stroke-linejoin": "round", "paint-order": "stroke"},
    "chart-rule": {"stroke": RULE, "fill": "none"},
    "chart-axis": {"stroke": RULE_STRONG, "fill": "none"},
    "chart-edge": {"stroke": SHORE, "fill": "none", "stroke-linecap": "round"},
    "chart-track": {"fill": "#ece9df"},
    "chart-land": {"fill": LAND, "stroke": SHORE, "stroke-width": "1", "stroke-linejoin": "round"},
    "chart-rim": {"stroke": SURFACE, "stroke-width": "1.5"},
    "chart-see": {"fill-opacity": "0.82"},
    **{f"chart-step{number}": {"fill": colour} for number, colour in enumerate(STEPS)},
    **{f"chart-fill{number}": {"fill": colour} for number, colour in enumerate(SERIES)},
    **{f"chart-line{number}": {"stroke": colour, "fill": "none"} for number, colour in enumerate(SERIES)},
    "chart-open": {"fill": SURFACE},
}
"""Class → what it becomes in a drawing that stands alone."""

Anchor = Literal["start", "middle", "end"]
_NARROW, _WIDE = frozenset("iljtfrI.,:;'’|!()[]- "), frozenset("mwMWQO@%—")


class _Letters(dict[str, float]):
    """How wide each letter is, remembered."""

    def __missing__(self, one: str) -> float:
        self[one] = wide = 0.28 if one in _NARROW else 0.84 if one in _WIDE else 0.6 if one.isupper() else 0.53
        return wide


_LETTERS = _Letters()


def width_of(text: str, size: float, bold: bool = False) -> float:
    """About how wide a text is, in the unit of ``size``: counted by letter for Source Sans 3; a little too wide rather than too narrow."""
    return sum(map(_LETTERS.__getitem__, text)) * size * (1.05 if bold else 1.0)


def shortened(text: str, room: float, size: float, bold: bool = False) -> str:
    """The text, cut at the end with … when it does not fit ``room``."""
    if width_of(text, size, bold) <= room:
        return text
    factor, dots, letters, fits = size * (1.05 if bold else 1.0), _LETTERS["…"], 0.0, 0
    for number, one in enumerate(text, 1):
        letters += _LETTERS[one]
        if (letters + dots) * factor > room:
            break
        fits = number
    return text[:fits].rstrip(" ,.;:-") + "…"


def wrapped(text: str, room: float, size: float, most: int = 2, bold: bool = False) -> list[str]:
    """The text over at most ``most`` lines; a word that is too long is cut, and so is the last line."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}", size, bold) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [shortened(line, room, size, bold) for line in lines] or [""]


def number(value: float) -> str:
    """A number as it is written: no decimals for whole ones, otherwise one with a comma."""
    return str(round(value)) if abs(value - round(value)) < 0.05 else f"{value:.1f}".replace(".", ",")


def ticks(highest: float, most: int = 5) -> list[float]:
    """Round numbers from 0 up to at least ``highest``, whole ones, at most ``most`` steps."""
    step = 1.0
    while step * most < highest:
        step *= 2.5 if str(step)[0] == "2" else 2
    return [step * count for count in range(max(1, -int(-highest // step)) + 1)]


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value else "0"


class Drawing:
    """An SVG that grows by what is added to it; ``done()`` gives it. ``width`` and ``height`` in user units, about pixels."""

    def __init__(self, width: float, height: float, title: str, description: str, standalone: bool = False) -> None:
        self.width, self.height, self.title, self.description, self.standalone = width, height, title, description, standalone
        self._parts: list[str] = []
        self._textures: dict[str, str] = {}

    def _tag(self, name: str, classes: str, attributes: dict[str, str | float], inside: str = "") -> str:
        told = {
            key.rstrip("_").replace("_", "-"): _short(value) if isinstance(value, float | int) else value
            for key, value in attributes.items()
        }
        if self.standalone:
            painted: dict[str, str] = {}
            for one in classes.split():
                painted |= PAINT.get(one, {})
            told = painted | told
        elif classes:
            told = {"class": classes} | told
        written = "".join(f' {key}="{escape(value)}"' for key, value in told.items())
        return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"

    def add(self, name: str, classes: str, **attributes: str | float) -> None:
        """One element. ``stroke_width`` becomes ``stroke-width``."""
        self._parts.append(self._tag(name, classes, attributes))

    def text(
        self,
        x: float,
        y: float,
        words: str,
        classes: str = "chart-ink",
        size: float = 13,
        anchor: Anchor = "start",
        bold: bool = False,
    ) -> None:
        """One line of text on its baseline."""
        attributes: dict[str, str | float] = {"x": x, "y": y, "font-size": size}
        if anchor != "start":
            attributes["text-anchor"] = anchor
        if bold:
            attributes["font-weight"] = "600"
        self._parts.append(self._tag("text", classes, attributes, str(escape(words))))

    def mark(self, shape: str, x: float, y: float, r: float, classes: str) -> None:
        """A shape of about the same weight whatever it is, around (x, y)."""
        if shape == "square":
            self.add("rect", classes, x=x - r * 0.9, y=y - r * 0.9, width=r * 1.8, height=r * 1.8, rx=1)
        elif shape == "ring":
            self.add("path", classes, fill_rule="evenodd", d=_ring(x, y, r * 1.1) + _ring(x, y, r * 0.5))
        elif shape == "circle":
            self.add("circle", classes, cx=x, cy=y, r=r)
        else:
            corners = {
                "triangle": [(0, -1.2), (1.1, 0.85), (-1.1, 0.85)],
                "down": [(0, 1.2), (1.1, -0.85), (-1.1, -0.85)],
                "diamond": [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
                "bar": [(-1.3, -0.6), (1.3, -0.6), (1.3, 0.6), (-1.3, 0.6)],
                "cross": [
                    (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4),
                    (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
                ],
            }[shape]  # fmt: skip
            self.add("polygon", classes, points=" ".join(f"{_short(x + dx * r)},{_short(y + dy * r)}" for dx, dy in corners))

    def texture(self, part: int) -> tuple[str, dict[str, str]]:
        """How part number ``part`` is filled: its classes, and the attributes of a texture above it (empty for the first: it is plain)."""
        kind = part % 4
        if kind:
            key = f"{self._id()}-t{kind}"
            lines = {1: "M-2 2 2 -2M0 8 8 0M6 10 10 6", 2: "M0 4H8", 3: "M4 0V8"}[kind]
            drawn = self._tag("path", "chart-rim", {"d": lines, "fill": "none", "stroke-opacity": "0.55"})
            self._textures[key] = self._tag("pattern", "", {"id": key, "width": 8, "height": 8, "patternUnits": "userSpaceOnUse"}, drawn)
            return f"chart-fill{part % len(SERIES)}", {"fill": f"url(#{key})"}
        return f"chart-fill{part % len(SERIES)}", {}

    def _id(self) -> str:
        said = f"{self.title}\0{self.description}\0{self.width}\0{self.height}"
        return "chart-" + hashlib.sha256(said.encode()).hexdigest()[:10]

    def done(self) -> Markup:
        """The whole drawing."""
        key = self._id()
        root: dict[str, str | float] = {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_short(self.width)} {_short(self.height)}",
            "role": "img",
            "aria-labelledby": f"{key}-n {key}-d" if self.description else f"{key}-n",
        }
        if self.standalone:
            root |= {"width": self.width, "height": self.height, "font-family": FONT}
        words = f'<title id="{key}-n">{escape(self.title)}</title>'
        if self.description:
            words += f'<desc id="{key}-d">{escape(self.description)}</desc>'
        textures = f"<defs>{''.join(self._textures.values())}</defs>" if self._textures else ""
        return Markup(self._tag("svg", "chart", root, words + textures + "".join(self._parts)))


def _ring(x: float, y: float, r: float) -> str:
    return f"M{_short(x - r)} {_short(y)}a{_short(r)} {_short(r)} 0 1 0 {_short(2 * r)} 0a{_short(r)} {_short(r)} 0 1 0 {_short(-2 * r)} 0z"


def spread(wanted: Sequence[float], gap: float, lowest: float, highest: float) -> list[float]:
    """Places near ``wanted`` that are at least ``gap`` apart and within bounds as far as they fit; the order stays."""
    order = sorted(range(len(wanted)), key=lambda at: (wanted[at], at))
    places = [wanted[at] for at in order]
    for _round in range(60):
        for at in range(1, len(places)):
            short = gap - (places[at] - places[at - 1])
            if short > 0.01:
                places[at - 1] -= short / 2
                places[at] += short / 2
        if places and places[0] < lowest:
            places[0] = lowest
        if places and places[-1] > highest:
            places[-1] = highest
    told = [0.0] * len(wanted)
    for place, at in zip(places, order, strict=True):
        told[at] = place
    return told
