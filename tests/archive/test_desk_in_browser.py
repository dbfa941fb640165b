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
from kennislab.archive.models import ArchiveItem, Consent, Status
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab
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


def caught_more(said: Said, app: Flask) -> None:
    """Twelve insights more, so that there are twenty cards."""
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, said.world.lab_id)
        for number in range(12):
            text = f"Inzicht nummer {number + 1} van de dag."
            tx.session.add(
                ArchiveItem(
                    lab=lab, programme_id=lab.programme_id, kind="insight", text=text, original_text=text, quarter=lab.quarter,
                    consent=Consent.PROGRAMME, reach_given=Consent.PROGRAMME, source_kind="added", source_id=str(number),
                    position=2000 + number,
                )
            )  # fmt: skip


def test_twenty_cards_without_a_mouse_while_an_author_looks_over_their_own(
    app: Flask, said: Said, served: str, laptop: BrowserContext, phone: BrowserContext
) -> None:
    caught_more(said, app)
    page = sign_in(laptop, app, said, "facilitator")
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    desk = f"{served}/kennislabs/{said.world.lab_id}/oogst"
    page.goto(desk)
    expect(page.locator("[data-controller~=harvest]")).to_have_attribute("data-ready", "")
    expect(page.locator("[data-controller~=harvest]")).not_to_have_attribute("data-keys-off", "")
    left, press = page.locator("[data-role=left]"), page.keyboard.press
    expect(left).to_have_text("Nog 20 kaarten te bekijken")

    def card(name: str) -> Locator:
        return card_of(page, name)

    press("s")  # the question
    press("b")
    expect(card("slow")).to_be_focused()
    expect(left).to_have_text("Nog 19 kaarten te bekijken")

    press("e")  # in place, and what was said stays beside it
    press("Control+A")
    page.keyboard.type("Het budget komt pas")
    page.reload()
    expect(card("slow").get_by_label("Tekst")).to_have_value("Het budget komt pas")  # a reload costs nothing
    expect(card("slow").get_by_label("Tekst")).to_be_focused()
    page.keyboard.type(" in mei vrij.")
    press("Enter")
    slow = page.locator(".harvest__card", has=page.locator(".card__text", has_text="Het budget komt pas in mei vrij."))
    expect(slow).to_be_focused()
    expect(slow.locator(".harvest__said q")).to_have_text(SAID["slow"]["text"])

    press("s")
    press("x")
    expect(card("secret")).to_have_attribute("data-status", "dropped")
    expect(card("twin")).to_be_focused()
    press("z")
    expect(card("secret")).to_have_attribute("data-status", "draft")
    expect(card("secret")).to_be_focused()
    press("x")
    expect(card("twin")).to_be_focused()

    press("g")  # one with the one before that stays
    page.get_by_label("De tekst die blijft").press("Enter")
    expect(slow).to_be_focused()
    expect(slow).to_contain_text("Met 1 andere kaart samengevoegd")
    expect(card("twin")).to_have_attribute("data-status", "merged")

    card("purse").focus()
    press("v")
    found = page.get_by_role("listbox")
    expect(found.get_by_role("option").first).to_contain_text("gekoppeld")
    page.keyboard.type("draagvlak")
    expect(found.get_by_role("option")).to_have_count(1)
    press("Enter")
    expect(card("purse").locator(".harvest__tie")).to_have_text(
        ["Lost op: Het budget komt pas in mei vrij.", "Bij de vraag: Hoe organiseer je draagvlak bij bewoners?"]
    )

    card("inside").focus()
    press("1")  # the theme that was used most
    expect(card("inside").locator("[data-role=themes]")).to_contain_text("Geld")
    inside = page.locator(f"#{card('inside').get_attribute('id')}")
    press("t")
    press("End")
    page.keyboard.type(", Bx")  # B and X are letters here
    press("Enter")
    expect(inside.locator("[data-role=themes]")).to_have_text("Geld Bx")
    press("l")
    for part in ("je langskomt", "doen mensen mee", "ze kennen je"):
        page.keyboard.type(part)
        press("Tab" if part != "ze kennen je" else "Enter")
    expect(inside.locator(".card__text")).to_have_text("Als je langskomt, dan doen mensen mee, want ze kennen je.")
    expect(inside).to_be_focused()
    press("h")
    press("ArrowDown")  # without a name: further than was given
    press("Enter")
    expect(inside.locator("[data-role=wrong]")).to_contain_text("De inbrenger koos voor minder ver.")
    press("ArrowUp")
    press("ArrowUp")
    press("Enter")
    expect(inside.locator(".card__meta")).to_contain_text("Blijft in de groep")

    page.locator(".harvest__card", has_text="Inzicht nummer 1 van").focus()
    press("a")  # the whole block: what was an insight when the page came
    expect(page.locator("[data-role=chosen]")).to_have_text("13 kaarten gekozen")
    press("Shift+B")
    expect(left).to_have_text("Nog 3 kaarten te bekijken")

    own = sign_in(phone, app, said, "participant")  # meanwhile, on the phone
    own.goto(f"{served}/kennislabs/{said.world.lab_id}/oogst/eigen")
    mine = own.locator("li.own", has_text=SAID["purse"]["text"])
    mine.get_by_text("Anders verwoorden").tap()
    mine.get_by_label("Jouw woorden").fill("Geef bewoners zelf een wijkbudget.")
    mine.get_by_role("button", name="Opslaan").first.tap()
    expect(own.locator("li.own", has_text="Geef bewoners zelf een wijkbudget.")).to_contain_text(
        "Jij schreef eerst: “Geef bewoners een wijkbudget.”"
    )
    own.locator("li.own", has_text="Nabellen").get_by_role("button", name="Intrekken").tap()
    expect(own.locator("li.own", has_text="Nabellen")).to_contain_text("Ingetrokken door jou")
    own.get_by_role("button", name="Alles klopt").tap()
    expect(own.locator("main")).to_contain_text("7 van 7")
    assert own.evaluate("document.documentElement.scrollWidth <= innerWidth")

    card("purse").focus()
    press("e")
    page.keyboard.press("End")
    page.keyboard.type(" Doe dat.")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # somebody looks at this page again
    purse = page.locator(".harvest__card", has=page.locator(".card__text", has_text="Geef bewoners zelf een wijkbudget."))
    expect(purse).to_contain_text("Verbeterd door de inbrenger")
    expect(purse.get_by_label("Tekst")).to_have_value(f"{SAID['purse']['text']} Doe dat.")  # and nobody’s typing is lost
    expect(purse.get_by_label("Tekst")).to_be_focused()
    press("Enter")
    expect(purse.locator("[data-role=wrong]")).to_contain_text("Deze kaart is intussen veranderd.")
    press("Escape")
    expect(purse).to_be_focused()

    page.get_by_role("link", name="Nog bekijken").press("Enter")
    page.get_by_role("link", name="Reacties (2)").press("Enter")
    expect(page.locator(".harvest__card")).to_have_count(2)
    press("s")
    expect(page.locator(".harvest__card:focus")).to_contain_text("Verbeterd door de inbrenger")
    press("b")
    expect(left).to_have_text("Nog 1 kaart te bekijken")
    page.get_by_role("link", name="Nog bekijken").press("Enter")
    expect(page.locator(".harvest__card")).to_have_count(1)
    press("s")
    press("b")
    expect(left).to_have_text("Nog 0 kaarten te bekijken")

    press("s")  # past the last card: the way on, which was not there while a card was open
    expect(page.locator("[data-role=finished] a")).to_be_focused()
    press("Enter")
    page.get_by_label("Waarom sluit je nu al?").fill("Iedereen heeft al gekeken.")
    page.get_by_label("Ik weet dat ik dit niet kan terugdraaien.").press("Space")
    page.get_by_role("button", name="Lab sluiten en archiveren").press("Enter")
    page.wait_for_url("**/archief")
    page.goto(f"{served}/archief?q=wijkbudget")
    expect(page.locator(".hit__title").first).to_have_text("Geef bewoners zelf een wijkbudget.")
    assert statuses(app, said)["Nabellen"] is Status.DROPPED
    assert [text for text in troubles if "422" not in text and "409" not in text] == []


def test_without_keys_and_without_script_the_same_forms_do_it(
    app: Flask, said: Said, served: str, laptop: BrowserContext, new_context: Any
) -> None:
    page = sign_in(laptop, app, said, "facilitator")
    address = f"{served}/kennislabs/{said.world.lab_id}/oogst"
    page.goto(address)
    expect(page.locator("[data-controller~=harvest]")).to_have_attribute("data-ready", "")
    page.locator(".keys summary").click()
    page.get_by_label("Toetsen gebruiken op dit apparaat").uncheck()
    page.goto(address)
    expect(page.locator("[data-controller~=harvest]")).to_have_attribute("data-ready", "")
    page.locator(".harvest__card").first.focus()
    page.keyboard.press("b")
    page.keyboard.press("j")
    expect(page.locator(".harvest__card").first).to_be_focused()
    assert set(statuses(app, said).values()) == {Status.DRAFT}

    page = sign_in(new_context(java_script_enabled=False), app, said, "facilitator")
    page.goto(address)
    card_of(page, "slow").get_by_role("button", name="Bevestigen").click()
    assert statuses(app, said)[SAID["slow"]["text"]] is Status.CONFIRMED
    page.get_by_role("link", name="Bevestigd (1)").click()
    expect(page.locator(".harvest__card .card__text")).to_have_text([SAID["slow"]["text"]])
