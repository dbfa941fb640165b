"""The questions of a lab as a table, for staff: everything that stands with them, in the columns that reading in knows again."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core.sheets import Cell
from kennislab.programme import queries as programmes
from kennislab.programme.models import Lab
from kennislab.questions import bulk, fields, lineage, queries
from kennislab.questions.models import KnowledgeQuestion, QuestionStatus

COLUMNS = (
    "Vraag", "Toelichting", "Geprobeerd", "Thema", "Naam", "E-mail", "Gemeente", "Samen met", "Steun", "Stand", "Ingestuurd",
    "Zoals de vraagsteller het schreef", "Opmerking", "Gaat verder in", "Kenmerk",
)  # fmt: skip
"""Dutch, whatever the language of who exports: these names are read in again."""

_STANDS = {
    QuestionStatus.SUBMITTED: "ingestuurd",
    QuestionStatus.RETURNED: "teruggestuurd",
    QuestionStatus.MERGED: "samengevoegd",
    QuestionStatus.SPLIT: "gesplitst",
    QuestionStatus.WITHDRAWN: "ingetrokken",
}


def table(session: Session, lab: Lab) -> tuple[list[str], list[list[Cell]]]:
    """(columns, rows), in order of arrival. Drafts and what an asker withdrew are left out: nobody but the asker sees those."""
    Q = KnowledgeQuestion
    wanted = sa.select(Q).where(Q.lab_id == lab.id, Q.status != QuestionStatus.DRAFT).order_by(Q.submitted_at, Q.id)
    found = [one for one in session.scalars(wanted) if one.status is not QuestionStatus.WITHDRAWN or bulk.withdrawn_by_staff(one)]
    names = programmes.municipality_names(session, [one.municipality_code for one in found])
    counts = queries.support_counts(session, [one.id for one in found])
    own = fields.form_of(session, lab.id).fields
    further = {
        one.id: ", ".join(other.public_id for other in lineage.goes_on_in(session, one))
        for one in found
        if one.status in (QuestionStatus.MERGED, QuestionStatus.SPLIT)
    }
    rows: list[list[Cell]] = [
        [
            one.text, one.context, one.tried, one.theme_hint, one.asker_name, one.asker.email if one.asker else "",
            names.get(one.municipality_code or "", ""), ", ".join(who.name for who in one.co_askers), counts.get(one.id, 0),
            _STANDS[one.status], one.submitted_at, one.original_text or "", one.remark, further.get(one.id, ""), one.public_id,
            *(_answer(one, field.key) for field in own),
        ]
        for one in found
    ]  # fmt: skip
    return [*COLUMNS, *(field.label for field in own)], rows


def _answer(question: KnowledgeQuestion, key: str) -> str:
    value = str((question.answers or {}).get(key, ""))
    return {"yes": "ja", "no": "nee"}.get(value, value)
