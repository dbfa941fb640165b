"""Contrast of the token pairs, in light and in dark: text 4.5:1, marks and borders of fields 3:1 (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")
KINDS = ("question", "bottleneck", "solution", "insight", "lesson", "linking-opportunity", "advice", "association", "action")


def declared(start: str) -> dict[str, str]:
    """The colour tokens of the first rule that begins with ``start``."""
    block = TOKENS[TOKENS.index(start) + len(start) :]
    block = block[: block.index("\n  }") if start == ":root {" else block.index("}")]
    return dict(re.findall(r"--kl-([\w-]+): (#[0-9a-f]{3,6})\b", block))


LIGHT = declared(":root {")
DARK_BY_DEVICE = declared(':root:not([data-theme="light"]) {')
DARK_BY_CHOICE = declared(':root[data-theme="dark"] {')
THEMES = {"light": LIGHT, "dark": LIGHT | DARK_BY_DEVICE}

TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-2", "link") for ground in ("paper", "surface", "sunken", "brand-soft")],
    ("ink", "mark"), ("paper", "ink"), ("on-brand", "brand"), ("on-brand", "brand-hover"), ("on-focus", "focus"),
    ("on-danger", "danger"), ("brand", "surface"), ("brand", "paper"), ("brand", "brand-soft"),
    *[(ink, "band") for ink in ("on-band", "on-band-2", "band-signal", "band-warn")],
    *[(state, ground) for state in ("ok", "warn", "danger", "info") for ground in ("paper", "surface", f"{state}-soft")],
    *[("ink", f"{state}-soft") for state in ("ok", "warn", "danger", "info")],
    *[(kind, ground) for kind in KINDS for ground in ("paper", "surface", f"{kind}-soft")],
    *[("ink", f"{kind}-soft") for kind in KINDS],
    *[("on-kind", kind) for kind in KINDS],
]  # fmt: skip
MARKS = [
    *[(mark, ground) for mark in ("rule-strong", "focus") for ground in ("paper", "surface")],
    ("on-band", "band"), ("band-signal", "band"),
]  # fmt: skip


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def weaker_than(least: float, pairs: list[tuple[str, str]], theme: str) -> dict[str, float]:
    tokens = THEMES[theme]
    found = {f"{ink} on {ground}": round(contrast(tokens[ink], tokens[ground]), 2) for ink, ground in pairs}
    return {pair: value for pair, value in found.items() if value < least}


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read(theme: str) -> None:
    assert weaker_than(4.5, TEXT, theme) == {}


@pytest.mark.parametrize("theme", THEMES)
def test_marks_can_be_seen(theme: str) -> None:
    assert weaker_than(3, MARKS, theme) == {}


def test_dark_is_the_same_by_device_and_by_choice() -> None:
    assert DARK_BY_DEVICE == DARK_BY_CHOICE
    assert len(DARK_BY_DEVICE) > 40


def test_every_rule_stands_in_a_layer_and_takes_its_colours_from_tokens() -> None:
    for sheet in sorted(CSS.glob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.S)
        outside = re.sub(r"@layer [\w, ]+;", "", text).strip()
        assert outside.startswith("@layer "), f"{sheet.name}: rules outside a layer"
        if sheet.name not in ("tokens.css", "print.css"):
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![\w-]*\s*\{)", text) == [], f"{sheet.name}: colours belong in tokens.css"


def test_no_style_takes_the_focus_ring_from_everything() -> None:
    """Only of what is named may it go (main, which is no control, and shapes that draw a ring of their own)."""
    for path in sorted(CSS.glob("*.css")):
        for rule in re.findall(r"([^{}]+)\{[^{}]*\boutline:\s*(?:none|0)\b", path.read_text(encoding="utf-8")):
            for selector in rule.split("*/")[-1].split(","):
                assert re.search(r"[.\[]|^main\b", selector.strip()), f"{path.name}: {selector.strip()}"


def test_the_style_of_a_page_is_under_twelve_kilobytes() -> None:
    """Over the wire: the three sheets of every page and the heaviest screen sheet."""
    size = {sheet.name: len(gzip.compress(sheet.read_bytes(), 9)) for sheet in CSS.glob("*.css")}
    house = sum(size.pop(name) for name in ("tokens.css", "base.css", "parts.css"))
    assert house + max(size.values()) < 12 * 1024, (house, size)
