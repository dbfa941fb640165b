"""Who has which role in a run: to begin with, and after somebody got another or a case was taken up. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kennislab.live.methods import seating
from kennislab.live.methods.casting import SUPPORT
from kennislab.live.methods.model import Method
from kennislab.live.methods.seating import Member
from kennislab.live.room.cases_state import Case
from kennislab.live.room.run_cases import OWNER_ROLES, owner_role
from kennislab.live.room.runs_state import Run
from kennislab.live.room.state import Person
from kennislab.live.room.turns import LEADER

ONE_OF = (LEADER, *OWNER_ROLES, "note_taker", "timekeeper")
"""Roles that one person at a time has."""


def as_members(people: Sequence[Person]) -> list[Member]:
    """For who seats people."""
    return [Member(one.id, one.municipality) for one in people]


def cast(method: Method, people: Sequence[Person], group: str | None, owner: str | None, seed: str) -> dict[str, str]:
    """Roles to begin with. A group has somebody who leads from the phone; with everybody together the facilitator does."""
    found = seating.suggest(method, as_members(people), owner, seed)
    if group is None:
        return {one: role for one, role in found.items() if role not in SUPPORT}
    return with_leader(found, people)


def with_leader(found: dict[str, str], people: Sequence[Person]) -> dict[str, str]:
    """The same roles, with a discussion leader when there is anybody to be one."""
    if LEADER in found.values() or not people:
        return found
    order = ("note_taker", "timekeeper", None)
    free = sorted((one.id for one in people if found.get(one.id) in order), key=lambda one: order.index(found.get(one)))
    return {**found, free[0]: LEADER} if free else found


def recast(found: Mapping[str, str], participant: str, role: str | None) -> dict[str, str]:
    """The roles after somebody got another: of some there is one only."""
    kept = {one: had for one, had in found.items() if one != participant and not (role in ONE_OF and had == role)}
    return kept if role is None else {**kept, participant: role}


def roles_with_case(run: Run, people: Sequence[Person], case: Case) -> dict[str, str]:
    """The roles once this case is taken up: its owner has the case, and somebody else does what the owner did."""
    role = owner_role(run.method)
    if role is None or case.owner not in {one.id for one in people}:
        return dict(run.roles)
    return with_leader(recast(run.roles, case.owner, role), people) if run.group is not None else recast(run.roles, case.owner, role)
