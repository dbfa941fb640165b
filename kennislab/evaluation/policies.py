"""Who sees the year, and who writes its decisions down."""

from __future__ import annotations

from kennislab.accounts.actors import Actor
from kennislab.core.errors import DomainError
from kennislab.programme.policies import is_coordinator, is_member

Verdict = bool | DomainError


def may_see_year(actor: Actor, programme_id: int) -> Verdict:
    """Everybody in the programme: decisions are open among the cities."""
    return is_member(actor, programme_id)


def may_record_decision(actor: Actor, programme_id: int) -> Verdict:
    """Coordinators."""
    return is_coordinator(actor, programme_id)


def may_see_insight(actor: Actor, programme_id: int) -> Verdict:
    """Everybody in the programme; what stayed in a group is counted for staff only (see ``insight.scope``)."""
    return is_member(actor, programme_id)
