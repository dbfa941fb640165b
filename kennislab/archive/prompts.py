"""Asking afterwards what became of a solution: once a quarter, by mail, who may know; answered with one press on a personal link.

Asked is the municipality whose question or bottleneck it answers, and where it was planned or tried without a word on how it went. Nobody
gets more than two of these mails a quarter, and after a year without an answer we stop asking. Who was asked in the room of a lab is not
asked once more by mail in that quarter, and between two mails about the same there are two months, also when a quarter ends in between.
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
    """What would be asked, of which municipality (and district), and who knows best: people by id, to be tried in this order."""

    item: ArchiveItem
    code: str
    known: Sequence[int]
    district: str = ""
    district_id: int | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """What it is asked about, once a quarter."""
        return self.item.id, self.code, self.district


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
                known = [line.reporter_id for line in reversed(life.lines) if line.reporter_id]
                number = next((line.district_id for line in reversed(life.lines) if line.district_id), None)
                yield Asking(item, life.code, known, life.district, number)
        question = asked.get(item.answers_id or "")
        if question is None or question.anonymous or question.consent is Consent.GROUP:
            continue
        if question.municipality_code is not None and question.municipality_code not in codes:
            district = programmes.district(session, question.district_id) if question.district_id else None
            known = [question.person_id] if question.person_id else []
            yield Asking(item, question.municipality_code, known, district.name if district else "", question.district_id)


@jobs.every(3600, "evidence-prompts")
def ask(progress: jobs.Progress) -> int:
    """Asks whoever is due, on working days in office hours, and not while their lab is going on. Returns how many mails.

    Each programme in a transaction of its own: what was asked is remembered with the mail or not at all.
    """
    here = clock.now().astimezone(clock.LOCAL)
    if here.weekday() > 4 or here.hour not in HOURS:
        return 0
    live = sa.select(Lab.id).where(Lab.programme_id == Programme.id, Lab.state == LabState.LIVE).exists()
    return sum(_ask_in(one) for one in db.session().scalars(sa.select(Programme.id).where(~live).order_by(Programme.id)).all())


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
        mailed = [row for row in rows if row.how == "mail"]
        times = Counter((row.item_id, row.municipality_code, row.district) for row in mailed)
        lately = {(row.item_id, row.municipality_code, row.district) for row in mailed if row.quarter == quarter or row.at > now - REST}
        in_room = {(row.item_id, row.municipality_code) for row in rows if row.how == "room" and row.quarter == quarter}
        had = Counter(tx.session.scalars(sa.select(P.person_id).where(P.quarter == quarter, P.how == "mail")))
        members = [person for person, role in people.people_of(tx.session, programme_id) if role is Role.PARTICIPANT and person.email]
        made = 0
        for one in due:
            if one.place in lately or (one.item.id, one.code) in in_room or times[one.place] >= MOST_TIMES:
                continue
            person = _who(one, members, had)
            if person is not None and _write(tx, one, person, quarter):
                lately.add(one.place)
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
        "gemeente": place_of(tx.session, one.code, one.district),
    }
    sent = mails.notify(tx, person, KIND, item.lab, values)
    if sent is None:
        return False
    prompt = EvidencePrompt(
        item_id=item.id,
        municipality_code=one.code,
        district=one.district,
        district_id=one.district_id,
        quarter=quarter,
        how="mail",
        person_id=person.id,
        mail_id=sent.id,
        at=clock.now(),
    )
    tx.session.add(prompt)
    tx.session.flush()
    return True


def place_of(session: Session, code: str, district: str) -> str:
    """What is asked about, as it is called: *Delft*, or *Poptahof (Delft)*."""
    name = programmes.municipality_names(session, [code]).get(code, "")
    return f"{district} ({name})" if district else name


def district_of(prompt: EvidencePrompt) -> str:
    """The district that a link is about, as it is called now; else as it was called then; empty for the municipality as a whole."""
    return prompt.district_now.name if prompt.district_now is not None else prompt.district


# --- the link -----------------------------------------------------------------------------------------------------------------


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=_SALT)


def token_of(prompt: EvidencePrompt) -> str:
    """The secret of this question's link: signed, not stored. Good for this item and this place alone."""
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
    district, number = district_of(prompt), prompt.district_id
    return following.report_outcome(tx, item, prompt.municipality_code, Outcome(status), note, None, _as(person), district, number)


def answered(prompt: EvidencePrompt, item: ArchiveItem) -> Evidence | None:
    """The last that was answered by this link and still stands."""
    mine = (prompt.person_id, prompt.municipality_code)
    lines = [line for line in item.evidence if line.stands and (line.reporter_id, line.municipality_code) == mine]
    return max((line for line in lines if line.created_at >= prompt.at), key=lambda line: line.id, default=None)


def take_back(tx: Tx, token: str) -> bool:
    """Withdraws the last answer that was given by this link; False when there is none. Raises Gone."""
    prompt, item, person = prompt_by(tx.session, token)
    line = answered(prompt, item)
    if line is not None:
        following.withdraw_outcome(tx, item, line, "", _as(person))
    return line is not None


def _as(person: Person) -> Actor:
    return Actor(person.id, person.name, person.municipality_code)


# --- while sending --------------------------------------------------------------------------------------------------------------


def _prompt_of(session: Session, one: Mail) -> EvidencePrompt | None:
    return session.scalar(sa.select(EvidencePrompt).where(EvidencePrompt.mail_id == one.id))


@mail.needed(KIND)
def _still_needed(session: Session, one: Mail) -> bool:
    """Not when somebody of that municipality told it meanwhile, or was asked in the room, or when this person left."""
    prompt = _prompt_of(session, one)
    person = session.get(Person, prompt.person_id) if prompt is not None and prompt.person_id is not None else None
    item = session.get(ArchiveItem, prompt.item_id) if prompt is not None else None
    if prompt is None or person is None or item is None:
        return False
    if person.municipality_code != prompt.municipality_code or people.membership(session, person.id, item.programme_id) is None:
        return False
    E, P = Evidence, EvidencePrompt
    told = sa.select(E.id).where(E.item_id == item.id, E.municipality_code == prompt.municipality_code, E.created_at >= prompt.at)
    asked = sa.select(P.id).where(P.item_id == item.id, P.municipality_code == prompt.municipality_code, P.how == "room", P.at >= prompt.at)
    return session.scalar(told.where(E.withdrawn_at.is_(None)).limit(1)) is None and session.scalar(asked.limit(1)) is None


@mail.fill(mails.SECRET, KIND)
def _way_in(tx: Tx, one: Mail) -> str:
    """The link to the one page with the buttons. Opening it changes nothing: mail programs do."""
    prompt = _prompt_of(tx.session, one)
    person = tx.session.get(Person, one.person_id) if one.person_id else None
    if prompt is None or person is None:
        raise Gone("nobody-there", N_("Deze persoon of dit lab is er niet meer"), N_("De mail is niet meer nodig."))
    english = "?taal=en" if person.language == "en" else ""
    return mail.site_address(f"/wat-kwam-ervan/{token_of(prompt)}{english}")
