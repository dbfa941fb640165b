"""Who may see and change the board and the groups: first the person, then the state of the lab.

Facilitators and coordinators work on the board; participants read it when it is ready.
"""

from __future__ import annotations

from kennislab.accounts.actors import Actor
from kennislab.core.errors import N_, DomainError, Refused
from kennislab.programme import states
from kennislab.programme.models import Lab, LabState
from kennislab.programme.policies import is_member, is_staff

Verdict = bool | DomainError

_UNFINISHED = frozenset({LabState.PLANNED, LabState.COLLECTING, LabState.GROUPING})


def _when_ready(actor: Actor, lab: Lab) -> Verdict:
    member = is_member(actor, lab.programme_id)
    if member is not True or actor.is_staff(lab.programme_id) or lab.state not in _UNFINISHED:
        return member
    return Refused(
        "not-ready",
        N_("De groepen zijn nog niet klaar"),
        N_("De begeleider is er nog mee bezig. Je leest hier binnenkort in welke groep je zit."),
        status=409,
    )


def may_see_board(actor: Actor, lab: Lab) -> Verdict:
    """Staff in every state (also to look on while questions come in); participants from *ready* on."""
    return _when_ready(actor, lab)


def may_edit_board(actor: Actor, lab: Lab) -> Verdict:
    """Staff, from *grouping* until the room opens."""
    who = is_staff(actor, lab.programme_id)
    return states.verdict(lab.state, "group_questions") if who is True else who


def may_see_history(actor: Actor, lab: Lab) -> Verdict:
    """Who moved what: staff, in every state."""
    return is_staff(actor, lab.programme_id)


def may_see_groups(actor: Actor, lab: Lab) -> Verdict:
    """Staff in every state; participants from *ready* on."""
    return _when_ready(actor, lab)


def may_make_groups(actor: Actor, lab: Lab) -> Verdict:
    """Staff, from *grouping* until the room closes: a room changes on the day itself too."""
    who = is_staff(actor, lab.programme_id)
    return states.verdict(lab.state, "make_groups") if who is True else who


def may_place_people(actor: Actor, lab: Lab) -> Verdict:
    """Staff, from *grouping* until the room closes."""
    who = is_staff(actor, lab.programme_id)
    return states.verdict(lab.state, "place_people") if who is True else who


def may_rank(actor: Actor, lab: Lab, opened: bool) -> Verdict:
    """Saying for oneself which themes one would like: everybody in the programme, in *grouping* and *ready*, while it is open
    (``opened``: :func:`kennislab.grouping.ranking.is_open`)."""
    member = is_member(actor, lab.programme_id)
    now = states.verdict(lab.state, "rank_themes") if member is True else member
    if now is not True or opened:
        return now
    return Refused(
        "ranking-closed",
        N_("Kiezen kan nu niet"),
        N_("De begeleider heeft het kiezen nog niet geopend, of alweer gesloten. Wil je iets anders? Vraag het de begeleider."),
        status=409,
    )


def may_rank_for(actor: Actor, lab: Lab) -> Verdict:
    """Opening and closing the choice of themes, seeing who chose, filling it in for somebody: staff, in *grouping* and *ready*."""
    who = is_staff(actor, lab.programme_id)
    return states.verdict(lab.state, "rank_themes") if who is True else who


def may_assign(actor: Actor, lab: Lab) -> Verdict:
    """Having the app place people, with settings and wishes: staff, from *grouping* until the room closes (a walk-in comes on the day)."""
    return may_place_people(actor, lab)


def may_see_ranking(actor: Actor, lab: Lab) -> Verdict:
    """The page to choose themes on: everybody in the programme, in *grouping* and *ready*; whether it is open is another matter."""
    member = is_member(actor, lab.programme_id)
    return states.verdict(lab.state, "rank_themes") if member is True else member


def may_see_own(actor: Actor, lab: Lab) -> Verdict:
    """The page about oneself: everybody in the programme, in every state."""
    return is_member(actor, lab.programme_id)


def may_print(actor: Actor, lab: Lab) -> Verdict:
    """Sheets, door signs and the list of names: staff, in every state."""
    return is_staff(actor, lab.programme_id)
