"""Who may do what with invitations: first the person, then the state of the lab."""

from __future__ import annotations

from kennislab.accounts.actors import Actor
from kennislab.core.errors import DomainError, NotFound
from kennislab.invitations.models import Invitation
from kennislab.programme import states
from kennislab.programme.models import Lab
from kennislab.programme.policies import is_coordinator, is_member, is_staff

Verdict = bool | DomainError


def may_see_invitations(actor: Actor, lab: Lab) -> Verdict:
    """Who is invited and what they said: staff, in every state."""
    return is_staff(actor, lab.programme_id)


def may_invite(actor: Actor, lab: Lab) -> Verdict:
    """Inviting, reminding, filling in for somebody: staff, until the room closes."""
    who = is_staff(actor, lab.programme_id)
    return states.verdict(lab.state, "invite") if who is True else who


def may_send_unread(actor: Actor, lab: Lab) -> Verdict:
    """Letting reminders leave by themselves, without anybody looking at them first: coordinators."""
    who = is_coordinator(actor, lab.programme_id)
    return states.verdict(lab.state, "invite") if who is True else who


def may_see_calendar(actor: Actor, lab: Lab) -> Verdict:
    """The lab as a calendar file: everybody in the programme."""
    return is_member(actor, lab.programme_id)


def may_see_own(actor: Actor, lab: Lab, invitation: Invitation | None) -> Verdict:
    """One's own invitation; who was not invited has none."""
    member = is_member(actor, lab.programme_id)
    if member is not True:
        return member
    return True if invitation is not None else NotFound()


def may_answer(lab: Lab) -> Verdict:
    """Whoever holds the invitation (by the personal link, or signed in as its person): until the room closes."""
    return states.verdict(lab.state, "answer_invitation")
