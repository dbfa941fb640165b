"""What the strict content policy and the design rules ask of every template, and what the first pages weigh on the way to a phone."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FIRST_PAGE = 60 * 1024
DRAWINGS = ROOT / "templates" / "_macros" / "icons.html"


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_no_inline_style_or_handlers_or_script() -> None:
    """The policy has no unsafe-inline: these would be dead in the browser, silently. Data blocks (application/json) are not scripts."""
    style = [path for path in TEMPLATES if re.search(r"<style\b|\sstyle\s*=\s*[\"']", path.read_text(encoding="utf-8"))]
    handlers = [path for path in TEMPLATES if re.search(r"<[^>]*\son[a-z]+\s*=\s*[\"']", path.read_text(encoding="utf-8"))]
    scripts = [path for path in TEMPLATES if re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", path.read_text(encoding="utf-8"))]
    assert (names(style), names(handlers), names(scripts)) == ([], [], [])


def test_nothing_is_marked_safe_but_our_own_drawings() -> None:
    unsafe = [path for path in TEMPLATES if path != DRAWINGS and re.search(r"\|\s*safe\b|autoescape false", path.read_text(encoding="utf-8"))]
    assert names(unsafe) == []


def test_every_controller_that_is_asked_for_exists() -> None:
    asked = {
        name
        for path in TEMPLATES
        for value in re.findall(r"data-controller=[\"']([a-z0-9 -]+)[\"']", path.read_text(encoding="utf-8"))
        for name in value.split()
    }
    there = {path.name.removesuffix("-controller.js") for path in (ROOT / "static/js/controllers").glob("*-controller.js")}
    assert asked - there == set()


def test_every_icon_that_is_asked_for_is_drawn() -> None:
    drawn = set(re.findall(r"^  \"(\w+)\": '<", DRAWINGS.read_text(encoding="utf-8"), re.M))
    asked = {
        name for path in TEMPLATES for name in re.findall(r"\b(?:icon|use_icon|icon_button)\(\s*\"(\w+)\"|icon_name=\"(\w+)\"", path.read_text(encoding="utf-8")) for name in name if name
    }
    assert asked - drawn == set()


@pytest.mark.parametrize("address", ["/", "/join"])
def test_the_first_page_on_a_phone_is_under_sixty_kilobytes(address: str, make_app: Callable[..., Flask], sqlite_url: str) -> None:
    """Page, styles, the scripts that start by themselves, and the latin face; texts as a server sends them, gzipped."""
    client = make_app(sqlite_url).test_client()
    page = client.get(address).get_data(as_text=True)
    weight = len(gzip.compress(page.encode(), 6))
    todo = set(re.findall(r"(?:href|src)=\"(/static/[^\"?]+)", page))
    todo |= {f"/static/js/controllers/{name}-controller.js" for value in re.findall(r"data-controller=\"([^\"]+)\"", page) for name in value.split()}
    todo.add("/static/fonts/source-sans-3-latin-wght-normal.woff2")
    done: set[str] = set()
    while todo:
        name = todo.pop()
        done.add(name)
        body = client.get(name).data
        weight += len(body) if name.endswith(".woff2") else len(gzip.compress(body, 6))
        if name.endswith(".js"):
            folder = Path(name).parent
            imports = re.findall(r"^import .*?[\"'](\.[^\"']+)[\"']", body.decode(), re.M)
            todo |= {"/" + str((folder / found)).lstrip("/") if not found.startswith("../") else str(folder.parent / found.removeprefix("../")) for found in imports} - done
    assert weight < FIRST_PAGE, (weight, sorted(done))
