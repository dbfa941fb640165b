"""Questions from a table and to a table, and questions of earlier labs that come along."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from kennislab.accounts.actors import Actor
from kennislab.accounts.signin import current_actor
from kennislab.core import sheets
from kennislab.core.db import db
from kennislab.core.errors import DomainError, Gone, NotFound, require
from kennislab.core.transaction import transaction
from kennislab.programme import queries as programme_queries
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab
from kennislab.questions import carrying, exporting, importing, policies, queries
from kennislab.questions.routes import Answer, again, bp, person_of, undoing

SHOWN = 200
"""Rows on the preview; the good ones beyond that are counted, all others are in the file to download."""


def _for_staff(lab_id: int) -> tuple[Actor, Lab]:
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_manage(actor, lab))
    return actor, lab


def _scope(lab: Lab) -> str:
    return f"questions:{lab.id}"


def _file(name: str, kind: str, columns: list[str], rows: list[list[sheets.Cell]]) -> Response:
    if kind not in ("csv", "xlsx"):
        raise NotFound()
    data = sheets.write_csv(columns, rows) if kind == "csv" else sheets.write_xlsx(columns, rows, _("Kennisvragen"))
    answer = Response(data, content_type=sheets.CSV_TYPE if kind == "csv" else sheets.XLSX_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


# --- out ----------------------------------------------------------------------------------------------------------------------


@bp.get("/kennislabs/<int:lab_id>/vragen/uitvoer.<kind>")
def export(lab_id: int, kind: str) -> Answer:
    """All questions with what belongs to them, as CSV or XLSX."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_export(actor, lab))
    columns, rows = exporting.table(db.session(), lab)
    return _file(f"kennisvragen-{lab.quarter}-{lab.id}", kind, columns, rows)


# --- in -----------------------------------------------------------------------------------------------------------------------


@bp.get("/kennislabs/<int:lab_id>/vragen/inlezen/voorbeeld.<kind>")
def import_example(lab_id: int, kind: str) -> Answer:
    """A file to begin with: the columns, and one row as an example."""
    _actor, lab = _for_staff(lab_id)
    labels = importing.labels(db.session(), lab)
    row: list[sheets.Cell] = [importing.EXAMPLE.get(name, "") for name in labels]
    return _file("kennisvragen-voorbeeld", kind, [_(label) if name in importing.LABELS else label for name, label in labels.items()], [row])


@bp.route("/kennislabs/<int:lab_id>/vragen/inlezen", methods=["GET", "POST"])
def import_questions(lab_id: int) -> Answer:
    """A file or pasted cells; what is in it is shown before anything is taken over."""
    actor, lab = _for_staff(lab_id)
    error: DomainError | None = None
    pasted = request.form.get("pasted", "")
    if request.method == "POST":
        try:
            sent = request.files.get("file")
            name, data = _read(sent) if sent is not None and sent.filename else (_("geplakte tekst"), pasted.encode())
            sheet = sheets.read(name, data)
            chosen = importing.guess(db.session(), lab, sheet)
            with transaction() as tx:
                require(policies.may_manage(actor, tx.session.get_one(Lab, lab_id)))
                draft = sheets.keep(tx, _scope(lab), person_of(actor), sheet)
                sheets.choose(tx, draft, chosen)
        except DomainError as refusal:
            error = refusal
        else:
            return redirect(url_for("questions.import_preview", lab_id=lab_id, draft_id=draft.id), 303)
    page = render_template("questions/manage_import.html", lab=lab, error=error, pasted=pasted)
    return page, error.status if error is not None else 200


def _read(sent: FileStorage) -> tuple[str, bytes]:
    return sent.filename or "", sent.stream.read(sheets.MOST_BYTES + 1)


def _said(row: importing.Row) -> str:
    """Why, in whole sentences; names of columns and what is wrong with an answer are translated too."""
    told = []
    for text, values in row.why:
        told.append(_(text, **{name: _(value) if isinstance(value, str) and value else value for name, value in values.items()}))
    return " ".join(told)


def _columns(sheet: sheets.Sheet, names: list[str]) -> dict[str, int]:
    """What was chosen per field on the preview; one column may serve one field only, the first that asks."""
    found: dict[str, int] = {}
    for name in names:
        sent = request.form.get(f"column-{name}", "")
        at = int(sent) if sent.isdecimal() and len(sent) < 4 else -1
        if 0 <= at < len(sheet.columns) and at not in found.values():
            found[name] = at
    return found


@bp.route("/kennislabs/<int:lab_id>/vragen/inlezen/<draft_id>", methods=["GET", "POST"])
def import_preview(lab_id: int, draft_id: str) -> Answer:
    """What each row would become; other columns (``do=columns``), taking over (``do=take``) or not at all (``do=stop``)."""
    actor, lab = _for_staff(lab_id)
    read, me = db.session(), person_of(actor)
    error: DomainError | None = None
    try:
        kept = sheets.take(read, draft_id, _scope(lab), me)
        labels = importing.labels(read, lab)
        what = request.form.get("do", "")
        if request.method == "POST" and what == "stop":
            with transaction() as tx:
                sheets.throw_away(tx, sheets.take(tx.session, draft_id, _scope(lab), me, lock=True))
            flash(_("Er is niets overgenomen."), "ok")
            return redirect(url_for("questions.manage", lab_id=lab_id), 303)
        if request.method == "POST" and what == "columns":
            with transaction() as tx:
                mine = sheets.take(tx.session, draft_id, _scope(lab), me, lock=True)
                sheets.choose(tx, mine, _columns(mine.sheet, list(labels)))
            return redirect(url_for("questions.import_preview", lab_id=lab_id, draft_id=draft_id), 303)
        if request.method == "POST" and what == "take":
            with transaction() as tx:
                fresh = tx.session.get_one(Lab, lab_id)
                require(policies.may_manage(actor, fresh))
                mine = sheets.take(tx.session, draft_id, _scope(lab), me, lock=True)
                rows = importing.report(tx.session, fresh, mine.sheet, mine.choices)
                count = len(importing.take_over(tx, fresh, rows, actor))
                sheets.throw_away(tx, mine)
            flash(ngettext("%(num)s vraag is overgenomen.", "%(num)s vragen zijn overgenomen.", count), "ok")
            return redirect(url_for("questions.manage", lab_id=lab_id), 303)
    except Gone as gone:
        flash(_(gone.title) + ". " + _(gone.detail), "error")
        return redirect(url_for("questions.import_questions", lab_id=lab_id), 303)
    except DomainError as refusal:
        if refusal.status != 422:
            raise
        error = refusal
    sheet, chosen = kept.sheet, kept.choices
    try:
        rows = importing.report(read, lab, sheet, chosen)
    except DomainError as refusal:
        rows, error = [], refusal
    sizes = {state: sum(row.state == state for row in rows) for state in ("new", "double", "wrong")}
    order = {"wrong": 0, "double": 1, "new": 2}
    page = render_template(
        "questions/manage_import_preview.html",
        lab=lab,
        draft=kept,
        sheet=sheet,
        labels=labels,
        own=[name for name in labels if name not in importing.LABELS],
        chosen=chosen,
        said=_said,
        rows=sorted(rows, key=lambda row: (order[row.state], row.line))[:SHOWN],
        total=len(rows),
        sizes=sizes,
        error=error,
    )
    return page, error.status if error is not None and request.method == "POST" else 200


@bp.get("/kennislabs/<int:lab_id>/vragen/inlezen/<draft_id>/niet-overgenomen.csv")
def import_rest(lab_id: int, draft_id: str) -> Answer:
    """The rows that will not be taken over, as they came, each with why."""
    actor, lab = _for_staff(lab_id)
    kept = sheets.take(db.session(), draft_id, _scope(lab), person_of(actor))
    sheet = kept.sheet
    cells = dict(zip(sheet.lines, sheet.rows, strict=True))
    rows: list[list[sheets.Cell]] = [
        [*cells[row.line], _said(row), row.line] for row in importing.report(db.session(), lab, sheet, kept.choices) if row.state != "new"
    ]
    return _file("niet-overgenomen", "csv", [*sheet.columns, _("Waarom niet"), _("Rij")], rows)


# --- along from earlier -------------------------------------------------------------------------------------------------------


@bp.route("/kennislabs/<int:lab_id>/vragen/overnemen", methods=["GET", "POST"])
def carry(lab_id: int) -> Answer:
    """What is still open of earlier labs; the ticked ones (``v``) come along. ``do=back``: those that just came along go again."""
    actor, lab = _for_staff(lab_id)
    if request.method == "POST":
        ids = request.form.getlist("v")
        try:
            with transaction() as tx:
                fresh = tx.session.get_one(Lab, lab_id)
                require(policies.may_manage(actor, fresh))
                if request.form.get("do") == "back":
                    mine = [again(one, tx.session) for one in ids]
                    if any(one.lab_id != lab_id for one in mine):
                        raise NotFound()
                    carrying.leave_behind(tx, mine)
                    made = []
                else:
                    made = [one.public_id for one in carrying.carry(tx, fresh, ids, actor)]
        except DomainError as refusal:
            if refusal.status not in (409, 422):
                raise
            flash(_(refusal.title) + ". " + _(refusal.detail), "error")
            return redirect(url_for("questions.carry", lab_id=lab_id), 303)
        if made:
            said = ngettext("%(num)s vraag komt mee.", "%(num)s vragen komen mee.", len(made))
            undoing.offer(said, url_for("questions.carry", lab_id=lab_id), [("do", "back"), *(("v", one) for one in made)])
        else:
            flash(_("Ongedaan gemaakt. De vragen staan weer bij het eerdere lab."), "ok")
        return redirect(url_for("questions.carry", lab_id=lab_id), 303)
    read = db.session()
    offers = carrying.offers(read, lab)
    ids_there = [question.id for offer in offers for question in offer.questions]
    return render_template(
        "questions/manage_carry.html",
        lab=lab,
        offers=offers,
        names=programme_queries.municipality_names(read, [question.municipality_code for offer in offers for question in offer.questions]),
        counts=queries.support_counts(read, ids_there),
        undo=undoing.take(),
    )
