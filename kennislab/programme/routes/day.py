"""Getting the day ready: who speaks and with what, and the three questions afterwards; and planning what a room agreed to go on with."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import Conflict, Invalid, NotFound, require
from kennislab.core.security import check_csrf, csrf
from kennislab.core.text import tidy
from kennislab.core.transaction import transaction
from kennislab.programme import after, operations, policies, uploads
from kennislab.programme import agenda as agendas
from kennislab.programme.models import Block, Lab
from kennislab.programme.routes import Answer, bp, the_lab

MOST_REQUEST = 3 * uploads.MOST_BYTES
SPOKEN = (Block.INSPIRATION, Block.DEEP_DIVE, Block.NEWS, Block.WELCOME)
"""Where somebody may come to tell something; shown open on the page. At the other steps it is there, too, folded up."""


def data_folder() -> Path:
    """Where files are kept."""
    return Path(current_app.config["DATA_DIR"])


@bp.route("/kennislabs/<int:lab_id>/dag", methods=["GET", "POST"])
@csrf.exempt
def prepare_day(lab_id: int) -> Answer:
    """One form for all of it. Every button saves what was typed and chosen. ``do``: save or remove:<file>."""
    request.max_content_length = MOST_REQUEST
    if request.method == "POST":
        check_csrf()
    lab = the_lab(lab_id)
    require(policies.may_prepare_day(current_actor(), lab))
    if request.method == "GET":
        return _page(lab)
    typed = {item.id: (_line(f"speaker-{item.id}", 120), _line(f"link-{item.id}", 400)) for item in lab.agenda}
    asked = [_line(f"evaluation-{id_}", 160) for id_, _kind, _words in agendas.EVALUATION]
    try:
        _save(lab_id, typed, asked)
    except Invalid as error:
        return _page(lab, typed, asked, {name: _(text) for name, text in error.fields.items()}), 422
    flash(_("Opgeslagen."), "ok")
    return redirect(url_for("programme.prepare_day", lab_id=lab_id), 303)


def _line(name: str, most: int) -> str:
    return " ".join(tidy(request.form.get(name, "")).split())[:most]


def _save(lab_id: int, typed: dict[int, tuple[str, str]], asked: list[str]) -> None:
    sent = [(id_, file) for id_ in typed for file in request.files.getlist(f"file-{id_}") if file.filename]
    wrong: dict[str, str] = {}
    files = []
    for id_, file in sent:
        try:
            files.append((id_, uploads.read(file.filename or "", file.stream.read(uploads.MOST_BYTES + 1))))
        except Invalid as error:
            wrong[f"file-{id_}"] = error.fields["file"]
    if wrong:
        raise Invalid(fields=wrong)
    verb, _colon, gone = request.form.get("do", "save").partition(":")
    with transaction() as tx:
        lab = tx.session.get_one(Lab, lab_id)
        for id_, read in files:
            try:
                uploads.keep(tx, lab, read, data_folder(), current_actor().name, id_)
            except Invalid as error:
                raise Invalid(fields={f"file-{id_}": error.fields["file"]}) from error
        if verb == "remove" and (upload := uploads.upload_of(tx.session, lab_id, gone)) is not None:
            uploads.remove(tx, upload, data_folder())
        tx.session.expire(lab, ["agenda"])
        for item in lab.agenda:
            tx.session.expire(item, ["uploads"])
        operations.prepare_day(tx, lab, typed, asked)


def _page(
    lab: Lab, typed: dict[int, tuple[str, str]] | None = None, asked: list[str] | None = None, wrong: dict[str, str] | None = None
) -> str:
    return render_template(
        "programme/day.html",
        lab=lab,
        typed=typed or {item.id: (item.speaker, item.link) for item in lab.agenda},
        asked=[{**one, "title": (asked or [])[place] if asked else one["title"]} for place, one in enumerate(agendas.evaluation_of(lab))],
        usual={id_: words for id_, _kind, words in agendas.EVALUATION},
        spoken=SPOKEN,
        wrong=wrong or {},
        most_megabytes=uploads.MOST_BYTES // 1024 // 1024,
        may_edit_agenda=bool(policies.may_edit_agenda(current_actor(), lab)),
    )


@bp.post("/kennislabs/<int:lab_id>/vervolg/<proposal_id>")
def plan_proposal(lab_id: int, proposal_id: str) -> Answer:
    """Plans what the room agreed; the coordinator looks over day and time right after."""
    lab = the_lab(lab_id)
    require(policies.may_manage_programme(current_actor(), lab.programme_id))
    if after.proposal(db.session(), lab_id, proposal_id) is None:
        raise NotFound()
    try:
        with transaction() as tx:
            row = after.proposal(tx.session, lab_id, proposal_id)
            assert row is not None
            planned = after.plan(tx, row, tx.session.get_one(Lab, lab_id)).id
    except Conflict as error:
        flash(f"{_(error.title)}. {_(error.detail)}", "warn")
        return redirect(url_for("programme.lab_page", lab_id=lab_id), 303)
    flash(_("Gepland. Kijk de dag en de tijd na."), "ok")
    return redirect(url_for("programme.edit_lab", lab_id=planned), 303)
