"""People from a table: sending it in, looking at what every row would do, taking over the good ones, and the wrong ones back to mend."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from kennislab.accounts.signin import current_actor
from kennislab.core import clock, sheets
from kennislab.core.db import db
from kennislab.core.errors import N_, Conflict, Invalid, require
from kennislab.core.security import check_csrf, csrf
from kennislab.core.sheets import Note, SheetDraft
from kennislab.core.transaction import transaction
from kennislab.programme import people_sheet, policies
from kennislab.programme.forms import SheetForm
from kennislab.programme.models import Programme
from kennislab.programme.people_sheet import Kind, Row
from kennislab.programme.routes import Answer, bp, the_programme
from kennislab.programme.routes.members import table_answer

MOST_REQUEST = 8 * 1024 * 1024
"""Larger than a table may be, so that a table of 3 MB gets a sentence that says so."""

PER_PAGE = 100
KINDS: dict[Kind, str] = {
    Kind.WRONG: N_("Fout"),
    Kind.DOUBLE: N_("Dubbel"),
    Kind.CHANGED: N_("Verandert"),
    Kind.NEW: N_("Nieuw"),
    Kind.SAME: N_("Bekend"),
}


def _scope(programme_id: int) -> str:
    return f"people:{programme_id}"


def _may(programme_id: int) -> tuple[Programme, int]:
    actor = current_actor()
    require(policies.may_manage_programme(actor, programme_id))
    assert actor.person_id is not None  # who manages a programme is somebody
    return the_programme(programme_id), actor.person_id


@bp.route("/programmas/<int:programme_id>/mensen/inlezen", methods=["GET", "POST"])
@csrf.exempt  # the size is set before anything is read; the form's token is checked below
def import_people(programme_id: int) -> Answer:
    """A file or what was pasted; on to the preview."""
    request.max_content_length, request.max_form_memory_size = MOST_REQUEST, MOST_REQUEST
    programme, person_id = _may(programme_id)
    if request.method == "GET":
        return render_template("programme/people_import.html", programme=programme, form=SheetForm(formdata=None))
    check_csrf()
    form = SheetForm()
    sent = request.files.get("file")
    try:
        if sent is not None and sent.filename:
            sheet = sheets.read(sent.filename, sent.stream.read(sheets.MOST_BYTES + 1))
        else:
            sheet = sheets.read("", (form.pasted.data or "").encode())
        with transaction() as tx:
            draft_id = sheets.keep(tx, _scope(programme_id), person_id, sheet).id
    except Invalid as error:
        form.add_error(error)
        return render_template("programme/people_import.html", programme=programme, form=form), 422
    return redirect(url_for("programme.preview_people", programme_id=programme_id, draft_id=draft_id), 303)


def _rows(programme: Programme, draft: SheetDraft) -> list[Row]:
    day = clock.now().astimezone(clock.LOCAL).date()
    return people_sheet.check(db.session(), programme, draft.sheet, people_sheet.columns_of(draft), day)


@bp.get("/programmas/<int:programme_id>/mensen/inlezen/<draft_id>")
def preview_people(programme_id: int, draft_id: str) -> Answer:
    """What every row would do."""
    programme, person_id = _may(programme_id)
    return _preview(programme, sheets.take(db.session(), draft_id, _scope(programme_id), person_id))


def _preview(programme: Programme, draft: SheetDraft, refusal: Conflict | None = None) -> str:
    rows = _rows(programme, draft)
    wish = request.args.get("soort", "")
    kind = Kind(wish) if wish in set(Kind) else None
    order = list(Kind)
    shown = [row for row in sorted(rows, key=lambda row: (order.index(row.kind), row.line)) if kind in (None, row.kind)]
    pages = max(1, -(-len(shown) // PER_PAGE))
    page = min(max(1, request.args.get("bladzijde", 1, type=int)), pages)
    return render_template(
        "programme/people_preview.html",
        programme=programme,
        draft=draft,
        sheet=draft.sheet,
        columns=people_sheet.columns_of(draft),
        fields=people_sheet.FIELDS,
        kinds=KINDS,
        counts=people_sheet.counted(rows),
        kind=kind,
        rows=shown[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(rows),
        page=page,
        pages=pages,
        refusal=refusal,
    )


@bp.post("/programmas/<int:programme_id>/mensen/inlezen/<draft_id>/kolommen")
def assign_columns(programme_id: int, draft_id: str) -> Answer:
    """Another column for a field, or none."""
    _programme, person_id = _may(programme_id)
    with transaction() as tx:
        draft = sheets.take(tx.session, draft_id, _scope(programme_id), person_id, lock=True)
        places = range(len(draft.sheet.columns))
        chosen: dict[str, int] = {}
        for name in people_sheet.FIELDS:
            place = request.form.get(name, type=int)
            if place is not None and place in places and place not in chosen.values():
                chosen[name] = place
        sheets.choose(tx, draft, {"columns": chosen})
    return redirect(url_for("programme.preview_people", programme_id=programme_id, draft_id=draft_id), 303)


@bp.post("/programmas/<int:programme_id>/mensen/inlezen/<draft_id>/overnemen")
def take_people(programme_id: int, draft_id: str) -> Answer:
    """The good rows, all of them or none; on to what is left, or to the people."""
    programme, person_id = _may(programme_id)
    day = clock.now().astimezone(clock.LOCAL).date()
    only_whole = request.form.get("what") == "whole"
    try:
        with transaction() as tx:
            draft = sheets.take(tx.session, draft_id, _scope(programme_id), person_id, lock=True)
            done = people_sheet.take_over(tx, programme, draft, day, only_whole=only_whole)
            rest = done.rest.id if done.rest is not None else None
    except Conflict as error:
        return _preview(programme, sheets.take(db.session(), draft_id, _scope(programme_id), person_id), error), error.status
    new, changed, wrong = (done.counts[kind] for kind in (Kind.NEW, Kind.CHANGED, Kind.WRONG))
    if new:
        flash(ngettext("%(num)s persoon is toegevoegd.", "%(num)s mensen zijn toegevoegd.", new), "ok")
    if changed:
        flash(ngettext("Van %(num)s persoon zijn gegevens veranderd.", "Van %(num)s mensen zijn gegevens veranderd.", changed), "ok")
    if rest is None:
        return redirect(url_for("programme.members", programme_id=programme_id), 303)
    flash(
        ngettext(
            "%(num)s rij klopt niet en is niet overgenomen. Hij staat hieronder.",
            "%(num)s rijen kloppen niet en zijn niet overgenomen. Ze staan hieronder.",
            wrong,
        ),
        "warning",
    )
    return redirect(url_for("programme.preview_people", programme_id=programme_id, draft_id=rest), 303)


@bp.post("/programmas/<int:programme_id>/mensen/inlezen/<draft_id>/weggooien")
def drop_people(programme_id: int, draft_id: str) -> Answer:
    """Nothing of it is taken over."""
    _programme, person_id = _may(programme_id)
    with transaction() as tx:
        sheets.throw_away(tx, sheets.take(tx.session, draft_id, _scope(programme_id), person_id, lock=True))
    flash(_("De tabel is weggegooid. Er is niets overgenomen."), "ok")
    return redirect(url_for("programme.import_people", programme_id=programme_id), 303)


@bp.get("/programmas/<int:programme_id>/mensen/inlezen/<draft_id>/fout.<any(csv,xlsx):kind>")
def wrong_people(programme_id: int, draft_id: str, kind: str) -> Answer:
    """The wrong rows as they came, each with the reason, to mend and send in again."""
    programme, person_id = _may(programme_id)
    draft = sheets.take(db.session(), draft_id, _scope(programme_id), person_id)
    wrong = [row for row in _rows(programme, draft) if row.kind is Kind.WRONG]
    columns = [*draft.sheet.columns, _("Rij in het bestand"), _("Wat er niet klopt")]
    cells = [[*draft.sheet.rows[row.at], row.line, " ".join(_said(note) for note in row.remarks)] for row in wrong]
    return table_answer(_("mensen-fout"), kind, columns, cells)


def _said(note: Note) -> str:
    return _(note.text, **note.params) if note.params else _(note.text)


@bp.get("/programmas/<int:programme_id>/mensen/voorbeeld.<any(csv,xlsx):kind>")
def example_people(programme_id: int, kind: str) -> Answer:
    """A table to fill in."""
    _may(programme_id)
    columns, rows = people_sheet.EXAMPLE
    return table_answer(_("mensen-voorbeeld"), kind, list(columns), rows)
