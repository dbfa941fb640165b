"""Loads who is invited to the newest lab and what they said."""

from __future__ import annotations

from datetime import timedelta

from kennislab.core import clock
from kennislab.core.transaction import Tx
from kennislab.demo.history import Times, at
from kennislab.demo.people import Cast
from kennislab.demo.shapes import Lab
from kennislab.invitations import operations as invitations
from kennislab.invitations import queries, waves
from kennislab.invitations.models import Answer, Invitation
from kennislab.programme.models import Lab as LabRow
from kennislab.programme.models import LabState

NOTES = ("Ik kom een half uur later: eerst de kinderen naar school.", "Ik eet vegetarisch.", "Ik neem onze wijkmanager mee, als dat mag.")
STILL_ASKING = (LabState.COLLECTING, LabState.GROUPING)


def invite(tx: Tx, cast: Cast, lab: Lab, row: LabRow, times: Times, state: LabState) -> None:
    """Everybody of the programme is invited by mail five weeks before, and most have answered; who asks a question comes.

    Once people sit in groups nobody has said no: the groups were made for who comes.
    """
    now = clock.now()
    first = min(times.starts - timedelta(days=35), now - timedelta(days=12))
    asking = {cast.row(question.by).id for question in lab.questions}
    staff = cast.actor(lab.facilitator)
    with at(first):
        made = invitations.invite(tx, row, sorted(cast.rows.values(), key=lambda one: one.id), staff.name)
        wave = waves.prepare_wave(tx, row, "invitation", staff.name)
        wave.released_at, wave.released_by_name = first, staff.name
        for number, mail in enumerate(queries.mails_of_wave(tx.session, wave.id)):
            mail.state, mail.tries, mail.sent_at = "sent", 1, first + timedelta(seconds=number)
    for number, one in enumerate(made):
        said = _said(one, number, asking, state)
        if said is not Answer.OPEN:  # straight into the tables: nobody listens yet, and each would be a statement of its own
            one.answer, one.how, one.answered_at = said, "link", first + timedelta(hours=3 + 5 * number % 150)
            one.by_name, one.note = "", NOTES[number % 3] if number % 9 == 4 else ""
    tx.session.flush()


def _said(one: Invitation, number: int, asking: set[int], state: LabState) -> Answer:
    if one.person_id in asking:
        return Answer.COMING
    if state not in STILL_ASKING:
        return Answer.OPEN if number % 11 == 7 else Answer.COMING
    return (Answer.COMING, Answer.OPEN, Answer.COMING, Answer.NOT_COMING, Answer.OPEN)[number % 5]
