"""Writing knowledge questions. A submitted question stands in the text index; any other does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.core import clock, search
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.programme import queries as programme_queries
from kennislab.programme.models import Lab
from kennislab.programme.signals import lab_deleting
from kennislab.questions import co_asking, fields, notices
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus, Support
from kennislab.questions.signals import question_changed, question_withdrawing

LEAST_TEXT = 10
MOST_TEXT = 500
MOST_MORE = 2000
"""Characters: a question is short; what is around it may be longer."""

SEARCH_KIND = "question"


@dataclass(frozen=True, slots=True)
class QuestionData:
    """What an asker fills in. ``asker_name``: only when staff ask for somebody else.

    ``answers``: to the lab's own fields, by key; ``co_askers``: names of who asks along. None: that stays as it is, and is not asked for.
    """

    text: str
    context: str = ""
    tried: str = ""
    theme_hint: str = ""
    municipality_code: str | None = None
    asker_name: str | None = None
    answers: Mapping[str, str] | None = None
    co_askers: Sequence[str] | None = None


def save_draft(tx: Tx, lab: Lab, asker: Actor, data: QuestionData, question: KnowledgeQuestion | None = None) -> KnowledgeQuestion:
    """Keeps what somebody has so far, however little; only too long is refused. ``question``: the draft that it goes on with."""
    form = _check(tx, lab, data, complete=False)
    if question is None:
        question = KnowledgeQuestion(lab_id=lab.id, lab=lab, asker_id=asker.person_id, status=QuestionStatus.DRAFT, rev=0)
        tx.session.add(question)
    _fill(question, asker, data, form)
    tx.session.flush()
    if data.co_askers is not None:
        co_asking.name(tx, lab, question, data.co_askers, asker)
    return question


def submit(tx: Tx, lab: Lab, asker: Actor, data: QuestionData, question: KnowledgeQuestion | None = None) -> KnowledgeQuestion:
    """Sends a question in: a new one, a draft, or a returned one. Raises Invalid with the fields that are not right.

    Staff who ask for somebody else give ``data.asker_name``; the question then has no account behind it.
    """
    form = _check(tx, lab, data, complete=True)
    alone = question is None and not any(name.strip() for name in data.co_askers or ())  # mostly so, and then there is nobody to look up
    if question is None:
        question = KnowledgeQuestion(lab_id=lab.id, lab=lab, asker_id=asker.person_id, rev=0)
        tx.session.add(question)
    if data.asker_name:
        question.asker_id = None
    _fill(question, asker, data, form)
    first = question.submitted_at is None
    question.status, question.submitted_at, question.remark = QuestionStatus.SUBMITTED, question.submitted_at or clock.now(), ""
    tx.session.flush()
    if not alone:
        named = co_asking.name(tx, lab, question, data.co_askers, asker) if data.co_askers is not None else []
        if first:
            named = [one.person_id for one in question.co_askers if one.person_id is not None]
        notices.notify(tx, named, lab, question, "named", asker)
    _index(tx, question)
    _announce(tx, question, "submitted")
    return question


def edit(tx: Tx, question: KnowledgeQuestion, asker: Actor, data: QuestionData, rev: int) -> None:
    """The asker changes a question that is in. It is their own words again, so a facilitator's edit is gone. Raises Invalid, Conflict."""
    _same_rev(question, rev)
    form = _check(tx, question.lab, data, complete=True)
    _fill(question, asker, data, form)
    if data.co_askers is not None:
        notices.notify(tx, co_asking.name(tx, question.lab, question, data.co_askers, asker), question.lab, question, "named", asker)
    question.original_text = question.edited_by_id = question.edited_at = None
    question.edited_by_name = ""
    tx.session.flush()
    _index(tx, question)
    _announce(tx, question, "edited")


def withdraw(tx: Tx, question: KnowledgeQuestion) -> None:
    """Takes a question back: nobody but its asker sees it any more. A draft is thrown away."""
    if question.status is QuestionStatus.DRAFT:
        tx.session.delete(question)
        tx.session.flush()
        return
    question_withdrawing.send(None, tx=tx, question=question)
    along = [one.person_id for one in question.co_askers if one.person_id != question.asker_id]
    notices.notify(tx, along, question.lab, None, "taken_back", question.asker_name, was=question.text)
    question.remark = ""
    leave(tx, question, QuestionStatus.WITHDRAWN)


def return_to_asker(tx: Tx, question: KnowledgeQuestion, remark: str, by: Actor | None = None) -> None:
    """Gives a question back with a remark: it counts again when its asker sends it in again. Raises Invalid without a remark."""
    remark = tidy(remark)
    if not remark or len(remark) > 500:
        raise Invalid(fields={"remark": N_("Schrijf in één of twee zinnen wat er nog nodig is.")})
    question.remark = remark
    leave(tx, question, QuestionStatus.RETURNED)
    notices.notify(tx, [question.asker_id], question.lab, question, "returned", by or "", remark=remark)


def light_edit(tx: Tx, question: KnowledgeQuestion, text: str, by: Actor, rev: int) -> None:
    """A facilitator makes a question easier to read; what the asker wrote is kept for all to see. Raises Invalid, Conflict."""
    _same_rev(question, rev)
    text = tidy(text)
    if wrong := _text_trouble(text, complete=True):
        raise Invalid(fields={"text": wrong})
    if text == question.text:
        return
    if question.original_text is None:
        question.original_text = question.text
    question.text = text
    if question.text == question.original_text:
        question.original_text = question.edited_by_id = question.edited_at = None
        question.edited_by_name = ""
    else:
        question.edited_by_id, question.edited_by_name, question.edited_at = by.person_id, by.name, clock.now()
    _touch(question)
    tx.session.flush()
    _index(tx, question)
    _announce(tx, question, "edited")
    notices.notify(tx, [question.asker_id, *(one.person_id for one in question.co_askers)], question.lab, question, "edited", by)


def support(tx: Tx, question: KnowledgeQuestion, person_id: int) -> None:
    """Stands behind a question; a second time changes nothing."""
    insert = postgresql.insert if tx.session.connection().dialect.name == "postgresql" else sqlite.insert
    row = {"question_id": question.id, "person_id": person_id, "created_at": clock.now()}
    tx.session.execute(insert(Support).values(row).on_conflict_do_nothing(index_elements=["question_id", "person_id"]))


def unsupport(tx: Tx, question: KnowledgeQuestion, person_id: int) -> None:
    """Takes one's support back; nothing happens when there was none."""
    tx.session.execute(sa.delete(Support).where(Support.question_id == question.id, Support.person_id == person_id))


def keep_lab_with_work(sender: object, *, tx: Tx, lab: Lab) -> None:
    """Stops a lab from being taken away when somebody has sent in, or begun, a question for it."""
    Q = KnowledgeQuestion
    if tx.session.scalar(sa.select(sa.func.count()).where(Q.lab_id == lab.id)):
        raise Conflict(
            "lab-has-questions",
            N_("Er hangen al kennisvragen aan dit lab"),
            N_("Je kunt het niet meer weghalen. Verzet het naar een andere dag, of geef het een andere titel."),
        )


lab_deleting.connect(keep_lab_with_work)


def _check(tx: Tx, lab: Lab, data: QuestionData, *, complete: bool) -> fields.Form:
    """The lab's form. What must be filled in is asked of who asks for themselves: for somebody else it may not be known."""
    wrong: dict[str, str] = {}
    form = fields.NOTHING
    if data.answers is not None:
        form = fields.form_of(tx.session, lab.id)
        asked = complete and not data.asker_name
        wrong |= fields.trouble(form, fields.clean(form, data.answers), asked)
        wrong |= {name: fields.REQUIRED for name in form.required if asked and not tidy(getattr(data, name) or "")}
    if trouble := _text_trouble(tidy(data.text), complete):
        wrong["text"] = trouble
    for name, value in (("context", data.context), ("tried", data.tried)):
        if len(tidy(value)) > MOST_MORE:
            wrong[name] = N_("Maak dit korter: hoogstens 2000 tekens.")
    if len(tidy(data.theme_hint)) > 80:
        wrong["theme_hint"] = N_("Maak dit korter: hoogstens 80 tekens.")
    if data.asker_name is not None and not 1 <= len(tidy(data.asker_name)) <= 120:
        wrong["asker_name"] = N_("Vul de naam in van wie de vraag stelt.")
    if data.municipality_code:
        place = programme_queries.municipality(tx.session, data.municipality_code)
        if place is None or not place.valid_on(lab.day):
            wrong["municipality_code"] = N_("Kies een gemeente uit de lijst.")
    if wrong:
        raise Invalid(fields=wrong)
    return form


def _text_trouble(text: str, complete: bool) -> str | None:
    if complete and not text:
        return N_("Schrijf je vraag op.")
    if complete and len(text) < LEAST_TEXT:
        return N_("Maak je vraag iets langer: minstens 10 tekens.")
    if len(text) > MOST_TEXT:
        return N_("Maak je vraag korter: hoogstens 500 tekens. De rest kan bij de toelichting.")
    return None


def _fill(question: KnowledgeQuestion, asker: Actor, data: QuestionData, form: fields.Form) -> None:
    question.text, question.context, question.tried = tidy(data.text), tidy(data.context), tidy(data.tried)
    question.theme_hint = " ".join(tidy(data.theme_hint).split())
    question.municipality_code = data.municipality_code or None
    if data.answers is not None:
        kept = fields.clean(form, data.answers)
        if kept != (question.answers or {}):
            question.answers = kept
    question.asker_name = tidy(data.asker_name) if data.asker_name else asker.name
    _touch(question)


def _touch(question: KnowledgeQuestion) -> None:
    question.rev += 1
    question.updated_at = clock.now()


def _same_rev(question: KnowledgeQuestion, rev: int) -> None:
    if question.rev != rev:
        raise Conflict(
            "changed-meanwhile",
            N_("Deze vraag is intussen veranderd"),
            N_("Wat jij hebt ingevuld staat nog in het formulier. Lees eerst hoe de vraag er nu staat en sla dan opnieuw op."),
        )


def check_text(text: str, field: str = "text") -> None:
    """Raises Invalid, with the sentence under ``field``, when a question cannot be asked in these words."""
    if wrong := _text_trouble(tidy(text), complete=True):
        raise Invalid(fields={field: wrong})


def leave(tx: Tx, question: KnowledgeQuestion, status: QuestionStatus) -> None:
    """A submitted question no longer counts by itself, and is not found any more."""
    question.status = status
    _touch(question)
    tx.session.flush()
    search.remove(tx, SEARCH_KIND, question.public_id)
    _announce(tx, question, "gone")


def enter(tx: Tx, question: KnowledgeQuestion) -> None:
    """A question counts, whatever it was before: it is found, and everybody who follows the lab hears of it."""
    question.status = QuestionStatus.SUBMITTED
    _touch(question)
    tx.session.flush()
    _index(tx, question)
    _announce(tx, question, "submitted")


def changed(tx: Tx, question: KnowledgeQuestion) -> None:
    """Something about a submitted question is different now."""
    _touch(question)
    tx.session.flush()
    _index(tx, question)
    _announce(tx, question, "edited")


def _announce(tx: Tx, question: KnowledgeQuestion, what: str) -> None:
    tx.after_commit(question_changed, lab=question.lab_id, question=question.id, what=what)


def _index(tx: Tx, question: KnowledgeQuestion) -> None:
    search.index(tx, document_of(tx.session, question))


def document_of(session: Session, question: KnowledgeQuestion) -> search.Document:
    """A submitted question as it is found by everybody in its programme."""
    lab = question.lab
    names = programme_queries.municipality_names(session, [question.municipality_code])
    facets = {"quarter": [lab.quarter], "lab": [lab.title]}
    if question.municipality_code:
        facets["municipality"] = [names.get(question.municipality_code, question.municipality_code)]
    if question.theme_hint:
        facets["theme"] = [question.theme_hint]
    return search.Document(
        kind=SEARCH_KIND,
        key=question.public_id,
        title=question.text,
        text="\n".join(part for part in (question.context, question.tried) if part),
        audience=f"programme:{lab.programme_id}",
        url=f"/kennisvragen/{question.public_id}",
        at=question.submitted_at or question.created_at,
        facets=facets,
    )
