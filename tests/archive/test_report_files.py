"""The files of a report, opened with another reader: what must be in them, and what must not."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from docx import Document as WordDocument
from docx.oxml.ns import qn
from flask import Flask
from lxml import etree
from odfdo import Document as OpenDocument
from openpyxl import load_workbook
from pypdf import PdfReader

from kennislab.archive.models import ActionStatus
from kennislab.archive.queries import Outcomes
from kennislab.archive.reporting import docx, odt, pdf, sheets
from kennislab.archive.reporting.shapes import Agreement, Asked, Ballot, Entry, LookedBack, Report, Scored, Step
from kennislab.core import templating
from tests.archive.opened import WRITERS, everything_in
from tests.benchmarks import report as bench

HEAD = "0123456789abcdef" * 4
NASTY = 'Zie #import "x"; $x$ *niet vet* ] _a_ `b` \\ <label> @iemand = kop // & <b> "q" {title} %(n)s'


def entry(text: str, kind: str, **more: Any) -> Entry:
    return Entry(
        **{
            "id": f"{kind}-{text[:8]}",
            "kind": kind,
            "text": text,
            "where": "Tilburg",
            "group": "Warm",
            "themes": ("Geld",),
            "votes": 0,
            "outcomes": Outcomes(),
            **more,
        }
    )


@pytest.fixture(scope="module", autouse=True)
def words_of_the_app() -> Iterator[None]:
    """All that writers need of the app: its catalogues."""
    app = Flask(__name__)
    templating.init(app)
    with app.app_context():
        yield


def a_report(**more: Any) -> Report:
    """Something in every chapter."""
    at = datetime(2026, 11, 19, 12, 30, tzinfo=UTC)
    solved = entry("Geef bewoners een wijkbudget.", "solution", outcomes=Outcomes(tried=3, worked=2, failed=1))
    values: dict[str, Any] = {
        "lab_id": 7, "programme": "Warme wijken", "title": "Samen & warm", "kind": "knowledge_lab", "quarter": "2026-Q4", "starts_at": at,
        "ends_at": at, "place": "Tilburg", "description": NASTY, "sealed_at": datetime(2026, 12, 1, 9, tzinfo=UTC), "sealed_by": "Noor",
        "head": HEAD, "totals": {"bottleneck": 2, "lesson": 0}, "people": 12, "kept_in_groups": 1, "inside": 1,
        "agenda": [Step(at, "Welkom", "Zoek een stoel.", 15)],
        "questions": [entry("Hoe begin je?", "question", answers=(entry("Niemand begint.", "bottleneck"),))],
        "bottlenecks": [
            entry("Het geld komt laat.", "bottleneck", answers=(solved,), votes=4, corrections=("In 2027 niet meer.",)),
            entry(NASTY, "bottleneck"),
        ],
        "lessons": [entry("Als je belooft, doe het dan.", "lesson", where="", group="", themes=())],
        "actions": [Agreement("a", "Nabellen", "Pia", date(2027, 1, 15), ActionStatus.OPEN)],
        "ballots": [Ballot("Wat eerst?", "dots", "", ((9, 3),), (("Budget", (Scored(8, 3),)), ("Bellen", (Scored(2, 0),))))],
        "participation": [("Tilburg", 7), ("Delft", 5)],
        "evaluation": [LookedBack("Wat neem je mee?", 3, (), ("Bellen.",)), LookedBack("Zinvol?", 3, (0, 0, 1, 1, 1), ())],
        "asked": [Asked("Hoe begin je?", "Tilburg", "Wij zijn klein.", "Een brief.", "Geld", 2)],
    }  # fmt: skip
    return Report(**{**values, **more})


# --- PDF ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reader() -> PdfReader:
    return PdfReader(io.BytesIO(pdf.write(a_report())))


def words(reader: PdfReader) -> str:
    text = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(text.replace("\u00ad\n", "").replace("\u00ad", "").split())


def elements(reader: PdfReader) -> list[dict[str, Any]]:
    """The structure of a tagged PDF, flat."""
    found: list[dict[str, Any]] = []
    waiting: list[Any] = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            found.append(one)
            waiting.extend([one["/K"]] if "/K" in one else [])
    return found


def test_the_pdf_claims_what_it_is(reader: PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value and root["/Lang"] == "nl-NL"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    claims = etree.fromstring(root["/Metadata"].get_object().get_data())
    told = {etree.QName(one).localname + "@" + etree.QName(one).namespace: one.text for one in claims.iter() if isinstance(one.tag, str)}
    assert told["part@http://www.aiim.org/pdfua/ns/id/"] == "1"
    assert told["part@http://www.aiim.org/pdfa/ns/id/"] == "2" and told["conformance@http://www.aiim.org/pdfa/ns/id/"] == "A"
    assert "/OutputIntents" in root and "/AcroForm" not in root and "/Names" not in root


def test_the_pdf_has_bookmarks_and_a_structure(reader: PdfReader) -> None:
    chapters = [one.title for one in reader.outline if not isinstance(one, list)]
    assert chapters == [
        "Samenvatting", "Agenda", "Kennisvragen", "Knelpunten en oplossingen", "Lessen", "Acties", "Stemmingen", "Evaluatie", "Deelname",
        "Bijlage: alle kennisvragen",
    ]  # fmt: skip
    tags = [one.get("/S") for one in elements(reader)]
    assert tags.count("/Table") == 5 and tags.count("/TH") == 2 + 4 + 3 + 2 + 2
    assert tags.count("/Title") + tags.count("/H1") >= 1 and {"/L", "/LI", "/P", "/TOC"} <= set(tags)
    heads = [one["/A"] for one in elements(reader) if one.get("/S") == "/TH"]
    assert {str(part.get("/Scope")) for found in heads for part in found if "/Scope" in part} == {"/Column"}
    first, second = (" ".join(page.extract_text().split()) for page in reader.pages[:2])
    assert "Inhoud Samenvatting" in first and f"Kenmerk: {HEAD}" in first and "Er deden" not in first, (
        "a page with title, contents and seal"
    )
    assert second.startswith("Samen & warm Samenvatting Samenvatting") and "Warme wijken 2 / " in second, (
        "what it is about and where one is"
    )
    drawn = [str(one["/Alt"]) for one in elements(reader) if one.get("/S") == "/Figure"]
    assert sorted(drawn) == [
        "Deelname per gemeente. Staafdiagram. Tilburg: 7, Delft: 5.",
        "Wat eerst? (stippen). Staafdiagram. Budget: 8, Bellen: 2.",
        "Zinvol? Staafdiagram. cijfer 1: 0, cijfer 2: 0, cijfer 3: 1, cijfer 4: 1, cijfer 5: 1.",
    ]
    assert "Staafdiagram" not in str(elements(PdfReader(io.BytesIO(pdf.write(a_report(charts=False))))))


def test_what_is_said_stands_in_the_pdf_as_it_was_said(reader: PdfReader) -> None:
    text = words(reader)
    assert text.count(NASTY) == 2, "once in the summary, once as a contribution; never read as markup"
    assert "3 keer geprobeerd, 2 keer gewerkt, 1 keer niet" in text and "Verbetering: In 2027 niet meer." in text
    assert f"Kenmerk: {HEAD}" in text and "Nabellen Pia 15-01-2027 Open" in text
    assert text.count("Hiervoor is nog geen oplossing gevonden.") == 1, "what stands below a question has its own place"


def test_the_pdf_tells_nothing_of_who_made_it_or_when(reader: PdfReader) -> None:
    told = reader.metadata or {}
    assert set(told) == {"/Title", "/Creator", "/CreationDate", "/ModDate"}
    assert told["/CreationDate"].startswith("D:20261201") and told["/ModDate"].startswith("D:20261201")
    assert pdf.write(a_report()) == pdf.write(a_report())
    draft = PdfReader(io.BytesIO(pdf.write(a_report(sealed_at=None, sealed_by="", head=""))))
    assert "Concept." in words(draft) and "Kenmerk" not in words(draft)


def test_letters_that_no_font_has_do_not_stop_the_pdf() -> None:
    made = replace(a_report(), title="Samen 🚀", lessons=[entry("Top 👍🏽! \ue000 سلام عليكم\tof 中文, Łódź, Ελλάδα, Київ", "lesson")])
    text = words(PdfReader(io.BytesIO(pdf.write(made))))
    assert "Samen [rocket]" in text
    assert "Top [thumbs up sign]! [tekst in een ander schrift] of [tekst in een ander schrift], Łódź, Ελλάδα, Київ" in text


LONG = "https://voorbeeld.example/" + "x" * 600
ODD = (
    "سلام عليكم",
    "   ",
    "\n\n",
    "".join(map(chr, range(32))) + "bel\x07\x7f\x85",
    "om\u202egekeerd\u2066",
    LONG,
    "A & B <C> 👩‍👩‍👧",
)


@pytest.mark.parametrize("name", WRITERS)
def test_odd_texts_stop_no_file(name: str) -> None:
    """Emptiness, other scripts, control characters, ten thousand characters, a word that fits on no line; and nothing at all."""
    odd = {
        "title": "A & B <C>",
        "lessons": [entry(text, "lesson", where=ODD[-1]) for text in ODD],
        "bottlenecks": [entry(LONG, "bottleneck", answers=(entry("woord " * 1700, "solution"),))],
        "actions": [Agreement(str(number), text, text, None, ActionStatus.OPEN) for number, text in enumerate(ODD)],
    }
    made = WRITERS[name](a_report(**odd, asked=[]))
    text = everything_in(name, made)
    assert "A & B <C>" in text and "bel" in text and "\x07" not in text
    if name == "pdf":
        lines = [line for page in PdfReader(io.BytesIO(made)).pages for line in page.extract_text().splitlines()]
        assert 20 < max(line.count("x") for line in lines) < 120, "a word that fits on no line goes on below"
        assert LONG in text.replace("\u200b", "").replace(" ", "")
    elif name in ("docx", "odt"):
        assert "omgekeerd" in text and LONG in text, "nothing turns round what comes after it"
    nothing = {name: [] for name in ("agenda", "questions", "bottlenecks", "lessons", "actions", "ballots", "participation", "evaluation")}
    empty = WRITERS[name](a_report(**nothing, asked=[], totals={}, description="", place="", people=0))
    assert len(empty) < len(made)


def test_a_large_lab_is_written_in_time() -> None:
    """500 items; the aim is half a second, the limit 2 s, of processor time."""
    large = bench.a_report(seed=1)
    start = time.process_time()
    made = pdf.write(large)
    assert time.process_time() - start < bench.MOST_SECONDS
    assert len(PdfReader(io.BytesIO(made)).pages) > 30


# --- ODT ------------------------------------------------------------------------------------------------------------------------


def test_the_odt_has_headings_lists_and_tables_with_a_head() -> None:
    data = odt.write(a_report())
    read = OpenDocument(io.BytesIO(data))
    heads = [(int(head.level), head.text) for head in read.body.get_headers()]
    assert (1, "Knelpunten en oplossingen") in heads and (2, "Wat eerst?") in heads
    assert [table.name for table in read.body.get_tables()] == ["Tabel1", "Tabel2", "Tabel3", "Tabel4", "Tabel5"]
    tree = etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("content.xml"))
    spaces = {prefix: address for prefix, address in tree.nsmap.items() if prefix}
    assert len(tree.xpath("//table:table-header-rows", namespaces=spaces)) == 5
    text = "\n".join("".join(one.itertext()) for one in tree.iter(f"{{{spaces['text']}}}p"))
    assert text.count(NASTY) == 2 and f"Kenmerk: {HEAD}" in text and "Als je belooft, doe het dan." in text
    listed = tree.xpath("//text:table-of-content//text:bookmark-ref/@text:ref-name", namespaces=spaces)
    assert listed == tree.xpath("//text:h/text:bookmark/@text:name", namespaces=spaces) and len(listed) == 10, "contents with live pages"
    drawn = [one.text for one in tree.iter(f"{{{spaces['svg']}}}desc")]
    assert drawn[-1] == "Staafdiagram. Tilburg: 7, Delft: 5." and len(drawn) == 3
    assert read.container.get_part("Pictures/3.png")[:8] == b"\x89PNG\r\n\x1a\n"
    styles = zipfile.ZipFile(io.BytesIO(data)).read("styles.xml").decode()
    assert 'fo:language="nl"' in styles and "Samen &amp; warm" in styles


def test_the_odt_tells_nothing_of_who_made_it_or_when() -> None:
    data = odt.write(a_report())
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.namelist()[0] == "mimetype" and archive.infolist()[0].compress_type == zipfile.ZIP_STORED
    assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    told = OpenDocument(io.BytesIO(data)).meta.as_dict()
    assert told["dc:date"] == told["meta:creation-date"] == datetime(2026, 12, 1, 10)
    assert not {"meta:initial-creator", "dc:creator"} & told.keys()
    assert data == odt.write(a_report())
    odd = odt.write(a_report(title="Tab\x0ben \ud800 einde"))
    assert "Taben  einde" in OpenDocument(io.BytesIO(odd)).meta.title


# --- DOCX -----------------------------------------------------------------------------------------------------------------------


def test_the_docx_has_words_own_headings_lists_and_table_heads() -> None:
    read = WordDocument(io.BytesIO(docx.write(a_report())))
    styles = [(one.style.name, one.text) for one in read.paragraphs]
    assert ("Title", "Samen & warm") in styles and ("Heading 1", "Knelpunten en oplossingen") in styles
    assert ("Heading 2", "Wat eerst?") in styles and ("List Bullet 2", "Oplossing: Geef bewoners een wijkbudget.") in styles
    assert [text for _style, text in styles].count(NASTY) == 2
    assert len(read.tables) == 5
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in read.tables)
    assert [[cell.text for cell in row.cells] for row in read.tables[1].rows] == [
        ["Wat", "Wie", "Wanneer", "Stand"],
        ["Nabellen", "Pia", "15-01-2027", "Open"],
    ]
    assert styles[-1][1] == f"Kenmerk: {HEAD}"
    body = read.element.body
    marks = [one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))]
    assert marks == [one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink"))] and len(marks) == 10, "contents that lead somewhere"
    assert [one.text for one in body.iter(qn("w:instrText"))] == [' TOC \\o "1-1" \\h \\z \\n ']
    assert read.sections[0].header.paragraphs[0].text == "Samen & warm" and read.sections[0].first_page_header.paragraphs[0].text == ""
    drawn = [shape._inline.docPr.get("descr") for shape in read.inline_shapes]
    assert drawn[-1] == "Staafdiagram. Tilburg: 7, Delft: 5." and len(drawn) == 3
    assert {one.get(qn("w:val")) for one in read.styles.element.iter(qn("w:lang"))} == {"nl-NL"}


def test_the_docx_tells_nothing_of_who_made_it_or_when() -> None:
    data = docx.write(a_report(title="Tab\x0ben \ud800 einde"))
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    told = WordDocument(io.BytesIO(data)).core_properties
    assert (told.author, told.last_modified_by, told.comments, told.title) == ("", "", "", "Taben  einde")
    assert told.created.replace(tzinfo=None) == told.modified.replace(tzinfo=None) == datetime(2026, 12, 1, 9)
    assert b"python-docx" not in b"".join(archive.read(name) for name in archive.namelist())
    assert data == docx.write(a_report(title="Tab\x0ben \ud800 einde"))


# --- XLSX and CSV ---------------------------------------------------------------------------------------------------------------


def rows_of(book: Any, title: str) -> list[tuple[Any, ...]]:
    return list(book[title].iter_rows(values_only=True))


def test_the_workbook_has_a_sheet_for_each_kind_of_thing() -> None:
    book = load_workbook(io.BytesIO(sheets.write(a_report())))
    assert book.sheetnames == [
        "Verslag", "Agenda", "Inbreng", "Acties", "Stemmingen", "Evaluatie", "Deelname", "Alle kennisvragen",
    ]  # fmt: skip
    said = rows_of(book, "Inbreng")
    assert said[0][:7] == ("Soort", "Tekst", "Gemeente", "Groep", "Thema’s", "Stemmen", "Antwoord op")
    by_text = {row[1]: row for row in said[1:]}
    assert by_text["Geef bewoners een wijkbudget."][6:11] == ("Het geld komt laat.", 3, 2, 0, 1)
    assert by_text["Als je belooft, doe het dan."][2:4] == (None, None)
    assert by_text["Nabellen"][13:16] == ("Pia", datetime(2027, 1, 15), "Open")
    assert len(said) == len(by_text) + 1 == 8, "a bottleneck below a question is there once"
    assert rows_of(book, "Deelname")[1:] == [("Tilburg", 7), ("Delft", 5)]
    assert rows_of(book, "Stemmingen")[1] == ("Wat eerst?", None, 1, "Budget", "Stippen", 8, 3)
    assert ("Kenmerk", HEAD) in rows_of(book, "Verslag")
    assert rows_of(book, "Agenda")[1] == (datetime(2026, 11, 19, 13, 30), "Welkom", None, "Zoek een stoel.", 15, None, None)
    nothing = {name: [] for name in ("actions", "ballots", "evaluation", "participation", "asked", "agenda")}
    empty = load_workbook(io.BytesIO(sheets.write(a_report(**nothing))))
    assert empty.sheetnames == ["Verslag", "Inbreng"]


def test_the_workbook_tells_nothing_of_who_made_it_or_when() -> None:
    data = sheets.write(a_report())
    told = load_workbook(io.BytesIO(data)).properties
    assert (told.creator, told.lastModifiedBy, told.created, told.modified) == (
        None,
        None,
        datetime(2026, 12, 1, 9),
        datetime(2026, 12, 1, 9),
    )
    assert {one.date_time for one in zipfile.ZipFile(io.BytesIO(data)).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert data == sheets.write(a_report())


def test_no_cell_is_a_formula() -> None:
    made = a_report(title="=1+1", lessons=[entry("=HYPERLINK(1)", "lesson"), entry("+31", "lesson", where="@cmd")], description="-2")
    book = load_workbook(io.BytesIO(sheets.write(made)))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n", "d"}
    rows = list(csv.reader(io.StringIO(sheets.write_csv(made).decode("utf-8-sig")), delimiter=";"))
    assert [row[1:3] for row in rows if row[0] == "Les"] == [["'=HYPERLINK(1)", "Tilburg"], ["'+31", "'@cmd"]]


def test_the_csv_has_every_contribution_and_action_once() -> None:
    rows = list(csv.reader(io.StringIO(sheets.write_csv(a_report()).decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["Kennisvraag", "Knelpunt", "Knelpunt", "Oplossing", "Knelpunt", "Les", "Actie"]
    assert {len(row) for row in rows} == {18}
    public = list(csv.reader(io.StringIO(sheets.write_csv(a_report(public=True)).decode("utf-8-sig")), delimiter=";"))
    assert "Actiehouder" not in public[0] and {len(row) for row in public} == {17}
