"""The facts of playing a method: what beginning, moving, seating and ending record. Pure; what chance decides stands in a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kennislab.core.clock import iso
from kennislab.core.errors import N_, Refused
from kennislab.core.journal import Entry
from kennislab.live.methods import plan, rules, seating
from kennislab.live.methods.casting import SUPPORT
from kennislab.live.methods.model import Method
from kennislab.live.methods.plan import Position, Slot
from kennislab.live.methods.schema import BUILT_IN, definition
from kennislab.live.methods.seating import Member
from kennislab.live.methods.vocabulary import KIND, ROLE
from kennislab.live.room import decision as d
from kennislab.live.room.cases_state import Case
from kennislab.live.room.runs_state import Run, Tables, written
from kennislab.live.room.state import Ballot, Contribution, Person, RoomState, Step
from kennislab.live.room.turns import AT_TABLES, LEADER, ballot_of, members, slot_at

OWNER_ROLES = ("case_owner", "example_giver")
"""Whose case or example it is: one of these a method may have."""
ONE_OF = (LEADER, *OWNER_ROLES, "note_taker", "timekeeper")
"""Roles that one person at a time has."""
TOP = 10
BALLOT_KINDS = {"vote": "dots", "choice_with_reason": "choice", "rating_1_5": "rating"}
NO_METHOD = Refused(
    "no-such-method", N_("Deze werkvorm is er niet"), N_("Kies een werkvorm uit de lijst; misschien is hij intussen vervallen."), status=404
)


def method_of(state: RoomState, key: str) -> tuple[Method, list[tuple[str, dict[str, Any]]]]:
    """A method by its key, and the fact that makes it known in this room when it is not yet."""
    if (known := state.methods.get(key)) is not None:
        return known, []
    if (built_in := BUILT_IN.get(key)) is None:
        raise NO_METHOD
    return built_in, [("method.known", {"key": key, "definition": definition(built_in)})]


def owner_role(method: Method) -> str | None:
    """The role of who brings in the case in this method; None when roles go round or there is no case."""
    if any(seating.rotates(step) for step in method.steps):
        return None
    words = {"case_owner": "casusinbrenger", "example_giver": "voorbeeldgever"}
    return next((role for role in OWNER_ROLES if words[role] in method.roles), None)


def chosen_case(state: RoomState, group: str | None, method: Method) -> Case | None:
    """The case that this group chose before, for a method that is about one and has no step to choose it."""
    if owner_role(method) is None or choosing_steps(method)[0] is not None:
        return None
    return next((one for one in reversed(state.cases.values()) if one.group == group and one.state == "chosen"), None)


def choosing_steps(method: Method) -> tuple[str | None, list[str]]:
    """The step in which the case is chosen by vote, and those in which cases are brought in; (None, []) when the method has none."""
    if owner_role(method) != "case_owner":
        return None, []
    for step in method.steps:
        if step.input == "vote" and step.choices is not None and step.choices.outputs == ["vraag"] and step.choices.steps:
            return step.id, [one for one in step.choices.steps if one != step.id]
    return None, []


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


@dataclass(frozen=True, slots=True)
class Going:
    """What arriving at a position depends on, besides the room."""

    run: Run
    people: Sequence[Person]
    roles: Mapping[str, str]
    now: datetime
    case: Case | None = None


def arrive(state: RoomState, going: Going, position: Position, came: Position | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The data of being at ``position`` (of ``run.started`` and ``run.moved``), and of the votes that open there."""
    run, people = going.run, going.people
    step = run.method.steps[position.step]
    stretch = run.stretch.get(step.id, 1.0)
    slot = plan.slot(run.method, position, people=len(people), stations=run.stations, stretch=stretch)
    tables = tables_at(run, position, people, going.roles, came)
    data: dict[str, Any] = {
        "position": written(position),
        "tables": tables,
        "people": len(people),
        "ends_at": iso(going.now + timedelta(seconds=slot.seconds)),
    }
    if came is not None and came.step == position.step and run.cards:
        return data | {"cards": run.cards, "ballots": run.ballots}, []
    votes: list[dict[str, Any]] = []
    if slot.input in rules.VOTES:
        votes, more = _votes(state, going, slot, position, tables)
        data |= more
    return data, votes


def tables_at(run: Run, position: Position, people: Sequence[Person], roles: Mapping[str, str], came: Position | None) -> Tables:
    """Who sits together there; empty while all are together. Who writes alone does so at the table where he sat, if there was one."""
    if run.method.steps[position.step].mode == "individual" and came is not None:
        here = {one.id for one in people}
        return [[one for one in table if one in here] for table in run.tables]
    if run.method.steps[position.step].mode not in AT_TABLES:
        return []
    before = run.tables if came is not None else []
    earlier = {run.method.steps[visit.position.step].id: visit.tables for visit in run.visits if visit.tables}
    return seating.tables(
        run.method, position, as_members(people), before, run.id, at=came, base=roles, count=run.stations, earlier=earlier
    )


def _votes(state: RoomState, going: Going, slot: Slot, position: Position, tables: Tables) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The votes of a step: one for all, or one at each table; and what the run has to know of them."""
    run = going.run
    fixed = [{"id": one.id, "text": one.title_nl, "text_en": one.title_en, "contribution": None} for one in slot.options]
    places: list[int | None] = list(range(len(tables))) if tables else [None]
    votes: list[dict[str, Any]] = []
    ballots: dict[str, str] = {}
    cards: list[dict[str, str]] = []
    shown = choices_of(state, run, slot)
    waits = bool(slot.collects) or (going.case is None and slot.step_id == choosing_steps(run.method)[0])
    for place in places:
        if place is None:
            seen = shown
        else:
            company = seating.company(run.method, position, tables, place)
            here = frozenset(one for table in tables for one in table)
            seen = [one for one in shown if not one.company or rules.may_read(frozenset(one.company), company, present=here)]
        choices = [*case_choices(state, run, slot, going.case), *({"id": c.id, "text": c.text, "contribution": c.id} for c in seen), *fixed]
        if not choices and not waits:
            continue
        id_ = d.new_id()
        ballots["" if place is None else str(place + 1)] = id_
        vote: dict[str, Any] = {
            "id": id_,
            "title": slot.title["nl"],
            "kind": BALLOT_KINDS[slot.input],
            "budget": max(1, slot.votes),
            "choices": choices,
            "group": run.group,
            "run": run.id,
            "previous": None,
            "secret": True,
        }
        if slot.input == "rating_1_5":
            authors = {c.id: c.author or "" for c in seen}
            cards = seating.hand_round(authors, [one.id for one in going.people], slot.units, run.id)
            vote["cards"] = cards[min(position.unit, len(cards) - 1)]
        votes.append(vote)
    nothing = not any(vote["choices"] for vote in votes) and not slot.collects
    return votes, {"ballots": ballots} | ({"cards": cards} if cards else {}) | ({"nothing": True} if nothing else {})


def choices_of(state: RoomState, run: Run, slot: Slot) -> list[Contribution]:
    """What the steps that a vote is about brought, as far as it may be seen."""
    if slot.choices is None:
        return []
    steps = {run.method.places[id_] for id_ in slot.choices.steps}
    kinds = {*_kinds(slot.choices.outputs)}
    taken = {case.contribution for case in state.cases.values()}
    found = []
    for id_ in run.items:
        one = state.contributions[id_]
        at = int((one.position or "-1/0/0").split("/")[0])
        visible = not (one.retracted or one.hidden or one.pending or one.quarantined or one.rejected or one.merged)
        if at in steps and one.kind in kinds and visible and one.id not in taken:
            found.append(one)
    return found


def _kinds(words: Sequence[str]) -> list[str]:
    return [KIND[word] for word in words]


def case_choices(state: RoomState, run: Run, slot: Slot, chosen: Case | None) -> list[dict[str, Any]]:
    """The cases to choose from, in the step that chooses the case."""
    choosing, _ = choosing_steps(run.method)
    if slot.step_id != choosing or chosen is not None:
        return []
    waiting = [case for case in state.cases.values() if case.group == run.group and case.state in ("pitched", "chosen")]
    return [{"id": case.id, "text": case.text, "contribution": None, "case": case.id} for case in waiting if _present(state, case.owner)]


def _present(state: RoomState, participant: str) -> bool:
    person = state.people.get(participant)
    return person is not None and not person.gone


def grown(state: RoomState, run: Run, choice: dict[str, Any], author: str) -> list[Entry]:
    """One choice more in a vote that collects while it runs, when this is one."""
    slot = slot_at(run)
    one = choice.get("kind")
    if one is not None and one not in slot.collects:
        return []
    if one is None and (run.case is not None or slot.step_id != choosing_steps(run.method)[0]):
        return []
    person = state.people.get(author)
    ballot = ballot_of(state, run, person.table if person else None)
    told = {name: value for name, value in choice.items() if name != "kind"}
    return [Entry("ballot.grown", {"id": ballot, "run": run.id, "choice": told}, author)] if ballot is not None else []


def result_of(ballot: Ballot) -> list[str]:
    """Choices that got anything, most first; as they were put where it is a tie."""
    total = {choice["id"]: ballot.counted.get(choice["id"], 0) for choice in ballot.choices}
    for given in ballot.cast.values():
        for choice, number in given.items():
            total[choice] += number
    return sorted((choice for choice, number in total.items() if number), key=lambda choice: -total[choice])


def following(run: Run, people: int) -> Position | None:
    """The next position, without steps that are passed over; None at the end."""
    step = run.method.steps
    at = plan.following(run.method, run.position, plan.units(run.method, run.position.step, people, run.stations, tables=run.tables))
    while at is not None and step[at.step].id in run.skip:
        at = Position(at.step + 1) if at.step + 1 < len(step) else None
    return at


def preceding(run: Run, people: int) -> Position | None:
    """The position before, without steps that are passed over; None at the beginning."""
    step = run.method.steps
    before = max(0, run.position.step - 1)
    at = plan.preceding(run.method, run.position, plan.units(run.method, before, people, run.stations))
    while at is not None and step[at.step].id in run.skip:
        if at.step == 0:
            return None
        last = plan.units(run.method, at.step - 1, people, run.stations) - 1
        at = Position(at.step - 1, last, max(0, len(plan.parts(run.method, at.step - 1)) - 1))
    return at


def closing(state: RoomState, run: Run, actor: str | None) -> list[Entry]:
    """The votes of this run that are open, closed."""
    return [
        Entry("ballot.closed", {"id": ballot.id}, actor)
        for ballot in (state.ballots.get(id_) for id_ in run.ballots.values())
        if ballot and ballot.open
    ]


def ending(state: RoomState, run: Run, actor: str | None) -> list[Entry]:
    """The end of a run."""
    top = _top(state, run)
    return [*closing(state, run, actor), Entry("run.ended", {"id": run.id, "group": run.group} | ({"top": top} if top else {}), actor)]


def _top(state: RoomState, run: Run) -> list[str]:
    """What the vote that closes now put first: contributions, at most ten."""
    ballots = [state.ballots[id_] for id_ in run.ballots.values() if id_ in state.ballots]
    if len(ballots) != 1:
        return []
    known = {choice["id"]: choice["contribution"] for choice in ballots[0].choices}
    return [known[id_] for id_ in result_of(ballots[0]) if known[id_]][:TOP]


def moving(state: RoomState, run: Run, position: Position, actor: str | None, now: datetime) -> list[Entry]:
    """From where the run is to ``position``: votes close, the case is taken that the vote put first, tables and votes of the new place."""
    people = members(state, run.group)
    stays = position.step == run.position.step and bool(run.cards)
    entries = [] if stays else closing(state, run, actor)
    roles: Mapping[str, str] = run.roles
    case = state.cases.get(run.case or "")
    if case is None and position.step > run.position.step:
        proposed, made = _proposed(state, run, actor)
        if proposed is not None:
            entries += made
            roles = roles_with_case(run, people, proposed)
            entries.append(Entry("case.chosen", {"id": proposed.id, "group": run.group, "run": run.id, "roles": dict(roles)}, actor))
            case = proposed
    data, votes = arrive(state, Going(run, people, roles, now, case), position, run.position)
    top = [] if stays else _top(state, run)
    moved = {"id": run.id, "group": run.group, "rev": run.rev + 1, **data} | ({"top": top} if top else {})
    entries.append(Entry("run.moved", moved, actor))
    return [*entries, *(Entry("ballot.opened", vote, actor) for vote in votes)]


def _proposed(state: RoomState, run: Run, actor: str | None) -> tuple[Case | None, list[Entry]]:
    """The case that the vote of the choosing step put first (or the only one), when nobody chose; with the fact that makes it one."""
    choosing, _ = choosing_steps(run.method)
    if run.method.steps[run.position.step].id != choosing:
        return None, []
    ballot = state.ballots.get(run.ballots.get("", ""))
    if ballot is None:
        return None, []
    order = result_of(ballot) or ([ballot.choices[0]["id"]] if len(ballot.choices) == 1 else [])
    for id_ in order:
        case = state.cases.get(id_)
        if case is not None and case.state != "withdrawn":
            return case, []
        one = state.contributions.get(id_)
        if one is not None and one.author in state.people and not one.retracted:
            made = Case(d.new_id(), run.group, one.text, one.author, one.confidential, contribution=one.id)
            return made, [pitched(made, actor)]
    return None, []


def pitched(case: Case, actor: str | None) -> Entry:
    """The fact that a case was brought in."""
    data = {"id": case.id, "group": case.group, "text": case.text, "owner": case.owner, "confidential": case.confidential}
    return Entry("case.pitched", data | {"question": case.question, "contribution": case.contribution}, actor)


def roles_with_case(run: Run, people: Sequence[Person], case: Case) -> dict[str, str]:
    """The roles once this case is taken up: its owner has the case, and somebody else does what the owner did."""
    role = owner_role(run.method)
    if role is None or case.owner not in {one.id for one in people}:
        return dict(run.roles)
    return with_leader(recast(run.roles, case.owner, role), people) if run.group is not None else recast(run.roles, case.owner, role)


def beginning(
    state: RoomState,
    group: str | None,
    method: Method,
    case: Case | None,
    minutes: int | None,
    actor: str | None,
    now: datetime,
    agenda: str | None = None,
) -> tuple[str, list[Entry]]:
    """A method begins: its id and facts. Raises Refused when it cannot be fitted into ``minutes``.

    ``agenda``: the step of the agenda that it belongs to; None: the present one.
    """
    people = members(state, group)
    id_ = d.new_id()
    owner = case.owner if case is not None and case.owner in {one.id for one in people} else None
    roles = cast(method, people, group, owner, id_)
    choosing, pitching = choosing_steps(method)
    skip = [*pitching, choosing] if case is not None and choosing is not None else []
    stations = _stations(method, roles, people)
    stretch = _stretch(method, minutes, skip, len(people), stations)
    first = next(index for index, step in enumerate(method.steps) if step.id not in skip)
    run = Run(id_, group, method, case.id if case else None, Step(), roles=roles, stations=stations, stretch=stretch, skip=skip)
    data, votes = arrive(state, Going(run, people, roles, now, case), Position(first), None)
    fact = {
        "id": id_,
        "group": group,
        "method": method.id,
        "case": run.case,
        "roles": roles,
        "stations": stations,
        "stretch": stretch,
        "skip": skip,
        "agenda": agenda or state.step.id,
        **data,
    }
    return id_, [Entry("run.started", fact, actor), *(Entry("ballot.opened", vote, actor) for vote in votes)]


def _stations(method: Method, roles: Mapping[str, str], people: Sequence[Person]) -> int | None:
    if method.stations is None or not people:
        return None
    role = ROLE[method.stations.owner]
    return max(1, sum(one == role for one in roles.values()))


def _stretch(method: Method, minutes: int | None, skip: Sequence[str], people: int, stations: int | None) -> dict[str, float]:
    if minutes is None:
        return {}
    played = method.model_copy(update={"steps": [step for step in method.steps if step.id not in skip]})
    fitted = plan.fit(played, minutes, people, stations)
    return {id_: round(factor, 4) for id_, factor in plan.stretches(played, fitted, people, stations).items()}


def fitting(method: Method, minutes: int | None, people: int) -> int | None:
    """``minutes`` when the method can be fitted into them, else None: it then takes the time that it takes."""
    if minutes is None:
        return None
    least, most = plan.bounds(method)
    return minutes if least <= minutes <= most else None


def settling(state: RoomState, group: str | None, people: Sequence[Person], actor: str | None) -> list[Entry]:
    """When somebody came into or left a group in which a method is on: a place at a table for who came, and nobody else moves.

    ``people``: who is there afterwards.
    """
    key = state.active.get(group)
    if key is None:
        return []
    run = state.runs[key]
    here = {one.id for one in people}
    roles = {one: role for one, role in run.roles.items() if one in here}
    if group is not None:
        roles = with_leader(roles, people)
    tables = tables_at(run, run.position, people, roles, run.position)
    grown = any(
        plan.units(run.method, index, len(people), run.stations) != plan.units(run.method, index, run.people, run.stations)
        for index in range(len(run.method.steps))
    )
    cards = _dealt_again(state, run, people)
    if tables == run.tables and roles == run.roles and not grown and cards == run.cards:
        return []
    data: dict[str, Any] = {"id": run.id, "group": group, "tables": tables, "roles": roles, "people": len(people)}
    return [Entry("run.seated", data | ({"cards": cards} if cards else {}), actor)]


def _dealt_again(state: RoomState, run: Run, people: Sequence[Person]) -> list[dict[str, str]]:
    """Cards for the rounds that are still to come, with who came and without who left; those in hand now stay there."""
    here = {one.id for one in people}
    if not run.cards or {one for turn in run.cards for one in turn} == here:
        return run.cards
    done = run.cards[: run.unit + 1]
    left = len(run.cards) - len(done)
    if left <= 0:
        return run.cards
    ballot = state.ballots.get(run.ballots.get("", ""))
    known = {choice["id"] for choice in ballot.choices} if ballot else set()
    authors = {id_: state.contributions[id_].author or "" for id_ in known}
    rest = seating.hand_round(authors, sorted(here), left, f"{run.id}:{run.rev}:{len(here)}", before=done)
    return [*done, *rest]
