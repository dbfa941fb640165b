"""The style page in a real browser, light and dark, wide and narrow (all pages: test_axe.py); the theme; a page without script."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, render_template
from werkzeug.serving import make_server

from tests.support.browser import LAPTOP
from tests.support.looking import settled, sticks_out, violations


@pytest.fixture
def address(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[str]:
    app = make_app(sqlite_url)
    if "style" not in app.view_functions:
        app.add_url_rule("/stijl", "style", lambda: render_template("style.html"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)


def test_every_part_is_accessible_and_fits(address: str, laptop: Any) -> None:
    page = laptop.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(address + "/stijl")
    settled(page)
    assert violations(page) + sticks_out(page, LAPTOP["viewport"]["width"]) == []
    assert sticks_out(page) + violations(page) == [], "narrow"
    assert said == []


def test_the_choice_of_theme_is_kept_without_a_flash(address: str, new_context: Callable[..., Any]) -> None:
    page = new_context(color_scheme="light").new_page()
    page.goto(address + "/")
    button = page.locator('[data-controller="theme"]')
    button.click()
    button.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert '<html lang="nl" data-theme="dark">' in page.content().replace("\n", "")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 25, 22)"


def test_the_start_page_works_without_script(address: str, new_context: Callable[..., Any]) -> None:
    page = new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()
    page.goto(address + "/")
    page.get_by_label("Deelnamecode").fill("abcd efgh")
    page.get_by_role("button", name="Meedoen").click()
    assert page.url.endswith("/join?code=abcd+efgh")
    assert page.get_by_label("Deelnamecode").input_value() == "abcd efgh"
