"""After the lab, as one story on one server: somebody looks over their own words on a phone, the facilitator seals the harvest, and years
of labs answer the coordinator. The parts by themselves are proven elsewhere; here, that each leads to the next."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from kennislab.archive.sealed import keys, opening
from tests.journeys.day.house import done, sign_in
from tests.journeys.day.watch import Watch
from tests.support import browser as chromium
from tests.support.demo import DemoServer

ADDRESS = "celina.fortes@voorbeeld.example"
LAB = "Koel blijven in de flat"
SAID = "Wie schulden heeft zet de ventilator niet aan."
MINE = "Wie schulden heeft, laat de ventilator uit: elk apparaat telt mee op de rekening."
NEARER = "Bij een huisbezoek laat ik een thermometer hangen."
MEANWHILE = "In Tussendijken mag het wijkhuis de deur ’s nachts niet open houden van de verzekeraar."


@pytest.mark.browser
@pytest.mark.slow
def test_from_the_day_to_years_later(demo_server: Callable[..., DemoServer], new_context: Callable[..., Any], tmp_path: Path) -> None:
    server = demo_server("live")
    watch = Watch(server.url)
    pocket, laptop, office = (watch.on(new_context(**device)) for device in (chromium.PHONE, chromium.LAPTOP, chromium.LAPTOP))
    for device in (pocket, laptop, office):
        device.set_default_timeout(15_000)
    phone = pocket.new_page()
    _looks_over(phone, server)
    desk = sign_in(laptop, server, "facilitator", f"/kennislabs/{server.said['harvest']['id']}/oogst")
    _harvests(desk)
    _seals(desk)
    _reads(desk, tmp_path)
    _packs(desk, server, tmp_path)
    _tells_what_came_of_it(phone, server)
    _finds(sign_in(office, server, "coordinator", "/archief"))
    assert watch.strangers == [] and watch.said == []


def _letter(phone: Page, server: DemoServer, subject: str, link: str) -> None:
    """Opens the mail to this person in the example's letter box, as soon as it is there, and the link in it."""
    letter = phone.get_by_role("link", name=re.compile(subject))
    for _try in range(60):  # a job hands it over
        phone.goto(f"{server.url}/postvak?q={ADDRESS}")
        if letter.count():
            break
        phone.wait_for_timeout(250)
    letter.first.tap()
    phone.locator(f".mail-letter a[href*='{link}']").first.tap()


def _looks_over(phone: Page, server: DemoServer) -> None:
    """The link in the mail signs in for this alone. One is put in other words, one may go less far, the rest is right."""
    _letter(phone, server, f"Jouw inbreng op {LAB}", "/uitnodiging/")
    if not phone.url.endswith("/eigen"):
        phone.get_by_role("main").get_by_role("button").first.tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Jouw bijdragen")
    expect(phone.get_by_text("0 van 4")).to_be_visible()
    one = phone.get_by_role("listitem").filter(has_text=SAID)
    one.get_by_text("Anders verwoorden").tap()
    one.get_by_label("Jouw woorden").fill(MINE)
    one.get_by_role("button", name="Opslaan").first.tap()
    expect(phone.get_by_role("listitem").filter(has_text=MINE)).to_contain_text(f"Jij schreef eerst: “{SAID}")
    other = phone.get_by_role("listitem").filter(has_text=NEARER)
    other.get_by_text("Hoe ver mag dit gaan: Openbaar met gemeente").tap()
    other.get_by_label("Hoe ver mag dit gaan").select_option(label="Binnen het programma")
    other.get_by_role("button", name="Opslaan").last.tap()
    expect(other.get_by_text("Hoe ver mag dit gaan: Binnen het programma")).to_be_visible()
    phone.get_by_role("button", name="Alles klopt").tap()
    expect(phone.get_by_text("4 van 4")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _harvests(desk: Page) -> None:
    """What was put in other words stands out, beside what was said first; a card is confirmed with two keys."""
    desk.get_by_role("link", name=re.compile(r"^Reacties \(")).press("Enter")
    expect(desk.locator("[data-controller~=harvest]")).to_have_attribute("data-ready", "")
    mine = desk.get_by_role("listitem").filter(has_text=MINE)
    expect(mine).to_contain_text("Verbeterd door de inbrenger")
    expect(mine).to_contain_text(SAID)
    desk.get_by_role("link", name=re.compile(r"^Nog bekijken \(")).press("Enter")
    expect(desk.locator("[data-controller~=harvest]")).to_have_attribute("data-ready", "")
    left = desk.get_by_text(re.compile(r"^Nog \d+ kaarten te bekijken$"))
    before = int(re.findall(r"\d+", left.inner_text())[0])
    desk.keyboard.press("s")
    desk.keyboard.press("b")
    expect(left).to_have_text(f"Nog {before - 1} kaarten te bekijken")


def _seals(desk: Page) -> None:
    """The page before the seal says who will see what; sealing before the look-over ends asks for a reason."""
    desk.get_by_role("link", name="Lab sluiten").first.press("Enter")
    everybody = desk.get_by_role("row").filter(has_text="Iedereen in het programma")
    expect(everybody).to_contain_text("24")
    desk.get_by_role("button", name="Alles bevestigen").click()
    if desk.get_by_role("heading", level=1).inner_text() != "Lab sluiten":
        desk.get_by_role("link", name="Lab sluiten").first.click()
    desk.get_by_label("Waarom sluit je nu al?").fill("Iedereen die er was heeft het aan de telefoon gezegd.")
    desk.get_by_label("Ik weet dat ik dit niet kan terugdraaien.").check()
    desk.get_by_role("button", name="Lab sluiten en archiveren").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(LAB)
    expect(desk.get_by_role("link", name=MINE)).to_be_visible()


def _reads(desk: Page, folder: Path) -> None:
    """The report as a PDF, made while one waits: with the new words, and with what may only be read inside the programme."""
    sealed = desk.url
    desk.get_by_role("link", name="Verslag lezen").click()
    expect(desk.get_by_role("article")).to_contain_text(MINE)
    desk.get_by_role("link", name="Kiezen en downloaden").click()
    desk.get_by_role("button", name="Bestand maken").click()
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(_download(desk, ".pdf", folder).read_bytes())).pages)
    words = re.sub(r"\s+", " ", words)
    assert MINE in words and SAID not in words
    desk.goto(sealed)


def _packs(desk: Page, server: DemoServer, folder: Path) -> None:
    """The package for the archive, checked with the key that this Kennislab tells; with one byte changed it is not believed."""
    desk.get_by_role("link", name="Zegel en archiefpakket").click()
    desk.get_by_role("button", name="Pakket maken").click()
    package = _download(desk, ".zip", folder)
    verdict = opening.package(package, keys.known(server.data / "keys"))
    assert verdict.ok, verdict.findings
    changed = folder / "veranderd.zip"
    data = bytearray(package.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    try:
        believed = opening.package(changed, keys.known(server.data / "keys")).ok
    except opening.NoPackage:
        believed = False
    assert not believed


def _download(page: Page, ending: str, folder: Path) -> Path:
    """The file that a job makes, as soon as the page shows it."""
    link = page.get_by_role("main").get_by_role("link", name=re.compile(rf"{re.escape(ending)}\b"))
    expect(link.first).to_be_visible(timeout=30_000)
    with page.expect_download() as coming:
        link.first.click()
    path = folder / f"bestand{ending}"
    coming.value.save_as(path)
    return path


def _tells_what_came_of_it(phone: Page, server: DemoServer) -> None:
    """Months later a mail asks what came of something; one press answers, and it stands in the ledger at once."""
    _letter(phone, server, "Heeft het geholpen in Rotterdam", "/wat-kwam-ervan/")
    expect(phone.get_by_role("main")).to_contain_text("Het wijkcentrum blijft bij hitte ’s nachts open als koele slaapzaal")
    phone.get_by_label("Wat wil je erbij zeggen?").fill(MEANWHILE)
    phone.get_by_role("button", name="niet").last.tap()
    done(phone, re.compile("Dank"))
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _finds(page: Page) -> None:
    """Years of labs: found by a word and narrowed, where it came from, what it adds up to, what is still to do, and what may go."""
    home = urlsplit(page.url)
    words = page.get_by_label("Zoek op een woord, een vraag of een stukje tekst")
    words.fill("ventilator rekening")
    words.press("Enter")
    page.get_by_role("complementary", name="Filters").get_by_role("link", name=re.compile("^Knelpunt")).click()
    page.get_by_role("link", name=MINE).click()
    expect(page.get_by_role("main")).to_contain_text("Wie belt er aan bij ouderen")
    page.goto(f"{home.scheme}://{home.netloc}/archief?q=koele+slaapzaal")
    page.get_by_role("link", name=re.compile("^Het wijkcentrum blijft bij hitte")).first.click()
    expect(page.get_by_role("main")).to_contain_text(MEANWHILE)
    page.get_by_role("link", name="Programma", exact=True).click()
    page.get_by_role("link", name="Inzicht", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inzicht")
    for figure in ("Thema", "Knelpunten", "Koppelkansen"):
        expect(page.get_by_role("heading", name=re.compile(figure)).first).to_be_visible()
    page.get_by_role("navigation", name="Programma").get_by_role("link", name="Acties").click()
    expect(page.get_by_role("main")).to_contain_text("Honderd thermometers kopen en verdelen over vier steden.")
    page.get_by_role("link", name="Over tijd", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Een voorbeeld van het kassaboek van de soepfiets delen.")
    expect(page.get_by_role("main")).not_to_contain_text("Honderd thermometers")
    page.goto(f"{page.url.partition('/acties')[0]}/bewaren")
    expect(page.get_by_role("row").filter(has_text="kaarten met een naam")).to_be_visible()
    expect(page.get_by_role("button", name="Gooi dit weg")).to_be_visible()
