"""Groups a lab's questions into themes, makes working groups of them and places people, as its facilitator would."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa

from kennislab.core import clock
from kennislab.core.transaction import Tx
from kennislab.demo.history import Times, at, local
from kennislab.demo.people import Cast
from kennislab.demo.shapes import Content, Group, Lab
from kennislab.grouping import assigning, keeping, operations, placing, proposing, ranking
from kennislab.grouping.models import BoardChange, GroupMember, Placement, Ranking, Theme, WorkingGroup
from kennislab.grouping.placing import GroupData
from kennislab.programme.models import Lab as LabRow
from kennislab.questions.models import KnowledgeQuestion


@dataclass(frozen=True)
class Groups:
    """``ids``: slug of a group to its id; ``of``: slug of a person to the id of their group. Ids as the live room knows them."""

    ids: Mapping[str, str] = field(default_factory=dict)
    of: Mapping[str, str] = field(default_factory=dict)


def propose(tx: Tx, content: Content, cast: Cast, row: LabRow, asked: Mapping[str, KnowledgeQuestion], times: Times) -> None:
    """What the app proposed, kept; the facilitator's own themes with three cards each, which the app filled; and choosing is open."""
    by, now = cast.actor(content.newest.facilitator), clock.now()
    began = min(times.deadline + timedelta(days=1), now - timedelta(hours=4))
    with at(began):
        proposing.propose_now(tx, row, by)
        keeping.keep(tx, row, by, content.before.proposal).at = began
        themes = _themes(tx, content, cast, row, asked, 3)
        proposing.propose_now(tx, row, by, len(themes))
    changes = tx.session.scalars(sa.select(BoardChange).where(BoardChange.lab_id == row.id).order_by(BoardChange.id))
    for number, change in enumerate(changes):
        change.at = began + timedelta(minutes=5 * number)
    with at(began + timedelta(hours=2)):
        ranking.open_ranking(tx, row, local((times.starts - timedelta(days=2)).date(), "12:00"), by)
        _rank(tx, content, cast, row, themes, content.before.still_choosing)


def make(tx: Tx, content: Content, cast: Cast, row: LabRow, asked: Mapping[str, KnowledgeQuestion]) -> Groups:
    """Themes from the lab's proposals, a working group for each, everybody's wishes, and people placed by them."""
    by, lab, asked_for = cast.actor(content.newest.facilitator), content.newest, content.before.placing
    themes = _themes(tx, content, cast, row, asked)
    ranking.open_ranking(tx, row, None, by)
    _rank(tx, content, cast, row, themes, frozenset())
    ranking.close_ranking(tx, row, by)
    of_theme = {group.theme_id: group.id for group in placing.make_groups(tx, row, by)}
    numbers = {group.slug: of_theme[themes[group.slug]] for group in lab.groups}
    for group in lab.groups:
        data = GroupData(group.name, group.room, cast.row(group.leader).id, *asked_for.size, asked_for.methods[group.slug])
        placing.change_group(tx, row, by, numbers[group.slug], data)
    for kind, wishes in (("together", asked_for.together), ("apart", asked_for.apart)):
        for people in wishes:
            placing.add_wish(tx, row, by, kind, [cast.rows[slug].id for slug in people])
    for slug, group_slug in asked_for.pinned.items():
        placing.place_people(tx, row, by, [cast.rows[slug].id], numbers[group_slug])
    assigning.set_up(tx, row, by, assigning.Settings(asked_for.per_municipality))
    assigning.assign_now(tx, row, by)
    slugs = {cast.rows[slug].id: slug for slug in cast.rows}
    where = {number: slug for slug, number in numbers.items()}
    seats = {
        slugs[one.person_id]: where[one.group_id] for one in tx.session.scalars(sa.select(GroupMember).where(GroupMember.lab_id == row.id))
    }
    return _as_the_room_knows_them(numbers, seats)


def _themes(tx: Tx, content: Content, cast: Cast, row: LabRow, asked: Mapping[str, KnowledgeQuestion], most: int = 99) -> dict[str, int]:
    """A theme for each group of the newest lab, with its (first) questions: slug of the group to the theme's id."""
    by, titles = cast.actor(content.newest.facilitator), {one.slug: one for one in content.newest.proposals}
    made = {}
    for group in content.newest.groups:
        proposal = titles[group.proposal or ""]
        made[group.slug] = operations.create_theme(tx, row, by, proposal.label, [asked[slug].id for slug in proposal.questions[:most]]).id
    return made


def _rank(tx: Tx, content: Content, cast: Cast, row: LabRow, themes: Mapping[str, int], besides: Collection[str]) -> None:
    """Straight into the table: what everybody chose is one statement, where the operation is several for each."""
    rows = [
        {
            "lab_id": row.id,
            "person_id": cast.rows[slug].id,
            "choices": [themes[one] for one in ranks.choices],
            "solved": sorted(themes[one] for one in ranks.solved),
            "can_lead": ranks.can_lead,
            "at": clock.now() + timedelta(minutes=11 * number % 400),
            "by_name": "",
        }
        for number, (slug, ranks) in enumerate(content.before.rankings.items())
        if slug not in besides
    ]
    tx.session.execute(sa.insert(Ranking), rows)


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
