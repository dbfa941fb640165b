"""One story in two browsers: on the phone a question with the lab's own fields, half typed, offline and back, that turns out to be asked
already; on the laptop its asker hears of it. (The parts by themselves: tests/js/question-drafts.test.js, test_together.py.)"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from playwright.sync_api import expect

from kennislab.accounts.actors import Actor
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab
from kennislab.questions import co_asking, earlier, fields, operations, queries
from kennislab.questions.operations import QuestionData
from tests.programme.served import serving, sign_in_browser
from tests.programme.worlds import world_in
from tests.questions.test_in_browser import quiet

ASKED = "Wat doe je als bewoners wegblijven van de bewonersavond?"
OTHER = "Hoe betaal je de bewonersavond en de zaal?"


def test_a_question_that_is_asked_already(
    make_app: Callable[..., Flask], sqlite_url: str, phone: Any, laptop: Any, monkeypatch: Any
) -> None:
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True)
    world = world_in(app)
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        asker = Actor(world.people["coordinator"], "Marit")
        asked = operations.submit(tx, lab, asker, QuestionData(ASKED)).public_id
        operations.submit(tx, lab, asker, QuestionData(OTHER))
        fields.save(tx, lab, [fields.Wish(label="Welke wijk?", required=True), fields.Wish(label="Haast?", kind="yes_no")], [], 0)
    solution = Before("solution", "Aan de keukentafel beginnen", "/archief/s1", place="Delft", worked=1, worked_in=("Delft",))
    before = Before("question", "Hoe krijg je mensen naar een avond?", "/archief/q1", place="Delft", solutions=(solution,))
    monkeypatch.setattr(earlier, "_tells", [lambda session, lab, typed, most: [before] if "bewonersavo" in typed else []])
    new = f"/kennislabs/{world.lab_id}/vragen/nieuw"
    with serving(app) as url:
        sign_in_browser(phone, app, world, "participant", url)
        sign_in_browser(laptop, app, world, "coordinator", url)
        page, desk = phone.new_page(), laptop.new_page()
        complaints = [quiet(page), quiet(desk)]
        desk.goto(f"{url}/kennislabs/{world.lab_id}/vragenmuur")
        page.goto(url + new)

        # Half typed: what looks like it, in this lab and before, with what came of it; the focus stays in the field.
        field = page.get_by_label("Je kennisvraag")
        field.fill("Onze bewoners blijven wegblij van de bewonersavo")
        similar = page.locator(".similar")
        expect(similar.get_by_role("link", name=ASKED)).to_be_visible()
        expect(similar.get_by_text("Werkte in Delft.")).to_be_visible()
        expect(field).to_be_focused()
        mine = similar.get_by_role("listitem").filter(has=page.get_by_role("link", name=OTHER))
        mine.get_by_role("button", name="Steunen").press("Enter")
        expect(mine.get_by_role("button", name="Je steunt dit")).to_be_focused()
        expect(similar.get_by_role("status")).to_have_text("Je steunt deze vraag. Je eigen tekst staat er nog.")

        # The line goes; own fields are kept on the device, and there again on the next visit.
        expect(page.get_by_text("Concept bewaard om")).to_be_visible(timeout=8000)
        phone.set_offline(True)
        page.get_by_label("Welke wijk?").fill("Zuid")
        page.get_by_role("radio", name="Nee").check()
        expect(page.get_by_text("Geen verbinding. Je tekst staat op dit apparaat.")).to_be_visible(timeout=8000)
        page.close(run_before_unload=False)
        phone.set_offline(False)
        # Meanwhile something else was written into the same draft on the laptop of the same person.
        with app.app_context(), transaction() as tx:
            draft = queries.draft_of(tx.session, world.lab_id, world.people["participant"])
            operations.save_draft(
                tx, draft.lab, Actor(draft.asker_id, "Participant"), QuestionData("Op de laptop schreef ik iets anders."), draft
            )
        page = phone.new_page()
        page.goto(url + new)
        choice = page.locator("[data-role=draft-choice]")
        expect(choice).to_be_visible()
        if page.get_by_label("Je kennisvraag").input_value().startswith("Op de laptop"):  # the newest is shown, the other offered
            choice.get_by_role("button", name="Die tekst gebruiken").press("Enter")
        expect(page.get_by_label("Je kennisvraag")).to_have_value("Onze bewoners blijven wegblij van de bewonersavo")
        expect(page.get_by_label("Welke wijk?")).to_have_value("Zuid")
        expect(page.get_by_role("radio", name="Nee")).to_be_checked()
        expect(choice.get_by_text("Op de laptop schreef ik iets anders.")).to_be_visible()
        choice.get_by_role("button", name="Weggooien").press("Enter")
        expect(choice).to_be_hidden()

        # A co-asker by name, with the keyboard; then the question that was there already is asked together after all.
        names = page.get_by_label("Met wie stel je deze vraag samen?")
        names.press_sequentially("faci")
        expect(page.get_by_role("option", name="Facilitator")).to_be_visible()
        names.press("ArrowDown")
        names.press("Enter")
        expect(names).to_have_value("Facilitator, ")
        hit = page.locator(".similar__hit").filter(has=page.get_by_role("link", name=ASKED))
        hit.get_by_role("button", name="Stel hem samen").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(ASKED)
        expect(page.get_by_text("Onze bewoners blijven wegblij van de bewonersavo")).to_be_visible()
        assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('kl-draft:'))") == []

        # Its asker hears of it; and the wall, which was open all the time, shows both names when it is looked at again.
        desk.reload()
        expect(desk.get_by_text("Marit, Participant")).to_be_visible()
        desk.goto(f"{url}/kennislabs/{world.lab_id}/vragen")
        news = desk.get_by_role("region", name="Nieuws over je vraag")
        expect(news).to_contain_text("Participant stelt je vraag samen met jou.")
        news.get_by_role("button", name="Gelezen").press("Enter")
        expect(news).to_have_count(0)
        desk.goto(f"{url}/kennisvragen/{asked}")
        expect(desk.get_by_role("heading", name="Wat Participant zelf schreef")).to_be_visible()
        assert [text for said in complaints for text in said if "ERR_INTERNET_DISCONNECTED" not in text] == []
    with app.app_context():
        question = queries.by_public_id(db.session(), asked)
        assert co_asking.of_person(question, world.people["participant"]).how == "joined"
        assert queries.draft_of(db.session(), world.lab_id, world.people["participant"]) is None


class Before:
    """Something of the archive, as the archive tells it."""

    def __init__(self, kind: str, text: str, url: str, **more: Any) -> None:
        self.kind, self.text, self.url, self.quarter = kind, text, url, "2025-Q2"
        self.place, self.tried, self.worked, self.partly, self.failed = "", 0, 0, 0, 0
        self.worked_in: tuple[str, ...] = ()
        self.solutions: tuple[Before, ...] = ()
        for name, value in more.items():
            setattr(self, name, value)
