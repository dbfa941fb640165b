"""Writing invitations and what people answer. The mails about them: :mod:`kennislab.invitations.waves`."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from kennislab.accounts import queries as people
from kennislab.accounts.models import Person
from kennislab.core import clock
from kennislab.core.errors import N_, Conflict, Invalid, require
from kennislab.core.mail import WAITING, Mail
from kennislab.core.transaction import Tx
from kennislab.invitations import policies, queries, signals
from kennislab.invitations.models import Answer, Invitation
from kennislab.programme import states
from kennislab.programme.models import Lab

LONGEST_NOTE = 300


def invite(tx: Tx, lab: Lab, chosen: Iterable[Person], by: str) -> list[Invitation]:
    """Invites these people of the programme; who is invited already stays so. Returns the new invitations. No mail leaves by this.

    ``by``: the name of who invites. People outside the programme are passed over. Raises the state's refusal.
    """
    require(states.verdict(lab.state, "invite"))
    known = queries.answers(tx.session, lab.id)
    members = {person.id for person, _role in people.people_of(tx.session, lab.programme_id)}
    fresh = [
        Invitation(lab_id=lab.id, person_id=person.id, by_name=by)
        for person in {one.id: one for one in chosen}.values()
        if person.id not in known and person.id in members
    ]
    tx.session.add_all(fresh)
    tx.session.flush()
    return fresh


def answer(tx: Tx, invitation: Invitation, said: Answer, how: str, by: str = "", note: str | None = None) -> None:
    """Writes down an answer; it may change until the room closes. ``how``: link, self or staff; ``by``: the name of who filled it in.

    ``note`` None leaves the note as it is. Raises Invalid, or the state's refusal.
    """
    require(policies.may_answer(invitation.lab))
    if note is not None and len(note.strip()) > LONGEST_NOTE:
        raise Invalid(fields={"note": N_("Houd je opmerking onder de 300 tekens.")})
    if note is not None:
        invitation.note = note.strip()
    if said is not invitation.answer:
        invitation.answer = said
        tx.after_commit(signals.answered, lab=invitation.lab_id, person=invitation.person_id, answer=said)
    invitation.how, invitation.by_name = (how, by) if said is not Answer.OPEN else ("", by)
    invitation.answered_at = clock.now() if said is not Answer.OPEN else None
    tx.session.flush()


def renew_link(tx: Tx, invitation: Invitation) -> None:
    """Ends the personal links that were mailed so far; the next mail holds a new one."""
    require(states.verdict(invitation.lab.state, "invite"))
    invitation.link_rev += 1
    tx.session.flush()


def withdraw(tx: Tx, invitation: Invitation) -> None:
    """Takes back an invitation of which nobody has heard yet. Raises Conflict once a mail about it has left or somebody answered."""
    gone = sa.select(sa.func.count()).where(
        Mail.lab_id == invitation.lab_id, Mail.person_id == invitation.person_id, Mail.state.in_(("sending", "sent"))
    )
    if invitation.answer is not Answer.OPEN or tx.session.scalar(gone):
        raise Conflict(
            "invitation-known",
            N_("Deze uitnodiging is al de deur uit"),
            N_("Vul in dat deze persoon niet komt, of bel even. Terughalen kan niet meer."),
        )
    tx.session.execute(
        sa.delete(Mail).where(
            Mail.lab_id == invitation.lab_id,
            Mail.person_id == invitation.person_id,
            Mail.state.in_(WAITING),
            Mail.wave_id.is_not(None),
        )
    )
    tx.session.delete(invitation)
    tx.session.flush()
