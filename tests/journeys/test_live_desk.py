"""The facilitator's desk, with phones and the projector beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.journeys.live import Room, card, card_menu, fate, mine, write
from tests.support import browser as chromium
from tests.support.demo import start_demo


@pytest.fixture(scope="module")
def _room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    server = start_demo("live", tmp_path_factory.mktemp("live-desk"))
    yield Room(server)
    server.stop()


@pytest.fixture
def room(_room: Room) -> Room:
    _room.ready()
    return _room


PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
  (document.activeElement ?? document.body).dispatchEvent(paste);
}"""


def undo(desk: Page, said: str) -> None:
    toast = desk.locator(".toast").filter(has_text=said)
    toast.get_by_role("button", name="Ongedaan maken").click()
    expect(toast).to_have_count(0)


def all_arrived(desk: Page) -> None:
    """What was done on this desk is in the journal, and seen there."""
    expect(desk.locator("[data-underway]")).to_have_count(0)
    expect(desk.locator("[data-role=unsent]")).to_be_hidden()
    desk.wait_for_function("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
    expect(desk.locator("[data-role=unsent]")).to_be_hidden()


def by_text(room: Room) -> dict[str, dict[str, Any]]:
    return {one["text"]: one for one in room.state()["contributions"].values()}


def more(desk: Page, choice: str) -> None:
    """Something in the menu at the right of the bar."""
    desk.locator(".desk__projector summary").click()
    desk.locator(".desk__projector").get_by_role("button", name=choice).click()


def test_catching_by_keyboard(room: Room, laptop: BrowserContext, projector: BrowserContext) -> None:
    """K, O, I and L choose, Enter catches, and the keys do nothing while somebody types."""
    desk, screen = room.staff(laptop, "desk"), room.staff(projector, "projector")
    rev = room.state()["step"]["rev"]
    caught = {
        "k": ("bottleneck", "Niemand belt terug, ook niet bij nood"),
        "o": ("solution", "Koffie op de bank"),
        "i": ("insight", "Na de bouw begint het"),
        "l": ("lesson", "Lang blijven helpt"),
    }
    for key, (_kind, text) in caught.items():
        desk.locator("h1").click()
        desk.keyboard.press(key)
        desk.keyboard.type(text)
        desk.keyboard.press("Enter")
        expect(card(screen, text)).to_be_visible()
    for kind, text in caught.values():
        expect(desk.locator(f"[data-column={kind}]")).to_contain_text(text)
    assert room.state()["step"]["rev"] == rev
    said = {one["text"]: one["kind"] for one in room.state()["contributions"].values()}
    assert {text: said[text] for _, text in caught.values()} == {text: kind for kind, text in caught.values()}


def test_on_behalf_of_and_answering(room: Room, laptop: BrowserContext) -> None:
    desk = room.staff(laptop, "desk")
    desk.keyboard.press("k")
    desk.keyboard.type("De lift staat stil")
    desk.get_by_label("Namens wie?").fill("Mevrouw Jansen")
    desk.keyboard.press("Enter")
    expect(card(desk, "De lift staat stil")).to_contain_text("namens Mevrouw Jansen")
    card_menu(desk, "De lift staat stil", "Oplossing toevoegen")
    expect(desk.locator("[data-role=capture-answers-text]")).to_have_text("De lift staat stil")
    desk.keyboard.type("Monteur op afroep")
    desk.keyboard.press("Enter")
    expect(card(desk, "Monteur op afroep").locator("[data-role=answers-text]")).to_have_text("De lift staat stil")
    expect(desk.locator("[data-underway]")).to_have_count(0)
    said = {one["text"]: one for one in room.state()["contributions"].values()}
    assert said["Monteur op afroep"]["answers"] == said["De lift staat stil"]["id"]
    assert said["De lift staat stil"]["on_behalf_of"] == "Mevrouw Jansen"


def test_next_step_for_everybody(room: Room, laptop: BrowserContext, phone: BrowserContext, projector: BrowserContext) -> None:
    desk, screen, ans = room.staff(laptop, "desk"), room.staff(projector, "projector"), room.phone(phone)
    room.op("projector.show", scene="step", follow=True)
    title = desk.locator("[data-role=next-text]").inner_text()
    desk.keyboard.press("n")
    for page in (desk, ans, screen):
        expect(page.locator("[data-role=step-title]")).to_have_text(title)
    expect(ans.locator("[data-role=announce]")).to_contain_text(title)
    desk.get_by_role("button", name="Ongedaan maken").click()
    expect(ans.locator("[data-role=step-title]")).not_to_have_text(title)
    desk.locator("[data-role=agenda]").get_by_role("button", name=title).click()
    expect(ans.locator("[data-role=step-title]")).to_have_text(title)


def test_two_facilitators_at_once(room: Room, laptop: BrowserContext, new_context: Callable[..., Any]) -> None:
    """Both press N for the same step: one wins, the other is told where the room is, no step is passed over."""
    second = new_context(**chromium.LAPTOP)
    desk, colleague = room.staff(laptop, "desk"), room.staff(second, "desk", "coordinator")
    before = room.state()["step"]
    title = desk.locator("[data-role=next-text]").inner_text()
    held: list[Route] = []
    second.route("**/ops*", lambda route: held.append(route), times=1)
    colleague.keyboard.press("n")
    colleague.wait_for_timeout(300)
    desk.keyboard.press("n")
    expect(colleague.locator("[data-role=step-title]")).to_have_text(title)
    assert len(held) == 1
    held[0].continue_()
    expect(colleague.locator(".toasts")).to_contain_text(f"Een andere begeleider was je voor. Iedereen is nu bij: {title}")
    assert room.state()["step"]["rev"] == before["rev"] + 1
    expect(desk.locator("[data-role=step-title]")).to_have_text(title)


def test_the_clock(room: Room, laptop: BrowserContext, phone: BrowserContext) -> None:
    desk, ans = room.staff(laptop, "desk"), room.phone(phone)
    minutes = int(desk.locator("[data-role=timer]").inner_text().split(":")[0])
    desk.keyboard.press("+")
    expect(desk.locator("[data-role=timer]")).to_contain_text(f"{minutes + 1}:")
    expect(ans.locator("[data-role=timer]")).to_contain_text(f"{minutes + 1}:")
    desk.get_by_role("button", name="Tijd pauzeren").click()
    expect(ans.locator("[data-role=timer]")).to_have_attribute("data-state", "paused")
    expect(ans.locator("[data-role=timer-words]")).to_have_text("gepauzeerd")
    desk.get_by_role("button", name="Tijd verder laten lopen").click()
    expect(ans.locator("[data-role=timer]")).to_have_attribute("data-state", "running")
    left = float(room.state()["step"]["remaining"] or 0)
    assert left == 0
    room.op("timer.extend", seconds=-3600)
    room.op("timer.extend", seconds=-3600)
    expect(ans.locator("[data-role=timer]")).to_have_text("00:00")
    expect(ans.locator("[data-role=timer-words]")).to_have_text("tijd om")
    write(ans, "Net na de tijd")
    expect(fate(ans, "Net na de tijd")).to_have_text("Op het bord")
    expect(card(desk, "Net na de tijd")).to_contain_text("na de tijd")


def test_hiding_editing_and_moving_with_a_way_back(
    room: Room, laptop: BrowserContext, phone: BrowserContext, projector: BrowserContext
) -> None:
    desk, screen, ans = room.staff(laptop, "desk"), room.staff(projector, "projector"), room.phone(phone)
    write(ans, "Kaart die veel meemaakt", "Vraag")
    expect(card(screen, "veel meemaakt")).to_be_attached()

    card_menu(desk, "veel meemaakt", "Verbergen")
    expect(card(screen, "veel meemaakt")).to_have_count(0)
    expect(fate(ans, "veel meemaakt")).to_have_text("Van het bord gehaald")
    expect(card(desk, "veel meemaakt")).to_have_attribute("data-status", "hidden")
    desk.get_by_role("button", name="Ongedaan maken").click()
    expect(card(screen, "veel meemaakt")).to_be_attached()

    card_menu(desk, "veel meemaakt", "Tekst verbeteren")
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Tekst").fill("Kaart die alles meemaakt")
    dialog.get_by_role("button", name="Opslaan").click()
    expect(mine(ans, "Kaart die alles meemaakt")).to_be_visible()

    card_menu(desk, "alles meemaakt", "Verplaatsen naar")
    dialog.get_by_label("Soort").select_option("lesson")
    dialog.get_by_role("button", name="Verplaatsen", exact=True).click()
    expect(desk.locator("[data-column=lesson]")).to_contain_text("Kaart die alles meemaakt")
    desk.locator(".toast").filter(has_text="Verplaatst").get_by_role("button", name="Ongedaan maken").click()
    expect(desk.locator("[data-column=question]")).to_contain_text("Kaart die alles meemaakt")


def test_the_wall_keeps_the_focus_and_an_open_menu(room: Room, laptop: BrowserContext) -> None:
    desk = room.staff(laptop, "desk")
    room.op("contribution.add", kind="question", text="Eerste vraag van de dag")
    menu = card(desk, "Eerste vraag van de dag").locator("summary")
    menu.focus()
    room.op("contribution.add", kind="question", text="Tweede vraag van de dag")
    expect(card(desk, "Tweede vraag van de dag")).to_be_visible()
    expect(menu).to_be_focused()
    menu.press("Enter")
    room.op("contribution.add", kind="question", text="Derde vraag van de dag")
    desk.wait_for_timeout(700)
    expect(card(desk, "Derde vraag van de dag")).to_have_count(0)
    desk.keyboard.press("Escape")
    expect(card(desk, "Derde vraag van de dag")).to_be_visible()
    expect(menu).to_be_focused()


def test_reading_before_placing(room: Room, laptop: BrowserContext, phone: BrowserContext, projector: BrowserContext) -> None:
    desk, screen, ans = room.staff(laptop, "desk"), room.staff(projector, "projector"), room.phone(phone)
    more(desk, "Eerst lezen, dan plaatsen")
    expect(ans.locator("[data-role=notice-held]")).to_be_visible()
    write(ans, "Mag dit wel")
    write(ans, "Mag dit niet")
    expect(fate(ans, "Mag dit wel")).to_have_text("Wacht op de begeleider")
    tray = desk.locator("[data-role=tray-list] > li")
    expect(tray).to_have_count(2)
    seen = screen.evaluate("fetch(JSON.parse(document.getElementById('kl-boot').textContent).urls.snapshot).then(a => a.text())")
    assert "Mag dit" not in seen
    tray.filter(has_text="Mag dit wel").get_by_role("button", name="Plaatsen", exact=True).click()
    expect(fate(ans, "Mag dit wel")).to_have_text("Op het bord")
    expect(card(screen, "Mag dit wel")).to_be_attached()
    tray.filter(has_text="Mag dit niet").get_by_role("button", name="Niet plaatsen").click()
    expect(desk.locator("[data-role=tray]")).to_be_hidden()
    expect(fate(ans, "Mag dit niet")).to_have_text("Van het bord gehaald")
    expect(card(screen, "Mag dit niet")).to_have_count(0)


def test_one_participant_is_read_first_and_then_taken_out(room: Room, laptop: BrowserContext, phone: BrowserContext) -> None:
    desk, ans = room.staff(laptop, "desk"), room.phone(phone, "Loes Lastig")
    loes = desk.locator("[data-role=people-list] > li").filter(has_text="Loes Lastig")
    expect(loes).to_have_attribute("data-line", "connected")
    loes.locator("summary").click()
    loes.get_by_role("button", name="Eerst lezen").click()
    expect(loes.locator("[data-role=held]")).to_be_visible()
    write(ans, "Eerst langs de begeleider")
    expect(fate(ans, "Eerst langs de begeleider")).to_have_text("Wacht op de begeleider")
    ans.get_by_label("Jouw inbreng").fill("Nog niet verstuurd")
    loes.locator("summary").click()
    loes.get_by_role("button", name="Uit het lab zetten").click()
    desk.get_by_role("dialog").get_by_role("button", name="Uit het lab zetten").click()
    expect(ans.locator("[data-role=step-title]")).to_have_text("Je doet niet meer mee aan dit Kennislab")
    expect(ans.locator("body")).to_have_attribute("data-connection", "closed")
    expect(loes).to_have_count(0)


def test_hands(room: Room, laptop: BrowserContext, phone: BrowserContext) -> None:
    desk, ans = room.staff(laptop, "desk"), room.phone(phone, "Hanna Hand")
    ans.get_by_role("button", name="Hand op").click()
    expect(desk.locator("[data-role=hands-list]")).to_contain_text("Hanna Hand")
    ans.get_by_role("button", name="Hand omlaag").click()
    expect(desk.locator("[data-role=hands-list]")).not_to_contain_text("Hanna Hand")


def test_a_vote_with_its_result(
    room: Room, laptop: BrowserContext, phone: BrowserContext, projector: BrowserContext, new_context: Callable[..., Any]
) -> None:
    desk, screen = room.staff(laptop, "desk"), room.staff(projector, "projector")
    ans, bob = room.phone(phone, "Ans"), room.phone(new_context(**chromium.PHONE), "Bob")
    for text in ("Stem: warmte", "Stem: schulden", "Stem: lift"):
        room.op("contribution.add", kind="advice", text=text)
    desk.get_by_role("button", name="Stemming", exact=True).first.click()
    dialog = desk.get_by_role("dialog")
    for box in dialog.locator("[data-role=vote-choices] input").all():
        box.set_checked("Advies: Stem:" in (box.locator("xpath=..").inner_text()))
    dialog.get_by_label("Waar stemmen we over?").fill("Wat eerst?")
    dialog.get_by_label("Stippen per persoon").fill("2")
    dialog.get_by_role("button", name="Stemming openen").click()
    desk.locator("[data-action=show-ballot]").click()

    expect(ans.locator("[data-role=ballot-left]")).to_have_text("Nog 2 van 2 stippen")
    expect(screen.locator("[data-role=ballot-title]")).to_have_text("Wat eerst?")
    expect(screen.locator("[data-role=total]:visible")).to_have_count(0)

    def dot(page: Page, text: str, times: int = 1) -> None:
        for _ in range(times):
            page.locator("[data-choice]").filter(has_text=text).locator("[data-action=more]").click(force=True)

    dot(ans, "schulden", 2)
    expect(ans.locator("[data-role=ballot-left]")).to_have_text("Nog 0 van 2 stippen")
    dot(ans, "lift")
    expect(ans.locator("[data-choice]").filter(has_text="lift").locator("[data-role=dot-number]")).to_have_text("0")
    ans.reload()
    expect(ans.locator("[data-choice]").filter(has_text="schulden").locator("[data-role=dot-number]")).to_have_text("2")
    ans.get_by_role("button", name="Stem versturen").click()
    expect(ans.locator("[data-role=vote-state]")).to_contain_text("Je stem telt mee")
    dot(bob, "schulden")
    dot(bob, "warmte")
    bob.get_by_role("button", name="Stem versturen").click()
    expect(desk.locator("[data-role=ballot-voters]")).to_have_text("2 mensen hebben gestemd")
    expect(screen.locator("[data-role=ballot-voters]")).to_have_text("2 mensen hebben gestemd")
    assert "result" in room.state()["ballots"].popitem()[1]

    desk.get_by_role("button", name="Stemming sluiten").click()
    for page, rows in ((ans, "results"), (desk, "ballot-list"), (screen, "ballot-list")):
        row = page.locator(f"[data-role={rows}] > li")
        expect(row).to_have_text(["Stem: schulden3", "Stem: warmte1", "Stem: lift0"])
    expect(ans.locator("[data-role=announce]")).to_have_text("De uitslag is er: Wat eerst?")
    expect(card(desk, "Stem: schulden").locator("[data-role=votes]")).to_have_text("3")


def test_the_projector_does_what_the_desk_says(room: Room, laptop: BrowserContext, projector: BrowserContext) -> None:
    desk, screen = room.staff(laptop, "desk"), room.staff(projector, "projector")
    for name, scene in (("Code", "join"), ("Stap", "step"), ("Bord", "wall"), ("Tijd", "timer")):
        desk.locator(".desk__projector").get_by_role("button", name=name, exact=True).click()
        expect(screen.locator("body")).to_have_attribute("data-scene", scene)
        expect(screen.locator(f"[data-scene-section={scene}]")).to_be_visible()
    desk.locator("h1").click()
    desk.keyboard.press("b")
    expect(screen.locator("body")).to_have_attribute("data-scene", "blank")
    expect(screen.locator("[data-scene-section=timer]")).to_be_hidden()
    room.go(room.step(input="none"))
    expect(screen.locator("body")).to_have_attribute("data-scene", "blank")
    desk.keyboard.press("b")
    expect(screen.locator("body")).to_have_attribute("data-scene", "timer")
    desk.locator(".desk__projector").get_by_role("button", name="Volgt mee").click()
    expect(screen.locator("body")).to_have_attribute("data-scene", "step")


def test_keys_can_be_switched_off_and_do_nothing_in_a_window(room: Room, laptop: BrowserContext) -> None:
    desk = room.staff(laptop, "desk")
    rev = room.state()["step"]["rev"]
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_contain_text("Alle toetsen")
    desk.keyboard.press("n")
    desk.keyboard.press("Escape")
    more(desk, "Toetsen gebruiken")
    desk.locator("h1").click()
    desk.keyboard.press("n")
    desk.reload()
    expect(desk.locator("body")).to_have_attribute("data-keys", "off")
    desk.keyboard.press("n")
    desk.wait_for_timeout(300)
    assert room.state()["step"]["rev"] == rev
    more(desk, "Toetsen gebruiken")
    expect(desk.locator("body")).to_have_attribute("data-keys", "on")


def test_recall_while_typing_on_desk_and_phone(room: Room, laptop: BrowserContext, phone: BrowserContext) -> None:
    """What earlier labs found stands beside what is typed, opens without losing a word, and is linked with one tap or key."""
    desk, ans = room.staff(laptop, "desk"), room.phone(phone)
    ans.get_by_role("radio", name="Knelpunt", exact=True).check()
    text, found = ans.get_by_label("Jouw inbreng"), ans.locator("[data-role=recall]")
    text.click()
    at = ans.evaluate("scrollY")
    ans.keyboard.type("Overal tocht")
    ans.wait_for_timeout(400)
    expect(found).to_be_hidden()
    ans.keyboard.type(" in hui")
    expect(found.locator(".recall-row")).to_have_count(3)
    expect(ans.locator("[data-role=recall-said]")).to_have_text("3 keer eerder langsgekomen.")
    expect(text).to_be_focused()
    assert ans.evaluate("scrollY") == at
    rect = "one => one.getBoundingClientRect()"
    assert text.evaluate(rect)["bottom"] <= found.evaluate(rect)["top"] + 1, "the list does not stand over the words"
    found.locator("[data-action=open-recall]").first.click()
    beside = ans.get_by_role("dialog")
    expect(beside).to_contain_text("Wat eraan gedaan is")
    expect(beside).to_contain_text("1 keer geprobeerd, 1 keer gewerkt")
    expect(beside).to_contain_text("Vraag het aan: ")
    ans.keyboard.press("Escape")
    expect(text).to_have_value("Overal tocht in hui")
    said = found.locator("[data-action=link-recall]").first.inner_text()
    assert said.startswith("Dit hielp in ")
    found.locator("[data-action=link-recall]").first.click()
    expect(found.locator("[data-role=recall-linked]")).to_contain_text(said)
    ans.reload()
    expect(found.locator("[data-role=recall-linked]")).to_contain_text(said)
    ans.get_by_role("button", name="Versturen", exact=True).click()
    expect(mine(ans, "Overal tocht in hui").locator("[data-role=recalled-text]")).to_have_text(said)
    expect(found).to_be_hidden()
    on_wall = card(desk, "Overal tocht in hui")
    expect(on_wall.locator("[data-role=recalled]")).to_contain_text(said)
    on_wall.locator("[data-role=recalled]").click()
    expect(desk.get_by_role("dialog")).to_contain_text("Uit een eerder Kennislab")
    expect(desk.get_by_role("dialog").get_by_role("link", name="Openen in het archief")).to_be_visible()
    desk.keyboard.press("Escape")

    capture, listed = desk.get_by_label("Wat wordt er gezegd?"), desk.locator("[data-role=recall]")
    desk.locator("h1").click()
    desk.keyboard.press("k")
    desk.keyboard.type("Niemand komt naar de bewonersav")
    expect(listed.locator(".recall-row").first).to_contain_text("Hoe bereik je bewoners die nooit naar een bewonersavond komen?")
    expect(capture).to_be_focused()
    desk.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    expect(capture).to_be_focused()
    desk.keyboard.type("o")
    desk.wait_for_timeout(600)
    expect(listed).to_be_hidden()
    capture.fill("")
    desk.keyboard.type("Niemand komt naar de bewonersavond")
    expect(listed).to_be_visible()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(capture).to_be_focused()
    expect(listed).to_contain_text("Hoe bereik je bewoners die nooit naar een bewonersavond komen?")
    desk.keyboard.press("Enter")
    expect(card(desk, "Niemand komt naar de bewonersavond").locator("[data-role=recalled]")).to_contain_text("Hoe bereik je bewoners")

    card_menu(desk, "Overal tocht in hui", "Koppelen aan iets van eerder …")
    dialog = desk.get_by_role("dialog")
    expect(dialog.locator("[data-role=search-count]")).to_have_text("5 gevonden")
    dialog.get_by_role("button", name="Koppeling weghalen").click()
    expect(on_wall.locator("[data-role=recalled]")).to_be_hidden()
    desk.locator("h1").click()
    desk.keyboard.press("/")
    desk.keyboard.type("kou en tocht")
    expect(dialog.locator("[data-role=search-list] .recall-row").first).to_be_visible()
    desk.keyboard.press("Escape")


def test_the_desk_keeps_its_words_too(room: Room, laptop: BrowserContext) -> None:
    desk = room.staff(laptop, "desk")
    laptop.set_offline(True)
    desk.keyboard.press("l")
    desk.keyboard.type("Zonder wifi vastgelegd")
    desk.keyboard.press("Enter")
    expect(card(desk, "Zonder wifi vastgelegd")).to_be_visible()
    expect(desk.locator("[data-role=unsent-text]")).to_have_text("1 nog niet verzonden")
    desk.get_by_label("Wat wordt er gezegd?").fill("Half getypt")
    laptop.set_offline(False)
    expect(desk.locator("[data-role=unsent]")).to_be_hidden(timeout=15_000)
    desk.reload()
    expect(desk.get_by_label("Wat wordt er gezegd?")).to_have_value("Half getypt")
    assert room.texts("Zonder wifi vastgelegd") == ["Zonder wifi vastgelegd"]


def test_closing_and_what_comes_after(room: Room, laptop: BrowserContext, phone: BrowserContext) -> None:
    desk, ans = room.staff(laptop, "desk"), room.phone(phone)
    phone.route("**/ops*", lambda route: route.abort())
    write(ans, "Bleef hangen tot na sluiting")
    more(desk, "Lab sluiten")
    desk.get_by_role("dialog").get_by_role("button", name="Lab sluiten").click()
    expect(ans.locator("[data-view=closed]")).to_be_visible()
    phone.unroute("**/ops*")
    expect(fate(ans, "Bleef hangen")).to_have_text("Na sluiting ontvangen", timeout=20_000)
    late = desk.locator("[data-role=tray-list] > li").filter(has_text="Bleef hangen")
    late.get_by_role("button", name="Plaatsen", exact=True).click()
    expect(fate(ans, "Bleef hangen")).to_have_text("Op het bord")
    more(desk, "Lab weer openen")
    expect(ans.locator("[data-view=closed]")).to_be_hidden()


def test_a_pasted_list_becomes_cards(room: Room, laptop: BrowserContext, projector: BrowserContext) -> None:
    """Sixty lines of a list, seen first, placed with one Enter, taken back with one click; a column of a spreadsheet says its own kinds."""
    desk, screen = room.staff(laptop, "desk"), room.staff(projector, "projector")
    desk.keyboard.press("i")
    before = set(by_text(room))
    desk.evaluate(PASTE, "Knelpunten:\r\n" + "\r\n".join(f"{n}. Lijstpunt {n}" for n in range(1, 61)))
    dialog = desk.get_by_role("dialog")
    expect(dialog.locator("[data-role=list-count]")).to_have_text("60 kaarten")
    expect(dialog.get_by_label("Alles is een")).to_have_value("bottleneck")
    desk.keyboard.press("Enter")
    expect(card(desk, "Lijstpunt")).to_have_count(60)
    all_arrived(desk)
    assert sum(text.startswith("Lijstpunt") for text in by_text(room)) == 60
    undo(desk, "60 kaarten vastgelegd")
    expect(card(desk, "Lijstpunt")).to_have_count(0)
    all_arrived(desk)
    assert set(by_text(room)) == before

    desk.evaluate(PASTE, 'Knelpunt\tTe weinig mensen\nOplossing\t"Eerst werven,\ndan bouwen"\n')
    expect(dialog.locator("[data-role=list-count]")).to_have_text("2 kaarten")
    desk.keyboard.press("Enter")
    for text in ("Te weinig mensen", "Eerst werven,"):
        expect(card(screen, text)).to_be_attached()
    now = by_text(room)
    assert (now["Te weinig mensen"]["kind"], now["Eerst werven,\ndan bouwen"]["kind"]) == ("bottleneck", "solution")
    desk.evaluate(PASTE, "Eén regel is geen lijst")
    expect(dialog).to_have_count(0)


def test_one_key_for_what_happens_to_a_card(room: Room, laptop: BrowserContext, phone: BrowserContext, projector: BrowserContext) -> None:
    """Arrow keys choose; then a theme, a split, a link, a merge, each taken back; nothing with a mouse, and nothing when keys are off."""
    desk, screen = room.staff(laptop, "desk"), room.staff(projector, "projector")
    knot = room.op("contribution.add", kind="fact", text="Ambtenaren wisselen. Niemand kent de wijk.")["contribution"]
    room.op("contribution.add", kind="fact", text="Steeds een ander")
    expect(card(desk, "Steeds een ander")).to_be_visible()

    def choose(text: str) -> None:
        card(desk, text).focus()
        expect(desk.locator("[data-role=card-bar]")).to_be_visible()

    choose("Steeds een ander")
    desk.keyboard.press("ArrowDown")
    expect(card(desk, "Ambtenaren wisselen")).to_be_focused()
    first = desk.locator("[data-role=theme-keys] [data-action=card-theme]").first
    theme = first.locator("[data-role=text]").inner_text()
    desk.keyboard.press("1")
    expect(card(desk, "Ambtenaren wisselen").locator("[data-role=themes]")).to_have_text(theme)
    expect(first).to_have_attribute("aria-pressed", "true")
    undo(desk, f"Thema {theme} erop gezet")
    expect(card(desk, "Ambtenaren wisselen").locator("[data-role=themes]")).to_be_hidden()
    desk.keyboard.press("1")

    choose("Ambtenaren wisselen")
    desk.keyboard.press("s")
    expect(desk.get_by_label("Zet elke kaart op een eigen regel")).to_have_value("Ambtenaren wisselen.\nNiemand kent de wijk.")
    desk.keyboard.press("Control+Enter")
    expect(card(desk, "Niemand kent de wijk.")).to_contain_text("afgesplitst")
    all_arrived(desk)
    parts = by_text(room)
    assert parts["Niemand kent de wijk."]["origin"] == knot and parts["Niemand kent de wijk."]["themes"] == [theme]
    undo(desk, "2 kaarten van gemaakt")
    expect(card(desk, "Ambtenaren wisselen. Niemand kent de wijk.")).to_be_visible()

    choose("Ambtenaren wisselen")
    desk.keyboard.press("Shift+K")
    expect(desk.locator("[data-column=bottleneck]")).to_contain_text("Ambtenaren wisselen")
    expect(card(desk, "Ambtenaren wisselen")).to_be_focused()
    desk.keyboard.press("c")
    expect(desk.locator("[data-role=card-bar-text]")).to_contain_text("kies de kaart waar dit bij hoort")
    card(desk, "Steeds een ander").focus()
    desk.keyboard.press("c")
    expect(card(desk, "Steeds een ander").locator("[data-role=answers-text]")).to_have_text("Ambtenaren wisselen. Niemand kent de wijk.")
    expect(card(desk, "Ambtenaren wisselen").locator("[data-role=answered-text]").first).to_have_text("1 antwoord")
    expect(card(screen, "Steeds een ander").locator("[data-role=answers]")).to_contain_text("Ambtenaren wisselen")
    undo(desk, "Gekoppeld aan")
    expect(card(desk, "Steeds een ander").locator("[data-role=answers]")).to_be_hidden()

    choose("Steeds een ander")
    desk.keyboard.press("Shift+K")
    expect(desk.locator("[data-column=bottleneck]")).to_contain_text("Steeds een ander")
    desk.keyboard.press("Space")
    card(desk, "Ambtenaren wisselen").focus()
    desk.keyboard.press("m")
    desk.get_by_role("dialog").get_by_role("radio", name="Ambtenaren wisselen").check()
    desk.get_by_role("dialog").get_by_role("button", name="Samenvoegen").click()
    expect(card(desk, "Ambtenaren wisselen")).to_contain_text("2 keer gezegd")
    expect(desk.locator("[data-column=bottleneck] > ul > li").filter(has_text="Steeds een ander")).to_have_count(1)  # under the other
    expect(card(screen, "Steeds een ander")).to_have_count(0)
    undo(desk, "2 kaarten samengevoegd")
    expect(card(screen, "Steeds een ander")).to_be_attached()

    desk.locator(".desk__projector summary").click()
    desk.get_by_role("button", name="Toetsen gebruiken").click()
    card(desk, "Steeds een ander").focus()
    desk.keyboard.press("h")
    desk.keyboard.press("ArrowDown")
    expect(card(desk, "Steeds een ander")).to_have_attribute("data-status", "visible")
    desk.locator(".desk__projector summary").click()
    desk.get_by_role("button", name="Toetsen gebruiken").click()


def test_dragging_ties_a_solution_to_its_bottleneck(room: Room, laptop: BrowserContext, phone: BrowserContext) -> None:
    desk, ans = room.staff(laptop, "desk"), room.phone(phone)
    room.op("contribution.add", kind="bottleneck", text="Sleepdoel: geen sleutels")
    room.op("contribution.add", kind="solution", text="Sleepkaart: een sleutelkast")
    expect(card(desk, "Sleepkaart")).to_be_visible()
    card(desk, "Sleepkaart").locator("[data-role=text]").drag_to(card(desk, "Sleepdoel").locator("[data-role=text]"))
    expect(card(desk, "Sleepkaart").locator("[data-role=answers-text]")).to_have_text("Sleepdoel: geen sleutels")
    ans.locator("[data-role=wall] summary").first.click()
    expect(ans.locator("[data-role=wall-list] > li").filter(has_text="Sleepkaart")).to_contain_text("Sleepdoel: geen sleutels")
    undo(desk, "Gekoppeld aan")
    expect(card(desk, "Sleepkaart").locator("[data-role=answers]")).to_be_hidden()


def test_two_rounds_with_hands_and_secret(
    room: Room, laptop: BrowserContext, phone: BrowserContext, projector: BrowserContext, new_context: Callable[..., Any]
) -> None:
    """One choice with a reason; hands counted for who has no phone; nothing known before closing; a second round beside the first."""
    desk, screen = room.staff(laptop, "desk"), room.staff(projector, "projector")
    ans, bob = room.phone(phone, "Ans"), room.phone(new_context(**chromium.PHONE), "Bob")
    for text in ("Kies: warmte", "Kies: schulden"):
        room.op("contribution.add", kind="value", text=text)
    desk.get_by_role("button", name="Stemming", exact=True).first.click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_role("radio", name="Eén keuze met een reden").check()
    for box in dialog.locator("[data-role=vote-choices] input").all():
        box.set_checked("Waarde: Kies:" in (box.locator("xpath=..").inner_text()))
    dialog.get_by_label("Waar stemmen we over?").fill("Wat eerst?")
    dialog.get_by_role("button", name="Stemming openen").click()
    room.op("projector.show", scene="wall", follow=True)

    def choose(page: Page, text: str, reason: str | None = None) -> None:
        page.get_by_role("radio", name=text).check()
        if reason:
            page.get_by_label("Waarom?").fill(reason)
        page.get_by_role("button", name="Stem versturen").click()
        expect(page.locator("[data-role=vote-state]")).to_contain_text("Je stem telt mee")

    choose(ans, "Kies: warmte", "De winter komt")
    choose(bob, "Kies: schulden")
    desk.locator("[data-action=count-hands]").click()
    dialog.get_by_label("Hoeveel mensen stemmen met de hand?").fill("2")
    dialog.get_by_role("spinbutton", name="Kies: warmte").fill("3")
    expect(dialog.locator("[data-role=count-sum]")).to_contain_text("meer dan")
    dialog.get_by_role("spinbutton", name="Kies: warmte").fill("2")
    dialog.get_by_role("button", name="Telling opslaan").click()
    room.op("projector.show", scene="ballot", ballot=list(room.state()["ballots"])[-1], follow=True)
    expect(screen.locator("[data-role=ballot-voters]")).to_have_text("4 mensen hebben gestemd, van wie 2 met de hand")
    for page in (desk, screen):
        expect(page.locator("[data-role=ballot-list] [data-role=total]:visible")).to_have_count(0)
    seen = screen.evaluate("fetch(JSON.parse(document.getElementById('kl-boot').textContent).urls.snapshot).then(a => a.text())")
    assert '"counted":null' in seen and "De winter komt" not in seen

    desk.get_by_role("button", name="Stemming sluiten").click()
    expect(screen.locator("[data-role=ballot-list] > li").first).to_contain_text("Kies: warmte")
    expect(screen.locator("[data-role=ballot-list] [data-role=total]").first).to_have_text("3")
    expect(ans.locator("[data-role=results] > li").first).to_contain_text("waarvan 2 met de hand")
    expect(desk.locator("[data-role=reasons]")).to_contain_text("De winter komt")

    desk.locator("[data-action=second-round]").click()
    expect(dialog.get_by_label("Waar stemmen we over?")).to_have_value("Wat eerst?")
    dialog.get_by_role("button", name="Tweede ronde openen").click()
    expect(bob.locator("[data-role=choices] > li").filter(has_text="Kies: schulden")).to_contain_text("jouw keuze in de eerste ronde")
    choose(bob, "Kies: schulden")
    choose(ans, "Kies: schulden")
    desk.get_by_role("button", name="Stemming sluiten").click()
    top = screen.locator("[data-role=ballot-list] > li").first
    expect(top).to_contain_text("Kies: schulden")
    expect(top.locator("[data-role=total]")).to_have_text("2")
    expect(top.locator("[data-role=before]")).to_have_text("eerste ronde: 1")
    expect(desk.locator("[data-role=ballot-list] > li").nth(1).locator("[data-role=before]")).to_have_text("eerste ronde: 3")
    expect(ans.locator("[data-role=results] > li").first.locator("[data-role=before]")).to_have_text("eerste ronde: 1")
