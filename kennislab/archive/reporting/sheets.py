"""The report as tables: a workbook with a sheet for each kind of thing, and one CSV of all contributions. No cell is ever a formula."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import force_locale
from flask_babel import gettext as _

from kennislab.archive import words
from kennislab.archive.reporting import chapters
from kennislab.archive.reporting.packing import repacked, xml_text
from kennislab.archive.reporting.shapes import Entry, Report
from kennislab.core import sheets
from kennislab.core.sheets import Cell

TYPE = sheets.XLSX_TYPE
CSV_TYPE = sheets.CSV_TYPE
Rows = list[list[Cell]]


def write(report: Report) -> bytes:
    """The workbook: what there is nothing of has no sheet."""
    with force_locale("nl"):
        book = [(title, columns, rows) for title, columns, rows in _book(report) if rows]
    day = report.dated.strftime("%Y-%m-%dT%H:%M:%SZ")
    about = (
        '<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator></dc:creator><dc:language>nl-NL</dc:language>'
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified></cp:coreProperties>'
    )
    return repacked(sheets.write_book(book), instead={"docProps/core.xml": about.encode()})


def write_csv(report: Report) -> bytes:
    """All contributions and actions, a row each."""
    with force_locale("nl"):
        columns, rows = _contributions(report)
    return sheets.write_csv(columns, rows)


def _book(report: Report) -> list[tuple[str, list[str], Rows]]:
    made = chapters.document(report)
    columns, rows = _contributions(report)
    return [
        (_("Verslag"), [_("Wat"), _("Waarde")], _facts(report, made)),
        (
            _("Agenda"),
            [
                _("Gepland"), _("Onderdeel"), *([] if report.public else [_("Spreker")]), _("Uitleg"), _("Minuten"), _("Begonnen"),
                _("Geëindigd"),
            ],  # fmt: skip
            [
                [one.at, one.title, *([] if report.public else [one.speaker]), one.instruction, one.minutes, one.began, one.ended]
                for one in report.agenda
            ],
        ),
        (_("Thema’s"), [_("Thema"), _("Bijdragen")], [[name, number] for name, number in report.themes]),
        (_("Inbreng"), columns, rows),
        (
            _("Acties"),
            [_("Wat"), *([] if report.public else [_("Wie")]), _("Wanneer"), _("Stand")],
            [
                [one.text, *([] if report.public else [one.owner]), one.due, _(words.ACTION_STATUSES[one.status])]
                for one in report.actions
            ],
        ),
        (
            _("Stemmingen"),
            [_("Stemming"), _("Groep"), _("Ronde"), _("Keuze"), _("Eenheid"), _("Uitslag"), _("Waarvan met de hand")],
            _votes(report),
        ),
        (_("Evaluatie"), [_("Vraag"), _("Cijfer"), _("Mensen"), _("Antwoord")], _looked_back(report)),
        (_("Deelname"), [_("Gemeente"), _("Mensen")], [[name, people] for name, people in report.participation]),
        (
            _("Alle kennisvragen"),
            [_("Vraag"), _("Gemeente"), _("Thema"), _("Toelichting"), _("Al geprobeerd"), _("Steun"), _("Gaat verder in")],
            [[one.text, one.where, one.theme, one.context, one.tried, one.supporters, "\n".join(one.became)] for one in report.asked],
        ),
    ]  # fmt: skip


def _facts(report: Report, made: chapters.Document) -> Rows:
    rows: Rows = [
        [_("Kennislab"), report.title], [_("Programma"), report.programme], [_("Begin"), report.starts_at], [_("Einde"), report.ends_at],
        [_("Plaats"), report.place], [_("Deelnemers"), report.people],
    ]  # fmt: skip
    rows += [[_("Let op"), text] for text in made.notices]
    rows += [[_(words.PLURALS[kind]), number] for kind, number in report.totals.items() if number]
    if report.sealed_at:
        rows += [[_("Vastgesteld op"), report.sealed_at], [_("Kenmerk"), report.head]]
    return rows


def _contributions(report: Report) -> tuple[list[str], Rows]:
    """(columns, rows): each contribution once, with the one that it answers; then the actions."""
    columns = [
        _("Soort"), _("Tekst"), _("Gemeente"), _("Groep"), _("Thema’s"), _("Stemmen"), _("Antwoord op"), _("Geprobeerd"), _("Gewerkt"),
        _("Deels"), _("Mislukt"), _("Gepland"), _("Verbeteringen"), *([] if report.public else [_("Actiehouder")]), _("Datum"), _("Stand"),
        _("Kenmerk"), _("Wat ervan kwam"),
    ]  # fmt: skip
    owner: list[Cell] = [] if report.public else [""]
    rows: Rows = []
    for entry, answers in _flat(report):
        sums = entry.outcomes
        rows.append(
            [
                _(words.KINDS[entry.kind]), entry.text, entry.where, entry.group, ", ".join(entry.themes), entry.votes, answers, sums.tried,
                sums.worked, sums.partly, sums.failed, sums.planned, "\n".join(entry.corrections), *owner, None, _standing(entry), entry.id,
                chapters.ledger_words(entry.told),
            ]
        )  # fmt: skip
    for one in report.actions:
        named: list[Cell] = [] if report.public else [one.owner]
        empty: list[Cell] = ["", "", "", 0, "", 0, 0, 0, 0, 0, ""]
        rows.append([_(words.KINDS["action"]), one.text, *empty, *named, one.due, _(words.ACTION_STATUSES[one.status]), one.id, ""])
    return columns, rows


def _standing(entry: Entry) -> str:
    return {"parked": _("nog open, geparkeerd"), "answered": _("beantwoord in de zaal")}.get(entry.answered, "")


def _flat(report: Report) -> Iterator[tuple[Entry, str]]:
    """Every contribution once, with the text of what it answers."""
    lists = (
        report.questions, report.bottlenecks, report.solutions, report.lessons, report.insights, report.success_factors,
        report.linking_opportunities, report.advice, report.choices, report.reflections,
    )  # fmt: skip
    answered = {answer.id: entry.text for found in lists for entry in found for answer in entry.answers}
    told: set[str] = set()
    for found in lists:
        for top in found:
            for entry in (top, *top.answers):
                if entry.id not in told:
                    told.add(entry.id)
                    yield entry, answered.get(entry.id, "")


def _votes(report: Report) -> Rows:
    rows: Rows = []
    for ballot in report.ballots:
        for text, scores in ballot.outcome:
            for number, score in enumerate(scores, 1):
                if score is not None:
                    rows.append([ballot.title, ballot.group, number, text, chapters.unit_of(ballot), score.total, score.hands])
    return rows


def _looked_back(report: Report) -> Rows:
    rows: Rows = []
    for asked in report.evaluation:
        rows += [[asked.title, mark, people, ""] for mark, people in enumerate(asked.scores, 1)]
        rows += [[asked.title, None, None, xml_text(text)] for text in asked.texts]
    return rows
