"""The whole day on several screens at once: late and made to fit, a speaker, last time and looking back, the projector's scenes."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, expect

from tests.journeys.live import Room, write
from tests.support import browser as chromium

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def test_late_and_the_rest_made_to_fit(room: Room, laptop: BrowserContext) -> None:
    """How late it is stands in words; one gesture cuts the rest, shown beforehand, and one takes it back."""
    room.op("timer.extend", seconds=3600)
    desk = room.staff(laptop, "desk")
    expect(desk.locator("[data-role=day-end]")).to_have_text(re.compile(r"Einde \d\d\.\d\d · \d+ min later"))
    before = {id_: step["minutes"] for id_, step in room.state()["agenda"].items()}
    desk.keyboard.press("t")
    dialog = desk.locator("[data-role=fit-dialog]")
    expect(dialog.locator("[data-role=fit-now]")).to_contain_text("min later dan gepland")
    rows = dialog.locator("[data-role=fit-rows] tr")
    shown = [row.split(" → ") for row in rows.locator("[data-role=will]").all_inner_texts()]
    assert rows.count() >= 4 and all(int(was) > int(will) >= 3 for was, will in shown)
    dialog.get_by_role("button", name="Verdeel de rest").click()
    expect(desk.locator("[data-role=day-end]")).to_contain_text("op tijd")
    now = room.state()["agenda"]
    coming = sorted((step for step in now.values() if step["planned_minutes"] != step["minutes"]), key=lambda step: step["position"])
    assert [step["minutes"] for step in coming] == [int(will) for _, will in shown]
    expect(desk.locator(f"[data-role=agenda] [data-id='{coming[0]['id']}'] [data-role=minutes]")).to_contain_text("gepland")
    desk.get_by_role("button", name="Ongedaan maken").click()
    expect(desk.locator("[data-role=day-end]")).to_contain_text("min later")
    for _ in range(50):
        if {id_: step["minutes"] for id_, step in room.state()["agenda"].items()} == before:
            break
        desk.wait_for_timeout(100)
    assert {id_: step["minutes"] for id_, step in room.state()["agenda"].items()} == before
    desk.keyboard.press("t")
    dialog.get_by_label(f"Minuten voor {coming[0]['title']}").fill("9")
    dialog.get_by_label(f"Minuten voor {coming[0]['title']}").press("Tab")
    expect(dialog.locator("[data-role=will]").first).to_contain_text("9 →")
    assert room.state()["agenda"][coming[0]["id"]]["minutes"] == 9


def test_questions_to_a_speaker_by_support(
    room: Room, phone: BrowserContext, laptop: BrowserContext, new_context: Callable[..., Any]
) -> None:
    """Two phones ask and support; the desk and projector have the most wanted first; what is parked stays open."""
    room.go(room.step(block="inspiration"))
    room.op("projector.show", scene="questions", follow=False)
    ans, piet = room.phone(phone, "Ans"), room.phone(new_context(**chromium.PHONE), "Jorіs")  # as a facilitator, but with a Cyrillic letter
    desk = room.staff(laptop, "desk")
    write(ans, "Wie betaalde de eerste steen?", "Vraag")
    write(piet, "Hoe hield je het drie jaar vol?", "Vraag")
    for page in (ans, piet):
        expect(page.locator("[data-role=questions-list] li").filter(has_text="drie jaar vol")).to_be_visible()
    own = piet.locator("[data-role=questions-list] li").filter(has_text="drie jaar vol")
    expect(own.get_by_role("button")).to_be_hidden()
    button = ans.locator("[data-role=questions-list] li").filter(has_text="drie jaar vol").get_by_role("button")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    asked = desk.locator("[data-role=asked-list] li")
    expect(asked.filter(has_text="drie jaar vol")).to_contain_text("1 steunt dit")
    texts = asked.locator("[data-role=text]").all_inner_texts()
    assert texts.index("Hoe hield je het drie jaar vol?") < texts.index("Wie betaalde de eerste steen?")
    asked.filter(has_text="eerste steen").get_by_role("button", name="Parkeren").click()
    expect(ans.locator("[data-role=questions-list] li").filter(has_text="eerste steen")).to_contain_text("komt na vandaag terug")
    expect(desk.locator("[data-role=people-list] li").filter(has_text="lijkt op")).to_have_count(1)

    # What waits is judged with the keyboard, one after the other.
    room.op("moderation.set", mode="pre")
    for text in ("Eerst deze", "Dan die"):
        write(piet, text, "Vraag")
    expect(desk.locator("[data-role=tray-list] > li")).to_have_count(2)
    desk.keyboard.press("w")
    desk.keyboard.press("p")
    expect(desk.locator("[data-role=tray-list] > li")).to_have_count(1)
    desk.keyboard.press("x")
    expect(desk.locator("[data-role=tray]")).to_be_hidden()
    expect(desk.locator("[data-role=wall] [data-underway]")).to_have_count(0)
    status = {one["text"]: one["status"] for one in room.state()["contributions"].values()}
    assert (status["Eerst deze"], status["Dan die"]) == ("visible", "hidden")


def test_last_time_and_looking_back(room: Room, phone: BrowserContext, laptop: BrowserContext) -> None:
    """What came of last time, on the phone and in sums on the desk; then plans, and the evaluation, also when the room is closed."""
    room.go(room.step(block="news"))
    ans = phone.new_page()
    ans.goto(f"{room.server.url}/join")
    ans.get_by_label("Deelnamecode").fill(room.server.join["code"])
    ans.get_by_label(re.compile("^(Je )?naam", re.IGNORECASE)).fill("Ans")
    ans.get_by_label(re.compile("gemeente", re.IGNORECASE)).select_option(label="Zoetermeer")
    ans.get_by_role("button", name="Meedoen").click()
    desk = room.staff(laptop, "desk")
    action = ans.locator("[data-role=previous-actions] li").first
    action.get_by_role("button", name="Loopt nog").click()
    expect(desk.locator("[data-role=previous-actions] li").first).to_contain_text("1 × loopt nog")
    answer = ans.locator("[data-role=previous-answers] li").first
    answer.get_by_role("button", name="Werkte niet").click()
    answer.get_by_label("Waarom?").fill("Niemand thuis")
    answer.get_by_role("button", name="Versturen").click()
    expect(answer).to_contain_text("1 × werkte niet")

    # Who has no phone tells it aloud: the desk writes it down for the municipality.
    told = desk.locator("[data-role=previous-answers] li[data-id]").filter(has=desk.get_by_text("1 × werkte niet"))
    told.get_by_role("button", name="Namens een gemeente").click()
    form = desk.locator("[data-role=evidence-form]")
    form.get_by_label("Namens welke gemeente?").select_option(label="Zoetermeer")
    expect(form.locator("[data-role=evidence-said]")).to_have_text("Al verteld: werkte niet: Niemand thuis")
    form.get_by_label("Namens welke gemeente?").select_option(label="Emmen")
    expect(form.locator("[data-role=evidence-said]")).to_be_hidden()
    form.get_by_role("radio", name="Werkte deels").check()
    form.get_by_role("button", name="Vastleggen").click()  # not without saying why
    form.get_by_label("Waarom, of wat deden ze anders?").fill("Alleen in de flat")
    form.get_by_role("button", name="Vastleggen").click()
    expect(told).to_contain_text("Emmen, werkte deels: Alleen in de flat")
    expect(answer).to_contain_text("1 × werkte deels, 1 × werkte niet")

    plan = room.op("plan.add", title="Schuldhulp", kind="deep_dive", when="11 februari")["plan"]
    ans.locator(f"[data-role=plans-list] [data-id='{plan}']").get_by_role("button", name="Ik kan trekken").click()
    expect(desk.locator("[data-role=plans-list]")).to_contain_text("Kan trekken: Ans")

    room.go(room.step(block="closing"))
    ans.get_by_label("Wat neem je mee?").fill("Een plan")
    ans.reload()
    expect(ans.get_by_label("Wat neem je mee?")).to_have_value("Een plan")
    ans.locator("[data-role=evaluation]").get_by_role("radio", name="4").check()
    room.op("lab.close")
    expect(ans.locator("[data-view=closed]")).to_be_visible()
    ans.get_by_role("button", name="Antwoorden versturen").click()
    expect(ans.get_by_text("Dank je wel. Je antwoorden zijn verstuurd")).to_be_visible()
    expect(desk.locator("[data-role=evaluation-count]")).to_have_text("1")
    expect(desk.locator("[data-role=evaluation-list]")).to_contain_text("Vanaf drie antwoorden")
    assert "Een plan" not in desk.locator("[data-role=evaluation-list]").inner_text()
    ans.reload()
    expect(ans.locator("[data-role=evaluation-form]")).to_be_hidden()


def test_scenes_seen_beforehand(room: Room, laptop: BrowserContext, projector: BrowserContext) -> None:
    """The desk sees in small what the room will see; nothing changes there before it is sent; dark stays dark."""
    desk, screen = room.staff(laptop, "desk"), room.staff(projector, "projector")
    preview = desk.frame_locator("[data-role=screen-preview]")
    desk.keyboard.press("v")
    desk.get_by_role("radio", name="Bord", exact=True).check()
    desk.get_by_role("radio", name="Thema", exact=True).check()
    themes = Counter(theme for one in room.state()["contributions"].values() if one["status"] == "visible" for theme in one["themes"])
    expect(preview.get_by_role("heading", name=themes.most_common(1)[0][0])).to_be_visible()
    desk.get_by_role("radio", name="Tekst", exact=True).check()
    desk.get_by_label("Tekst op het scherm").fill("Lunch tot 13.15 uur")
    expect(preview.get_by_role("heading", name="Lunch tot 13.15 uur")).to_be_visible()
    expect(screen.locator("body")).to_have_attribute("data-scene", "wall")
    desk.get_by_role("button", name="Zet op het scherm").click()
    expect(screen.get_by_role("heading", name="Lunch tot 13.15 uur")).to_be_visible()
    desk.keyboard.press("v")
    desk.get_by_role("radio", name="Plaatje", exact=True).check()
    desk.locator("#screen-file").set_input_files({"name": "zaal.png", "mimeType": "image/png", "buffer": PIXEL})
    expect(preview.locator("[data-role=scene-picture]")).to_be_visible()
    desk.get_by_role("button", name="Zet op het scherm").click()
    expect(screen.locator("[data-role=scene-picture]")).to_be_visible()
    desk.keyboard.press("b")
    expect(screen.locator("body")).to_have_attribute("data-scene", "blank")
    room.go(room.step(block="closing"))
    expect(screen.locator("body")).to_have_attribute("data-scene", "blank")
    desk.keyboard.press("b")
    expect(screen.locator("[data-role=scene-picture]")).to_be_visible()
    desk.get_by_role("button", name="Volgt mee").click()
    expect(screen.locator("body")).to_have_attribute("data-scene", "step")
