"""The pages of harvest and archive: each role × each state with its exact answer, and what the pages say."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from kennislab.archive import queries
from kennislab.archive.models import ArchiveItem, Consent, Status
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab, LabState
from tests.archive.rooms import SAID, Said, hold_a_lab, item_of
from tests.programme.worlds import ROLES, set_state, signed_in, world_in

SIGN_IN = 302  # to the sign-in page
H, A = LabState.HARVESTING, LabState.ARCHIVED
STAFF = {"facilitator": {H: 200}, "coordinator": {H: 200}}
LAB_PAGES: dict[str, dict[str, Any]] = {
    "/kennislabs/{lab}/oogst": {role: {H: 200, A: 302} for role in ("participant", "facilitator", "coordinator")},
    "/kennislabs/{lab}/oogst/sluiten": {"participant": 403, **STAFF},
    "/kennislabs/{lab}/oogst/eigen": {role: {H: 200, A: 302} for role in ("participant", "facilitator", "coordinator")},
    "/kennislabs/{lab}/oogst/voorbeeld": {"participant": 403, **STAFF},
    "/kennislabs/{lab}/oogst/geenkaart/koppelen": {"participant": 403, "facilitator": {H: 404}, "coordinator": {H: 404}},
    "/kennislabs/{lab}/oogst/samenvoegen": {"participant": 403, "facilitator": {H: 303}, "coordinator": {H: 303}},
    "/kennislabs/{lab}/archief": {role: {A: 200} for role in ("participant", "facilitator", "coordinator")},
    "/kennislabs/{lab}/archiefpakket": {"participant": 403, "facilitator": {A: 200}, "coordinator": {A: 200}},
    "/kennislabs/{lab}/verslag": {"participant": {A: 200}, "facilitator": {H: 200, A: 200}, "coordinator": {H: 200, A: 200}},
    "/kennislabs/{lab}/verslag.json": {"participant": {A: 200}, "facilitator": {H: 200, A: 200}, "coordinator": {H: 200, A: 200}},
}
LAB_POSTS: dict[str, dict[str, Any]] = {
    "/kennislabs/{lab}/oogst/ophalen": {"participant": 403, "facilitator": {H: 303}, "coordinator": {H: 303}},
    "/kennislabs/{lab}/oogst/alles-bevestigen": {"participant": 403, "facilitator": {H: 303}, "coordinator": {H: 303}},
    "/kennislabs/{lab}/oogst/sluiten": {"participant": 403, "facilitator": {H: 422}, "coordinator": {H: 422}},
    **{
        f"/kennislabs/{{lab}}/oogst/geenkaart/{verb}": {"participant": 403, "facilitator": {H: 404}, "coordinator": {H: 404}}
        for verb in ("bevestigen", "weglaten", "terugzetten", "themas", "bewerken", "in-place", "koppelen")
    },
    "/kennislabs/{lab}/oogst/veel": {"participant": 403, "facilitator": {H: 404}, "coordinator": {H: 404}},
    "/kennislabs/{lab}/oogst/terugdraaien": {"participant": 403, "facilitator": {H: 303}, "coordinator": {H: 303}},
    "/kennislabs/{lab}/oogst/alles-klopt": {role: {H: 303} for role in ("participant", "facilitator", "coordinator")},
    **{
        f"/kennislabs/{{lab}}/oogst/geenkaart/{verb}": {role: {H: 404} for role in ("participant", "facilitator", "coordinator")}
        for verb in ("intrekken", "klopt", "verwoorden", "toch-laten-staan")
    },
}


@pytest.mark.parametrize("state", list(LabState), ids=lambda state: state.value)
def test_pages_of_a_lab(make_app: Any, sqlite_url: str, state: LabState) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, state)
    for role in ROLES:
        client = signed_in(app, world, role)
        if role == "participant":  # what the page of the lab offers them leads somewhere
            home = client.get(f"/kennislabs/{world.lab_id}").text
            ways = set(re.findall(rf'href="((?:/kennislabs|/live)/{world.lab_id}/[^"#?]+)"', home))
            dead = {way: code for way in ways if (code := client.get(way).status_code) >= 400}
            assert ways and not dead, (state, dead)
        for method, pages in (("get", LAB_PAGES), ("post", LAB_POSTS)):
            for path, answers in pages.items():
                answer = answers.get(role, SIGN_IN if role == "anonymous" else 404)
                expected = answer if isinstance(answer, int) else answer.get(state, 409)
                if method == "post" and expected == SIGN_IN:
                    expected = 401
                got = getattr(client, method)(path.format(lab=world.lab_id))
                assert got.status_code == expected, (
                    role,
                    state,
                    method,
                    path,
                    got.text[-3000:] if got.status_code == 500 else got.text[:300],
                )


@pytest.fixture
def app(make_app: Any, sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


def look(app: Flask, said: Said, role: str, path: str) -> Any:
    return signed_in(app, said.world, role).get(path)


def found_id(app: Flask, said: Said, name: str) -> str:
    with app.app_context():
        return str(item_of(_Read(), said, name).id)  # type: ignore[arg-type]


class _Read:
    """What `item_of` needs of a transaction, for reading."""

    @property
    def session(self) -> Any:
        return db.session()


def test_items_are_for_who_may_see_them(app: Flask) -> None:
    said = hold_a_lab(app)
    secret, plain = found_id(app, said, "secret"), found_id(app, said, "slow")
    for role, status in {"anonymous": 302, "outsider": 404, "participant": 404, "facilitator": 200, "coordinator": 200}.items():
        assert look(app, said, role, f"/archief/{plain}").status_code == status, role
        assert look(app, said, role, "/archief/bestaatniet").status_code == (302 if role == "anonymous" else 404)
    client = signed_in(app, said.world, "facilitator")
    assert client.post(f"/kennislabs/{said.world.lab_id}/oogst/alles-bevestigen").status_code == 303
    sealed = client.post(f"/kennislabs/{said.world.lab_id}/oogst/sluiten", data={"sure": "1", "why": "Iedereen keek al."})
    assert (sealed.status_code, sealed.location) == (303, f"/kennislabs/{said.world.lab_id}/archief")
    for role, (of_plain, of_secret) in {
        "anonymous": (302, 302),
        "outsider": (404, 404),
        "participant": (200, 404),
        "facilitator": (200, 200),
    }.items():
        assert look(app, said, role, f"/archief/{plain}").status_code == of_plain, role
        assert look(app, said, role, f"/archief/{secret}").status_code == of_secret, role
        for verb, expected in {
            "verbetering": {"participant": 403, "facilitator": 422},
            "resultaat": {"participant": 422, "facilitator": 422},
        }.items():
            got = signed_in(app, said.world, role).post(f"/archief/{plain}/{verb}")
            assert got.status_code == expected.get(role, 401 if role == "anonymous" else of_plain), (role, verb)


def test_the_desk_works_as_plain_forms(app: Flask) -> None:
    said = hold_a_lab(app)
    lab = said.world.lab_id
    client = signed_in(app, said.world, "facilitator")
    page = client.get(f"/kennislabs/{lab}/oogst")
    for text in [*(one["text"] for one in SAID.values()), "Nog 8 kaarten te bekijken", "Facilitator", "Participant"]:
        assert text in page.text
    for where in (f"/kennislabs/{lab}", f"/programmas/{said.world.programme_id}"):  # both lead to the work, and say how much it is
        assert re.search(rf'href="/kennislabs/{lab}/oogst">.*?(Oogst nalopen|Nog 8 kaarten te bekijken)<', client.get(where).text, re.S)
    assert '<span class="count">8</span>' in client.get(f"/kennislabs/{lab}").text
    one, other, third = (found_id(app, said, name) for name in ("slow", "twin", "inside"))
    answer = client.post(f"/kennislabs/{lab}/oogst/{one}/bevestigen", data={"toon": "open", "next": other})
    assert (answer.status_code, answer.location) == (303, f"/kennislabs/{lab}/oogst?toon=open#kaart-{other}")
    answer = client.post(f"/kennislabs/{lab}/oogst/{third}/weglaten", headers={"Accept": "application/json"})
    told = answer.get_json()
    assert (told["done"], told["left"], told["undo"], list(told["cards"])) == ("Weggelaten", 6, "Weggelaten", [third])
    assert 'data-status="dropped"' in told["cards"][third] and SAID["inside"]["text"] in told["cards"][third]
    client.post(f"/kennislabs/{lab}/oogst/{third}/themas", data={"themes": "Vertrouwen, Geld"})
    merging = client.get(f"/kennislabs/{lab}/oogst/samenvoegen?kaart={one}&kaart={other}")
    assert merging.status_code == 200 and SAID["twin"]["text"] in merging.text
    merged = client.post(
        f"/kennislabs/{lab}/oogst/samenvoegen", data={"kaart": [one, other], "keep": other, "text": "Budget komt te laat."}
    )
    assert (merged.status_code, merged.location) == (303, f"/kennislabs/{lab}/oogst#kaart-{other}")
    with app.app_context():
        items = {item.id: item for item in queries.items_of(db.session(), lab)}
        assert (items[one].status, items[one].merged_into_id, items[other].text) == (Status.MERGED, other, "Budget komt te laat.")
        assert items[third].themes == ["Vertrouwen", "Geld"]


def test_editing_a_card(app: Flask) -> None:
    said = hold_a_lab(app)
    lab, one = said.world.lab_id, found_id(app, said, "inside")
    client = signed_in(app, said.world, "facilitator")
    form = client.get(f"/kennislabs/{lab}/oogst/{one}/bewerken").text
    rev = re.search(r'name="rev"[^>]*value="(\d+)"', form)
    assert rev is not None
    data = {
        "text": "Vertrouwen komt te voet en gaat te paard.",
        "kind": "lesson",
        "themes": "Vertrouwen",
        "consent": "programme",
        "rev": rev.group(1),
    }
    assert client.post(f"/kennislabs/{lab}/oogst/{one}/bewerken", data={**data, "then": "confirm"}).status_code == 303
    refused = client.post(f"/kennislabs/{lab}/oogst/{one}/bewerken", data=data)
    assert refused.status_code == 422 and "Iemand anders heeft deze kaart intussen veranderd" in refused.text
    assert "gaat te paard" in refused.text, "what was typed comes back"
    refused = client.post(
        f"/kennislabs/{lab}/oogst/{one}/bewerken", data={**data, "consent": "public_city", "rev": str(int(rev.group(1)) + 9)}
    )
    assert refused.status_code == 422
    with app.app_context():
        item = db.session.get_one(ArchiveItem, one)
        assert (item.kind, item.status, item.consent, item.original_text) == (
            "lesson",
            Status.CONFIRMED,
            Consent.PROGRAMME,
            SAID["inside"]["text"],
        )


def test_ones_own_contributions(app: Flask) -> None:
    said = hold_a_lab(app)
    lab, one = said.world.lab_id, found_id(app, said, "slow")
    client = signed_in(app, said.world, "participant")
    page = client.get(f"/kennislabs/{lab}/oogst").text
    assert SAID["slow"]["text"] in page
    assert SAID["unnamed"]["text"] not in page, "nobody knows any more whose it was"
    assert client.post(f"/kennislabs/{lab}/oogst/{one}/toestemming", data={"consent": "group"}).status_code == 303
    assert client.post(f"/kennislabs/{lab}/oogst/{one}/toestemming", data={"consent": "iedereen"}).status_code == 422
    assert client.post(f"/kennislabs/{lab}/oogst/{one}/intrekken").status_code == 303
    assert signed_in(app, said.world, "facilitator").post(f"/kennislabs/{lab}/oogst/{one}/intrekken").status_code == 404
    with app.app_context():
        item = db.session.get_one(ArchiveItem, one)
        assert (item.consent, item.status) == (Consent.GROUP, Status.DROPPED)


def test_the_seal_page_says_who_will_see_what(app: Flask) -> None:
    said = hold_a_lab(app)
    lab = said.world.lab_id
    client = signed_in(app, said.world, "facilitator")
    page = client.get(f"/kennislabs/{lab}/oogst/sluiten").text
    assert "Er staan nog 8 kaarten open." in page and 'name="sure"' not in page
    assert "Waarom sluit je nu al?" not in page, "first the cards"
    early = client.post(f"/kennislabs/{lab}/oogst/sluiten", data={"sure": "1", "why": "Haast"})
    assert early.status_code == 409 and "Er staan nog 8 kaarten open. Bevestig ze of laat ze weg" in early.text
    client.post(f"/kennislabs/{lab}/oogst/alles-bevestigen")
    page = client.get(f"/kennislabs/{lab}/oogst/sluiten").text
    assert 'name="sure"' in page and "Waarom sluit je nu al?" in page and "1 kaart blijft in de groep" in page
    assert client.post(f"/kennislabs/{lab}/oogst/sluiten", data={"why": "x"}).status_code == 422
    silent = client.post(f"/kennislabs/{lab}/oogst/sluiten", data={"sure": "1"})
    assert silent.status_code == 422 and "Schrijf op waarom je niet wacht" in silent.text
    for audience, sees, not_sees in (("programme", "inside", "secret"), ("public", "slow", "inside")):
        shown = client.get(f"/kennislabs/{lab}/oogst/voorbeeld?als={audience}").text
        assert SAID[sees]["text"] in shown and SAID[not_sees]["text"] not in shown
    assert client.get(f"/kennislabs/{lab}/oogst/voorbeeld?als=group:Verzonnen").status_code == 404


@pytest.fixture
def sealed(app: Flask) -> Said:
    return hold_a_lab(app, LabState.ARCHIVED)


def test_search_page(app: Flask, sealed: Said) -> None:
    client = signed_in(app, sealed.world, "participant")
    page = client.get("/archief?q=wijkbudgetten")
    assert page.status_code == 200
    assert "1 resultaat" in page.text and "Geef bewoners een <mark>wijkbudget</mark>." in page.text
    assert "zochten op “wijkbudget”" in client.get("/archief?q=wijkbudgte").text
    assert "Niets gevonden" in client.get("/archief?q=xyzzy").text
    assert "9 stukken in het archief" not in client.get("/archief").text  # what stays in its group is not counted
    filtered = client.get("/archief?soort=lesson&thema=Geld").text
    assert "Niets gevonden" in filtered and 'href="/archief?soort=lesson"' in filtered
    assert client.get("/archief?soort=%3Cscript%3E&bladzijde=-3&volgorde=x&_external=1&_scheme=javascript").status_code == 200
    assert "javascript" not in client.get("/archief?q=budget&_scheme=javascript&_external=1").text
    assert "<script>alert" not in client.get("/archief?q=<script>alert(1)</script>").text
    outsider = signed_in(app, sealed.world, "outsider").get("/archief?q=wijkbudget")
    assert outsider.status_code == 200 and "Niets gevonden" in outsider.text
    assert client.get("/archief?q=wethouder").text.count("De wethouder") == 0


def test_item_page_shows_both_ways_and_takes_additions(app: Flask, sealed: Said) -> None:
    purse, slow, plan = (found_id(app, sealed, name) for name in ("purse", "slow", "plan"))
    client = signed_in(app, sealed.world, "coordinator")
    assert SAID["slow"]["text"] in client.get(f"/archief/{purse}").text
    assert SAID["purse"]["text"] in client.get(f"/archief/{slow}").text
    assert client.post(f"/archief/{slow}/verbetering", data={"c-text": "Sinds januari klopt dit niet meer."}).status_code == 303
    worked = {"b-municipality_code": "GM0855", "b-status": "worked", "b-note": "Alles uitgegeven."}
    assert client.post(f"/archief/{purse}/resultaat", data=worked).status_code == 303
    failed = client.post(f"/archief/{purse}/resultaat", data={**worked, "b-status": "failed", "b-note": ""})
    assert failed.status_code == 422 and "Schrijf op waarom" in failed.text
    assert client.post(f"/archief/{plan}/stand", data={"a-status": "done", "a-note": ""}).status_code == 303
    assert "Toegevoegd door Coordinator" in client.get(f"/archief/{slow}").text
    assert "één keer geprobeerd" in client.get(f"/archief/{purse}").text.lower()
    assert "Gedaan" in client.get(f"/archief/{plan}").text


def test_what_was_taken_out_and_where_an_unnamed_card_was_tried_are_not_for_all(app: Flask, sealed: Said) -> None:
    sealed.world.people["other"] = sealed.other_id
    inside = found_id(app, sealed, "slow")
    with app.app_context(), transaction() as tx:
        unnamed = tx.session.query(ArchiveItem).filter_by(text=SAID["unnamed"]["text"]).one().id
        tx.session.get_one(ArchiveItem, inside).original_text = "Wim van der Zwaluw houdt het geld vast"
    form = {"b-municipality_code": "GM0503", "b-status": "worked", "b-note": "Ook in Voorhof gelukt."}
    assert signed_in(app, sealed.world, "coordinator").post(f"/archief/{unnamed}/resultaat", data=form).status_code == 303
    form |= {"b-municipality_code": "GM0855", "b-status": "failed", "b-note": "Bij ons te duur."}
    assert signed_in(app, sealed.world, "participant").post(f"/archief/{unnamed}/resultaat", data=form).status_code == 303
    for role, as_said, told in (("facilitator", True, True), ("participant", True, False), ("other", False, False)):
        assert ("Wim van der Zwaluw" in look(app, sealed, role, f"/archief/{inside}").text) is as_said, role
        page = look(app, sealed, role, f"/archief/{unnamed}").text
        assert ("Ook in Voorhof gelukt." in page, "Bij ons te duur." in page) == (told, role != "other"), role
        assert "2 keer geprobeerd" in page and ("deze kaart kwam zonder naam" in page) is not told


def test_a_participant_of_the_group_reads_what_stays_in_it(app: Flask, sealed: Said) -> None:
    secret = found_id(app, sealed, "secret")
    assert look(app, sealed, "participant", f"/archief/{secret}").status_code == 404
    with app.app_context(), transaction() as tx:
        from kennislab.archive.models import SeatedIn  # only here

        item_of(tx, sealed, "secret").group_name = "Groep 1"
        tx.session.add(SeatedIn(lab_id=sealed.world.lab_id, group_name="Groep 1", person_id=sealed.world.people["participant"]))
    assert look(app, sealed, "participant", f"/archief/{secret}").status_code == 200
    assert SAID["secret"]["text"] in look(app, sealed, "participant", f"/kennislabs/{sealed.world.lab_id}/archief").text


def test_both_languages_and_an_unfinished_lab(app: Flask, sealed: Said) -> None:
    client = signed_in(app, sealed.world, "coordinator")
    for path in (
        "/archief?taal=en",
        f"/kennislabs/{sealed.world.lab_id}/verslag?taal=en",
        f"/kennislabs/{sealed.world.lab_id}/archief?taal=en",
    ):
        page = client.get(path)
        assert page.status_code == 200 and '<html lang="en"' in page.text
    with app.app_context(), transaction() as tx:
        set_state(tx, tx.session.get_one(Lab, sealed.world.lab_id), LabState.PLANNED)
    assert client.get(f"/kennislabs/{sealed.world.lab_id}/archief").status_code == 409


def test_who_is_asking_comes_before_what_is_asked(app: Flask) -> None:
    said = hold_a_lab(app)
    path = f"/kennislabs/{said.world.lab_id}/oogst/{found_id(app, said, 'slow')}/toestemming"
    answers = {role: signed_in(app, said.world, role).post(path, data={"consent": "iedereen"}).status_code for role in ROLES}
    assert answers == {"anonymous": 401, "outsider": 404, "participant": 422, "facilitator": 404, "coordinator": 404}
