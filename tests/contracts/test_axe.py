"""Every page in a real browser: axe finds nothing (WCAG 2.2 A and AA), the console is silent, and nobody else's machine is asked.

The pages are those of ``app.url_map``: a page that is neither in `PAGES` nor, with the reason, in `NOT_A_PAGE` fails. All are read in
Dutch and in English, light and dark, and at the width of a small phone. What cannot differ is not done twice: in dark only the rules
about colours, and once per page; in English only whether things have names, and once per page and reader. KENNISLAB_PAGES=archive.
looks at the pages of which the endpoint begins with that, to save time while working on them.
"""

from __future__ import annotations

import json
import mailbox
import os
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from kennislab.accounts import operations as accounts
from kennislab.accounts.models import Person
from kennislab.accounts.own_routes import address_token
from kennislab.accounts.queries import actor_of
from kennislab.archive import following, prompts, searches
from kennislab.archive import operations as archive
from kennislab.archive.asking import Asked
from kennislab.archive.models import ArchiveItem, Consent, EvidencePrompt, Outcome, Status
from kennislab.core import clock, sheets
from kennislab.core.db import db
from kennislab.core.folder import secret as secret_of
from kennislab.core.transaction import transaction
from kennislab.grouping import keeping, placing, ranking
from kennislab.grouping import operations as grouping
from kennislab.invitations import links, waves
from kennislab.invitations import operations as invitations
from kennislab.invitations import queries as invited_people
from kennislab.invitations.models import Answer
from kennislab.live import library
from kennislab.live.methods.schema import BUILT_IN
from kennislab.products import operations as products
from kennislab.programme import mails
from kennislab.programme import operations as programmes
from kennislab.programme.models import District, Lab, LabState, Programme
from kennislab.questions import co_asking, fields
from kennislab.questions import operations as questions
from kennislab.questions.operations import QuestionData
from tests.factories.world import bring_to
from tests.journeys.day.watch import Watch
from tests.live.phones import uuid7
from tests.support import browser as chromium
from tests.support import databases
from tests.support.demo import DemoServer, start_demo
from tests.support.looking import settled, sticks_out, violations

ONLY = os.environ.get("KENNISLAB_PAGES", "")

# Who reads it, and where it is. What is in braces is looked up or made in `Places`.
PAGES: dict[str, list[tuple[str, str]]] = {
    "accounts.open_link": [("anonymous", "/aanmelden/link/{magic}"), ("anonymous", "/aanmelden/link/verlopen")],
    "accounts.open_personal_link": [("anonymous", "/uitnodiging/{personal}")],
    "accounts.ask_erasure": [("participant", "/mijn/gegevens/wissen")],
    "accounts.open_address_link": [("participant", "/mijn/gegevens/adres/{address}")],
    "accounts.own_data": [("participant", "/mijn/gegevens"), ("coordinator", "/mijn/gegevens")],
    "accounts.sign_in": [("anonymous", "/aanmelden")],
    "accounts.sign_ins": [("coordinator", "/mijn/aanmeldingen"), ("participant", "/mijn/aanmeldingen")],
    "accounts.sign_out": [("anonymous", "/afmelden"), ("participant", "/afmelden")],
    "archive.edit": [("facilitator", "/kennislabs/{harvest}/oogst/{card}/bewerken")],
    "archive.harvest": [
        ("facilitator", "/kennislabs/{harvest}/oogst"),
        ("facilitator", "/kennislabs/{harvest}/oogst?toon=alles"),
        ("participant", "/kennislabs/{harvest}/oogst"),
    ],
    "archive.ask_withdraw_outcome": [("coordinator", "/archief/{told}/resultaat/{line}/intrekken")],
    "archive.home": [
        ("participant", "/archief"),
        ("participant", "/archief?q=koppelkansen+isolatie"),
        ("participant", "/archief?q=qqqqzzzz"),
        ("anonymous", "/archief"),
    ],
    "archive.kept_searches": [("participant", "/archief/zoekopdrachten"), ("participant", "/archief/zoekopdrachten?bewaren=q%3Denergie")],
    "archive.like": [("participant", "/archief/lijkt-op/{alike}")],
    "archive.open_stop": [("anonymous", "/zoekmail-stoppen/{stop}")],
    "archive.item": [("participant", "/archief/{item}"), ("coordinator", "/archief/{item}")],
    "archive.item_chain": [("participant", "/archief/{item}/herkomst")],
    "archive.lab_chain": [("participant", "/kennislabs/{sealed}/herkomst")],
    "archive.lab_archive": [("participant", "/kennislabs/{sealed}/archief")],
    "archive.merge": [("facilitator", "/kennislabs/{harvest}/oogst/samenvoegen?kaart={card}&kaart={card2}")],
    "archive.open_prompt": [("anonymous", "/wat-kwam-ervan/{prompt}"), ("anonymous", "/wat-kwam-ervan/{answered}?gemeld=1")],
    "archive.previous_time": [
        ("participant", "/kennislabs/{asking}/vorige-keer"),
        ("coordinator", "/kennislabs/{asking}/vorige-keer"),
        ("participant", "/kennislabs/{first}/vorige-keer"),
    ],
    "archive.programme_actions": [
        ("participant", "/programmas/{programme}/acties"),
        ("coordinator", "/programmas/{programme}/acties?stand=alle"),
    ],
    "archive.package": [("coordinator", "/kennislabs/{sealed}/archiefpakket?controle=1")],
    "archive.report": [("participant", "/kennislabs/{sealed}/verslag"), ("facilitator", "/kennislabs/{harvest}/verslag")],
    "archive.report_files": [("participant", "/kennislabs/{sealed}/verslag/bestanden")],
    "archive.seal": [("coordinator", "/kennislabs/{harvest}/oogst/sluiten")],
    "archive.preview": [("coordinator", "/kennislabs/{harvest}/oogst/voorbeeld?als=public")],
    "archive.own": [("participant", "/kennislabs/{harvest}/oogst/eigen")],
    "evaluation.insight": [
        ("participant", "/programmas/{programme}/inzicht"),
        ("coordinator", "/programmas/{programme}/inzicht?van=2024-Q1&thema=Techniek+en+warmte&tel=bijdragen"),
    ],
    "evaluation.year": [("participant", "/programmas/{programme}/jaar/{year}"), ("coordinator", "/programmas/{programme}/jaar/{year}")],
    "grouping.alike": [("facilitator", "/kennislabs/{asking}/vragen/dubbel")],
    "grouping.board": [("facilitator", "/kennislabs/{grouped}/themas"), ("participant", "/kennislabs/{lab}/themas")],
    "grouping.groups": [("facilitator", "/kennislabs/{grouped}/groepen"), ("participant", "/kennislabs/{lab}/groepen")],
    "grouping.compare": [("facilitator", "/kennislabs/{grouped}/themas/bewaard/{kept}")],
    "grouping.fill": [("facilitator", "/kennislabs/{grouped}/themas/vullen?titel=Bewoners+bereiken&kaart={card}")],
    "grouping.kept": [("facilitator", "/kennislabs/{grouped}/themas/bewaard")],
    "grouping.choose_themes": [
        ("facilitator", "/kennislabs/{grouped}/themas-kiezen"),
        ("participant", "/kennislabs/{grouped}/themas-kiezen"),
    ],
    "grouping.own_page": [("participant", "/kennislabs/{lab}/mijn"), ("participant", "/kennislabs/{grouped}/mijn")],
    "grouping.print_groups": [
        ("facilitator", "/kennislabs/{lab}/groepen/printen"),
        ("facilitator", "/kennislabs/{lab}/groepen/printen?wat=namen"),
    ],
    "grouping.printed": [("facilitator", "/kennislabs/{grouped}/themas/afdruk")],
    "grouping.history": [("facilitator", "/kennislabs/{grouped}/themas/geschiedenis")],
    "invitations.one_invitation": [("coordinator", "/kennislabs/{asking}/uitnodigingen/{invited}")],
    "invitations.open_invitation": [("anonymous", "/antwoord/{answer}")],
    "invitations.overview_page": [
        ("coordinator", "/kennislabs/{asking}/uitnodigingen"),
        ("facilitator", "/kennislabs/{asking}/uitnodigingen?toon=niet-uitgenodigd"),
    ],
    "invitations.own_answer": [("participant", "/kennislabs/{asking}/antwoord")],
    "invitations.wave": [("facilitator", "/kennislabs/{asking}/uitnodigingen/mails/{wave}")],
    "live.desk": [("facilitator", "/live/{lab}/desk")],
    "live.join": [("anonymous", "/join"), ("anonymous", "/join?code=ABCD")],
    "live.join_by_token": [("anonymous", "/j/{token}")],
    "live.paper_entry": [("facilitator", "/kennislabs/{lab}/papier/invoeren")],
    "live.paper_sheets": [("facilitator", "/kennislabs/{lab}/papier?lijst=namen")],
    "live.phone": [("participant", "/live/{lab}")],
    "live.projector": [("facilitator", "/live/{lab}/projector")],
    "live.take_desk": [("anonymous", "/overnemen/abc")],
    "live.take_desk_by_code": [("anonymous", "/overnemen")],
    "methods.edit": [("coordinator", "/programmas/{programme}/werkvormen/{own_method}/bewerken")],
    "methods.new": [("coordinator", "/programmas/{programme}/werkvormen/nieuw")],
    "methods.overview": [("coordinator", "/programmas/{programme}/werkvormen")],
    "methods.run_sheet": [("coordinator", "/programmas/{programme}/werkvormen/{own_method}")],
    "methods.take_in": [("coordinator", "/programmas/{programme}/werkvormen/inlezen")],
    "products.edit": [("coordinator", "/kennisproducten/{draft_product}/bewerken")],
    "products.new": [("coordinator", "/programmas/{programme}/kennisproducten/nieuw")],
    "products.overview": [("anonymous", "/kennisproducten"), ("coordinator", "/kennisproducten")],
    "products.product_chain": [("participant", "/kennisproducten/{public_product}/herkomst?stap=1")],
    "products.product": [("anonymous", "/kennisproducten/{public_product}"), ("coordinator", "/kennisproducten/{draft_product}")],
    "programme.dashboard": [("participant", "/programmas/{programme}"), ("coordinator", "/programmas/{programme}")],
    "programme.edit_agenda": [("coordinator", "/kennislabs/{asking}/agenda")],
    "programme.edit_district": [("coordinator", "/programmas/{programme}/gemeenten/wijken/{district}")],
    "programme.edit_lab": [("coordinator", "/kennislabs/{asking}/gegevens")],
    "programme.edit_programme": [("coordinator", "/programmas/{programme}/gegevens")],
    "programme.keeping": [("coordinator", "/programmas/{programme}/bewaren")],
    "programme.lab_page": [
        ("participant", "/kennislabs/{asking}"),
        ("facilitator", "/kennislabs/{lab}"),
        ("coordinator", "/kennislabs/{sealed}"),
        ("coordinator", "/kennislabs/{asking}"),
    ],
    "programme.import_people": [("coordinator", "/programmas/{programme}/mensen/inlezen")],
    "programme.caught_mail": [("anonymous", "/postvak/{caught}")],
    "programme.caught_mails": [("anonymous", "/postvak")],
    "programme.mail": [("coordinator", "/programmas/{programme}/post/{missed}")],
    "programme.mail_template": [("coordinator", "/programmas/{programme}/post/sjablonen/invitation/nl")],
    "programme.mail_templates": [("facilitator", "/programmas/{programme}/post/sjablonen")],
    "programme.members": [("coordinator", "/programmas/{programme}/mensen")],
    "programme.person": [("coordinator", "/programmas/{programme}/mensen/{one_person}")],
    "programme.preview_people": [("coordinator", "/programmas/{programme}/mensen/inlezen/{people_sheet}")],
    "programme.prepare_day": [("facilitator", "/kennislabs/{lab}/dag")],
    "programme.outbox": [("coordinator", "/programmas/{programme}/post")],
    "programme.participation": [("coordinator", "/programmas/{programme}/deelname")],
    "programme.places": [("coordinator", "/programmas/{programme}/gemeenten")],
    "programme.plan_lab": [("coordinator", "/programmas/{programme}/kennislabs/nieuw")],
    "programme.programmes": [("coordinator", "/programmas")],
    "programme.start": [("anonymous", "/"), ("coordinator", "/")],
    "questions.ask": [("participant", "/kennislabs/{asking}/vragen/nieuw"), ("facilitator", "/kennislabs/{asking}/vragen/nieuw")],
    "questions.carry": [("facilitator", "/kennislabs/{asking}/vragen/overnemen")],
    "questions.do_many": [("facilitator", "/kennislabs/{asking}/vragen/beheer/samen?do=return&v={question}")],
    "questions.edit": [("participant", "/kennisvragen/{question}/bewerken")],
    "questions.import_preview": [("facilitator", "/kennislabs/{asking}/vragen/inlezen/{question_sheet}")],
    "questions.import_questions": [("facilitator", "/kennislabs/{asking}/vragen/inlezen")],
    "questions.light_edit": [("facilitator", "/kennisvragen/{question}/redigeren")],
    "questions.manage": [("facilitator", "/kennislabs/{asking}/vragen/beheer")],
    "questions.merge": [("facilitator", "/kennislabs/{asking}/vragen/samenvoegen?v={question}&v={question2}")],
    "questions.of_lab": [("participant", "/kennislabs/{asking}/vragen"), ("facilitator", "/kennislabs/{asking}/vragen")],
    "questions.question": [(role, "/kennisvragen/{question}") for role in ("participant", "facilitator", "coordinator")],
    "questions.split": [("facilitator", "/kennisvragen/{question}/splitsen")],
    "questions.shape": [("facilitator", "/kennislabs/{asking}/vragen/formulier?erbij=1")],
    "questions.wall": [("participant", "/kennislabs/{asking}/vragenmuur"), ("participant", "/kennislabs/{asking}/vragenmuur?zoek=qqqq")],
    "error 404": [("anonymous", "/bestaat-niet"), ("participant", "/archief/bestaat-niet")],
    "error 403": [("participant", "/programmas/{programme}/gegevens")],
}

# What answers a GET and is no page: why not.
NOT_A_PAGE = {
    "accounts.own_data_file": "a file",
    "archive.cards_now": "JSON",
    "archive.found_csv": "a table",
    "archive.download_actions": "a table",
    "archive.find": "JSON",
    "archive.package_file": "a ZIP",
    "archive.item_chain_data": "JSON",
    "archive.report_data": "JSON",
    "archive.signing_keys": "JSON",
    "archive.report_file": "a file",
    "evaluation.insight_numbers": "a table",
    "grouping.events": "JSON",
    "grouping.group_events": "JSON",
    "invitations.calendar": "an iCalendar file",
    "invitations.calendar_by_link": "an iCalendar file",
    "live.events": "JSON",
    "live.methods": "JSON",
    "live.offered_desk": "JSON",
    "live.presence": "JSON",
    "live.qr": "an image",
    "live.recall_one": "JSON",
    "live.snapshot": "JSON",
    "live.upload": "a file",
    "live.waiting_for_desk": "only for a browser that has just asked; made of the same parts as live.take_desk",
    "methods.built_in": "leads on to the library",
    "methods.export": "a YAML file",
    "products.feed": "an Atom feed",
    "products.product_data": "JSON",
    "programme.example_people": "a table",
    "programme.export_members": "a table",
    "programme.qr": "an image",
    "programme.wrong_people": "a table",
    "questions.export": "a table",
    "questions.import_example": "a table",
    "questions.import_rest": "a table",
    "questions.people_like": "JSON",
    "static": "files",
}

# For a laptop and a wall: these need not fit on a small phone.
WIDE = {"live.desk", "live.projector"}

# What is rearranged on a small phone, not only made narrower: axe looks at that arrangement too.
REARRANGED = {"grouping.board", "grouping.groups", "grouping.history", "live.join", "programme.start"}


@dataclass
class Places:
    """A running demo, and what to fill in for the names in `PAGES`."""

    server: DemoServer
    app: Flask
    names: dict[str, Any]

    def op(self, type_: str, **fields: Any) -> dict[str, Any]:
        """The facilitator says this to the room."""
        request = urllib.request.Request(
            f"{self.server.url}/live/{self.server.lab['id']}/ops",
            data=json.dumps({"ops": [{"id": uuid7(), "type": type_, **fields}]}).encode(),
            headers={"Authorization": f"Bearer {self.server.people['facilitator']['token']}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            result: dict[str, Any] = json.load(answer)["results"][0]
        assert result["status"] == "accepted", result
        return result


def _app(server: DemoServer, folder: Path) -> Flask:
    """The app on the database of a running demo, to add to it what the demo does not have."""
    settings = databases.settings(folder, f"sqlite:///{server.data / 'kennislab.sqlite3'}", SECRET_KEY=secret_of(server.data))
    return databases.create_app(settings)


def _who(server: DemoServer, role: str) -> Person:
    return db.session().query(Person).filter_by(email=server.people[role]["email"]).one()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """A demo with the room open, and beside it a lab that asks for questions and one whose questions are grouped."""
    server = start_demo("live", tmp_path_factory.mktemp("axe"))
    try:
        app = _app(server, tmp_path_factory.mktemp("axe-app"))
        try:
            with app.app_context(), transaction() as tx:
                names = _fill(tx, server)
            yield Places(server, app, names)
        finally:
            databases.dispose(app)
    finally:
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
                (staff, "Hoe bereiken we bewoners die nooit komen?"),
            )
        ]
        questions.support(tx, asked[1], asker.person_id)
        labs[f"{name}-asked"] = asked
    fields.save(tx, labs["asking"], [fields.Wish(label="Welke wijk?", required=True), fields.Wish(label="Haast?", kind="yes_no")], [], 0)
    co_asking.join(tx, labs["asking-asked"][0], staff, "Bij ons komen ze ook niet.")
    questions.save_draft(tx, labs["asking"], asker, QuestionData("Nog niet af"))
    bring_to(tx, labs["grouped"], LabState.GROUPING, staff)
    grouping.create_theme(tx, labs["grouped"], staff, "Bereik en vertrouwen", [labs["grouped-asked"][0].id])
    placing.make_groups(tx, labs["grouped"], staff)
    placing.place_by_question(tx, labs["grouped"], staff)
    grouping.create_theme(tx, labs["grouped"], staff, "Geld", [labs["grouped-asked"][1].id])
    ranking.open_ranking(tx, labs["grouped"], None, staff)
    sealed = tx.session.query(Lab).filter_by(state=LabState.ARCHIVED).order_by(Lab.starts_at.desc()).first()
    items = (
        tx.session.query(ArchiveItem).filter_by(lab_id=sealed.id, status=Status.CONFIRMED, kind="solution").order_by(ArchiveItem.id).all()
    )
    prompt, answered = (
        EvidencePrompt(item_id=one.id, municipality_code="GM0855", quarter="2020-Q1", person_id=asker.person_id) for one in items[:2]
    )
    tx.session.add_all([prompt, answered])
    tx.session.flush()
    line = following.report_outcome(tx, items[1], "GM0855", Outcome.WORKED, "Elke dinsdag.", None, asker)
    searches.keep(tx, asker, "Energie", Asked.of([("q", "energie"), ("soort", "solution")]), "day")
    draft, public = (products.from_items(tx, programme.id, f"Stappenplan {name}", items[:2]) for name in ("in de maak", "voor iedereen"))
    products.give_early_access(tx, public, clock.now().date())
    products.publish_due(tx, clock.now() + timedelta(days=1))
    coordinator = _who(server, "coordinator")
    for one in invitations.invite(tx, labs["asking"], [_who(server, role) for role in ("participant", "facilitator")], "Marit"):
        if one.person_id == asker.person_id:
            invitations.answer(tx, one, Answer.COMING, "link", note="Ik kom een half uur later.")
    invitation = invited_people.invitation_of(tx.session, labs["asking"].id, staff.person_id)
    asked_table = sheets.read("vragen.csv", b"Vraag;Naam;Gemeente\nWie helpt een huurder met een tochtige woning?;Jan;Delft\nKort;;\n")
    asked_sheet = sheets.keep(tx, f"questions:{labs['asking'].id}", staff.person_id, asked_table)
    sheets.choose(tx, asked_sheet, {"text": 0, "name": 1, "municipality": 2})
    table = sheets.read("lijst.csv", "Naam;E-mail;Gemeente\nZoë;zoe@voorbeeld.example;Delft\nPiet;piet@;\n".encode())
    missed = mails.prepare(tx, coordinator, "invitation", labs["asking"])
    assert missed is not None
    missed.state, missed.error = "failed", "550 5.1.1 User unknown"
    mail = f"From: a@voorbeeld.example\nTo: {coordinator.email}\nSubject: Kom je ook?\n\nDag, zie http://127.0.0.1/x\n"
    return {
        "address": address_token(_who(server, "participant"), "elders@voorbeeld.example"),
        "missed": missed.public_id,
        "caught": mailbox.Maildir(server.data / "mail").add(mail),
        "people_sheet": sheets.keep(tx, f"people:{programme.id}", coordinator.id, table).id,
        "one_person": asker.person_id,
        "programme": programme.id,
        "year": sealed.starts_at.year,
        "lab": server.lab["id"],
        "token": server.join["url"].rsplit("/", 1)[1],
        "asking": labs["asking"].id,
        "first": tx.session.query(Lab).filter_by(programme_id=programme.id).order_by(Lab.starts_at).first().id,
        "prompt": prompts.token_of(prompt),
        "answered": prompts.token_of(answered),
        "told": items[1].id,
        "alike": f"{items[0].kind}/{items[0].id}",
        "stop": searches.token_of(asker.person_id),
        "line": line.id,
        "grouped": labs["grouped"].id,
        "card": labs["grouped-asked"][1].id,
        "kept": keeping.keep(tx, labs["grouped"], staff, "Voor de middag").id,
        "sealed": sealed.id,
        "item": next((one.id for one in items if one.consent.value == "programme"), items[0].id),
        "question": labs["asking-asked"][0].public_id,
        "question2": labs["asking-asked"][1].public_id,
        "question_sheet": asked_sheet.id,
        "district": tx.session.query(District).filter_by(programme_id=programme.id).first().id,
        "own_method": library.keep(tx, programme.id, staff, BUILT_IN["troika_consulting"].model_copy(update={"id": "onze_troika"})).key,
        "invited": asker.person_id,
        "answer": links.token_of(invitation),
        "wave": waves.prepare_wave(tx, labs["asking"], "invitation", "Marit").public_id,
        "draft_product": draft.public_id,
        "public_product": public.public_id,
        "magic": accounts.make_magic_link(tx, coordinator),
        "personal": accounts.make_personal_link(tx, _who(server, "participant"), programme.id),
    }


@pytest.fixture(scope="module")
def harvest(places: Places) -> Places:
    """The same, after the room was closed: with a card of every status, an action, and something that answers something."""
    said = places.op("contribution.add", kind="bottleneck", text="Niemand leest de brief van het warmtebedrijf")
    places.op("contribution.add", kind="solution", text="De brief samen lezen in de taalles", answers=said["contribution"])
    places.op("contribution.add", kind="insight", text="Een gezin zit zonder stroom", consent="group")
    places.op("action.add", text="Het warmtebedrijf bellen", owner="Marit de Vries", due=clock.now().date().isoformat())
    places.op("lab.close")
    staff = places.server.people["facilitator"]["email"]
    with places.app.app_context(), transaction() as tx:
        by = actor_of(tx.session, tx.session.query(Person).filter_by(email=staff).one())
        lab = places.server.lab["id"]
        bottlenecks = tx.session.query(ArchiveItem).filter_by(lab_id=lab, kind="bottleneck").filter(ArchiveItem.consent != Consent.GROUP)
        cards = bottlenecks.order_by(ArchiveItem.id).limit(6).all()
        one, other, kept, twin, dropped, confirmed = cards
        archive.set_themes(tx, one, ["Vertrouwen", "Taal"])
        archive.merge(tx, kept, [twin], "Wat twee keer is gezegd", by)
        archive.drop(tx, dropped)
        archive.confirm(tx, confirmed)
        places.names |= {"harvest": lab, "card": one.id, "card2": other.id}
    return places


@pytest.fixture(scope="module")
def devices(places: Places, browser: Any, browser_context_args: dict[str, Any]) -> Iterator[dict[str, tuple[Page, Watch]]]:
    """A page for each who reads, signed in once; the participant is in the room too."""
    opened: dict[str, tuple[Page, Watch]] = {}
    for role in sorted({role for looks in PAGES.values() for role, _address in looks}):
        watch = Watch(places.server.url)
        context = watch.on(browser.new_context(**{**browser_context_args, **chromium.LAPTOP}))
        page = context.new_page()
        opened[role] = (page, watch)
        if role != "anonymous":
            _signs_in(page, places.server, role)
        if role == "participant":
            _joins(page, places.server)
    yield opened
    for page, _watch in opened.values():
        page.context.close()


def test_every_page_is_looked_at(make_app: Any, sqlite_url: str) -> None:
    """What answers a GET is either looked at below, or has a reason not to be."""
    found = {rule.endpoint for rule in make_app(sqlite_url).url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert found - set(PAGES) - set(NOT_A_PAGE) == set(), "a page that nobody looks at: add it to PAGES"
    assert {name for name in (*PAGES, *NOT_A_PAGE) if "." in name} - found == set(), "no such page any more"
    assert set(PAGES) & set(NOT_A_PAGE) == set()


def _signs_in(page: Page, server: DemoServer, role: str) -> None:
    page.goto(f"{server.url}/aanmelden")
    form = page.locator("form:has(input[type=password])")
    form.locator("[name=email]").fill(server.people[role]["email"])
    form.locator("[type=password]").fill(server.people[role]["password"])
    form.locator("[type=submit]").click()
    page.wait_for_url(lambda address: "/aanmelden" not in address)


def _joins(page: Page, server: DemoServer) -> None:
    page.goto(server.join["url"])
    page.locator("form[data-role=join-form] [type=submit]").click()
    page.wait_for_url("**/live/*")


def _wrong(page: Page, watch: Watch, places: Places, endpoint: str, address: str, language: str, *, dark: bool) -> list[str]:
    """What is wrong with one page in one language; in ``dark`` too, where that is asked."""
    expected = int(endpoint.split()[1]) if endpoint.startswith("error ") else 200
    page.set_viewport_size(chromium.LAPTOP["viewport"])
    answer = page.goto(places.server.url + address)
    if answer is None or answer.status != expected or not answer.headers["content-type"].startswith("text/html"):
        return [f"{answer and answer.status}"]
    if page.locator("html").get_attribute("lang") != language:
        return [f"not in {language}"]
    if not re.sub(r"^https?://[^/]+", "", page.url).startswith(address.split("?")[0]):
        return [f"went to {page.url}"]
    settled(page)
    wrong = violations(page, words_only=language == "en", dark=dark)
    if endpoint not in WIDE:
        wrong += sticks_out(page)
    if endpoint in REARRANGED:
        wrong += [f"narrow: {one}" for one in violations(page, words_only=language == "en", dark=dark)]
    if expected != 200:  # the browser itself reports the status of such a page
        watch.said = [one for one in watch.said if "the server responded with a status" not in one]
    return wrong


def _look(devices: dict[str, tuple[Page, Watch]], places: Places, language: str, *, harvest: bool) -> list[str]:
    """What is wrong with the pages that need a harvest, or with all others."""
    wrong: list[str] = []
    for page, _watch in devices.values():
        page.goto(f"{places.server.url}/?taal={language}")  # kept in a cookie
    for endpoint, looks in PAGES.items():
        for at, (role, pattern) in enumerate(looks):
            first = at == 0 or looks[0][0] != role  # of who reads it, and of every page
            if ("{harvest}" in pattern) is harvest and endpoint.startswith(ONLY) and (language == "nl" or first):
                address = pattern.format(**places.names)
                found = _wrong(*devices[role], places, endpoint, address, language, dark=at == 0)
                wrong += [f"{role} {address} {language}: {one}" for one in found]
    for page, watch in devices.values():
        page.goto("about:blank")
        wrong += watch.said + watch.strangers
        watch.said, watch.strangers = [], []
    return wrong


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.browser
@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages(places: Places, devices: dict[str, tuple[Page, Watch]], language: str) -> None:
    wrong = _look(devices, places, language, harvest=False)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.browser
@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_of_the_harvest(harvest: Places, devices: dict[str, tuple[Page, Watch]], language: str) -> None:
    """After the others, since it closes the room."""
    wrong = _look(devices, harvest, language, harvest=True)
    assert not wrong, "\n" + "\n".join(wrong)
