"""Who sees what of what is on the wall."""

from __future__ import annotations

from typing import Any

from kennislab.core.clock import iso
from kennislab.live.room import turns
from kennislab.live.room.audience import Audience
from kennislab.live.room.lineage import stands_for, under
from kennislab.live.room.state import Contribution, RoomState


def may_see(state: RoomState, audience: Audience, one: Contribution) -> bool:
    """Whether this audience may know that this contribution exists."""
    if one.retracted:
        return False
    if audience.kind == "participant" and one.author == audience.id:
        return True
    if one.merged is not None:
        return False
    if one.unrevealed:
        return audience.id is not None and one.author == audience.id
    if one.confidential and not _in_confidence(state, audience, one):
        return False
    if one.run is not None and not _during_run(state, audience, one):
        return False
    if audience.kind == "facilitators":
        return not one.rejected
    if one.pending or one.hidden or one.quarantined or one.rejected:
        return False
    if one.consent == "group" and one.group is not None:
        return audience.kind in ("everyone", "participant") and audience.group == one.group
    return True


def _in_confidence(state: RoomState, audience: Audience, one: Contribution) -> bool:
    """Of a confidential case: only in its group, for ever; who leads the room only when that is everybody; the screen never."""
    case = state.cases.get(one.case or "")
    group = case.group if case is not None else one.group
    if audience.kind == "facilitators":
        return group is None or (audience.id is not None and one.author == audience.id)
    return audience.kind != "projector" and (group is None or audience.group == group)


def _during_run(state: RoomState, audience: Audience, one: Contribution) -> bool:
    """While a method is on: the group sees what its tables may read; the screen only what is said with everybody together."""
    run = state.runs.get(one.run or "")
    if run is None or not run.on or audience.kind == "facilitators":
        return True
    if audience.kind == "projector":
        return run.group is None and (not one.company or turns.mode_of(run) in turns.TOGETHER)
    return (run.group is None or audience.group == run.group) and turns.reads(state, run, one, audience.seat[1])


def status(one: Contribution) -> str:
    """``visible``, or why it is not: ``quarantined``, ``rejected``, ``merged`` (under another), ``hidden`` (also one that waited
    and was not placed), ``pending``."""
    if one.quarantined:
        return "quarantined"
    if one.rejected:
        return "rejected"
    if one.merged is not None:
        return "merged"
    return "hidden" if one.hidden else "pending" if one.pending else "visible"


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """What this audience sees of it. Anonymous means anonymous: then nobody gets an author or a city, facilitators neither."""
    one = state.contributions.get(id_)
    if one is None or not may_see(state, audience, one):
        return None
    anonymous = one.consent == "public_anonymous"
    also = under(state, one) if one.merges else []
    content: dict[str, Any] = {
        "id": one.id,
        "kind": one.kind,
        "text": one.text,
        "rev": one.rev,
        "step": one.step,
        "group": one.group,
        "answers": stands_for(state, one.answers) if one.answers else None,
        "paper": one.paper,
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
        "run": one.run,
        "position": one.position,
        "table": one.table,
        "cell": one.cell,
        "confidential": one.confidential,
        "origin": one.origin,
        "times": 1 + len(also),
        "also": None,
        "via": None,
        "support": len(one.support),
        "answered": one.answered,
        "author": None,
        "on_behalf_of": None,
    }
    if audience.kind == "facilitators":
        content["also"] = [other.text for other in also]
        content["via"] = "paper" if one.paper else "desk" if (one.author or "").startswith("f:") else "phone"
    if audience.kind == "facilitators" and not anonymous:
        person = state.people.get(one.author or "")
        content["author"] = {"id": person.id, "name": person.name} if person else None
        content["on_behalf_of"] = one.on_behalf_of
    return content
