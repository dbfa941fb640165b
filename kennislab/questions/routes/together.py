"""Asking together, and what one is told about one's questions."""

from __future__ import annotations

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.signin import current_actor
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import require
from kennislab.core.security import limiter
from kennislab.core.transaction import transaction
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab
from kennislab.questions import co_asking, notices, operations, policies
from kennislab.questions.forms import QuestionForm
from kennislab.questions.operations import MOST_MORE, MOST_TEXT, QuestionData
from kennislab.questions.routes import Answer, again, bp, person_of, the_question
from kennislab.questions.routes.ask import draft_to_go_on_with


@bp.post("/kennisvragen/<public_id>/samen")
@limiter.limit("60 per hour", key_func=lambda: f"join:{current_actor().person_id}")
def join(public_id: str) -> Answer:
    """Asks a question along. What stood in the form that this comes from goes along, and the draft of it is done with."""
    actor, found = current_actor(), the_question(public_id)
    require(policies.may_join(actor, found))
    form = QuestionForm(())
    draft = draft_to_go_on_with(actor, found.lab, form.question.data or "")
    with transaction() as tx:
        fresh = again(public_id, tx.session)
        require(policies.may_join(actor, fresh))
        co_asking.join(tx, fresh, actor, form.words())
        if draft is not None:
            operations.withdraw(tx, again(draft.public_id, tx.session))
    flash(_("Je stelt deze vraag nu samen. Wat je zelf schreef, staat erbij."), "ok")
    return redirect(url_for("questions.question", public_id=public_id, verstuurd=1), 303)


@bp.post("/kennisvragen/<public_id>/niet-samen")
def leave(public_id: str) -> Answer:
    """Asks it along no longer. What one had written oneself is a draft again, as long as there is time to send it."""
    actor, found = current_actor(), the_question(public_id)
    require(policies.may_leave(actor, found))
    with transaction() as tx:
        fresh = again(public_id, tx.session)
        require(policies.may_leave(actor, fresh))
        text = co_asking.leave(tx, fresh, actor)
        lab = tx.session.get_one(Lab, fresh.lab_id)
        back = bool(text) and policies.may_ask(actor, lab, clock.now()) is True
        if back:
            first, _between, rest = text.partition("\n\n")
            data = QuestionData(first[:MOST_TEXT], context=(first[MOST_TEXT:] + rest)[:MOST_MORE], municipality_code=actor.municipality)
            operations.save_draft(tx, lab, actor, data)
    if back:
        flash(_("Je stelt deze vraag niet meer mee. Je eigen tekst staat weer bij je concepten."), "ok")
    else:
        flash(_("Je stelt deze vraag niet meer mee."), "ok")
    return redirect(url_for("questions.of_lab", lab_id=found.lab_id), 303)


@bp.get("/kennislabs/<int:lab_id>/vragen/mensen")
@limiter.limit("120 per minute", key_func=lambda: f"people:{current_actor().person_id}")
def people_like(lab_id: int) -> Answer:
    """People of the programme whose name has a word that begins with ``?naam=``. JSON: ``{"people": [{name, organisation}]}``."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_questions(actor, lab))
    found = co_asking.people_like(db.session(), lab.programme_id, request.args.get("naam", "")[:120], person_of(actor))
    return jsonify(people=[{"name": name, "organisation": organisation} for name, organisation in found])


@bp.post("/kennislabs/<int:lab_id>/vragen/gelezen")
def read_notices(lab_id: int) -> Answer:
    """These notices (``bericht``, any number) have been read; then back to the question or the questions."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_questions(actor, lab))
    ids = [int(one) for one in request.form.getlist("bericht")[:200] if one.isdecimal() and len(one) < 10]
    with transaction() as tx:
        notices.mark_read(tx, person_of(actor), ids)
    back = request.form.get("back", "")
    if back == "own":
        return redirect(f"{request.script_root}/kennislabs/{lab_id}/mijn", 303)
    if back.startswith("question:") and len(back) < 30:
        return redirect(url_for("questions.question", public_id=back.removeprefix("question:")), 303)
    return redirect(url_for("questions.of_lab", lab_id=lab_id), 303)
