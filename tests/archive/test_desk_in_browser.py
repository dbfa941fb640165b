"""The facilitator's desk in a browser: everything by keyboard, nothing lost without script, and the words found back afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Locator, Page, expect
from werkzeug.serving import make_server

from kennislab.archive import queries
from kennislab.archive.models import Status
from kennislab.core.db import db
from tests.archive.rooms import SAID, Said, hold_a_lab


@pytest.fixture
def app(make_app: Any, sqlite_url: str) -> Flask:
    return make_app(sqlite_url, WTF_CSRF_ENABLED=True)


@pytest.fixture
def said(app: Flask) -> Said:
    return hold_a_lab(app)


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The app on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(5)


def sign_in(context: BrowserContext, app: Flask, said: Said, role: str) -> Page:
    """A page in which this person is signed in by the session cookie, as after the sign-in page."""
    from tests.programme.worlds import signed_in  # only browser tests need a cookie by itself

    cookie = signed_in(app, said.world, role).get_cookie("kl_session")
    assert cookie is not None
    context.add_cookies([{"name": "kl_session", "value": cookie.value, "domain": "127.0.0.1", "path": "/"}])
    return context.new_page()


def card_of(page: Page, name: str) -> Locator:
    """The card of something said; others may quote it."""
    return page.locator(".harvest__card", has=page.locator(".card__text", has_text=SAID[name]["text"]))


def statuses(app: Flask, said: Said) -> dict[str, Status]:
    with app.app_context():
        return {item.text: item.status for item in queries.items_of(db.session(), said.world.lab_id)}


def test_a_harvest_by_keyboard_alone(app: Flask, said: Said, served: str, laptop: BrowserContext) -> None:
    page = sign_in(laptop, app, said, "facilitator")
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(f"{served}/kennislabs/{said.world.lab_id}/oogst")
    expect(page.locator("[data-controller=harvest]")).to_have_attribute("data-bound", "")
    left = page.locator("[data-role=left]")

    def card(name: str) -> Locator:
        return card_of(page, name)

    page.keyboard.press("j")  # the question
    page.keyboard.press("b")
    expect(left).to_have_text("Nog 7 kaarten te bekijken")
    expect(card("slow")).to_be_focused()
    page.keyboard.press("x")
    expect(card("slow")).to_have_attribute("data-status", "dropped")
    page.locator(".toast .button").last.press("Enter")  # undo
    expect(card("slow")).to_have_attribute("data-status", "draft")
    expect(left).to_have_text("Nog 7 kaarten te bekijken")

    card("inside").focus()
    page.keyboard.press("t")
    page.keyboard.type("Vertrouwen, Bx")  # B and X are letters here
    page.keyboard.press("Enter")
    expect(card("inside").locator("[data-role=themes]")).to_have_text("VertrouwenBx")
    expect(card("inside")).to_be_focused()

    card("slow").focus()
    page.keyboard.press("m")
    card("twin").focus()
    page.keyboard.press("m")
    page.keyboard.press("Shift+M")
    page.wait_for_url("**/samenvoegen?**")
    page.get_by_label("De tekst die blijft").fill("Het budget komt te laat.")
    page.get_by_role("button", name="Samenvoegen").press("Enter")
    page.wait_for_url("**/oogst*")
    assert statuses(app, said)[SAID["twin"]["text"]] is Status.MERGED

    card("inside").focus()
    page.keyboard.press("e")
    page.wait_for_url("**/bewerken?**")
    page.get_by_label("Tekst", exact=True).fill("Vertrouwen komt te voet en gaat te paard.")
    page.get_by_role("button", name="Opslaan en bevestigen").press("Enter")
    page.wait_for_url("**/oogst*")
    assert statuses(app, said)["Vertrouwen komt te voet en gaat te paard."] is Status.CONFIRMED

    page.goto(f"{served}/kennislabs/{said.world.lab_id}/oogst/sluiten")
    page.get_by_role("button", name="Alles bevestigen").press("Enter")
    page.get_by_label("Ik weet dat ik dit niet kan terugdraaien.").press("Space")
    page.get_by_role("button", name="Lab sluiten en archiveren").press("Enter")
    page.wait_for_url("**/archief")
    page.goto(f"{served}/archief")
    page.get_by_role("searchbox").fill("paarden vertrouwen")
    page.keyboard.press("Enter")
    expect(page.locator(".hit__title")).to_have_text(["Vertrouwen komt te voet en gaat te paard."])
    expect(page.locator(".hit__title mark")).to_have_text(["Vertrouwen", "paard"])
    assert troubles == []


def test_keys_can_be_switched_off(app: Flask, said: Said, served: str, laptop: BrowserContext) -> None:
    page = sign_in(laptop, app, said, "facilitator")
    address = f"{served}/kennislabs/{said.world.lab_id}/oogst"
    page.goto(address)
    expect(page.locator("[data-controller=harvest]")).to_have_attribute("data-bound", "")
    page.locator("[data-role=keys] summary").click()
    page.get_by_label("Toetsen uitzetten").check()
    page.goto(address)
    expect(page.locator("[data-controller=harvest]")).to_have_attribute("data-bound", "")
    page.locator(".harvest__card").first.focus()
    page.keyboard.press("b")
    page.keyboard.press("j")
    expect(page.locator(".harvest__card").first).to_be_focused()
    assert set(statuses(app, said).values()) == {Status.DRAFT}


def test_without_script_the_same_forms_do_it(app: Flask, said: Said, served: str, new_context: Any) -> None:
    page = sign_in(new_context(java_script_enabled=False), app, said, "facilitator")
    page.goto(f"{served}/kennislabs/{said.world.lab_id}/oogst")
    card_of(page, "slow").get_by_role("button", name="Bevestigen").click()
    assert statuses(app, said)[SAID["slow"]["text"]] is Status.CONFIRMED
    page.get_by_role("link", name="Bevestigd (1)").click()
    expect(page.locator(".harvest__card .card__text")).to_have_text([SAID["slow"]["text"]])
