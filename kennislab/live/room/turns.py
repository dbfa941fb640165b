"""What the methods that are on mean for each person: whose run it is, which role, which table, what the phone may do. Pure.

Policies and topics ask here; what a position of a method allows is :mod:`kennislab.live.methods.rules`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kennislab.core.errors import N_, Refused
from kennislab.live.methods import plan, rules, seating
from kennislab.live.methods.plan import Position, Slot
from kennislab.live.methods.vocabulary import ROLE
from kennislab.live.room.runs_state import Run, Tables, read, written
from kennislab.live.room.state import Contribution, Person, RoomState

TOGETHER = ("plenary", "fishbowl", "milling")
"""Modes in which all see what there is."""
AT_TABLES = ("pairs", "trios", "fours", "small_groups")
ONE_EACH = ("text", "choice_with_reason")
TURN_ROLES = ("client", "case_owner")
FOCUS_ROLES = ("case_owner", "example_giver", "client")
LEADER = "discussion_leader"
MOST_TITLE = 160
"""As long as the archive keeps the title of a step."""
NOTHING_TO_CHOOSE = N_("Er is nu niets om uit te kiezen. Ga door naar de volgende stap.")
BAD_CELL = Refused(
    "no-such-cell", N_("Dit vak hoort niet bij de tabel"), N_("Kies een vak dat op je scherm staat en verstuur opnieuw."), status=422
)


def members(state: RoomState, group: str | None) -> list[Person]:
    """Who is in a group now; everybody in the room when it is None."""
    return [one for one in state.people.values() if not one.gone and (group is None or one.group == group)]


def run_of_group(state: RoomState, group: str | None) -> Run | None:
    """The run that is on in this group, or (None) with everybody."""
    key = state.active.get(group)
    return state.runs[key] if key is not None else None


def run_for(state: RoomState, person: Person | None) -> Run | None:
    """The run that is on for this person; none while the groups are called back to plenary."""
    if person is None or person.gone:
        return None
    own = run_of_group(state, person.group) if person.group is not None else None
    if own is not None:
        return None if state.gathered else own
    return run_of_group(state, None)


def slot_at(run: Run, position: Position | None = None) -> Slot:
    """What holds at a position of this run (None: where it is)."""
    at = position or run.position
    tables = run.tables if at.step == run.position.step else None
    key = (at, run.people, tuple(len(table) for table in tables or ()))
    found: Slot | None = run.memo.get(key)
    if found is None:
        stretch = run.stretch.get(run.method.steps[at.step].id, 1.0)
        found = run.memo[key] = plan.slot(run.method, at, people=run.people, stations=run.stations, stretch=stretch, tables=tables)
    return found


def mode_of(run: Run) -> str:
    """In what company people are now."""
    return run.method.steps[run.position.step].mode


def table_at(run: Run, position: Position, person: str) -> tuple[Tables, int | None]:
    """The tables at a position (at its last visit), and at which of them this person sat."""
    found = run.tables
    if position != run.position:
        found = next((visit.tables for visit in reversed(run.visits) if visit.position == position), [])
    return found, next((index for index, table in enumerate(found) if person in table), None)


def role_at(run: Run, person: str, position: Position) -> str:
    """The role of this person there."""
    step = run.method.steps[position.step]
    table = [person]
    if seating.rotates(step) or step.scale == "per_station":
        places, index = table_at(run, position, person)
        if index is not None:
            table = places[index]
    return seating.roles(run.method, position, table, run.roles)[person]


def near(run: Run, table: str | None) -> frozenset[str]:
    """Whose texts are read at this table now: its people, and its station."""
    index = int(table) - 1 if table is not None else -1
    return seating.company(run.method, run.seated, run.tables, index) if 0 <= index < len(run.tables) else frozenset()


def reads(state: RoomState, run: Run, one: Contribution, table: str | None) -> bool:
    """Whether what was written in this run is seen at this table now."""
    if not one.company or mode_of(run) in TOGETHER:
        return True
    index = int(table) - 1 if table is not None else -1
    if not 0 <= index < len(run.tables):
        return False
    if all(who in run.tables[index] for who in one.company):
        return True
    here = frozenset(who for who in one.company if _still_in(state, run, who))
    return rules.may_read(frozenset(one.company), near(run, table), present=here)


def _still_in(state: RoomState, run: Run, who: str) -> bool:
    person = state.people.get(who)
    return person is not None and not person.gone and (run.group is None or person.group == run.group)


@dataclass(frozen=True, slots=True)
class Written:
    """Where a text belongs: ``position`` of ``run``, by somebody with ``role``; ``present``: the run is there still."""

    run: Run
    position: Position
    slot: Slot
    role: str
    company: list[str]
    table: str | None
    present: bool


def where_written(state: RoomState, author: str, group: str | None, said: tuple[str | None, str | None] = (None, None)) -> Written | None:
    """Where a text belongs that ``author`` sends; None when no method is on for it.

    ``group``: of a facilitator's text; ``said``: run and position at which the phone says it was begun. A sentence begun in time is
    never cut off: it counts where it was begun, when the author was there.
    """
    person = state.people.get(author)
    run = run_for(state, person) if person is not None else run_of_group(state, group)
    run_id, position = said
    told = state.runs.get(run_id or "")
    if told is not None and told is not run and (person is None or told.group is None or told.group in person.been):
        run = told
    if run is None:
        return None
    at = read(position) if position is not None and told is run else run.position
    if at != run.position and all(visit.position != at for visit in run.visits):
        at = run.position
    here = at == run.position and run.on
    role = role_at(run, author, at) if person is not None else LEADER
    company, table = _company(run, at, author, facilitator=person is None)
    shown = run.on and (mode_of(run) in TOGETHER or (here and run.revealed and mode_of(run) == "individual"))
    return Written(run, at, slot_at(run, at), role, [] if shown else company, table, here)


def _company(run: Run, at: Position, author: str, facilitator: bool) -> tuple[list[str], str | None]:
    """Who a text written there belongs to (empty: the whole group), and the table."""
    mode = run.method.steps[at.step].mode
    if mode == "individual":
        return ([] if facilitator else [author]), None
    places, index = table_at(run, at, author)
    if mode not in AT_TABLES or index is None:
        return [], None
    return sorted(seating.belongs_to(run.method, at, places, index)), str(index + 1)


def already(state: RoomState, run: Run, author: str, kind: str, position: Position) -> int:
    """How many of this kind this person has sent in this unit of this step."""
    start = f"{position.step}/{position.unit}/"
    person = state.people.get(author)
    mine = (state.contributions[id_] for id_ in (person.contributions if person else ()))
    return sum(one.run == run.id and one.kind == kind and (one.position or "").startswith(start) and not one.rejected for one in mine)


def may_send(state: RoomState, place: Written, author: str, kind: str, cell: dict[str, str] | None) -> bool | Refused:
    """Whether this person may send a text of this kind there."""
    verdict = rules.may_write(place.slot, place.role, kind)
    if verdict is True:
        verdict = rules.may_write_another(place.slot, place.role, already(state, place.run, author, kind, place.position))
    if verdict is True and cell is not None and cell.get("column") not in {column.id for column in place.slot.columns}:
        return BAD_CELL
    return verdict if isinstance(verdict, bool | Refused) else False


def ballot_of(state: RoomState, run: Run, table: str | None) -> str | None:
    """The vote of this table (or of all) in the present step, while it is open."""
    id_ = run.ballots.get(table or "") or run.ballots.get("")
    ballot = state.ballots.get(id_ or "")
    return ballot.id if ballot is not None and ballot.open else None


def card_of(run: Run, person: str) -> str | None:
    """The card that this person has in hand now, where cards go round."""
    return run.cards[run.unit].get(person) if run.unit < len(run.cards) else None


def leader_of(run: Run) -> str | None:
    """Who leads it from the phone."""
    return next((one for one, role in run.roles.items() if role == LEADER), None)


def turn(state: RoomState, person: Person) -> dict[str, Any] | None:
    """All that a method asks of one person now; the phone only shows it."""
    run = run_for(state, person)
    if run is None:
        return None
    slot = slot_at(run)
    role = role_at(run, person.id, run.position)
    offered = list(rules.offered(slot, role))
    table = list(run.tables[int(person.table or 0) - 1]) if _seated(run, person) else []
    ballot = run.ballots.get(person.table or "") or run.ballots.get("")
    votes = rules.may_vote(slot, role) is True
    once = slot.input in ONE_EACH and not rules.may_capture(slot, role)
    refusal = rules.may_write(slot, role, slot.kinds[0] if slot.kinds else "question") if not offered else True
    why = refusal.detail if isinstance(refusal, Refused) and not refusal.params else None
    others = [state.people[one] for one in table if one != person.id]
    return {
        "run": run.id,
        "role": role,
        "table": person.table if _seated(run, person) else None,
        "station": person.table if _seated(run, person) and by_station(run) else None,
        "station_name": _name(state, _station_owner(run, table)) if by_station(run) else None,
        "with": [{"name": one.name, "municipality": one.municipality} for one in others],
        "listening": rules.listens(slot, role),
        "leads": run.roles.get(person.id) == LEADER,
        "write": offered,
        "once": [kind for kind in offered if already(state, run, person.id, kind, run.position)] if once else [],
        "vote": ballot if votes else None,
        "mark": rules.may_mark(slot, role) is True,
        "card": card_of(run, person.id) if votes else None,
        "focus_name": _focus(state, run, slot, table),
        "why": NOTHING_TO_CHOOSE if run.nothing and votes and not offered else why,
    }


def by_station(run: Run) -> bool:
    """Whether tables are stations now: people walk along them, or are back at their own."""
    step = run.method.steps[run.position.step]
    return step.scale == "per_station" or step.seating == "home"


def _seated(run: Run, person: Person) -> bool:
    return person.table is not None and 0 < int(person.table) <= len(run.tables)


def _focus(state: RoomState, run: Run, slot: Slot, table: list[str]) -> str | None:
    """Whose turn it is: of the table, the station, or the group."""
    step = run.method.steps[run.position.step]
    if table and seating.rotates(step):
        cast = seating.roles(run.method, run.position, table, run.roles)
        return _name(state, next((one for one in table if cast[one] in TURN_ROLES), None))
    if table and step.scale == "per_station":
        return _name(state, _station_owner(run, table))
    if slot.speaking in FOCUS_ROLES:
        return _name(state, next((one for one, role in run.roles.items() if role == slot.speaking), None))
    return None


def _station_owner(run: Run, table: list[str]) -> str | None:
    """Whose station it is, of those who are at it; None when nobody there has that role."""
    if run.method.stations is None:
        return None
    cast = seating.roles(run.method, run.position, table, run.roles)
    return next((one for one in table if cast[one] == ROLE[run.method.stations.owner]), None)


def _name(state: RoomState, participant: str | None) -> str | None:
    return state.people[participant].name if participant in state.people else None


def confidential(state: RoomState, run: Run | None) -> bool:
    """Whether what is said in this run stays in its group."""
    case = state.cases.get((run.case if run else None) or "")
    return case is not None and case.confidential


def in_confidence(state: RoomState, one: Contribution, reader: str) -> bool:
    """Whether this person (or ``f:`` key) may know of it: of a confidential case only its group may, and who wrote it."""
    if not one.confidential or one.author == reader:
        return True
    case = state.cases.get(one.case or "")
    group = case.group if case is not None else one.group
    person = state.people.get(reader)
    return group is None or (person is not None and person.group == group)


def title_of(state: RoomState, one: Contribution) -> str | None:
    """Where in a method this was made, as the harvest says it: "Roddelmethode · Roddelen"."""
    run = state.runs.get(one.run or "")
    if run is None or one.position is None:
        return None
    at = read(one.position)
    if at.step >= len(run.method.steps):
        return run.method.name_nl
    return f"{run.method.name_nl} · {run.method.steps[at.step].title_nl}"[:MOST_TITLE]


__all__ = [
    "AT_TABLES", "LEADER", "NOTHING_TO_CHOOSE", "TOGETHER", "Written", "already", "ballot_of", "by_station", "card_of", "confidential",
    "in_confidence",
    "leader_of", "may_send", "members", "mode_of", "near", "reads", "role_at", "run_for", "run_of_group", "slot_at", "table_at", "title_of",
    "turn", "where_written", "written",
]  # fmt: skip
