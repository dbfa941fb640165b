"""What is printed for the day: a sheet per group, a sign per door, and everybody by name with their group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kennislab.accounts.models import Person
from kennislab.grouping import queries
from kennislab.grouping.models import WorkingGroup
from kennislab.invitations import queries as invitations
from kennislab.programme import queries as programmes
from kennislab.programme.models import Lab
from kennislab.questions.models import KnowledgeQuestion


@dataclass(frozen=True, slots=True)
class Sheet:
    """A group on paper. ``people``: (name, municipality), without who does not come."""

    group: WorkingGroup
    people: list[tuple[str, str]]
    questions: Sequence[KnowledgeQuestion]
    method: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody in the list of names; ``group`` is None as long as they have none."""

    name: str
    place: str
    group: WorkingGroup | None


def _place(one: Person, towns: Mapping[str, str]) -> str:
    return towns.get(one.municipality_code or "", one.organisation)


def sheets(session: Session, lab: Lab, methods: Mapping[str, str]) -> list[Sheet]:
    """A sheet for each group, in order. ``methods``: key → name."""
    groups = queries.groups_of(session, lab.id)
    away = invitations.not_coming(session, lab.id)
    towns = programmes.municipality_names(session, [one.person.municipality_code for group in groups for one in group.members])
    made = []
    for group in groups:
        people = sorted((one.person for one in group.members if one.person_id not in away), key=lambda one: (one.name.casefold(), one.id))
        asked = queries.questions_of_theme(session, group.theme_id) if group.theme_id else []
        made.append(Sheet(group, [(one.name, _place(one, towns)) for one in people], asked, methods.get(group.method or "", "")))
    return made


def doors(made: Sequence[Sheet]) -> list[tuple[str, list[Sheet]]]:
    """(room, the groups that sit there), in the order in which the rooms come up; a room is the same in capitals and small letters."""
    by_room: dict[str, tuple[str, list[Sheet]]] = {}
    for sheet in made:
        if room := sheet.group.room.strip():
            by_room.setdefault(room.casefold(), (room, []))[1].append(sheet)
    return list(by_room.values())


def names(session: Session, lab: Lab) -> list[Listed]:
    """Every participant who comes, and who else has a place in a group, by name."""
    groups = queries.groups_of(session, lab.id)
    away = invitations.not_coming(session, lab.id)
    at = {one.person_id: group for group in groups for one in group.members}
    people = {one.id: one for one in queries.people_to_place(session, lab.programme_id)}
    for group in groups:
        people |= {one.person_id: one.person for one in group.members}
        if group.leader is not None:
            people.setdefault(group.leader.id, group.leader)
            at.setdefault(group.leader.id, group)
    towns = programmes.municipality_names(session, [one.municipality_code for one in people.values()])
    coming = sorted((one for one in people.values() if one.id not in away), key=lambda one: (one.name.casefold(), one.id))
    return [Listed(one.name, _place(one, towns), at.get(one.id)) for one in coming]
