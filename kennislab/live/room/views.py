"""Who sees what: one function from state and audience to content, and from a fact to what changes for an audience.

Audiences: ``everyone`` (participants, per group), one ``participant``, ``facilitators``, ``projector``. What an audience may not see
never leaves: not hidden, but absent, without even an id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kennislab.core.clock import iso
from kennislab.core.journal import Row
from kennislab.live.room.state import Contribution, Key, Person, RoomState, apply, touches

COLLECTIONS = ("agenda", "people", "groups", "contributions", "ballots")
SINGLETONS = ("lab", "step", "counts", "projector", "me")


@dataclass(frozen=True, slots=True)
class Audience:
    """Who looks.

    ``kind``: everyone, participant, facilitators or projector; ``id``: which participant; ``group``: of everyone and participant.
    """

    kind: str
    id: str | None = None
    group: str | None = None

    @property
    def shared(self) -> Audience:
        """The audience this one shares its frames with, as long as nothing is for it alone."""
        if self.kind == "participant":
            return Audience("everyone", group=self.group)
        return Audience(self.kind) if self.id else self


EVERYONE = Audience("everyone")
FACILITATORS = Audience("facilitators")
PROJECTOR = Audience("projector")


def audience_of(state: RoomState, participant: str) -> Audience:
    """A participant's own audience, with the group of this moment."""
    person = state.people.get(participant)
    return Audience("participant", participant, person.group if person else None)


def may_see(audience: Audience, one: Contribution) -> bool:
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


def contribution(state: RoomState, audience: Audience, one: Contribution) -> dict[str, Any]:
    """What this audience sees of it. Anonymous means anonymous: then nobody gets an author or a city, facilitators neither."""
    anonymous = one.consent == "public_anonymous"
    seen: dict[str, Any] = {
        "id": one.id,
        "kind": one.kind,
        "text": one.text,
        "rev": one.rev,
        "step": one.step,
        "group": one.group,
        "answers": one.answers,
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
        seen["author"] = {"id": person.id, "name": person.name} if person else None
        seen["on_behalf_of"] = one.on_behalf_of
    return seen


def _ballot(state: RoomState, key: str) -> dict[str, Any]:
    ballot = state.ballots[key]
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


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "municipality": person.municipality,
        "hand": person.hand,
        "held": person.held,
        "role": "participant",
        "group": person.group,
    }


def entity(state: RoomState, audience: Audience, key: Key) -> dict[str, Any] | None:
    """What this audience sees of one object; None for nothing."""
    collection, id_ = key
    if collection == "contributions":
        one = state.contributions.get(id_)
        return contribution(state, audience, one) if one is not None and may_see(audience, one) else None
    if collection == "people":
        person = state.people.get(id_)
        return _person(person) if person is not None and not person.gone and audience.kind == "facilitators" else None
    if collection == "ballots":
        return _ballot(state, id_) if id_ in state.ballots else None
    if collection == "agenda":
        return state.agenda.get(id_)
    if collection == "groups":
        return state.groups.get(id_)
    return singleton(state, audience, key)


def singleton(state: RoomState, audience: Audience, key: Key) -> dict[str, Any] | None:
    """The objects of which there is one."""
    name, id_ = key
    if name == "lab":
        join = state.join if audience.kind in ("facilitators", "projector") else None
        return {
            "id": state.lab_id,
            "title": state.title,
            "quarter": state.quarter,
            "state": "open" if state.open else "closed",
            "moderation": state.moderation,
            "join": join,
        }
    if name == "step":
        step = state.step
        return {
            "id": step.id,
            "rev": step.rev,
            "started_at": iso(step.started_at),
            "ends_at": iso(step.ends_at),
            "paused_at": iso(step.paused_at),
            "remaining": step.remaining,
            "round_open": step.round_open,
            "revealed": step.revealed,
        }
    if name == "counts":
        return {
            "people": state.present,
            "hidden": len(state.veiled),
            "voters": {b.id: len(b.cast) for b in state.ballots.values() if b.cast},
        }
    if name == "projector":
        return {"scene": state.scene, "follow": state.follow, "ballot": state.scene_ballot}
    if name == "me" and audience.id is not None and audience.id == id_:
        return me(state, audience)
    return None


def me(state: RoomState, audience: Audience) -> dict[str, Any]:
    """What is mine alone: my contributions, my votes, my hand."""
    person = state.people.get(audience.id or "")
    if person is None:
        votes = {b.id: b.cast[audience.id] for b in state.ballots.values() if audience.id in b.cast}
        mine = [c.id for c in state.contributions.values() if c.author == audience.id and not c.retracted]
        return {"group": None, "contributions": sorted(mine), "hand": False, "held": False, "votes": votes}
    return {
        "group": person.group,
        "contributions": sorted(person.contributions),
        "hand": person.hand,
        "held": person.held,
        "votes": dict(person.votes),
    }


def everything(state: RoomState, audience: Audience) -> dict[str, Any]:
    """The snapshot's content: all this audience sees, without who-am-I and time."""
    seen: dict[str, Any] = {name: singleton(state, audience, (name, "")) for name in ("lab", "step", "counts", "projector")}
    for collection in COLLECTIONS:
        found = ((id_, entity(state, audience, (collection, id_))) for id_ in getattr(state, collection))
        seen[collection] = {id_: one for id_, one in found if one is not None}
    return seen


def concerned(state: RoomState, row: Row, keys: Iterable[Key]) -> set[str]:
    """Ids of the participants (or ``f:`` keys) for whom this fact may mean something that it does not mean for others."""
    ids = {id_ for collection, id_ in keys if collection == "me" and id_}
    for collection, id_ in keys:
        if collection == "contributions" and (one := state.contributions.get(id_)) is not None and one.author:
            ids.add(one.author)
    if row.type == "contribution.added" and row.data["author"]:
        ids.add(row.data["author"])
    return ids


Change = dict[str, Any]
"""``{"set": {...}, "gone": {...}}``, without empty parts."""


def _groups(state: RoomState, row: Row, keys: Iterable[Key]) -> set[str]:
    """Groups for which this fact may mean something else than for everyone."""
    found = {state.contributions[id_].group for collection, id_ in keys if collection == "contributions" and id_ in state.contributions}
    found.add(row.data.get("group"))
    return {group for group in found if group is not None}


def for_audience(changes: dict[Audience, Change], audience: Audience) -> Change:
    """What a fact changed for this audience, found among those that were worked out."""
    for one in (audience, audience.shared, Audience("everyone") if audience.shared.kind == "everyone" else audience.shared):
        if one in changes:
            return changes[one]
    return {}


def advance(state: RoomState, row: Row) -> dict[Audience, Change]:
    """Applies one fact and says what it changed: for everyone, facilitators and projector, and for each group and person for whom
    it is something else (see :func:`for_audience`)."""
    keys = touches(state, row)
    shared = [EVERYONE, FACILITATORS, PROJECTOR, *(Audience("everyone", group=group) for group in sorted(_groups(state, row, keys)))]
    own = [Audience("facilitators", i) if i.startswith("f:") else audience_of(state, i) for i in sorted(concerned(state, row, keys))]
    audiences = [*shared, *own]
    before = [[entity(state, a, k) for k in keys] for a in audiences]
    apply(state, row)
    changes: dict[Audience, Change] = {}
    for audience, old in zip(audiences, before, strict=True):
        after = audience_of(state, audience.id) if audience.kind == "participant" and audience.id else audience
        change = _difference(keys, old, [entity(state, after, k) for k in keys])
        if audience not in (EVERYONE, FACILITATORS, PROJECTOR) and change == for_audience(changes, after):
            continue
        changes[after] = change
    return changes


def _difference(keys: list[Key], old: list[dict[str, Any] | None], new: list[dict[str, Any] | None]) -> Change:
    set_: dict[str, Any] = {}
    gone: dict[str, list[str]] = {}
    for (collection, id_), was, is_ in zip(keys, old, new, strict=True):
        if was == is_:
            continue
        if collection in SINGLETONS:
            if is_ is not None:
                set_[collection] = {name: value for name, value in is_.items() if was is None or was.get(name) != value}
        elif is_ is None:
            gone.setdefault(collection, []).append(id_)
        else:
            set_.setdefault(collection, {})[id_] = is_
    change: Change = {}
    if set_:
        change["set"] = set_
    if gone:
        change["gone"] = gone
    return change
