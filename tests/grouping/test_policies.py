"""Who may do what on the board and with the groups: every role in every state."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kennislab.accounts.actors import Actor
from kennislab.core.errors import DomainError
from kennislab.grouping import policies
from kennislab.programme.models import Lab
from tests.programme.worlds import ROLES, STATES, actor

#                       planned collecting grouping ready live harvesting archived
MATRIX: dict[str, dict[str, str]] = {
    "may_see_board":    {"participant": "---++++", "facilitator": "+++++++"},
    "may_edit_board":   {"participant": "xxxxxxx", "facilitator": "--++---"},
    "may_see_history":  {"participant": "xxxxxxx", "facilitator": "+++++++"},
    "may_see_groups":   {"participant": "---++++", "facilitator": "+++++++"},
    "may_make_groups":  {"participant": "xxxxxxx", "facilitator": "--+++--"},
    "may_place_people": {"participant": "xxxxxxx", "facilitator": "--+++--"},
    "may_assign":       {"participant": "xxxxxxx", "facilitator": "--+++--"},
    "may_rank_for":     {"participant": "xxxxxxx", "facilitator": "--++---"},
}  # fmt: skip
STATUS = {"-": 409, "x": 403}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("policy", MATRIX)
def test_matrix(policy: str, role: str) -> None:
    may: Callable[[Actor, Lab], bool | DomainError] = getattr(policies, policy)
    for place, state in enumerate(STATES):
        verdict = may(actor(role), Lab(programme_id=1, state=state))
        if role in ("anonymous", "outsider"):
            assert isinstance(verdict, DomainError)
            assert verdict.status == (401 if role == "anonymous" else 404), (policy, role, state)
            continue
        expected = MATRIX[policy]["facilitator" if role == "coordinator" else role][place]
        if expected == "+":
            assert verdict is True, (policy, role, state)
        else:
            assert isinstance(verdict, DomainError)
            assert verdict.status == STATUS[expected], (policy, role, state)
            assert verdict.detail


@pytest.mark.parametrize("role", ROLES)
def test_themes_are_ranked_while_that_is_open(role: str) -> None:
    for state in STATES:
        lab = Lab(programme_id=1, state=state)
        for opened in (True, False):
            verdict = policies.may_rank(actor(role), lab, opened)
            if role in ("anonymous", "outsider"):
                assert isinstance(verdict, DomainError) and verdict.status == (401 if role == "anonymous" else 404)
            elif opened and state in ("grouping", "ready"):
                assert verdict is True, (role, state)
            else:
                assert isinstance(verdict, DomainError) and verdict.status == 409, (role, state, opened)
