"""Tables as people really send them: every program's own CSV, workbooks of every shape, and files that are no table at all."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from kennislab.core import clock, sheets
from kennislab.core.db import db
from kennislab.core.errors import Gone, Invalid
from kennislab.core.sheets import drafts, shapes
from kennislab.core.transaction import transaction

NAMES = "Naam;E-mailadres;Gemeente\r\nZoë Çelik;zoe@voorbeeld.nl;’s-Gravenhage\r\nRené Faßbender;rene@voorbeeld.nl;Súdwest-Fryslân\r\n"
COLUMNS = ["Naam", "E-mailadres", "Gemeente"]
ROWS = [["Zoë Çelik", "zoe@voorbeeld.nl", "’s-Gravenhage"], ["René Faßbender", "rene@voorbeeld.nl", "Súdwest-Fryslân"]]


def said(sheet: sheets.Sheet) -> str:
    return " ".join(note.text % note.params for note in sheet.notes)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (NAMES.encode(), ""),
        (NAMES.encode("utf-8-sig"), ""),
        (NAMES.encode("utf-16"), "UTF-16"),
        (NAMES.encode("utf-16-le"), "UTF-16"),
        (b"\xfe\xff" + NAMES.encode("utf-16-be"), "UTF-16"),
        (NAMES.encode("utf-32"), "UTF-32"),
        (NAMES.encode("cp1252"), "Windows"),
        (NAMES.encode("mac_roman"), "Mac"),
        (NAMES.replace("’", "'").encode("cp850"), "DOS"),
        (NAMES.replace("\r\n", "\r").encode("mac_roman"), "Mac"),
        (NAMES.replace(";", "\t").encode("utf-16"), "tabs"),
        (NAMES.replace(";", ",").encode(), "komma’s"),
        (NAMES.replace(";", "|").encode(), "strepen"),
        (("sep=;\r\n" + NAMES).encode(), "puntkomma’s"),
    ],
    ids=[
        "utf8",
        "bom",
        "utf16",
        "utf16-bare",
        "utf16-be",
        "utf32",
        "cp1252",
        "mac",
        "dos",
        "mac-cr",
        "utf16-tabs",
        "commas",
        "bars",
        "sep",
    ],
)
def test_every_program_its_own_csv(data: bytes, told: str) -> None:
    sheet = sheets.read("mensen.csv", data)
    plain = [[cell.replace("'s", "’s") for cell in row] for row in sheet.rows]
    assert (sheet.columns, plain, sheet.lines) == (COLUMNS, ROWS, [2, 3])
    assert told in said(sheet)


def test_one_euro_sign_is_enough_to_know_windows() -> None:
    sheet = sheets.read("", "Naam;Bedrag\nWillem;€ 30".encode("cp1252"))
    assert sheet.rows == [["Willem", "€ 30"]]
    turkish = "Ad;Soyad\nGülşen;Yıldırım\nİbrahim;Şahinoğlu\nAyşe;Kılıç\n".encode("cp1254")
    assert sheets.read("", turkish).rows[1] == ["İbrahim", "Şahinoğlu"]
    polish = "Imię;Nazwisko\nMałgorzata;Wójcik\nŁukasz;Źrebiec\n".encode("cp1250")
    assert sheets.read("", polish).rows == [["Małgorzata", "Wójcik"], ["Łukasz", "Źrebiec"]]


def test_quotes_empty_lines_and_titles_above() -> None:
    text = (
        'Deelnemers 2026;;\n;;\nNaam;Vraag;Naam;\n"Jansen; Jan";"Hoe ga je om\nmet ""nee"";\nop straat?";x;\n\n;;;\n'
        "Piet Bakker,  junior;'=1+1;;extra\n"
    )
    sheet = sheets.read("map/deel\\vragen.csv", text.encode())
    assert sheet.columns == ["Naam", "Vraag", "Naam (2)", "Kolom D"]
    assert sheet.rows == [
        ["Jansen; Jan", 'Hoe ga je om\nmet "nee";\nop straat?', "x", ""],
        ["Piet Bakker,  junior", "=1+1", "", "extra"],
    ]
    assert (sheet.lines, sheet.name) == ([4, 7], "vragen.csv")
    assert "rij 3" in said(sheet) and "vaker" in said(sheet)


def test_one_column_and_no_names_above() -> None:
    assert sheets.read("", b"Vraag\nWie helpt, als het regent?\nWat kost het?").rows == [["Wie helpt, als het regent?"], ["Wat kost het?"]]
    bare = sheets.read("", b"Wie helpt?\nWat kost het?\n")
    assert (bare.columns, bare.rows, bare.lines) == (["Kolom A"], [["Wie helpt?"], ["Wat kost het?"]], [1, 2])
    pasted = sheets.read("", b"Jan\tjan@voorbeeld.nl\nPiet\tpiet@voorbeeld.nl")
    assert (pasted.columns, len(pasted.rows)) == (["Kolom A", "Kolom B"], 2)
    assert "geen kolomnamen" in said(pasted)


def workbook(fill) -> bytes:
    book = Workbook()
    fill(book, book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_reads_as_on_the_screen() -> None:
    def fill(book: Workbook, first) -> None:
        hidden = book.create_sheet("Verborgen")
        hidden.append(["niet", "lezen"])
        hidden.sheet_state = "hidden"
        sheet = book.create_sheet("Mensen")
        sheet["B2"] = "Deelnemers van het Kennislab"
        sheet.merge_cells("B2:F2")
        for row in (
            [],
            [None, "Naam", "Gemeente", "Sinds", "Uren", "Deel", "Code", "Om", "Ja", "Som"],
            [None, "Zoë", "Delft", date(2026, 11, 19), 2.50, 0.25, 855, time(9, 5), True, "=1+1"],
            [None, "Jan", None, datetime(2026, 11, 19, 13, 30), 3.0, 1e15 + 0.0, 14, timedelta(hours=26), None, None],
        ):
            sheet.append(row)
        sheet.merge_cells("C5:C6")
        sheet["F5"].number_format = "0%"
        sheet["G5"].number_format = sheet["G6"].number_format = "0000"
        sheet["K6"] = ArrayFormula("K6", "=A1")
        sheet["A900"].number_format = "0.00"

    sheet = sheets.read("Mensen.xlsx", workbook(fill))
    assert sheet.columns == ["Naam", "Gemeente", "Sinds", "Uren", "Deel", "Code", "Om", "Ja", "Som"]
    assert sheet.rows == [
        ["Zoë", "Delft", "19-11-2026", "2,5", "25%", "0855", "09:05", "waar", ""],
        ["Jan", "Delft", "19-11-2026 13:30", "3", "1000000000000000", "0014", "26:00", "", ""],
    ]
    assert sheet.lines == [5, 6]
    for word in ("“Mensen”", "Samengevoegde", "formules", "rij 4"):
        assert word in said(sheet)


def counted(text: bytes) -> bytes:
    """A workbook as Excel saves it: the outcome stands beside the formula."""
    data = workbook(lambda book, sheet: (sheet.append(["Naam", "Vraag"]), sheet.append(["Zoë", "=A2"])))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for one in source.infolist():
            part = source.read(one)
            target.writestr(one.filename, part.replace(b"<v></v>", text).replace(b"<v />", text).replace(b"<v/>", text))
    return out.getvalue()


def test_formulas_by_their_outcome() -> None:
    sheet = sheets.read("a.xlsx", counted(b"<v>42</v>"))
    assert sheet.rows == [["Zoë", "42"]] and "formules" not in said(sheet)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("[Content_Types].xml", "<x/>")
        box.writestr("xl/workbook.xml", "<x/>")
        box.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    return out.getvalue()


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        for name, text in parts.items():
            box.writestr(name.replace("__", "/").replace("_", "."), text)
    return out.getvalue()


def spoilt() -> bytes:
    """A workbook of which the packed bytes were damaged on the way."""
    data = bytearray(workbook(lambda book, sheet: [sheet.append([f"naam {n}", n]) for n in range(200)]))
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        start = box.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    data[start : start + 40] = bytes(255 - one for one in data[start : start + 40])
    return bytes(data)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAUGHS = '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;">]><workbook>&c;</workbook>'
NO_TABLES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", shapes.EMPTY),
    "blank": (b" \r\n;;\r\n", shapes.EMPTY),
    "mark-only": (b"\xef\xbb\xbf", shapes.EMPTY),
    "names-only": (b"naam;adres\r\n", shapes.ONLY_NAMES),
    "large": (b"naam;adres\n" + b"a;b\n" * 800_000, shapes.TOO_LARGE),
    "rows": (b"naam;adres\n" + b"a;b\n" * 2001, shapes.TOO_MANY_ROWS),
    "many-rows": (b"naam;adres\n" + b"a;b\n" * 20_000, shapes.TOO_MANY_ROWS),
    "columns": (b";".join(b"k%d" % n for n in range(61)) + b"\n" + b";".join(b"x" for n in range(61)), shapes.TOO_MANY_COLUMNS),
    "xls": (OLE + bytes(600), shapes.OLD_EXCEL),
    "locked": (OLE + bytes(512) + "EncryptedPackage".encode("utf-16-le"), shapes.LOCKED),
    "html": (b"<html><body><table><tr><td>naam</td></tr></table></body></html>", shapes.WEB_PAGE),
    "html-wide": ("\ufeff <TABLE><tr><td>naam".encode("utf-16"), shapes.WEB_PAGE),
    "xml-2003": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', shapes.WEB_PAGE),
    "bomb": (bomb(), shapes.UNPACKS_TOO_LARGE),
    "laughs": (zipped(xl__workbook_xml=LAUGHS), shapes.BROKEN),
    "word": (zipped(word__document_xml="<x/>"), shapes.NOT_A_TABLE),
    "ods": (zipped(mimetype="x", content_xml="<x/>"), shapes.OPEN_DOCUMENT),
    "xlsb": (zipped(xl__workbook_bin="x"), shapes.BINARY_EXCEL),
    "hollow": (zipped(xl__workbook_xml="<x/>"), shapes.BROKEN),
    "cut": (workbook(lambda book, sheet: sheet.append(["a", "b"]))[:900], shapes.BROKEN),
    "no-cells": (workbook(lambda book, sheet: None), shapes.EMPTY),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, shapes.NOT_A_TABLE),
    "pdf": (b"%PDF-1.7\nnaam;adres\n", shapes.NOT_A_TABLE),
    "json": (b'[{"naam": "Jan"}]', shapes.NOT_A_TABLE),
    "spoilt": (spoilt(), shapes.BROKEN),
    "quote-later": (b'naam;vraag\nJan;"Wat nu\nPiet;"En dan"\nKees;Klaar\n', shapes.OPEN_QUOTE),
    "quote": (b'naam;vraag\nJan;"Wat nu\nPiet;En dan\nKees;Klaar\n', shapes.OPEN_QUOTE),
}


@pytest.mark.parametrize("case", NO_TABLES)
def test_what_is_no_table_says_what_to_do(case: str) -> None:
    data, sentence = NO_TABLES[case]
    with pytest.raises(Invalid) as refused:
        sheets.read("bestand", data)
    assert refused.value.fields == {"file": sentence}
    assert sentence % refused.value.params


def test_a_sheet_with_a_cell_far_away_is_read_in_time() -> None:
    def fill(book: Workbook, sheet) -> None:
        sheet.append(["naam", "adres"])
        sheet.append(["Jan", "x"])
        sheet["A300000"] = "Piet"
        sheet["XFD2"].number_format = "0%"

    sheet = sheets.read("", workbook(fill))
    assert sheet.lines == [2, 300_000]


def test_columns_find_their_field() -> None:
    wanted = {"name": ("naam", "volledige naam"), "email": ("e-mail", "emailadres", "mail"), "place": ("gemeente", "stad")}
    assert sheets.match(["Gemeente", "E-mail Adres", "NAAM:"], wanted) == {"place": 0, "email": 1, "name": 2}
    assert sheets.match(["Naam organisatie", "Naam", "Je e-mail (werk)", "Stád"], wanted) == {"name": 1, "email": 2, "place": 3}
    assert sheets.match(["Kolom A", "Kolom B"], wanted) == {}


EVIL = ["=1+1", "+31612345678", "-1", "@SUM(A1)", "\t=1", "\r=1", 'gewoon\nmet; "tekens" en \x07 é€']


@pytest.mark.parametrize("write", [sheets.write_csv, sheets.write_xlsx], ids=["csv", "xlsx"])
def test_what_goes_out_is_never_a_formula_and_comes_back_whole(write) -> None:
    moment = datetime(2026, 11, 19, 12, 30, tzinfo=UTC)
    data = write(
        ["Naam", "=naam", "n", "op", "dag"], [[one, one, 3, moment, date(2026, 1, 2)] for one in EVIL] + [["leeg", None, 2.5, None, True]]
    )
    back = sheets.read("uit", data)
    plain = ["=1+1", "+31612345678", "-1", "@SUM(A1)", "=1", "=1", 'gewoon\nmet; "tekens" en  é€']
    assert [row[0] for row in back.rows[:7]] == plain
    assert back.rows[0][2:] == ["3", "19-11-2026 13:30", "02-01-2026"]
    assert back.rows[7] == ["leeg", "", "2,5", "", "ja"]
    if write is sheets.write_csv:
        assert data.startswith(b"\xef\xbb\xbfNaam;'=naam;n;op;dag\r\n'=1+1;'=1+1;3;")
    else:
        cells = [cell for row in load_workbook(io.BytesIO(data)).active for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
        assert not any(str(cell.value).startswith(tuple("=+-@\t\r")) for cell in cells)


def test_a_draft_waits_for_its_own_person_and_a_day(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = sheets.read("mensen.csv", NAMES.encode("cp1252"))
    with app.app_context():
        with transaction() as tx:
            first = sheets.keep(tx, "people:1", 7, sheet).id
            second = sheets.keep(tx, "people:1", 7, sheet).id
            other = sheets.keep(tx, "questions:1", 7, sheet).id
        with transaction() as tx:
            draft = sheets.take(tx.session, second, "people:1", 7, lock=True)
            sheets.choose(tx, draft, {"columns": {"name": 0}})
        db.session.rollback()
        db.session.expire_all()
        kept = sheets.take(db.session(), second, "people:1", 7)
        assert (kept.sheet, kept.choices) == (sheet, {"columns": {"name": 0}})
        for wrong in ((first, "people:1", 7), (second, "people:1", 8), (second, "people:2", 7)):
            with pytest.raises(Gone):
                sheets.take(db.session(), *wrong)
        with transaction() as tx:
            sheets.throw_away(tx, sheets.take(tx.session, second, "people:1", 7, lock=True))
        later = clock.now() + timedelta(hours=25)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert drafts.drop_old(lambda percent, note="": None) == 1
        with pytest.raises(Gone):
            sheets.take(db.session(), other, "questions:1", 7)
