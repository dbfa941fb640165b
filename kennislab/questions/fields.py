"""What the form of a lab asks beyond the question itself: own fields, and what must be filled in before a question may be sent.

A draft may be as empty as it likes; only sending in asks for what is required. What somebody has answered stays readable: such a field
keeps its kind and its chosen options and cannot go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.ids import new_id
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.programme.models import Lab
from kennislab.questions.models import KnowledgeQuestion, QuestionForm, QuestionStatus

KINDS: Mapping[str, str] = {
    "line": N_("Eén regel"),
    "text": N_("Meer regels"),
    "choice": N_("Kiezen uit een lijst"),
    "yes_no": N_("Ja of nee"),
}
MOST_FIELDS = 8
MOST_OPTIONS = 20
MOST_LINE = 200
MOST_TEXT = 2000
"""Characters of an answer of one line, of more lines. Eight fields: more than that nobody fills in on a phone."""

CAN_BE_REQUIRED: Mapping[str, str] = {
    "context": N_("Toelichting"),
    "tried": N_("Wat heb je al geprobeerd?"),
    "theme_hint": N_("Bij welk thema hoort het, denk je?"),
    "municipality_code": N_("Gemeente"),
}
REQUIRED = N_("Dit is nodig om je vraag te versturen. Als concept bewaren kan wel.")
YES_NO = ("yes", "no")
PREFIX = "own_"
"""How a field of a lab's own is named in the form and in refusals: ``own_`` and its key."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the lab's own. ``options``: only of a choice. ``key`` names it in the answers for ever, whatever its label becomes."""

    key: str
    label: str
    help: str = ""
    kind: str = "line"
    options: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a lab. ``rev``: 0 when nobody changed it yet."""

    fields: tuple[Field, ...] = ()
    required: frozenset[str] = frozenset()
    rev: int = 0


NOTHING = Form()


@dataclass(frozen=True, slots=True)
class Wish:
    """A field as somebody wants it; without ``key`` it is new. ``options``: one a line."""

    key: str = ""
    label: str = ""
    help: str = ""
    kind: str = "line"
    options: str = ""
    required: bool = False
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """A row that nobody filled in: not a field."""
        return not self.key and not (self.label.strip() or self.help.strip() or self.options.strip())


def form_of(session: Session, lab_id: int) -> Form:
    """What the form of this lab asks."""
    row = session.get(QuestionForm, lab_id)
    if row is None:
        return NOTHING
    return Form(tuple(Field(**{**one, "options": tuple(one.get("options", ()))}) for one in row.fields), frozenset(row.required), row.rev)


def answered(session: Session, lab_id: int) -> dict[str, Counter[str]]:
    """Key → how often each answer was given, drafts and withdrawn questions included; a text counts as ``""``."""
    found: dict[str, Counter[str]] = {}
    for answers in session.scalars(sa.select(KnowledgeQuestion.answers).where(KnowledgeQuestion.lab_id == lab_id)):
        for key, value in (answers or {}).items():
            if value:
                found.setdefault(key, Counter())[str(value)] += 1
    return found


def save(tx: Tx, lab: Lab, wishes: Sequence[Wish], required: Sequence[str], rev: int) -> Form:
    """Sets what the form asks. Empty rows do not count. Raises Invalid (``fields``: ``<place>-<name>``) and Conflict."""
    row = tx.session.get(QuestionForm, lab.id)
    before = form_of(tx.session, lab.id)
    if before.rev != rev:
        raise Conflict(
            "changed-meanwhile",
            N_("Dit formulier is intussen veranderd"),
            N_("Iemand anders sloeg het ook op. Wat jij invulde staat er nog. Kijk het na en sla opnieuw op."),
        )
    known = {one.key: one for one in before.fields}
    given = answered(tx.session, lab.id)
    wrong: dict[str, str] = {}
    made: list[Field] = []
    for place, wish in enumerate(wishes):
        if wish.empty:
            continue
        one = _field(wish)
        for name, sentence in (_trouble(one) | _frozen(one, known.get(one.key), given.get(one.key))).items():
            wrong[f"{place}-{name}"] = sentence
        made.append(one if one.key in known else replace(one, key=new_id()[:8]))
    if len({one.label.casefold() for one in made}) < len(made):
        wrong["form"] = N_("Twee velden heten hetzelfde. Geef elk veld een eigen naam.")
    if len(made) > MOST_FIELDS:
        wrong["form"] = N_("Hoogstens 8 eigen velden. Meer vult niemand in op een telefoon.")
    if any(one.key in given for one in known.values() if one.key not in {new.key for new in made}):
        wrong["form"] = N_("Een veld waar al op geantwoord is, kan niet weg. Maak het desnoods niet verplicht.")
    if wrong:
        raise Invalid(fields=wrong)
    if row is None:
        row = QuestionForm(lab_id=lab.id, rev=0)
        tx.session.add(row)
    row.fields = [asdict(one) | {"options": list(one.options)} for one in made]
    row.required = [name for name in CAN_BE_REQUIRED if name in required]
    row.rev += 1
    tx.session.flush()
    return form_of(tx.session, lab.id)


def _field(wish: Wish) -> Field:
    options = dict.fromkeys(" ".join(tidy(line).split()) for line in wish.options.splitlines())
    options.pop("", None)
    label = " ".join(tidy(wish.label).split())
    return Field(wish.key, label, tidy(wish.help), wish.kind, tuple(options) if wish.kind == "choice" else (), wish.required)


def _trouble(one: Field) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 1 <= len(one.label) <= 120:
        wrong["label"] = N_("Geef het veld een naam van hoogstens 120 tekens.")
    if len(one.help) > 300:
        wrong["help"] = N_("Maak de uitleg korter: hoogstens 300 tekens.")
    if one.kind not in KINDS:
        wrong["kind"] = N_("Kies een soort veld.")
    if one.kind == "choice" and not (2 <= len(one.options) <= MOST_OPTIONS and all(len(option) <= 120 for option in one.options)):
        wrong["options"] = N_("Geef 2 tot 20 keuzes, elk op een eigen regel en hoogstens 120 tekens lang.")
    return wrong


def _frozen(one: Field, before: Field | None, given: Counter[str] | None) -> dict[str, str]:
    if before is None or not given:
        return {}
    if one.kind != before.kind:
        return {"kind": N_("Hier is al op geantwoord. De soort blijft daarom zoals hij was.")}
    if one.kind == "choice" and any(option in given for option in before.options if option not in one.options):
        return {"options": N_("Een keuze die al gekozen is, kan niet weg. Een keuze erbij kan wel.")}
    return {}


def clean(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """Only answers to fields of this form, tidied; those left empty are left out."""
    kept = {one.key: tidy(answers.get(one.key) or "") for one in form.fields}
    return {key: value for key, value in kept.items() if value}


def trouble(form: Form, answers: Mapping[str, str], complete: bool) -> dict[str, str]:
    """What is wrong with answers (cleaned ones): name in the form → sentence. ``complete``: it is being sent in."""
    wrong: dict[str, str] = {}
    for one in form.fields:
        value = answers.get(one.key, "")
        name = PREFIX + one.key
        if not value:
            if complete and one.required:
                wrong[name] = REQUIRED
        elif one.kind == "line" and len(value) > MOST_LINE:
            wrong[name] = N_("Maak dit korter: hoogstens 200 tekens.")
        elif one.kind == "text" and len(value) > MOST_TEXT:
            wrong[name] = N_("Maak dit korter: hoogstens 2000 tekens.")
        elif value not in {"choice": one.options, "yes_no": YES_NO}.get(one.kind, (value,)):
            wrong[name] = N_("Kies een antwoord uit de lijst.")
    return wrong


def shown(form: Form, question: KnowledgeQuestion) -> list[tuple[Field, str]]:
    """The answers of a question to read, in the order of the form."""
    return [(one, str(question.answers[one.key])) for one in form.fields if question.answers.get(one.key)]


def count_sent(session: Session, lab_id: int) -> int:
    """How many questions of this lab were sent in already: those are asked nothing new by a change of the form."""
    Q = KnowledgeQuestion
    return int(session.scalar(sa.select(sa.func.count()).where(Q.lab_id == lab_id, Q.status != QuestionStatus.DRAFT)) or 0)
