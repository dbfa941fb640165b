"""Asking, changing, taking back and supporting a knowledge question."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kennislab.accounts.actors import Actor
from kennislab.accounts.signin import current_actor
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import DomainError, require
from kennislab.core.security import limiter
from kennislab.core.transaction import transaction
from kennislab.programme import queries as programme_queries
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab
from kennislab.questions import operations, policies, queries
from kennislab.questions.forms import QuestionForm
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from kennislab.questions.routes import Answer, again, bp, person_of, the_question


def _draft_to_go_on_with(actor: Actor, lab: Lab, wish: str) -> KnowledgeQuestion | None:
    """The draft that the form names, if it is this person's own and of this lab; an id that says nothing makes a new question."""
    found = queries.by_public_id(db.session(), wish) if wish else None
    if found is None or found.lab_id != lab.id or found.asker_id is None or found.asker_id != actor.person_id:
        return None
    return found if found.status is QuestionStatus.DRAFT else None


def _ask_page(lab: Lab, form: QuestionForm, refusal: DomainError | None = None) -> str:
    actor = current_actor()
    return render_template(
        "questions/ask.html",
        lab=lab,
        form=form,
        staff=actor.is_staff(lab.programme_id),
        refused=refusal is not None,
        most_text=operations.MOST_TEXT,
        most_more=operations.MOST_MORE,
    )


@bp.get("/kennislabs/<int:lab_id>/vragen/nieuw")
def ask(lab_id: int) -> Answer:
    """The form, with the draft that one was last busy with, or that ``?concept=`` names."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_ask(actor, lab, clock.now()))
    read = db.session()
    wish = request.args.get("concept", "")
    draft = _draft_to_go_on_with(actor, lab, wish) if wish else queries.draft_of(read, lab_id, person_of(actor))
    shown = {"municipality_code": actor.municipality} if draft is None else QuestionForm.values(draft)
    return _ask_page(lab, QuestionForm(programme_queries.municipalities_for(read, lab), formdata=None, data=shown))


@bp.post("/kennislabs/<int:lab_id>/vragen/nieuw")
@limiter.limit("60 per hour", key_func=lambda: f"ask:{current_actor().person_id}")
def submit(lab_id: int) -> Answer:
    """Sends a question in, or (``do=draft``) only keeps it. Too late or not right: the same form, with every word."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_questions(actor, lab))
    form = QuestionForm(programme_queries.municipalities_for(db.session(), lab))
    staff = actor.is_staff(lab.programme_id)
    only_keep = request.form.get("do") == "draft"
    draft = _draft_to_go_on_with(actor, lab, form.question.data or "")
    try:
        require(policies.may_ask(actor, lab, clock.now()))
        with transaction() as tx:
            fresh_lab = tx.session.get_one(Lab, lab_id)
            require(policies.may_ask(actor, fresh_lab, clock.now()))
            known = again(draft.public_id, tx.session) if draft is not None else None
            if only_keep:
                operations.save_draft(tx, fresh_lab, actor, form.data_of_question(), known)
            else:
                sent = operations.submit(tx, fresh_lab, actor, form.data_of_question(staff), known)
    except DomainError as error:
        form.add_error(error)
        return _ask_page(lab, form, error), error.status
    if only_keep:
        flash(_("Je concept is bewaard. Alleen jij ziet het."), "ok")
        return redirect(url_for("questions.of_lab", lab_id=lab_id), 303)
    flash(_("Je kennisvraag is verstuurd. Iedereen in het programma kan hem nu lezen."), "ok")
    return redirect(url_for("questions.question", public_id=sent.public_id, verstuurd=1), 303)


@bp.post("/kennislabs/<int:lab_id>/vragen/concept")
@limiter.limit("60 per minute", key_func=lambda: f"draft:{current_actor().person_id}")
def save_draft(lab_id: int) -> Answer:
    """Keeps a draft while somebody types. JSON: ``{"question": id, "saved_at": …}``; refusals as problem+json."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_ask(actor, lab, clock.now()))
    form = QuestionForm(())
    draft = _draft_to_go_on_with(actor, lab, form.question.data or "")
    with transaction() as tx:
        known = again(draft.public_id, tx.session) if draft is not None else None
        kept = operations.save_draft(tx, tx.session.get_one(Lab, lab_id), actor, form.data_of_question(), known)
    return jsonify(question=kept.public_id, saved_at=clock.iso(kept.updated_at))


@bp.route("/kennisvragen/<public_id>/bewerken", methods=["GET", "POST"])
def edit(public_id: str) -> Answer:
    """The asker changes a question, or sends a returned one in again."""
    actor, found = current_actor(), the_question(public_id)
    municipalities = programme_queries.municipalities_for(db.session(), found.lab)
    if request.method == "GET":
        require(policies.may_edit(actor, found, clock.now()))
        return _edit_page(found, QuestionForm(municipalities, formdata=None, data=QuestionForm.values(found)))
    require(policies.may_see(actor, found))
    form = QuestionForm(municipalities)
    try:
        require(policies.may_edit(actor, found, clock.now()))
        with transaction() as tx:
            fresh = again(public_id, tx.session)
            require(policies.may_edit(actor, fresh, clock.now()))
            if fresh.status is QuestionStatus.SUBMITTED:
                operations.edit(tx, fresh, actor, form.data_of_question(), form.seen_rev())
            else:
                operations.submit(tx, fresh.lab, actor, form.data_of_question(), fresh)
    except DomainError as error:
        form.add_error(error)
        if error.type == "changed-meanwhile":
            form.rev.data = str(found.rev)
            form.rev.raw_data = [form.rev.data]
        return _edit_page(found, form), error.status
    flash(_("Je kennisvraag is opgeslagen."), "ok")
    return redirect(url_for("questions.question", public_id=public_id, verstuurd=1), 303)


def _edit_page(found: KnowledgeQuestion, form: QuestionForm) -> str:
    return render_template(
        "questions/edit.html", lab=found.lab, question=found, form=form, most_text=operations.MOST_TEXT, most_more=operations.MOST_MORE
    )


@bp.post("/kennisvragen/<public_id>/intrekken")
def withdraw(public_id: str) -> Answer:
    """The asker takes a question back; a draft is thrown away."""
    actor, found = current_actor(), the_question(public_id)
    require(policies.may_withdraw(actor, found, clock.now()))
    lab_id = found.lab_id
    with transaction() as tx:
        fresh = again(public_id, tx.session)
        require(policies.may_withdraw(actor, fresh, clock.now()))
        operations.withdraw(tx, fresh)
    flash(_("Je vraag is ingetrokken."), "ok")
    return redirect(url_for("questions.of_lab", lab_id=lab_id), 303)


@bp.post("/kennisvragen/<public_id>/steunen")
@limiter.limit("120 per minute", key_func=lambda: f"support:{current_actor().person_id}")
def support(public_id: str) -> Answer:
    """Stands behind a question, or (``on=0``) no longer."""
    actor, found = current_actor(), the_question(public_id)
    require(policies.may_support(actor, found))
    with transaction() as tx:
        fresh = again(public_id, tx.session)
        require(policies.may_support(actor, fresh))
        if request.form.get("on") == "0":
            operations.unsupport(tx, fresh, person_of(actor))
        else:
            operations.support(tx, fresh, person_of(actor))
    if request.form.get("back") == "list":
        return redirect(url_for("questions.of_lab", lab_id=found.lab_id) + f"#vraag-{public_id}", 303)
    return redirect(url_for("questions.question", public_id=public_id), 303)
