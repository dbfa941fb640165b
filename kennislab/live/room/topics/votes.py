"""Votes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kennislab.core.errors import N_, Refused, require
from kennislab.core.journal import Row
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience
from kennislab.live.room.state import Ballot, Key, RoomState
from kennislab.live.room.topics.projector import show


def _cast(state: RoomState, actor: LiveActor, op: m.VoteCast, now: datetime) -> d.Decision:
    require(policies.may_vote(state, op))
    return d.fact("vote.cast", actor, ballot=op.ballot, choices={c: n for c, n in op.choices.items() if n})


def _close(state: RoomState, actor: LiveActor, op: m.RoundClose, now: datetime) -> d.Decision:
    if op.ballot is None:
        return d.fact("round.changed", actor, open=False)
    if op.ballot not in state.ballots:
        raise d.missing(N_("Deze stemming is er niet"))
    return d.fact("ballot.closed", actor, id=op.ballot) if state.ballots[op.ballot].open else d.NOTHING


def _open(state: RoomState, actor: LiveActor, op: m.RoundOpen, now: datetime) -> d.Decision:
    if op.ballot is None:
        return d.fact("round.changed", actor, open=True)
    shown = [
        c for c in state.contributions.values() if not (c.retracted or c.hidden or c.pending or c.unrevealed or c.quarantined or c.rejected)
    ]
    in_room = [c for c in shown if c.consent != "group" or c.group is None]
    chosen = (
        [d.existing(state, id_) for id_ in op.ballot.choices]
        if op.ballot.choices
        else [c for c in in_room if c.kind in ("bottleneck", "linking_opportunity")]
    )
    allowed = {c.id for c in in_room}
    if not chosen or any(c.id not in allowed for c in chosen):
        raise Refused(
            "nothing-to-choose",
            N_("Er is nog niets om over te stemmen"),
            N_("Kies kaarten die iedereen ziet, of wacht tot er knelpunten of koppelkansen staan."),
            status=422,
        )
    choices = [{"id": c.id, "text": c.text, "contribution": c.id} for c in chosen]
    id_ = d.new_id()
    return d.fact(
        "ballot.opened",
        actor,
        {"ballot": id_},
        id=id_,
        title=op.ballot.title,
        kind=op.ballot.kind,
        budget=op.ballot.budget,
        choices=choices,
    )


DECIDE: dict[type[m.Op], d.Decide] = {m.VoteCast: _cast, m.RoundOpen: _open, m.RoundClose: _close}


def _opened(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.ballots[data["id"]] = Ballot(data["id"], data["title"], data["kind"], data["budget"], data["choices"])
    if state.follow:
        show(state, "ballot", data["id"])


def _closed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.ballots[data["id"]].open = False


def _voted(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    voter = row.actor or ""
    state.ballots[data["ballot"]].cast[voter] = data["choices"]
    if voter in state.people:
        state.people[voter].votes[data["ballot"]] = data["choices"]


APPLY = {"ballot.opened": _opened, "ballot.closed": _closed, "vote.cast": _voted}


def _ballot(state: RoomState, row: Row) -> list[Key]:
    return [("ballots", row.data["id"]), ("projector", "")]


def _vote(state: RoomState, row: Row) -> list[Key]:
    return [("counts", ""), ("me", row.actor or "")]


TOUCHES = {"ballot.opened": _ballot, "ballot.closed": _ballot, "vote.cast": _vote}


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """A vote; its result only once it is closed."""
    ballot = state.ballots.get(id_)
    if ballot is None:
        return None
    result: dict[str, int] | None = None
    if not ballot.open:
        result = {choice["id"]: 0 for choice in ballot.choices}
        for cast in ballot.cast.values():
            for choice, number in cast.items():
                result[choice] += number
    return {
        "id": ballot.id,
        "title": ballot.title,
        "kind": ballot.kind,
        "budget": ballot.budget,
        "state": "open" if ballot.open else "closed",
        "choices": ballot.choices,
        "result": result,
    }


VIEWS = {"ballots": seen}
