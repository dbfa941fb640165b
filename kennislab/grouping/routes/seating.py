"""What the groups page shows: the groups with who sits in them and why, and above them how people are placed and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person
from kennislab.core import clock, jobs
from kennislab.grouping import assigning, policies, queries, ranking, reasons
from kennislab.grouping.assign.problem import Change, Id, Named
from kennislab.grouping.models import TONES, Assignment, GroupMember, WorkingGroup
from kennislab.invitations import queries as invitations
from kennislab.programme import queries as programmes
from kennislab.programme import states
from kennislab.programme.agenda import MethodChoice
from kennislab.programme.models import Lab


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody, with their place in a group where they have one. ``away``: they said that they do not come."""

    person: Person
    member: GroupMember | None = None
    away: bool = False


@dataclass(frozen=True, slots=True)
class GroupColumn:
    """A group with who sits in it; without a group: who has none. ``coming``: how many of them come."""

    group: WorkingGroup | None
    seats: list[Seat]

    @property
    def key(self) -> str:
        """How the page names the column."""
        return str(self.group.id) if self.group else "pile"

    @property
    def coming(self) -> int:
        return sum(not seat.away for seat in self.seats)


def _by_name(seat: Seat) -> tuple[str, int]:
    return seat.person.name.casefold(), seat.person.id


def _columns(session: Session, lab: Lab, editable: bool) -> list[GroupColumn]:
    groups = queries.groups_of(session, lab.id)
    placed = {member.person_id for group in groups for member in group.members}
    away = invitations.not_coming(session, lab.id) if editable else set()
    columns = []
    if editable:
        rest = [one for one in queries.people_to_place(session, lab.programme_id) if one.id not in placed and one.id not in away]
        columns.append(GroupColumn(None, [Seat(one) for one in rest]))
    for group in groups:
        seats = [Seat(member.person, member, member.person_id in away) for member in group.members]
        columns.append(GroupColumn(group, sorted(seats, key=_by_name)))
    return columns


def group_columns(session: Session, lab: Lab, editable: bool) -> tuple[list[str], Callable[[str], str]]:
    """(keys of the columns in order, column → HTML)."""
    columns = _columns(session, lab, editable)
    groups = [column.group for column in columns if column.group]
    people = [seat.person for column in columns for seat in column.seats]
    towns = programmes.municipality_names(session, [person.municipality_code for person in people])
    names = reasons.Names({group.id: group.name for group in groups}, {person.id: person.name for person in people}, towns)
    context = {
        "lab": lab,
        "editable": editable,
        "groups": groups,
        "leaders": queries.leaders_to_choose(session, lab.programme_id) if editable else [],
        "names": towns,
        "own": queries.own_themes(session, lab.id) if editable else {},
        "chosen": ranking.rankings_of(session, lab.id) if editable else {},
        "theme_titles": {theme.id: theme.title for theme in queries.themes_of(session, lab.id)},
        "questions_of": {group.id: queries.questions_of_theme(session, group.theme_id) if group.theme_id else [] for group in groups},
        "method_names": {one.key: one.name for one in methods_for(session, lab)},
        "may_say_coming": editable and states.allows(lab.state, "invite"),
        "why": _why(names) if editable else None,
        "headline": _headline,
        "tones": TONES,
    }
    by_key = {column.key: column for column in columns}
    return list(by_key), lambda key: Markup(render_template("grouping/_group_column.html", column=by_key[key], **context))


def methods_for(session: Session, lab: Lab) -> list[MethodChoice]:
    """The methods that a group can use, as told by who is in the app's extensions under ``agenda-methods``."""
    choices = current_app.extensions.get("agenda-methods")
    found: list[MethodChoice] = choices(session, lab.programme_id) if choices is not None else []
    return found


def _headline(member: GroupMember) -> reasons.Sentence | None:
    if member.pinned:
        return reasons.rank(member.rank) if member.rank else None
    return reasons.headline(member.reason, member.rank)


def _why(names: reasons.Names) -> Callable[[Seat], list[reasons.Sentence]]:
    def why(seat: Seat) -> list[reasons.Sentence]:
        if seat.member is None or seat.member.pinned:
            return []
        return reasons.because(seat.member.reason, names.municipality(seat.person.municipality_code), names)

    return why


def tools(session: Session, actor: Actor, lab: Lab) -> str:
    """What stands above the groups and changes with them, for who may have people placed; else nothing."""
    if not policies.may_assign(actor, lab):
        return ""
    row = session.get(Assignment, lab.id)
    work = jobs.state_of(session, row.job) if row is not None and row.job else None
    groups = queries.groups_of(session, lab.id)
    people = queries.people_to_place(session, lab.programme_id)
    away = invitations.not_coming(session, lab.id)
    present = {one.id for one in people} - away
    placed = {member.person_id for group in groups for member in group.members} - away
    chosen = ranking.rankings_of(session, lab.id)
    board = queries.board_row(session, lab.id)
    opened = ranking.is_open(session, lab.id)
    until = board.ranking_until.astimezone(clock.LOCAL) if opened and board and board.ranking_until else None
    outcome: Mapping[str, Any] = row.outcome if row is not None else {}
    least, most = assigning.suggested_sizes(len(present), len(groups))
    wishes = queries.wishes_of(session, lab.id)
    everybody = queries.leaders_to_choose(session, lab.programme_id)
    towns = programmes.municipality_names(session, [one.municipality_code for one in everybody])
    names = reasons.Names({group.id: group.name for group in groups}, {one.id: one.name for one in everybody}, towns)
    return render_template(
        "grouping/_assigning.html",
        lab=lab,
        row=row,
        work=work if work is not None and work.state in ("queued", "running") else None,
        settings=assigning.settings_of(session, lab),
        suggested=assigning.suggested_per_municipality(session, lab),
        groups=groups,
        present=len(present),
        placed=len(present & placed),
        chose=len(present & {one for one, mine in chosen.items() if mine.choices}),
        away=[one for one in people if one.id in away],
        ranking_open=opened,
        ranking_until=until,
        until_day=until.strftime("%Y-%m-%d") if until else "",
        until_time=until.strftime("%H:%M") if until else "",
        may_rank_for=bool(policies.may_rank_for(actor, lab)),
        outcome=outcome,
        profile=reasons.profile(outcome["profile"]) if outcome.get("profile") else [],
        clashes=_clashes(outcome, names),
        relaxations=_relaxations(outcome, names),
        wishes=[(wish, names.persons(tuple(wish.people))) for wish in wishes],
        least=least,
        most=most,
        sized=any(group.least or group.most for group in groups),
    )


def _restored(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {**kept, "people": tuple(kept["people"])}


def _clashes(outcome: Mapping[str, Any], names: reasons.Names) -> list[tuple[reasons.Sentence, list[reasons.Sentence]]]:
    out = []
    for clash in outcome.get("clashes", []):
        text, values = clash["text"]
        if "municipality" in values:
            values = {**values, "municipality": names.municipality(values["municipality"])}
        out.append(((text, values), [reasons.wish(Named(**_restored(one)), names) for one in clash["wishes"]]))
    return out


def _relaxations(outcome: Mapping[str, Any], names: reasons.Names) -> list[list[reasons.Sentence]]:
    """The changes of each relaxation in words. One about a group that went is left out, and so keeps its place."""
    offered = [[Change(**_restored(one)) for one in changes] for changes in outcome.get("relaxations", [])]
    out = []
    for changes in offered:
        stale = any(_gone(one.group, names) for one in changes)
        out.append([] if stale else [reasons.change(one, names) for one in changes])
    return out


def _gone(group: Id | None, names: reasons.Names) -> bool:
    return group is not None and group not in names.groups
