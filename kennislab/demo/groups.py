"""Groups a lab's questions into themes, makes working groups of them and places people, as its facilitator would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from kennislab.core.transaction import Tx
from kennislab.demo.people import Cast
from kennislab.demo.shapes import Group, Lab
from kennislab.grouping import operations, placing
from kennislab.grouping.models import GroupMember, Placement, Theme, WorkingGroup
from kennislab.grouping.placing import GroupData
from kennislab.programme.models import Lab as LabRow
from kennislab.questions.models import KnowledgeQuestion

SIZE = (3, 14)


@dataclass(frozen=True)
class Groups:
    """``ids``: slug of a group to its id; ``of``: slug of a person to the id of their group. Ids as the live room knows them."""

    ids: Mapping[str, str] = field(default_factory=dict)
    of: Mapping[str, str] = field(default_factory=dict)


def make(tx: Tx, cast: Cast, lab: Lab, row: LabRow, asked: Mapping[str, KnowledgeQuestion]) -> Groups:
    """Themes from the lab's proposals, a working group for each, and everybody placed: through the board's own operations."""
    by = cast.actor(lab.facilitator)
    titles = {proposal.slug: proposal.label for proposal in lab.proposals}
    for proposal in lab.proposals:
        operations.create_theme(tx, row, by, proposal.label, [asked[slug].id for slug in proposal.questions])
    made = {group.name: group.id for group in placing.make_groups(tx, row, by)}
    numbers = {group.slug: made[titles[group.proposal or ""]] for group in lab.groups}
    for group in lab.groups:
        data = GroupData(group.name, group.room, cast.row(group.leader).id, *SIZE)
        placing.change_group(tx, row, by, numbers[group.slug], data)
    seats = _seats(lab)
    _seat_the_rest(cast, lab, seats)
    for slug, number in numbers.items():
        placing.place_people(tx, row, by, [cast.rows[person].id for person, group in seats.items() if group == slug], number)
    return _as_the_room_knows_them(numbers, seats)


def remember(tx: Tx, cast: Cast, lab: Lab, row: LabRow, asked: Mapping[str, KnowledgeQuestion]) -> Groups:
    """The themes and groups of a lab in the past: straight into the tables, as nobody will undo or look on any more."""
    rows: dict[str, WorkingGroup] = {}
    for position, group in enumerate(lab.groups, 1):
        theme = Theme(lab_id=row.id, title=group.name, position=float(position), tone=position)
        rows[group.slug] = WorkingGroup(lab_id=row.id, theme=theme, name=group.name, leader_id=cast.row(group.leader).id, position=position)
    tx.session.add_all(rows.values())
    tx.session.flush()
    cards = [
        {
            "question_id": asked[slug].id,
            "lab_id": row.id,
            "theme_id": rows[group.slug].theme_id,
            "position": float(place),
            "placed_by_person": True,
        }
        for group in lab.groups
        for place, slug in enumerate(_questions(lab, group), 1)
    ]
    seats = _seats(lab)
    people = [{"lab_id": row.id, "person_id": cast.rows[slug].id, "group_id": rows[group].id} for slug, group in seats.items()]
    tx.session.execute(sa.insert(Placement).values(lab_id=row.id, placed_by_person=True), cards)
    tx.session.execute(sa.insert(GroupMember), people)
    return _as_the_room_knows_them({slug: group.id for slug, group in rows.items()}, seats)


def _as_the_room_knows_them(numbers: Mapping[str, int], seats: Mapping[str, str]) -> Groups:
    ids = {slug: str(number) for slug, number in numbers.items()}
    return Groups(ids, {person: ids[group] for person, group in seats.items()})


def _questions(lab: Lab, group: Group) -> list[str]:
    if group.proposal:
        return list(next(proposal for proposal in lab.proposals if proposal.slug == group.proposal).questions)
    return [question.slug for question in lab.questions if question.group == group.slug]


def _seats(lab: Lab) -> dict[str, str]:
    """Who sits where: leaders in their own group, then who spoke where they spoke most, then who asked with their question."""
    seats = {group.leader.slug: group.slug for group in lab.groups}
    for person in dict.fromkeys(item.by for item in lab.items):
        said = [item.group for item in lab.items if item.by == person and item.group is not None]
        if said and person.city is not None:
            seats.setdefault(person.slug, max(said, key=said.count))
    for group in lab.groups:
        for slug in _questions(lab, group):
            asker = next(question.by for question in lab.questions if question.slug == slug)
            seats.setdefault(asker.slug, group.slug)
    return seats


def _seat_the_rest(cast: Cast, lab: Lab, seats: dict[str, str]) -> None:
    """Everybody else of the programme gets a seat: in the smallest group, rather one that has nobody from their city yet."""
    city = {slug: row.municipality_code for slug, row in cast.rows.items()}
    for slug in cast.rows:
        if slug in seats or city[slug] is None:
            continue
        sizes = Counter({group.slug: 0 for group in lab.groups} | Counter(seats.values()))
        same = {group for person, group in seats.items() if city[person] == city[slug]}
        seats[slug] = min(sizes, key=lambda group: (group in same, sizes[group]))
