"""Making working groups of themes, placing people in them by hand, and what the app has to keep to when it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kennislab.accounts import queries as accounts
from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.core import journal
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.text import tidy
from kennislab.core.transaction import Tx
from kennislab.grouping import queries, ranking
from kennislab.grouping.models import GroupMember, Wish, WorkingGroup
from kennislab.invitations import operations as inviting
from kennislab.invitations import queries as invitations
from kennislab.invitations.models import Answer
from kennislab.programme.models import Lab

MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class GroupData:
    """What a facilitator fills in of a group. ``method``: key of a method of consultation."""

    name: str
    room: str = ""
    leader_id: int | None = None
    least: int | None = None
    most: int | None = None
    method: str | None = None


def _announce(tx: Tx, lab: Lab, by: Actor, verb: str, columns: list[str], **details: Any) -> None:
    data = {"verb": verb, "details": details, "columns": columns, "by": by.name, "change": None}
    journal.append(tx, queries.stream_of(lab.id), [journal.Entry("groups.changed", data, actor=f"p:{by.person_id}")])


def _group(tx: Tx, lab: Lab, group_id: int) -> WorkingGroup:
    found = queries.group(tx.session, lab.id, group_id)
    if found is None:
        raise Conflict(
            "group-gone", N_("Deze groep is er niet meer"), N_("Iemand anders heeft hem weggehaald. Kijk hoe de groepen er nu uitzien.")
        )
    return found


def make_groups(tx: Tx, lab: Lab, by: Actor) -> list[WorkingGroup]:
    """A group for every theme that has none yet, by the theme's name. Returns the new ones. Raises Invalid when there are no themes."""
    journal.hold(tx, queries.stream_of(lab.id))
    there = queries.groups_of(tx.session, lab.id)
    with_group = {group.theme_id for group in there}
    themes = queries.themes_of(tx.session, lab.id)
    if not themes:
        raise Invalid("no-themes", N_("Er zijn nog geen thema’s"), N_("Maak eerst thema’s op het bord."))
    place = max((group.position for group in there), default=0)
    made = []
    for theme in themes:
        if theme.id not in with_group:
            place += 1
            made.append(WorkingGroup(lab_id=lab.id, theme_id=theme.id, theme=theme, name=theme.title, position=place))
    tx.session.add_all(made)
    tx.session.flush()
    if made:
        _announce(tx, lab, by, "make-groups", [str(group.id) for group in made], count=len(made))
    return made


def add_group(tx: Tx, lab: Lab, by: Actor, name: str) -> WorkingGroup:
    """A group without a theme of its own."""
    journal.hold(tx, queries.stream_of(lab.id))
    place = max((group.position for group in queries.groups_of(tx.session, lab.id)), default=0) + 1
    group = WorkingGroup(lab_id=lab.id, name=_name(name), position=place)
    tx.session.add(group)
    tx.session.flush()
    _announce(tx, lab, by, "add-group", [str(group.id)], title=group.name)
    return group


def _name(name: str) -> str:
    name = " ".join(tidy(name).split())
    if not name or len(name) > 120:
        raise Invalid(fields={"name": N_("Geef de groep een naam van hoogstens 120 tekens.")})
    return name


def change_group(tx: Tx, lab: Lab, by: Actor, group_id: int, data: GroupData) -> WorkingGroup:
    """Name, room, leader and size. Raises Invalid with the fields that are not right."""
    journal.hold(tx, queries.stream_of(lab.id))
    group = _group(tx, lab, group_id)
    wrong = _wrong_sizes(data.least, data.most)
    room = " ".join(tidy(data.room).split())
    if len(room) > 80:
        wrong["room"] = N_("Maak de ruimte korter: hoogstens 80 tekens.")
    if data.leader_id is not None and accounts.membership(tx.session, data.leader_id, lab.programme_id) is None:
        wrong["leader"] = N_("Kies iemand uit dit programma.")
    if wrong:
        raise Invalid(fields=wrong)
    group.name, group.room, group.leader_id, group.least, group.most = _name(data.name), room, data.leader_id, data.least, data.most
    group.method = data.method
    tx.session.flush()
    tx.session.refresh(group, ["leader"])
    _announce(tx, lab, by, "change-group", [str(group.id)], title=group.name)
    return group


def set_sizes(tx: Tx, lab: Lab, by: Actor, least: int | None, most: int | None) -> None:
    """The same size for all groups. Raises Invalid with the fields that are not right."""
    journal.hold(tx, queries.stream_of(lab.id))
    wrong = _wrong_sizes(least, most)
    if wrong:
        raise Invalid(fields=wrong)
    groups = queries.groups_of(tx.session, lab.id)
    for group in groups:
        group.least, group.most = least, most
    tx.session.flush()
    _announce(tx, lab, by, "set-sizes", [str(group.id) for group in groups])


def _wrong_sizes(least: int | None, most: int | None) -> dict[str, str]:
    wrong: dict[str, str] = {}
    for field, size in (("least", least), ("most", most)):
        if size is not None and not 1 <= size <= MOST_PEOPLE:
            wrong[field] = N_("Vul een aantal in van 1 tot en met 200.")
    if least is not None and most is not None and least > most:
        wrong["most"] = N_("Het hoogste aantal is kleiner dan het laagste.")
    return wrong


def remove_group(tx: Tx, lab: Lab, by: Actor, group_id: int) -> None:
    """Takes a group away; who was in it has no group."""
    journal.hold(tx, queries.stream_of(lab.id))
    group = _group(tx, lab, group_id)
    _announce(tx, lab, by, "remove-group", [str(group.id), "pile"], title=group.name)
    tx.session.delete(group)
    tx.session.flush()


def place_people(tx: Tx, lab: Lab, by: Actor, person_ids: list[int], group_id: int | None) -> None:
    """Puts people in a group and pins them there, or (None) in none. Raises Invalid for somebody who is not in the programme."""
    journal.hold(tx, queries.stream_of(lab.id))
    group = _group(tx, lab, group_id) if group_id is not None else None
    if not person_ids:
        raise Invalid("nobody-chosen", N_("Je hebt nog niemand gekozen"), N_("Kies eerst wie je wilt indelen."))
    touched = {str(group_id) if group_id is not None else "pile"}
    chosen = ranking.rankings_of(tx.session, lab.id)
    for person_id in dict.fromkeys(person_ids):
        if accounts.membership(tx.session, person_id, lab.programme_id) is None:
            raise Invalid(
                "not-in-programme", N_("Deze persoon hoort niet bij dit programma"), N_("Voeg de persoon eerst toe aan het programma.")
            )
        row = tx.session.get(GroupMember, (lab.id, person_id))
        touched.add(str(row.group_id) if row else "pile")
        if group is None:
            if row is not None:
                tx.session.delete(row)
            continue
        if row is None:
            row = GroupMember(lab_id=lab.id, person_id=person_id)
            tx.session.add(row)
        themes = chosen[person_id].choices if person_id in chosen else ()
        row.group_id, row.pinned, row.reason = group.id, True, {}
        row.rank = themes.index(group.theme_id) + 1 if group.theme_id in themes else None
    tx.session.flush()
    verb = "place" if group else "unplace"
    _announce(tx, lab, by, verb, sorted(touched), count=len(person_ids), title=group.name if group else "")


def place_by_question(tx: Tx, lab: Lab, by: Actor) -> int:
    """Puts everybody who has no group yet in the group of the theme of their own question. Returns how many."""
    journal.hold(tx, queries.stream_of(lab.id))
    groups = queries.groups_of(tx.session, lab.id)
    by_theme = {group.theme_id: group.id for group in groups if group.theme_id is not None}
    placed = {member.person_id for group in groups for member in group.members}
    open_ = {person.id for person in queries.people_to_place(tx.session, lab.programme_id)}
    open_ -= placed | invitations.not_coming(tx.session, lab.id)
    touched = {"pile"}
    count = 0
    for person_id, theme_id in queries.own_themes(tx.session, lab.id).items():
        if person_id in open_ and theme_id in by_theme:
            reason = {"key": "question", "because": [], "beside": []}
            tx.session.add(GroupMember(lab_id=lab.id, person_id=person_id, group_id=by_theme[theme_id], reason=reason))
            touched.add(str(by_theme[theme_id]))
            count += 1
    tx.session.flush()
    if count:
        _announce(tx, lab, by, "place-by-question", sorted(touched), count=count)
    return count


def pin_people(tx: Tx, lab: Lab, by: Actor, person_ids: list[int], pinned: bool) -> None:
    """Makes people stay in their group when the app places people, or lets them go. Who has no group is passed over."""
    journal.hold(tx, queries.stream_of(lab.id))
    rows = [row for one in dict.fromkeys(person_ids) if (row := tx.session.get(GroupMember, (lab.id, one))) is not None]
    if not rows:
        raise Invalid("nobody-chosen", N_("Je hebt nog niemand gekozen"), N_("Kies eerst wie je wilt vastzetten of losmaken."))
    for row in rows:
        row.pinned = pinned
    tx.session.flush()
    _announce(tx, lab, by, "pin" if pinned else "unpin", sorted({str(row.group_id) for row in rows}), count=len(rows))


def add_wish(tx: Tx, lab: Lab, by: Actor, kind: str, person_ids: list[int]) -> Wish:
    """That people must sit in one group (``together``), or all in different ones (``apart``). The same wish twice is one.

    Raises Invalid for fewer than two people, or somebody who is not in the programme.
    """
    journal.hold(tx, queries.stream_of(lab.id))
    people = sorted(set(person_ids))
    if kind not in ("together", "apart"):
        raise Invalid()
    if len(people) < 2:
        raise Invalid(
            "too-few-people", N_("Kies minstens twee mensen"), N_("Vink ze aan en zeg dan of ze bij elkaar of uit elkaar moeten.")
        )
    if any(accounts.membership(tx.session, one, lab.programme_id) is None for one in people):
        raise Invalid(
            "not-in-programme", N_("Deze persoon hoort niet bij dit programma"), N_("Voeg de persoon eerst toe aan het programma.")
        )
    for one in queries.wishes_of(tx.session, lab.id):
        if (one.kind, one.people) == (kind, people):
            return one
    wish = Wish(lab_id=lab.id, kind=kind, people=people, by_name=by.name)
    tx.session.add(wish)
    tx.session.flush()
    _announce(tx, lab, by, "wish", [])
    return wish


def remove_wish(tx: Tx, lab: Lab, by: Actor, wish_id: int) -> None:
    """Takes a wish back; nothing happens when somebody else did so already."""
    journal.hold(tx, queries.stream_of(lab.id))
    wish = tx.session.get(Wish, wish_id)
    if wish is not None and wish.lab_id == lab.id:
        tx.session.delete(wish)
        tx.session.flush()
        _announce(tx, lab, by, "wish", [])


def say_coming(tx: Tx, lab: Lab, by: Actor, person_id: int, coming: bool) -> None:
    """Writes down, in their invitation, that somebody comes after all, or does not; who does not come has no group any more."""
    journal.hold(tx, queries.stream_of(lab.id))
    person = tx.session.get(Person, person_id)
    if person is None or accounts.membership(tx.session, person_id, lab.programme_id) is None:
        raise Invalid(
            "not-in-programme", N_("Deze persoon hoort niet bij dit programma"), N_("Voeg de persoon eerst toe aan het programma.")
        )
    inviting.invite(tx, lab, [person], by.name)
    invitation = invitations.invitation_of(tx.session, lab.id, person_id)
    assert invitation is not None
    inviting.answer(tx, invitation, Answer.COMING if coming else Answer.NOT_COMING, "staff", by.name)
    row = tx.session.get(GroupMember, (lab.id, person_id))
    touched = {"pile"}
    if row is not None and not coming:
        touched.add(str(row.group_id))
        tx.session.delete(row)
        tx.session.flush()
    _announce(tx, lab, by, "coming" if coming else "not-coming", sorted(touched), title=person.name)
