"""A facilitator and a participant without mouse or touch: all goes by keyboard, and the focus is always somewhere it can be seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from kennislab.core.transaction import transaction
from kennislab.grouping import operations as grouping
from kennislab.programme.models import Lab
from tests.grouping.boards import person, with_questions
from tests.journeys.day.house import connected
from tests.journeys.day.keys import press, seen, tab_to
from tests.journeys.live import Room, card, fate
from tests.programme.served import serving, sign_in_browser
from tests.support import browser as chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

NARROW: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}


def _signs_in(page: Page, room: Room, to: str) -> None:
    page.goto(f"{room.server.url}/aanmelden?next={to}")
    form = page.locator("form:has(input[type=password])")
    tab_to(page, form.locator("[name=email]"))
    page.keyboard.type(room.server.people["facilitator"]["email"])
    press(page, "Tab")
    page.keyboard.type(room.server.people["facilitator"]["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{to}")


def test_a_facilitator_leads_by_keyboard(room: Room, new_context: Callable[..., Any]) -> None:
    page = new_context(**chromium.LAPTOP).new_page()
    _signs_in(page, room, f"/live/{room.lab}/desk")
    connected(page)
    screen = room.staff(new_context(**chromium.PROJECTOR), "projector")

    following = page.locator("[data-role=next-text]").inner_text()
    page.keyboard.press("n")
    expect(page.locator("[data-role=step-title]")).to_have_text(following)

    press(page, "k")
    expect(page.get_by_label("Wat wordt er gezegd?")).to_be_focused()
    page.keyboard.type("Niemand leest de brief, nnb")
    press(page, "Enter")
    expect(card(page, "Niemand leest de brief, nnb")).to_be_visible()
    expect(page.get_by_label("Wat wordt er gezegd?")).to_be_focused()
    assert room.texts("Niemand leest de brief, nnb") == ["Niemand leest de brief, nnb"]

    press(page, "Escape", "b")
    blank = page.get_by_role("button", name=re.compile("^Zwart"))
    expect(blank).to_have_attribute("aria-pressed", "true")
    expect(screen.locator("body")).to_have_attribute("data-scene", "blank")
    press(page, "b")
    expect(blank).to_have_attribute("aria-pressed", "false")

    press(page, "?")
    expect(page.get_by_role("dialog", name="Alle toetsen")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    vote = page.locator("[data-action=vote]")
    tab_to(page, vote, "Shift+Tab", 200)
    press(page, "Enter")
    expect(page.get_by_role("dialog", name="Stemming openen")).to_be_visible()
    expect(page.get_by_label("Waar stemmen we over?")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(vote).to_be_focused()
    close = page.get_by_role("button", name="Stemming sluiten")
    expect(close).to_be_visible()
    tab_to(page, close, most=200)
    page.keyboard.press("Enter")
    expect(close).to_be_hidden()
    seen(page)
    assert [one["state"] for one in room.state()["ballots"].values()][-1] == "closed"

    tab_to(page, page.locator("[data-action=round-close]"), "Shift+Tab", 200)
    page.keyboard.press("Enter")
    expect(page.locator("[data-action=round-open]")).to_be_visible()
    seen(page)
    press(page, "Enter")
    expect(page.locator("[data-action=round-close]")).to_be_visible()
    seen(page)


def test_a_participant_takes_part_by_keyboard(room: Room, new_context: Callable[..., Any]) -> None:
    page = new_context(**NARROW).new_page()
    page.goto(f"{room.server.url}/")
    tab_to(page, page.get_by_label("Deelnamecode"))
    page.keyboard.type(room.server.join["code"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/join?*")
    tab_to(page, page.get_by_label("Je naam"))
    page.keyboard.type("Ada Toetsenbord")
    tab_to(page, page.get_by_role("button", name="Meedoen"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/live/{room.lab}")
    connected(page)

    kinds = page.locator("[data-role=kinds] input:visible")
    tab_to(page, page.locator("[data-role=kinds] input:checked"))
    press(page, "ArrowRight")
    expect(kinds.nth(1)).to_be_checked()
    chosen = str(kinds.nth(1).get_attribute("value"))
    tab_to(page, page.get_by_label("Jouw inbreng"))
    page.keyboard.type("Zonder muis geschreven")
    tab_to(page, page.get_by_role("button", name="Versturen", exact=True))
    press(page, "Enter")
    expect(fate(page, "Zonder muis geschreven")).to_have_text("Op het bord")
    seen(page)
    said = next(one for one in room.state()["contributions"].values() if one["text"] == "Zonder muis geschreven")
    assert said["kind"] == chosen

    wall = page.locator("[data-role=wall] > summary")
    tab_to(page, wall, "Shift+Tab")
    press(page, "Enter")
    expect(page.locator("[data-role=wall-list]")).to_contain_text("Zonder muis geschreven")

    room.go(room.step(input="vote"))
    choices = [one["id"] for one in room.state()["contributions"].values() if one["status"] == "visible"][:3]
    room.op("round.open", ballot={"title": "Wat eerst?", "kind": "dots", "budget": 3, "choices": choices})
    more = page.locator("[data-role=choices] [data-action=more]")
    expect(more).to_have_count(3)
    seen(page)
    tab_to(page, more.nth(1), "Shift+Tab")
    press(page, "Enter", "Space", "Enter")
    expect(page.locator("[data-role=ballot-left]")).to_have_text("Nog 0 van 3 stippen")
    expect(more.nth(1)).to_be_focused()
    press(page, "Enter")
    expect(page.locator("[data-role=ballot-left]")).to_have_text("Nog 0 van 3 stippen")
    tab_to(page, page.get_by_role("button", name="Stem versturen"))
    press(page, "Enter")
    expect(page.locator("[data-role=vote-state]")).to_have_text("Je stem telt mee. Aanpassen kan tot de stemming sluit.")
    seen(page)
    ballot = list(room.state()["ballots"])[-1]
    room.op("round.close", ballot=ballot)
    expect(page.locator("[data-role=results] [data-role=total]").first).to_have_text("3")
    seen(page)
    press(page, "Shift+Tab")


def test_a_card_moves_over_the_board_by_keyboard(make_app: Callable[..., Flask], sqlite_url: str, new_context: Callable[..., Any]) -> None:
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True)
    world, ids = with_questions(app, 4)
    with app.app_context(), transaction() as tx:
        lab, by = tx.session.get_one(Lab, world.lab_id), person(world, "facilitator")
        left = grouping.create_theme(tx, lab, by, "Warmte", ids[:2]).id
        right = grouping.create_theme(tx, lab, by, "Geld", ids[2:]).id
    with serving(app) as url:
        context = new_context(**chromium.LAPTOP)
        sign_in_browser(context, app, world, "facilitator", url)
        page = context.new_page()
        page.goto(f"{url}/kennislabs/{world.lab_id}/themas")
        expect(page.locator("[data-controller=board]")).to_have_attribute("data-bound", "")
        pick = page.locator(f"#card-{ids[0]} [data-role=pick]")
        tab_to(page, pick)
        press(page, "Alt+ArrowRight")
        expect(page.locator(f"[data-column='{right}'] [data-card='{ids[0]}']")).to_be_visible()
        expect(page.locator("[data-role=spoken]")).to_contain_text("staat nu in Geld, plaats 1.")
        expect(pick).to_be_focused()
        press(page, "Alt+ArrowDown", "Alt+ArrowLeft")
        expect(page.locator(f"[data-column='{left}'] [data-card='{ids[0]}']")).to_be_visible()
        expect(pick).to_be_focused()
        seen(page)
        menu = page.locator(f"#card-{ids[0]} details.card-move")
        tab_to(page, menu.locator("summary"))
        press(page, "Enter", "Tab")
        page.keyboard.type("Geld")
        expect(menu.get_by_label("Verplaats naar").locator("option:checked")).to_have_text("Geld")
        tab_to(page, menu.get_by_role("button", name="Verplaatsen"))
        page.keyboard.press("Enter")
        expect(page.locator(f"[data-column='{right}'] [data-card='{ids[0]}']")).to_be_visible()
        seen(page)
