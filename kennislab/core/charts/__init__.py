"""Drawings of numbers: pure functions to accessible SVG, the same one in a page and in a PDF.

``role="img"`` with a title and a description; direct labels instead of legends; shapes, textures and numbers beside colours. A drawing
never comes alone: put its table beside it (``_macros/charts.html``). Every function takes ``width`` (in pixels; below 480 it is drawn for
a phone: larger letters in proportion, labels above) and ``standalone`` (colours in it, for typst or a file; on a page they come from
``static/css/charts.css``). Text is anybody's and is escaped here.
"""

from __future__ import annotations

from kennislab.core.charts.drawing import FONT, SHAPES
from kennislab.core.charts.lines import lines, trends
from kennislab.core.charts.maps import map_of, places
from kennislab.core.charts.network import Edge, Node, network
from kennislab.core.charts.rows import Column, bars, heat, stacked

__all__ = ["FONT", "SHAPES", "Column", "Edge", "Node", "bars", "heat", "lines", "map_of", "network", "places", "stacked", "trends"]
