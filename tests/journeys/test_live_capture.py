"""Capture at the speed of talk: lists, keys, dragging and votes of two rounds, on the desk with phones and the projector beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.live import Room, card
from tests.support import browser as chromium
from tests.support.demo import start_demo


@pytest.fixture(scope="module")
def _room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    server = start_demo("live", tmp_path_factory.mktemp("live-capture"))
    yield Room(server)
    server.stop()


@pytest.fixture
def room(_room: Room) -> Room:
    _room.ready()
    return _room


PASTE = """text => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  (document.activeElement ?? document.body).dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
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
    room.op("projector.show", scene="ballot", ballot=next(iter(room.state()["ballots"])), follow=True)
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
