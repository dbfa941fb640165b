"""Pages to read knowledge questions on."""

from __future__ import annotations

from flask import jsonify, render_template, request

from kennislab.accounts.signin import current_actor
from kennislab.core import clock, search
from kennislab.core.db import db
from kennislab.core.errors import require
from kennislab.core.security import limiter
from kennislab.core.templating import quarter_text
from kennislab.programme import queries as programme_queries
from kennislab.programme import states
from kennislab.programme.routes import the_lab
from kennislab.questions import operations, policies, queries
from kennislab.questions.forms import ReturnForm
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from kennislab.questions.routes import Answer, bp, person_of, the_question


@bp.get("/kennislabs/<int:lab_id>/vragen")
def of_lab(lab_id: int) -> Answer:
    """All questions of a lab, one's own first on top; ``?volgorde=steun`` puts the most supported first."""
    actor, lab = current_actor(), the_lab(lab_id)
    require(policies.may_see_questions(actor, lab))
    read = db.session()
    person_id = person_of(actor)
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
    return question_page(the_question(public_id))


def question_page(found: KnowledgeQuestion, return_form: ReturnForm | None = None) -> str:
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
        supports=found.id in queries.supported_by(read, found.lab_id, person_of(actor)),
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
