"""Who may do what with a programme and its labs. First the person, then the state of the lab.

Somebody outside the programme gets "not found": that it exists is not theirs to know.
"""

from __future__ import annotations

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Role
from kennislab.core.errors import N_, DomainError, NotFound, NotSignedIn, Refused
from kennislab.programme import states
from kennislab.programme.models import Lab, LabState

Verdict = bool | DomainError


def is_member(actor: Actor, programme_id: int) -> Verdict:
    """Anybody with a role in the programme."""
    if not actor.known:
        return NotSignedIn()
    return True if actor.has_role(programme_id) else NotFound()


def is_staff(actor: Actor, programme_id: int) -> Verdict:
    """Facilitators and coordinators of the programme."""
    member = is_member(actor, programme_id)
    if not member or actor.is_staff(programme_id):
        return member
    return Refused("not-facilitator", N_("Dit is voor begeleiders"), N_("Vraag een begeleider of de coördinator om dit te doen."))


def is_coordinator(actor: Actor, programme_id: int) -> Verdict:
    """Coordinators of the programme."""
    member = is_member(actor, programme_id)
    if not member or actor.has_role(programme_id, Role.COORDINATOR):
        return member
    return Refused("not-coordinator", N_("Dit is voor de coördinator"), N_("Vraag de coördinator van je programma om dit te doen."))


def may_see_programme(actor: Actor, programme_id: int) -> Verdict:
    """Its pages, labs and people's roles: everybody in it."""
    return is_member(actor, programme_id)


def may_manage_programme(actor: Actor, programme_id: int) -> Verdict:
    """Its data, municipalities, districts, participation, people; planning labs."""
    return is_coordinator(actor, programme_id)


def may_see_people(actor: Actor, programme_id: int) -> Verdict:
    """Names with addresses: who runs the programme."""
    return is_staff(actor, programme_id)


def may_see_mail(actor: Actor, programme_id: int) -> Verdict:
    """The outbox and the words of mails: who runs the programme."""
    return is_staff(actor, programme_id)


def may_send_mail(actor: Actor, programme_id: int) -> Verdict:
    """Editing, holding, releasing and sending again: who runs the programme."""
    return is_staff(actor, programme_id)


def may_edit_mail_words(actor: Actor, programme_id: int) -> Verdict:
    """The programme's own words for its mails: coordinators."""
    return is_coordinator(actor, programme_id)


def may_see_lab(actor: Actor, lab: Lab) -> Verdict:
    """Everybody in the programme, in every state."""
    return is_member(actor, lab.programme_id)


def may_edit_lab(actor: Actor, lab: Lab) -> Verdict:
    """Title, day, place and deadline: staff, until the room opens."""
    who = is_staff(actor, lab.programme_id)
    return states.verdict(lab.state, "edit_lab") if who is True else who


def may_edit_agenda(actor: Actor, lab: Lab) -> Verdict:
    """Staff, until the room opens."""
    who = is_staff(actor, lab.programme_id)
    return states.verdict(lab.state, "edit_agenda") if who is True else who


def may_prepare_day(actor: Actor, lab: Lab) -> Verdict:
    """Speakers with what they show, and the words of the evaluation: staff, until the room closes; a speaker brings slides on the day."""
    who = is_staff(actor, lab.programme_id)
    if who is not True or states.allows(lab.state, "edit_agenda"):
        return who
    return states.verdict(lab.state, "run_session")


def may_delete_lab(actor: Actor, lab: Lab) -> Verdict:
    """Coordinators, while it is only planned."""
    who = is_coordinator(actor, lab.programme_id)
    return states.verdict(lab.state, "delete_lab") if who is True else who


def may_move_lab(actor: Actor, lab: Lab, to: LabState) -> Verdict:
    """Staff, one state on or back; the archive is reached by sealing the harvest."""
    who = is_staff(actor, lab.programme_id)
    if who is not True:
        return who
    if to in states.moves(lab.state):
        return True
    return Refused(
        "no-such-move",
        N_("Dit kan nu niet"),
        N_("Het lab is intussen verder of terug gezet. Vernieuw de pagina en kijk waar het staat."),
        status=409,
    )


def may_see_join_code(actor: Actor, lab: Lab) -> Verdict:
    """Staff until the room is closed for good; participants once it is open, to help a neighbour in."""
    member = is_member(actor, lab.programme_id)
    if member is not True:
        return member
    if actor.is_staff(lab.programme_id) and lab.state is not LabState.ARCHIVED:
        return True
    return states.verdict(lab.state, "join")
