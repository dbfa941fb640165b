"""What is put on the wall, and what happens to it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from kennislab.core.clock import iso
from kennislab.core.errors import N_, Refused, require
from kennislab.core.journal import Row
from kennislab.live import messages as m
from kennislab.live import policies
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room import plays, turns
from kennislab.live.room.audience import Audience
from kennislab.live.room.runs_state import written
from kennislab.live.room.state import Contribution, Key, RoomState

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
    return d.Decision([*added.entries, *plays.grown(state, place.run, choice, actor.key)], extra)


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


def _chain(state: RoomState, id_: str | None) -> list[str]:
    """This card, what it answers, what that answers, and so on."""
    found: list[str] = []
    while id_ is not None and id_ not in found and id_ in state.contributions:
        found.append(id_)
        id_ = state.contributions[id_].answers
    return found


def _move(state: RoomState, actor: LiveActor, op: m.ContributionMove, now: datetime) -> d.Decision:
    one = d.existing(state, op.contribution)
    changed: dict[str, Any] = {name: getattr(op, name) for name in ("kind", "group", "answers", "themes") if name in op.model_fields_set}
    if changed.get("answers"):
        d.existing(state, changed["answers"])
        if one.id in _chain(state, changed["answers"]):
            raise Refused(
                "answers-itself", N_("Zo antwoordt een kaart op zichzelf"), N_("Koppel de kaart aan een ander knelpunt."), status=422
            )
    if "recalls" in op.model_fields_set:
        changed["recalls"] = {"id": op.recalls} if op.recalls else None
    if changed.get("kind", "x") is None or changed.get("themes", "x") is None:
        raise Refused("invalid-op", N_("Dit klopt nog niet"), N_("Kies een soort of laat hem zoals hij is."), status=422)
    return d.fact("contribution.moved", actor, id=one.id, **changed)


def _on_the_wall(state: RoomState, actor: LiveActor, id_: str) -> Contribution:
    """A card that this facilitator sees as one of its own."""
    one = d.existing(state, id_)
    if one.merged is not None or not may_see(state, Audience("facilitators", actor.key), one):
        raise d.missing(N_("Deze bijdrage is er niet meer"))
    return one


def _split(state: RoomState, actor: LiveActor, op: m.ContributionSplit, now: datetime) -> d.Decision:
    one = _on_the_wall(state, actor, op.contribution)
    parts = [{"id": d.new_id(), "text": text} for text in op.texts[1:]]
    return d.fact("contribution.split", actor, id=one.id, text=op.texts[0], rev=one.rev + 1, parts=parts)


def _unsplit(state: RoomState, actor: LiveActor, op: m.ContributionUnsplit, now: datetime) -> d.Decision:
    one = _on_the_wall(state, actor, op.contribution)
    if not one.splits:
        raise d.missing(N_("Deze kaart is niet gesplitst"))
    last = one.splits[-1]
    text = last["text"] if one.text == last["became"] else one.text
    return d.fact("contribution.unsplit", actor, id=one.id, text=text, rev=one.rev + (text != one.text))


def _merge(state: RoomState, actor: LiveActor, op: m.ContributionMerge, now: datetime) -> d.Decision:
    into = _on_the_wall(state, actor, op.into)
    others = [_on_the_wall(state, actor, id_) for id_ in dict.fromkeys(op.from_) if id_ != into.id]
    if not others:
        raise Refused("invalid-op", N_("Kies minstens twee kaarten"), N_("Kies de kaarten die hetzelfde zeggen."), status=422)
    every = [into, *others]
    stay = [one for one in every if (one.consent == "group" and one.group) or one.confidential]
    if stay and len({(one.group, one.consent == "group", one.confidential, one.case if one.confidential else None) for one in every}) > 1:
        raise Refused(
            "group-consent",
            N_("Deze kaarten kun je niet samenvoegen"),
            N_("Een van de kaarten blijft in haar groep, de andere niet. Voeg alleen kaarten van dezelfde groep samen."),
            status=422,
        )
    consent = into.consent
    if op.text is not None and op.text != into.text:
        consent = min((one.consent for one in every), key=m.CONSENTS.index)
        if into.consent == "public_anonymous" and consent != "public_anonymous":
            raise Refused(
                "anonymous-consent",
                N_("Deze kaarten kun je niet samenvoegen"),
                N_("De kaart die blijft is anoniem en de andere mag niet naar buiten. Laat de andere kaart blijven."),
                status=422,
            )
    themes = list(dict.fromkeys(theme for one in every for theme in one.themes))[:12]
    text = into.text if op.text is None else op.text
    rev = into.rev + (text != into.text)
    ids = [one.id for one in others]
    return d.fact("contribution.merged", actor, id=into.id, text=text, rev=rev, consent=consent, themes=themes, **{"from": ids})


def _unmerge(state: RoomState, actor: LiveActor, op: m.ContributionUnmerge, now: datetime) -> d.Decision:
    one = _on_the_wall(state, actor, op.contribution)
    if not one.merges:
        raise d.missing(N_("Deze kaart is niet samengevoegd"))
    last = one.merges[-1]
    same = one.text == last["became"]
    text, consent = (last["text"], last["consent"]) if same else (one.text, one.consent)
    rev = one.rev + (text != one.text)
    return d.fact("contribution.unmerged", actor, id=one.id, text=text, rev=rev, consent=consent, themes=last["themes"])


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
    m.ContributionSplit: _split,
    m.ContributionUnsplit: _unsplit,
    m.ContributionMerge: _merge,
    m.ContributionUnmerge: _unmerge,
    m.QuestionMark: _mark,
}

# -- what the facts change


def added(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    """Something new, on the wall or in quarantine."""
    contribution = Contribution(at=row.at, **data)
    state.contributions[contribution.id] = contribution
    run = state.runs.get(contribution.run or "")
    if run is not None:
        run.items[contribution.id] = None
        run.sent, run.sent_at = run.sent + 1, row.at
        run.writers[contribution.author or ""] = None
    if contribution.unrevealed:
        (state.veiled if run is None else run.veiled)[contribution.id] = None
    if contribution.author in state.people:
        state.people[contribution.author].contributions.append(contribution.id)


def _edited(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    contribution = state.contributions[data["id"]]
    contribution.text, contribution.rev = data["text"], data["rev"]


def _retracted(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    _take_away(state, state.contributions[data["id"]])


def _take_away(state: RoomState, contribution: Contribution) -> None:
    contribution.retracted = True
    state.veiled.pop(contribution.id, None)
    if contribution.run in state.runs and contribution.run is not None:
        state.runs[contribution.run].veiled.pop(contribution.id, None)
    if contribution.author in state.people:
        state.people[contribution.author].contributions.remove(contribution.id)
    for one in _directly_under(state, contribution):  # what others said is not hers to take back
        one.merged = None


def _split_up(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    whole = state.contributions[data["id"]]
    whole.splits.append({"parts": [part["id"] for part in data["parts"]], "text": whole.text, "became": data["text"]})
    whole.text, whole.rev = data["text"], data["rev"]
    for part in data["parts"]:
        one = replace(
            whole, id=part["id"], text=part["text"], rev=1, origin=whole.id, merges=[], splits=[], support={},
            themes=list(whole.themes), company=list(whole.company),
        )  # fmt: skip
        state.contributions[one.id] = one
        run = state.runs.get(one.run or "")
        if run is not None:
            run.items[one.id] = None
        if one.unrevealed:
            (state.veiled if run is None else run.veiled)[one.id] = None
        if one.author in state.people:
            state.people[one.author].contributions.append(one.id)


def _unsplit_again(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    whole = state.contributions[data["id"]]
    last = whole.splits.pop()
    whole.text, whole.rev = data["text"], data["rev"]
    for id_ in last["parts"]:
        part = state.contributions[id_]
        if not part.retracted:
            _take_away(state, part)
    for one in state.contributions.values():
        if one.answers in last["parts"]:
            one.answers = whole.id


def _merged(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    into = state.contributions[data["id"]]
    into.merges.append({"from": data["from"], "text": into.text, "consent": into.consent, "themes": into.themes, "became": data["text"]})
    into.text, into.rev, into.consent, into.themes = data["text"], data["rev"], data["consent"], data["themes"]
    for id_ in data["from"]:
        state.contributions[id_].merged = into.id


def _unmerged(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    into = state.contributions[data["id"]]
    last = into.merges.pop()
    into.text, into.rev, into.consent, into.themes = data["text"], data["rev"], data["consent"], data["themes"]
    for id_ in last["from"]:
        state.contributions[id_].merged = None


def _directly_under(state: RoomState, one: Contribution) -> list[Contribution]:
    """What was merged into this one and not taken back."""
    found = (state.contributions[id_] for merge in one.merges for id_ in merge["from"])
    return [other for other in found if other.merged == one.id and not other.retracted]


def under(state: RoomState, one: Contribution) -> list[Contribution]:
    """All that this card stands for besides itself."""
    return [deeper for other in _directly_under(state, one) for deeper in (other, *under(state, other))]


def stands_for(state: RoomState, id_: str) -> str:
    """The card on the wall that this one went into, or itself."""
    seen_already = {id_}
    while (one := state.contributions.get(id_)) is not None and one.merged is not None and one.merged not in seen_already:
        id_ = one.merged
        seen_already.add(id_)
    return id_


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
    "contribution.split": _split_up,
    "contribution.unsplit": _unsplit_again,
    "contribution.merged": _merged,
    "contribution.unmerged": _unmerged,
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
    return [("contributions", one.id), *freed, *_answering(state, freed), ("counts", ""), *in_its_run(state, one), mine]


def _splitting(state: RoomState, row: Row) -> list[Key]:
    whole = state.contributions[row.data["id"]]
    counts: list[Key] = [("counts", "")] if whole.unrevealed else []
    return [
        ("contributions", whole.id),
        *(("contributions", part["id"]) for part in row.data["parts"]),
        *counts,
        *in_its_run(state, whole),
        ("me", whole.author or ""),
    ]


def _unsplitting(state: RoomState, row: Row) -> list[Key]:
    whole = state.contributions[row.data["id"]]
    parts: list[Key] = [("contributions", id_) for id_ in whole.splits[-1]["parts"]]
    mine: Key = ("me", whole.author or "")
    return [("contributions", whole.id), *parts, *_answering(state, parts), ("counts", ""), *in_its_run(state, whole), mine]


def _merging(state: RoomState, row: Row) -> list[Key]:
    into = state.contributions[row.data["id"]]
    others: list[Key] = [("contributions", id_) for id_ in row.data.get("from") or into.merges[-1]["from"]]
    return [("contributions", into.id), *others, *_answering(state, others), *_answering(state, [("contributions", into.id)])]


def _answering(state: RoomState, keys: list[Key]) -> list[Key]:
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
    "contribution.split": _splitting,
    "contribution.unsplit": _unsplitting,
    "contribution.merged": _merging,
    "contribution.unmerged": _merging,
    "question.marked": _itself,
}

# -- who sees what


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


VIEWS = {"contributions": seen}
