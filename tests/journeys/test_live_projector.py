"""The projector: readable from the back, without a scroll bar, and never more than may be seen."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.live import Room, card, connected

LONG = "Bewoners met schulden laten de monteur niet binnen, omdat hij van de deurwaarder kan zijn, en dan staat de steiger er voor niets"


def fits(screen: Page) -> None:
    """Nothing can be scrolled, and nothing that is shown is cut off at the foot."""
    assert screen.evaluate("(root => [root.scrollHeight - innerHeight, root.scrollWidth - innerWidth])(document.documentElement)") == [0, 0]
    cut = """[...document.querySelectorAll('.p-card, .p-choice')].filter(one => one.checkVisibility()
             && one.getBoundingClientRect().bottom > one.parentElement.getBoundingClientRect().bottom + 1).length"""
    assert screen.evaluate(cut) == 0


def test_the_way_in(room: Room, projector: BrowserContext) -> None:
    room.op("projector.show", scene="join", follow=False)
    screen = room.staff(projector, "projector")
    expect(screen.locator("[data-role=join-code]")).to_have_text(room.server.join["code"])
    assert screen.locator("[data-scene-section=join] img").evaluate("image => image.complete && image.naturalWidth > 0")
    fits(screen)


def test_a_full_wall_leaves_out_the_oldest_and_says_so(room: Room, projector: BrowserContext) -> None:
    for n in range(25):
        room.op("contribution.add", kind="bottleneck", text=f"{n:02d} {LONG}")
    screen = room.staff(projector, "projector")
    room.op("contribution.add", kind="bottleneck", text="De nieuwste staat vooraan")
    column = screen.locator("[data-column=bottleneck]")
    expect(column.locator("li").first).to_have_text("De nieuwste staat vooraan")
    total = int(column.locator("[data-role=column-count]").inner_text())
    shown = column.locator("li:visible").count()
    assert 2 <= shown < total
    expect(column.locator("[data-role=column-more]")).to_have_text(f"en nog {total - shown}")
    fits(screen)


def test_more_kinds_than_can_be_read_take_turns(room: Room, projector: BrowserContext) -> None:
    screen = room.staff(projector, "projector")
    for kind in ("question", "bottleneck", "solution", "insight", "lesson", "linking_opportunity", "advice", "association"):
        room.op("contribution.add", kind=kind, text=f"Soort {kind}")
        expect(card(screen, f"Soort {kind}")).to_be_visible()
        assert screen.locator("[data-role=wall] > section").count() <= 5
        fits(screen)


def test_a_long_vote_fits(room: Room, projector: BrowserContext) -> None:
    choices = [room.op("contribution.add", kind="advice", text=f"Keuze {n}: {LONG}")["contribution"] for n in range(14)]
    screen = room.staff(projector, "projector")
    ballot = room.op("round.open", ballot={"title": "Wat eerst?", "budget": 3, "choices": choices})["ballot"]
    room.op("projector.show", scene="ballot", ballot=ballot)
    expect(screen.locator("[data-role=ballot-list] > li").first).to_be_visible()
    shown = screen.locator("[data-role=ballot-list] > li:visible").count()
    assert shown >= 4
    expect(screen.locator("[data-role=ballot-more]")).to_have_text(f"en nog {14 - shown} op je telefoon")
    fits(screen)


def test_what_is_not_revealed_is_a_number(room: Room, projector: BrowserContext, phone: BrowserContext) -> None:
    room.go(room.step(hidden_until_reveal=True))
    room.op("projector.show", scene="wall", follow=False)
    screen, ans = room.staff(projector, "projector"), room.phone(phone)
    ans.get_by_label("Jouw inbreng").fill("Nog geheim")
    ans.get_by_role("button", name="Versturen", exact=True).click()
    expect(screen.locator("[data-role=unrevealed-text]")).to_have_text("1 bijdrage, nog verborgen")
    expect(card(screen, "Nog geheim")).to_have_count(0)
    room.op("reveal")
    expect(card(screen, "Nog geheim")).to_be_visible()
    expect(screen.locator("[data-role=unrevealed-text]")).to_be_hidden()


def test_the_screen_says_when_it_is_not_connected(room: Room, projector: BrowserContext) -> None:
    screen = room.staff(projector, "projector")
    projector.set_offline(True)
    expect(screen.locator("[data-role=connection-text]")).to_have_text("Geen verbinding", timeout=15_000)
    expect(screen.locator("[data-role=connection]")).to_be_visible()
    room.op("contribution.add", kind="lesson", text="Gezegd toen het scherm weg was")
    projector.set_offline(False)
    expect(card(screen, "Gezegd toen het scherm weg was")).to_be_visible(timeout=15_000)
    connected(screen)
    expect(screen.locator("[data-role=connection]")).to_be_hidden()
