"""A story of a lab in which every op happens at least once, and what every audience had, got and should have at each step of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from kennislab.live.room.audience import audience_of
from tests.live.rooms import LEADER, Room, participant

_METHOD_STORY: list[tuple[str, str, dict[str, Any]]] = [
    ("f", "group.make", {"how": "by_municipality", "number": 2}),
    ("f", "group.add", {"name": "Buiten"}),
    ("f", "group.rename", {"group": "$g", "name": "Tuin"}),
    *[("f", "participant.move", {"participant": who, "group": "$g"}) for who in ("anna", "bram", "chris")],
    ("f", "group.say", {"group": "$g", "text": "Nog tien minuten"}),
    ("f", "group.say", {"text": "Koffie staat klaar"}),
    ("anna", "case.pitch", {"text": "Hoe houd ik de woningbouwvereniging erbij?", "confidential": True}),
    ("bram", "case.pitch", {"text": "Mijn wethouder wil te snel"}),
    ("bram", "case.edit", {"case": "$case", "text": "Mijn wethouder wil te veel tegelijk"}),
    ("bram", "case.withdraw", {"case": "$case"}),
    ("f", "run.start", {"group": "$g", "method": "wise_crowds", "minutes": 70}),
    ("f", "contribution.add", {"kind": "question", "text": "Wie hoort bij wie?", "group": "$g", "run": "$run", "position": "0/0/0"}),
    ("f", "run.go", {"run": "$run", "rev": 0}),
    ("f", "group.gather", {"on": True}),
    ("f", "group.gather", {"on": False}),
    ("f", "run.timer", {"run": "$run", "change": "extend", "seconds": 60}),
    ("f", "run.role", {"run": "$run", "participant": "anna", "role": "discussion_leader"}),
    ("anna", "run.go", {"run": "$run", "rev": 1, "to": {"step": 1}}),
    ("f", "run.end", {"run": "$run"}),
    ("anna", "case.choose", {"case": "$first case"}),
    ("f", "run.start", {"group": "$g", "method": "tienstappenmethode"}),
    ("f", "run.go", {"run": "$run", "rev": 0}),
    *[(who, "contribution.add", {"kind": "question", "text": f"Wat wil {who}?"}) for who in ("bram", "chris")],
    ("f", "participant.move", {"participant": "chris", "group": None}),
    ("f", "run.reveal", {"run": "$run"}),
    ("f", "run.go", {"run": "$run", "rev": 1}),
    ("anna", "question.mark", {"contribution": "$last", "warmth": "cold"}),
    ("f", "run.end", {"run": "$run"}),
    ("anna", "case.harvest", {"case": "$first case", "yes": True}),
    ("f", "group.remove", {"group": "$g"}),
]
"""Groups, cases and methods: the second half of the story."""


def story() -> list[tuple[str, str, dict[str, Any]]]:
    """Who does what: every op at least once. ``$name`` stands for an id that an earlier op gave."""
    return [
        ("f", "step.go", {"to": "2", "step_rev": 0}),
        ("anna", "contribution.add", {"kind": "bottleneck", "text": "Drie loketten voor één huishouden", "themes": ["samenwerking"]}),
        (
            "bram",
            "contribution.add",
            {"kind": "solution", "text": "Eén vast gezicht in de wijk", "answers": "$1", "consent": "public_anonymous"},
        ),
        ("anna", "contribution.edit", {"contribution": "$1", "base_rev": 1, "text": "Drie loketten, één huishouden"}),
        ("f", "contribution.add", {"kind": "linking_opportunity", "text": "Isolatie en schuldhulp", "on_behalf_of": "mevrouw Jansen"}),
        ("f", "contribution.move", {"contribution": "$2", "themes": ["vertrouwen"], "kind": "insight"}),
        ("f", "contribution.move", {"contribution": "$2", "recalls": "eerder2"}),
        ("f", "question.mark", {"contribution": "$2", "warmth": "warm"}),
        ("f", "contribution.split", {"contribution": "$2", "texts": ["Eén vast gezicht", "In de wijk", "Op vaste tijden"]}),
        ("f", "contribution.unsplit", {"contribution": "$2"}),
        ("f", "contribution.split", {"contribution": "$2", "texts": ["Eén vast gezicht", "In de wijk"]}),
        ("f", "contribution.merge", {"into": "$3", "from": ["$1"], "text": "Drie loketten, en isolatie met schuldhulp"}),
        ("f", "contribution.unmerge", {"contribution": "$3"}),
        ("f", "contribution.hide", {"contribution": "$1"}),
        ("f", "contribution.show", {"contribution": "$1"}),
        ("chris", "action.add", {"text": "Wijkteam bellen", "owner": "Chris", "due": "2026-12-01"}),
        ("chris", "hand.raise", {"up": True}),
        ("bram", "ready.set", {"at": "s1"}),
        ("chris", "ready.set", {"up": True}),
        ("bram", "ready.set", {"up": False}),
        ("f", "moderation.set", {"mode": "pre"}),
        ("bram", "contribution.add", {"kind": "bottleneck", "text": "Wacht op goedkeuring", "recalls": "eerder1"}),
        ("f", "contribution.show", {"contribution": "$5"}),
        ("f", "moderation.set", {"mode": "post"}),
        ("f", "moderation.set", {"participant": "chris", "held": True}),
        ("chris", "contribution.add", {"kind": "bottleneck", "text": "Vastgehouden"}),
        ("f", "participant.move", {"participant": "anna", "group": "g1"}),
        ("f", "participant.move", {"participant": "bram", "group": "g2"}),
        ("anna", "contribution.add", {"kind": "insight", "text": "Alleen voor onze groep", "consent": "group"}),
        ("f", "participant.move", {"participant": "bram", "group": "g1"}),
        ("f", "participant.move", {"participant": "anna", "group": None}),
        ("f", "step.go", {"to": "3", "step_rev": 1}),
        ("anna", "contribution.add", {"kind": "advice", "text": "Nog even geheim"}),
        ("bram", "contribution.add", {"kind": "insight", "text": "Ook geheim"}),
        ("bram", "contribution.retract", {"contribution": "$9"}),
        ("f", "reveal", {}),
        ("f", "timer.extend", {"seconds": 60}),
        ("f", "timer.pause", {}),
        ("f", "timer.extend", {"seconds": 30}),
        ("f", "timer.resume", {}),
        ("f", "round.close", {}),
        ("f", "round.open", {}),
        ("f", "step.go", {"to": "4", "step_rev": 2}),
        ("f", "round.open", {"ballot": {"title": "Wat eerst?", "budget": 3}}),
        ("anna", "vote.cast", {"ballot": "$b", "choices": {"$1": 2, "$3": 1}}),
        ("bram", "vote.cast", {"ballot": "$b", "choices": {"$3": 3}}),
        ("anna", "vote.cast", {"ballot": "$b", "choices": {"$1": 1}}),
        ("f", "vote.cast", {"ballot": "$b", "choices": {"$1": 1}}),
        ("f", "ballot.count", {"ballot": "$b", "hands": 3, "choices": {"$1": 4, "$3": 5}}),
        ("f", "round.close", {"ballot": "$b"}),
        ("f", "round.open", {"ballot": {"title": "Wat eerst, nu we alles hoorden?", "again": "$b"}}),
        ("anna", "vote.cast", {"ballot": "$b", "choices": {"$3": 3}}),
        ("f", "round.close", {"ballot": "$b"}),
        ("f", "participant.move", {"participant": "anna", "group": "g1"}),
        ("anna", "contribution.add", {"kind": "bottleneck", "text": "Van onze groep"}),
        ("f", "round.open", {"ballot": {"title": "Eén van ons", "kind": "choice", "group": "g1", "secret": False}}),
        ("anna", "vote.cast", {"ballot": "$b", "choices": {"$10": 1}, "reason": "Dit raakt ons het meest"}),
        ("f", "participant.move", {"participant": "bram", "group": None}),
        ("f", "participant.move", {"participant": "bram", "group": "g1"}),
        ("f", "round.close", {"ballot": "$b"}),
        ("f", "reason.hide", {"ballot": "$b", "text": "Dit raakt ons het meest"}),
        ("f", "projector.show", {"scene": "ballot", "ballot": "$b", "follow": False}),
        ("f", "projector.blank", {"on": True}),
        ("f", "projector.blank", {"on": False}),
        ("f", "projector.show", {"scene": "wall", "by": "theme"}),
        ("f", "projector.show", {"scene": "text", "text": "Lunch tot 13.15 uur"}),
        ("f", "agenda.set", {"step": "4", "minutes": 6}),
        ("f", "step.go", {"to": "1", "step_rev": 3}),
        ("f", "agenda.fit", {"until": "2026-11-19T09:40:00Z"}),
        ("anna", "action.report", {"action": "act1", "state": "carried_on"}),
        ("f", "action.report", {"action": "act1", "state": "done", "note": "Gebeld"}),
        ("bram", "evidence.report", {"item": "sol1", "outcome": "worked"}),
        ("f", "evidence.report", {"item": "sol1", "outcome": "failed", "note": "Te duur", "municipality": "GM0503"}),
        ("f", "step.go", {"to": "2", "step_rev": 4}),
        ("anna", "contribution.add", {"kind": "question", "text": "Wie betaalt het?"}),
        ("bram", "support.give", {"contribution": "$q"}),
        ("chris", "support.give", {"contribution": "$q"}),
        ("bram", "support.give", {"contribution": "$q", "on": False}),
        ("f", "question.answer", {"contribution": "$q", "answered": "parked"}),
        ("f", "plan.add", {"title": "Schuldhulp", "kind": "deep_dive", "when": "februari"}),
        ("anna", "plan.join", {"plan": "$p", "how": "lead"}),
        ("bram", "plan.join", {"plan": "$p", "how": "join"}),
        ("bram", "plan.join", {"plan": "$p", "how": None}),
        ("f", "plan.edit", {"plan": "$p", "place": "Delft"}),
        ("f", "plan.remove", {"plan": "$p"}),
        ("f", "plan.remove", {"plan": "$p", "on": False}),
        ("anna", "evaluation.answer", {"question": "1", "text": "Veel"}),
        ("bram", "evaluation.answer", {"question": "1", "text": "Goede gesprekken"}),
        ("chris", "evaluation.answer", {"question": "1", "text": "Een plan"}),
        ("anna", "evaluation.answer", {"question": "2", "score": 4}),
        *_METHOD_STORY,
        ("f", "participant.remove", {"participant": "chris"}),
    ]


def _fill(value: Any, made: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {_fill(k, made): _fill(v, made) for k, v in value.items()}
    if isinstance(value, list):
        return [_fill(v, made) for v in value]
    return made.get(value, value) if isinstance(value, str) else value


@cache
def play() -> list[dict[str, Any]]:
    """For every op of the story and every audience what it had, what it got, and what it should have then. Not to be changed."""
    count = iter(range(1, 1000))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("kennislab.live.room.decision.new_id", lambda: f"id{next(count):03d}")
        return _play()


def _play() -> list[dict[str, Any]]:
    made: dict[str, str] = {}
    room, cases = Room().open(), []
    number = 0
    for who, type_, fields in story():
        actor = LEADER if who == "f" else participant(who)
        before = {a.id or a.kind: (a, room.snapshot(a)) for a in room.audiences()}
        seq = room.tail.seq
        extra = room.do(actor, type_, **_fill(fields, made))
        assert isinstance(extra, dict), f"{who} {type_}: {extra}"
        if "contribution" in extra:
            number += 1
            made[f"${number}"] = extra["contribution"]
        if "contribution" in extra and fields.get("kind") == "question":
            made["$q"] = extra["contribution"]
        for name, short in (("case", "$case"), ("run", "$run"), ("group", "$g"), ("contribution", "$last")):
            if name in extra:
                made[short] = extra[name]
                made.setdefault(f"$first {name}", extra[name])
        if "plan" in extra:
            made["$p"] = extra["plan"]
        if "ballot" in extra:
            made["$b"] = extra["ballot"]
        for name, (audience, snapshot) in before.items():
            after = audience_of(room.state, name) if audience.kind == "participant" else audience
            cases.append(
                {"op": type_, "audience": name, "snapshot": snapshot, "frames": [room.frame(after, seq)], "expected": room.snapshot(after)}
            )
    return cases
