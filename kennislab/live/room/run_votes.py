"""The votes of a run: what is voted on at a position and at which table, what they bring, and cards that go round. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kennislab.core.journal import Entry
from kennislab.live.methods import rules, seating
from kennislab.live.methods.plan import Position, Slot
from kennislab.live.methods.vocabulary import KIND
from kennislab.live.room import decision as d
from kennislab.live.room.cases_state import Case
from kennislab.live.room.run_cases import case_choices, choosing_steps, pitched
from kennislab.live.room.runs_state import Run, Tables
from kennislab.live.room.state import Ballot, Contribution, Person, RoomState
from kennislab.live.room.turns import ballot_of, slot_at

TOP = 10
BALLOT_KINDS = {"vote": "dots", "choice_with_reason": "choice", "rating_1_5": "rating"}


def votes_of(
    state: RoomState, run: Run, people: Sequence[Person], case: Case | None, slot: Slot, position: Position, tables: Tables
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The votes of a step: one for all, or one at each table; and what the run has to know of them."""
    fixed = [{"id": one.id, "text": one.title_nl, "text_en": one.title_en, "contribution": None} for one in slot.options]
    places: list[int | None] = list(range(len(tables))) if tables else [None]
    votes: list[dict[str, Any]] = []
    ballots: dict[str, str] = {}
    cards: list[dict[str, str]] = []
    shown = choices_of(state, run, slot)
    waits = bool(slot.collects) or (case is None and slot.step_id == choosing_steps(run.method)[0])
    for place in places:
        if place is None:
            seen = shown
        else:
            company = seating.company(run.method, position, tables, place)
            here = frozenset(one for table in tables for one in table)
            seen = [one for one in shown if not one.company or rules.may_read(frozenset(one.company), company, present=here)]
        choices = [*case_choices(state, run, slot, case), *({"id": c.id, "text": c.text, "contribution": c.id} for c in seen), *fixed]
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
            cards = seating.hand_round(authors, [one.id for one in people], slot.units, run.id)
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


def closing(state: RoomState, run: Run, actor: str | None) -> list[Entry]:
    """The votes of this run that are open, closed."""
    return [
        Entry("ballot.closed", {"id": ballot.id}, actor)
        for ballot in (state.ballots.get(id_) for id_ in run.ballots.values())
        if ballot and ballot.open
    ]


def top_of(state: RoomState, run: Run) -> list[str]:
    """What the vote that closes now put first: contributions, at most ten."""
    ballots = [state.ballots[id_] for id_ in run.ballots.values() if id_ in state.ballots]
    if len(ballots) != 1:
        return []
    known = {choice["id"]: choice["contribution"] for choice in ballots[0].choices}
    return [known[id_] for id_ in result_of(ballots[0]) if known[id_]][:TOP]


def proposed(state: RoomState, run: Run, actor: str | None) -> tuple[Case | None, list[Entry]]:
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


def dealt_again(state: RoomState, run: Run, people: Sequence[Person]) -> list[dict[str, str]]:
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
