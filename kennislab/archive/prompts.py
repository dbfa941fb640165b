"""Asking afterwards what became of a solution: once a quarter, by mail, who may know; answered with one press on a personal link.

Asked is the municipality whose question or bottleneck it answers, and where it was planned or tried without a word on how it went. Nobody
gets more than two of these mails a quarter, and after a year without an answer we stop asking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session

from kennislab.accounts import queries as people
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person, Role
from kennislab.archive import following, ledger, queries
from kennislab.archive.models import ArchiveItem, Consent, Evidence, EvidencePrompt, Outcome, Status
from kennislab.core import clock, jobs, mail
from kennislab.core.db import db
from kennislab.core.errors import N_, Gone, Invalid
from kennislab.core.mail import Mail
from kennislab.core.transaction import Tx, transaction
from kennislab.programme import mails, operations
from kennislab.programme import queries as programmes
from kennislab.programme.models import Lab, LabState, Programme

KIND = "evidence_prompt"
REST = timedelta(days=60)
"""So long after the lab, or after the last word, before anybody is asked."""
MOST_A_QUARTER = 2
MOST_TIMES = 4
LINK_LIFE = timedelta(days=120)
HOURS = range(9, 17)
ANSWERS = (Outcome.WORKED, Outcome.PARTLY, Outcome.FAILED, Outcome.TRIED, Outcome.PLANNED)
_UNSETTLED = (Outcome.PROPOSED, Outcome.PLANNED, Outcome.TRIED)
_SALT = "kennislab.evidence"
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Asking:
    """What would be asked, of which municipality, and who knows best: people by id, to be tried in this order."""

    item: ArchiveItem
    code: str
    known: Sequence[int]


def open_askings(session: Session, programme_id: int, now: datetime) -> Iterator[Asking]:
    """What is unknown of the solutions of a programme, apart from who was asked already. Oldest lab first."""
    A = ArchiveItem
    wanted = sa.select(A.id).join(Lab).where(
        A.programme_id == programme_id,
        A.kind.in_(("solution", "advice")),
        A.status == Status.CONFIRMED,
        A.consent != Consent.GROUP,
        Lab.state == LabState.ARCHIVED,
        Lab.starts_at < now - REST,
    )  # fmt: skip
    items = queries.some(session, list(session.scalars(wanted)))
    asked = queries.some(session, {item.answers_id for item in items.values() if item.answers_id})
    recent = (now - REST).astimezone(clock.LOCAL).date()
    for item in sorted(items.values(), key=lambda one: (one.lab.starts_at, one.position, one.id)):
        lives = ledger.lives(item.evidence)
        codes = {life.last.municipality_code for life in lives}
        for life in lives:
            if life.last.status in _UNSETTLED and life.last.at <= recent:
                yield Asking(item, life.last.municipality_code, [line.reporter_id for line in reversed(life.lines) if line.reporter_id])
        question = asked.get(item.answers_id or "")
        if question is None or question.anonymous or question.consent is Consent.GROUP:
            continue
        if question.municipality_code is not None and question.municipality_code not in codes:
            yield Asking(item, question.municipality_code, [question.person_id] if question.person_id else [])


@jobs.every(3600, "evidence-prompts")
def ask(progress: jobs.Progress) -> int:
    """Asks whoever is due, on working days in office hours. Returns how many mails."""
    here = clock.now().astimezone(clock.LOCAL)
    if here.weekday() > 4 or here.hour not in HOURS:
        return 0
    return sum(_ask_in(programme_id) for programme_id in db.session().scalars(sa.select(Programme.id).order_by(Programme.id)).all())


def _ask_in(programme_id: int) -> int:
    now = clock.now()
    quarter = operations.quarter_of(now)
    read = db.session()
    due = list(open_askings(read, programme_id, now))  # read first: nobody waits for it
    if not due:
        return 0
    with transaction() as tx:
        P = EvidencePrompt
        rows = tx.session.scalars(sa.select(P).where(P.item_id.in_({one.item.id for one in due}))).all()
        times = Counter((row.item_id, row.municipality_code) for row in rows)
        this_quarter = {(row.item_id, row.municipality_code) for row in rows if row.quarter == quarter}
        had = Counter(tx.session.scalars(sa.select(P.person_id).where(P.quarter == quarter, P.how == "mail")))
        members = [person for person, role in people.people_of(tx.session, programme_id) if role is Role.PARTICIPANT and person.email]
        made = 0
        for one in due:
            pair = (one.item.id, one.code)
            if pair in this_quarter or times[pair] >= MOST_TIMES:
                continue
            person = _who(one, members, had)
            if person is not None and _write(tx, one, person, quarter):
                this_quarter.add(pair)
                had[person.id] += 1
                made += 1
    return made


def _who(one: Asking, members: Sequence[Person], had: Counter[int | None]) -> Person | None:
    """Of that municipality and not asked too often: who reported or asked it first, then the others by name."""
    there = [person for person in members if person.municipality_code == one.code and had[person.id] < MOST_A_QUARTER]
    return min(there, key=lambda person: one.known.index(person.id) if person.id in one.known else len(one.known), default=None)


def _write(tx: Tx, one: Asking, person: Person, quarter: str) -> bool:
    item = tx.session.get_one(ArchiveItem, one.item.id)
    question = tx.session.get(ArchiveItem, item.answers_id) if item.answers_id else None
    shown = question is not None and question.consent is not Consent.GROUP and question.status is Status.CONFIRMED
    values = {
        "oplossing": item.text,
        "vraag": question.text if question is not None and shown else "",
        "gemeente": programmes.municipality_names(tx.session, [one.code]).get(one.code, ""),
    }
    sent = mails.notify(tx, person, KIND, item.lab, values)
    if sent is None:
        return False
    tx.session.add(
        EvidencePrompt(
            item_id=item.id, municipality_code=one.code, quarter=quarter, how="mail", person_id=person.id, mail_id=sent.id, at=clock.now()
        )
    )
    tx.session.flush()
    return True


# --- the link -----------------------------------------------------------------------------------------------------------------


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=_SALT)


def token_of(prompt: EvidencePrompt) -> str:
    """The secret of this question's link: signed, not stored. Good for this item and this municipality alone."""
    return str(_signer().dumps([prompt.id, prompt.person_id]))


def prompt_by(session: Session, token: str) -> tuple[EvidencePrompt, ArchiveItem, Person]:
    """What a link asks, about which item and of whom. Raises Gone when it was made up, is too old, or its person left."""
    gone = Gone(
        "evidence-link-gone",
        N_("Deze link werkt niet meer"),
        N_("Meld je aan en zoek de oplossing op in het archief. Daar kun je melden wat ervan kwam."),
    )
    if len(token) > _LONGEST:
        raise gone
    try:
        prompt_id, person_id = _signer().loads(token)
    except (BadData, ValueError, TypeError) as error:
        raise gone from error
    prompt = session.get(EvidencePrompt, prompt_id) if isinstance(prompt_id, int) else None
    if prompt is None or prompt.person_id is None or prompt.person_id != person_id or prompt.at < clock.now() - LINK_LIFE:
        raise gone
    item, person = queries.item(session, prompt.item_id), session.get(Person, prompt.person_id)
    if item is None or person is None or people.membership(session, person.id, item.programme_id) is None:
        raise gone
    return prompt, item, person


def answer(tx: Tx, token: str, status: str, note: str) -> Evidence:
    """Adds what was answered to the ledger. Raises Gone, Invalid."""
    prompt, item, person = prompt_by(tx.session, token)
    if status not in [one.value for one in ANSWERS]:
        raise Invalid(fields={"status": N_("Kies wat ervan kwam.")})
    by = Actor(person.id, person.name, person.municipality_code)
    return following.report_outcome(tx, item, prompt.municipality_code, Outcome(status), note, None, by)


# --- while sending --------------------------------------------------------------------------------------------------------------


def _prompt_of(session: Session, one: Mail) -> EvidencePrompt | None:
    return session.scalar(sa.select(EvidencePrompt).where(EvidencePrompt.mail_id == one.id))


@mail.needed(KIND)
def _still_needed(session: Session, one: Mail) -> bool:
    """Not when somebody of that municipality told it meanwhile."""
    prompt = _prompt_of(session, one)
    if prompt is None:
        return False
    E = Evidence
    told = sa.select(E.id).where(E.item_id == prompt.item_id, E.municipality_code == prompt.municipality_code, E.created_at >= prompt.at)
    return session.scalar(told.limit(1)) is None


@mail.fill(mails.SECRET, KIND)
def _way_in(tx: Tx, one: Mail) -> str:
    """The link to the one page with the buttons. Opening it changes nothing: mail programs do."""
    prompt = _prompt_of(tx.session, one)
    person = tx.session.get(Person, one.person_id) if one.person_id else None
    if prompt is None or person is None:
        raise Gone("nobody-there", N_("Deze persoon of dit lab is er niet meer"), N_("De mail is niet meer nodig."))
    english = "?taal=en" if person.language == "en" else ""
    return mail.site_address(f"/wat-kwam-ervan/{token_of(prompt)}{english}")
