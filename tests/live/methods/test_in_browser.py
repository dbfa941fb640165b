"""The editor of methods in a real browser, by keyboard: move a step, see the sum and the preview follow, be told what is wrong, keep it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from playwright.sync_api import expect

from kennislab.core.db import db
from kennislab.live import library
from kennislab.programme.models import LabState
from tests.programme.served import serving, sign_in_browser
from tests.programme.worlds import world_in


def test_a_method_is_adapted_by_keyboard(make_app: Callable[..., Flask], sqlite_url: str, new_context: Callable[..., Any]) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, LabState.PLANNED)
    with serving(app) as address:
        context = new_context(viewport={"width": 1366, "height": 768})
        sign_in_browser(context, app, world, "coordinator", address)
        page = context.new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/programmas/{world.programme_id}/werkvormen/nieuw?van=vijfstappenmethode")
        form = page.locator("form.method-form[data-bound]")
        titles = form.locator('[data-role="rows"] [data-role="name"]')
        expect(titles).to_have_text(["Vraagintroductie", "Probleemverkenning", "Kern formuleren", "Adviesronde", "Evaluatie en actie"])

        # a step moves with Alt and an arrow; the focus and the words stay, and it is said
        second = form.get_by_label("Titel", exact=True).nth(1)
        second.fill("Doorvragen")
        second.press("Alt+ArrowDown")
        expect(titles).to_have_text(["Vraagintroductie", "Kern formuleren", "Doorvragen", "Adviesronde", "Evaluatie en actie"])
        expect(form.locator('[data-role="said"]')).to_have_text("Doorvragen staat nu op plaats 3.")
        expect(second).not_to_be_focused()  # the second is another now
        expect(form.get_by_label("Titel", exact=True).nth(2)).to_be_focused()

        # and is dragged by its number
        handles = form.locator('[data-role="rows"] [data-role="handle"]')
        handles.nth(0).scroll_into_view_if_needed()
        source = handles.nth(0).bounding_box()
        page.mouse.move(source["x"] + 10, source["y"] + 10)
        page.mouse.down()
        page.mouse.move(source["x"] + 10, source["y"] + 60, steps=4)
        page.mouse.move(source["x"] + 10, source["y"] + 330, steps=12)
        page.mouse.up()
        expect(titles.nth(0)).to_have_text("Kern formuleren")
        back = form.get_by_role("button", name="Vraagintroductie eerder")
        while back.is_enabled():
            back.press("Enter")
        expect(titles).to_have_text(["Vraagintroductie", "Kern formuleren", "Doorvragen", "Adviesronde", "Evaluatie en actie"])

        # the sum follows, the preview too, and what is wrong is said without taking the words
        minutes = form.locator('[data-role="minutes"]')
        expect(form.locator('[data-role="total"]')).to_have_text("Samen 45 minuten.")
        minutes.nth(0).fill("99")
        expect(form.locator('[data-role="total"]')).to_have_text("Samen 139 minuten.")
        preview = page.locator('[data-role="preview"]')
        expect(preview).to_contain_text("Stap 1, minuten: liggen niet tussen 5 en 10.")
        minutes.nth(0).fill("7,5")
        expect(preview).to_contain_text("Stap 3: Doorvragen")
        expect(preview.locator("[data-listens]").first).to_contain_text("Je luistert nu")

        form.get_by_label("Naam", exact=True).fill("Korte ronde")
        form.get_by_label("Naam", exact=True).press("Enter")  # Enter keeps, it moves nothing
        expect(page.get_by_role("heading", level=1)).to_have_text("Korte ronde")
        expect(page.locator(".sheet__step h3")).to_have_text(
            ["Vraagintroductie", "Kern formuleren", "Doorvragen", "Adviesronde", "Evaluatie en actie"]
        )
        assert errors == []
    with app.app_context():
        kept = library.method(db.session(), world.programme_id, "korte_ronde")
        assert kept is not None and kept.steps[0].minutes == 7.5 and kept.steps[2].title_nl == "Doorvragen"
