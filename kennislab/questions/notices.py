"""Telling people what became of a question of theirs: on the pages until they have read it, and by mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.core import clock, mail
from kennislab.core.mail import Mail
from kennislab.core.transaction import Tx
from kennislab.programme import mails
from kennislab.programme.models import Lab
from kennislab.questions.models import KnowledgeQuestion, Notice

MOST_DETAIL = 500
"""Characters of a detail that are kept: a notice is a sentence, the question itself stands behind it."""

MAILS: Mapping[str, str] = {
    "edited": "question_edited",
    "returned": "question_returned",
    "merged": "question_merged",
    "split": "question_split",
    "carried": "question_carried",
    "joined": "question_joined",
    "named": "co_asker_named",
}
"""Kind of notice → kind of mail (:mod:`kennislab.programme.mails`); the others are told on the pages only."""

_TOGETHER = timedelta(seconds=5)
"""A notice and its mail are made in one transaction, so hardly any time apart."""


def notify(
    tx: Tx, person_ids: Collection[int | None], lab: Lab, question: KnowledgeQuestion | None, kind: str, by: Actor | str, /, **details: str
) -> list[Notice]:
    """Tells each of these people once; not who did it themselves, nor who is unknown (None).

    ``kind`` and ``details``: see :data:`kennislab.questions.words.NOTICES`; for the mail only: ``parts`` of a split (one mail, with the
    first part) and ``own``, what somebody who joined wrote. The same about the same question that has not been read yet is told anew
    instead of twice. A mail leaves a while later, and only when the notice has not been read by then (:func:`still_news`).
    """
    own = by.person_id if isinstance(by, Actor) else None
    name = by.name if isinstance(by, Actor) else by
    said = {key: details.pop(key, "") for key in ("parts", "own")}
    kept = {key: text if len(text) <= MOST_DETAIL else text[: MOST_DETAIL - 1] + "…" for key, text in details.items()}
    made: list[Notice] = []
    for person_id in dict.fromkeys(one for one in person_ids if one is not None and one != own):
        waiting = tx.session.scalars(
            sa.select(Notice).where(
                Notice.person_id == person_id,
                Notice.question_id == (question.id if question is not None else None),
                Notice.lab_id == lab.id,
                Notice.kind == kind,
                Notice.read_at.is_(None),
            )
        ).first()
        notice = waiting if waiting is not None and waiting.by_name == name else None
        if notice is None:
            notice = Notice(person_id=person_id, lab_id=lab.id, question_id=question.id if question is not None else None, kind=kind)
            tx.session.add(notice)
        notice.by_name, notice.details, notice.at = name[:120], kept, clock.now()
        made.append(notice)
    tx.session.flush()
    if question is not None and kind in MAILS and (kind != "split" or said["parts"]):
        for notice in made:
            mails.notify(tx, tx.session.get_one(Person, notice.person_id), MAILS[kind], lab, _values(question, kind, name, details | said))
    return made


def _values(question: KnowledgeQuestion, kind: str, by: str, details: Mapping[str, str]) -> dict[str, str]:
    """What the mail says beside what every mail about a lab says."""
    link = mail.site_address(f"/kennisvragen/{question.public_id}")
    was, remark = details.get("was", ""), details.get("remark", "")
    own: Mapping[str, dict[str, str]] = {
        "edited": {"vraag": question.text, "was": question.original_text or question.text, "door": by},
        "returned": {"vraag": question.text, "opmerking": remark, "door": by},
        "merged": {"vraag": was, "samengevoegd tot": question.text, "door": by},
        "split": {"vraag": was, "delen": details.get("parts", ""), "door": by},
        "carried": {"vraag": question.text, "vorig lab": details.get("lab", ""), "door": by},
        "joined": {"vraag": question.text, "wie": by, "eigen woorden": details.get("own", "")},
        "named": {"vraag": question.text, "wie": by},
    }
    return own[kind] | {"link": link}


def still_news(session: Session, waiting: Mail) -> bool:
    """Whether the notice that this mail goes with is still there, unread, and not told anew since: else the mail says nothing new."""
    kinds = [kind for kind, key in MAILS.items() if key == waiting.purpose]
    same = session.scalars(
        sa.select(Notice.at).where(
            Notice.person_id == waiting.person_id, Notice.lab_id == waiting.lab_id, Notice.kind.in_(kinds), Notice.read_at.is_(None)
        )
    )
    return any(abs(waiting.created_at - at) < _TOGETHER for at in same)


for _purpose in MAILS.values():
    mail.needed(_purpose)(still_news)


def take_back(tx: Tx, person_ids: Collection[int | None], question: KnowledgeQuestion, kind: str, by_name: str) -> set[int]:
    """Takes notices back that have not been read, and with them their mails. Gives whom it was taken back from: they need not hear more."""
    people = [one for one in person_ids if one is not None]
    waiting = sa.and_(
        Notice.person_id.in_(people),
        Notice.question_id == question.id,
        Notice.kind == kind,
        Notice.by_name == by_name[:120],
        Notice.read_at.is_(None),
    )
    untold = set(tx.session.scalars(sa.select(Notice.person_id).where(waiting)))
    tx.session.execute(sa.delete(Notice).where(waiting))
    return untold


def unread(session: Session, person_id: int, lab_id: int, question_id: int | None = None) -> Sequence[Notice]:
    """What somebody has not read yet about this lab (or one question of it), oldest first."""
    mine = sa.select(Notice).where(Notice.person_id == person_id, Notice.lab_id == lab_id, Notice.read_at.is_(None))
    if question_id is not None:
        mine = mine.where(Notice.question_id == question_id)
    return session.scalars(mine.order_by(Notice.at, Notice.id)).all()


def all_of(session: Session, person_id: int, lab_id: int) -> Sequence[Notice]:
    """All that somebody was told about this lab, newest first."""
    mine = sa.select(Notice).where(Notice.person_id == person_id, Notice.lab_id == lab_id)
    return session.scalars(mine.order_by(Notice.at.desc(), Notice.id.desc())).all()


def mark_read(tx: Tx, person_id: int, notice_ids: Collection[int]) -> None:
    """These have been read, as far as they are this person's own."""
    mine = sa.update(Notice).where(Notice.person_id == person_id, Notice.id.in_(list(notice_ids)), Notice.read_at.is_(None))
    tx.session.execute(mine.values(read_at=clock.now()))
