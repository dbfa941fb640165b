"""Capturing on the desk what is said: with keys, lists, drags and a way back; and what happens to a card afterwards."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.live import Room, card, card_menu, fate, mine, write

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
