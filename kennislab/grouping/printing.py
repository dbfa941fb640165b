"""An outcome as the command line gives it: for people to read, and as JSON."""

from __future__ import annotations

import json
from typing import Any

from kennislab.grouping import reasons
from kennislab.grouping.assign.explain import explained
from kennislab.grouping.assign.problem import Outcome, Problem, Relaxation


def as_json(problem: Problem, outcome: Outcome) -> str:
    """``{"assignment": {person: group}, "profile": [n first, …, n none], "optimal": true, "clashes": []}``.

    A clash: ``{"text", "wishes": [{"kind", "text", …}], "relaxations": [{"text": [sentences], "changes": [{"kind", "by", …}]}]}``; the
    relaxations are the same for all clashes, because each makes the whole possible. The smallest comes first.
    """
    names = reasons.Names()
    options = [_relaxation(one, names) for one in outcome.relaxations]
    clashes = [
        {
            "text": _said(reasons.clash(problem, clash, names)),
            "wishes": [_filled(named) | {"text": _said(reasons.wish(named, names))} for named in clash.wishes],
            "relaxations": options,
        }
        for clash in outcome.clashes
    ]
    assignment = {str(person): group for person, group in outcome.assignment.items()}
    told = {"assignment": assignment, "profile": list(outcome.profile), "optimal": outcome.optimal, "clashes": clashes}
    return json.dumps(told, ensure_ascii=False)


def _relaxation(one: Relaxation, names: reasons.Names) -> dict[str, Any]:
    return {
        "text": [_said(reasons.change(change, names)) for change in one.changes],
        "changes": [_filled(change) for change in one.changes],
    }


def _filled(one: Any) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in one.__slots__}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value not in (None, ())}


def _said(sentence: reasons.Sentence) -> str:
    return sentence[0] % sentence[1]


def as_text(problem: Problem, outcome: Outcome) -> str:
    """Groups with who sits in them and why; or what clashes and what would help."""
    names = reasons.Names()
    if not outcome.assignment and problem.people:
        return "\n".join(_why_not(problem, outcome, names))
    lines: list[str] = []
    why = explained(problem, outcome.assignment)
    towns = {person.id: person.municipality for person in problem.people}
    for group in problem.groups:
        inside = [person for person, where in outcome.assignment.items() if where == group.id]
        lines += ["", f"{group.id}  ({len(inside)})"]
        for person in inside:
            because = " ".join(_said(reasons.hindrance(one, towns[person], names)) for one in why[person].hindrances)
            lines.append(f"    {person}  {_said(reasons.rank(why[person].rank)).lower()}{': ' if because else ''}{because}")
    lines.append("")
    lines += [f"{count:>5}  {_said(label).lower()}" for label, count in reasons.profile(outcome.profile)]
    if not outcome.optimal:
        lines.append("Er was te weinig tijd om te bewijzen dat het niet beter kan.")
    return "\n".join(lines).lstrip("\n")


def _why_not(problem: Problem, outcome: Outcome, names: reasons.Names) -> list[str]:
    lines = ["Zo past het niet."] if outcome.clashes else ["In de tijd die er was, is geen indeling gevonden."]
    for clash in outcome.clashes:
        lines += ["", _said(reasons.clash(problem, clash, names))]
        lines += [f"  - {_said(reasons.wish(named, names))}" for named in clash.wishes]
    for place, one in enumerate(outcome.relaxations):
        lines += ["", "Dit zou helpen:" if place == 0 else "Of:"]
        lines += [f"  - {_said(reasons.change(change, names))}" for change in one.changes]
    return lines
