"""The board of themes and of groups, as a hand or a finger finds it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def column(page: Page, key: str) -> Locator:
    return page.locator(f"section[data-column='{key}']")


def themes(page: Page) -> Locator:
    """The columns that are a theme or a group, not the pile."""
    return page.locator("section[data-column]:not([data-column=pile])")


def keys(page: Page) -> list[str]:
    return [str(one.get_attribute("data-column")) for one in themes(page).all()]


def title(page: Page, key: str) -> str:
    return column(page, key).locator("[data-role=title]").inner_text()


def cards(page: Page, key: str) -> Locator:
    return column(page, key).locator("[data-card]")


def card(page: Page, text: str) -> Locator:
    return page.locator("[data-card]").filter(has_text=text)


def card_in(page: Page, key: str, text: str) -> Locator:
    return cards(page, key).filter(has_text=text)


def rename(page: Page, key: str, name: str) -> None:
    head = column(page, key).locator(".theme__menu")
    head.locator("summary").click()
    head.get_by_label("Naam van het thema").fill(name)
    head.get_by_role("button", name="Naam veranderen").click()


def drag(page: Page, what: Locator, to: Locator) -> None:
    """With the mouse, in small steps, as a hand does."""
    what.scroll_into_view_if_needed()
    start, end = what.bounding_box(), to.locator("[data-role=cards]").bounding_box()
    assert start and end
    page.mouse.move(start["x"] + start["width"] - 14, start["y"] + 14)
    page.mouse.down()
    page.mouse.move(start["x"] + start["width"] - 4, start["y"] + 24, steps=3)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + min(24, end["height"] / 2), steps=12)
    page.mouse.up()


def move_from_menu(page: Page, text: str, to: str) -> None:
    """Without dragging: the menu of the card."""
    what = card(page, text)
    what.locator("details.card-move summary").click()
    what.get_by_label("Verplaats naar").select_option(label=to)
    what.get_by_role("button", name="Verplaatsen").click()
