"""A card on the wall: put there, changed, hidden, moved and taken away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from kennislab.core.errors import N_, Refused, require
from kennislab.core.journal import Row
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room import run_votes, turns
from kennislab.live.room.lineage import chain, directly_under, stands_for, under
from kennislab.live.room.runs_state import written
from kennislab.live.room.state import Contribution, Key, RoomState
from kennislab.live.room.topics.contributions_seen import seen

# -- deciding


def _add(state: RoomState, actor: LiveActor, op: m.ContributionAdd | m.ActionAdd, now: datetime) -> d.Decision:
    made = d.made_at(op.id, now)
    require(policies.may_add(state, actor, op, made, now))
    person = state.people.get(actor.key)
    step = policies.step_of(state, op, made)
    agenda = state.agenda.get(step or "", {})
    late = (
        not state.open
        or step != state.step.id
        or (state.step.ends_at is not None and now > state.step.ends_at)
        or not state.step.round_open
    )
    data: dict[str, Any] = {
        "id": d.new_id(),
        "kind": "action" if isinstance(op, m.ActionAdd) else op.kind,
        "text": op.text,
        "author": actor.key,
        "step": step,
        "group": (op.group if isinstance(op, m.ContributionAdd) and op.group else person.group if person else None),
        "municipality": actor.municipality,
        "late": late and not actor.leads,
        "pending": not actor.leads and (state.moderation == "pre" or bool(person and person.held)),
        "unrevealed": bool(agenda.get("hidden_until_reveal")) and step == state.step.id and not state.step.revealed and not actor.leads,
        "quarantined": not state.open,
    }
    if isinstance(op, m.ActionAdd):
        data |= {"owner": op.owner, "due": op.due}
    else:
        if op.answers is not None:
            d.existing(state, op.answers)
        data |= {"answers": op.answers, "themes": list(op.themes), "consent": op.consent, "on_behalf_of": op.on_behalf_of}
        data["recalls"] = {"id": op.recalls} if op.recalls else None
        if op.paper is not None:
            data |= {"paper": {"card": op.paper.card}, "municipality": op.paper.municipality}
    extra = {"contribution": data["id"]} | ({} if state.open else {"quarantined": True})
    if (place := policies.place_of(state, actor, op)) is not None:
        data |= _in_method(state, actor, op, place, now)
    added = d.fact("contribution.added" if state.open else "op.quarantined", actor, extra, **data)
    if place is None or not place.present or not state.open:
        return added
    choice = {"id": data["id"], "text": op.text, "contribution": data["id"], "kind": data["kind"]}
    return d.Decision([*added.entries, *run_votes.grown(state, place.run, choice, actor.key)], extra)


def _in_method(
    state: RoomState, actor: LiveActor, op: m.ContributionAdd | m.ActionAdd, place: turns.Written, now: datetime
) -> dict[str, Any]:
    """Where in a method it was made, who belongs to it, and whether it stays hidden until the step ends."""
    run = place.run
    over = not state.open or not place.present or (run.clock.ends_at is not None and now > run.clock.ends_at)
    data: dict[str, Any] = {
        "run": run.id,
        "position": written(place.position),
        "table": place.table,
        "company": place.company,
        "case": run.case,
        "confidential": turns.confidential(state, run),
        "late": over and not actor.leads,
        "unrevealed": place.slot.hidden and place.present and not run.revealed and not actor.leads,
    }
    if run.group is not None:
        data["group"] = run.group
    if isinstance(op, m.ContributionAdd) and op.cell is not None:
        data["cell"] = op.cell.model_dump()
    return data


def _edit(state: RoomState, actor: LiveActor, op: m.ContributionEdit, now: datetime) -> d.Decision:
    one = state.contributions.get(op.contribution)
    require(policies.may_change(actor, one, op))
    assert one is not None
    if op.base_rev != one.rev:
        raise Refused(
            "edited-meanwhile",
            N_("Deze bijdrage is intussen aangepast"),
            N_("Kijk wat er nu staat en pas het dan opnieuw aan."),
            status=409,
        )
    return d.fact("contribution.edited", actor, id=one.id, text=op.text, rev=one.rev + 1)


def _retract(state: RoomState, actor: LiveActor, op: m.ContributionRetract, now: datetime) -> d.Decision:
    require(policies.may_change(actor, state.contributions.get(op.contribution), op))
    return d.fact("contribution.retracted", actor, id=op.contribution)


def _hide(state: RoomState, actor: LiveActor, op: m.ContributionHide, now: datetime) -> d.Decision:
    return d.fact("contribution.hidden", actor, id=d.existing(state, op.contribution).id)


def _show(state: RoomState, actor: LiveActor, op: m.ContributionShow, now: datetime) -> d.Decision:
    return d.fact("contribution.shown", actor, id=d.existing(state, op.contribution).id)


def _move(state: RoomState, actor: LiveActor, op: m.ContributionMove, now: datetime) -> d.Decision:
    one = d.existing(state, op.contribution)
    changed: dict[str, Any] = {name: getattr(op, name) for name in ("kind", "group", "answers", "themes") if name in op.model_fields_set}
    if changed.get("answers"):
        d.existing(state, changed["answers"])
        if one.id in chain(state, changed["answers"]):
            raise Refused(
                "answers-itself", N_("Zo antwoordt een kaart op zichzelf"), N_("Koppel de kaart aan een ander knelpunt."), status=422
            )
    if "recalls" in op.model_fields_set:
        changed["recalls"] = {"id": op.recalls} if op.recalls else None
    if changed.get("kind", "x") is None or changed.get("themes", "x") is None:
        raise Refused("invalid-op", N_("Dit klopt nog niet"), N_("Kies een soort of laat hem zoals hij is."), status=422)
    return d.fact("contribution.moved", actor, id=one.id, **changed)


def _mark(state: RoomState, actor: LiveActor, op: m.QuestionMark, now: datetime) -> d.Decision:
    require(policies.may_mark(state, actor, op))
    return d.fact("question.marked", actor, id=op.contribution, warmth=op.warmth)


DECIDE: dict[type[m.Op], d.Decide] = {
    m.ContributionAdd: _add,
    m.ActionAdd: _add,
    m.ContributionEdit: _edit,
    m.ContributionRetract: _retract,
    m.ContributionHide: _hide,
    m.ContributionShow: _show,
    m.ContributionMove: _move,
    m.QuestionMark: _mark,
}

# -- what the facts change


def put(state: RoomState, one: Contribution) -> None:
    """A card more in the room: with its author, in its run, and behind the veil when it is not shown yet."""
    state.contributions[one.id] = one
    run = state.runs.get(one.run or "")
    if run is not None:
        run.items[one.id] = None
    if one.unrevealed:
        (state.veiled if run is None else run.veiled)[one.id] = None
    if one.author in state.people:
        state.people[one.author].contributions.append(one.id)


def added(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    """Something new, on the wall or in quarantine."""
    contribution = Contribution(at=row.at, **data)
    put(state, contribution)
    run = state.runs.get(contribution.run or "")
    if run is not None:
        run.sent, run.sent_at = run.sent + 1, row.at
        run.writers[contribution.author or ""] = None


def _edited(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    contribution = state.contributions[data["id"]]
    contribution.text, contribution.rev = data["text"], data["rev"]


def _retracted(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    take_away(state, state.contributions[data["id"]])


def take_away(state: RoomState, contribution: Contribution) -> None:
    """Gone for everybody; what had gone into it stands by itself again."""
    contribution.retracted = True
    state.veiled.pop(contribution.id, None)
    if contribution.run in state.runs and contribution.run is not None:
        state.runs[contribution.run].veiled.pop(contribution.id, None)
    if contribution.author in state.people:
        state.people[contribution.author].contributions.remove(contribution.id)
    for one in directly_under(state, contribution):  # what others said is not hers to take back
        one.merged = None


def _hidden(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.contributions[data["id"]].hidden = True


def _shown(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    contribution = state.contributions[data["id"]]
    contribution.hidden = contribution.pending = False


def _moved(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    contribution = state.contributions[data["id"]]
    for name in ("kind", "group", "answers", "themes", "recalls"):
        if name in data:
            setattr(contribution, name, data[name])


def _marked(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.contributions[data["id"]].warmth = data["warmth"]


def reveal_all(state: RoomState) -> None:
    """What was hidden is shown."""
    for key in state.unrevealed():
        state.contributions[key].unrevealed = False
    state.veiled.clear()
    state.step.revealed = True


APPLY: dict[str, Callable[[RoomState, Row, dict[str, Any]], None]] = {
    "contribution.added": added,
    "contribution.edited": _edited,
    "contribution.retracted": _retracted,
    "contribution.hidden": _hidden,
    "contribution.shown": _shown,
    "contribution.moved": _moved,
    "question.marked": _marked,
}


def touched_by_new(state: RoomState, row: Row) -> list[Key]:
    """What may look different after something new."""
    counts: list[Key] = [("counts", "")] if row.data.get("unrevealed") else []
    runs: list[Key] = [("progress", row.data["run"])] if row.data.get("run") in state.runs else []
    return [("contributions", row.data["id"]), *counts, *runs, ("me", row.data["author"] or "")]


def in_its_run(state: RoomState, one: Contribution) -> list[Key]:
    """What a method shows of it: how many there are, and what its author may still send."""
    return [("progress", one.run), ("me", one.author or "")] if one.run in state.runs and one.run is not None else []


def _itself(state: RoomState, row: Row) -> list[Key]:
    one = state.contributions[row.data["id"]]
    return [("contributions", one.id), *in_its_run(state, one)]


def _retracting(state: RoomState, row: Row) -> list[Key]:
    one = state.contributions[row.data["id"]]
    freed = [("contributions", other.id) for other in under(state, one)]
    mine: Key = ("me", one.author or "")
    return [("contributions", one.id), *freed, *answering(state, freed), ("counts", ""), *in_its_run(state, one), mine]


def answering(state: RoomState, keys: list[Key]) -> list[Key]:
    """Cards that answer one of these, or something that went into one of these."""
    heads = {id_ for _, id_ in keys}
    if not heads:
        return []
    return [
        ("contributions", c.id) for c in state.contributions.values() if c.answers and ({c.answers, stands_for(state, c.answers)} & heads)
    ]


TOUCHES: dict[str, Callable[[RoomState, Row], list[Key]]] = {
    "contribution.added": touched_by_new,
    "contribution.edited": _itself,
    "contribution.retracted": _retracting,
    "contribution.hidden": _itself,
    "contribution.shown": _itself,
    "contribution.moved": _itself,
    "question.marked": _itself,
}

VIEWS = {"contributions": seen}
