"""Leading a room from the desk, with phones and the projector beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.journeys.live import Room, card, fate, write
from tests.support import browser as chromium


def more(desk: Page, choice: str) -> None:
    """Something in the menu at the right of the bar."""
    desk.locator(".desk__projector summary").click()
    desk.locator(".desk__projector").get_by_role("button", name=choice).click()


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
