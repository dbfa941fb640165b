"""Groupings that are kept: the list, one beside another or beside the board as it is, and putting one back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core.db import db
from kennislab.core.errors import DomainError, require
from kennislab.core.transaction import transaction
from kennislab.grouping import comparing, keeping, policies, queries
from kennislab.grouping.routes import bp
from kennislab.grouping.routes.answering import THEMES, Answer, Verb, change, flash_refusal
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab


@bp.get("/kennislabs/<int:lab_id>/themas/bewaard")
def kept(lab_id: int) -> Answer:
    """What was kept, and the place to keep the board as it is now."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_history(actor, lab))
    session = db.session()
    return render_template(
        "grouping/kept.html",
        lab=lab,
        kept=keeping.kept_of(session, lab_id),
        themes=queries.themes_of(session, lab_id),
        editable=bool(policies.may_edit_board(actor, lab)),
    )


def _and_back(lab_id: int, verb: Verb, done: str) -> Answer:
    """Does what changes the list and not the board, and shows the list."""
    actor = current_actor()
    require(policies.may_edit_board(actor, the_lab(lab_id)))
    try:
        with transaction() as tx:
            lab = tx.session.get_one(Lab, lab_id)
            require(policies.may_edit_board(actor, lab))
            verb(tx, lab)
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        flash_refusal(error)
    else:
        flash(done, "ok")
    return redirect(url_for("grouping.kept", lab_id=lab_id), 303)


@bp.post("/kennislabs/<int:lab_id>/themas/bewaard")
def keep(lab_id: int) -> Answer:
    """Keeps the board as it is under ``name``."""
    actor = current_actor()
    return _and_back(lab_id, lambda tx, lab: keeping.keep(tx, lab, actor, request.form.get("name", "")), _("De indeling is bewaard."))


@bp.post("/kennislabs/<int:lab_id>/themas/bewaard/<int:kept_id>/weggooien")
def throw_away(lab_id: int, kept_id: int) -> Answer:
    """Forgets a kept grouping."""
    return _and_back(lab_id, lambda tx, lab: keeping.throw_away(tx, lab, kept_id), _("De bewaarde indeling is weg."))


@bp.get("/kennislabs/<int:lab_id>/themas/bewaard/<int:kept_id>")
def compare(lab_id: int, kept_id: int) -> Answer:
    """A kept grouping beside another one (``met``), or beside the board as it is."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_history(actor, lab))
    session = db.session()
    found = keeping.kept(session, lab_id, kept_id)
    sent = request.args.get("met", "")
    other = keeping.kept(session, lab_id, int(sent)) if sent.isdecimal() and len(sent) < 10 else None
    return render_template(
        "grouping/compare.html",
        lab=lab,
        kept=found,
        other=other,
        others=[one for one in keeping.kept_of(session, lab_id) if one.id != kept_id],
        comparison=comparing.compare(keeping.parts_kept(found), keeping.parts_kept(other) if other else keeping.parts_now(session, lab_id)),
        texts=queries.texts_of(session, lab_id),
        editable=bool(policies.may_edit_board(actor, lab)),
    )


@bp.post("/kennislabs/<int:lab_id>/themas/bewaard/<int:kept_id>/terugzetten")
def put_back(lab_id: int, kept_id: int) -> Answer:
    """Makes the board as it was kept; one step, that can be undone."""
    actor = current_actor()
    return change(
        lab_id,
        THEMES,
        lambda tx, lab: keeping.put_back(tx, lab, actor, kept_id),
        _("De indeling staat weer op het bord. Met “Ongedaan maken” draai je dat terug."),
    )
