"""Loads who is invited to the newest lab, what they said, and the mails about it."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from kennislab.core import bounces, clock
from kennislab.core.mail import Mail
from kennislab.core.transaction import Tx
from kennislab.demo.history import Times, at
from kennislab.demo.people import Cast
from kennislab.demo.shapes import Content
from kennislab.invitations import operations as invitations
from kennislab.invitations import queries, waves
from kennislab.invitations.models import Answer, Invitation
from kennislab.programme.models import Lab as LabRow
from kennislab.programme.models import LabState


def draft(tx: Tx, content: Content, cast: Cast, row: LabRow) -> list[Invitation]:
    """Everybody of the programme is invited; the mails wait to be read."""
    staff = cast.actor(content.newest.facilitator)
    made = invitations.invite(tx, row, sorted(cast.rows.values(), key=lambda one: one.id), staff.name)
    waves.prepare_wave(tx, row, "invitation", staff.name)
    return made


def invite(tx: Tx, content: Content, cast: Cast, row: LabRow, times: Times, state: LabState) -> None:
    """Everybody is invited by mail five weeks before; most answered at once, some after the reminder, some not, and one mail came back.

    While questions are collected the reminder is written and waits to be read.
    """
    now, said, staff = clock.now(), content.before.invited, cast.actor(content.newest.facilitator)
    first = min(times.starts - timedelta(days=35), now - timedelta(days=12))
    reminded = None if state is LabState.COLLECTING else min(times.starts - timedelta(days=12), now - timedelta(days=3))
    with at(first):
        made = draft(tx, content, cast, row)
        _send(tx, row, staff.name)
    with at(first + timedelta(minutes=1)):
        bounces.take(
            tx,
            [
                bounces.Notification((cast.rows[slug].email or "").lower(), "failed", "5.1.1", why, "", ())
                for slug, why in said.bounced.items()
            ],
        )
    by_id = {one.person_id: one for one in made}
    answers = {slug: by_id[row.id] for slug, row in cast.rows.items() if slug not in said.bounced and slug not in said.silent}
    _answer({slug: one for slug, one in answers.items() if slug not in said.late}, content, first)
    tx.session.flush()
    with at(reminded or now):
        waves.prepare_wave(tx, row, "reminder_answer", staff.name)
        if reminded is not None:
            _send(tx, row, staff.name)
            _answer({slug: one for slug, one in answers.items() if slug in said.late}, content, reminded)
    tx.session.flush()


def prepare(tx: Tx, content: Content, cast: Cast, row: LabRow, kind: str) -> None:
    """Mails of this kind for who needs one now; they wait to be read."""
    waves.prepare_wave(tx, row, kind, cast.actor(content.newest.facilitator).name)


def _send(tx: Tx, row: LabRow, by: str) -> None:
    """Lets the latest wave go; the mail server took it at once."""
    wave = queries.waves_of(tx.session, row.id)[0]
    waves.release_wave(tx, wave, by)
    for number, mail in enumerate(queries.mails_of_wave(tx.session, wave.id)):
        mail.state, mail.tries, mail.created_at, mail.sent_at = "sent", 1, clock.now(), clock.now() + timedelta(seconds=number)


def _answer(those: dict[str, Invitation], content: Content, since: datetime) -> None:
    """Straight into the tables: nobody listens yet, and each would be a statement of its own."""
    said = content.before.invited
    for number, (slug, one) in enumerate(those.items()):
        one.answer = Answer.NOT_COMING if slug in said.away else Answer.COMING
        one.note = said.away.get(slug) or said.notes.get(slug, "")
        one.how, one.by_name, one.answered_at = "link", "", since + timedelta(hours=3 + 5 * number % 60)


def settle(tx: Tx) -> None:
    """Mails that should have left by now have: the mail server took them at their time."""
    gone = sa.and_(Mail.state == "released", Mail.send_after <= clock.now())
    tx.session.execute(sa.update(Mail).where(gone).values(state="sent", tries=1, sent_at=Mail.send_after, created_at=Mail.send_after))
