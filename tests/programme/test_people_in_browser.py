"""A coordinator reads in a list with good and bad rows: the report, another column, taking over by keyboard, the wrong rows again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from kennislab.core import sheets
from kennislab.core.transaction import transaction
from kennislab.programme import operations as programmes
from tests.programme.served import serving, sign_in_browser
from tests.programme.worlds import world_in

pytestmark = pytest.mark.browser

LIST = (
    "Deelnemers wijkaanpak;;;\r\nNaam;Contact;Werkt bij;Gemeente\r\n"
    "Zoë Çelik;zoe@voorbeeld.example;Wijkteam;’s-Gravenhage\r\nParticipant;participant-{n}@voorbeeld.example;Corporatie;Tilburg\r\n"
    "Piet;piet@;Buurthuis;Delft\r\nKees;kees@voorbeeld.example;;Delf\r\nSam;zoe@voorbeeld.example;;\r\n"
)


def test_a_list_with_good_and_bad_rows(make_app: Any, sqlite_url: str, phone: Any, tmp_path: Path) -> None:
    app = make_app(sqlite_url, WTF_CSRF_ENABLED=True)
    world = world_in(app)
    with app.app_context(), transaction() as tx:
        programmes.ensure_municipalities(tx)
    file = tmp_path / "deelnemers.csv"
    file.write_bytes(LIST.format(n=world.programme_id).encode("cp1252"))
    with serving(app) as url:
        sign_in_browser(phone, app, world, "coordinator", url)
        page = phone.new_page()
        page.goto(f"{url}/programmas/{world.programme_id}/mensen")
        page.get_by_role("link", name="Mensen inlezen").click()
        page.get_by_label("Bestand").set_input_files(file)
        page.get_by_role("button", name="Bekijken").press("Enter")

        rows = page.get_by_role("region", name="Wat er per rij gebeurt").get_by_role("row")
        expect(page.get_by_text("De letters zijn gelezen als die van Windows.")).to_be_visible()
        expect(rows.filter(has_text="Kees")).to_contain_text("Bedoel je Delft?")
        expect(rows.filter(has_text="Zoë Çelik")).to_contain_text("Den Haag")
        expect(rows.filter(has_text="Sam")).to_contain_text("Staat ook in rij 3")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the phone"

        page.get_by_text("Wat staat in welke kolom?").press("Enter")
        page.get_by_label("Organisatie").select_option(label="Werkt bij")
        page.get_by_role("button", name="Opnieuw bekijken").press("Enter")
        expect(rows.filter(has_text="Zoë Çelik")).to_contain_text("Wijkteam")

        page.get_by_label("Alles of niets").check()
        page.get_by_role("button", name="2 rijen overnemen").press("Enter")
        expect(page.get_by_text("Er is niets overgenomen")).to_be_visible()
        page.get_by_role("button", name="2 rijen overnemen").press("Enter")
        expect(page.get_by_text("1 persoon is toegevoegd.")).to_be_visible()
        expect(page.get_by_text("2 rijen kloppen niet en zijn niet overgenomen.")).to_be_visible()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Foute rijen als CSV").press("Enter")
        wrong = sheets.read("", waiting.value.path().read_bytes())
        assert [(row[0], row[2], row[4]) for row in wrong.rows] == [("Piet", "Buurthuis", "5"), ("Kees", "", "6")]

        page.goto(f"{url}/programmas/{world.programme_id}/mensen?zoek=zo%C3%AB")
        page.get_by_role("link", name="Zoë Çelik").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Zoë Çelik")
        expect(page.get_by_text("Wijkteam · Den Haag")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the phone"
