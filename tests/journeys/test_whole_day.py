"""The whole day of a Kennislab, from the plan to the report, by the people who do it, each with a screen of their own.

One story in one browser: what a station makes, the next one uses. KENNISLAB_SHOTS=1 leaves pictures of every station in
tests/journeys/shots/.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.day import board, room
from tests.journeys.day.house import connected, done, number_in, shot, sign_in
from tests.journeys.day.watch import Watch
from tests.support import browser as chromium
from tests.support.demo import DemoServer

TITLE = "Warmte en werk in de wijk"
MONEY = "Hoe bereik je huishoudens met schulden en een torenhoge energierekening?"
MONEY_BETTER = "Hoe bereik je huishoudens met schulden en een hoge energierekening?"
DEBTS = "Hoe help je gezinnen met energieschulden zonder dat zij zich schamen?"
NEVER_COME = "Hoe bereik je bewoners die nooit naar een bewonersavond komen?"
SUPPORT = "Hoe krijg je bewoners mee als zij de gemeente niet vertrouwen?"

BOTTLENECK = "Bewoners begrijpen de brief van het warmtebedrijf niet"
SOLUTION = "Samen met de taalles een brief in gewone taal schrijven"
OFFLINE = ("Zonder bereik geschreven: de lift is steeds stuk", "Zonder bereik geschreven: een monteur uit de buurt")
ANONYMOUS = "Onze wethouder durft geen besluit te nemen over de warmtepomp"
GROUP_ONLY = "Een gezin in onze straat zit zonder stroom"
CHANCE = "Koppelkans: isoleren op het moment dat de keuken toch vervangen wordt"
TWICE = ("De VvE krijgt het geld niet bij elkaar", "Het geld voor de VvE komt niet rond")

ANONYMOUS_NAME, ANONYMOUS_PLACE = "Wubbe Stilstra", "Emmen"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_whole_day(demo_server: Callable[..., DemoServer], new_context: Callable[..., Any]) -> None:
    server = demo_server("planned")
    watch = Watch(server.url)

    def device(**size: Any) -> Any:
        context = watch.on(new_context(**size))
        context.set_default_timeout(15_000)
        return context

    coordinator = sign_in(device(**chromium.LAPTOP), server, "coordinator")
    facilitator_laptop = device(**chromium.LAPTOP)
    celina_phone, hanneke_phone, guest_phone = (device(**chromium.PHONE) for _ in range(3))

    lab = _planned(coordinator, server)
    celina = sign_in(celina_phone, server, "participant", f"/kennislabs/{lab}/vragen")
    hanneke = _comes_in_by_link(coordinator, hanneke_phone, server, lab)
    _questions(celina, hanneke, server, lab)

    facilitator = sign_in(facilitator_laptop, server, "facilitator", f"/kennislabs/{lab}")
    _themes(facilitator, lab)
    _groups(facilitator, server, lab)

    code, qr = _room_opens(facilitator, coordinator, server, lab)
    desk = facilitator
    screen = sign_in(device(**chromium.PROJECTOR), server, "facilitator", f"/live/{lab}/projector")
    connected(screen)
    expect(screen.locator("[data-role=join-code]")).to_have_text(code)
    shot(screen, "09-projector-join")
    by_code = room.join_by_code(celina, server, code)
    by_link = room.join_by_link(hanneke, qr, "Hanneke Bleeker", "Alkmaar")
    guest = room.join_by_link(guest_phone.new_page(), qr, ANONYMOUS_NAME, ANONYMOUS_PLACE)
    expect(screen.locator("[data-role=people-text]")).to_have_text("3 mensen zijn er al")
    expect(desk.locator("[data-role=people-count]")).to_have_text("3")

    _bottlenecks(desk, screen, by_code, by_link, guest)
    _offline(hanneke_phone, by_link, desk)
    _vote(desk, screen, [by_code, by_link, guest])

    _room_closes(desk, by_code)
    facilitator = facilitator_laptop.new_page()
    _harvest(facilitator, server, lab)
    _seal(facilitator, lab)
    _found_and_read(by_code, server, lab)

    assert watch.strangers == []
    assert watch.said == []


# --- before the day


def _planned(page: Page, server: DemoServer) -> int:
    """The coordinator plans a lab with the agenda of half a day, and opens the questions."""
    if re.search(r"/programmas$", page.url):
        page.locator("main").get_by_role("link").first.click()
    shot(page, "01-programme")
    page.get_by_role("link", name="Lab plannen").first.click()
    page.get_by_label("Titel").fill(TITLE)
    page.get_by_label("Plaats").fill("Buurthuis De Schakel")
    page.get_by_role("combobox", name="Agenda").select_option(label="Halve dag")
    shot(page, "02-plan")
    page.get_by_role("button", name="Lab plannen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Agenda veranderen")
    page.locator(".agenda-save").get_by_role("button", name="Agenda opslaan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    steps = page.locator("ol.agenda strong")
    expect(steps).to_have_text(
        [
            "Inloop",
            "Welkom",
            "Nieuws en voortgang",
            "Knelpunten en koppelkansen",
            "Kiezen waar we aan werken",
            "Thematische werkgroepen",
            "Oogst",
            "Afsluiting",
        ]
    )
    lab = number_in(page.url, "kennislabs")
    page.get_by_role("button", name="Kennisvragen openen").click()
    done(page, "Dit lab staat nu op: Vragen ophalen.")
    shot(page, "03-lab", full_page=True)
    return lab


def _comes_in_by_link(coordinator: Page, phone: Any, server: DemoServer, lab: int) -> Page:
    """A participant without a password: the coordinator makes a personal link, the phone opens it."""
    coordinator.get_by_role("navigation", name="Kruimelpad").get_by_role("link").first.click()
    coordinator.get_by_role("link", name="Mensen en rollen").click()
    coordinator.get_by_role("link", name="Hanneke Bleeker").click()
    coordinator.get_by_role("button", name="Persoonlijke link maken").click()
    link = coordinator.locator("main code").inner_text()
    page: Page = phone.new_page()
    page.goto(link)
    page.get_by_role("button", name="Doorgaan als Hanneke Bleeker").click()
    expect(page.get_by_role("heading", name="Welkom, Hanneke Bleeker")).to_have_count(0)
    page.goto(f"{server.url}/kennislabs/{lab}/vragen")
    return page


def _ask(page: Page, text: str) -> None:
    page.get_by_role("link", name=re.compile("Kennisvraag stellen|Stel de eerste vraag")).first.click()
    page.get_by_label("Je kennisvraag").fill(text)
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    done(page, "Je kennisvraag is verstuurd.")
    page.get_by_role("link", name="Alle kennisvragen van dit lab").click()


def _questions(celina: Page, hanneke: Page, server: DemoServer, lab: int) -> None:
    """Two phones ask; one puts her own words right, the other supports them."""
    _ask(celina, MONEY)
    _ask(celina, NEVER_COME)
    _ask(hanneke, DEBTS)
    _ask(hanneke, SUPPORT)

    celina.get_by_role("link", name=MONEY).click()
    celina.get_by_role("link", name="Vraag veranderen").click()
    celina.get_by_label("Je kennisvraag").fill(MONEY_BETTER)
    shot(celina, "04-ask-phone")
    celina.get_by_role("button", name="Opslaan").click()
    expect(celina.get_by_role("heading", level=1)).to_have_text(MONEY_BETTER)

    hanneke.reload()
    card = hanneke.locator("li.question").filter(has_text=MONEY_BETTER)
    card.get_by_role("button", name="Steunen").click()
    expect(hanneke.locator("li.question").filter(has_text=MONEY_BETTER)).to_contain_text("1 steunt dit")
    expect(hanneke.locator("li.question").filter(has_text=DEBTS).get_by_role("button")).to_have_count(0)
    shot(hanneke, "05-questions-phone")


def _themes(page: Page, lab: int) -> None:
    """A proposal, a better name, a card dragged, a card moved from its menu."""
    page.get_by_role("button", name="Groepen gaan maken").click()
    done(page, "Dit lab staat nu op: Groepen maken.")
    page.goto(f"{page.url.split('/kennislabs')[0]}/kennislabs/{lab}/themas")
    expect(board.cards(page, "pile")).to_have_count(4)
    page.get_by_role("button", name="Stel thema’s voor").click()
    expect(board.themes(page)).not_to_have_count(0, timeout=30_000)
    expect(page.get_by_role("button", name="Stel thema’s voor")).to_be_visible(timeout=30_000)
    expect(board.cards(page, "pile")).to_have_count(0)
    assert board.themes(page).count() >= 2, "four questions about two things are two themes"
    shot(page, "06-themes")

    first, second = board.keys(page)[:2]
    board.rename(page, first, "Geld en schulden")
    expect(board.column(page, first).get_by_role("heading", level=2)).to_have_text("Geld en schulden")

    moved = board.cards(page, second).first.locator("[data-role=text]").inner_text()
    board.drag(page, board.card(page, moved), board.column(page, first))
    expect(board.card_in(page, first, moved)).to_be_visible()
    page.reload()
    expect(board.card_in(page, first, moved)).to_be_visible()
    expect(board.card(page, moved)).to_contain_text("Vast")

    board.move_from_menu(page, moved, board.title(page, second))
    expect(board.card_in(page, second, moved)).to_be_visible()
    page.reload()
    expect(board.card_in(page, second, moved)).to_be_visible()
    shot(page, "07-themes-moved")


def _groups(page: Page, server: DemoServer, lab: int) -> None:
    """Working groups from the themes, somebody placed by hand, and the lab made ready."""
    page.get_by_role("link", name="Naar de groepen").click()
    page.get_by_role("button", name="Groepen maken van de thema’s").click()
    expect(page.get_by_role("heading", level=2, name="Geld en schulden")).to_be_visible()
    person = board.card_in(page, "pile", "Hanneke Bleeker")
    expect(person).to_be_visible()
    board.move_from_menu(page, "Hanneke Bleeker", "Geld en schulden")
    group, other = board.keys(page)[:2]
    expect(board.card_in(page, group, "Hanneke Bleeker")).to_be_visible()
    board.move_from_menu(page, "Celina Fortes", board.title(page, other))  # who reads afterwards sat elsewhere
    expect(board.card_in(page, other, "Celina Fortes")).to_be_visible()
    page.reload()
    expect(board.card_in(page, group, "Hanneke Bleeker")).to_be_visible()
    shot(page, "08-groups")
    page.goto(f"{server.url}/kennislabs/{lab}")
    page.get_by_role("button", name="Klaarzetten").click()
    done(page, "Dit lab staat nu op: Klaar om te beginnen.")


# --- the day


def _room_opens(desk: Page, coordinator: Page, server: DemoServer, lab: int) -> tuple[str, str]:
    """The facilitator opens the room and is at the desk. Returns the code, and what is behind the QR, which the coordinator looks up."""
    desk.get_by_role("button", name="Zaal openen").click()
    desk.wait_for_url(f"**/live/{lab}/desk")
    connected(desk)
    coordinator.goto(f"{server.url}/kennislabs/{lab}")
    code = coordinator.locator(".join-code").inner_text()
    expect(desk.locator(".desk__join [data-role=join-code]")).to_have_text(code)
    coordinator.get_by_text("De link achter de QR").click()
    return code, coordinator.locator("details p.break").inner_text()


def _bottlenecks(desk: Page, screen: Page, celina: Page, hanneke: Page, guest: Page) -> None:
    """What phones send lands on desk and projector; a solution is tied to its bottleneck; what nobody may read is nowhere."""
    room.go_to(desk, "Knelpunten en koppelkansen")
    expect(celina.get_by_role("heading", level=1)).to_have_text("Knelpunten en koppelkansen")
    desk.locator("[data-action=scene][data-scene=wall]").click()

    room.write(celina, BOTTLENECK)
    for page in (desk, screen):
        expect(room.card(page, BOTTLENECK)).to_be_visible()
    expect(room.card(desk, BOTTLENECK)).to_contain_text("Celina Fortes")
    expect(room.card(screen, BOTTLENECK)).not_to_contain_text("Celina")
    expect(room.fate(celina, BOTTLENECK)).to_have_text("Op het bord")
    shot(celina, "10-phone")

    room.answer(desk, BOTTLENECK, SOLUTION)
    expect(room.card(desk, SOLUTION).locator("[data-role=answers-text]")).to_have_text(BOTTLENECK)
    expect(room.card(screen, SOLUTION)).to_be_visible()

    room.write(guest, ANONYMOUS, consent="Iedereen, zonder gemeente")
    expect(room.card(screen, ANONYMOUS)).to_be_visible()
    for page in (desk, screen):
        expect(room.card(page, ANONYMOUS)).not_to_contain_text(ANONYMOUS_PLACE)
        expect(room.card(page, ANONYMOUS)).not_to_contain_text(ANONYMOUS_NAME)
    room.write(hanneke, CHANCE, kind="Koppelkans")
    room.write(hanneke, GROUP_ONLY, consent="Alleen mijn groep")
    for text in TWICE:
        room.write(celina, text)
    expect(room.card(desk, TWICE[1])).to_be_visible()
    shot(desk, "11-desk")
    shot(screen, "12-projector-wall")


def _offline(phone: Any, page: Page, desk: Page) -> None:
    """No network: two things are written, the page is loaded again, the network is back, and both arrive once, in order."""
    phone.set_offline(True)
    expect(page.locator("body")).to_have_attribute("data-connection", "offline", timeout=15_000)
    room.write(page, OFFLINE[0], consent="Het programma")
    room.write(page, OFFLINE[1], kind="Oplossing")
    expect(page.locator("[data-role=unsent-text]")).to_have_text("2 nog niet verzonden")
    expect(room.fate(page, OFFLINE[0])).to_have_text("Wacht op verbinding")
    shot(page, "13-phone-offline")
    with room.unreachable(phone):
        phone.set_offline(False)
        page.reload()
        expect(page.locator("[data-role=unsent-text]")).to_have_text("2 nog niet verzonden")
        expect(room.mine(page, OFFLINE[1])).to_be_visible()
    for text in OFFLINE:
        expect(room.fate(page, text)).to_have_text("Op het bord", timeout=20_000)
        expect(room.card(desk, text)).to_have_count(1)
    expect(page.locator("[data-role=unsent]")).to_be_hidden()
    assert room.order(desk, *OFFLINE) == list(OFFLINE)


def _vote(desk: Page, screen: Page, phones: list[Page]) -> None:
    """Dots on phones, secret until the vote is closed; the totals on the projector."""
    desk.locator("[data-action=scene][data-scene=follow]").click()
    room.go_to(desk, "Kiezen waar we aan werken")
    room.open_vote(desk, BOTTLENECK, ANONYMOUS, CHANCE)
    celina, hanneke, guest = phones
    voters = desk.locator("[data-role=ballot-voters]")
    room.vote(celina, BOTTLENECK, BOTTLENECK, CHANCE)
    room.vote(hanneke, BOTTLENECK, CHANCE)
    with room.answers_after(guest.context, voters, "3 mensen hebben gestemd"):
        room.vote(guest, ANONYMOUS)
    expect(screen.locator("[data-role=ballot-voters]")).to_contain_text("3")
    expect(screen.locator("[data-role=ballot-list] [data-role=total]").first).to_be_hidden()
    shot(phones[0], "14-phone-vote")
    desk.get_by_role("button", name="Stemming sluiten").click()
    room.show_ballot(desk)
    assert room.totals(screen) == {BOTTLENECK: 3, CHANCE: 2, ANONYMOUS: 1}
    expect(phones[0].locator("[data-role=results] [data-role=total]").first).to_have_text("3")
    shot(screen, "15-projector-result")


def _room_closes(desk: Page, phone: Page) -> None:
    room.close_lab(desk)
    expect(phone.locator("[data-view=closed]")).to_be_visible()
    shot(phone, "16-phone-closed")


# --- after the day


def _harvest(page: Page, server: DemoServer, lab: int) -> None:
    """Confirmed, put in better words with the first ones kept, two made one, a theme added."""
    page.goto(f"{server.url}/kennislabs/{lab}/oogst")
    card = page.locator("li.harvest__card")
    expect(card.filter(has_text=BOTTLENECK).first).to_be_visible()
    expect(card.filter(has_text=ANONYMOUS)).not_to_contain_text(ANONYMOUS_NAME)
    shot(page, "17-harvest")

    edited = card.filter(has_text=CHANCE)
    edited.get_by_role("link", name="Bewerken").click()
    edited.get_by_label("Tekst").fill("Isoleer als de keuken toch vervangen wordt: één keer overlast")
    edited.get_by_role("button", name="Opslaan").click()
    expect(edited.locator(".card__text")).to_contain_text("één keer overlast")
    expect(edited.locator(".harvest__said q")).to_have_text(CHANCE)
    edited.get_by_role("button", name="Thema’s").click()
    edited.get_by_label(re.compile("^Thema’s")).fill("koppelkansen, isolatie")
    edited.get_by_label(re.compile("^Thema’s")).press("Enter")
    expect(edited.locator("[data-role=themes]")).to_contain_text("isolatie")
    edited.get_by_role("button", name="Bevestigen").click()

    page.goto(f"{server.url}/kennislabs/{lab}/oogst?toon=alles")
    for text in TWICE:
        card.filter(has_text=text).get_by_role("checkbox", name=re.compile("^Aanvinken")).check()
    page.get_by_role("button", name="Samenvoegen", exact=True).click()
    page.get_by_label("De tekst die blijft").fill("De VvE krijgt het geld niet rond")
    shot(page, "18-merge")
    page.get_by_label("De tekst die blijft").press("Enter")
    expect(page.locator("li.harvest__card[data-status=merged]")).to_have_count(1)

    page.goto(f"{server.url}/kennislabs/{lab}/oogst")
    card.filter(has_text=BOTTLENECK).first.get_by_role("button", name="Bevestigen").click()
    expect(page.locator("li.harvest__card[data-status=draft]").filter(has_text=BOTTLENECK).filter(has_not_text=SOLUTION)).to_have_count(0)


def _seal(page: Page, lab: int) -> None:
    page.goto(f"{page.url.split('/oogst')[0]}/oogst/sluiten")
    page.get_by_role("button", name="Alles bevestigen").click()
    page.goto(f"{page.url.split('/oogst')[0]}/oogst/sluiten")
    shot(page, "19-seal", full_page=True)
    page.get_by_label("Waarom sluit je nu al?").fill("Iedereen heeft in de zaal meegelezen.")
    page.get_by_label("Ik weet dat ik dit niet kan terugdraaien.").check()
    page.get_by_role("button", name="Lab sluiten en archiveren").click()
    page.wait_for_url(f"**/kennislabs/{lab}/archief")
    expect(page.get_by_text("Isoleer als de keuken toch vervangen wordt")).to_be_visible()
    shot(page, "20-archive-lab")


def _hit(page: Page, text: str) -> Locator:
    """What was found with this title; not what only mentions it."""
    return page.locator("li.hit").filter(has=page.locator(".hit__title", has_text=text))


def _found_and_read(page: Page, server: DemoServer, lab: int) -> None:
    """A participant finds it back with another form of the word, and reads the report; who was promised silence is not in it."""
    page.goto(f"{server.url}/archief?q=brieven+warmtebedrijven&lab={TITLE.replace(' ', '+')}")
    expect(_hit(page, BOTTLENECK)).to_have_count(1)
    page.goto(f"{server.url}/archief?q=koppelkans+keukens")
    expect(_hit(page, "één keer overlast")).to_have_count(1)
    shot(page, "21-found-phone")

    page.goto(f"{server.url}/archief?q={SOLUTION.replace(' ', '+')}")
    _hit(page, SOLUTION).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SOLUTION)
    expect(page.get_by_role("link", name=BOTTLENECK).first).to_be_visible()
    shot(page, "22-item-phone", full_page=True)

    page.goto(f"{server.url}/kennislabs/{lab}/verslag")
    for text in (BOTTLENECK, SOLUTION, "één keer overlast", "De VvE krijgt het geld niet rond", ANONYMOUS):
        expect(page.get_by_text(text).first).to_be_visible()
    expect(page.get_by_text(GROUP_ONLY)).to_have_count(0)
    expect(page.get_by_text("1 bijdrage blijft in de groep en staat hier niet in.")).to_be_visible()
    shot(page, "23-report-phone", full_page=True)
    page.set_viewport_size({"width": 1366, "height": 768})
    shot(page, "24-report")

    for path in (
        f"/kennislabs/{lab}/verslag",
        f"/kennislabs/{lab}/verslag.json",
        f"/kennislabs/{lab}/archief",
        "/archief?q=wethouder+warmtepomp",
    ):
        told = page.request.get(f"{server.url}{path}")
        assert told.status == 200, path
        text = re.sub("</?mark>", "", told.text())
        assert ANONYMOUS in text, path
        assert ANONYMOUS_NAME not in text, path
        assert GROUP_ONLY not in text, path
    page.goto(f"{server.url}/archief?q=wethouder+warmtepomp")
    _hit(page, ANONYMOUS).get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ANONYMOUS)
    expect(page.locator("main")).not_to_contain_text(ANONYMOUS_NAME)
    for part in page.locator("main header, main aside").all():  # not the form in which one chooses a municipality oneself
        expect(part).not_to_contain_text(ANONYMOUS_PLACE)
