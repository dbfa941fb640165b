"""Having the app place people: reads what is asked, computes without the database, and writes it down when nothing of it changed meanwhile.

A small lab is answered at once, a large one by a job; who looks on sees it either way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kennislab.accounts.actors import Actor
from kennislab.accounts.models import Person as Account
from kennislab.core import clock, jobs, journal
from kennislab.core.db import db
from kennislab.core.errors import N_, Conflict, Invalid
from kennislab.core.transaction import Tx, transaction
from kennislab.grouping import queries, ranking, reasons
from kennislab.grouping.assign import Change, Group, Id, Outcome, Person, Problem, Wish, solve
from kennislab.grouping.assign.explain import explained
from kennislab.grouping.models import Assignment, GroupMember, WorkingGroup
from kennislab.invitations import queries as invitations
from kennislab.invitations.signals import answered
from kennislab.programme import states
from kennislab.programme.models import Lab
from kennislab.questions import queries as questions

JOB = "grouping.assign"
AT_ONCE = 8_000  # people × groups: answered in well under a second on one slow core
PATIENCE = 3.0  # seconds for an answer that somebody waits for; a job may take longer
TRIES = 4
Leaders = Literal["no", "prefer", "must"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to place people. ``only_coming``: leave out who has not said that they come. ``without_leader``: groups in which, with leaders
    *must*, nobody who can lead has to sit."""

    max_per_municipality: int | None = None
    leaders: Leaders = "prefer"
    only_coming: bool = False
    without_leader: tuple[int, ...] = ()

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Settings:
        """As they were kept."""
        known = {key: value for key, value in asked.items() if key in ("max_per_municipality", "leaders", "only_coming")}
        return cls(**known, without_leader=tuple(asked.get("without_leader", ())))


@dataclass(frozen=True, slots=True)
class Reading:
    """A lab as the engine needs it. ``guessed``: who chose nothing, so that the theme of their own question counts as their wish.

    ``staying``: who keeps their group because everybody does; ``pinned``: whom a person put there, which can be let go again.
    """

    problem: Problem
    guessed: frozenset[int]
    staying: frozenset[int]
    pinned: frozenset[int]


def settings_of(session: Session, lab: Lab) -> Settings:
    """As last asked, else what suits this lab."""
    row = session.get(Assignment, lab.id)
    return Settings.of(row.asked) if row is not None and row.asked else Settings(suggested_per_municipality(session, lab))


def suggested_per_municipality(session: Session, lab: Lab) -> int:
    """How many of one municipality in a group: two, or what the largest municipality needs to fit in, with a little room."""
    towns = Counter(one.municipality_code for one in _who(session, lab, False) if one.municipality_code)
    groups = len(queries.groups_of(session, lab.id))
    largest = max(towns.values(), default=0)
    return max(2, -(-largest // groups) + (largest > groups)) if groups else 2


def suggested_sizes(people: int, groups: int) -> tuple[int, int]:
    """(least, most) for groups of about one size, with room for wishes."""
    even = people / max(groups, 1)
    return max(1, int(even) - 1), int(even) + 2


def _who(session: Session, lab: Lab, only_coming: bool) -> list[Account]:
    """Who is to have a group: the participants who have not said no, and whoever was put in a group by hand."""
    answers = invitations.coming(session, lab.id) if only_coming else None
    away = invitations.not_coming(session, lab.id)
    people = [
        one for one in queries.people_to_place(session, lab.programme_id) if one.id not in away and (answers is None or one.id in answers)
    ]
    there = {one.id for one in people}
    placed = sa.select(GroupMember.person_id).where(GroupMember.lab_id == lab.id)
    guests = session.scalars(sa.select(Account).where(Account.id.in_(placed)).order_by(Account.id))
    participants = {one.id for one in queries.people_to_place(session, lab.programme_id)}
    return people + [one for one in guests if one.id not in there and one.id not in away and one.id not in participants]


def read(session: Session, lab: Lab, settings: Settings, rest_stays: bool = False) -> Reading:
    """What is asked now. ``rest_stays``: everybody who has a group keeps it, and only the others are placed; then what is already beyond a
    limit is taken as it is, because whoever walks in did not cause it."""
    groups = queries.groups_of(session, lab.id)
    by_theme: dict[int | None, int] = {group.theme_id: group.id for group in groups if group.theme_id is not None}
    people = _who(session, lab, settings.only_coming)
    there = {one.id for one in people}
    participants = {one.id for one in queries.people_to_place(session, lab.programme_id)}
    chosen = ranking.rankings_of(session, lab.id)
    themes = {card.question.id: card.theme_id for card in queries.cards_of(session, lab.id)}
    asked: dict[int, dict[int, None]] = {}
    for question, askers in questions.askers_of(session, lab.id).items():
        for person in askers:
            theme_id = themes.get(question)
            if theme_id in by_theme:
                asked.setdefault(person, {})[by_theme[theme_id]] = None
    own = {person: by_theme[theme] for person, theme in queries.own_themes(session, lab.id).items() if theme in by_theme}
    guessed: set[int] = set()
    found = []
    for one in people:
        mine = chosen.get(one.id)
        choices = tuple(by_theme[theme] for theme in mine.choices if theme in by_theme) if mine else ()
        if not choices and one.id in own:
            choices = (own[one.id],)
            guessed.add(one.id)
        solved = tuple(by_theme[theme] for theme in mine.solved if theme in by_theme) if mine else ()
        lead = mine is not None and mine.can_lead
        found.append(Person(one.id, one.municipality_code or "", choices, tuple(asked.get(one.id, ())), solved, lead))
    pins: dict[Id, Id] = {
        member.person_id: group.id
        for group in groups
        for member in group.members
        if member.person_id in there and (member.pinned or rest_stays or member.person_id not in participants)
    }
    problem = Problem(
        tuple(_group(group, settings) for group in groups),
        tuple(found),
        settings.max_per_municipality,
        tuple(Wish("together" if row.kind == "together" else "apart", tuple(row.people)) for row in queries.wishes_of(session, lab.id)),
        pins,
        prefer_leaders=settings.leaders == "prefer",
        spread=True,
    )
    pinned = {member.person_id for group in groups for member in group.members if member.pinned and not rest_stays}
    staying = {one.id for one in people if rest_stays and one.id in pins}
    return Reading(_as_it_is(problem) if rest_stays else problem, frozenset(guessed), frozenset(staying), frozenset(pinned))


def _group(group: WorkingGroup, settings: Settings) -> Group:
    must = settings.leaders == "must" and group.leader_id is None and group.id not in settings.without_leader
    return Group(group.id, group.least or 0, group.most, group.leader_id, must)


def _as_it_is(problem: Problem) -> Problem:
    """With limits that hold for who comes now, and not for who sits already."""
    sizes = Counter(problem.pins.values())
    where = {person.id: person for person in problem.people}
    groups = [
        replace(
            group,
            least=0,
            most=None if group.most is None else max(group.most, sizes[group.id]),
            leader=None if group.leader in problem.pins else group.leader,
            needs_leader=False,
        )
        for group in problem.groups
    ]
    limit = problem.max_per_municipality
    if limit is not None:
        towns = Counter((where[person].municipality, group) for person, group in problem.pins.items() if where[person].municipality)
        limit = max(limit, max(towns.values(), default=0))
    wishes = tuple(wish for wish in problem.wishes if any(person in where and person not in problem.pins for person in wish.people))
    return replace(problem, groups=tuple(groups), max_per_municipality=limit, wishes=wishes)


# --- asking -------------------------------------------------------------------------------------------------------------------


def _row(tx: Tx, lab_id: int) -> Assignment:
    row = tx.session.get(Assignment, lab_id)
    if row is None:
        row = Assignment(lab_id=lab_id)
        tx.session.add(row)
    return row


def _kept(settings: Settings) -> dict[str, Any]:
    return {**asdict(settings), "without_leader": list(settings.without_leader)}


def set_up(tx: Tx, lab: Lab, by: Actor, settings: Settings) -> None:
    """Keeps how people are to be placed; in which groups nobody has to lead stays as it was. Raises Invalid for an odd number."""
    journal.hold(tx, queries.stream_of(lab.id))
    if settings.max_per_municipality is not None and not 1 <= settings.max_per_municipality <= 200:
        raise Invalid(fields={"max_per_municipality": N_("Vul een aantal in van 1 tot en met 200, of laat het leeg.")})
    before = settings_of(tx.session, lab)
    _row(tx, lab.id).asked = _kept(replace(settings, without_leader=before.without_leader))
    tx.session.flush()


def _check(session: Session, reading: Reading) -> None:
    if not reading.problem.groups:
        raise Invalid("no-groups", N_("Er zijn nog geen groepen"), N_("Maak eerst groepen van de thema’s."))
    if len(reading.staying) == len(reading.problem.people):
        raise Invalid("nobody-to-place", N_("Er is niemand om in te delen"), N_("Iedereen die komt, heeft al een groep."))


def assign(lab_id: int, by: Actor, rest_stays: bool = False) -> bool:
    """Places people now when that is quickly done, else queues it. Returns whether it is done. Not inside a transaction: it computes.

    Raises Invalid when there is nobody or nowhere to place, Conflict when others keep changing the groups.
    """
    lab = db.session.get_one(Lab, lab_id)
    reading = read(db.session(), lab, settings_of(db.session(), lab), rest_stays)
    _check(db.session(), reading)
    if len(reading.problem.people) * len(reading.problem.groups) <= AT_ONCE and _attempt(lab_id, by, rest_stays, PATIENCE):
        return True
    with transaction() as tx:
        work = jobs.enqueue(tx, JOB, lab_id=lab_id, person_id=by.person_id, person_name=by.name, rest_stays=rest_stays)
        lab = tx.session.get_one(Lab, lab_id)
        journal.hold(tx, queries.stream_of(lab_id))
        _row(tx, lab_id).job = work.public_id
        _announce(tx, lab_id, by, "assigning", [])
    return False


@jobs.job(JOB)
def assign_people(progress: jobs.Progress, lab_id: int, person_id: int | None, person_name: str, rest_stays: bool) -> dict[str, bool]:
    """The job. Gives up (and says so) when the lab went on to a state in which nobody is placed, or others keep changing the groups."""
    by = Actor(person_id, person_name)
    progress(20, N_("De beste indeling zoeken"))
    try:
        return {"done": _attempt(lab_id, by, rest_stays, None)}
    except Conflict:
        return {"done": False}
    finally:
        db.session.rollback()
        with transaction() as tx:
            journal.hold(tx, queries.stream_of(lab_id))
            _row(tx, lab_id).job = None
            _announce(tx, lab_id, by, "progress", [])


def _attempt(lab_id: int, by: Actor, rest_stays: bool, seconds: float | None) -> bool:
    """Reads, computes, writes; again when something changed in between. False: not proven within ``seconds``, and nothing is written."""
    for _try in range(TRIES):
        session = db.session()
        session.expire_all()
        lab = session.get_one(Lab, lab_id)
        settings = settings_of(session, lab)
        reading = read(session, lab, settings, rest_stays)
        session.rollback()
        outcome = jobs.off_hub(solve, reading.problem, seconds) if seconds else jobs.off_hub(solve, reading.problem)
        if seconds and not (outcome.optimal or outcome.clashes):
            return False
        with transaction() as tx:
            journal.hold(tx, queries.stream_of(lab_id))
            fresh = tx.session.get_one(Lab, lab_id)
            if not states.allows(fresh.state, "place_people"):
                return False
            if read(tx.session, fresh, settings_of(tx.session, fresh), rest_stays) == reading:
                _write(tx, fresh, by, settings, reading, outcome)
                return True
    raise Conflict(
        "groups-change", N_("De groepen veranderen op dit moment"), N_("Iemand anders is ook aan het indelen. Probeer het zo nog eens.")
    )


def _announce(tx: Tx, lab_id: int, by: Actor, verb: str, columns: list[str], **details: Any) -> None:
    data = {"verb": verb, "details": details, "columns": columns, "by": by.name, "change": None}
    journal.append(tx, queries.stream_of(lab_id), [journal.Entry("groups.changed", data, actor=f"p:{by.person_id}")])


def _write(tx: Tx, lab: Lab, by: Actor, settings: Settings, reading: Reading, outcome: Outcome) -> None:
    """Puts everybody where the outcome says, takes away who does not come, and keeps what came of it as a whole."""
    problem = reading.problem
    row = _row(tx, lab.id)
    row.asked, row.at, row.by_name, row.job = _kept(settings), clock.now(), by.name, None
    row.outcome = _told(problem, reading, outcome)
    if not outcome.assignment:
        tx.session.flush()
        _announce(tx, lab.id, by, "assigned-nobody", [])
        return
    why = explained(problem, outcome.assignment)
    members = {one.person_id: one for one in tx.session.scalars(sa.select(GroupMember).where(GroupMember.lab_id == lab.id))}
    moved = 0
    for person in problem.people:
        assert isinstance(person.id, int)
        if person.id in reading.staying:
            continue
        member = members.get(person.id)
        group_id = int(outcome.assignment[person.id])
        if member is None:
            member = GroupMember(lab_id=lab.id, person_id=person.id, group_id=group_id)
            tx.session.add(member)
            moved += 1
        elif member.group_id != group_id:
            member.group_id = group_id
            moved += 1
        reason = why[person.id]
        guess = person.id in reading.guessed
        member.rank = None if guess else reason.rank
        if reason.bound == "pin":
            member.reason = {}
        else:
            key = "leader" if reason.bound else "open" if not person.choices else "question" if guess and reason.rank else "choice"
            member.reason = reasons.stored(reason, key)
    there = {person.id for person in problem.people}
    for person_id, member in members.items():
        if person_id not in there:
            tx.session.delete(member)
    tx.session.flush()
    tx.session.expire_all()
    every = [str(group.id) for group in queries.groups_of(tx.session, lab.id)]
    _announce(tx, lab.id, by, "assign", [*every, "pile"], count=moved)


def _told(problem: Problem, reading: Reading, outcome: Outcome) -> dict[str, Any]:
    """What is kept of an outcome. The profile counts only who chose: for the others the theme of their own question was a guess."""
    chose = [person for person in problem.people if person.choices and person.id not in reading.guessed]
    longest = max((len(person.choices) for person in chose), default=0)
    ranks = Counter(person.rank_of(outcome.assignment[person.id]) for person in chose) if outcome.assignment else Counter()
    return {
        "people": len(problem.people),
        "groups": len(problem.groups),
        "chose": len(chose),
        "profile": [*(ranks[rank] for rank in range(1, longest + 1)), ranks[None]] if outcome.assignment else [],
        "optimal": outcome.optimal,
        "rest_stays": bool(reading.staying),
        "clashes": [
            {"text": reasons.clash(problem, clash, reasons.Names()), "wishes": [asdict(named) for named in clash.wishes]}
            for clash in outcome.clashes
        ],
        "relaxations": [
            [asdict(change) for change in one.changes]
            for one in outcome.relaxations
            if all(change.kind != "pin" or reading.pinned.issuperset(change.people) for change in one.changes)
        ],
    }


# --- loosening ----------------------------------------------------------------------------------------------------------------


def relax(tx: Tx, lab: Lab, by: Actor, place: int) -> bool:
    """Makes the changes of one of the relaxations that were offered last. Returns whether the rest stayed when it was asked. Raises
    Conflict when it is not offered any more."""
    journal.hold(tx, queries.stream_of(lab.id))
    row = tx.session.get(Assignment, lab.id)
    offered = row.outcome.get("relaxations", []) if row is not None else []
    if row is None or not 0 <= place < len(offered):
        raise Conflict("not-offered", N_("Dit voorstel is er niet meer"), N_("Laat de mensen opnieuw indelen en kijk wat er dan kan."))
    settings = settings_of(tx.session, lab)
    groups = {group.id: group for group in queries.groups_of(tx.session, lab.id)}
    touched: set[str] = set()
    for kept in offered[place]:
        one = Change(**{**kept, "people": tuple(kept["people"])})
        settings = _let_go(tx, lab, one, groups, settings)
        touched |= (
            {str(id_) for id_ in groups} if one.kind in ("most-all", "least-all") else {str(one.group)} & {str(id_) for id_ in groups}
        )
    rest_stays = bool(row.outcome.get("rest_stays"))
    row.asked, row.outcome = _kept(settings), {}
    tx.session.flush()
    _announce(tx, lab.id, by, "relax", sorted(touched))
    return rest_stays


def _let_go(tx: Tx, lab: Lab, one: Change, groups: Mapping[int, WorkingGroup], settings: Settings) -> Settings:
    group = groups.get(one.group) if isinstance(one.group, int) else None
    if one.kind == "municipality":
        return replace(settings, max_per_municipality=one.to)
    if one.kind in ("most-all", "least-all"):
        for each in groups.values():
            if one.kind == "most-all" and each.most is not None:
                each.most += one.by
            elif one.kind == "least-all" and each.least is not None:
                each.least = max(0, each.least - one.by) or None
    elif one.kind in ("together", "apart"):
        for row in queries.wishes_of(tx.session, lab.id):
            if row.kind == one.kind and set(one.people) <= set(row.people):
                tx.session.delete(row)
    elif one.kind == "pin":
        member = tx.session.get(GroupMember, (lab.id, one.people[0]))
        if member is not None:
            member.pinned = False
    elif group is not None and one.kind == "most":
        group.most = one.to
    elif group is not None and one.kind == "least":
        group.least = one.to or None
    elif group is not None and one.kind == "leader":
        group.leader_id = None
    elif group is not None and one.kind == "can-lead":
        return replace(settings, without_leader=(*settings.without_leader, group.id))
    return settings


def _on_answer(sender: object, *, lab: int, person: int, **rest: object) -> None:
    """Who looks at the groups sees that somebody does not come, or does after all."""
    with transaction() as tx:
        member = tx.session.get(GroupMember, (lab, person))
        if member is not None or queries.groups_of(tx.session, lab):
            journal.hold(tx, queries.stream_of(lab))
            _announce(tx, lab, Actor(person, ""), "progress", [str(member.group_id) if member else "pile"])


answered.connect(_on_answer)
