"""Questions out of a table and into one, through the pages: a report per row, nothing half taken over, nothing that a spreadsheet runs."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from openpyxl import load_workbook

from kennislab.core import sheets
from kennislab.core.db import db
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab
from kennislab.questions import exporting, fields, importing, queries
from tests.questions.test_managing import Q1, Desk

TABLE = """Kennisvraag;Toelichting;Naam;E-mailadres;Gemeente;Hoeveel huizen?
Wie helpt een huurder met een tochtige woning?;Veel klachten;;PARTICIPANT@;;40
=HYPERLINK("x") is dat een vraag?;;Truus;;GM0503;
hoe bereik je bewoners, die nooit naar een bewonersavond komen;;Jan;;Tilburg;
Kort;;Piet;;Delft;
Wie betaalt dit alles?;;Piet;;Verzonnendorp;
Wie betaalt dit allemaal?;;;onbekend@voorbeeld.example;;
Wie is hier eigenlijk van?;;;;;
Wie helpt een huurder met een tochtige woning?;;Kees;;Delft;
"""


@pytest.fixture
def desk(make_app: Callable[..., Flask], sqlite_url: str) -> Desk:
    desk = Desk(make_app(sqlite_url))
    with desk.app.app_context(), transaction() as tx:
        fields.save(tx, tx.session.get_one(Lab, desk.lab_id), [fields.Wish(label="Hoeveel huizen?")], [], 0)
    return desk


def send(desk: Desk, text: str, encoding: str = "cp1252") -> str:
    own = f"participant-{desk.world.programme_id}@voorbeeld.example"
    data = text.replace("PARTICIPANT@", own.upper()).encode(encoding)
    got = desk.client.post(f"/kennislabs/{desk.lab_id}/vragen/inlezen", data={"file": (io.BytesIO(data), "vragen.csv")})
    assert got.status_code == 303, got.text
    return str(got.location)


def test_a_report_per_row_and_the_good_ones_are_taken(desk: Desk) -> None:
    preview = send(desk, TABLE)
    shown = desk.client.get(preview).text
    for words in (
        "2 nieuwe vragen", "2 staan er al", "4 kloppen niet", "Verzonnendorp", "minstens 10 tekens", "van niemand in het programma",
        "Er staat niet bij van wie", "Deze vraag staat al bij dit Kennislab", "ook in rij 2", "Truus is niet bekend",
    ):  # fmt: skip
        assert words in shown, words
    rest = desk.client.get(f"{preview}/niet-overgenomen.csv")
    assert rest.text.count("\r\n") == 7 and "Verzonnendorp" in rest.text and "Waarom niet" in rest.text
    assert desk.client.post(preview, data={"do": "take"}).status_code == 303
    with desk.app.app_context():
        made = [one for one in queries.of_lab(db.session(), desk.lab_id) if one.source == "import"]
        assert [(one.text, one.asker_name, one.asker_id, one.municipality_code) for one in made] == [
            ("Wie helpt een huurder met een tochtige woning?", "Participant", desk.world.people["participant"], "GM0855"),
            ('=HYPERLINK("x") is dat een vraag?', "Truus", None, "GM0503"),
        ]
        assert list(made[0].answers.values()) == ["40"] and made[0].context == "Veel klachten"
    assert desk.client.post(preview, data={"do": "take"}).location.endswith("/vragen/inlezen")  # not twice
    with desk.app.app_context():
        assert queries.count_of_lab(db.session(), desk.lab_id) == 5


def test_other_columns_and_no_thanks(desk: Desk) -> None:
    preview = send(desk, "Wat\tWie\nHoe krijg je jongeren aan tafel?\tJan\n", "utf-16")
    shown = desk.client.get(preview).text
    assert "Kies in welke kolom de vragen staan." in shown
    assert desk.client.post(preview, data={"do": "take"}).status_code == 422
    assert (
        desk.client.post(preview, data={"do": "columns", "column-text": "0", "column-name": "1", "column-context": "7"}).status_code == 303
    )
    assert "1 nieuwe vraag" in desk.client.get(preview).text
    assert desk.client.post(preview, data={"do": "stop"}).status_code == 303
    assert desk.client.get(preview).status_code == 303
    with desk.app.app_context():
        assert queries.count_of_lab(db.session(), desk.lab_id) == 3


def test_bad_files_and_pasted_cells(desk: Desk) -> None:
    path = f"/kennislabs/{desk.lab_id}/vragen/inlezen"
    for data in (b"", b"\x89PNG\r\n\x1a\n" + bytes(100), b"PK\x03\x04 kapot"):
        got = desk.client.post(path, data={"file": (io.BytesIO(data), "x.xlsx")})
        assert got.status_code == 422 and 'role="alert"' in got.text
    got = desk.client.post(path, data={"pasted": "Vraag\tNaam\nHoe krijg je jongeren aan tafel?\tJan"})
    assert "1 nieuwe vraag" in desk.client.get(got.location).text
    other = desk.client.get(got.location.replace("/inlezen/", "/inlezen/x")).location
    assert other.endswith("/inlezen")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_goes_out_comes_in_again(desk: Desk, kind: str) -> None:
    assert desk.client.post(send(desk, TABLE), data={"do": "take"}).status_code == 303
    desk.client.post(f"/kennislabs/{desk.lab_id}/vragen/samenvoegen", data={"into": desk.ids[0], "v": desk.ids[1]})
    got = desk.client.get(f"/kennislabs/{desk.lab_id}/vragen/uitvoer.{kind}")
    assert "attachment" in got.headers["Content-Disposition"]
    if kind == "xlsx":
        cells = [cell for row in load_workbook(io.BytesIO(got.data)).active.iter_rows() for cell in row]
        assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    else:
        assert "\r\n\"'=HYPERLINK" in got.text
    back = sheets.read(f"uit.{kind}", got.data)
    assert back.columns == [*exporting.COLUMNS, "Hoeveel huizen?"]
    with desk.app.app_context():
        lab = db.session.get_one(Lab, desk.lab_id)
        rows = importing.report(db.session(), lab, back, importing.guess(db.session(), lab, back))
        assert sorted(row.state for row in rows) == ["double"] * 4 + ["new"]  # the merged one is not there by itself
        truus = next(row for row in rows if row.text.startswith("=HYPERLINK"))
        assert (truus.asker, truus.place) == ("Truus", "Delft")
    stands = [row[9] for row in back.rows]
    assert stands.count("samengevoegd") == 1 and Q1 in [row[0] for row in back.rows]


def test_a_file_to_begin_with_is_read_as_it_is(desk: Desk) -> None:
    for kind in ("csv", "xlsx"):
        got = desk.client.get(f"/kennislabs/{desk.lab_id}/vragen/inlezen/voorbeeld.{kind}")
        with desk.app.app_context():
            lab, sheet = db.session.get_one(Lab, desk.lab_id), sheets.read(f"x.{kind}", got.data)
            assert len(importing.guess(db.session(), lab, sheet)) == 8
    assert desk.client.get(f"/kennislabs/{desk.lab_id}/vragen/inlezen/voorbeeld.exe").status_code == 404
