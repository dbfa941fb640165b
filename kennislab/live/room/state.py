"""The state of a room, and how each fact of the journal changes it. State = fold(events); nothing else may change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kennislab.core.clock import parse_iso
from kennislab.core.journal import Row

Key = tuple[str, str]
"""What a fact touches: ("contributions", id), ("people", id), ("ballots", id), ("agenda", id), or a singleton ("step", "")."""


@dataclass(slots=True)
class Person:
    """Somebody in the room."""

    id: str
    name: str | None
    municipality: str | None
    group: str | None = None
    hand: bool = False
    held: bool = False
    gone: bool = False
    contributions: list[str] = field(default_factory=list)
    votes: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Contribution:
    """Something that was said. ``author`` is a participant id, or an ``f:`` key for a facilitator."""

    id: str
    kind: str
    text: str
    at: datetime
    author: str | None
    step: str | None = None
    group: str | None = None
    answers: str | None = None
    themes: list[str] = field(default_factory=list)
    consent: str = "programme"
    municipality: str | None = None
    on_behalf_of: str | None = None
    rev: int = 1
    late: bool = False
    pending: bool = False
    hidden: bool = False
    unrevealed: bool = False
    quarantined: bool = False
    retracted: bool = False
    rejected: bool = False
    warmth: str | None = None
    owner: str | None = None
    due: str | None = None


@dataclass(slots=True)
class Ballot:
    """A vote. ``cast``: voter key → choice → number."""

    id: str
    title: str
    kind: str
    budget: int
    choices: list[dict[str, Any]]
    open: bool = True
    cast: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Step:
    """Where the room is. ``rev`` counts moves; the clock runs to ``ends_at`` or stands still with ``remaining`` seconds."""

    id: str | None = None
    rev: int = 0
    started_at: datetime | None = None
    ends_at: datetime | None = None
    paused_at: datetime | None = None
    remaining: float | None = None
    round_open: bool = True
    round_closed_at: datetime | None = None
    revealed: bool = True


@dataclass(slots=True)
class RoomState:
    """Everything about a room at journal number ``seq``."""

    lab_id: int = 0
    title: str = ""
    quarter: str = ""
    open: bool = False
    opened: bool = False
    closed_at: datetime | None = None
    moderation: str = "post"
    join: dict[str, str] | None = None
    seq: int = 0
    agenda: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    step: Step = field(default_factory=Step)
    visited: list[tuple[str, datetime]] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    present: int = 0
    veiled: dict[str, None] = field(default_factory=dict)
    contributions: dict[str, Contribution] = field(default_factory=dict)
    ballots: dict[str, Ballot] = field(default_factory=dict)
    scene: str = "join"
    scene_before: str = "join"
    scene_ballot: str | None = None
    follow: bool = True

    def unrevealed(self) -> list[str]:
        """Contributions that only their authors see yet."""
        return list(self.veiled)


def touches(state: RoomState, row: Row) -> list[Key]:
    """Every object whose view may differ after ``row``; asked before it is applied."""
    data = row.data
    match row.type:
        case "lab.opened":
            return [
                ("lab", ""),
                ("step", ""),
                ("counts", ""),
                ("projector", ""),
                *(("agenda", s["id"]) for s in data["agenda"]),
                *(("agenda", s) for s in state.agenda),
                *(("groups", g["id"]) for g in data.get("groups", [])),
            ]
        case "lab.closed":
            return [
                ("lab", ""),
                ("step", ""),
                ("counts", ""),
                *(("ballots", b.id) for b in state.ballots.values()),
                *(("contributions", c) for c in state.unrevealed()),
            ]
        case "participant.joined" | "participant.left" | "participant.held" | "hand.raised":
            return [("people", data["participant"]), ("counts", ""), ("me", data["participant"])]
        case "participant.moved":
            person = state.people[data["participant"]]
            groups = {person.group, data["group"]} - {None}
            return [
                ("people", person.id),
                ("me", person.id),
                *(("contributions", c.id) for c in state.contributions.values() if c.group in groups),
            ]
        case "contribution.added" | "op.quarantined":
            counts = [("counts", "")] if data.get("unrevealed") else []
            return [("contributions", data["id"]), *counts, ("me", data["author"] or "")]
        case "contribution.retracted":
            return [("contributions", data["id"]), ("counts", ""), ("me", state.contributions[data["id"]].author or "")]
        case (
            "contribution.edited" | "contribution.hidden" | "contribution.shown" | "contribution.moved" | "question.marked" | "op.released"
        ):
            return [("contributions", data["id"])]
        case "ballot.opened":
            return [("ballots", data["id"]), ("projector", "")]
        case "ballot.closed":
            return [("ballots", data["id"]), ("projector", "")]
        case "vote.cast":
            return [("counts", ""), ("me", row.actor or "")]
        case "step.changed":
            return [("step", ""), ("counts", ""), ("projector", ""), *(("contributions", c) for c in state.unrevealed())]
        case "revealed":
            return [("step", ""), ("counts", ""), *(("contributions", c) for c in state.unrevealed())]
        case "timer.changed" | "round.changed":
            return [("step", "")]
        case "moderation.changed":
            return [("lab", "")]
        case "projector.changed":
            return [("projector", "")]
    raise ValueError(f"unknown fact {row.type}")


def _moment(text: str | None) -> datetime | None:
    return parse_iso(text) if text else None


def apply(state: RoomState, row: Row) -> None:
    """Changes ``state`` by one fact. Facts come in order; ``state.seq`` follows."""
    _HANDLERS[row.type](state, row, row.data)
    state.seq = row.seq


def _opened(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.open = state.opened = True
    state.closed_at = None
    state.lab_id, state.title, state.quarter = data["lab"], data["title"], data["quarter"]
    state.join = data["join"]
    state.agenda = {step["id"]: step for step in data["agenda"]}
    state.groups.update({group["id"]: group for group in data.get("groups", [])})
    state.step.round_open, state.step.round_closed_at = True, None


def _closed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.open, state.closed_at = False, row.at
    _reveal_all(state)
    for ballot in state.ballots.values():
        ballot.open = False


def _joined(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    known = state.people.get(data["participant"])
    if known is None or known.gone:
        state.present += 1
    if known is None:
        state.people[data["participant"]] = Person(data["participant"], data["name"], data["municipality"], data.get("group"))
    else:
        known.name, known.municipality, known.gone = data["name"], data["municipality"], False


def _left(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    person = state.people[data["participant"]]
    state.present -= not person.gone
    person.gone, person.hand = True, False


def _held(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.people[data["participant"]].held = data["held"]


def _moved_person(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.people[data["participant"]].group = data["group"]


def _hand(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.people[data["participant"]].hand = data["up"]


def _added(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    contribution = Contribution(at=row.at, **data)
    state.contributions[contribution.id] = contribution
    if contribution.unrevealed:
        state.veiled[contribution.id] = None
    if contribution.author in state.people:
        state.people[contribution.author].contributions.append(contribution.id)


def _edited(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    contribution = state.contributions[data["id"]]
    contribution.text, contribution.rev = data["text"], data["rev"]


def _retracted(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    contribution = state.contributions[data["id"]]
    contribution.retracted = True
    state.veiled.pop(contribution.id, None)
    if contribution.author in state.people:
        state.people[contribution.author].contributions.remove(contribution.id)


def _hidden(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.contributions[data["id"]].hidden = True


def _shown(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    contribution = state.contributions[data["id"]]
    contribution.hidden = contribution.pending = False


def _moved(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    contribution = state.contributions[data["id"]]
    for name in ("kind", "group", "answers", "themes"):
        if name in data:
            setattr(contribution, name, data[name])


def _marked(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.contributions[data["id"]].warmth = data["warmth"]


def _ballot_opened(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.ballots[data["id"]] = Ballot(data["id"], data["title"], data["kind"], data["budget"], data["choices"])
    if state.follow:
        _scene(state, "ballot", data["id"])


def _ballot_closed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.ballots[data["id"]].open = False


def _vote(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    voter = row.actor or ""
    state.ballots[data["ballot"]].cast[voter] = data["choices"]
    if voter in state.people:
        state.people[voter].votes[data["ballot"]] = data["choices"]


def _reveal_all(state: RoomState) -> None:
    for key in state.unrevealed():
        state.contributions[key].unrevealed = False
    state.veiled.clear()
    state.step.revealed = True


def _step(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    _reveal_all(state)
    agenda = state.agenda[data["step"]]
    state.step = Step(data["step"], data["rev"], row.at, _moment(data["ends_at"]), revealed=not agenda.get("hidden_until_reveal", False))
    state.visited.append((data["step"], row.at))
    if state.follow:
        _scene(state, "step", None)


def _timer(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.step.ends_at, state.step.paused_at, state.step.remaining = _moment(data["ends_at"]), _moment(data["paused_at"]), data["remaining"]


def _round(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.step.round_open = data["open"]
    state.step.round_closed_at = None if data["open"] else row.at


def _revealed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    _reveal_all(state)


def _moderation(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.moderation = data["mode"]


def _scene(state: RoomState, scene: str, ballot: str | None) -> None:
    if state.scene == "blank" and scene != "blank":  # dark stays dark until somebody says otherwise
        state.scene_before, state.scene_ballot = scene, ballot
        return
    state.scene, state.scene_ballot = scene, ballot


def _projector(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    if data.get("follow") is not None:
        state.follow = data["follow"]
    if data["scene"] == "blank":
        if state.scene != "blank":
            state.scene_before = state.scene
        state.scene = "blank"
    elif data["scene"] == "back":
        state.scene = state.scene_before
    else:
        state.scene, state.scene_ballot = data["scene"], data.get("ballot")


def _released(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    contribution = state.contributions[data["id"]]
    contribution.quarantined = False
    contribution.rejected = not data["accepted"]


_HANDLERS = {
    "lab.opened": _opened,
    "lab.closed": _closed,
    "participant.joined": _joined,
    "participant.left": _left,
    "participant.held": _held,
    "participant.moved": _moved_person,
    "hand.raised": _hand,
    "contribution.added": _added,
    "op.quarantined": _added,
    "contribution.edited": _edited,
    "contribution.retracted": _retracted,
    "contribution.hidden": _hidden,
    "contribution.shown": _shown,
    "contribution.moved": _moved,
    "question.marked": _marked,
    "ballot.opened": _ballot_opened,
    "ballot.closed": _ballot_closed,
    "vote.cast": _vote,
    "step.changed": _step,
    "timer.changed": _timer,
    "round.changed": _round,
    "revealed": _revealed,
    "moderation.changed": _moderation,
    "projector.changed": _projector,
    "op.released": _released,
}


def fold(rows: list[Row], state: RoomState | None = None) -> RoomState:
    """The state after these facts."""
    state = state or RoomState()
    for row in rows:
        apply(state, row)
    return state
