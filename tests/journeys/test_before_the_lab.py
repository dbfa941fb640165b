"""Before the lab, the whole way of one participant and one facilitator: from a mail to a group with a reason.

The parts by themselves are proven elsewhere; here, that each leads to the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.day import board
from tests.journeys.day.house import done, sign_in
from tests.journeys.day.watch import Watch
from tests.support import browser as chromium
from tests.support.demo import DemoServer

NAME, ADDRESS = "Daan Huizinga", "daan.huizinga@voorbeeld.example"
ASKED = "Welke temperatuur moet een buurtwarmtenet leveren in slecht geïsoleerde woningen?"
MINE = "Welke temperatuur heeft een buurtwarmtenet nodig voor slecht geïsoleerde woningen?"


@pytest.mark.browser
@pytest.mark.slow
def test_from_a_mail_to_a_group(demo_server: Callable[..., DemoServer], new_context: Callable[..., Any]) -> None:
    server = demo_server("collecting")
    watch = Watch(server.url)
    lab = f"{server.url}/kennislabs/{server.lab['id']}"
    pocket, laptop = watch.on(new_context(**chromium.PHONE)), watch.on(new_context(**chromium.LAPTOP))
    for device in (pocket, laptop):
        device.set_default_timeout(15_000)
    phone = pocket.new_page()
    _comes(phone, server)
    desk = sign_in(laptop, server, "facilitator", f"/kennislabs/{server.lab['id']}/uitnodigingen")
    expect(desk.get_by_role("row").filter(has_text=NAME)).to_contain_text("Komt")
    _comes_in(phone, server, lab)
    _asks(phone)
    _merges(desk, lab)
    _proposes(desk, lab)
    theme = _chooses(phone, lab)
    _places(desk, lab)

    phone.goto(f"{lab}/mijn")
    news = phone.get_by_role("region", name="Nieuws over je vraag")
    expect(news).to_contain_text("Joris Tamminga")
    group = phone.locator(".own__group")
    expect(group.get_by_role("heading", level=2)).to_have_text(theme)
    expect(group).to_contain_text("Dit was je eerste keus.")
    expect(group.locator(".own__people li")).not_to_have_count(0)
    expect(phone.get_by_text("Je komt.")).to_be_visible()
    expect(phone.locator(".own__question").filter(has_text=MINE)).to_contain_text(f"Samengevoegd. Hij gaat verder als: {ASKED}")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert watch.strangers == [] and watch.said == []


def _letter(phone: Page, server: DemoServer, subject: str, link: str) -> None:
    """Opens the mail to this person in the example's letter box, as soon as it is there, and the link in it."""
    inbox = f"{server.url}/postvak?q={ADDRESS}"
    letter = phone.get_by_role("link", name=re.compile(subject))
    for _try in range(60):  # a job hands it over
        phone.goto(inbox)
        if letter.count():
            break
        phone.wait_for_timeout(250)
    letter.first.tap()
    phone.locator(f".mail-letter a[href*='{link}']").first.tap()


def _comes(phone: Page, server: DemoServer) -> None:
    """The invitation, opened on the phone of somebody who is not signed in; the link in it takes the answer."""
    _letter(phone, server, "Kom je", "/antwoord/")
    phone.get_by_role("button", name="Ik kom").tap()
    expect(phone.get_by_text("Je komt. Fijn, tot dan!")).to_be_visible()


def _comes_in(phone: Page, server: DemoServer, lab: str) -> None:
    """The answer gave no other right: to ask something, the participant signs in, with a link by mail."""
    phone.goto(f"{lab}/vragen/nieuw")
    form = phone.locator("form").filter(has=phone.get_by_role("button", name="Link mailen"))
    form.get_by_label("E-mailadres").fill(ADDRESS)
    form.get_by_role("button", name="Link mailen").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Kijk in je mail")
    _letter(phone, server, "anmeld", "/aanmelden/")
    phone.get_by_role("button", name="Aanmelden").tap()
    expect(phone.get_by_label("Je kennisvraag")).to_be_visible()


def _asks(phone: Page) -> None:
    """While it is typed the same question of somebody else appears; it is sent all the same."""
    phone.get_by_label("Je kennisvraag").fill(MINE)
    expect(phone.locator(".similar").get_by_role("link", name=ASKED)).to_be_visible()
    phone.get_by_role("button", name="Versturen").tap()
    done(phone, "Je kennisvraag is verstuurd.")


def _merges(desk: Page, lab: str) -> None:
    """The facilitator finds both side by side, once the newest has been compared."""
    mine = desk.locator(".pair__side").filter(has_text=NAME)
    for _try in range(60):
        desk.goto(f"{lab}/vragen/dubbel")
        if mine.count():
            break
        desk.wait_for_timeout(250)
    expect(mine.get_by_role("heading", level=2)).to_have_text(MINE)
    first = desk.locator(".pair__side").first
    expect(first.get_by_role("heading", level=2)).to_have_text(ASKED)
    first.get_by_role("button", name="Samenvoegen, deze blijft").click()
    expect(mine).to_have_count(0)


def _proposes(desk: Page, lab: str) -> None:
    """Themes by the app, a group for each, and everybody may choose."""
    desk.goto(lab)
    desk.get_by_role("button", name="Groepen gaan maken").click()
    done(desk, "Dit lab staat nu op: Groepen maken.")
    desk.goto(f"{lab}/themas")
    desk.get_by_role("button", name="Stel thema’s voor").click()
    expect(board.themes(desk)).not_to_have_count(0, timeout=30_000)
    expect(desk.get_by_role("button", name="Stel thema’s voor")).to_be_visible(timeout=30_000)
    desk.get_by_role("link", name="Naar de groepen").click()
    desk.get_by_role("button", name="Groepen maken van de thema’s").click()
    desk.get_by_text("Thema’s laten kiezen").click()
    desk.get_by_role("button", name="Kiezen openen").click()
    expect(desk.locator("#assign-tools")).to_contain_text("Kiezen staat open.")


def _chooses(phone: Page, lab: str) -> str:
    """Three themes on the phone; gives the name of the first."""
    phone.goto(f"{lab}/mijn")
    phone.get_by_role("link", name="Thema’s kiezen").tap()
    chosen = phone.locator("[data-role=chosen] .choose__theme")
    while chosen.count() < 3:
        count = chosen.count()
        phone.locator("[data-role=others] [data-role=take]").first.tap()
        expect(chosen).to_have_count(count + 1)
    first = chosen.first.locator(".choose__title").inner_text()
    phone.get_by_role("button", name="Keuze opslaan").tap()
    expect(phone.locator(".choose__saved li").first).to_have_text(first)
    return first


def _places(desk: Page, lab: str) -> None:
    """The app places everybody, and the lab is ready: from then on people know their group."""
    desk.goto(f"{lab}/groepen")
    desk.get_by_role("button", name="Indelen", exact=True).click()
    expect(desk.locator("#assign-tools .assign__profile")).to_contain_text("Eerste keus", timeout=30_000)
    desk.goto(lab)
    desk.get_by_role("button", name="Klaarzetten").click()
    done(desk, "Dit lab staat nu op: Klaar om te beginnen.")
