"""The phone: nothing that was written is lost, whatever the network does, and the phone says honestly what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Route, expect

from tests.journeys.live import Room, card, connected, fate, mine, write
from tests.support import browser as chromium


def test_what_a_phone_sends_lands_on_desk_and_projector(
    room: Room, phone: BrowserContext, laptop: BrowserContext, projector: BrowserContext
) -> None:
    desk, screen, ans = room.staff(laptop, "desk"), room.staff(projector, "projector"), room.phone(phone, "Ans de Boer")
    text = "De stroomnota is onleesbaar voor wie hier net woont"
    write(ans, text)
    expect(fate(ans, text)).to_have_text("Op het bord")
    expect(ans.get_by_label("Jouw inbreng")).to_have_value("")
    expect(card(desk, text)).to_be_visible()
    expect(card(desk, text)).to_contain_text("Ans de Boer")
    expect(card(screen, text)).to_be_visible()
    expect(card(screen, text)).not_to_contain_text("Ans")
    expect(desk.locator("[data-column=bottleneck] [data-role=column-cards] > li").first).to_contain_text(text)
    assert room.texts(text) == [text]


def test_offline_two_things_and_back_once_in_order(room: Room, phone: BrowserContext) -> None:
    ans = room.phone(phone)
    phone.set_offline(True)
    expect(ans.locator("body")).to_have_attribute("data-connection", "offline", timeout=15_000)
    first, second = "Zonder bereik geschreven, een", "Zonder bereik geschreven, twee"
    write(ans, first)
    write(ans, second, "Oplossing")
    expect(ans.locator("[data-role=unsent-text]")).to_have_text("2 nog niet verzonden")
    expect(fate(ans, first)).to_have_text("Wacht op verbinding")
    phone.set_offline(False)
    expect(fate(ans, first)).to_have_text("Op het bord", timeout=15_000)
    expect(fate(ans, second)).to_have_text("Op het bord")
    expect(ans.locator("[data-role=unsent]")).to_be_hidden()
    connected(ans)
    assert room.texts(first, second) == [first, second]


def test_the_page_dies_with_unsent_words(room: Room, phone: BrowserContext) -> None:
    """The server cannot be reached for writing, the phone is reloaded, and only then the way is free."""
    ans = room.phone(phone)
    phone.route("**/ops*", lambda route: route.abort())
    texts = [f"Onverzonden zin {n}" for n in ("een", "twee", "drie")]
    for text in texts:
        write(ans, text)
    expect(ans.locator("[data-role=unsent-text]")).to_have_text("3 nog niet verzonden")
    ans.reload()
    expect(ans.locator("[data-role=unsent-text]")).to_have_text("3 nog niet verzonden")
    expect(mine(ans, texts[0])).to_be_visible()
    phone.unroute("**/ops*")
    expect(fate(ans, texts[2])).to_have_text("Op het bord", timeout=20_000)
    expect(ans.locator("[data-role=unsent]")).to_be_hidden()
    assert room.texts(*texts) == texts


def test_answers_that_are_lost_make_nothing_twice(room: Room, phone: BrowserContext) -> None:
    ans = room.phone(phone)
    lost = 0

    def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        if lost <= 2:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    phone.route("**/ops*", lose)
    text = "Het antwoord raakte kwijt"
    write(ans, text)
    expect(fate(ans, text)).to_have_text("Op het bord", timeout=15_000)
    expect(ans.locator("[data-role=unsent]")).to_be_hidden(timeout=15_000)
    expect(mine(ans, text)).to_have_count(1)
    assert room.texts(text) == [text]


def test_half_a_sentence_survives_a_reload(room: Room, phone: BrowserContext) -> None:
    ans = room.phone(phone)
    ans.get_by_role("radio", name="Inzicht").check()
    ans.get_by_label("Jouw inbreng").fill("Dit is nog niet")
    ans.reload()
    connected(ans)
    expect(ans.get_by_label("Jouw inbreng")).to_have_value("Dit is nog niet")
    expect(ans.get_by_role("radio", name="Inzicht")).to_be_checked()


def test_the_room_goes_on_while_somebody_types(room: Room, phone: BrowserContext) -> None:
    """The sentence stays, is sent for the step in which it was begun, and arrives marked as late."""
    ans = room.phone(phone)
    asked = room.state()["step"]["id"]
    area = ans.get_by_label("Jouw inbreng")
    area.press_sequentially("Nog even dit")
    room.go(room.step(input="none"))
    expect(ans.locator("[data-role=notice-late]")).to_be_visible()
    expect(area).to_be_focused()
    area.press_sequentially(" afmaken")
    expect(area).to_have_value("Nog even dit afmaken")
    ans.get_by_role("button", name="Versturen", exact=True).click()
    expect(fate(ans, "Nog even dit afmaken")).to_have_text("Op het bord")
    expect(area).to_be_hidden()
    said = next(one for one in room.state()["contributions"].values() if one["text"] == "Nog even dit afmaken")
    assert (said["step"], said["late"]) == (asked, True)


def test_hidden_until_it_is_revealed(room: Room, phone: BrowserContext, new_context: Callable[..., Any]) -> None:
    room.go(room.step(hidden_until_reveal=True))
    ans, bob = room.phone(phone, "Ans"), room.phone(new_context(**chromium.PHONE), "Bob")
    text = "Eerst voor mezelf"
    kind = ans.locator("[data-role=composer] label[data-kind]:not([hidden]) input").first
    kind.check(force=True)
    ans.get_by_label("Jouw inbreng").fill(text)
    ans.get_by_role("button", name="Versturen", exact=True).click()
    expect(fate(ans, text)).to_have_text("Nog even verborgen")
    assert text not in [one["text"] for one in room.state()["contributions"].values()]
    assert text not in bob.evaluate("fetch(JSON.parse(document.getElementById('kl-boot').textContent).urls.snapshot).then(a => a.text())")
    room.op("reveal")
    expect(fate(ans, text)).to_have_text("Op het bord")
    bob.locator("[data-role=wall] > summary").click()
    expect(bob.locator("[data-role=wall-list]")).to_contain_text(text)


def test_edit_and_take_back(room: Room, phone: BrowserContext) -> None:
    ans = room.phone(phone)
    write(ans, "Een zin met een foutje")
    mine(ans, "Een zin met een foutje").get_by_role("button", name="Aanpassen").click()
    dialog = ans.get_by_role("dialog")
    dialog.get_by_label("Tekst", exact=True).fill("Een zin zonder foutje")
    dialog.get_by_role("button", name="Opslaan").click()
    expect(fate(ans, "Een zin zonder foutje")).to_have_text("Op het bord")
    assert room.texts("Een zin met een foutje", "Een zin zonder foutje") == ["Een zin zonder foutje"]
    mine(ans, "zonder foutje").get_by_role("button", name="Intrekken").click()
    expect(mine(ans, "zonder foutje")).to_have_count(0)
    ans.get_by_role("button", name="Ongedaan maken").click()
    expect(fate(ans, "Een zin zonder foutje")).to_have_text("Op het bord")
    assert room.texts("Een zin zonder foutje") == ["Een zin zonder foutje"]


def test_refused_words_stay_with_the_reason(room: Room, phone: BrowserContext) -> None:
    ans = room.phone(phone)
    write(ans, "Nog op tijd")
    expect(fate(ans, "Nog op tijd")).to_have_text("Op het bord")
    refusal = {"type": "/problems/round-closed", "title": "De ronde is gesloten", "detail": "Bewaar je tekst."}

    def refuse(route: Route) -> None:
        ops = route.request.post_data_json["ops"]
        results = [{"id": op["id"], "status": "refused", "problem": refusal} for op in ops]
        route.fulfill(json={"epoch": room.state()["epoch"], "head": 1, "results": results})

    phone.route("**/ops*", refuse)
    write(ans, "Net te laat")
    expect(fate(ans, "Net te laat")).to_have_text("Niet geplaatst")
    expect(mine(ans, "Net te laat").locator("[data-role=why]")).to_have_text("De ronde is gesloten. Bewaar je tekst.")
    expect(ans.locator("[data-role=unsent]")).to_be_hidden()
    phone.unroute("**/ops*")
    ans.reload()
    mine(ans, "Net te laat").get_by_role("button", name="Opnieuw versturen").click()
    expect(fate(ans, "Net te laat")).to_have_text("Op het bord")
    assert room.texts("Net te laat") == ["Net te laat"]


def test_a_network_without_sockets(room: Room, phone: BrowserContext) -> None:
    phone.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    page = phone.new_page()
    page.goto(f"{room.server.url}{room.state()['lab']['join']['path']}")
    page.get_by_role("button", name="Meedoen").click()
    expect(page.locator("body")).to_have_attribute("data-connection", "polling", timeout=25_000)
    write(page, "Over een trage lijn")
    expect(fate(page, "Over een trage lijn")).to_have_text("Op het bord")
    room.go(room.step(input="none"))
    expect(page.locator("[data-view=listen]")).to_be_visible(timeout=10_000)


def test_an_old_browser_on_plain_http(room: Room, phone: BrowserContext) -> None:
    """No IndexedDB, no randomUUID, no BroadcastChannel: it works, and what is unsent survives a reload."""
    for name in ("indexedDB", "BroadcastChannel"):
        phone.add_init_script(f"Object.defineProperty(window, '{name}', {{ value: undefined }});")
    phone.add_init_script("delete Crypto.prototype.randomUUID;")
    ans = room.phone(phone)
    phone.route("**/ops*", lambda route: route.abort())
    write(ans, "Uit een oude telefoon")
    expect(ans.locator("[data-role=unsent-text]")).to_have_text("1 nog niet verzonden")
    ans.reload()
    expect(mine(ans, "Uit een oude telefoon")).to_be_visible()
    phone.unroute("**/ops*")
    expect(fate(ans, "Uit een oude telefoon")).to_have_text("Op het bord", timeout=20_000)
    assert room.texts("Uit een oude telefoon") == ["Uit een oude telefoon"]


def test_two_tabs_on_one_phone(room: Room, phone: BrowserContext) -> None:
    one = room.phone(phone)
    phone.route("**/ops*", lambda route: route.abort())
    write(one, "Uit twee tabbladen")
    two = phone.new_page()
    two.goto(one.url)
    expect(two.locator("[data-role=unsent-text]")).to_have_text("1 nog niet verzonden")
    phone.unroute("**/ops*")
    for page in (one, two):
        expect(page.locator("[data-role=unsent]")).to_be_hidden(timeout=20_000)
        expect(fate(page, "Uit twee tabbladen")).to_have_text("Op het bord")
    assert room.texts("Uit twee tabbladen") == ["Uit twee tabbladen"]


def test_a_second_phone_is_quiet_while_cards_come(room: Room, phone: BrowserContext) -> None:
    """Cards that come in move nothing that is on the screen, and the words that are typed stay where they are."""
    ans = room.phone(phone)
    area = ans.get_by_label("Jouw inbreng")
    area.fill("Ik ben hier aan het schrijven")
    before = area.bounding_box()
    count = ans.locator("[data-role=wall-count]")
    cards = int(count.inner_text())
    for n in range(5):
        room.op("contribution.add", kind="insight", text=f"Ander inzicht {n}")
    expect(count).to_have_text(str(cards + 5))
    assert area.bounding_box() == before
    expect(area).to_have_value("Ik ben hier aan het schrijven")
