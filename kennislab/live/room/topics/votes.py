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
from kennislab.live.room import turns
from kennislab.live.room.audience import Audience
from kennislab.live.room.state import Ballot, Contribution, Key, RoomState
from kennislab.live.room.topics.projector import show

# -- deciding


def _existing(state: RoomState, id_: str) -> Ballot:
    if id_ not in state.ballots:
        raise d.missing(N_("Deze stemming is er niet"))
    return state.ballots[id_]


def _cast(state: RoomState, actor: LiveActor, op: m.VoteCast, now: datetime) -> d.Decision:
    require(policies.may_vote(state, actor, op))
    data: dict[str, Any] = {"ballot": op.ballot, "choices": {c: n for c, n in op.choices.items() if n}}
    if op.reason:
        person = state.people.get(actor.key)
        data["reason"] = op.reason
        data["kept_back"] = not actor.leads and (state.moderation == "pre" or bool(person and person.held))
    return d.fact("vote.cast", actor, **data)


def _count(state: RoomState, actor: LiveActor, op: m.BallotCount, now: datetime) -> d.Decision:
    ballot = _existing(state, op.ballot)
    if not {*op.choices, *op.rated} <= {choice["id"] for choice in ballot.choices}:
        raise Refused("no-such-choice", N_("Deze keuze staat niet in de stemming"), N_("Vernieuw de pagina en tel opnieuw."), status=422)
    total = sum(op.choices.values())
    if ballot.kind == "rating":
        possible = all(op.rated.get(c, 0) <= n <= 5 * op.rated.get(c, 0) for c, n in op.choices.items()) and all(
            n <= op.hands for n in op.rated.values()
        )
    else:
        possible = total <= op.hands * (ballot.budget if ballot.kind == "dots" else 1)
    if not possible:
        raise Refused(
            "impossible-count",
            N_("Deze telling klopt nog niet"),
            N_("Er zijn meer stemmen dan %(hands)s mensen kunnen geven. Kijk de aantallen na."),
            status=422,
            hands=op.hands,
        )
    rated = {"rated": {c: n for c, n in op.rated.items() if n}} if ballot.kind == "rating" else {}
    return d.fact("ballot.counted", actor, id=ballot.id, hands=op.hands, choices={c: n for c, n in op.choices.items() if n}, **rated)


def _hide_reason(state: RoomState, actor: LiveActor, op: m.ReasonHide, now: datetime) -> d.Decision:
    ballot = _existing(state, op.ballot)
    if op.text not in ballot.reasons.values():
        raise d.missing(N_("Deze reden is er niet meer"))
    return d.fact("reason.hidden", actor, ballot=ballot.id, text=op.text, on=op.on)


def _close(state: RoomState, actor: LiveActor, op: m.RoundClose, now: datetime) -> d.Decision:
    if op.ballot is None:
        return d.fact("round.changed", actor, open=False)
    ballot = _existing(state, op.ballot)
    return d.fact("ballot.closed", actor, id=ballot.id) if ballot.open else d.NOTHING


def _chosen(state: RoomState, draft: m.BallotDraft) -> list[Contribution]:
    """What there is to choose from: what all who vote can see."""
    shown = [
        c
        for c in state.contributions.values()
        if not (c.retracted or c.hidden or c.pending or c.unrevealed or c.quarantined or c.rejected or c.merged)
    ]
    seen = [c for c in shown if (c.consent != "group" and not c.confidential) or c.group in (None, draft.group)]
    if draft.choices:
        chosen = [d.existing(state, id_) for id_ in draft.choices]
    else:
        chosen = [c for c in seen if c.kind in ("bottleneck", "linking_opportunity") and (draft.group is None or c.group == draft.group)]
    allowed = {c.id for c in seen}
    if not chosen or any(c.id not in allowed for c in chosen):
        raise Refused(
            "nothing-to-choose",
            N_("Er is nog niets om over te stemmen"),
            N_("Kies kaarten die iedereen ziet, of wacht tot er knelpunten of koppelkansen staan."),
            status=422,
        )
    return chosen


def _again(state: RoomState, draft: m.BallotDraft) -> dict[str, Any]:
    """The second round of a vote: the same question in the same way, so that the two can be compared."""
    first = _existing(state, draft.again or "")
    if first.open:
        raise Refused("first-round-open", N_("De eerste ronde loopt nog"), N_("Sluit de eerste ronde en open dan de tweede."), status=409)
    choices = [choice for choice in first.choices if not draft.choices or choice["contribution"] in draft.choices]
    if not choices:
        raise Refused(
            "nothing-to-choose",
            N_("Er is nog niets om over te stemmen"),
            N_("Kies voor de tweede ronde uit wat er in de eerste ronde stond."),
            status=422,
        )
    budget = draft.budget if "budget" in draft.model_fields_set else first.budget
    return {"kind": first.kind, "budget": budget, "choices": choices, "group": first.group, "previous": first.id}


def _open(state: RoomState, actor: LiveActor, op: m.RoundOpen, now: datetime) -> d.Decision:
    draft = op.ballot
    if draft is None:
        return d.fact("round.changed", actor, open=True)
    if draft.group is not None and draft.group not in state.groups:
        raise d.missing(N_("Deze groep is er niet"))
    if draft.again is not None:
        what = _again(state, draft)
    else:
        choices = [{"id": c.id, "text": c.text, "contribution": c.id} for c in _chosen(state, draft)]
        what = {"kind": draft.kind, "budget": draft.budget, "choices": choices, "group": draft.group, "previous": None}
    id_ = d.new_id()
    return d.fact("ballot.opened", actor, {"ballot": id_}, id=id_, title=draft.title, secret=draft.secret, **what)


DECIDE: dict[type[m.Op], d.Decide] = {
    m.VoteCast: _cast,
    m.BallotCount: _count,
    m.ReasonHide: _hide_reason,
    m.RoundOpen: _open,
    m.RoundClose: _close,
}

# -- what the facts change


def _opened(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    optional = {name: data[name] for name in ("group", "run", "voters", "cards", "previous", "secret") if name in data}
    state.ballots[data["id"]] = Ballot(data["id"], data["title"], data["kind"], data["budget"], data["choices"], **optional)
    if state.follow and data.get("group") is None:
        show(state, "ballot", data["id"])


def _counted(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    ballot = state.ballots[data["id"]]
    ballot.hands, ballot.counted, ballot.rated = data["hands"], data["choices"], data.get("rated", {})


def _closed(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    state.ballots[data["id"]].open = False


def _voted(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    voter, ballot = row.actor or "", state.ballots[data["ballot"]]
    # A card that was scored stays scored when the next one comes round.
    choices = data["choices"] if ballot.cards is None else {**ballot.cast.get(voter, {}), **data["choices"]}
    ballot.cast[voter] = choices
    if voter in state.people:
        state.people[voter].votes[ballot.id] = choices
    reason = data.get("reason")
    if reason != ballot.reasons.get(voter):
        ballot.kept_back.pop(voter, None)
    if reason is None:
        ballot.reasons.pop(voter, None)
    else:
        ballot.reasons[voter] = reason
        if data.get("kept_back"):
            ballot.kept_back[voter] = None


def _reason_hidden(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    ballot = state.ballots[data["ballot"]]
    for voter, reason in ballot.reasons.items():
        if reason == data["text"]:
            if data["on"]:
                ballot.kept_back[voter] = None
            else:
                ballot.kept_back.pop(voter, None)


APPLY = {
    "ballot.opened": _opened,
    "ballot.counted": _counted,
    "ballot.closed": _closed,
    "vote.cast": _voted,
    "reason.hidden": _reason_hidden,
}


def _ballot(state: RoomState, row: Row) -> list[Key]:
    return [("ballots", row.data["id"]), ("projector", "")]


def _itself(state: RoomState, row: Row) -> list[Key]:
    return [("ballots", row.data.get("id") or row.data["ballot"])]


def _vote(state: RoomState, row: Row) -> list[Key]:
    return [("ballots", row.data["ballot"]), ("counts", ""), ("me", row.actor or "")]


TOUCHES = {
    "ballot.opened": _ballot,
    "ballot.counted": _itself,
    "ballot.closed": _itself,
    "vote.cast": _vote,
    "reason.hidden": _itself,
}

# -- who sees what


def may_see(state: RoomState, ballot: Ballot, audience: Audience) -> bool:
    """A vote of a group is for that group and for who leads the room; about a confidential case for the group only."""
    if turns.confidential(state, state.runs.get(ballot.run or "")) and (
        audience.kind == "projector" or (audience.kind == "facilitators" and ballot.group is not None)
    ):
        return False
    return ballot.group is None or audience.kind == "facilitators" or (audience.kind != "projector" and audience.group == ballot.group)


def totals(ballot: Ballot) -> dict[str, int]:
    """Choice → what it got: dots, ones or marks added up, phones and hands together."""
    found = {choice["id"]: ballot.counted.get(choice["id"], 0) for choice in ballot.choices}
    for cast in ballot.cast.values():
        for choice, number in cast.items():
            found[choice] += number
    return found


def raters(ballot: Ballot) -> dict[str, int]:
    """Choice → how many people gave it anything, phones and hands together. Of dots by hand that is not known: those count as nobody."""
    found = {choice["id"]: ballot.rated.get(choice["id"], 0) for choice in ballot.choices}
    for cast in ballot.cast.values():
        for choice, number in cast.items():
            found[choice] += number > 0
    return found


def _told(state: RoomState, choice: dict[str, Any], audience: Audience) -> dict[str, Any]:
    """A choice as this audience may read it: a confidential case has no words outside its group."""
    case = state.cases.get(choice.get("case") or "")
    if case is None or not case.confidential or audience.kind not in ("facilitators", "projector"):
        return choice
    return choice if case.group is None and audience.kind == "facilitators" else {**choice, "text": "", "confidential": True}


def reasons(ballot: Ballot, audience: Audience) -> list[dict[str, Any]]:
    """Why people voted so: by choice and by text, so that nothing shows who it was or when. The projector has none of it."""
    told = []
    for voter, text in ballot.reasons.items():
        chosen = [choice for choice, number in ballot.cast.get(voter, {}).items() if number]
        reason: dict[str, Any] = {"choice": chosen[0] if len(chosen) == 1 else None, "text": text}
        if audience.kind == "facilitators":
            told.append(reason | {"hidden": voter in ballot.kept_back})
        elif audience.kind != "projector" and voter not in ballot.kept_back:
            told.append(reason)
    order = {choice["id"]: number for number, choice in enumerate(ballot.choices)}
    return sorted(told, key=lambda one: (order.get(one["choice"], len(order)), one["text"]))


def seen(state: RoomState, audience: Audience, id_: str) -> dict[str, Any] | None:
    """A vote. While it is open and secret nobody sees anything of the result; who counts hands sees what she counted."""
    ballot = state.ballots.get(id_)
    if ballot is None or not may_see(state, ballot, audience):
        return None
    told = not (ballot.open and ballot.secret)
    return {
        "id": ballot.id,
        "title": ballot.title,
        "kind": ballot.kind,
        "budget": ballot.budget,
        "state": "open" if ballot.open else "closed",
        "secret": ballot.secret,
        "group": ballot.group,
        "run": ballot.run,
        "previous": ballot.previous,
        "choices": [_told(state, choice, audience) for choice in ballot.choices] if ballot.run else ballot.choices,
        "hands": ballot.hands,
        "counted": ballot.counted if told or audience.kind == "facilitators" else None,
        "counted_rated": ballot.rated if told or audience.kind == "facilitators" else None,
        "result": totals(ballot) if told else None,
        "rated": raters(ballot) if told else None,
        "voters": len(ballot.cast) if told else None,
        "reasons": reasons(ballot, audience) if not ballot.open else [],
    }


VIEWS = {"ballots": seen}
