"""Going about in the house: signing in, walking to a page, taking a picture of what is on the screen."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.support.demo import DemoServer

SHOTS = Path(__file__).resolve().parents[1] / "shots"


def sign_in(context: BrowserContext, server: DemoServer, role: str, to: str = "/programmas") -> Page:
    """A page of somebody who has just signed in with a password, at ``to``."""
    page = context.new_page()
    page.goto(f"{server.url}/aanmelden?next={to}")
    person = server.people[role]
    form = page.locator("form:has(input[type=password])")
    form.get_by_label("E-mailadres").fill(person["email"])
    form.get_by_label("Wachtwoord").fill(person["password"])
    form.get_by_role("button", name="Aanmelden").click()
    page.wait_for_url(lambda address: "/aanmelden" not in address)
    return page


def done(page: Page, text: str | re.Pattern[str]) -> None:
    """The page says that it was done."""
    expect(page.get_by_text(text).first).to_be_visible()


def connected(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-connection", "connected", timeout=15_000)


def shot(page: Page, name: str, **options: Any) -> None:
    """What is on the screen, with KENNISLAB_SHOTS=1, for whoever wants to see it: tests/journeys/shots/ (not in the repository)."""
    if os.environ.get("KENNISLAB_SHOTS"):
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png", **options)


def number_in(address: str, after: str) -> int:
    """The number behind a word in an address: ``number_in(".../kennislabs/12/oogst", "kennislabs")`` is 12."""
    found = re.search(rf"/{after}/(\d+)", address)
    assert found, address
    return int(found.group(1))
