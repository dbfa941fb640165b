"""The search field in a browser: suggestions by keyboard alone, and nothing of it needed."""

from __future__ import annotations

import threading
from typing import Any

from playwright.sync_api import BrowserContext, expect
from werkzeug.serving import make_server

from tests.archive.findings import filled
from tests.archive.rooms import SAID
from tests.programme.worlds import signed_in


def test_suggestions_by_keyboard(make_app: Any, sqlite_url: str, phone: BrowserContext) -> None:
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True)
    there = filled(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        cookie = signed_in(app, there.said.world, "participant").get_cookie("kl_session")
        assert cookie is not None
        phone.add_cookies([{"name": "kl_session", "value": cookie.value, "domain": "127.0.0.1", "path": "/"}])
        page = phone.new_page()
        page.goto(f"http://127.0.0.1:{server.port}/archief")
        assert page.locator(".found__filters > details[open]").count() == 0, "on a phone the filters begin folded"
        field, options = page.get_by_role("combobox", name="Zoek op een woord"), page.get_by_role("option")
        field.press_sequentially("wijkb")
        expect(options.first).to_contain_text("wijkbudget")
        expect(field).to_have_attribute("aria-expanded", "true")
        field.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        expect(field).to_have_attribute("aria-activedescendant", "q-list-0")
        field.press("ArrowUp")
        expect(field).not_to_have_attribute("aria-activedescendant", "q-list-0")
        field.press("Escape")
        expect(page.get_by_role("listbox")).to_have_count(0)
        expect(field).to_have_value("wijkb")
        field.press("ArrowDown")
        expect(options.first).to_be_visible()
        field.press("ArrowDown")
        field.press("Enter")
        expect(page.get_by_role("heading", name=SAID["purse"]["text"])).to_be_visible()
        expect(page.get_by_role("combobox", name="Zoek op een woord")).to_have_value("wijkbudget")
        page.get_by_role("combobox", name="Zoek op een woord").fill("Tilb")
        expect(options.filter(has_text="Gemeente")).to_have_count(1)
        options.filter(has_text="Gemeente").click()
        expect(page.get_by_role("list", name="Gekozen filters")).to_contain_text("Tilburg")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        server.shutdown()
