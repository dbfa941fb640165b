"""Every page of the programme: each role × each state of the lab, with its exact answer."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from kennislab.core.db import db
from kennislab.programme import queries
from kennislab.programme.models import AgendaItem, Lab, LabState, Participation
from tests.programme.worlds import ROLES, signed_in, world_in

SIGN_IN = 302  # to the sign-in page

# Pages of a lab: role → answer; a dict where the state matters (anything not named: 409).
EARLY = {LabState.PLANNED: 200, LabState.COLLECTING: 200, LabState.GROUPING: 200, LabState.READY: 200}
SHOWN = {state: 200 for state in LabState if state is not LabState.ARCHIVED}
LAB_PAGES: dict[str, dict[str, int | dict[LabState, int]]] = {
    "/kennislabs/{lab}": {"participant": 200, "facilitator": 200, "coordinator": 200},
    "/kennislabs/{lab}/gegevens": {"participant": 403, "facilitator": EARLY, "coordinator": EARLY},
    "/kennislabs/{lab}/agenda": {"participant": 403, "facilitator": EARLY, "coordinator": EARLY},
    "/kennislabs/{lab}/qr.svg": {"participant": {LabState.LIVE: 200}, "facilitator": SHOWN, "coordinator": SHOWN},
}


@pytest.mark.parametrize("state", list(LabState), ids=lambda state: state.value)
def test_lab_pages(make_app, sqlite_url: str, state: LabState) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, state)
    for role in ROLES:
        client = signed_in(app, world, role)
        for path, answers in LAB_PAGES.items():
            answer = answers.get(role, SIGN_IN if role == "anonymous" else 404)
            expected = answer if isinstance(answer, int) else answer.get(state, 409)
            got = client.get(path.format(lab=world.lab_id))
            assert got.status_code == expected, (role, state, path, got.text[:3000] if got.status_code == 500 else "")
            if expected == SIGN_IN:
                assert got.location.startswith("/aanmelden?next=")


PROGRAMME_PAGES = {
    "/programmas/{programme}": (200, 200, 200),
    "/programmas/{programme}/gegevens": (403, 403, 200),
    "/programmas/{programme}/gemeenten": (200, 200, 200),
    "/programmas/{programme}/deelname": (200, 200, 200),
    "/programmas/{programme}/deelname?jaar=2031": (200, 200, 200),
    "/programmas/{programme}/deelname?jaar=3031": (404, 404, 404),
    "/programmas/{programme}/mensen": (403, 200, 200),
    "/programmas/{programme}/mensen?rol=participant": (403, 200, 200),
    "/programmas/{programme}/kennislabs/nieuw": (403, 403, 200),
    "/programmas/{programme}/kennislabs/nieuw?van={lab}": (403, 403, 200),
    "/programmas/{programme}/kennislabs/nieuw?van=99": (403, 403, 404),
}


def test_programme_pages(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    for role in ROLES:
        client = signed_in(app, world, role)
        for path, (participant, facilitator, coordinator) in PROGRAMME_PAGES.items():
            expected = {
                "participant": participant,
                "facilitator": facilitator,
                "coordinator": coordinator,
                "anonymous": SIGN_IN,
                "outsider": 404,
            }[role]
            got = client.get(path.format(programme=world.programme_id, lab=world.lab_id))
            assert got.status_code == expected, (role, path)


def test_what_does_not_exist_looks_like_what_is_not_yours(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    for role, expected in (("anonymous", SIGN_IN), ("outsider", 404), ("coordinator", 404)):
        client = signed_in(app, world, role)
        assert client.get("/kennislabs/999").status_code == expected
        assert client.get("/programmas/999").status_code == expected


def test_the_start_page_sends_who_is_signed_in_on_to_their_programme(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    assert "Doe mee met een Kennislab" in app.test_client().get("/").text
    client = signed_in(app, world, "participant")
    assert client.get("/").location == "/programmas"
    assert client.get("/programmas").location == f"/programmas/{world.programme_id}"
    assert "Je doet nog aan geen programma mee" in signed_in(app, world, "outsider").get("/programmas").text


def test_a_lab_page_offers_what_makes_sense_now(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, LabState.LIVE)
    for role in ("participant", "facilitator"):
        text = signed_in(app, world, role).get(f"/kennislabs/{world.lab_id}").text
        assert f'href="/live/{world.lab_id}"' in text
        assert (f'href="/live/{world.lab_id}/desk"' in text) is (role == "facilitator")
        assert "/gegevens" not in text
        assert ("Zaal sluiten en oogsten" in text) is (role == "facilitator")


@pytest.mark.parametrize(
    ("state", "role", "there", "not_there"),
    [
        (LabState.HARVESTING, "facilitator", {"oogst", "verslag"}, {"oogst/eigen", "archief"}),
        (LabState.HARVESTING, "participant", {"oogst/eigen"}, {"oogst", "archief", "verslag"}),
        (LabState.ARCHIVED, "facilitator", {"archief", "verslag", "archiefpakket"}, {"oogst", "qr.svg", "mijn"}),
        (LabState.ARCHIVED, "participant", {"archief", "verslag", "mijn"}, {"archiefpakket", "oogst/eigen", "vorige-keer"}),
    ],
)
def test_after_the_day_a_lab_page_leads_to_what_it_learned(make_app, sqlite_url: str, state, role, there, not_there) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, state)
    text = signed_in(app, world, role).get(f"/kennislabs/{world.lab_id}").text
    addresses = set(re.findall(rf'(?:href|src)="/kennislabs/{world.lab_id}/([^"]+)"', text))
    assert there <= addresses and not not_there & addresses


LAB_FORM = {
    "title": "Warmte en werk",
    "kind": "knowledge_lab",
    "day": "2027-03-18",
    "starts": "13:00",
    "ends": "17:00",
    "place": "Buurthuis",
    "description": "",
    "deadline_day": "2027-03-11",
    "deadline_time": "17:00",
    "template": "half-day",
}


def test_planning_a_lab_from_a_template(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "coordinator")
    got = client.post(f"/programmas/{world.programme_id}/kennislabs/nieuw", data=LAB_FORM)
    assert got.status_code == 303
    with app.app_context():
        lab = queries.labs_of(db.session(), world.programme_id)[0]
        assert got.location == f"/kennislabs/{lab.id}/agenda"
        assert (lab.title, lab.quarter, lab.state, lab.place) == ("Warmte en werk", "2027-Q1", LabState.PLANNED, "Buurthuis")
        assert lab.starts_at.isoformat() == "2027-03-18T12:00:00+00:00"
        assert lab.question_deadline.isoformat() == "2027-03-11T16:00:00+00:00"
        assert [item.title for item in lab.agenda][:2] == ["Inloop", "Welkom"]
        assert len(lab.join_code) == 8


def test_a_lab_that_is_not_right_comes_back_with_what_was_typed(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "coordinator")
    got = client.post(f"/programmas/{world.programme_id}/kennislabs/nieuw", data=LAB_FORM | {"ends": "12:00", "deadline_day": "2027-03-19"})
    assert got.status_code == 422
    assert "Het einde ligt niet na het begin." in got.text
    assert "De deadline voor kennisvragen ligt na het begin van het lab." in got.text
    assert 'value="Warmte en werk"' in got.text


def test_cloning_brings_the_agenda_along_and_nothing_else(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, LabState.ARCHIVED)
    client = signed_in(app, world, "coordinator")
    got = client.post(f"/programmas/{world.programme_id}/kennislabs/nieuw?van={world.lab_id}", data=LAB_FORM)
    assert got.status_code == 303
    with app.app_context():
        old = db.session.get_one(Lab, world.lab_id)
        new = queries.labs_of(db.session(), world.programme_id)[0]
        assert new.cloned_from_id == old.id
        assert [(i.title, i.minutes, i.input, i.hidden_until_reveal) for i in new.agenda] == [
            (i.title, i.minutes, i.input, i.hidden_until_reveal) for i in old.agenda
        ]
        assert {i.id for i in new.agenda}.isdisjoint({i.id for i in old.agenda})
        assert new.join_code != old.join_code and new.join_token != old.join_token


def test_two_people_change_a_lab_and_the_second_is_told(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    first, second = signed_in(app, world, "coordinator"), signed_in(app, world, "facilitator")
    path = f"/kennislabs/{world.lab_id}/gegevens"
    assert first.post(path, data=LAB_FORM | {"rev": "1", "title": "Eerste"}).status_code == 303
    got = second.post(path, data=LAB_FORM | {"rev": "1", "title": "Tweede"})
    assert got.status_code == 422
    assert "Iemand anders heeft dit lab intussen veranderd" in got.text and 'value="Tweede"' in got.text
    assert 'name="rev" value="2"' in got.text
    assert second.post(path, data=LAB_FORM | {"rev": "2", "title": "Tweede"}).status_code == 303


def agenda_form(app: Flask, lab_id: int) -> tuple[dict[str, str | list[str]], list[int]]:
    """What the agenda page sends when nothing is changed, and the ids in order."""
    with app.app_context():
        lab = db.session.get_one(Lab, lab_id)
        form: dict[str, str | list[str]] = {"rev": str(lab.rev), "row": [f"row{n}" for n in range(len(lab.agenda))], "do": "save"}
        for n, item in enumerate(lab.agenda):
            form |= {
                f"row{n}-id": str(item.id), f"row{n}-title": item.title, f"row{n}-minutes": str(item.minutes),
                f"row{n}-block": item.block.value, f"row{n}-input": item.input.value, f"row{n}-instruction": item.instruction,
            }  # fmt: skip
        return form, [item.id for item in lab.agenda]


def stored(app: Flask, lab_id: int) -> list[AgendaItem]:
    with app.app_context():
        return list(db.session.get_one(Lab, lab_id).agenda)


def test_the_agenda_as_a_plain_form(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "facilitator")
    path = f"/kennislabs/{world.lab_id}/agenda"
    form, (a, b, c) = agenda_form(app, world.lab_id)
    got = client.post(path, data=form | {"row1-title": "Wat houdt ons op", "do": "up:row1"})
    assert (got.status_code, got.location) == (303, f"{path}#onderdeel-1")
    assert [(i.id, i.title, i.position) for i in stored(app, world.lab_id)] == [
        (b, "Wat houdt ons op", 0),
        (a, "Welkom", 1),
        (c, "Stil schrijven", 2),
    ]

    form, _ids = agenda_form(app, world.lab_id)
    assert client.post(path, data=form | {"do": "add:", "add-block": "harvest"}).location == f"{path}#onderdeel-4"
    form, ids = agenda_form(app, world.lab_id)
    assert client.post(path, data=form | {"do": "remove:row0", "row3-kinds": ["lesson", "action"], "row3-hidden": "1"}).status_code == 303
    now = stored(app, world.lab_id)
    assert [i.id for i in now] == [a, c, ids[3]]
    assert (now[2].title, now[2].phone_kinds, now[2].hidden_until_reveal) == ("Oogst", ["lesson", "action"], True)
    form, _ids = agenda_form(app, world.lab_id)
    assert client.post(path, data=form).location == f"/kennislabs/{world.lab_id}"


def test_an_agenda_that_is_not_right_or_was_changed_meanwhile_loses_nothing(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "facilitator")
    path = f"/kennislabs/{world.lab_id}/agenda"
    form, _ids = agenda_form(app, world.lab_id)
    got = client.post(path, data=form | {"row0-title": "", "row2-minutes": "900", "row1-title": "Bewaard"})
    assert got.status_code == 422
    assert "Geef dit onderdeel een titel." in got.text and "Kies 1 tot 480 minuten." in got.text and 'value="Bewaard"' in got.text
    assert [i.title for i in stored(app, world.lab_id)] == ["Welkom", "Knelpunten", "Stil schrijven"]
    assert client.post(path, data=form).status_code == 303
    got = client.post(path, data=form | {"row1-title": "Ook bewaard"})
    assert got.status_code == 409
    assert "Iemand anders heeft dit lab intussen veranderd" in got.text and 'value="Ook bewaard"' in got.text


S = LabState
EXPECTED_MOVES = {
    "planned": {S.COLLECTING},
    "collecting": {S.GROUPING, S.PLANNED},
    "grouping": {S.READY, S.COLLECTING},
    "ready": {S.LIVE, S.GROUPING},
    "live": {S.HARVESTING, S.READY},
    "harvesting": {S.LIVE},
    "archived": set(),
}


@pytest.mark.parametrize("state", list(LabState), ids=lambda state: state.value)
def test_moving_a_lab(make_app, sqlite_url: str, state: LabState) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, state)
    allowed = {to.value for to in EXPECTED_MOVES[state.value]}
    for role, refused in (("anonymous", 401), ("outsider", 404), ("participant", 403), ("facilitator", 409)):
        client = signed_in(app, world, role)
        for to in LabState:
            if role == "facilitator" and to.value in allowed:
                continue
            assert client.post(f"/kennislabs/{world.lab_id}/stand", data={"to": to.value}).status_code == refused, (role, to)
        assert client.post(f"/kennislabs/{world.lab_id}/stand", data={"to": "elsewhere"}).status_code == (
            refused if refused == 401 else 404
        )


def test_moving_on_and_back(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, LabState.PLANNED)
    client = signed_in(app, world, "facilitator")
    for to in ("collecting", "grouping", "collecting", "grouping", "ready"):
        assert client.post(f"/kennislabs/{world.lab_id}/stand", data={"to": to}).location == f"/kennislabs/{world.lab_id}"
        with app.app_context():
            assert db.session.get_one(Lab, world.lab_id).state.value == to
    assert client.post(f"/kennislabs/{world.lab_id}/stand", data={"to": "live"}).location == f"/live/{world.lab_id}/desk"


def test_the_qr_carries_the_join_address(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url, PUBLIC_URL="https://kennislab.example")
    world = world_in(app, LabState.LIVE)
    client = signed_in(app, world, "facilitator")
    got = client.get(f"/kennislabs/{world.lab_id}/qr.svg")
    assert got.mimetype == "image/svg+xml" and got.data.startswith(b"<svg")
    assert f"https://kennislab.example/j/{world.join_token}" in client.get(f"/kennislabs/{world.lab_id}").text


def test_taking_a_planned_lab_away(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, LabState.PLANNED)
    path = f"/kennislabs/{world.lab_id}/weghalen"
    assert signed_in(app, world, "facilitator").post(path).status_code == 403
    assert signed_in(app, world, "coordinator").post(path).location == f"/programmas/{world.programme_id}"
    assert signed_in(app, world, "coordinator").get(f"/kennislabs/{world.lab_id}").status_code == 404
    for state in list(LabState)[1:]:
        later = world_in(app, state)
        assert signed_in(app, later, "coordinator").post(f"/kennislabs/{later.lab_id}/weghalen").status_code == 409


def test_districts(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "coordinator")
    path = f"/programmas/{world.programme_id}/gemeenten"
    good = {"municipality_code": "GM0855", "name": "Quirijnstok", "cbs_code": "wk085511"}
    assert client.post(f"{path}/wijken", data=good).status_code == 303
    page = client.get(path).text
    assert "Quirijnstok" in page and "WK085511" in page
    for wrong, sentence in (
        ({"cbs_code": "WK050311"}, "De eerste vier cijfers van de wijkcode horen bij een andere gemeente."),
        ({"cbs_code": "BU08551"}, "Een wijkcode van het CBS is WK, de vier cijfers van de gemeente en twee tekens, zoals WK085511."),
        ({"name": "quirijnstok"}, "Deze wijk staat al in de lijst."),
        ({"municipality_code": ""}, "Kies een gemeente uit de lijst."),
        ({"name": " "}, "Vul de naam van de wijk in."),
    ):
        got = client.post(f"{path}/wijken", data=good | {"name": "Noord"} | wrong)
        assert got.status_code == 422 and sentence in got.text, wrong
    assert client.post(f"{path}/wijken/1", data=good | {"name": "Quirijnstok-Zuid"}).status_code == 303
    assert "Quirijnstok-Zuid" in client.get(path).text
    assert signed_in(app, world, "facilitator").post(f"{path}/wijken/1/weghalen").status_code == 403
    assert client.post(f"{path}/wijken/1/weghalen").status_code == 303
    assert "Quirijnstok-Zuid" not in client.get(path).text
    assert client.post(f"{path}/wijken/1/weghalen").status_code == 404


def test_participation_says_who_when_and_why(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "coordinator")
    path = f"/programmas/{world.programme_id}/deelname?jaar=2027"
    assert client.post(path, data={"municipality_code": "GM0855", "status": "joined", "reason": "Begint met één wijk."}).status_code == 303
    page = client.get(path).text
    assert "Stapt in" in page and "Begint met één wijk." in page and "Coordinator" in page
    refused = client.post(path, data={"municipality_code": "GM0855", "status": "stopped", "reason": ""})
    assert refused.status_code == 422 and "Schrijf op waarom de gemeente stopt." in refused.text
    assert client.post(path, data={"municipality_code": "GM0855", "status": "stopped", "reason": "Geen geld."}).status_code == 303
    with app.app_context():
        rows = queries.participation_of(db.session(), world.programme_id, 2027)
        assert [(r.municipality_code, r.status.value, r.reason, r.decided_by_name) for r in rows] == [
            ("GM0855", "stopped", "Geen geld.", "Coordinator")
        ]
        assert db.session.query(Participation).count() == 1
    assert signed_in(app, world, "facilitator").post(path, data={"municipality_code": "GM0503", "status": "joined"}).status_code == 403


def test_people_and_roles(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "coordinator")
    path = f"/programmas/{world.programme_id}/mensen"
    new = {
        "name": "Noor de Wit",
        "email": "Noor@Voorbeeld.example",
        "organisation": "Gemeente",
        "municipality_code": "GM0855",
        "language": "nl",
        "role": "participant",
    }
    assert client.post(path, data=new).status_code == 303
    assert "noor@voorbeeld.example" in client.get(path).text
    assert "Deze persoon hoort al bij het programma." in client.post(path, data=new).text
    assert "Kijk het e-mailadres na" in client.post(path, data=new | {"email": "noor@"}).text
    assert client.post(path, data=new | {"email": f"outsider-{world.programme_id}@voorbeeld.example"}).status_code == 303
    assert signed_in(app, world, "outsider").get(f"/kennislabs/{world.lab_id}").status_code == 200

    me = world.people["coordinator"]
    assert client.post(f"{path}/{me}/rol", data={"role": "participant"}).status_code == 409
    assert client.post(f"{path}/{me}/weghalen").status_code == 409
    facilitator = world.people["facilitator"]
    assert client.post(f"{path}/{facilitator}/rol", data={"role": "coordinator"}).status_code == 303
    assert client.post(f"{path}/{me}/rol", data={"role": "facilitator"}).status_code == 303
    assert client.post(f"{path}/{facilitator}/rol", data={"role": "facilitator"}).status_code == 403
    assert signed_in(app, world, "participant").post(path, data=new).status_code == 403


def test_a_personal_link_is_shown_once_and_works(make_app, sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "coordinator")
    made = client.post(f"/programmas/{world.programme_id}/mensen/{world.people['participant']}/link")
    assert made.status_code == 201
    path = made.text.split("http://localhost")[1].split("<")[0]
    assert path.startswith("/uitnodiging/")
    assert path not in client.get(f"/programmas/{world.programme_id}/mensen").text
    phone = app.test_client()
    assert "Welkom, Participant" in phone.get(path).text
    assert phone.get(f"/kennislabs/{world.lab_id}").status_code == 302  # looking at the link is not using it
    assert phone.post(path).location == f"/programmas/{world.programme_id}"
    assert phone.get(f"/kennislabs/{world.lab_id}").status_code == 200
