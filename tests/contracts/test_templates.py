"""What the strict content policy and the design rules ask of every template, and what the first pages weigh on the way to a phone."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted((ROOT / "templates").rglob("*.html"))}
FIRST_PAGE = 60 * 1024
DRAWINGS = "templates/_macros/icons.html"


def with_a(pattern: str) -> list[str]:
    """The templates in which ``pattern`` occurs."""
    return [name for name, text in TEMPLATES.items() if re.search(pattern, text)]


def test_no_inline_style_or_handlers_or_script() -> None:
    """The policy has no unsafe-inline: these would be dead in the browser, silently. Data blocks (application/json) are not scripts."""
    assert with_a(r"<style\b|\sstyle\s*=\s*[\"']") == []
    assert with_a(r"<[^>]*\son[a-z]+\s*=\s*[\"']") == []
    assert with_a(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)") == []


def test_nothing_is_marked_safe_but_our_own_drawings() -> None:
    assert with_a(r"\|\s*safe\b|autoescape false") == [DRAWINGS]


def every(pattern: str) -> set[str]:
    """All that the groups of ``pattern`` catch, in all templates."""
    caught = (group for text in TEMPLATES.values() for match in re.finditer(pattern, text) for group in match.groups() if group)
    return set(caught)


def test_every_controller_that_is_asked_for_exists() -> None:
    asked = {name for value in every(r"data-controller=[\"']([a-z0-9 -]+)[\"']") for name in value.split()}
    there = {path.name.removesuffix("-controller.js") for path in (ROOT / "static/js/controllers").glob("*-controller.js")}
    assert asked - there == set()


def test_every_icon_that_is_asked_for_is_drawn() -> None:
    drawn = set(re.findall(r"^  \"(\w+)\": '<", TEMPLATES[DRAWINGS], re.M))
    asked = every(r"\b(?:icon|use_icon|icon_button)\(\s*\"(\w+)\"") | every(r"icon_name=\"(\w+)\"")
    assert asked - drawn == set()


def imported_by(address: str, source: str) -> set[str]:
    """The addresses of what a script imports by itself."""
    return {urljoin(address, found) for found in re.findall(r"^import .*?[\"'](\.[^\"']+)[\"']", source, re.M)}


@pytest.mark.parametrize("address", ["/", "/join"])
def test_the_first_page_on_a_phone_is_under_sixty_kilobytes(address: str, make_app: Callable[..., Flask], sqlite_url: str) -> None:
    """Page, styles, the scripts that start by themselves, and the latin face, as the server sends them to a browser."""
    client = make_app(sqlite_url).test_client()
    takes = {"Accept-Encoding": "gzip"}
    page = client.get(address, headers=takes).get_data(as_text=True)
    weight = len(page.encode())
    controllers = {name for value in re.findall(r"data-controller=\"([^\"]+)\"", page) for name in value.split()}
    todo = set(re.findall(r"(?:href|src)=\"(/static/[^\"?]+)", page))
    todo |= {f"/static/js/controllers/{name}-controller.js" for name in controllers}
    todo.add("/static/fonts/source-sans-3-latin-wght-normal.woff2")
    done: set[str] = set()
    while todo:
        name = todo.pop()
        done.add(name)
        answer = client.get(name, headers=takes)
        assert answer.status_code == 200, name
        weight += len(answer.data) + sum(len(key) + len(value) + 4 for key, value in answer.headers)
        if name.endswith(".js"):
            todo |= imported_by(name, gzip.decompress(answer.data).decode()) - done
    assert weight < FIRST_PAGE, (weight, sorted(done))
