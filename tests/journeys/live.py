"""A live room with its people: phones, desks and projectors as browser pages, and what the server itself says of it."""

from __future__ import annotations

import json
import re
import urllib.request
import uuid
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.support.demo import DemoServer


class Room:
    """The live lab of a demo server. Steps are named by what they ask of phones: see `go`."""

    def __init__(self, server: DemoServer) -> None:
        self.server = server
        self.lab: int = server.lab["id"]

    # -- straight to the server, as the facilitator

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.server.url}/live/{self.lab}/{path}",
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self.server.people['facilitator']['token']}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def state(self) -> dict[str, Any]:
        return self._ask("snapshot")

    def op(self, type_: str, **fields: Any) -> dict[str, Any]:
        """One op, accepted."""
        result: dict[str, Any] = self._ask("ops", {"ops": [{"id": str(uuid.uuid4()), "type": type_, **fields}]})["results"][0]
        assert result["status"] == "accepted", result
        return result

    def texts(self, *wanted: str) -> list[str]:
        """Which of these texts the room has, in the order in which they came; twice when it has one twice."""
        contributions = sorted(self.state()["contributions"].values(), key=lambda one: str(one["at"]))
        return [one["text"] for one in contributions if one["text"] in wanted]

    def step(self, **wanted: Any) -> str:
        """The first step of the agenda with these properties, such as `input="text"`."""
        steps = sorted(self.state()["agenda"].values(), key=lambda step: int(step["position"]))
        return next(str(step["id"]) for step in steps if all(step[name] == value for name, value in wanted.items()))

    def go(self, step: str) -> None:
        self.op("step.go", to=step, step_rev=self.state()["step"]["rev"])

    def ready(self) -> None:
        """As at the start of every test: open, phones write, what they write shows at once, the projector shows the wall."""
        state = self.state()
        if state["lab"]["state"] != "open":
            self.op("lab.open")
        for ballot in state["ballots"].values():
            if ballot["state"] == "open":
                self.op("round.close", ballot=ballot["id"])
        self.op("moderation.set", mode="post")
        self.go(self.step(input="text", block="bottlenecks"))
        self.op("projector.show", scene="wall", follow=False)

    # -- in browsers

    def phone(self, device: BrowserContext, name: str = "Ans de Boer") -> Page:
        """Somebody comes in with the code."""
        page = device.new_page()
        page.goto(f"{self.server.url}/join")
        page.get_by_label("Deelnamecode").fill(self.server.join["code"])
        page.get_by_label(re.compile("^(Je )?naam", re.IGNORECASE)).fill(name)
        page.get_by_role("button", name="Meedoen").click()
        page.wait_for_url(f"**/live/{self.lab}")
        connected(page)
        return page

    def staff(self, device: BrowserContext, screen: str, who: str = "facilitator") -> Page:
        """The desk or the projector, by somebody who signs in."""
        page = device.new_page()
        person = self.server.people[who]
        page.goto(f"{self.server.url}/aanmelden?next=/live/{self.lab}/{screen}")
        form = page.locator("form:has(input[type=password])")
        form.locator("[name=email]").fill(person["email"])
        form.locator("[type=password]").fill(person["password"])
        form.locator("[type=submit]").click()
        page.wait_for_url(f"**/live/{self.lab}/{screen}")
        connected(page)
        return page


def connected(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-connection", "connected", timeout=15_000)


def write(page: Page, text: str, kind: str = "Knelpunt") -> None:
    """Somebody writes and sends on a phone."""
    page.get_by_role("radio", name=kind, exact=True).check()
    page.get_by_label("Jouw inbreng").fill(text)
    page.get_by_role("button", name="Versturen", exact=True).click()


def mine(page: Page, text: str) -> Locator:
    """What I sent, with this text, on the phone."""
    return page.locator("[data-role=mine-list] > li").filter(has_text=text)


def fate(page: Page, text: str) -> Locator:
    """What the phone says became of it."""
    return mine(page, text).locator("[data-role=state-text]")


def card(page: Page, text: str) -> Locator:
    """A card on the wall of the desk or the projector."""
    return page.locator("[data-role=wall] li").filter(has_text=text)


def card_menu(page: Page, text: str, choice: str) -> None:
    card(page, text).locator("summary").click()
    card(page, text).get_by_role("button", name=choice).click()
