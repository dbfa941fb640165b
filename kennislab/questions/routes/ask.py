"""Asking, changing, taking back and supporting a knowledge question."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

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
from kennislab.questions import blank, fields, operations, policies, queries
from kennislab.questions.forms import BlankForm, QuestionForm
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from kennislab.questions.routes import Answer, again, bp, person_of, the_question


def draft_to_go_on_with(actor: Actor, lab: Lab, wish: str) -> KnowledgeQuestion | None:
    """The draft that the form names, if it is this person's own and of this lab; an id that says nothing makes a new question."""
    found = queries.by_public_id(db.session(), wish) if wish else None
    if found is None or found.lab_id != lab.id or found.asker_id is None or found.asker_id != actor.person_id:
        return None
    return found if found.status is QuestionStatus.DRAFT else None


def form_of(lab: Lab, shown: dict[str, Any] | None = None) -> QuestionForm:
    """The form of this lab with ``shown`` in it, or with what was sent."""
    read = db.session()
    return QuestionForm(_places(lab), fields.form_of(read, lab.id), shown)


def _places(lab: Lab) -> tuple[tuple[str, str], ...]:
    """(code, name) of the municipalities that this lab's form offers."""
    return blank.kept(
        ("places", lab.id, lab.day.isoformat()),
        lambda: tuple((place.code, place.name) for place in programme_queries.municipalities_for(db.session(), lab)),
    )


def _ask_page(
    lab: Lab,
    form: QuestionForm | BlankForm,
    refusal: DomainError | None = None,
    draft: KnowledgeQuestion | None = None,
    drawn: Markup | None = None,
) -> str:
    actor = current_actor()
    closed = refusal if refusal is not None and refusal.status == 409 else None
    return render_template(
        "questions/ask.html",
        lab=lab,
        form=form,
        staff=actor.is_staff(lab.programme_id),
        refused=refusal is not None and request.method == "POST",
        closed=closed,
        draft=draft,
        drawn=drawn,
        may_shape=bool(policies.may_shape(actor, lab)),
        most_text=operations.MOST_TEXT,
        most_more=operations.MOST_MORE,
    )


def _blank_page(actor: Actor, lab: Lab) -> str:
    """The same page for who begins: its fields are drawn once for everybody of a municipality."""
    read = db.session()
    asked = fields.form_of(read, lab.id)
    key = (
        str(read.get_bind().engine.url),
        lab.id,
        asked.rev,
        lab.day.isoformat(),
        str(get_locale()),
        request.script_root,
        actor.municipality,
    )

    def draw() -> Markup:
        form = form_of(lab, {"municipality_code": actor.municipality})
        return Markup(  # made by a template, which escapes
            render_template("questions/blank.html", lab=lab, form=form, most_text=operations.MOST_TEXT, most_more=operations.MOST_MORE)
        )

    return _ask_page(lab, BlankForm(), drawn=blank.kept(key, draw))


@bp.get("/kennislabs/<int:lab_id>/vragen/nieuw")
def ask(lab_id: int) -> Answer:
    """The form, with the draft that one was last busy with, or that ``?concept=`` names. Too late: the same, to take one's words along."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_questions(actor, lab))
    verdict = policies.may_ask(actor, lab, clock.now())
    wish = request.args.get("concept", "")
    draft = draft_to_go_on_with(actor, lab, wish) if wish else queries.draft_of(db.session(), lab_id, person_of(actor))
    if draft is None and verdict is True:
        return _blank_page(actor, lab)
    shown = {"municipality_code": actor.municipality} if draft is None else QuestionForm.values(draft)
    form = form_of(lab, shown)
    if isinstance(verdict, DomainError):
        return _ask_page(lab, form, verdict, draft), verdict.status
    return _ask_page(lab, form, draft=draft)


@bp.post("/kennislabs/<int:lab_id>/vragen/nieuw")
@limiter.limit("60 per hour", key_func=lambda: f"ask:{current_actor().person_id}")
def submit(lab_id: int) -> Answer:
    """Sends a question in, or (``do=draft``) only keeps it. Too late or not right: the same form, with every word.

    A draft that was meanwhile written on elsewhere stays beside it: what is sent here is then a question of its own.
    """
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_questions(actor, lab))
    form = form_of(lab)
    staff = actor.is_staff(lab.programme_id)
    only_keep = request.form.get("do") == "draft"
    draft = draft_to_go_on_with(actor, lab, form.question.data or "")
    if draft is not None and form.seen_rev() not in (0, draft.rev):
        draft = None
    try:
        require(policies.may_ask(actor, lab, clock.now()))
        with transaction() as tx:
            fresh_lab = tx.session.get_one(Lab, lab_id)
            require(policies.may_ask(actor, fresh_lab, clock.now()))
            known = again(draft.public_id, tx.session) if draft is not None else None
            if only_keep:
                operations.save_draft(tx, fresh_lab, actor, form.data_of_question(), known)
            else:
                sent = operations.submit(tx, fresh_lab, actor, form.data_of_question(staff), known).public_id
    except DomainError as error:
        form.add_error(error)
        return _ask_page(lab, form, error), error.status
    if only_keep:
        flash(_("Je concept is bewaard. Alleen jij ziet het."), "ok")
        return redirect(url_for("questions.of_lab", lab_id=lab_id), 303)
    flash(_("Je kennisvraag is verstuurd. Iedereen in het programma kan hem nu lezen."), "ok")
    return redirect(url_for("questions.question", public_id=sent, verstuurd=1), 303)


@bp.post("/kennislabs/<int:lab_id>/vragen/concept")
@limiter.limit("60 per minute", key_func=lambda: f"draft:{current_actor().person_id}")
def save_draft(lab_id: int) -> Answer:
    """Keeps a draft while somebody types. JSON: ``{"question": id, "rev": n, "saved_at": …}``; refusals as problem+json.

    Written on elsewhere since this page saw it: 409 with ``{"elsewhere": {field: value}, …}`` of that version, and nothing is overwritten.
    """
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_ask(actor, lab, clock.now()))
    form = QuestionForm((), fields.form_of(db.session(), lab_id))
    draft = draft_to_go_on_with(actor, lab, form.question.data or "")
    with transaction() as tx:
        known = again(draft.public_id, tx.session) if draft is not None else None
        if known is not None and form.seen_rev() not in (0, known.rev):
            return jsonify(elsewhere=_sent_as(known), question=known.public_id, rev=known.rev, saved_at=clock.iso(known.updated_at)), 409
        kept = operations.save_draft(tx, tx.session.get_one(Lab, lab_id), actor, form.data_of_question(), known)
    return jsonify(question=kept.public_id, rev=kept.rev, saved_at=clock.iso(kept.updated_at))


def _sent_as(question: KnowledgeQuestion) -> dict[str, str]:
    """A draft by the names of the fields of its form."""
    values = QuestionForm.values(question)
    answers = values.pop("answers")
    plain = {name: value or "" for name, value in values.items() if name not in ("rev", "question")}
    return plain | {fields.PREFIX + key: value for key, value in answers.items()}


@bp.route("/kennisvragen/<public_id>/bewerken", methods=["GET", "POST"])
def edit(public_id: str) -> Answer:
    """The asker changes a question, or sends a returned one in again."""
    actor, found = current_actor(), the_question(public_id)
    if request.method == "GET":
        require(policies.may_edit(actor, found, clock.now()))
        return _edit_page(found, form_of(found.lab, QuestionForm.values(found)))
    require(policies.may_see(actor, found))
    form = form_of(found.lab)
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
        return _edit_page(found, form, refused=True), error.status
    flash(_("Je kennisvraag is opgeslagen."), "ok")
    return redirect(url_for("questions.question", public_id=public_id, verstuurd=1), 303)


def _edit_page(found: KnowledgeQuestion, form: QuestionForm, refused: bool = False) -> str:
    return render_template(
        "questions/edit.html",
        lab=found.lab,
        question=found,
        form=form,
        refused=refused,
        most_text=operations.MOST_TEXT,
        most_more=operations.MOST_MORE,
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
