"""A facilitator works through the questions of a lab without a mouse, and the asker reads what became of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from kennislab.accounts.actors import Actor
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab, LabState
from kennislab.questions import operations, queries
from kennislab.questions.models import QuestionStatus
from kennislab.questions.operations import QuestionData
from tests.factories.world import World
from tests.programme.served import serving, sign_in_browser
from tests.programme.worlds import set_state, world_in

LEFT = "Hoe bereik je bewoners die nooit naar een bewonersavond komen?"
RIGHT = "Hoe bereiken we bewoners die nooit op een bewonersavond komen?"
LONG = "Wie betaalt het warmtenet? En wie beslist daarover?"
VAGUE = "Hoe zit het met de huurders?"
OLD = "Mag een school haar plein in de avond openstellen?"


@pytest.fixture
def house(make_app: Callable[..., Flask], sqlite_url: str) -> tuple[Flask, World, int]:
    """A lab with four questions, after one of which a question is still open. Gives the id of the new lab."""
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True)
    world = world_in(app)
    with app.app_context(), transaction() as tx:
        old = tx.session.get_one(Lab, world.lab_id)
        asker = Actor(world.people["participant"], "Fatma")
        operations.submit(tx, old, asker, QuestionData(OLD))
        lab = Lab(programme_id=old.programme_id, title="Kennislab in juni", kind=old.kind, quarter=old.quarter, state=LabState.COLLECTING)
        lab.starts_at, lab.ends_at = old.starts_at + timedelta(days=90), old.ends_at + timedelta(days=90)
        lab.question_deadline = old.question_deadline + timedelta(days=80)
        tx.session.add(lab)
        tx.session.flush()
        set_state(tx, old, LabState.ARCHIVED)
        for text, person in ((LEFT, asker), (RIGHT, Actor(world.people["coordinator"], "Marit")), (LONG, asker), (VAGUE, asker)):
            operations.submit(tx, lab, person, QuestionData(text, municipality_code="GM0855"))
        return app, world, lab.id


def at(app: Flask, lab_id: int) -> dict[str, QuestionStatus]:
    """Text → where it stands."""
    with app.app_context():
        return {one.text: one.status for one in queries.all_of_lab(db.session(), lab_id)}


def pick(page: Page, text: str) -> None:
    """Goes to a row with the arrows and ticks it."""
    for _ in range(8):
        page.keyboard.press("ArrowDown")
        if page.evaluate("document.activeElement.closest('li')?.textContent.includes(arguments[0])".replace("arguments[0]", repr(text))):
            break
    page.keyboard.press("Space")


def test_a_lab_is_worked_through_by_keyboard(house: tuple[Flask, World, int], laptop: Any, phone: Any) -> None:
    app, world, lab_id = house
    with serving(app) as url:
        sign_in_browser(laptop, app, world, "facilitator", url)
        page = laptop.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))

        # a pair that looks alike: the left one stays
        page.goto(f"{url}/kennislabs/{lab_id}/vragen/dubbel")
        expect(page.get_by_text("Paar 1 van 1")).to_be_visible()
        assert page.locator(".pair mark").all_inner_texts() == ["bereik je", "naar", "bereiken we", "op"]
        page.locator("[data-controller=keys][data-bound]").wait_for()
        page.keyboard.press("1")
        expect(page.get_by_text("De vragen zijn samengevoegd.")).to_be_visible()
        assert at(app, lab_id)[RIGHT] is QuestionStatus.MERGED

        # the asker of the other one reads so, and asks along
        sign_in_browser(phone, app, world, "coordinator", url)
        other = phone.new_page()
        with app.app_context():
            gone = next(one.public_id for one in queries.all_of_lab(db.session(), lab_id) if one.text == RIGHT)
        other.goto(f"{url}/kennisvragen/{gone}")
        expect(other.get_by_role("heading", level=1)).to_have_text(LEFT)
        expect(other.get_by_text(f"Facilitator voegde jouw vraag “{RIGHT}” samen met deze vraag.")).to_be_visible()
        expect(other.get_by_text("Fatma, samen met Marit")).to_be_visible()

        # it is undone at once
        page.locator("[data-controller=keys][data-bound], .undo-notice form[data-bound]").first.wait_for()
        page.get_by_role("button", name="Ongedaan maken").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Ongedaan gemaakt.")).to_be_visible()
        assert at(app, lab_id)[RIGHT] is QuestionStatus.SUBMITTED

        # one is split, one goes back
        page.goto(f"{url}/kennislabs/{lab_id}/vragen/beheer")
        form = page.locator("form.manage[data-bound]")
        form.wait_for()
        expect(form.get_by_role("button", name="Splitsen")).to_be_disabled()
        pick(page, LONG)
        expect(page.get_by_text("1 vraag gekozen")).to_be_visible()
        page.keyboard.press("s")
        expect(page.get_by_label("Vraag 2")).to_have_value("En wie beslist daarover?")
        page.get_by_label("Vraag 2").fill("Wie beslist over het warmtenet?")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("De vraag is nu 2 vragen.")).to_be_visible()
        form.wait_for()
        pick(page, VAGUE)
        page.keyboard.press("r")
        expect(page.get_by_label("Wat is er nog nodig?")).to_be_focused()
        page.keyboard.type("Over welke huurders gaat het? Met r, s en a getypt.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 vraag is teruggestuurd.")).to_be_visible()

        # and one of the lab before comes along
        page.get_by_role("link", name="1 vraag van eerder staat nog open").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Van eerder meenemen")).to_be_visible()
        form.wait_for()
        pick(page, OLD)
        page.keyboard.press("m")
        expect(page.get_by_text("1 vraag komt mee.")).to_be_visible()
        assert at(app, lab_id) == {
            LEFT: QuestionStatus.SUBMITTED,
            RIGHT: QuestionStatus.SUBMITTED,
            LONG: QuestionStatus.SPLIT,
            "Wie betaalt het warmtenet?": QuestionStatus.SUBMITTED,
            "Wie beslist over het warmtenet?": QuestionStatus.SUBMITTED,
            VAGUE: QuestionStatus.RETURNED,
            OLD: QuestionStatus.SUBMITTED,
        }
        assert said == []
