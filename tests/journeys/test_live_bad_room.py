"""Bad wifi, no internet, sleeping phones and a laptop that gives up: what everybody sees is true, and nothing is lost or doubled."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Page, expect

from tests.faults.proxy import Network, network
from tests.journeys.live import Room, card, connected, fate, write
from tests.support import browser as chromium
from tests.support.demo import DemoServer, start_demo

HALL = "kennislab.zaal"
"""A name on the hotspot of a laptop: plain http, and not localhost, so that the browser gives the page no secure context."""
ASLEEP = float(os.environ.get("KENNISLAB_SLEEP", 1))
"""Seconds that a phone sleeps. The suite takes one, which shows that waking up is right, not that a long sleep is survived; that is run
apart, longer than any line or session waits: ``KENNISLAB_SLEEP=60 pytest tests/journeys/test_live_bad_room.py -k sleeps``."""


def _phone_through(room: Room, net: Network, device: BrowserContext, name: str) -> Page:
    """Somebody comes in with the code, over this network."""
    page = device.new_page()
    page.goto(f"{net.url}/join?code={room.server.join['code']}")
    page.get_by_label("naam", exact=False).fill(name)
    page.get_by_role("button", name="Meedoen").click()
    page.wait_for_url(f"**/live/{room.lab}")
    return page


def _status(page: Page, wanted: str, seconds: float) -> None:
    expect(page.locator("body")).to_have_attribute("data-connection", wanted, timeout=seconds * 1000)


def _renamed(server: DemoServer, host: str) -> DemoServer:
    """The same server under another name."""
    return DemoServer(server.process, {**server.said, "url": server.url.replace("127.0.0.1", host)}, server.data, server.errors)


@pytest.mark.browser
def test_plain_http_on_a_hotspot_without_internet(room: Room, browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> None:
    rules = f"--host-resolver-rules=MAP {HALL} 127.0.0.1, MAP * ~NOTFOUND"
    flags = [flag for flag in browser_type_launch_args["args"] if not flag.startswith("--host-resolver-rules")]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": [*flags, rules]})
    try:
        hall = Room(_renamed(room.server, HALL))
        devices = [browser.new_context(**chromium.IN_DUTCH, **device) for device in (chromium.PHONE, chromium.LAPTOP, chromium.PROJECTOR)]
        asked: list[str] = []
        failed: list[str] = []
        for device in devices:
            device.on("request", lambda request: asked.append(request.url))
            device.on("requestfailed", lambda request: failed.append(request.url))
            device.on("console", lambda message: failed.append(message.text) if message.type == "error" else None)
        ans = hall.phone(devices[0])
        desk, screen = hall.staff(devices[1], "desk"), hall.staff(devices[2], "projector")
        assert ans.evaluate("[isSecureContext, 'serviceWorker' in navigator, 'locks' in navigator, typeof crypto.randomUUID]") == [
            False, False, False, "undefined",
        ]  # fmt: skip
        text = "Geschreven zonder internet, over gewoon http"
        write(ans, text)
        expect(fate(ans, text)).to_have_text("Op het bord")
        for page in (desk, screen):
            expect(card(page, text)).to_be_visible()
        expect(ans.locator("[data-role=unsent]")).to_be_hidden()
        assert {url.split("/")[2].split(":")[0] for url in asked if not url.startswith(("data:", "blob:"))} == {HALL}
        assert [one for one in failed if "Cross-Origin-Opener-Policy" not in one] == []  # a header that only counts over https
    finally:
        browser.close()


def test_sockets_are_blocked_and_later_free(room: Room, phone: BrowserContext, laptop: BrowserContext) -> None:
    """Long polling takes over, half of all answers are lost as well; then sockets work again and are used again."""
    with network(room.server.url) as net:
        net.sockets, net.lose_answers = "refused", True
        desk, ans = room.staff(laptop, "desk"), _phone_through(room, net, phone, "Ans de Boer")
        _status(ans, "polling", 20)
        expect(ans.locator("[data-role=notice-polling]")).to_be_visible()
        mine = [f"Over een trage lijn, {number}" for number in ("een", "twee", "drie")]
        for text in mine:
            write(ans, text)
            expect(fate(ans, text)).to_have_text("Op het bord", timeout=15_000)
        expect(ans.locator("[data-role=unsent]")).to_be_hidden(timeout=15_000)
        assert room.texts(*mine) == mine and net.lost >= 2 and net.refused >= 1
        row = desk.locator("[data-role=people-list] .person").filter(has_text="Ans de Boer").last
        expect(row).to_have_attribute("data-line", "connected", timeout=6_000)  # also who polls is here
        net.sockets, net.lose_answers = "through", False
        _status(ans, "connected", 15)
        expect(ans.locator("[data-role=notice-polling]")).to_be_hidden()
        write(ans, "En weer over een snelle lijn")
        expect(fate(ans, "En weer over een snelle lijn")).to_have_text("Op het bord")
        assert room.texts(*mine, "En weer over een snelle lijn") == [*mine, "En weer over een snelle lijn"]


def test_a_phone_sleeps_while_the_room_goes_on(room: Room, phone: BrowserContext) -> None:
    """Frozen as iOS does it: no script runs, the line is gone, the clock goes on. Awake again it is right within seconds.

    In the suite it sleeps for one second only (see ``ASLEEP``).
    """
    with network(room.server.url) as net:
        ans = _phone_through(room, net, phone, "Ans de Boer")
        connected(ans)
        net.up = False
        net.cut()
        _status(ans, "offline", 15)
        write(ans, "Geschreven vlak voor het slapen")
        devtools = phone.new_cdp_session(ans)
        devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
        room.go(room.step(input="none"))
        room.op("timer.extend", seconds=600)
        time.sleep(ASLEEP)
        net.up = True
        devtools.send("Page.setWebLifecycleState", {"state": "active"})
        _status(ans, "connected", 8)
        state = room.state()
        expect(ans.locator("[data-role=step-title]")).to_have_text(state["agenda"][state["step"]["id"]]["title"], timeout=3_000)
        expect(ans.locator("[data-role=unsent]")).to_be_hidden(timeout=5_000)
        assert room.texts("Geschreven vlak voor het slapen") == ["Geschreven vlak voor het slapen"]
        agrees = """(ends) => {
            const [minutes, seconds] = document.querySelector("[data-role=timer]").innerText.split(":").map(Number);
            return Math.abs(minutes * 60 + seconds - (Date.parse(ends) - Date.now()) / 1000) < 4;
        }"""
        ans.wait_for_function(agrees, arg=state["step"]["ends_at"], timeout=5_000)


def test_who_is_here_who_is_ready_and_a_desk_that_moves(
    room: Room, phone: BrowserContext, laptop: BrowserContext, new_context: Callable[..., Any]
) -> None:
    desk, ans = room.staff(laptop, "desk"), room.phone(phone, "Ans van Houten")
    colleague = room.staff(new_context(**chromium.LAPTOP), "desk", "coordinator")
    expect(desk.locator("[data-role=others]")).to_contain_text("kijkt ook mee", timeout=5_000)
    desk.get_by_label("Zoek een deelnemer").fill("houten")
    row = desk.locator("[data-role=people-list] .person")
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("data-line", "connected", timeout=5_000)
    ready = ans.get_by_role("button", name="Ik ben klaar")
    ready.click()
    expect(row.locator("[data-role=ready-tag]")).to_be_visible()
    expect(desk.locator("[data-role=ready-text]")).to_contain_text("1 van ")
    colleague.get_by_label("Wat wordt er gezegd?").press_sequentially("Dit zegt iemand")
    expect(desk.locator("[data-role=others-typing]")).to_contain_text("typt …", timeout=4_000)
    room.go(room.step(input="text", block="bottlenecks"))  # the next place: nobody is ready there yet
    expect(row.locator("[data-role=ready-tag]")).to_be_hidden()
    expect(ans.get_by_role("button", name="Ik ben klaar")).to_have_attribute("aria-pressed", "false")
    ans.close()
    expect(row).not_to_have_attribute("data-line", "connected", timeout=5_000)

    desk.get_by_label("Wat wordt er gezegd?").fill("Half een zin")
    desk.locator(".desk__projector summary").click()
    desk.get_by_role("button", name="Werkplek overdragen").click()
    code = desk.locator("[data-role=handover-code]")
    expect(code).not_to_be_empty()
    other = new_context(**chromium.LAPTOP).new_page()
    other.goto(f"{room.server.url}/overnemen")
    other.get_by_label("Code van de eerste werkplek").fill(code.inner_text())
    other.get_by_role("button", name="Werkplek hier openen").click()
    number = other.locator(".take-desk__number").inner_text().split()[-1]
    expect(desk.locator("[data-role=handover-asked-text]")).to_contain_text(number, timeout=5_000)
    began = time.monotonic()
    desk.get_by_role("button", name="Ja, open hem daar").click()
    other.wait_for_url(f"**/live/{room.lab}/desk*")
    connected(other)
    assert time.monotonic() - began < 10
    expect(other.get_by_label("Wat wordt er gezegd?")).to_have_value("Half een zin")
    expect(desk.locator("[data-role=handover-dialog]")).to_be_hidden()


def test_a_restored_backup_is_repaired_by_the_phones(room: Room, phone: BrowserContext, tmp_path: Path) -> None:
    """The server comes back with an older database and a new epoch: what phones were told was accepted, they offer again."""
    ans = room.phone(phone)
    before = "Van voor de reservekopie"
    write(ans, before)
    expect(fate(ans, before)).to_have_text("Op het bord")
    file = room.server.data / "kennislab.sqlite3"
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(tmp_path / "backup.sqlite3")) as copy:
        source.backup(copy)
    after = ["Van na de reservekopie, een", "Van na de reservekopie, twee"]
    for text in after:
        write(ans, text)
        expect(fate(ans, text)).to_have_text("Op het bord")
    port = int(room.server.url.rsplit(":", 1)[1])
    room.server.kill()
    for leftover in (f"{file}-wal", f"{file}-shm"):
        Path(leftover).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.sqlite3", file)
    with closing(sqlite3.connect(file)) as restored, restored:
        restored.execute("UPDATE live_room SET epoch = 'restored00000000'")
    room.server = start_demo("live", room.server.data, port=port)
    connected(ans)
    expect(ans.locator("[data-role=unsent]")).to_be_hidden(timeout=10_000)
    deadline = time.monotonic() + 10
    while room.texts(before, *after) != [before, *after] and time.monotonic() < deadline:
        time.sleep(0.2)
    assert room.texts(before, *after) == [before, *after]
    expect(fate(ans, after[1])).to_have_text("Op het bord", timeout=10_000)
