"""The live room: coming in, writing, leading, voting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.journeys.day.house import connected
from tests.support.demo import DemoServer


def join_by_code(page: Page, server: DemoServer, code: str) -> Page:
    """Somebody types the code; who is signed in needs no name."""
    page.goto(f"{server.url}/join")
    page.get_by_label("Deelnamecode").fill(code)
    page.get_by_role("button", name="Meedoen").click()
    page.wait_for_url("**/live/*")
    connected(page)
    return page


def join_by_link(page: Page, link: str, name: str, municipality: str) -> Page:
    """Somebody scans the QR."""
    page.goto(link)
    page.get_by_label("Je naam").fill(name)
    page.get_by_label("Je gemeente").select_option(label=municipality)
    page.get_by_role("button", name="Meedoen").click()
    page.wait_for_url("**/live/*")
    connected(page)
    return page


def write(page: Page, text: str, kind: str = "Knelpunt", consent: str | None = None) -> None:
    """Writes and sends, as on a phone."""
    page.get_by_role("radio", name=kind, exact=True).check(force=True)
    page.get_by_label("Jouw inbreng").fill(text)
    if consent:
        page.locator("[data-role=consent] > summary").click()
        page.get_by_role("radio", name=consent).check()
        page.locator("[data-role=consent] > summary").click()
    page.get_by_role("button", name="Versturen", exact=True).click()
    expect(page.get_by_label("Jouw inbreng")).to_have_value("")


def mine(page: Page, text: str) -> Locator:
    return page.locator("[data-role=mine-list] > li").filter(has_text=text)


def fate(page: Page, text: str) -> Locator:
    """What the phone says became of it."""
    return mine(page, text).locator("[data-role=state-text]")


def card(page: Page, text: str) -> Locator:
    """A card on the wall of desk or projector, by its own text (not by that of what it answers)."""
    return page.locator("[data-role=wall] li").filter(has=page.locator("[data-role=text]", has_text=text))


def go_to(desk: Page, step: str) -> None:
    """The facilitator brings everybody to a step."""
    desk.locator("[data-role=agenda] li").filter(has_text=step).get_by_role("button").click()
    expect(desk.locator("[data-role=step-title]")).to_have_text(step)


def answer(desk: Page, bottleneck: str, solution: str) -> None:
    """The facilitator catches a solution to a card on the wall."""
    card(desk, bottleneck).locator("summary").click()
    card(desk, bottleneck).get_by_role("button", name="Oplossing toevoegen").click()
    expect(desk.locator("[data-role=capture-answers-text]")).to_have_text(bottleneck)
    desk.keyboard.type(solution)
    desk.keyboard.press("Enter")
    expect(card(desk, solution)).to_be_visible()


def order(desk: Page, *texts: str) -> list[str]:
    """These texts in the order in which the room took them in."""
    taken = desk.evaluate(
        """async () => {
             const urls = JSON.parse(document.getElementById("kl-boot").textContent).urls;
             const state = await (await fetch(urls.snapshot)).json();
             return Object.values(state.contributions).sort((a, b) => (a.at < b.at ? -1 : 1)).map((one) => one.text);
           }"""
    )
    return [text for text in taken if text in texts]


@contextmanager
def unreachable(phone: BrowserContext) -> Iterator[None]:
    """Pages still come, nothing that is written does: a phone that is loaded again before the network is well."""
    phone.route("**/ops*", lambda route: route.abort("internetdisconnected"))
    try:
        yield
    finally:
        phone.unroute("**/ops*")


@contextmanager
def answers_after(phone: BrowserContext, what: Locator, text: str) -> Iterator[None]:
    """The answer to what the phone sends comes only when ``what`` says ``text``: later than the event over the socket."""

    def hold(route: Route) -> None:
        answer = route.fetch()
        expect(what).to_have_text(text)
        route.fulfill(response=answer)

    phone.route("**/ops*", hold)
    try:
        yield
    finally:
        phone.unroute("**/ops*")


def open_vote(desk: Page, *texts: str) -> None:
    desk.locator("[data-action=vote]").click()
    dialog = desk.get_by_role("dialog")
    boxes = dialog.locator("[data-role=vote-choices] li")
    for box in boxes.all():
        wanted = any(text in box.inner_text() for text in texts)
        box.get_by_role("checkbox").set_checked(wanted)
    expect(dialog.locator("[data-role=vote-count]")).to_have_text(str(len(texts)))
    dialog.get_by_role("button", name="Stemming openen").click()


def vote(page: Page, *choices: str) -> None:
    for text in choices:
        page.locator("[data-role=choices] > li").filter(has_text=text).get_by_role("button", name="Stip geven").click()
    page.get_by_role("button", name="Stem versturen").click()
    expect(page.locator("[data-role=vote-state]")).to_have_text("Je stem telt mee. Aanpassen kan tot de stemming sluit.")


def show_ballot(desk: Page) -> None:
    desk.get_by_role("button", name="Op groot scherm").click()


def totals(screen: Page) -> dict[str, int]:
    """What the projector tells of a vote that is closed."""
    rows = screen.locator("[data-role=ballot-list] > li")
    expect(rows.locator("[data-role=total]").first).to_be_visible()
    return {row.locator("[data-role=text]").inner_text(): int(row.locator("[data-role=total]").inner_text()) for row in rows.all()}


def close_lab(desk: Page) -> None:
    desk.locator(".desk__projector details.menu > summary").click()
    desk.get_by_role("button", name="Lab sluiten").click()
    desk.get_by_role("dialog").locator("button[value=yes]").click()
    expect(desk.locator("body")).to_have_attribute("data-lab-state", "closed")
