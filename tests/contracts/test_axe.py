"""Every page in a real browser: axe finds nothing (WCAG 2.2 A and AA), the console is silent, and nobody else's machine is asked.

The pages are those of ``app.url_map``: a page that is neither in `PAGES` nor, with the reason, in `NOT_A_PAGE` fails. All are read in
Dutch and in English, light and dark (dark: only contrast, as nothing else depends on it), and at the width of a small phone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from kennislab.accounts import operations as accounts
from kennislab.accounts.models import Person
from kennislab.accounts.queries import actor_of
from kennislab.archive.models import ArchiveItem, Status
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.grouping import operations as grouping
from kennislab.grouping import placing
from kennislab.products import operations as products
from kennislab.programme import operations as programmes
from kennislab.programme.models import District, Lab, LabState, Programme
from kennislab.questions import operations as questions
from kennislab.questions.operations import QuestionData
from tests.factories.world import bring_to
from tests.journeys.day.watch import Watch
from tests.support import browser as chromium
from tests.support import databases
from tests.support.demo import DemoServer, start_demo

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
NARROW = 320

# With reduced motion a colour still takes a moment, and what is nested deeper begins after what it is in.
AT_REST = """async () => {
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  for (let quiet = 0; quiet < 3; quiet = document.getAnimations().length ? 0 : quiet + 1) await frame();
}"""

# Who reads it, and where it is. What is in braces is looked up or made in `Places`.
PAGES: dict[str, list[tuple[str, str]]] = {
    "accounts.open_link": [("anonymous", "/aanmelden/link/{magic}"), ("anonymous", "/aanmelden/link/verlopen")],
    "accounts.open_personal_link": [("anonymous", "/uitnodiging/{personal}")],
    "accounts.sign_in": [("anonymous", "/aanmelden")],
    "accounts.sign_ins": [("coordinator", "/mijn/aanmeldingen"), ("participant", "/mijn/aanmeldingen")],
    "accounts.sign_out": [("participant", "/afmelden")],
    "archive.edit": [("facilitator", "/kennislabs/{harvest}/oogst/{card}/bewerken")],
    "archive.harvest": [
        ("facilitator", "/kennislabs/{harvest}/oogst"),
        ("facilitator", "/kennislabs/{harvest}/oogst?toon=alles"),
        ("participant", "/kennislabs/{harvest}/oogst"),
    ],
    "archive.home": [
        ("participant", "/archief"),
        ("participant", "/archief?q=koppelkansen+isolatie"),
        ("participant", "/archief?q=qqqqzzzz"),
    ],
    "archive.item": [("participant", "/archief/{item}"), ("coordinator", "/archief/{item}")],
    "archive.lab_archive": [("participant", "/kennislabs/{sealed}/archief")],
    "archive.merge": [("facilitator", "/kennislabs/{harvest}/oogst/samenvoegen?kaart={card}&kaart={card2}")],
    "archive.report": [("participant", "/kennislabs/{sealed}/verslag"), ("facilitator", "/kennislabs/{harvest}/verslag")],
    "archive.seal": [("coordinator", "/kennislabs/{harvest}/oogst/sluiten")],
    "evaluation.year": [("participant", "/programmas/{programme}/jaar/{year}"), ("coordinator", "/programmas/{programme}/jaar/{year}")],
    "grouping.board": [("facilitator", "/kennislabs/{grouped}/themas"), ("participant", "/kennislabs/{lab}/themas")],
    "grouping.groups": [("facilitator", "/kennislabs/{grouped}/groepen"), ("participant", "/kennislabs/{lab}/groepen")],
    "grouping.history": [("facilitator", "/kennislabs/{grouped}/themas/geschiedenis")],
    "live.desk": [("facilitator", "/live/{lab}/desk")],
    "live.join": [("anonymous", "/join"), ("anonymous", "/join?code=ABCD")],
    "live.join_by_token": [("anonymous", "/j/{token}")],
    "live.phone": [("participant", "/live/{lab}")],
    "live.projector": [("facilitator", "/live/{lab}/projector")],
    "products.edit": [("coordinator", "/kennisproducten/{draft_product}/bewerken")],
    "products.new": [("coordinator", "/programmas/{programme}/kennisproducten/nieuw")],
    "products.overview": [("anonymous", "/kennisproducten"), ("coordinator", "/kennisproducten")],
    "products.product": [("anonymous", "/kennisproducten/{public_product}"), ("coordinator", "/kennisproducten/{draft_product}")],
    "programme.dashboard": [("participant", "/programmas/{programme}"), ("coordinator", "/programmas/{programme}")],
    "programme.edit_agenda": [("coordinator", "/kennislabs/{asking}/agenda")],
    "programme.edit_district": [("coordinator", "/programmas/{programme}/gemeenten/wijken/{district}")],
    "programme.edit_lab": [("coordinator", "/kennislabs/{asking}/gegevens")],
    "programme.edit_programme": [("coordinator", "/programmas/{programme}/gegevens")],
    "programme.lab_page": [
        ("participant", "/kennislabs/{asking}"),
        ("facilitator", "/kennislabs/{lab}"),
        ("coordinator", "/kennislabs/{sealed}"),
    ],
    "programme.members": [("coordinator", "/programmas/{programme}/mensen")],
    "programme.participation": [("coordinator", "/programmas/{programme}/deelname")],
    "programme.places": [("coordinator", "/programmas/{programme}/gemeenten")],
    "programme.plan_lab": [("coordinator", "/programmas/{programme}/kennislabs/nieuw")],
    "programme.programmes": [("coordinator", "/programmas")],
    "programme.start": [("anonymous", "/"), ("coordinator", "/")],
    "questions.ask": [("participant", "/kennislabs/{asking}/vragen/nieuw"), ("facilitator", "/kennislabs/{asking}/vragen/nieuw")],
    "questions.edit": [("participant", "/kennisvragen/{question}/bewerken")],
    "questions.light_edit": [("facilitator", "/kennisvragen/{question}/redigeren")],
    "questions.of_lab": [("participant", "/kennislabs/{asking}/vragen"), ("facilitator", "/kennislabs/{asking}/vragen")],
    "questions.question": [("participant", "/kennisvragen/{question}"), ("facilitator", "/kennisvragen/{question}")],
    "error 404": [("anonymous", "/bestaat-niet"), ("participant", "/archief/bestaat-niet")],
    "error 403": [("participant", "/programmas/{programme}/gegevens")],
}

# What answers a GET and is no page: why not.
NOT_A_PAGE = {
    "archive.report_data": "JSON",
    "grouping.events": "JSON",
    "grouping.group_events": "JSON",
    "live.events": "JSON",
    "live.qr": "an image",
    "live.recall": "JSON",
    "live.snapshot": "JSON",
    "products.feed": "an Atom feed",
    "products.product_data": "JSON",
    "programme.qr": "an image",
    "questions.similar": "JSON",
    "static": "files",
}


@dataclass
class Places:
    """A running demo, and what to fill in for the names in `PAGES`."""

    server: DemoServer
    names: dict[str, Any]


def _app(server: DemoServer, folder: Path) -> Flask:
    """The app on the database of a running demo, to add to it what the demo does not have."""
    return databases.create_app(databases.settings(folder, f"sqlite:///{server.data / 'kennislab.sqlite3'}"))


def _who(server: DemoServer, role: str) -> Person:
    return db.session().query(Person).filter_by(email=server.people[role]["email"]).one()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """A demo with the room open, and beside it a lab that asks for questions and one whose questions are grouped."""
    server = start_demo("live", tmp_path_factory.mktemp("axe-live"))
    app = _app(server, tmp_path_factory.mktemp("axe-app"))
    try:
        with app.app_context(), transaction() as tx:
            names = _fill(tx, server)
        yield Places(server, names)
    finally:
        databases.dispose(app)
        server.stop()


def _fill(tx: Any, server: DemoServer) -> dict[str, Any]:
    programme = tx.session.query(Programme).filter_by(example=True).one()
    staff, asker = (actor_of(tx.session, _who(server, role)) for role in ("facilitator", "participant"))
    labs = {}
    for name in ("asking", "grouped"):
        start = clock.now() + timedelta(days=30)
        labs[name] = lab = programmes.plan_lab(
            tx, programme, programmes.LabData(f"Proef: {name}", start, start + timedelta(hours=4), start - timedelta(days=7))
        )
        bring_to(tx, lab, LabState.COLLECTING, staff)
        asked = [
            questions.submit(tx, lab, who, QuestionData(text, context="Zoals in onze wijk.", theme_hint="draagvlak"))
            for who, text in (
                (asker, "Hoe bereik je bewoners die nooit komen?"),
                (staff, "Hoe betaal je de extra inzet van vrijwilligers?"),
            )
        ]
        questions.support(tx, asked[1], asker.person_id)
        labs[f"{name}-asked"] = asked
    questions.save_draft(tx, labs["asking"], asker, QuestionData("Nog niet af"))
    bring_to(tx, labs["grouped"], LabState.GROUPING, staff)
    grouping.create_theme(tx, labs["grouped"], staff, "Bereik en vertrouwen", [labs["grouped-asked"][0].id])
    placing.make_groups(tx, labs["grouped"], staff)
    sealed = tx.session.query(Lab).filter_by(state=LabState.ARCHIVED).order_by(Lab.starts_at.desc()).first()
    items = (
        tx.session.query(ArchiveItem).filter_by(lab_id=sealed.id, status=Status.CONFIRMED, kind="solution").order_by(ArchiveItem.id).all()
    )
    draft, public = (products.from_items(tx, programme.id, f"Stappenplan {name}", items[:2]) for name in ("in de maak", "voor iedereen"))
    products.give_early_access(tx, public, clock.now().date())
    products.publish_due(tx, clock.now() + timedelta(days=1))
    coordinator = _who(server, "coordinator")
    return {
        "programme": programme.id,
        "year": sealed.starts_at.year,
        "lab": server.lab["id"],
        "token": server.join["url"].rsplit("/", 1)[1],
        "asking": labs["asking"].id,
        "grouped": labs["grouped"].id,
        "sealed": sealed.id,
        "item": next((one.id for one in items if one.consent.value == "programme"), items[0].id),
        "question": labs["asking-asked"][0].public_id,
        "district": tx.session.query(District).filter_by(programme_id=programme.id).first().id,
        "draft_product": draft.public_id,
        "public_product": public.public_id,
        "magic": accounts.make_magic_link(tx, coordinator),
        "personal": accounts.make_personal_link(tx, _who(server, "participant"), programme.id),
    }


@pytest.fixture(scope="module")
def harvesting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    server = start_demo("harvesting", tmp_path_factory.mktemp("axe-harvest"))
    app = _app(server, tmp_path_factory.mktemp("axe-app"))
    try:
        with app.app_context():
            cards = (
                db.session()
                .query(ArchiveItem)
                .filter_by(lab_id=server.lab["id"], kind="bottleneck")
                .order_by(ArchiveItem.id)
                .limit(2)
                .all()
            )
            names = {"harvest": server.lab["id"], "card": cards[0].id, "card2": cards[1].id}
        yield Places(server, names)
    finally:
        databases.dispose(app)
        server.stop()


def test_every_page_is_looked_at(make_app: Any, sqlite_url: str) -> None:
    """What answers a GET is either looked at below, or has a reason not to be."""
    found = {rule.endpoint for rule in make_app(sqlite_url).url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert found - set(PAGES) - set(NOT_A_PAGE) == set(), "a page that nobody looks at: add it to PAGES"
    assert {name for name in (*PAGES, *NOT_A_PAGE) if "." in name} - found == set(), "no such page any more"
    assert set(PAGES) & set(NOT_A_PAGE) == set()


def _device(new_context: Any, server: DemoServer, watch: Watch, role: str, language: str) -> BrowserContext:
    """A browser in which somebody of this role is signed in, in this language."""
    context: BrowserContext = watch.on(new_context(**chromium.LAPTOP))
    page = context.new_page()
    page.goto(f"{server.url}/aanmelden?taal={language}")
    if role != "anonymous":
        form = page.locator("form:has(input[type=password])")
        form.locator("[name=email]").fill(server.people[role]["email"])
        form.locator("[type=password]").fill(server.people[role]["password"])
        form.locator("[type=submit]").click()
        page.wait_for_url(lambda address: "/aanmelden" not in address)
    page.close()
    return context


def _settled(page: Page) -> None:
    """Everything that starts by itself has started."""
    if page.locator("body[data-connection]").count():
        expect(page.locator("body")).to_have_attribute("data-connection", re.compile("^(connected|closed)$"), timeout=15_000)
    expect(page.locator("[data-controller]:not([data-bound])")).to_have_count(0, timeout=15_000)


def _violations(axe: Axe, page: Page, rules: dict[str, Any]) -> list[str]:
    found = axe.run(page, options=rules).response["violations"]
    return [f"{one['id']}: {', '.join(str(node['target'][0]) for node in one['nodes'][:4])}" for one in found]


def _look(new_context: Any, places: Places, language: str, needed: str | None) -> list[str]:
    """What is wrong with the pages that need ``needed`` (or, with None, all those that need no harvest)."""
    wrong: list[str] = []
    watch = Watch(places.server.url)
    axe = Axe()
    todo: dict[str, list[tuple[str, str]]] = {}
    for endpoint, looks in PAGES.items():
        for role, pattern in looks:
            if ("{harvest}" in pattern) is (needed == "harvest"):
                todo.setdefault(role, []).append((endpoint, pattern.format(**places.names)))
    for role, pages in todo.items():
        context = _device(new_context, places.server, watch, role, language)
        if any(endpoint == "live.phone" for endpoint, _address in pages):
            _joins(context, places.server)
        for endpoint, address in pages:
            page = context.new_page()
            expected = int(endpoint.split()[1]) if endpoint.startswith("error ") else 200
            answer = page.goto(places.server.url + address)
            heard = len(watch.said)
            name = f"{role} {address}"
            if answer is None or answer.status != expected or not answer.headers["content-type"].startswith("text/html"):
                wrong.append(f"{name}: {answer and answer.status}")
            elif page.locator("html").get_attribute("lang") != language:
                wrong.append(f"{name}: not in {language}")
            elif not re.sub(r"^https?://[^/]+", "", page.url).startswith(address.split("?")[0]):
                wrong.append(f"{name}: went to {page.url}")
            else:
                _settled(page)
                wrong += [f"{name} {language}: {one}" for one in _violations(axe, page, RULES)]
                if language == "nl":
                    page.emulate_media(color_scheme="dark")
                    page.evaluate(AT_REST)
                    wrong += [f"{name} dark: {one}" for one in _violations(axe, page, CONTRAST)]
                    page.emulate_media(color_scheme="light")
                if endpoint not in ("live.desk", "live.projector"):  # those are for a laptop and a wall
                    page.set_viewport_size({"width": NARROW, "height": 640})
                    if (width := page.evaluate("document.documentElement.scrollWidth")) > NARROW:
                        wrong.append(f"{name} {language}: {width} wide at {NARROW}")
            if expected != 200:  # the browser itself reports the status of such a page
                del watch.said[heard:]
                watch.said = [one for one in watch.said if "the server responded with a status" not in one]
            page.close()
        context.close()
    return wrong + watch.said + watch.strangers


def _joins(context: BrowserContext, server: DemoServer) -> None:
    page = context.new_page()
    page.goto(server.join["url"])
    page.locator("form[data-role=join-form] [type=submit]").click()
    page.wait_for_url("**/live/*")
    page.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.browser
@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages(live: Places, new_context: Any, language: str) -> None:
    wrong = _look(new_context, live, language, None)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.browser
@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_of_the_harvest(harvesting: Places, new_context: Any, language: str) -> None:
    wrong = _look(new_context, harvesting, language, "harvest")
    assert not wrong, "\n" + "\n".join(wrong)
