"""From inviting to reminding, as a coordinator and a participant do it: laptop, mail and phone. (axe: tests/contracts/test_axe.py)"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from kennislab.core import jobs
from kennislab.invitations.models import Answer
from kennislab.programme.models import LabState
from tests.invitations.houses import house, invitation, mailed
from tests.programme.served import serving, sign_in_browser
from tests.support.mailserver import mail_server

FATMA, BRAM = "fatma@voorbeeld.example", "bram@voorbeeld.example"


def quiet(page: Page) -> list[str]:
    """Collects what the browser complains about."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def test_invited_answered_on_the_phone_and_only_the_other_reminded(
    make_app: Callable[..., Flask], sqlite_url: str, laptop: Any, phone: Any
) -> None:
    with mail_server() as server:
        app = make_app(sqlite_url, WTF_CSRF_ENABLED=True, SMTP_URL=server.url)
        world = house(app, LabState.COLLECTING, Fatma=FATMA, Bram=BRAM, Lotte="")
        with serving(app) as url:
            app.config["PUBLIC_URL"] = url
            sign_in_browser(laptop, app, world, "coordinator", url)
            page = laptop.new_page()
            complaints = quiet(page)
            page.goto(f"{url}/kennislabs/{world.lab_id}")
            page.get_by_role("link", name="Uitnodigingen").click()
            page.get_by_role("link", name="Kiezen wie").click()
            page.get_by_label("Fatma").check()
            page.get_by_label("Bram").press("Space")
            page.get_by_role("button", name="Uitnodigen", exact=True).press("Enter")
            expect(page.get_by_text("2 mensen zijn uitgenodigd. Zet nu de mails klaar.")).to_be_visible()
            page.get_by_role("button", name="Klaarzetten: Uitnodiging").click()
            expect(page.get_by_role("heading", name="2 mails staan klaar")).to_be_visible()
            assert server.taken == [], "nothing leaves before somebody says so"
            ready = page.url
            page.get_by_role("link", name="Bram").click()
            expect(page.get_by_text("Dag Bram,")).to_be_visible()
            page.get_by_role("link", name="Deze mail aanpassen").click()
            page.get_by_text("Aanpassen", exact=True).click()
            body = page.locator("#body")
            body.fill(body.input_value() + "\nPS Bram, neem jij de foto's van de wijk mee?")
            page.get_by_role("button", name="Opslaan").click()
            page.goto(ready)
            expect(page.get_by_text("aangepast")).to_be_visible()
            page.get_by_role("button", name="Nu versturen").click()
            expect(page.get_by_text("2 mails gaan nu weg.")).to_be_visible()
            jobs.run_all(app)
            assert sorted(server.to()) == [BRAM, FATMA]
            letters = {one.to: one.text for one in server.taken}
            assert "foto's van de wijk" in letters[BRAM] and "foto's" not in letters[FATMA]

            link = re.search(rf"{re.escape(url)}/antwoord/\S+", letters[FATMA])
            assert link is not None
            small = phone.new_page()
            complaints_there = quiet(small)
            small.goto(link[0])
            expect(small.get_by_text("Deze uitnodiging is voor Fatma.")).to_be_visible()
            assert invitation(app, world, "Fatma").answer is Answer.OPEN
            assert small.evaluate("document.documentElement.scrollWidth <= innerWidth")
            small.get_by_role("button", name="Ik kom").tap()
            expect(small.get_by_text("Je komt. Fijn, tot dan!")).to_be_visible()
            small.get_by_label("Wil je er iets bij zeggen?").fill("Ik ben er om tien uur.")
            small.get_by_role("button", name="Opmerking opslaan").tap()
            expect(small.get_by_label("Wil je er iets bij zeggen?")).to_have_value("Ik ben er om tien uur.")
            assert small.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert invitation(app, world, "Fatma").answer is Answer.COMING

            page.goto(f"{url}/kennislabs/{world.lab_id}/uitnodigingen")
            expect(page.get_by_text("Ik ben er om tien uur.")).to_be_visible()
            page.get_by_role("button", name="Klaarzetten: Herinnering: kom je?").click()
            page.get_by_role("button", name="Nu versturen").click()
            expect(page.get_by_text("1 mail gaat nu weg.")).to_be_visible()
            jobs.run_all(app)
            assert server.to()[2:] == [BRAM]
            assert mailed(app, world, "reminder_answer") == {"Bram": "sent"}
            assert complaints == [] and complaints_there == []
