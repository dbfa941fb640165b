"""Whose case a method is about: who brings one in, in which steps, and which there are to choose from. Pure."""

from __future__ import annotations

from typing import Any

from kennislab.core.journal import Entry
from kennislab.live.methods import seating
from kennislab.live.methods.model import Method
from kennislab.live.methods.plan import Slot
from kennislab.live.room.cases_state import Case
from kennislab.live.room.runs_state import Run
from kennislab.live.room.state import RoomState

OWNER_ROLES = ("case_owner", "example_giver")
"""Whose case or example it is: one of these a method may have."""


def owner_role(method: Method) -> str | None:
    """The role of who brings in the case in this method; None when roles go round or there is no case."""
    if any(seating.rotates(step) for step in method.steps):
        return None
    words = {"case_owner": "casusinbrenger", "example_giver": "voorbeeldgever"}
    return next((role for role in OWNER_ROLES if words[role] in method.roles), None)


def chosen_case(state: RoomState, group: str | None, method: Method) -> Case | None:
    """The case that this group chose before, for a method that is about one and has no step to choose it."""
    if owner_role(method) is None or choosing_steps(method)[0] is not None:
        return None
    return next((one for one in reversed(state.cases.values()) if one.group == group and one.state == "chosen"), None)


def choosing_steps(method: Method) -> tuple[str | None, list[str]]:
    """The step in which the case is chosen by vote, and those in which cases are brought in; (None, []) when the method has none."""
    if owner_role(method) != "case_owner":
        return None, []
    for step in method.steps:
        if step.input == "vote" and step.choices is not None and step.choices.outputs == ["vraag"] and step.choices.steps:
            return step.id, [one for one in step.choices.steps if one != step.id]
    return None, []


def case_choices(state: RoomState, run: Run, slot: Slot, chosen: Case | None) -> list[dict[str, Any]]:
    """The cases to choose from, in the step that chooses the case."""
    choosing, _ = choosing_steps(run.method)
    if slot.step_id != choosing or chosen is not None:
        return []
    waiting = [case for case in state.cases.values() if case.group == run.group and case.state in ("pitched", "chosen")]
    return [{"id": case.id, "text": case.text, "contribution": None, "case": case.id} for case in waiting if _present(state, case.owner)]


def _present(state: RoomState, participant: str) -> bool:
    person = state.people.get(participant)
    return person is not None and not person.gone


def pitched(case: Case, actor: str | None) -> Entry:
    """The fact that a case was brought in."""
    data = {"id": case.id, "group": case.group, "text": case.text, "owner": case.owner, "confidential": case.confidential}
    return Entry("case.pitched", data | {"question": case.question, "contribution": case.contribution}, actor)
