"""Pages of knowledge questions. What somebody typed comes back with every refusal, whatever its cause."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kennislab.accounts.actors import Actor
from kennislab.accounts.signin import current_actor, known_actor
from kennislab.core import clock, search
from kennislab.core.db import db
from kennislab.core.errors import DomainError, NotFound, NotSignedIn, require
from kennislab.core.security import limiter
from kennislab.core.templating import quarter_text
from kennislab.core.transaction import transaction
from kennislab.programme import links, states
from kennislab.programme import queries as programme_queries
from kennislab.programme.models import Lab
from kennislab.programme.routes import the_lab
from kennislab.questions import operations, policies, queries
from kennislab.questions.forms import LightEditForm, QuestionForm, ReturnForm
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus

bp = Blueprint("questions", __name__)
Answer = str | Response | tuple[str, int] | tuple[Response, int]


def init(app: Flask) -> None:
    """Called once by the composition root."""
    links.counter("questions", queries.count_of_lab)


def _the_question(public_id: str) -> KnowledgeQuestion:
    found = queries.by_public_id(db.session(), public_id)
    if found is None:
        known_actor()
        raise NotFound()
    return found


def _again(public_id: str, session: Session) -> KnowledgeQuestion:
    """The question as it is inside this transaction."""
    found = queries.by_public_id(session, public_id)
    if found is None:
        raise NotFound()
    return found


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotSignedIn()
    return actor.person_id


# --- reading ------------------------------------------------------------------------------------------------------------------


@bp.get("/kennislabs/<int:lab_id>/vragen")
def of_lab(lab_id: int) -> Answer:
    """All questions of a lab, one's own first on top; ``?volgorde=steun`` puts the most supported first."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_questions(actor, lab))
    read = db.session()
    person_id = _person(actor)
    questions = list(queries.of_lab(read, lab_id))
    counts = queries.support_counts(read, [question.id for question in questions])
    order = "steun" if request.args.get("volgorde") == "steun" else "nieuw"
    questions.reverse()
    if order == "steun":
        questions.sort(key=lambda question: -counts.get(question.id, 0))
    mine = queries.by_asker(read, lab_id, person_id)
    return render_template(
        "questions/of_lab.html",
        lab=lab,
        questions=questions,
        order=order,
        mine=[question for question in mine if question.status is not QuestionStatus.SUBMITTED],
        counts=counts,
        supported=queries.supported_by(read, lab_id, person_id),
        names=programme_queries.municipality_names(read, [question.municipality_code for question in questions]),
        may_ask=policies.may_ask(actor, lab, clock.now()),
        may_support_here=states.allows(lab.state, "support_question"),
        returned=list(queries.returned_of_lab(read, lab_id)) if actor.is_staff(lab.programme_id) else [],
    )


@bp.get("/kennisvragen/<public_id>")
def question(public_id: str) -> Answer:
    """One question with all that belongs to it, and what one may do with it."""
    return _question_page(_the_question(public_id))


def _question_page(found: KnowledgeQuestion, return_form: ReturnForm | None = None) -> str:
    actor = current_actor()
    require(policies.may_see(actor, found))
    now = clock.now()
    read = db.session()
    may_return = bool(policies.may_return(actor, found))
    return render_template(
        "questions/question.html",
        question=found,
        lab=found.lab,
        mine=found.asker_id is not None and found.asker_id == actor.person_id,
        municipality=programme_queries.municipality_names(read, [found.municipality_code]).get(found.municipality_code or ""),
        support=queries.support_counts(read, [found.id]).get(found.id, 0),
        supports=found.id in queries.supported_by(read, found.lab_id, _person(actor)),
        may_support=bool(policies.may_support(actor, found)),
        may_edit=bool(policies.may_edit(actor, found, now)),
        may_withdraw=bool(policies.may_withdraw(actor, found, now)),
        may_light_edit=bool(policies.may_light_edit(actor, found)),
        return_form=(return_form or ReturnForm()) if may_return else None,
    )


@bp.get("/kennislabs/<int:lab_id>/vragen/lijkt-op")
@limiter.limit("120 per minute", key_func=lambda: f"similar:{current_actor().person_id}")
def similar(lab_id: int) -> Answer:
    """What is already asked, or answered earlier, that looks like ``?tekst=``. JSON: ``{"similar": [{title, url, where, kind}]}``."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_questions(actor, lab))
    text = request.args.get("tekst", "")[: operations.MOST_TEXT]
    own = request.args.get("behalve", "")[:16]
    found: list[search.Hit] = []
    if len(text.strip()) >= operations.LEAST_TEXT:
        besides = [(operations.SEARCH_KIND, own)] if own else []
        found = search.similar(
            db.session(), text, (), {"public", f"programme:{lab.programme_id}"}, limit=5, half_typed=True, besides=besides
        )
    return jsonify(
        similar=[
            {
                "title": hit.title,
                "url": request.script_root + hit.url,
                "kind": hit.kind,
                "where": ", ".join([*hit.facets.get("municipality", [])[:1], *map(quarter_text, hit.facets.get("quarter", [])[:1])]),
            }
            for hit in found
        ]
    )


# --- asking -------------------------------------------------------------------------------------------------------------------


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
    draft = _draft_to_go_on_with(actor, lab, wish) if wish else queries.draft_of(read, lab_id, _person(actor))
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
            known = _again(draft.public_id, tx.session) if draft is not None else None
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
        known = _again(draft.public_id, tx.session) if draft is not None else None
        kept = operations.save_draft(tx, tx.session.get_one(Lab, lab_id), actor, form.data_of_question(), known)
    return jsonify(question=kept.public_id, saved_at=clock.iso(kept.updated_at))


@bp.route("/kennisvragen/<public_id>/bewerken", methods=["GET", "POST"])
def edit(public_id: str) -> Answer:
    """The asker changes a question, or sends a returned one in again."""
    actor, found = current_actor(), _the_question(public_id)
    municipalities = programme_queries.municipalities_for(db.session(), found.lab)
    if request.method == "GET":
        require(policies.may_edit(actor, found, clock.now()))
        return _edit_page(found, QuestionForm(municipalities, formdata=None, data=QuestionForm.values(found)))
    require(policies.may_see(actor, found))
    form = QuestionForm(municipalities)
    try:
        require(policies.may_edit(actor, found, clock.now()))
        with transaction() as tx:
            fresh = _again(public_id, tx.session)
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
    actor, found = current_actor(), _the_question(public_id)
    require(policies.may_withdraw(actor, found, clock.now()))
    lab_id = found.lab_id
    with transaction() as tx:
        fresh = _again(public_id, tx.session)
        require(policies.may_withdraw(actor, fresh, clock.now()))
        operations.withdraw(tx, fresh)
    flash(_("Je vraag is ingetrokken."), "ok")
    return redirect(url_for("questions.of_lab", lab_id=lab_id), 303)


# --- support, and what a facilitator does --------------------------------------------------------------------------------------


@bp.post("/kennisvragen/<public_id>/steunen")
@limiter.limit("120 per minute", key_func=lambda: f"support:{current_actor().person_id}")
def support(public_id: str) -> Answer:
    """Stands behind a question, or (``on=0``) no longer."""
    actor, found = current_actor(), _the_question(public_id)
    require(policies.may_support(actor, found))
    with transaction() as tx:
        fresh = _again(public_id, tx.session)
        require(policies.may_support(actor, fresh))
        if request.form.get("on") == "0":
            operations.unsupport(tx, fresh, _person(actor))
        else:
            operations.support(tx, fresh, _person(actor))
    if request.form.get("back") == "list":
        return redirect(url_for("questions.of_lab", lab_id=found.lab_id) + f"#vraag-{public_id}", 303)
    return redirect(url_for("questions.question", public_id=public_id), 303)


@bp.route("/kennisvragen/<public_id>/redigeren", methods=["GET", "POST"])
def light_edit(public_id: str) -> Answer:
    """A facilitator makes a question easier to read; the original stays in sight."""
    actor, found = current_actor(), _the_question(public_id)
    require(policies.may_light_edit(actor, found))
    form = LightEditForm(data={"text": found.text, "rev": found.rev})
    status = 200
    if request.method == "POST":
        sent = str(form.rev.data or "")
        try:
            with transaction() as tx:
                fresh = _again(public_id, tx.session)
                require(policies.may_light_edit(actor, fresh))
                operations.light_edit(tx, fresh, form.text.data or "", actor, int(sent) if sent.isdecimal() and len(sent) < 10 else 0)
        except DomainError as error:
            form.add_error(error)
            status = error.status
            if error.type == "changed-meanwhile":
                form.rev.data = str(found.rev)
        else:
            flash(_("De vraag is aangepast. Het origineel blijft zichtbaar."), "ok")
            return redirect(url_for("questions.question", public_id=public_id), 303)
    return render_template("questions/light_edit.html", lab=found.lab, question=found, form=form, most_text=operations.MOST_TEXT), status


@bp.post("/kennisvragen/<public_id>/terugsturen")
def return_to_asker(public_id: str) -> Answer:
    """A facilitator gives a question back with a remark."""
    actor, found = current_actor(), _the_question(public_id)
    require(policies.may_return(actor, found))
    form = ReturnForm()
    try:
        with transaction() as tx:
            fresh = _again(public_id, tx.session)
            require(policies.may_return(actor, fresh))
            operations.return_to_asker(tx, fresh, form.remark.data or "")
    except DomainError as error:
        form.add_error(error)
        return _question_page(found, form), error.status
    flash(_("De vraag is teruggestuurd. De vraagsteller ziet je opmerking."), "ok")
    return redirect(url_for("questions.of_lab", lab_id=found.lab_id), 303)
