"""One card that says two things, and two cards that say the same: splitting and merging, and taking that back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from kennislab.core.errors import N_, Refused
from kennislab.core.journal import Row
from kennislab.live import messages as m
from kennislab.live.policies import LiveActor
from kennislab.live.room import decision as d
from kennislab.live.room.audience import Audience
from kennislab.live.room.state import Contribution, Key, RoomState
from kennislab.live.room.topics.contributions import answering, in_its_run, put, take_away
from kennislab.live.room.topics.contributions_seen import may_see

# -- deciding


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


DECIDE: dict[type[m.Op], d.Decide] = {
    m.ContributionSplit: _split,
    m.ContributionUnsplit: _unsplit,
    m.ContributionMerge: _merge,
    m.ContributionUnmerge: _unmerge,
}

# -- what the facts change


def _split_up(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    whole = state.contributions[data["id"]]
    whole.splits.append({"parts": [part["id"] for part in data["parts"]], "text": whole.text, "became": data["text"]})
    whole.text, whole.rev = data["text"], data["rev"]
    for part in data["parts"]:
        one = replace(
            whole, id=part["id"], text=part["text"], rev=1, origin=whole.id, merges=[], splits=[], support={},
            themes=list(whole.themes), company=list(whole.company),
        )  # fmt: skip
        put(state, one)


def _unsplit_again(state: RoomState, row: Row, data: dict[str, Any]) -> None:
    whole = state.contributions[data["id"]]
    last = whole.splits.pop()
    whole.text, whole.rev = data["text"], data["rev"]
    for id_ in last["parts"]:
        part = state.contributions[id_]
        if not part.retracted:
            take_away(state, part)
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


APPLY: dict[str, Callable[[RoomState, Row, dict[str, Any]], None]] = {
    "contribution.split": _split_up,
    "contribution.unsplit": _unsplit_again,
    "contribution.merged": _merged,
    "contribution.unmerged": _unmerged,
}


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
    return [("contributions", whole.id), *parts, *answering(state, parts), ("counts", ""), *in_its_run(state, whole), mine]


def _merging(state: RoomState, row: Row) -> list[Key]:
    into = state.contributions[row.data["id"]]
    others: list[Key] = [("contributions", id_) for id_ in row.data.get("from") or into.merges[-1]["from"]]
    return [("contributions", into.id), *others, *answering(state, others), *answering(state, [("contributions", into.id)])]


TOUCHES: dict[str, Callable[[RoomState, Row], list[Key]]] = {
    "contribution.split": _splitting,
    "contribution.unsplit": _unsplitting,
    "contribution.merged": _merging,
    "contribution.unmerged": _merging,
}

VIEWS: dict[str, Any] = {}
