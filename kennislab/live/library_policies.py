"""Who may look in a programme's library of methods, and who may change it."""

from __future__ import annotations

from kennislab.accounts.actors import Actor
from kennislab.programme.policies import Verdict, is_coordinator, is_staff


def may_see_library(actor: Actor, programme_id: int) -> Verdict:
    """Facilitators and coordinators: the one prepares with it, the other keeps it."""
    return is_staff(actor, programme_id)


def may_change_library(actor: Actor, programme_id: int) -> Verdict:
    """Coordinators: what they keep, every room of the programme can run."""
    return is_coordinator(actor, programme_id)
