"""The pages of the library: the editor without a browser, the list, the run sheet, files in and out, and the agenda.

On SQLite only: what a database could do differently stands in test_library.py.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from kennislab.accounts.actors import Actor
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.live import library, method_form
from kennislab.live.methods.schema import BUILT_IN, Method, definition, from_definition, read, to_yaml
from kennislab.programme.models import Lab, LabState
from tests.factories.world import World
from tests.programme.worlds import signed_in, world_in

Fields = list[tuple[str, str]]


@pytest.fixture
def app(make_app: Callable[..., Flask], sqlite_url: str) -> Flask:
    return make_app(sqlite_url)


@pytest.fixture
def world(app: Flask) -> World:
    return world_in(app, LabState.PLANNED)


class _Form(HTMLParser):
    """What a browser would send of the form on a page: every field as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = []
        self._select: str | None = None
        self._area: str | None = None
        self._text = ""
        self._first: str | None = None
        self._chosen: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = dict(attrs)
        if tag == "input" and one.get("name"):
            if one.get("type") != "checkbox" or "checked" in one:
                self.fields.append((str(one["name"]), one.get("value") or ""))
        elif tag == "textarea":
            self._area, self._text = one.get("name"), ""
        elif tag == "select":
            self._select, self._first, self._chosen = one.get("name"), None, None
        elif tag == "option" and self._select:
            self._first = one.get("value") if self._first is None else self._first
            self._chosen = one.get("value") if "selected" in one else self._chosen

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.fields.append((self._area, self._text.removeprefix("\n")))
            self._area = None
        elif tag == "select" and self._select:
            self.fields.append((self._select, (self._first if self._chosen is None else self._chosen) or ""))
            self._select = None


def fields_of(page: str) -> Fields:
    form = _Form()
    form.feed(page[page.index('class="stack stack--wide method-form"') : page.index('id="voorbeeld"')])
    return form.fields


def changed(fields: Fields, **new: str) -> Fields:
    return [(name, new.pop(name) if name in new else value) for name, value in fields] + list(new.items())


def _url(world: World, rest: str = "") -> str:
    return f"/programmas/{world.programme_id}/werkvormen{rest}"


def _own(name: str = "Onze ronde", **change: Any) -> Method:
    return from_definition({**definition(BUILT_IN["vijfstappenmethode"]), "id": "onze_ronde", "name_nl": name, **change})


def _keep(app: Flask, world: World, method: Method, version: int | None = None) -> int:
    with app.app_context(), transaction() as tx:
        return library.keep(tx, world.programme_id, Actor(world.people["coordinator"], "Coordinator"), method, version).version


# -- the form, without a browser


def test_every_method_goes_through_the_editor_unchanged(app: Flask, world: World) -> None:
    """The copy of each of the twenty, as a browser would send it back: nothing that the engine needs is lost."""
    client = signed_in(app, world, "coordinator")
    for key, method in BUILT_IN.items():
        page = client.get(_url(world, f"/nieuw?van={key}"))
        assert page.status_code == 200, key
        data = method_form.read_form(MultiDict(fields_of(page.text)))
        again = from_definition({**data, "id": key, "name_nl": method.name_nl} | ({"name_en": method.name_en} if method.name_en else {}))
        options = {(step.id, option.id) for step in again.steps if step.choices for option in step.choices.options}
        assert options <= {("eigen_keuze", "kant_a"), ("eigen_keuze", "kant_b")}  # keys of options are made from their words
        assert _without_option_keys(again) == _without_option_keys(method), key


def _without_option_keys(method: Method) -> dict[str, Any]:
    data = definition(method)
    for step in data["steps"]:
        for option in [*step.get("choices", {}).get("options", []), *step.get("columns", [])]:
            option.pop("id")
    return data


def test_a_coordinator_makes_a_method_and_changes_it(app: Flask, world: World) -> None:
    client = signed_in(app, world, "coordinator")
    fields = fields_of(client.get(_url(world, "/nieuw?van=vijfstappenmethode")).text)
    answer = client.post(_url(world, "/nieuw"), data=MultiDict(changed(fields, name_nl="Snelle ronde", do="save")))
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/snelle_ronde")
    page = client.get(_url(world, "/snelle_ronde")).text
    assert "Snelle ronde" in page and "bewaard door Coordinator" in page and "Je luistert nu" in page
    fields = fields_of(client.get(_url(world, "/snelle_ronde/bewerken")).text)
    answer = client.post(
        _url(world, "/snelle_ronde/bewerken"),
        data=MultiDict(changed(fields, **{"row0-minutes": "7,5", "row0-title_nl": "De vraag"}, do="save")),
    )
    assert answer.status_code == 303
    with app.app_context():
        found = library.method(db.session(), world.programme_id, "snelle_ronde")
        assert found is not None and (found.steps[0].minutes, found.steps[0].title_nl, found.total_minutes) == (7.5, "De vraag", 47.5)
    late = client.post(_url(world, "/snelle_ronde/bewerken"), data=MultiDict(changed(fields, name_nl="Te laat", do="save")))
    assert late.status_code == 409 and "intussen veranderd" in late.text and 'value="Te laat"' in late.text


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(app: Flask, world: World) -> None:
    client = signed_in(app, world, "coordinator")
    fields = fields_of(client.get(_url(world, "/nieuw?van=incidentmethode")).text)
    wrong = changed(fields, **{"row2-minutes": "veel", "row3-title_nl": "", "name_nl": "Half af"}, do="save")
    answer = client.post(_url(world, "/nieuw"), data=MultiDict(wrong))
    assert answer.status_code == 422
    assert "Stap 3, minuten: moet een getal zijn." in answer.text and "Stap 4, titel: vul dit in." in answer.text
    assert 'id="row2-minutes-error"' in answer.text and 'value="veel"' in answer.text and 'value="Half af"' in answer.text
    kept = dict(fields_of(answer.text))
    assert kept["row5-instruction_nl"] == BUILT_IN["incidentmethode"].steps[5].instruction_nl
    with app.app_context():
        assert library.methods_of(db.session(), world.programme_id) == [*BUILT_IN.values()]


def test_without_script_steps_move_come_and_go_and_the_preview_shows_every_role(app: Flask, world: World) -> None:
    client = signed_in(app, world, "coordinator")
    url = _url(world, "/nieuw")
    fields = fields_of(client.get(url + "?van=vijfstappenmethode").text)

    def press(what: str) -> Fields:
        answer = client.post(url, data=MultiDict(changed(fields, do=what)))
        assert answer.status_code == 200
        return fields_of(answer.text)

    def titles() -> list[str]:
        return [value for name, value in fields if name.startswith("row") and name.endswith("-title_nl")]

    assert titles()[:2] == ["Vraagintroductie", "Probleemverkenning"]
    fields = press("down:row0")
    assert titles()[:2] == ["Probleemverkenning", "Vraagintroductie"]
    fields = press("remove:row0")
    assert titles()[0] == "Vraagintroductie" and len(titles()) == 4
    fields = press("add-step")
    assert len(titles()) == 5 and titles()[-1] == ""
    fields = press("add-part")
    assert dict(fields)["part0-id"] == "deel_1"
    looked = client.post(url, data=MultiDict(changed(fields_of(client.get(url + "?van=roddelmethode").text), do="preview")))
    assert looked.status_code == 200 and looked.text.count('class="previews__step"') == 5 and looked.text.count("Je luistert nu") == 1


def test_kennislabs_own_is_copied_not_edited(app: Flask, world: World) -> None:
    client = signed_in(app, world, "coordinator")
    answer = client.get(_url(world, "/triz/bewerken"))
    assert answer.status_code == 302 and answer.headers["Location"].endswith("/werkvormen/nieuw?van=triz")


# -- reading


def test_the_list_filters_by_kind_people_and_time(app: Flask, world: World) -> None:
    client = signed_in(app, world, "facilitator")
    whole = client.get(_url(world)).text
    assert "20 van 20 werkvormen" in whole and "Wanneer gebruik je dit?" in whole and "Werkvorm maken" not in whole
    assert "6 van 20 werkvormen" in client.get(_url(world, "?soort=liberating_structure&minuten=60&mensen=20")).text
    assert "Geen werkvorm past hierbij" in client.get(_url(world, "?mensen=999")).text
    assert "20 van 20" in client.get(_url(world, "?mensen=veel&minuten=-")).text
    english = client.get(_url(world, "/incidentmethode?taal=en")).text
    assert "Take one concrete incident apart" in english and "Ask only factual and deepening questions." in english


def test_every_run_sheet_can_be_read(app: Flask, world: World) -> None:
    client = signed_in(app, world, "facilitator")
    for key, method in BUILT_IN.items():
        page = client.get(_url(world, f"/{key}"))
        assert page.status_code == 200 and page.text.count('class="sheet__step"') == len(method.steps)
    assert client.get(_url(world, "/bestaat_niet")).status_code == 404


def test_only_coordinators_change_and_nobody_from_elsewhere_looks(app: Flask, world: World) -> None:
    _keep(app, world, _own())
    for role, look, change in (("facilitator", 200, 403), ("participant", 403, 403), ("outsider", 404, 404)):
        client = signed_in(app, world, role)
        assert client.get(_url(world, "/onze_ronde.yaml")).status_code == look
        for way in ("/nieuw", "/onze_ronde/bewerken", "/inlezen", "/onze_ronde/weghalen", "/onze_ronde/terugzetten"):
            assert client.post(_url(world, way), data={}).status_code == change, (role, way)


# -- files


def _take_in(client: FlaskClient, world: World, text: str, what: str) -> Any:
    return client.post(_url(world, "/inlezen"), data={"text": text, "do": what})


def test_a_file_goes_from_one_programme_to_another(app: Flask, world: World) -> None:
    _keep(app, world, _own())
    client = signed_in(app, world, "coordinator")
    sent = client.get(_url(world, "/onze_ronde.yaml"))
    assert sent.mimetype == "application/yaml" and 'filename="onze_ronde.yaml"' in sent.headers["Content-Disposition"]
    assert read(sent.text) == [_own()]
    assert "Is er al" in _take_in(client, world, sent.text, "preview").text
    other = world_in(app, LabState.PLANNED)
    there = signed_in(app, other, "coordinator")
    data = {"file": (io.BytesIO(sent.data), "werkvorm.yaml"), "do": "preview"}
    looked = there.post(_url(other, "/inlezen"), data=data, content_type="multipart/form-data")
    assert "Komt erbij" in looked.text
    with app.app_context():
        assert library.methods_of(db.session(), other.programme_id) == [*BUILT_IN.values()]  # nothing kept yet
    assert _take_in(there, other, sent.text, "keep").status_code == 303
    with app.app_context():
        assert library.method(db.session(), other.programme_id, "onze_ronde") == _own()


def test_all_or_nothing_with_the_line_of_every_problem(app: Flask, world: World) -> None:
    client = signed_in(app, world, "coordinator")
    text = to_yaml(_own()) + to_yaml(_own("Tweede")).split("methods:\n")[1].replace("id: onze_ronde", "id: tweede").replace(
        "minutes: 15", "minutes: veel"
    )
    line = text.splitlines().index("    minutes: veel") + 1
    answer = _take_in(client, world, text, "keep")
    assert answer.status_code == 422 and f"Regel {line}" in answer.text and "Stap 2, minuten: moet een getal zijn." in answer.text
    assert "minutes: veel" in answer.text
    with app.app_context():
        assert library.methods_of(db.session(), world.programme_id) == [*BUILT_IN.values()]


def test_a_changed_copy_of_kennislabs_own_comes_beside_it(app: Flask, world: World) -> None:
    client = signed_in(app, world, "coordinator")
    assert "Is er al" in _take_in(client, world, to_yaml(BUILT_IN["triz"]), "preview").text
    text = to_yaml(BUILT_IN["triz"]).replace("name_nl: TRIZ (omgekeerd denken)", "name_nl: Omdenken")
    assert "als kopie naast die van Kennislab" in _take_in(client, world, text, "preview").text
    assert _take_in(client, world, text, "keep").status_code == 303
    with app.app_context():
        assert library.method(db.session(), world.programme_id, "omdenken") is not None


def test_files_that_are_none(app: Flask, world: World) -> None:
    client = signed_in(app, world, "coordinator")
    for content in (b"\xff\xfe\x00", b"x" * 900_000):
        data = {"file": (io.BytesIO(content), "x.yaml"), "do": "keep"}
        assert client.post(_url(world, "/inlezen"), data=data, content_type="multipart/form-data").status_code == 422
    assert _take_in(client, world, "", "keep").status_code == 422


# -- the agenda


def test_an_agenda_item_follows_a_method_of_the_library(app: Flask, world: World) -> None:
    _keep(app, world, _own())
    client = signed_in(app, world, "coordinator")
    url = f"/kennislabs/{world.lab_id}/agenda"
    page = client.get(url).text
    assert "Onze ronde, 45 minuten" in page and "Troika Consulting, 33 minuten" in page
    with app.app_context():
        lab = db.session().get_one(Lab, world.lab_id)
        rev, items = lab.rev, [(item.id, item.block.value, item.title) for item in lab.agenda]
    rows: Fields = [("rev", str(rev)), ("do", "save")]
    for n, (item_id, block, title) in enumerate(items):
        method = "onze_ronde" if n == 0 else "geen_bekende"
        rows += [("row", f"r{n}"), (f"r{n}-id", str(item_id)), (f"r{n}-block", block), (f"r{n}-title", title), (f"r{n}-minutes", "10")]
        rows += [(f"r{n}-input", "none"), (f"r{n}-method", method)]
    assert client.post(url, data=MultiDict(rows)).status_code == 303
    with app.app_context():
        found = [item.method for item in db.session().get_one(Lab, world.lab_id).agenda]
        assert found == ["onze_ronde"] + [None] * (len(items) - 1)
