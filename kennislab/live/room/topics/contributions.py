"""What is put on the wall, and what happens to it there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from kennislab.core.clock import iso
from kennislab.core.errors import N_, Refused, require
from kennislab.core.journal import Row
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience
from kennislab.live.room.state import Contribution, Key, RoomState

# -- deciding


def _add(state: RoomState, actor: LiveActor, op: m.ContributionAdd | m.ActionAdd, now: datetime) -> d.Decision:
    written = d.made_at(op.id, now)
    require(policies.may_add(state, actor, op, written, now))
    person = state.people.get(actor.key)
    step = policies.step_of(state, op, written)
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
    extra = {"contribution": data["id"]} | ({} if state.open else {"quarantined": True})
    return d.fact("contribution.added" if state.open else "op.quarantined", actor, extra, **data)


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


def added(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    """Something new, on the wall or in quarantine."""
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
    return [("contributions", row.data["id"]), *counts, ("me", row.data["author"] or "")]


def _itself(state: RoomState, row: Row) -> list[Key]:
    return [("contributions", row.data["id"])]


def _retracting(state: RoomState, row: Row) -> list[Key]:
    return [("contributions", row.data["id"]), ("counts", ""), ("me", state.contributions[row.data["id"]].author or "")]


TOUCHES: dict[str, Callable[[RoomState, Row], list[Key]]] = {
    "contribution.added": touched_by_new,
    "contribution.edited": _itself,
    "contribution.retracted": _retracting,
    "contribution.hidden": _itself,
    "contribution.shown": _itself,
    "contribution.moved": _itself,
    "question.marked": _itself,
}

# -- who sees what


def may_see(state: RoomState, audience: Audience, one: Contribution) -> bool:
    """Whether this audience may know that this contribution exists."""
    if one.retracted:
        return False
    if audience.kind == "participant" and one.author == audience.id:
        return True
    if one.unrevealed:
        return audience.id is not None and one.author == audience.id
    if audience.kind == "facilitators":
        return not one.rejected
    if one.pending or one.hidden or one.quarantined or one.rejected:
        return False
    if one.consent == "group" and one.group is not None:
        return audience.kind in ("everyone", "participant") and audience.group == one.group
    return True


def status(one: Contribution) -> str:
    """``visible``, or why it is not: ``quarantined``, ``rejected``, ``hidden`` (also one that waited and was not placed), ``pending``."""
    if one.quarantined:
        return "quarantined"
    if one.rejected:
        return "rejected"
    return "hidden" if one.hidden else "pending" if one.pending else "visible"


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """What this audience sees of it. Anonymous means anonymous: then nobody gets an author or a city, facilitators neither."""
    one = state.contributions.get(id_)
    if one is None or not may_see(state, audience, one):
        return None
    anonymous = one.consent == "public_anonymous"
    content: dict[str, Any] = {
        "id": one.id,
        "kind": one.kind,
        "text": one.text,
        "rev": one.rev,
        "step": one.step,
        "group": one.group,
        "answers": one.answers,
        "recalls": one.recalls,
        "themes": one.themes,
        "consent": one.consent,
        "municipality": None if anonymous else one.municipality,
        "at": iso(one.at),
        "late": one.late,
        "edited": one.rev > 1,
        "status": status(one),
        "warmth": one.warmth,
        "owner": one.owner,
        "due": one.due,
        "author": None,
        "on_behalf_of": None,
    }
    if audience.kind == "facilitators" and not anonymous:
        person = state.people.get(one.author or "")
        content["author"] = {"id": person.id, "name": person.name} if person else None
        content["on_behalf_of"] = one.on_behalf_of
    return content


VIEWS = {"contributions": seen}
