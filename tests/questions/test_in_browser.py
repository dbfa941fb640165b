"""Asking, planning and signing in as people do it: on a phone, with a dead battery, without a mouse. (axe: tests/contracts/test_axe.py)"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from kennislab.accounts.actors import Actor
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab, LabState
from kennislab.questions import operations, queries
from kennislab.questions.operations import QuestionData
from tests.factories.world import World
from tests.programme.served import serving, sign_in_browser
from tests.programme.worlds import world_in

TEXT = "Hoe bereik je bewoners die nooit naar een bewonersavond komen?"
ASKED_BEFORE = "Wat doe je als bewoners wegblijven van de bewonersavond?"


@pytest.fixture
def house(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[tuple[Flask, World, str]]:
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True)
    world = world_in(app)
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        operations.submit(tx, lab, Actor(world.people["coordinator"], "Marit"), QuestionData(ASKED_BEFORE))
    with serving(app) as url:
        yield app, world, url


def quiet(page: Page) -> list[str]:
    """Collects what the browser complains about."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def questions(app: Flask, world: World) -> list[str]:
    with app.app_context():
        return [one.text for one in queries.of_lab(db.session(), world.lab_id)]


def test_a_question_survives_a_dead_battery_and_is_sent(house: tuple[Flask, World, str], phone: Any) -> None:
    app, world, url = house
    sign_in_browser(phone, app, world, "participant", url)
    page = phone.new_page()
    complaints = quiet(page)
    slow: list[Any] = []
    page.route("**/controllers/*.js", lambda route: slow.append(route))
    with page.expect_request("**/draft-controller.js"), page.expect_request("**/similar-controller.js"):
        page.goto(f"{url}/kennislabs/{world.lab_id}/vragen/nieuw")
    field = page.get_by_label("Je kennisvraag")
    field.fill(TEXT[:40])  # on a slow phone people write before the scripts are there
    for route in slow:
        route.continue_()
    page.unroute("**/controllers/*.js")
    expect(page.locator(".counter").first).to_have_text("40 van 500 tekens")
    expect(page.get_by_role("link", name=ASKED_BEFORE)).to_be_visible()
    expect(page.get_by_text(re.compile("Concept bewaard om"))).to_be_visible(timeout=8000)
    phone.set_offline(True)
    field.fill(TEXT)
    page.get_by_label("Toelichting").fill("Steeds dezelfde mensen.")
    expect(page.get_by_text("Geen verbinding. Je tekst staat op dit apparaat.")).to_be_visible(timeout=8000)
    page.close(run_before_unload=False)
    phone.set_offline(False)

    again = phone.new_page()
    again.goto(f"{url}/kennislabs/{world.lab_id}/vragen/nieuw")
    expect(again.get_by_label("Je kennisvraag")).to_have_value(TEXT)
    expect(again.get_by_label("Toelichting")).to_have_value("Steeds dezelfde mensen.")
    again.get_by_role("button", name="Versturen").click()
    expect(again.get_by_role("heading", level=1)).to_have_text(TEXT)
    expect(again.get_by_text("Je kennisvraag is verstuurd.")).to_be_visible()
    assert questions(app, world) == [ASKED_BEFORE, TEXT]
    again.goto(f"{url}/kennislabs/{world.lab_id}/vragen/nieuw")
    expect(again.get_by_label("Je kennisvraag")).to_have_value("")
    again.wait_for_timeout(600)
    assert again.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('kl-draft:'))") == []
    assert [text for text in complaints if "ERR_INTERNET_DISCONNECTED" not in text] == []


def test_a_refused_form_is_not_overwritten_by_an_old_copy(house: tuple[Flask, World, str], phone: Any) -> None:
    app, world, url = house
    sign_in_browser(phone, app, world, "participant", url)
    page = phone.new_page()
    page.goto(f"{url}/kennislabs/{world.lab_id}/vragen/nieuw")
    page.get_by_label("Je kennisvraag").fill("Te kort")
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("alert")).to_contain_text("Maak je vraag iets langer")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Je kennisvraag")).to_have_value("Te kort")


def test_asking_without_script_and_with_the_keyboard_only(house: tuple[Flask, World, str], new_context: Callable[..., Any]) -> None:
    app, world, url = house
    context = new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    sign_in_browser(context, app, world, "participant", url)
    page = context.new_page()
    page.goto(f"{url}/kennislabs/{world.lab_id}/vragen")
    page.get_by_role("link", name="Kennisvraag stellen").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Je kennisvraag").focus()
    page.keyboard.type(TEXT)
    for _field in ("context", "tried", "theme", "municipality", "button"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(TEXT)


def test_the_agenda_with_script(house: tuple[Flask, World, str], laptop: Any) -> None:
    app, world, url = house
    sign_in_browser(laptop, app, world, "facilitator", url)
    page = laptop.new_page()
    complaints = quiet(page)
    page.goto(f"{url}/kennislabs/{world.lab_id}/agenda")
    expect(page.locator("[data-controller=agenda]")).to_have_attribute("data-bound", "")  # before that, the buttons go to the server
    page.get_by_role("button", name="Stil schrijven eerder").press("Enter")
    expect(page.get_by_role("button", name="Stil schrijven eerder")).to_be_focused()
    page.get_by_role("button", name="Welkom weghalen").click()
    page.get_by_label("Minuten").first.fill("25")
    expect(page.get_by_role("status").filter(has_text="Samen")).to_contain_text("Samen 35 minuten")
    page.get_by_role("button", name="Agenda opslaan").last.click()
    expect(page.get_by_text("De agenda is opgeslagen.")).to_be_visible()
    with app.app_context():
        assert [(i.title, i.minutes) for i in db.session.get_one(Lab, world.lab_id).agenda] == [("Stil schrijven", 25), ("Knelpunten", 10)]
    assert complaints == []


def test_states_of_a_lab_page(house: tuple[Flask, World, str], phone: Any) -> None:
    """In every state the page of a lab has one thing to do for staff, and it works by the keyboard."""
    app, world, url = house
    sign_in_browser(phone, app, world, "facilitator", url)
    page = phone.new_page()
    page.goto(f"{url}/kennislabs/{world.lab_id}")
    for button, state in (("Groepen gaan maken", "Groepen maken"), ("Klaarzetten", "Klaar om te beginnen")):
        page.get_by_role("button", name=button, exact=True).press("Enter")
        expect(page.get_by_text(f"Dit lab staat nu op: {state}.")).to_be_visible()
    with app.app_context():
        assert db.session.get_one(Lab, world.lab_id).state is LabState.READY
