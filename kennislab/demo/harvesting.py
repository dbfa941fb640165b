"""The meeting of a few days ago whose harvest is open: judged in part, and looked over by some of who took part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from kennislab.archive import checking, judging
from kennislab.archive.models import ArchiveItem, Consent, Status
from kennislab.core import clock
from kennislab.demo import archives
from kennislab.demo.history import Times, at
from kennislab.demo.rooms import Room
from kennislab.demo.shapes import Lab
from kennislab.programme import mails
from kennislab.questions.models import KnowledgeQuestion

SATURDAY = 5


def held(lab: Lab, today: date) -> Lab:
    """The same, held on the last working day but one before today, or nearly; so that its look-over of three days is still open."""
    day = next(day for back in (2, 1, 3) if (day := today - timedelta(days=back)).weekday() < SATURDAY)
    later = day - lab.day
    items = tuple(replace(item, due=item.due + later) if item.due else item for item in lab.items)
    return replace(lab, day=day, deadline=lab.deadline + later, items=items)


def work_on(room: Room, asked: Mapping[str, KnowledgeQuestion], times: Times) -> None:
    """Who contributed is asked by mail to look over their own; the facilitator begins that evening, some look the next morning."""
    items = archives.by_slug(room, asked)
    latest = clock.now() - timedelta(hours=1)
    with at(times.ends + timedelta(minutes=20)):
        _ask(room)
    with at(min(times.ends + timedelta(hours=3), latest)):
        archives.judge(room, items)
        groups = {one.slug: one.group for one in room.lab.questions} | {one.slug: one.group for one in room.lab.items}
        done = [items[slug] for slug, group in groups.items() if group in room.lab.harvest.groups]
        judging.confirm_some(room.tx, [item for item in done if item.status is Status.DRAFT])
        archives.tie(room, items, {})
    with at(min(times.ends + timedelta(hours=17), latest)):
        _look(room, items)


def _ask(room: Room) -> None:
    check = checking.check_of(room.tx.session, room.row.id)
    if check is None:
        raise LookupError("the look-over opens with the harvest")
    for number, (person, own) in enumerate(checking.contributors(room.tx.session, room.row)):
        values = {"nakijken tot": mails.moment_words(check.until, person.language), "aantal": str(own)}
        mark_sent(mails.prepare(room.tx, person, checking.ASK, room.row, values), clock.now() + timedelta(seconds=number))


def mark_sent(mail: mails.Mail | None, moment: datetime) -> mails.Mail:
    """The mail server took it at that moment."""
    if mail is None:
        raise LookupError("somebody of the demo has no address")
    mail.state, mail.tries, mail.created_at, mail.sent_at = "sent", 1, moment, moment
    return mail


def _look(room: Room, items: Mapping[str, ArchiveItem]) -> None:
    looked, by = room.content.looked, {said.slug: said.by for said in room.lab.items}
    for person in looked.approved:
        row = room.cast.row(person)
        checking.approve_own(room.tx, [item for item in items.values() if item.person_id == row.id])
    for slug, text in looked.corrected.items():
        checking.correct_own(room.tx, items[slug], text, room.cast.actor(by[slug]))
    for slug in sorted(looked.withdrawn):
        checking.withdraw_own(room.tx, items[slug])
    for slug, consent in looked.limited.items():
        checking.limit_own(room.tx, items[slug], Consent(consent))
