"""Pages to read knowledge questions on."""

from __future__ import annotations

from flask import render_template, request

from kennislab.accounts.signin import current_actor
from kennislab.core import clock
from kennislab.core.db import db
from kennislab.core.errors import require
from kennislab.programme import queries as programme_queries
from kennislab.programme import states
from kennislab.programme.routes import the_lab
from kennislab.questions import fields, later, lineage, notices, policies, queries
from kennislab.questions.forms import ReturnForm
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus
from kennislab.questions.routes import Answer, bp, person_of, the_question
from kennislab.questions.routes.went_on import WENT_ON, leads_on


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
    along = queries.co_askers(read, [question.id for question in questions])
    return render_template(
        "questions/of_lab.html",
        lab=lab,
        questions=questions,
        order=order,
        mine=[question for question in mine if question.status not in (QuestionStatus.SUBMITTED, *WENT_ON)],
        went_on=[(question, lineage.goes_on_in(read, question)) for question in mine if question.status in WENT_ON],
        may_manage=bool(policies.may_manage(actor, lab)),
        counts=counts,
        supported=queries.supported_by(read, lab_id, person_id),
        along=along,
        together={number for number, people in along.items() if any(one.person_id == person_id for one in people)},
        told=notices.unread(read, person_id, lab_id),
        may_shape=bool(policies.may_shape(actor, lab)),
        names=programme_queries.municipality_names(read, [question.municipality_code for question in questions]),
        may_ask=policies.may_ask(actor, lab, clock.now()),
        may_support_here=states.allows(lab.state, "support_question"),
        returned=list(queries.returned_of_lab(read, lab_id)) if actor.is_staff(lab.programme_id) else [],
    )


@bp.get("/kennisvragen/<public_id>")
def question(public_id: str) -> Answer:
    """One question with all that belongs to it, and what one may do with it."""
    found = the_question(public_id)
    return leads_on(current_actor(), found) or question_page(found)


def question_page(found: KnowledgeQuestion, return_form: ReturnForm | None = None) -> str:
    actor = current_actor()
    require(policies.may_see(actor, found))
    now = clock.now()
    read = db.session()
    may_return = bool(policies.may_return(actor, found))
    person_id = person_of(actor)
    mine = found.asker_id is not None and found.asker_id == actor.person_id
    staff = actor.is_staff(found.lab.programme_id)
    places = queries.support_by_place(read, found.id) if staff else []
    names = programme_queries.municipality_names(
        read, [found.municipality_code, *(code for code, _count in places), *(one.municipality_code for one in found.co_askers)]
    )
    return render_template(
        "questions/question.html",
        question=found,
        lab=found.lab,
        mine=mine,
        municipality=names.get(found.municipality_code or ""),
        names=names,
        places=[(names.get(code or "", ""), count) for code, count in places],
        along=found.co_askers,
        own_text_for_all=mine or staff,
        answers=fields.shown(fields.form_of(read, found.lab_id), found) if found.answers else [],
        told=notices.unread(read, person_id, found.lab_id, found.id),
        asks_along=policies.asks_along(actor, found),
        may_join=bool(policies.may_join(actor, found)) and not policies.asks_along(actor, found),
        may_leave=bool(policies.may_leave(actor, found)),
        support=queries.support_counts(read, [found.id]).get(found.id, 0),
        supports=found.id in queries.supported_by(read, found.lab_id, person_id),
        may_support=bool(policies.may_support(actor, found)),
        may_edit=bool(policies.may_edit(actor, found, now)),
        may_withdraw=bool(policies.may_withdraw(actor, found, now)),
        may_light_edit=bool(policies.may_light_edit(actor, found)),
        return_form=(return_form or ReturnForm()) if may_return else None,
        came=lineage.came_from(read, found.id),
        may_rework=bool(policies.may_rework(actor, found)),
        may_apart=bool(policies.may_manage(actor, found.lab)),
        told_chain=later.told(read, actor, found),
    )
