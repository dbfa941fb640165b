"""Loads labs as they are planned and the knowledge questions asked for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from kennislab.accounts.actors import Actor
from kennislab.core import clock
from kennislab.core.transaction import Tx
from kennislab.demo.history import Times, at
from kennislab.demo.people import Cast
from kennislab.demo.shapes import AgendaStep, Before, Content, Lab, Question
from kennislab.programme import operations as programmes
from kennislab.programme import queries as programme_queries
from kennislab.programme.agenda import AgendaDraft
from kennislab.programme.models import Block, Input, LabKind
from kennislab.programme.models import Lab as LabRow
from kennislab.programme.words import PHONE_KINDS
from kennislab.questions import carrying, fields
from kennislab.questions import operations as questions
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus, Support
from kennislab.questions.operations import QuestionData

Asked = dict[str, KnowledgeQuestion]
"""Slug of a question to its row."""

WRITTEN = {Block.NEWS, Block.INSPIRATION, Block.PEER_CONSULTATION, Block.DEEP_DIVE, Block.BOTTLENECKS, Block.WORKING_GROUPS, Block.HARVEST}
"""Blocks during which phones could send, in the labs of the past; the newest lab says it for itself."""


def plan(tx: Tx, content: Content, cast: Cast, lab: Lab, times: Times, *, quarter: str | None) -> LabRow:
    """A planned lab with its agenda. ``quarter``: None takes that of its day."""
    theme = content.themes[lab.theme]
    city = programme_queries.municipality_names(tx.session, [lab.host.code])[lab.host.code]
    data = programmes.LabData(
        title=lab.title,
        starts_at=times.starts,
        ends_at=times.ends,
        question_deadline=times.deadline,
        place=f"{lab.venue}, {city}",
        description=f"{theme.label}. {theme.about}",
        quarter=quarter,
        kind=LabKind(lab.kind),
    )
    own_inputs = any(step.input != "none" for step in lab.agenda)
    row = programmes.plan_lab(tx, cast.programme, data)
    programmes.replace_agenda(tx, row, [_draft(step, own_inputs) for step in lab.agenda], row.rev)
    for item, step in zip(row.agenda, lab.agenda, strict=True):
        item.speaker = step.speaker
    return row


def _draft(step: AgendaStep, own_inputs: bool) -> AgendaDraft:
    block = Block(step.block)
    if own_inputs:
        said, kinds = Input(step.input), step.kinds
    else:
        said, kinds = (Input.TEXT, tuple(PHONE_KINDS)) if block in WRITTEN else (Input.NONE, ())
    return AgendaDraft(block, step.title, step.instruction, step.minutes, said, kinds, step.hidden, step.method)


def shape_form(tx: Tx, row: LabRow, before: Before) -> str:
    """The newest lab's own field on its form; returns its key."""
    own = before.own_field
    wish = fields.Wish(label=own.label, help=own.help, kind="choice", options="\n".join(own.options))
    return fields.save(tx, row, [wish], [], 0).fields[0].key


def ask(tx: Tx, content: Content, cast: Cast, row: LabRow, these: Sequence[Question], times: Times, *, past: bool) -> Asked:
    """Sends in these questions, spread over the weeks before the deadline (never later than now), with who supports them.

    ``past``: straight into the tables, without an index that is made again at the seal.
    """
    latest = min(times.deadline, clock.now() - timedelta(hours=1))
    asked: Asked = {}
    support: list[tuple[Question, datetime]] = []
    key = "" if past else shape_form(tx, row, content.before)
    for number, question in enumerate(these):
        moment = latest - timedelta(hours=9 * (len(these) - number))
        if past:
            asked[question.slug] = _asked_before(row, cast.actor(question.by), _data(content, question, question.text), moment)
        else:
            with at(moment):
                asked[question.slug] = _submit(tx, content, cast, row, question, key)
        support.append((question, moment))
    tx.session.add_all(asked.values())
    tx.session.flush()
    # One statement for all, where the operation is one for each.
    rows = [
        {"question_id": asked[question.slug].id, "person_id": cast.row(person).id, "created_at": moment + timedelta(hours=3 + place)}
        for question, moment in support
        for place, person in enumerate((*question.co, *question.support))
    ]
    if rows:
        tx.session.execute(sa.insert(Support), rows)
    return asked


def _data(content: Content, question: Question, text: str) -> QuestionData:
    return QuestionData(
        text=text,
        context=question.context,
        tried=question.tried,
        theme_hint=content.themes[question.themes[0]].label,
        municipality_code=question.by.city.code if question.by.city else None,
    )


def _submit(tx: Tx, content: Content, cast: Cast, row: LabRow, question: Question, key: str) -> KnowledgeQuestion:
    """A question of the newest lab as it came in: in the asker's own words, or taken along from an earlier lab."""
    before = content.before
    if question.slug in before.carried:
        earlier = sa.select(KnowledgeQuestion.public_id).join(LabRow).where(LabRow.programme_id == row.programme_id)
        quarter = (question.returns or "").partition("/")[0]
        public_id = tx.session.scalars(earlier.where(LabRow.quarter == quarter, KnowledgeQuestion.text == question.text)).one()
        return carrying.carry(tx, row, [public_id], cast.actor(content.newest.facilitator))[0]
    data = _data(content, question, before.edited.get(question.slug, question.text))
    answer = before.own_field.answers.get(question.slug)
    named = [person.name for person in before.named.get(question.slug, ())]
    return questions.submit(
        tx, row, cast.actor(question.by), replace(data, answers={key: answer} if answer else None, co_askers=named or None)
    )


def _asked_before(row: LabRow, asker: Actor, data: QuestionData, moment: datetime) -> KnowledgeQuestion:
    return KnowledgeQuestion(
        lab_id=row.id,
        lab=row,
        asker_id=asker.person_id,
        asker_name=asker.name,
        municipality_code=data.municipality_code,
        text=data.text,
        context=data.context,
        tried=data.tried,
        theme_hint=data.theme_hint,
        status=QuestionStatus.SUBMITTED,
        created_at=moment,
        updated_at=moment,
        submitted_at=moment,
    )
