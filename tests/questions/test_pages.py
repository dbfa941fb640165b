"""Knowledge questions through the app: roles × states, plain forms, and that nothing typed is ever lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kennislab.accounts.actors import Actor
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab, LabState
from kennislab.questions import fields, operations, queries
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from kennislab.questions.operations import QuestionData
from tests.factories.world import World
from tests.programme.worlds import ROLES, set_state, signed_in, world_in

TEXT = "Hoe bereik je bewoners die nooit naar een bewonersavond komen?"
FORM = {
    "text": TEXT,
    "context": "Steeds dezelfde mensen.",
    "tried": "Flyers.",
    "theme_hint": "draagvlak",
    "municipality_code": "GM0855",
    "do": "send",
}
S = LabState


def one_question(app: Flask, world: World, role: str = "participant", text: str = TEXT) -> str:
    with app.app_context(), transaction() as tx:
        lab = tx.session.get_one(Lab, world.lab_id)
        return operations.submit(tx, lab, Actor(world.people[role], role.title(), "GM0855"), QuestionData(text)).public_id


def status_of(app: Flask, public_id: str) -> KnowledgeQuestion:
    with app.app_context():
        found = queries.by_public_id(db.session(), public_id)
        assert found is not None
        return found


ALWAYS = {"anonymous": 302, "outsider": 404, "participant": 200, "facilitator": 200, "coordinator": 200}


@pytest.mark.parametrize("state", list(LabState), ids=lambda state: state.value)
def test_pages_by_role_and_state(make_app: Callable[..., Flask], sqlite_url: str, state: LabState) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, state)
    public_id = one_question(app, world)
    asking = state is S.COLLECTING
    light = state in (S.COLLECTING, S.GROUPING, S.READY)
    ok, no = 200, 409
    expected = {
        f"/kennislabs/{world.lab_id}/vragen": ALWAYS,
        f"/kennislabs/{world.lab_id}/vragen?volgorde=steun": ALWAYS,
        f"/kennislabs/{world.lab_id}/vragenmuur?zoek=bewoners&volgorde=steun": ALWAYS,
        f"/kennislabs/{world.lab_id}/vragen/mensen?naam=co": ALWAYS,
        f"/kennislabs/{world.lab_id}/vragen/formulier": ALWAYS
        | {"participant": 403}
        | dict.fromkeys(("facilitator", "coordinator"), ok if state in (S.PLANNED, S.COLLECTING) else no),
        f"/kennisvragen/{public_id}": ALWAYS,
        f"/kennislabs/{world.lab_id}/vragen/nieuw": ALWAYS
        | {"participant": ok if asking else no, "facilitator": ok if light else no, "coordinator": ok if light else no},
        f"/kennisvragen/{public_id}/bewerken": ALWAYS | {"participant": ok if asking else no, "facilitator": 403, "coordinator": 403},
        f"/kennisvragen/{public_id}/redigeren": ALWAYS
        | {"participant": 403, "facilitator": ok if light else no, "coordinator": ok if light else no},
    }
    for role in ROLES:
        client = signed_in(app, world, role)
        for path, answers in expected.items():
            assert client.get(path).status_code == answers[role], (role, path)


@pytest.mark.parametrize("state", list(LabState), ids=lambda state: state.value)
def test_writing_by_role_and_state(make_app: Callable[..., Flask], sqlite_url: str, state: LabState) -> None:
    app = make_app(sqlite_url)
    world = world_in(app, state)
    asking, light = state is S.COLLECTING, state in (S.COLLECTING, S.GROUPING, S.READY)
    done, no = 303, 409
    staff = done if light else no
    strangers = {"anonymous": 401, "outsider": 404}
    for role in ROLES:
        client = signed_in(app, world, role)
        other = one_question(app, world, "coordinator" if role == "participant" else "participant")
        mine = one_question(app, world, role) if role not in strangers else other
        for path, answers in {
            f"/kennislabs/{world.lab_id}/vragen/nieuw": {"participant": done if asking else no, "facilitator": staff, "coordinator": staff},
            f"/kennisvragen/{other}/steunen": dict.fromkeys(("participant", "facilitator", "coordinator"), done if light else no),
            f"/kennisvragen/{mine}/samen": dict.fromkeys(("participant", "facilitator", "coordinator"), no),
            f"/kennisvragen/{other}/niet-samen": dict.fromkeys(("participant", "facilitator", "coordinator"), no),
            f"/kennislabs/{world.lab_id}/vragen/formulier": {"participant": 403}
            | dict.fromkeys(("facilitator", "coordinator"), done if state in (S.PLANNED, S.COLLECTING) else no),
            f"/kennislabs/{world.lab_id}/vragen/gelezen": dict.fromkeys(("participant", "facilitator", "coordinator"), done),
            f"/kennislabs/{world.lab_id}/vragen/lijkt-op": dict.fromkeys(("participant", "facilitator", "coordinator"), 200),
            f"/kennisvragen/{mine}/steunen": dict.fromkeys(("participant", "facilitator", "coordinator"), no),
            f"/kennisvragen/{other}/redigeren": {"participant": 403, "facilitator": staff, "coordinator": staff},
            f"/kennisvragen/{other}/bewerken": dict.fromkeys(("participant", "facilitator", "coordinator"), 403),
            f"/kennisvragen/{other}/intrekken": dict.fromkeys(("participant", "facilitator", "coordinator"), 403),
            f"/kennisvragen/{mine}/bewerken": dict.fromkeys(("participant", "facilitator", "coordinator"), done if asking else no),
            f"/kennisvragen/{other}/terugsturen": {"participant": 403}
            | dict.fromkeys(("facilitator", "coordinator"), done if asking else no),
        }.items():
            body = FORM | {"rev": "1", "remark": "Voor welke wijk?", "text": TEXT + " In Noord?"}
            if path.endswith("formulier"):
                with app.app_context():
                    body["rev"] = str(fields.form_of(db.session(), world.lab_id).rev)
            if path.endswith("redigeren"):
                body["rev"] = str(status_of(app, other).rev)
            got = client.post(path, data=body).status_code
            assert got == (strangers | answers)[role], (role, path)
        withdrawn = client.post(f"/kennisvragen/{mine}/intrekken").status_code
        assert withdrawn == (strangers | dict.fromkeys(("participant", "facilitator", "coordinator"), done if asking else no))[role]


def test_asking_as_a_plain_form(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "participant", only_programme=True)  # by personal link
    path = f"/kennislabs/{world.lab_id}/vragen/nieuw"
    page = client.get(path).text
    assert re.search(r'<option[^>]*selected[^>]*value="GM0855"', page)  # one's own municipality, beforehand
    got = client.post(path, data=FORM)
    assert got.status_code == 303
    shown = client.get(got.location).text
    for words in (TEXT, "Steeds dezelfde mensen.", "Flyers.", "draagvlak", "Tilburg", "Je kennisvraag is verstuurd.", "data-draft-clear"):
        assert words in shown
    assert TEXT in signed_in(app, world, "facilitator").get(f"/kennislabs/{world.lab_id}/vragen").text
    assert 'class="count">1<' in client.get(f"/kennislabs/{world.lab_id}").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text": ""}, "Schrijf je vraag op."),
        ({"text": "Kort"}, "Maak je vraag iets langer: minstens 10 tekens."),
        ({"text": "lang " * 101}, "Maak je vraag korter: hoogstens 500 tekens."),
        ({"context": "lang " * 401}, "Maak dit korter: hoogstens 2000 tekens."),
        ({"municipality_code": "GM0010"}, "Kies een gemeente uit de lijst."),
    ],
)
def test_bad_input_never_loses_what_was_typed(
    make_app: Callable[..., Flask], sqlite_url: str, wrong: dict[str, str], sentence: str
) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "participant")
    got = client.post(f"/kennislabs/{world.lab_id}/vragen/nieuw", data=FORM | wrong)
    assert got.status_code == 422 and sentence in got.text
    for name, value in (FORM | wrong).items():
        if name not in ("do", "municipality_code"):
            assert value.strip() in got.text, name
    assert "data-draft-keep" in got.text


def test_after_the_deadline_the_text_stays_in_the_form(
    make_app: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    public_id = one_question(app, world)
    client = signed_in(app, world, "participant")
    with app.app_context():
        deadline = db.session.get_one(Lab, world.lab_id).question_deadline.replace(microsecond=0)
    path = f"/kennislabs/{world.lab_id}/vragen/nieuw"
    monkeypatch.setattr(clock, "now", lambda: deadline + timedelta(milliseconds=900))
    assert client.post(path, data=FORM).status_code == 303
    monkeypatch.setattr(clock, "now", lambda: deadline + timedelta(seconds=1))
    got = client.post(path, data=FORM)
    assert got.status_code == 409
    assert "De deadline is voorbij" in got.text and TEXT in got.text and "Steeds dezelfde mensen." in got.text
    edited = client.post(f"/kennisvragen/{public_id}/bewerken", data=FORM | {"text": TEXT + " Anders.", "rev": "1"})
    assert edited.status_code == 409 and TEXT + " Anders." in edited.text
    assert client.post(f"/kennisvragen/{public_id}/intrekken").status_code == 409
    assert client.get(path).status_code == 409
    assert "De deadline was" in client.get(f"/kennislabs/{world.lab_id}/vragen").text
    assert client.post(f"/kennislabs/{world.lab_id}/vragen/concept", data=FORM).status_code == 409
    assert status_of(app, public_id).text == TEXT


def test_a_room_that_opens_meanwhile_keeps_the_text_too(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "participant")
    with app.app_context(), transaction() as tx:
        set_state(tx, tx.session.get_one(Lab, world.lab_id), S.GROUPING)
    got = client.post(f"/kennislabs/{world.lab_id}/vragen/nieuw", data=FORM)
    assert got.status_code == 409 and TEXT in got.text and "vraag de begeleider om hem mee te nemen" in got.text


def draft(client: FlaskClient, world: World, **fields: str):
    return client.post(f"/kennislabs/{world.lab_id}/vragen/concept", data=fields, headers={"Accept": "application/json"})


def test_a_draft_goes_on_on_another_device(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    phone, laptop = signed_in(app, world, "participant"), signed_in(app, world, "participant")
    first = draft(phone, world, text="Hoe bereik", context="Wijk Noord").json
    again = draft(phone, world, text="Hoe bereik je", context="Wijk Noord", question=first["question"]).json
    assert again["question"] == first["question"] and again["saved_at"].endswith("Z")
    page = laptop.get(f"/kennislabs/{world.lab_id}/vragen/nieuw").text
    assert "Hoe bereik je</textarea>" in page and f'value="{first["question"]}"' in page
    assert "Hoe bereik je" in laptop.get(f"/kennislabs/{world.lab_id}/vragen").text
    assert "Hoe bereik je" not in signed_in(app, world, "coordinator").get(f"/kennislabs/{world.lab_id}/vragen").text
    stranger = draft(signed_in(app, world, "facilitator"), world, text="Van mij", question=first["question"]).json
    assert stranger["question"] != first["question"]  # somebody else's draft is not taken over
    assert laptop.post(f"/kennislabs/{world.lab_id}/vragen/nieuw", data=FORM | {"question": first["question"]}).status_code == 303
    sent = status_of(app, first["question"])
    assert (sent.status, sent.text) == (QuestionStatus.SUBMITTED, TEXT)
    late = draft(phone, world, text="Hoe bereik je", question=first["question"]).json
    assert late["question"] != first["question"] and status_of(app, first["question"]).text == TEXT
    too_long = draft(phone, world, text="x" * 501)
    assert (too_long.status_code, too_long.mimetype) == (422, "application/problem+json")


def test_only_keeping_a_draft_without_script(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "participant")
    assert client.post(f"/kennislabs/{world.lab_id}/vragen/nieuw", data=FORM | {"text": "Nog niet af", "do": "draft"}).status_code == 303
    page = client.get(f"/kennislabs/{world.lab_id}/vragen").text
    assert "Nog niet af" in page and "Verder schrijven" in page
    public_id = re.search(r"/vragen/nieuw\?concept=(\w+)", page).group(1)
    draft(client, world, text="Een andere vraag")
    assert "Nog niet af</textarea>" in client.get(f"/kennislabs/{world.lab_id}/vragen/nieuw?concept={public_id}").text
    assert "Een andere vraag</textarea>" in client.get(f"/kennislabs/{world.lab_id}/vragen/nieuw").text
    assert client.post(f"/kennisvragen/{public_id}/bewerken", data=FORM).status_code == 303
    assert status_of(app, public_id).status is QuestionStatus.SUBMITTED


def test_two_windows_the_second_is_told(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    public_id = one_question(app, world)
    client = signed_in(app, world, "participant")
    path = f"/kennisvragen/{public_id}/bewerken"
    assert client.post(path, data=FORM | {"rev": "1", "text": TEXT + " Eén."}).status_code == 303
    got = client.post(path, data=FORM | {"rev": "1", "text": TEXT + " Twee."})
    assert got.status_code == 409 and TEXT + " Twee." in got.text and re.search(r'name="rev"[^>]*value="2"', got.text)
    assert client.post(path, data=FORM | {"rev": "2", "text": TEXT + " Twee."}).status_code == 303


def test_light_edit_shows_the_original_to_everybody(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    public_id = one_question(app, world)
    staff = signed_in(app, world, "facilitator")
    better = "Hoe bereik je wie wegblijft?"
    assert staff.post(f"/kennisvragen/{public_id}/redigeren", data={"text": better, "rev": "1"}).status_code == 303
    page = signed_in(app, world, "participant").get(f"/kennisvragen/{public_id}").text
    assert better in page and TEXT in page and "Licht aangepast door Facilitator" in page
    stale = staff.post(f"/kennisvragen/{public_id}/redigeren", data={"text": "Iets heel anders hier", "rev": "1"})
    assert stale.status_code == 409 and "Iets heel anders hier</textarea>" in stale.text


def test_support_and_order(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    first, second = (
        one_question(app, world, "coordinator", TEXT),
        one_question(app, world, "coordinator", "Wie betaalt de nieuwe ketel eigenlijk?"),
    )
    client = signed_in(app, world, "participant")
    back = client.post(f"/kennisvragen/{first}/steunen", data={"on": "1", "back": "list"})
    assert back.location == f"/kennislabs/{world.lab_id}/vragen#vraag-{first}"
    page = client.get(f"/kennislabs/{world.lab_id}/vragen").text
    assert page.index(second) < page.index(first) and "1 steunt dit" in page and "Niet meer steunen" in page
    page = client.get(f"/kennislabs/{world.lab_id}/vragen?volgorde=steun").text
    assert page.index(first) < page.index(second)
    client.post(f"/kennisvragen/{first}/steunen", data={"on": "0"})
    assert "1 steunt dit" not in client.get(f"/kennislabs/{world.lab_id}/vragen").text


def test_similar_questions_of_this_programme_only(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world, elsewhere = world_in(app), world_in(app)
    mine, other = one_question(app, world), one_question(app, elsewhere, text=TEXT + " Elders.")
    client = signed_in(app, world, "participant")
    path = f"/kennislabs/{world.lab_id}/vragen/lijkt-op"
    got = client.post(path, data={"tekst": "Wij krijgen bewoners niet naar de bewonersavond"}).json
    assert [hit["url"] for hit in got["here"]] == [f"/kennisvragen/{mine}"] and got["here"][0]["text"] == TEXT
    assert other not in str(got)
    assert client.post(path, data={"tekst": "bewonersavond met bewoners", "behalve": mine}).json == {"here": [], "earlier": []}
    assert client.post(path, data={"tekst": "Hoe"}).json == {"here": [], "earlier": []}


def test_somebody_elses_name_only_by_staff(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    assert 'name="asker_name"' not in signed_in(app, world, "participant").get(f"/kennislabs/{world.lab_id}/vragen/nieuw").text
    for role, name in (("participant", "Participant"), ("facilitator", "Truus")):
        got = signed_in(app, world, role).post(f"/kennislabs/{world.lab_id}/vragen/nieuw", data=FORM | {"asker_name": "Truus"})
        assert status_of(app, got.location.split("/")[-1].partition("?")[0]).asker_name == name


def test_what_is_typed_is_shown_as_text(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    world = world_in(app)
    client = signed_in(app, world, "participant")
    nasty = "Hoe zit het met <script>alert(1)</script> en {{ 7 * 7 }} in de wijk?"
    got = client.post(f"/kennislabs/{world.lab_id}/vragen/nieuw", data=FORM | {"text": nasty})
    page = client.get(got.location).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; en {{ 7 * 7 }}" in page and "<script>alert" not in page
