"""The table of lab states, written out once more by hand: what may when."""

from __future__ import annotations

import pytest

from kennislab.programme import states
from kennislab.programme.models import LabState

NOT_YET, NOW, PAST = "too-early", "now", "too-late"
E, N, L = NOT_YET, NOW, PAST
#                     planned collecting grouping ready live harvesting archived
EXPECTED = {
    "accept_late": (E, E, E, E, E, N, L),
    "add_question": (E, N, N, N, L, L, L),
    "ask_question": (E, N, L, L, L, L, L),
    "check_own": (E, E, E, E, E, N, L),
    "close_room": (E, E, E, E, N, L, L),
    "contribute": (E, E, E, E, N, L, L),
    "contribute_late": (E, E, E, E, E, N, L),
    "correct": (E, E, E, E, E, E, N),
    "delete_lab": (N, L, L, L, L, L, L),
    "edit_agenda": (N, N, N, N, L, L, L),
    "edit_lab": (N, N, N, N, L, L, L),
    "edit_question": (E, N, L, L, L, L, L),
    "group_questions": (E, E, N, N, L, L, L),
    "harvest": (E, E, E, E, E, N, L),
    "join": (E, E, E, E, N, L, L),
    "light_edit": (E, N, N, N, L, L, L),
    "invite": (N, N, N, N, N, L, L),
    "answer_invitation": (N, N, N, N, N, L, L),
    "rank_themes": (E, E, N, N, L, L, L),
    "make_groups": (E, E, N, N, N, L, L),
    "make_product": (E, E, E, E, E, E, N),
    "open_room": (E, E, E, N, L, L, L),
    "place_people": (E, E, N, N, N, L, L),
    "preview_harvest": (E, E, E, E, N, N, L),
    "read_archive": (E, E, E, E, E, E, N),
    "reopen_room": (E, E, E, E, E, N, L),
    "report": (E, E, E, E, E, N, N),
    "return_question": (E, N, L, L, L, L, L),
    "shape_questions": (N, N, L, L, L, L, L),
    "run_session": (E, E, E, E, N, L, L),
    "seal": (E, E, E, E, E, N, L),
    "support_question": (E, N, N, N, L, L, L),
    "view": (N, N, N, N, N, N, N),
    "withdraw_question": (E, N, L, L, L, L, L),
}


def test_the_table_is_whole() -> None:
    assert set(EXPECTED) == states.ACTIONS


@pytest.mark.parametrize("action", sorted(EXPECTED))
def test_what_may_when(action: str) -> None:
    assert tuple(states.when(state, action) for state in LabState) == EXPECTED[action]
    for state, moment in zip(LabState, EXPECTED[action], strict=True):
        assert states.allows(state, action) is (moment == "now")


def test_every_refusal_says_why_and_when() -> None:
    for action, moments in EXPECTED.items():
        for state, moment in zip(LabState, moments, strict=True):
            if moment == "now":
                assert states.verdict(state, action) is True
            else:
                said = states.refusal(state, action)
                assert (said.type, said.status) == (f"lab-{moment}", 409)
                assert said.detail.endswith(".") and len(said.detail) > 20


def test_a_typing_mistake_is_an_error() -> None:
    with pytest.raises(KeyError):
        states.allows(LabState.LIVE, "jion")


def test_one_step_on_or_back_and_never_by_hand_into_the_archive() -> None:
    assert {state.value: [to.value for to in states.moves(state)] for state in LabState} == {
        "planned": ["collecting"],
        "collecting": ["grouping", "planned"],
        "grouping": ["ready", "collecting"],
        "ready": ["live", "grouping"],
        "live": ["harvesting", "ready"],
        "harvesting": ["live"],
        "archived": [],
    }
